from msgspec.structs import replace

from monitor.contract.record import Mark, MarkKind
from monitor.night.window import Source, Window
from tests.fakes.bedroom import LIGHTS_OUT_MS, a_window, at
from web.bedside import is_night

USUAL = (at("2026-11-22T23:00:00+13:00"), at("2026-11-23T07:00:00+13:00"))
HOUR_MS = 3_600_000


def dark(
    now_ms: int,
    *,
    running: Window | None = None,
    illuminance_lx: float | None = 0.01,
    presses: tuple[Mark, ...] = (),
) -> bool:
    return is_night(
        now_ms, usual=USUAL, running=running, illuminance_lx=illuminance_lx, presses=presses
    )


def pressed(kind: MarkKind, at_ms: int) -> Mark:
    return Mark(at_ms=at_ms, kind=kind)


def judged(now_ms: int, out: Source = Source.LIGHT) -> Window:
    """Return the running night as the monitor judges it: it ends with the newest minute."""
    end_ms = min(now_ms // 60_000 * 60_000, USUAL[1])
    found = a_window(source=out, get_up_ms=end_ms, provisional=True)
    return replace(found, get_up_source=Source.SCHEDULE)


def test_it_is_night_from_lights_out_until_get_up_whatever_lamp_is_on() -> None:
    for now_ms in (LIGHTS_OUT_MS, LIGHTS_OUT_MS + 4 * HOUR_MS, USUAL[1] - 1):
        assert dark(now_ms, running=judged(now_ms), illuminance_lx=45.0)
    assert not dark(LIGHTS_OUT_MS - 1, running=judged(LIGHTS_OUT_MS), illuminance_lx=20.0)


def test_a_get_up_that_was_seen_ends_the_night() -> None:
    early_ms = USUAL[1] - HOUR_MS
    up = a_window(get_up_ms=early_ms - 5 * 60_000, provisional=True)
    assert not dark(early_ms, running=up, illuminance_lx=90.0)


def test_after_the_usual_time_it_stays_dark_until_there_is_light() -> None:
    late_ms = USUAL[1] + HOUR_MS
    assert dark(late_ms, running=judged(late_ms))
    assert not dark(late_ms, running=judged(late_ms), illuminance_lx=90.0)
    assert not dark(USUAL[1] + 2 * HOUR_MS, running=judged(late_ms))
    assert not dark(USUAL[1], running=judged(USUAL[1]), illuminance_lx=None)


def test_a_lamp_after_the_usual_bedtime_says_that_nobody_sleeps_yet() -> None:
    now_ms = LIGHTS_OUT_MS + HOUR_MS
    guessed = judged(now_ms, out=Source.SCHEDULE)
    assert not dark(now_ms, running=guessed, illuminance_lx=20.0)
    assert dark(now_ms, running=guessed, illuminance_lx=0.5)


def test_a_dark_room_near_the_usual_hours_is_dark() -> None:
    assert dark(USUAL[0] - HOUR_MS)
    assert not dark(USUAL[0] - HOUR_MS - 1)
    assert not dark(USUAL[1] + 2 * HOUR_MS)
    assert not dark(USUAL[0], illuminance_lx=5.0)


def test_without_a_light_sensor_the_usual_hours_are_dark_and_no_others() -> None:
    assert not dark(USUAL[0] - 1, illuminance_lx=None)
    assert dark(USUAL[0], illuminance_lx=None)
    assert dark(USUAL[1] - 1, illuminance_lx=None)
    assert not dark(USUAL[1], illuminance_lx=None)


def test_without_a_light_sensor_a_lights_out_before_the_usual_time_is_dark() -> None:
    out = pressed(MarkKind.LIGHTS_OUT, USUAL[0] - 2 * HOUR_MS)
    assert dark(USUAL[0] - HOUR_MS, illuminance_lx=None, presses=(out,))


def test_what_somebody_pressed_stands_before_the_light() -> None:
    evening_ms = USUAL[0] - 2 * HOUR_MS
    out = pressed(MarkKind.LIGHTS_OUT, evening_ms)
    assert dark(evening_ms + HOUR_MS, illuminance_lx=90.0, presses=(out,))
    up = pressed(MarkKind.GET_UP, evening_ms + 5 * HOUR_MS)
    assert not dark(evening_ms + 6 * HOUR_MS, presses=(up, out))


def test_a_press_just_made_counts_before_the_monitor_has_heard_of_it() -> None:
    evening_ms = USUAL[0] - 2 * HOUR_MS
    out = pressed(MarkKind.LIGHTS_OUT, evening_ms)
    guessed = judged(evening_ms, out=Source.SCHEDULE)
    assert dark(evening_ms + 1, illuminance_lx=90.0, running=guessed, presses=(out,))


def test_a_pressed_lights_out_holds_until_get_up_and_no_longer() -> None:
    out = pressed(MarkKind.LIGHTS_OUT, USUAL[0])
    lamp_ms = USUAL[0] + 4 * HOUR_MS
    running = judged(lamp_ms, out=Source.BUTTON)
    assert dark(lamp_ms, running=running, illuminance_lx=45.0, presses=(out,))
    morning_ms = USUAL[1] + HOUR_MS
    up = a_window(get_up_ms=morning_ms - 10 * 60_000, source=Source.LIGHT)
    assert not dark(morning_ms, running=up, illuminance_lx=90.0, presses=(out,))
    assert not dark(morning_ms, illuminance_lx=90.0, presses=(out,))


def test_other_marks_say_nothing() -> None:
    evening_ms = USUAL[0] - 2 * HOUR_MS
    assert not dark(evening_ms, presses=(pressed(MarkKind.AWAKE, evening_ms),))
