"""The live state: the last sample of each part, never an older one."""

import pytest
from msgspec import UNSET

from firmware.live import LiveValues
from firmware.minute import SoundSetup, Traits
from monitor.contract.record import Flag, Mark, MarkKind, SoundMinute, epoch_ms, instant
from tests.fakes.parts import a_climate, a_fault, a_light, a_second

SETUP = SoundSetup(floor_db=29.0, calibrated=True)
AT_MS = 1_700_000_000_000
AT_S = 5000.0


def a_sound_minute(laeq_db: float) -> SoundMinute:
    return SoundMinute(
        laeq_db=laeq_db, lafmax_db=40.0, floor_db=29.0, calibrated=True, n=60, due=60
    )


def test_what_was_never_asked_is_absent() -> None:
    live = LiveValues()
    assert (live.climate, live.light, live.sound(SETUP)) == (UNSET, UNSET, UNSET)


def test_values_carry_the_time_of_their_sample() -> None:
    live = LiveValues()
    live.saw_climate(AT_S, a_climate(18.127), Traits())
    live.saw_light(AT_S + 1, a_light(0.123456, flags=(Flag.IR_DOMINATED,)))
    told = live.told(SETUP, now_s=AT_S + 1.5, now_ms=AT_MS + 1500)
    assert (told.climate.at, told.light.at) == (instant(AT_MS), instant(AT_MS + 1000))
    assert (told.sound, told.loudness) == (UNSET, UNSET)
    assert (live.climate.temperature_c, told.climate.temperature_c) == (18.13, 18.13)
    assert (live.climate.humidity_pct, live.climate.pressure_hpa) == (50.0, 1013.0)
    assert (live.light.illuminance_lx, live.light.flags) == (0.1235, (Flag.IR_DOMINATED,))


@pytest.mark.parametrize("step_ms", [-7_200_000, 7_200_000])
def test_a_clock_that_is_put_right_makes_no_sample_younger_or_older(step_ms: int) -> None:
    live = LiveValues()
    live.saw_climate(AT_S, a_climate(), Traits())
    live.saw_light(AT_S, a_light())
    live.saw_sound(AT_S, a_second(AT_MS, 31.0))
    live.saw_loudness(AT_S, a_fault())
    now_ms = AT_MS + 40_000 + step_ms
    told = live.told(SETUP, now_s=AT_S + 40, now_ms=now_ms)
    assert {epoch_ms(part.at) for part in told} == {now_ms - 40_000}


def test_a_fault_takes_the_value_away() -> None:
    live = LiveValues()
    live.saw_climate(AT_S, a_climate(), Traits())
    live.saw_climate(AT_S + 1, a_fault(), Traits(humidity=False, pressure=False))
    live.saw_light(AT_S, a_light())
    live.saw_light(AT_S + 1, a_fault(Flag.RESET))
    assert (live.climate.temperature_c, live.climate.flags) == (None, (Flag.NO_REPLY,))
    assert (live.climate.humidity_pct, live.climate.pressure_hpa) == (UNSET, UNSET)
    assert (live.light.illuminance_lx, live.light.flags) == (None, (Flag.RESET,))


def test_sound_is_the_last_second_and_the_last_minute() -> None:
    live = LiveValues()
    live.saw_sound(AT_S, a_second(AT_MS, 31.0))
    before = live.sound(SETUP)
    live.saw_minute(a_sound_minute(30.5))
    after = live.sound(SETUP)
    assert (before.laeq_db, before.lafmax_db, before.laeq_1min_db) == (31.0, 33.0, None)
    assert (after.laeq_1min_db, after.lafmax_1min_db) == (30.5, 40.0)
    assert (after.floor_db, after.calibrated) == (29.0, True)


def test_a_deaf_microphone_has_no_level() -> None:
    live = LiveValues()
    live.saw_sound(AT_S, a_second())
    live.saw_sound(AT_S + 1, a_fault(Flag.SILENT))
    live.saw_minute(UNSET)
    sound = live.sound(SETUP)
    assert (sound.laeq_db, sound.lafmax_db, sound.laeq_1min_db) == (None, None, None)
    assert sound.flags == (Flag.SILENT,)


def test_a_press_is_told_once() -> None:
    live = LiveValues()
    mark = Mark(at_ms=AT_MS, kind=MarkKind.AWAKE)
    live.saw_marks([mark] * 9)
    assert live.take_marks() == (mark,) * 8
    assert live.take_marks() == ()


def test_after_five_seconds_there_is_a_level_for_the_first_score() -> None:
    live = LiveValues()
    for number, laeq_db in enumerate((30.0, 30.0, 30.0, 30.0, 40.0)):
        assert live.sound(SETUP) == UNSET or live.sound(SETUP).laeq_1min_db is None
        live.saw_sound(AT_S + number, a_second(AT_MS, laeq_db))
    assert live.sound(SETUP).laeq_1min_db == 34.47  # of the mean power 0.8 · 10^3 + 0.2 · 10^4
    assert live.sound(SETUP).lafmax_1min_db == 42.0


def test_a_first_minute_of_two_seconds_tells_nothing() -> None:
    live = LiveValues()
    for number in range(5):
        live.saw_sound(AT_S + number, a_second(AT_MS, 30.0))
    live.saw_minute(
        SoundMinute(laeq_db=None, lafmax_db=None, floor_db=None, calibrated=False, n=0, due=2)
    )
    assert live.sound(SETUP).laeq_1min_db == 30.0


def test_a_whole_minute_without_a_level_leaves_none() -> None:
    live = LiveValues()
    for number in range(5):
        live.saw_sound(AT_S + number, a_second(AT_MS, 30.0))
    live.saw_minute(
        SoundMinute(laeq_db=None, lafmax_db=None, floor_db=None, calibrated=False, n=0, due=60)
    )
    assert live.sound(SETUP).laeq_1min_db is None
