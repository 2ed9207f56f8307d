from monitor.contract.record import Mark, MarkKind
from monitor.night.window import Source, Window
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS, a_window, at
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


def test_it_is_night_from_lights_out_until_get_up_whatever_lamp_is_on() -> None:
    window = a_window()
    assert not dark(LIGHTS_OUT_MS - 1, running=window, illuminance_lx=20.0)
    assert dark(LIGHTS_OUT_MS, running=window, illuminance_lx=20.0)
    assert dark(GET_UP_MS - 1, running=window, illuminance_lx=20.0)
    assert not dark(GET_UP_MS, running=window, illuminance_lx=20.0)


def test_a_lamp_after_the_usual_bedtime_says_that_nobody_sleeps_yet() -> None:
    guessed = a_window(source=Source.SCHEDULE, provisional=True)
    assert not dark(LIGHTS_OUT_MS + HOUR_MS, running=guessed, illuminance_lx=20.0)
    assert dark(LIGHTS_OUT_MS + HOUR_MS, running=guessed, illuminance_lx=0.5)


def test_a_dark_room_near_the_usual_hours_is_dark() -> None:
    assert dark(USUAL[0] - HOUR_MS)
    assert not dark(USUAL[0] - HOUR_MS - 1)
    assert not dark(USUAL[1])
    assert not dark(USUAL[0], illuminance_lx=5.0)


def test_without_a_light_sensor_the_usual_hours_are_dark() -> None:
    assert dark(USUAL[0] + HOUR_MS, illuminance_lx=None)


def test_what_somebody_pressed_stands_before_the_light() -> None:
    evening_ms = USUAL[0] - 2 * HOUR_MS
    out = pressed(MarkKind.LIGHTS_OUT, evening_ms)
    assert dark(evening_ms + HOUR_MS, illuminance_lx=90.0, presses=(out,))
    up = pressed(MarkKind.GET_UP, evening_ms + 5 * HOUR_MS)
    assert not dark(evening_ms + 6 * HOUR_MS, presses=(up, out))


def test_other_marks_and_old_presses_say_nothing() -> None:
    evening_ms = USUAL[0] - 2 * HOUR_MS
    awake = pressed(MarkKind.AWAKE, evening_ms)
    old = pressed(MarkKind.LIGHTS_OUT, evening_ms - 12 * HOUR_MS)
    assert not dark(evening_ms, presses=(awake, old))
