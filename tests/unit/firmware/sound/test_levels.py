from collections.abc import Callable
from dataclasses import astuple
from functools import cache

import numpy as np
import pytest

from firmware.sound.levels import (
    LevelMeter,
    SecondLevels,
    detector_step,
    energy_mean_db,
    full_scale_db,
)
from firmware.sound.summary import summarise
from firmware.sound.weighting import Weighting
from tests.fakes.signals import (
    RATE_HZ,
    Signal,
    burst,
    pink_noise,
    silence,
    tone,
    white_noise,
)

FULL_SCALE_DB = full_scale_db(-26.0)
# The level of tone(): amplitude 0.1 is 20 dB below a full-scale sine, which is 120 dB.
TONE_DB = 100.0
# Source: IEC 61672-1:2013, table 4: duration in ms, then LAFmax, LASmax and LAE of a 4 kHz
# burst relative to the steady tone; below 2 ms it has no LASmax.
BURSTS = (
    (1000.0, 0.0, -2.0, 0.0),
    (500.0, -0.1, -4.1, -3.0),
    (200.0, -1.0, -7.4, -7.0),
    (100.0, -2.6, -10.2, -10.0),
    (50.0, -4.8, -13.1, -13.0),
    (20.0, -8.3, -17.0, -17.0),
    (10.0, -11.1, -20.0, -20.0),
    (5.0, -14.1, -23.0, -23.0),
    (2.0, -18.0, -27.0, -27.0),
    (1.0, -21.0, None, -30.0),
    (0.5, -24.0, None, -33.0),
    (0.25, -27.0, None, -36.0),
)
A_AT_4_KHZ_DB = float(Weighting.A.curve_db(np.array([4000.0]))[0])


def measure(signal: Signal, *, settle_s: int = 0, block: int = 4_800) -> list[SecondLevels]:
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=settle_s)
    blocks = [signal[start : start + block] for start in range(0, signal.size, block)]
    return [second for part in blocks for second in meter.feed(part)]


def exact_laeq_db(signal: Signal) -> float:
    """Return LAeq of the whole by Parseval, with a second of silence for the filter's tail."""
    padded = np.concatenate([signal, silence(1.0)])
    power = np.abs(np.fft.rfft(padded)[1:-1]) ** 2
    frequency_hz = np.fft.rfftfreq(padded.size, 1 / RATE_HZ)[1:-1]
    weighted = power * 10 ** (Weighting.A.curve_db(frequency_hz) / 10)
    return float(FULL_SCALE_DB + 10 * np.log10(2 * weighted.sum() / padded.size / signal.size))


def measured_laeq_db(signal: Signal) -> float:
    seconds = measure(np.concatenate([signal, silence(1.0)]))
    energy = sum(10 ** (second.laeq_db / 10) for second in seconds)
    return float(10 * np.log10(energy * RATE_HZ / signal.size))


@cache
def burst_levels(duration_s: float) -> dict[str, float]:
    """Return the levels of a 4 kHz burst, relative to the steady tone."""
    seconds = measure(burst(duration_s, before_s=1.25, after_s=4.0 - 1.25 - duration_s))
    exposure = sum(10 ** (second.laeq_db / 10) for second in seconds)
    levels_db = {
        "F": max(second.lafmax_db for second in seconds),
        "S": max(second.lasmax_db for second in seconds),
        "E": 10 * np.log10(exposure),
    }
    return {name: level_db - TONE_DB - A_AT_4_KHZ_DB for name, level_db in levels_db.items()}


def lost_in_the_spread_spectrum_db(duration_s: float) -> float:
    """Return what A weighting takes more from a burst than from the tone it is cut from.

    The table's values are the detectors'; the fewer cycles, the less power is at 4 kHz.
    """
    cut = burst(duration_s, before_s=0.0, after_s=1.0 - duration_s)
    return FULL_SCALE_DB + 10 * np.log10(np.mean(cut**2)) + A_AT_4_KHZ_DB - exact_laeq_db(cut)


def test_the_sensitivity_is_what_1_pascal_gives() -> None:
    # 24 bits: a sine of 94 dB has its peak at 10^(-26/20) of 2^23 counts.
    counts = np.rint(tone(1000.0, 2.0, amplitude=420_426.0)) * 2**8
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=1)
    assert meter.feed(counts.astype(np.int32))[0].laeq_db == pytest.approx(94.0, abs=0.001)


def test_a_steady_tone_reads_the_same_on_every_level() -> None:
    second = measure(tone(1000.0, 3.0), settle_s=1)[0]
    for level_db in (second.laeq_db, second.lceq_db, second.lafmax_db, second.lasmax_db):
        assert level_db == pytest.approx(TONE_DB, abs=0.02)
    # At 48 samples a cycle the crest falls between two, at worst 0.019 dB above them.
    assert second.lcpeak_db == pytest.approx(TONE_DB + 3.01, abs=0.02)


@pytest.mark.parametrize(("duration_ms", "fast_db", "slow_db", "exposure_db"), BURSTS)
def test_bursts_read_what_the_standard_says(
    duration_ms: float, fast_db: float, slow_db: float | None, exposure_db: float
) -> None:
    levels = burst_levels(duration_ms / 1000)
    lost_db = lost_in_the_spread_spectrum_db(duration_ms / 1000)
    assert levels["F"] == pytest.approx(fast_db - lost_db, abs=0.08)
    assert levels["E"] == pytest.approx(exposure_db - lost_db, abs=0.08)
    if slow_db is not None:
        assert levels["S"] == pytest.approx(slow_db - lost_db, abs=0.08)


def test_only_the_shortest_bursts_lose_something_in_their_spectrum() -> None:
    assert lost_in_the_spread_spectrum_db(1.0) == pytest.approx(0.0, abs=0.001)
    assert 0.05 < lost_in_the_spread_spectrum_db(0.00025) < 0.15


@pytest.mark.parametrize(("field", "decay_db"), [("lafmax_db", 34.7), ("lasmax_db", 4.34)])
def test_a_tone_that_stops_decays_as_the_standard_says(field: str, decay_db: float) -> None:
    seconds = measure(np.concatenate([tone(1000.0, 3.0), silence(3.0)]), settle_s=1)
    fourth, fifth = (getattr(second, field) for second in seconds[3:5])
    assert fourth - fifth == pytest.approx(decay_db, abs=0.05)


@pytest.mark.parametrize("noise", [white_noise, pink_noise])
def test_noise_reads_what_the_whole_file_computes(noise: Callable[[float], Signal]) -> None:
    signal = noise(5.0)
    assert measured_laeq_db(signal) == pytest.approx(exact_laeq_db(signal), abs=0.001)


@pytest.mark.parametrize(("crest_factor", "on", "period"), [(3, 22, 99), (5, 8, 100), (10, 2, 100)])
def test_peaky_sounds_lose_nothing(crest_factor: int, on: int, period: int) -> None:
    cycle = np.concatenate([tone(4000.0, on / 4000), silence((period - on) / 4000)])
    signal = np.tile(cycle, 3 * RATE_HZ // cycle.size)
    assert signal.max() / signal.std() == pytest.approx(crest_factor, rel=0.01)
    measured_db = measured_laeq_db(signal)
    assert measured_db == pytest.approx(exact_laeq_db(signal), abs=0.001)
    assert measured_db - A_AT_4_KHZ_DB == pytest.approx(
        TONE_DB + 10 * np.log10(on / period), abs=0.3
    )


def test_a_constant_offset_is_not_heard() -> None:
    quiet, offset = tone(1000.0, 3.0, amplitude=1e-4), 0.3
    wanted, got = measure(quiet, settle_s=1), measure(quiet + offset, settle_s=1)
    assert [s.laeq_db for s in got] == pytest.approx([s.laeq_db for s in wanted], abs=0.001)
    assert [s.lceq_db for s in got] == pytest.approx([s.lceq_db for s in wanted], abs=0.001)


@pytest.mark.parametrize("block", [1, 100, 4_799, 24_000, 47_999, 48_000, 144_000])
def test_the_size_of_the_blocks_does_not_matter(block: int) -> None:
    signal = pink_noise(3.0)
    wanted = [astuple(second) for second in measure(signal)]
    assert [astuple(second) for second in measure(signal, block=block)] == wanted


def test_integers_and_floats_read_the_same() -> None:
    counts = np.rint(tone(440.0, 1.0) * 2**31).astype(np.int32)
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0)
    assert meter.feed(counts)[0].laeq_db == pytest.approx(
        measure(tone(440.0, 1.0))[0].laeq_db, abs=1e-5
    )


def test_seconds_are_told_by_counting_samples() -> None:
    ends = [second.end_sample for second in measure(white_noise(3.9), settle_s=1)]
    assert ends == [2 * RATE_HZ, 3 * RATE_HZ]


def test_the_detectors_at_the_end_of_a_second_are_told_beside_their_highest() -> None:
    signal = np.concatenate([tone(1000.0, 2.5), silence(0.5)])
    second = measure(signal, settle_s=1)[1]
    # Half a second is 4 time constants of F and half a one of S.
    assert second.lafmax_db - second.laf_db == pytest.approx(4 * 4.343, abs=0.05)
    assert second.lasmax_db - second.las_db == pytest.approx(0.5 * 4.343, abs=0.05)


def test_the_start_up_ramp_is_in_no_percentile() -> None:
    signal = white_noise(12.0)
    signal[: RATE_HZ // 10] *= np.linspace(0.0, 1.0, RATE_HZ // 10)
    ramp, steady = summarise(measure(signal, settle_s=1)), summarise(measure(white_noise(12.0))[1:])
    assert ramp.la90_db == pytest.approx(steady.la90_db, abs=0.001)
    assert ramp.la90_db > summarise(measure(signal)).la90_db


def test_the_start_up_ramp_is_in_no_result() -> None:
    signal = tone(1000.0, 3.0)
    signal[:2_000] = 0.9  # the thump of a microphone that wakes up
    seconds = measure(signal, settle_s=1)
    for second in seconds:
        assert second.lasmax_db == pytest.approx(TONE_DB, abs=0.02)
        assert second.lafmax_db == pytest.approx(TONE_DB, abs=0.02)


@pytest.mark.parametrize("rail", [32_767 / 32_768, -1.0])
def test_a_sample_at_the_rail_is_an_overload(rail: float) -> None:
    signal = tone(1000.0, 2.0)
    signal[RATE_HZ + 100] = rail
    assert [second.overload for second in measure(signal)] == [False, True]


def test_a_clipped_tone_has_the_level_of_what_is_left_of_it() -> None:
    whole = tone(1000.0, 3.0, amplitude=2.0)
    clipped = np.clip(whole, -1.0, 1.0 - 2.0**-23)
    (second, *_) = measure(clipped, settle_s=1)
    assert second.overload
    assert measured_laeq_db(clipped) == pytest.approx(exact_laeq_db(clipped), abs=0.001)
    # Cut off at half of its height, at 30 degrees: its mean square falls from 2 to
    # 4 (1/6 - sqrt 3 / 4 pi) + 2/3; the harmonics' weighting is within 0.1 dB of none.
    left = 4 * (1 / 6 - 3**0.5 / (4 * np.pi)) + 2 / 3
    lost_db = exact_laeq_db(whole) - second.laeq_db
    assert lost_db == pytest.approx(10 * np.log10(2 / left), abs=0.1)


@pytest.mark.parametrize("value", [0.0, -(2.0**-23)])
def test_a_dead_data_line_is_told_from_a_silent_room(value: float) -> None:
    dead = measure(silence(1.0) + value)[0]
    room = measure(white_noise(1.0) * 1e-5)[0]
    assert (dead.still, room.still) == (True, False)


def test_every_level_is_a_number_even_in_digital_silence() -> None:
    levels = measure(silence(1.0))[0]
    assert -30.0 < levels.laeq_db == levels.lcpeak_db < 0.0


def test_rates_that_no_millisecond_divides_work() -> None:
    rate_hz = 11_025
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, rate_hz=rate_hz, settle_s=1)
    sine = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(2 * rate_hz) / rate_hz)
    assert meter.feed(sine)[0].laeq_db == pytest.approx(TONE_DB, abs=0.001)


def test_a_detector_step_divides_a_second_at_any_rate() -> None:
    steps = {rate_hz: detector_step(rate_hz) for rate_hz in (500, 8_000, 22_050, 44_100, 96_000)}
    assert all(rate_hz % step == 0 for rate_hz, step in steps.items())
    assert all(1000 * step <= rate_hz or step == 1 for rate_hz, step in steps.items())


def test_levels_average_by_energy() -> None:
    # The arithmetic mean would say 50: the loud half would hardly count.
    assert energy_mean_db([40.0, 60.0]) == pytest.approx(57.0, abs=0.05)
    assert energy_mean_db([45.0] * 7) == pytest.approx(45.0)


@pytest.mark.parametrize("rate_hz", [11_025, 44_100, 48_000])
@pytest.mark.parametrize("length_s", [0.3, 0.5, 0.8, 1.0, 1.25, 2.9])
def test_what_is_left_at_the_end_has_the_level_of_its_own_time(
    rate_hz: int, length_s: float
) -> None:
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, rate_hz=rate_hz, settle_s=0)
    seconds = [*meter.feed(tone(1000.0, length_s, rate_hz=rate_hz)), *meter.finish()]
    assert sum(second.duration_s for second in seconds) == pytest.approx(length_s, abs=0.001)
    assert [second.duration_s for second in seconds[:-1]] == [1.0] * (len(seconds) - 1)
    for second in seconds:
        assert second.laeq_db == pytest.approx(TONE_DB, abs=0.02)
        assert second.lceq_db == pytest.approx(TONE_DB, abs=0.02)
    # The detector has risen for all of the time and no longer.
    wanted_db = TONE_DB + 10 * np.log10(1 - np.exp(-length_s))
    assert seconds[-1].las_db == pytest.approx(wanted_db, abs=0.05)


def test_nothing_is_left_after_whole_seconds_or_less_than_a_millisecond() -> None:
    for samples in (0, 47, RATE_HZ, RATE_HZ + 47):
        meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0)
        meter.feed(silence(samples / RATE_HZ))
        assert meter.finish() == []


def test_a_recording_with_an_offset_does_not_begin_with_a_bang() -> None:
    quiet = white_noise(2.0) / 500
    wanted, got = measure(quiet)[0], measure(quiet + 0.1)[0]
    for name in ("laeq_db", "lafmax_db", "lasmax_db", "lceq_db", "lcpeak_db"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name), abs=0.1)
