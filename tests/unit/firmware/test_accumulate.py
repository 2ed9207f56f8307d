"""Means, maxima and percentiles of one minute's samples."""

import pytest

from firmware.accumulate import (
    ClimateSamples,
    LightSamples,
    SoundSamples,
    distinct,
    energy_mean_db,
    exceeded_db,
    mean,
)
from monitor.contract.record import Flag
from tests.fakes.parts import a_climate, a_fault, a_light, a_second


def light(*samples: tuple[float, float]) -> LightSamples:
    taken = LightSamples()
    for at_s, illuminance_lx in samples:
        taken.add(at_s, a_light(illuminance_lx))
    return taken


def test_levels_average_by_energy_not_by_their_decibels() -> None:
    assert energy_mean_db([30.0, 50.0]) == pytest.approx(47.03, abs=0.01)
    assert energy_mean_db([40.0] * 60) == pytest.approx(40.0)


def test_the_mean_of_nothing_is_none_and_never_zero() -> None:
    assert mean([]) is None
    assert energy_mean_db([]) is None
    assert exceeded_db([], 0.1) is None


def test_la10_is_the_level_exceeded_a_tenth_of_the_time() -> None:
    levels = [float(level) for level in range(101)]
    assert exceeded_db(levels, 0.10) == pytest.approx(90.0)
    assert exceeded_db(levels, 0.90) == pytest.approx(10.0)
    assert exceeded_db([33.0], 0.10) == 33.0


def test_percentiles_do_not_depend_on_the_order_of_the_seconds() -> None:
    assert exceeded_db([50.0, 30.0, 40.0], 0.25) == exceeded_db([30.0, 40.0, 50.0], 0.25) == 45.0


def test_the_largest_ten_seconds_are_found_wherever_they_lie() -> None:
    for start in (0, 1, 23, 49, 50):
        samples = [(float(at), 10.0 if start < at <= start + 10 else 0.0) for at in range(1, 61)]
        assert light(*samples).largest_window_mean_lx(0.0) == pytest.approx(10.0)


def test_a_flash_of_two_seconds_counts_for_a_fifth() -> None:
    samples = [(float(at), 50.0 if at in {30, 31} else 0.0) for at in range(1, 61)]
    assert light(*samples).largest_window_mean_lx(0.0) == pytest.approx(10.0)


def test_a_flash_at_the_very_start_counts_over_the_first_ten_seconds() -> None:
    samples = [(float(at), 50.0 if at == 1 else 0.0) for at in range(1, 61)]
    assert light(*samples).largest_window_mean_lx(0.0) == pytest.approx(5.0)


def test_with_slow_samples_the_largest_window_is_the_largest_sample() -> None:
    assert light((5.0, 8.0), (35.0, 2.0)).largest_window_mean_lx(0.0) == 8.0
    assert light((30.0, 1.0), (60.0, 3.0)).largest_window_mean_lx(0.0) == 3.0


def test_a_minute_shorter_than_ten_seconds_counts_whole() -> None:
    assert light((101.0, 4.0), (102.0, 2.0)).largest_window_mean_lx(100.0) == pytest.approx(3.0)


def test_without_light_samples_there_is_no_window() -> None:
    assert light().largest_window_mean_lx(0.0) == 0.0


def test_faults_leave_a_flag_and_no_reading() -> None:
    climate, lit, sound = ClimateSamples(), LightSamples(), SoundSamples()
    climate.add(a_fault())
    lit.add(1.0, a_fault(Flag.BUS_STUCK))
    sound.add(a_fault(Flag.SILENT))
    assert (climate.readings, lit.readings, sound.seconds) == ([], [], [])
    assert (climate.flags, lit.flags, sound.flags) == (
        [Flag.NO_REPLY],
        [Flag.BUS_STUCK],
        [Flag.SILENT],
    )


def test_readings_bring_their_own_flags() -> None:
    climate, lit = ClimateSamples(), LightSamples()
    climate.add(a_climate())
    lit.add(1.0, a_light(flags=(Flag.SATURATED,)))
    assert (len(climate.readings), lit.flags) == (1, [Flag.SATURATED])


def test_only_seconds_outside_events_are_quiet() -> None:
    sound = SoundSamples()
    sound.add(a_second(laeq_db=30.0))
    sound.add(a_second(laeq_db=50.0), in_event=True)
    assert (len(sound.seconds), sound.quiet_db) == (2, [30.0])


def test_flags_are_told_once_in_their_order() -> None:
    assert distinct([Flag.RESET, Flag.FAULT, Flag.RESET]) == (Flag.RESET, Flag.FAULT)
