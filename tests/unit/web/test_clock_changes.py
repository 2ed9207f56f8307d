"""When a room's clock is put forward or back, and what a night's page says of it."""

import pytest

from tests.fakes.bedroom import at
from web.clock_changes import clock_offsets, night_zone_text


def s_of(text: str) -> int:
    return at(text) // 1000


def edges(*texts: str) -> list[int]:
    return [s_of(text) for text in texts]


def test_a_change_is_found_at_its_minute_wherever_the_edges_are() -> None:
    evenings = edges("2026-10-23T22:50:00+02:00", "2026-10-24T22:50:00+02:00",
                     "2026-10-25T07:07:00+01:00", "2026-10-25T22:50:00+01:00")  # fmt: skip
    assert clock_offsets(evenings, "Europe/Berlin") == [
        (evenings[0], 7200),
        (s_of("2026-10-25T03:00:00+02:00"), 3600),
    ]


def test_where_no_clock_changes_there_is_one_offset() -> None:
    evenings = edges("2026-10-24T23:00:00+13:00", "2026-10-25T07:00:00+13:00")
    assert clock_offsets(evenings, "Etc/GMT-13") == [(evenings[0], 13 * 3600)]


def test_a_change_in_an_odd_place_is_told_to_the_quarter_of_an_hour() -> None:
    evening = edges("2026-04-04T23:10:00+11:00", "2026-04-05T07:00:00+10:30")
    assert clock_offsets(evening, "Australia/Lord_Howe")[1] == (
        s_of("2026-04-05T02:00:00+11:00"),
        10 * 3600 + 1800,
    )


FALL = ("2026-10-24T23:10:00+02:00", "2026-10-25T07:00:00+01:00")
SPRING = ("2026-03-28T23:10:00+01:00", "2026-03-29T07:00:00+02:00")


@pytest.mark.parametrize(
    ("night", "system_offset_s", "words"),
    [
        (FALL, 0, "room time, UTC+02:00 until 03:00, then UTC+01:00"),
        (SPRING, 0, "room time, UTC+01:00 until 02:00, then UTC+02:00"),
        # The machine's clock is the room's for one half of the night: both are still said.
        (FALL, 7200, "room time, UTC+02:00 until 03:00, then UTC+01:00"),
        (FALL, 3600, "room time, UTC+02:00 until 03:00, then UTC+01:00"),
        (("2026-10-22T23:10:00+02:00", "2026-10-23T07:00:00+02:00"), 0, "room time, UTC+02:00"),
        (("2026-10-22T23:10:00+02:00", "2026-10-23T07:00:00+02:00"), 7200, ""),
    ],
)
def test_a_night_says_both_halves_of_its_time(
    night: tuple[str, str], system_offset_s: int, words: str
) -> None:
    span_ms = (at(night[0]), at(night[1]))
    assert night_zone_text(span_ms, "Europe/Berlin", system_offset_s) == words
