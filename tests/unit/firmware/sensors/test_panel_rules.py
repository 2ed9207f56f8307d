import pytest

from firmware.sensors.panel_rules import LIT_FOR_S, LedRule, Turns
from firmware.sensors.presses import Press
from monitor.contract.record import Mark, MarkKind
from tests.fakes.bedroom import a_minute

HOUR_MS = 3_600_000
HOUR_S = 3600.0


def test_short_is_awake_and_long_is_a_bad_dream() -> None:
    turns = Turns()
    assert turns.kind_of(Press.SHORT, 5.0) is MarkKind.AWAKE
    assert turns.kind_of(Press.LONG, 6.0) is MarkKind.JERK


def test_double_is_lights_out_then_get_up_then_lights_out() -> None:
    turns = Turns()
    kinds = [turns.kind_of(Press.DOUBLE, hour * HOUR_S) for hour in (23, 31, 47)]
    assert kinds == [MarkKind.LIGHTS_OUT, MarkKind.GET_UP, MarkKind.LIGHTS_OUT]


def test_a_get_up_that_was_not_pressed_does_not_turn_the_next_evening_round() -> None:
    turns = Turns()
    turns.kind_of(Press.DOUBLE, 23 * HOUR_S)
    assert turns.kind_of(Press.DOUBLE, 47 * HOUR_S) is MarkKind.LIGHTS_OUT


def test_a_restart_at_night_is_still_night() -> None:
    turns = Turns()
    mark = Mark(at_ms=23 * HOUR_MS, kind=MarkKind.LIGHTS_OUT)
    minutes = [a_minute(23 * HOUR_MS + 30_000, marks=(mark,))]
    turns.seed(minutes, now_s=100.0, now_ms=24 * HOUR_MS)
    assert turns.is_night(100.0)
    assert turns.kind_of(Press.DOUBLE, 7 * HOUR_S) is MarkKind.GET_UP
    assert not turns.is_night(8 * HOUR_S)


class Led:
    """The LED of a room, told once a second."""

    def __init__(self) -> None:
        self.rule = LedRule()
        self.now_s = 0.0

    def after(
        self,
        seconds: float,
        illuminance_lx: float | None,
        *,
        is_night: bool = False,
        faulty: bool = False,
    ) -> list[float]:
        shown = []
        for _ in range(round(seconds)):
            self.now_s += 1.0
            shown.append(
                self.rule.brightness(self.now_s, illuminance_lx, is_night=is_night, faulty=faulty)
            )
        return shown


def test_it_is_off_at_boot_and_shines_in_a_room_lit_for_long() -> None:
    led = Led()
    assert set(led.after(LIT_FOR_S, 20.0)) == {0.0}
    assert led.after(5, 20.0)[-1] > 0


def test_a_dimmed_evening_keeps_it_and_darkness_ends_it_at_once() -> None:
    led = Led()
    led.after(LIT_FOR_S + 5, 20.0)
    assert led.after(1, 3.0)[-1] > 0
    assert led.after(1, 0.5) == [0.0]


def test_a_lamp_at_night_does_not_bring_it_back() -> None:
    led = Led()
    led.after(60, 0.01)
    assert set(led.after(300, 40.0)) == {0.0}


@pytest.mark.parametrize(("illuminance_lx", "is_night"), [(None, False), (40.0, True)])
def test_it_is_off_when_lights_out_was_pressed_or_the_light_is_not_known(
    illuminance_lx: float | None, *, is_night: bool
) -> None:
    led = Led()
    led.after(LIT_FOR_S + 5, 40.0)
    assert set(led.after(60, illuminance_lx, is_night=is_night)) == {0.0}


def test_a_part_at_fault_makes_it_blink() -> None:
    led = Led()
    led.after(LIT_FOR_S + 5, 40.0)
    shown = led.after(4, 40.0, faulty=True)
    assert shown[0] == shown[2] != shown[1] == shown[3]
