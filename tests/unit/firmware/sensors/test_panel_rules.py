import pytest
from msgspec.structs import replace

from firmware.sensors.panel_rules import LIT_FOR_S, LedRule, Moment, Turns
from firmware.sensors.presses import Press
from monitor.contract.record import ClockState, Mark, MarkKind, Record
from tests.fakes.bedroom import a_minute
from tests.fakes.transfer_records import BOOT, a_record

HOUR_MS = 3_600_000
HOUR_S = 3600.0
OTHER_BOOT = "00000000000000b1"
THIRD_BOOT = "00000000000000b2"


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


def a_press(
    kind: MarkKind = MarkKind.LIGHTS_OUT,
    *,
    hour: float = 23,
    boot: str = BOOT,
    boottime_h: float = 50,
    clock: ClockState = ClockState.SYNCED,
) -> Record:
    """Return a minute in which a button was pressed half a minute before its end."""
    mark = Mark(at_ms=round(hour * HOUR_MS), kind=kind)
    minute = a_minute(mark.at_ms + 30_000, marks=(mark,))
    record = a_record(minute=minute, boot=boot, clock=clock)
    return replace(record, boottime_s=boottime_h * HOUR_S + 30)


def a_moment(
    *, hour: float | None, boot: str = BOOT, boottime_h: float, now_s: float = 100.0
) -> Moment:
    """Return a moment at an hour of the wall, None for a boot without time."""
    now_ms = None if hour is None else round(hour * HOUR_MS)
    return Moment(now_s=now_s, boot=boot, boottime_s=boottime_h * HOUR_S, now_ms=now_ms)


def test_a_restart_at_night_is_still_night() -> None:
    turns = Turns()
    turns.seed([a_press()], a_moment(hour=24, boottime_h=51))
    assert turns.is_night(100.0)
    assert turns.kind_of(Press.DOUBLE, 7 * HOUR_S) is MarkKind.GET_UP
    assert not turns.is_night(8 * HOUR_S)


def test_after_the_get_up_a_restart_is_no_night() -> None:
    turns = Turns()
    pressed = [a_press(), a_press(MarkKind.GET_UP, hour=31, boottime_h=58)]
    turns.seed(pressed, a_moment(hour=32, boottime_h=59))
    assert turns.kind_of(Press.DOUBLE, 100.0) is MarkKind.LIGHTS_OUT


@pytest.mark.parametrize("hour", [26.0, 26.0 + 21 * 24, None])
def test_what_was_pressed_in_the_same_boot_is_as_old_as_that_says(hour: float | None) -> None:
    """Whatever was found out of the time in between, and by whom."""
    pressed = a_press(clock=ClockState.UNSYNCED)
    turns = Turns()
    turns.seed([pressed], a_moment(hour=hour, boottime_h=53))
    assert turns.is_night(100.0)
    assert not turns.is_unsure
    turns = Turns()
    turns.seed([pressed], a_moment(hour=hour, boottime_h=67))
    assert not turns.is_night(100.0)


def test_what_was_pressed_before_a_power_cut_is_as_old_as_the_wall_says() -> None:
    turns = Turns()
    turns.seed([a_press()], a_moment(hour=38, boot=OTHER_BOOT, boottime_h=0.1))
    assert turns.is_night(100.0)
    turns.seed([a_press()], a_moment(hour=40, boot=OTHER_BOOT, boottime_h=0.1))
    assert not turns.is_night(100.0)


def test_in_a_boot_without_time_a_power_cut_counts_as_none_until_the_time_is_found() -> None:
    turns = Turns()
    later = a_press(MarkKind.AWAKE, hour=25, boottime_h=52)
    turns.seed([a_press(), later], a_moment(hour=None, boot=OTHER_BOOT, boottime_h=0.1))
    assert turns.is_night(100.0)
    assert turns.is_unsure
    turns.reckon(a_moment(hour=23 + 17, boot=OTHER_BOOT, boottime_h=0.2))
    assert not turns.is_night(100.0)
    assert not turns.is_unsure


def test_in_a_boot_without_time_a_night_ends_as_soon_as_others_do() -> None:
    """Counted are the boot of the press, the one after it, and the one that runs."""
    between = a_press(MarkKind.AWAKE, boot=OTHER_BOOT, boottime_h=7, clock=ClockState.UNSYNCED)
    pressed = [a_press(), a_press(MarkKind.AWAKE, boottime_h=54), between]
    turns = Turns()
    turns.seed(pressed, a_moment(hour=None, boot=THIRD_BOOT, boottime_h=4.5))
    assert turns.is_night(100.0)
    turns.seed(pressed, a_moment(hour=None, boot=THIRD_BOOT, boottime_h=5.5))
    assert not turns.is_night(100.0)
    assert not turns.is_unsure


def test_a_press_in_a_boot_without_time_tells_more_than_what_is_found_out_of_before() -> None:
    turns = Turns()
    turns.seed([a_press()], a_moment(hour=None, boot=OTHER_BOOT, boottime_h=0.1))
    assert turns.kind_of(Press.DOUBLE, 200.0) is MarkKind.GET_UP
    turns.reckon(a_moment(hour=30, boot=OTHER_BOOT, boottime_h=0.2, now_s=400.0))
    assert turns.kind_of(Press.DOUBLE, 500.0) is MarkKind.LIGHTS_OUT


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
