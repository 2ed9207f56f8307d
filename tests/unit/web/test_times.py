import pytest

from monitor.night.household import Correction
from monitor.night.window import Source, Window
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS, a_window, an_open_window, at
from web.times import (
    NO_TIME,
    PAST_NOON,
    TO_COME,
    UP_TO_COME,
    WRONG_ORDER,
    as_said,
    comes_twice,
    get_up_text,
    is_pending,
    second_ones,
    wanted_correction,
)

BERLIN = "Europe/Berlin"
NOON_AFTER_MS = at("2026-11-23T12:00:00+13:00")


def wanted(
    window: Window,
    lights_out: str,
    get_up: str,
    now_ms: int = NOON_AFTER_MS,
    *,
    second: bool = False,
) -> Correction | str:
    ends = ("lights_out", "get_up") if second else ()
    return wanted_correction(window, lights_out, get_up, now_ms=now_ms, second=ends)


def test_an_evening_time_is_of_the_evening_and_a_morning_time_of_the_morning() -> None:
    said = wanted(a_window(), "22:40", "06:15")
    assert said == Correction(
        lights_out_ms=at("2026-11-22T22:40:00+13:00"), get_up_ms=at("2026-11-23T06:15:00+13:00")
    )


def test_a_bed_after_midnight_is_of_the_next_day() -> None:
    said = wanted(a_window(), "00:30", "")
    assert said == Correction(lights_out_ms=at("2026-11-23T00:30:00+13:00"))


def test_a_time_that_was_only_shown_is_no_correction() -> None:
    assert wanted(a_window(), "23:04", "07:02") == Correction()


def test_an_earlier_correction_stays_when_the_other_end_is_corrected() -> None:
    window = a_window(source=Source.CORRECTION)
    said = wanted(window, "23:04", "06:00")
    assert said == Correction(
        lights_out_ms=LIGHTS_OUT_MS, get_up_ms=at("2026-11-23T06:00:00+13:00")
    )


def test_the_hour_that_the_clocks_skip_and_repeat_gives_a_night_all_the_same() -> None:
    spring = a_window(
        night="2026-03-28",
        zone=BERLIN,
        lights_out_ms=at("2026-03-28T23:00:00+01:00"),
        get_up_ms=at("2026-03-29T07:00:00+02:00"),
    )
    assert wanted(spring, "23:00", "02:30") == Correction(get_up_ms=at("2026-03-29T03:30:00+02:00"))


def an_autumn_night(lights_out: str) -> Window:
    return a_window(
        night="2026-10-24",
        zone=BERLIN,
        lights_out_ms=at(f"2026-10-25T{lights_out}"),
        get_up_ms=at("2026-10-25T07:00:00+01:00"),
    )


def test_a_time_that_comes_twice_is_the_one_that_is_asked_for() -> None:
    window = an_autumn_night("02:40:00+01:00")
    for second, offset in ((False, "+02:00"), (True, "+01:00")):
        said = wanted(window, "02:45", "07:00", second=second)
        assert said == Correction(lights_out_ms=at(f"2026-10-25T02:45:00{offset}"))


def test_a_time_that_comes_twice_repeats_only_the_one_that_the_night_has() -> None:
    window = an_autumn_night("02:40:00+01:00")
    assert wanted(window, "02:40", "07:00", second=True) == Correction()
    first_ms = at("2026-10-25T02:40:00+02:00")
    assert wanted(window, "02:40", "07:00") == Correction(lights_out_ms=first_ms)


def test_only_a_night_in_which_the_clocks_go_back_has_times_that_come_twice() -> None:
    assert comes_twice(an_autumn_night("01:00:00+02:00"))
    assert not comes_twice(a_window())
    spring = a_window(night="2026-03-28", zone=BERLIN)
    assert not comes_twice(spring)
    assert second_ones(an_autumn_night("02:40:00+01:00")) == ("lights_out",)
    assert second_ones(an_autumn_night("02:40:00+02:00")) == ()


def test_a_get_up_past_noon_is_told_where_a_night_ends() -> None:
    assert wanted(a_window(), "23:04", "12:30") == PAST_NOON


def test_what_is_still_being_judged_is_not_lost_when_the_other_end_is_corrected() -> None:
    first = wanted(a_window(), "22:40", "07:02")
    assert isinstance(first, Correction)
    shown = as_said(a_window(), first)
    said = wanted(shown, "22:40", "07:30")
    assert said == Correction(
        lights_out_ms=at("2026-11-22T22:40:00+13:00"), get_up_ms=at("2026-11-23T07:30:00+13:00")
    )
    assert as_said(a_window(), None) == a_window()


@pytest.mark.parametrize("text", ["25:00", "eleven", "23:00:00:00", "23.10"])
def test_what_is_no_time_is_said(text: str) -> None:
    assert wanted(a_window(), text, "07:00") == NO_TIME


@pytest.mark.parametrize(("out", "up"), [("06:40", "07:00"), ("23:10", "23:00"), ("08:00", "")])
def test_a_night_that_ends_before_it_begins_is_refused(out: str, up: str) -> None:
    assert wanted(a_window(), out, up) == WRONG_ORDER


def test_lights_out_that_is_still_to_come_is_refused() -> None:
    now_ms = at("2026-11-23T00:30:00+13:00")
    assert wanted(a_window(), "05:00", "", now_ms) == TO_COME
    assert wanted(a_window(), "00:30", "", now_ms) == Correction(lights_out_ms=now_ms)


@pytest.mark.parametrize("window", [a_window(), an_open_window("2026-11-22", LIGHTS_OUT_MS)])
def test_a_get_up_that_is_still_to_come_is_refused(window: Window) -> None:
    now_ms = at("2026-11-23T00:30:00+13:00")
    assert wanted(window, "", "08:30", now_ms) == UP_TO_COME
    assert wanted(window, "", "00:30", now_ms) == Correction(get_up_ms=now_ms)


def test_a_get_up_to_come_that_was_kept_before_hinders_no_other_correction() -> None:
    window = a_window(source=Source.CORRECTION)
    said = wanted(window, "22:40", "07:02", at("2026-11-23T00:30:00+13:00"))
    assert said == Correction(lights_out_ms=at("2026-11-22T22:40:00+13:00"), get_up_ms=GET_UP_MS)


def corrected(lights_out_ms: int) -> Window:
    return a_window(lights_out_ms=lights_out_ms, source=Source.CORRECTION)


def test_a_correction_is_pending_until_the_night_has_it() -> None:
    said = Correction(lights_out_ms=LIGHTS_OUT_MS + 60_000, get_up_ms=GET_UP_MS)
    assert is_pending(a_window(), said)
    assert not is_pending(corrected(LIGHTS_OUT_MS + 60_000), said)
    assert not is_pending(a_window(), None)


def test_an_undone_correction_is_pending_until_the_night_forgets_it() -> None:
    assert is_pending(corrected(LIGHTS_OUT_MS), Correction())
    assert not is_pending(a_window(), Correction())


def test_a_correction_that_is_taken_back_is_no_bound_for_the_other_end() -> None:
    late = a_window(lights_out_ms=at("2026-11-23T05:00:00+13:00"), source=Source.CORRECTION)
    wanted_ms = at("2026-11-23T05:10:00+13:00")
    assert wanted(late, "", "05:10") == Correction(get_up_ms=wanted_ms)
    assert wanted(late, "05:00", "05:10") == WRONG_ORDER


def test_a_night_that_is_open_has_no_get_up_that_could_be_repeated() -> None:
    tonight = an_open_window("2026-11-22", at("2026-11-23T00:09:00+13:00"))
    assert get_up_text(tonight) == ""
    assert wanted(tonight, "23:00", "") == Correction(lights_out_ms=at("2026-11-22T23:00:00+13:00"))
    said = wanted(tonight, "", "00:09")
    assert said == Correction(get_up_ms=at("2026-11-23T00:09:00+13:00"))


def test_lights_out_of_an_open_night_may_have_been_a_moment_ago() -> None:
    tonight = an_open_window("2026-11-22", at("2026-11-23T00:09:00+13:00"))
    said = wanted(tonight, "00:05", "", at("2026-11-23T00:10:00+13:00"))
    assert said == Correction(lights_out_ms=at("2026-11-23T00:05:00+13:00"))
