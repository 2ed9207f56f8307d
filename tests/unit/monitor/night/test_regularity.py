from datetime import date, timedelta
from itertools import pairwise

import pytest

from monitor.night.regularity import Regularity, Steadiness, regularity, steadiness
from monitor.night.window import Source, Window
from tests.fakes.room_light import at

FIRST = date(2026, 1, 5)
LAST = date(2026, 1, 18)


def window(
    index: int,
    bed: str = "23:00",
    up: str = "07:00",
    *,
    zone: str = "UTC",
    sources: tuple[Source, Source] = (Source.LIGHT, Source.LIGHT),
    provisional: bool = False,
) -> Window:
    """The night `index` days after FIRST; a bedtime before noon is after midnight."""
    night = FIRST + timedelta(days=index)
    morning = night + timedelta(days=1)
    return Window(
        night=night.isoformat(),
        zone=zone,
        lights_out_ms=at(f"{night if bed >= '12:00' else morning} {bed}", zone),
        get_up_ms=at(f"{morning} {up}", zone),
        lights_out_source=sources[0],
        get_up_source=sources[1],
        provisional=provisional,
    )


def told(windows: list[Window]) -> Regularity:
    result = regularity(windows, LAST)
    assert result is not None
    return result


def test_the_same_times_every_night_are_perfectly_regular() -> None:
    result = told([window(index) for index in range(14)])
    assert (result.lights_out_sd_s, result.get_up_sd_s) == (0, 0)
    assert result.sri == 100
    assert result.word is Steadiness.STEADY


def test_midnight_is_no_seam() -> None:
    beds = ["23:50", "00:10"] * 7
    result = told([window(index, bed) for index, bed in enumerate(beds)])
    assert result.lights_out_sd_s == pytest.approx(600 * (14 / 13) ** 0.5)


def test_the_index_follows_its_formula_counted_by_the_minute() -> None:
    beds = ["22:30", "23:00", "00:15", "01:00", "22:00", "23:30", "23:10"]
    ups = ["06:00", "07:10", "07:00", "09:30", "06:30", "06:45", "07:00"]
    nights = [window(7 + i, *times) for i, times in enumerate(zip(beds, ups, strict=True))]
    dark = [
        {(night.lights_out_ms // 60_000 + k) % 1440 for k in range(length_min(night))}
        for night in nights
    ]
    same = sum(1440 - len(a ^ b) for a, b in pairwise(dark))
    assert told(nights).sri == pytest.approx(-100 + 200 * same / (1440 * 6))


def length_min(night: Window) -> int:
    return (night.get_up_ms - night.lights_out_ms) // 60_000


def test_nights_without_an_hour_in_common_have_a_low_index() -> None:
    apart = [("20:00", "01:00"), ("02:00", "07:00")] * 7
    result = told([window(index, *times) for index, times in enumerate(apart)])
    assert result.sri == pytest.approx(-100 + 200 * 14 / 24)
    assert result.word is Steadiness.IRREGULAR


def test_six_nights_are_too_few() -> None:
    assert regularity([window(index) for index in range(6)], LAST) is None
    assert regularity([window(index) for index in range(7)], LAST) is not None


def test_only_the_last_fourteen_nights_count() -> None:
    older = [window(index, "20:00") for index in range(-10, 0)]
    newer = [window(14, "03:00")]
    assert told([*older, *(window(index) for index in range(14)), *newer]).nights == 14


def test_a_time_that_only_the_schedule_gave_is_left_out() -> None:
    sources = (Source.LIGHT, Source.SCHEDULE)
    result = told([window(index, sources=sources) for index in range(14)])
    assert result.lights_out_sd_s == 0
    assert result.get_up_sd_s is None
    assert result.sri is None
    other_way = told([window(index, sources=sources[::-1]) for index in range(14)])
    assert (other_way.lights_out_sd_s, other_way.get_up_sd_s) == (None, 0)


def test_a_provisional_night_is_left_out() -> None:
    assert regularity([window(index, provisional=index == 3) for index in range(7)], LAST) is None


def test_nights_that_do_not_follow_each_other_have_no_index() -> None:
    result = told([window(index) for index in range(0, 14, 2)])
    assert result.nights == 7
    assert result.sri is None


def test_the_clock_on_the_wall_counts_across_zones() -> None:
    zones = ["Europe/Berlin"] * 7 + ["America/New_York"] * 7
    result = told([window(index, zone=zone) for index, zone in enumerate(zones)])
    assert result.lights_out_sd_s == 0


def test_the_worse_of_the_two_spreads_gives_the_word() -> None:
    ups = ["06:00", "08:00"] * 7
    result = told([window(index, up=up) for index, up in enumerate(ups)])
    assert result.lights_out_sd_s == 0
    assert result.word is Steadiness.IRREGULAR


@pytest.mark.parametrize(
    ("minutes", "word"),
    [
        (29.9, Steadiness.STEADY),
        (30, Steadiness.FAIRLY_STEADY),
        (60, Steadiness.FAIRLY_STEADY),
        (60.1, Steadiness.IRREGULAR),
    ],
)
def test_half_an_hour_and_an_hour_part_the_words(minutes: float, word: Steadiness) -> None:
    assert steadiness(minutes * 60) is word
