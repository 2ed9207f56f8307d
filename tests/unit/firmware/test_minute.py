"""Samples of one minute to its record."""

from dataclasses import replace

import msgspec
import pytest
from msgspec import UNSET

from firmware.minute import (
    Due,
    MinuteSamples,
    SoundSetup,
    Traits,
    fitted_to_size,
    make_minute,
)
from firmware.minute_bounds import Span
from firmware.sensors.base import LoudnessReading
from monitor.contract.codec import decode, encode, seal
from monitor.contract.record import (
    MAX_EVENTS,
    MAX_RECORD_BYTES,
    ClockState,
    EventKind,
    Flag,
    LoudnessMinute,
    Mark,
    MarkKind,
    Minute,
    Record,
    instant,
)
from monitor.night.events import NoiseEvent
from tests.fakes.parts import a_climate, a_fault, a_light, a_second

END_MS = 1_700_000_460_000
ALL = Due(climate=6, light=60, sound=60)
NONE = Due(climate=None, light=None, sound=None)
SOUND_ONLY = Due(climate=None, light=None, sound=60)


def samples(**counts: int) -> MinuteSamples:
    taken = MinuteSamples()
    for index in range(counts.get("climate", 0)):
        taken.climate.add(a_climate(18.0 + index))
    for index in range(counts.get("light", 0)):
        taken.light.add(1.0 + index, a_light(0.123456 + index))
    for index in range(counts.get("sound", 0)):
        taken.sound.add(a_second(END_MS - 59_000 + index * 1000, 30.0 + index % 2))
    return taken


def minute_of(
    taken: MinuteSamples,
    *,
    due: Due = ALL,
    traits: Traits | None = None,
    duration_s: float = 60.0,
    cal: int = 0,
) -> Minute:
    span = Span(start_s=0.0, end_s=duration_s, end_ms=END_MS, clock=ClockState.SYNCED)
    setup = SoundSetup(floor_db=29.0, calibrated=True)
    return make_minute(span, taken, due, traits or Traits(), setup, cal)


def event(
    lasmax_db: float, *, start_ms: int = END_MS - 50_000, length_ms: int = 4000
) -> NoiseEvent:
    return NoiseEvent(
        start_ms=start_ms,
        end_ms=start_ms + length_ms,
        lafmax_db=lasmax_db + 3.04,
        lasmax_db=lasmax_db,
        lae_db=lasmax_db + 6,
        background_db=27.26,
        kind=EventKind.BRIEF_NEAR,
    )


def sealed_size(minute: Minute) -> int:
    record = Record(
        stream="ab" * 8,
        seq=2**50,
        boot="cd" * 8,
        boottime_s=98_765_432.123,
        clock=ClockState.CORRECTED,
        revision=9,
        minute=minute,
    )
    return len(encode(seal(record)))


def full_minute(events: int) -> Minute:
    taken = samples(climate=6, light=60, sound=60)
    taken.climate.flags += list(Flag)[:4]
    taken.light.flags += list(Flag)[:4]
    taken.sound.flags += list(Flag)[:4]
    taken.sound.add(a_second(END_MS, 101.23, lasmax_db=103.45, lceq_db=99.87))
    taken.events += [event(40.0 + index) for index in range(events)]
    return minute_of(taken, traits=Traits(lasmax=True, lceq=True), cal=12345)


def test_a_part_that_is_not_fitted_is_absent() -> None:
    minute = minute_of(samples(), due=NONE)
    assert (minute.climate, minute.light, minute.sound) == (UNSET, UNSET, UNSET)


def test_a_fitted_part_without_a_valid_sample_is_none_and_a_flag_says_why() -> None:
    taken = samples()
    taken.climate.add(a_fault())
    taken.light.add(1.0, a_fault(Flag.BUS_STUCK))
    taken.sound.add(a_fault(Flag.SILENT))
    minute = minute_of(taken)
    assert (minute.climate.temperature_c, minute.climate.flags) == (None, (Flag.NO_REPLY,))
    assert (minute.light.illuminance_lx, minute.light.flags) == (None, (Flag.BUS_STUCK,))
    assert (minute.sound.laeq_db, minute.sound.flags) == (None, (Flag.SILENT,))
    assert (minute.climate.humidity_pct, minute.light.illuminance_max10s_lx) == (None, None)


def test_a_part_that_nobody_asked_yet_says_so() -> None:
    assert minute_of(samples()).climate.flags == (Flag.STARTING,)


def test_temperatures_average_and_keep_their_extremes() -> None:
    climate = minute_of(samples(climate=6)).climate
    assert climate.temperature_c == 20.5
    assert (climate.temperature_min_c, climate.temperature_max_c) == (18.0, 23.0)
    assert (climate.humidity_pct, climate.pressure_hpa) == (50.0, 1013.0)
    assert (climate.n, climate.due, climate.flags) == (6, 6, ())


def test_a_fault_among_good_samples_keeps_the_mean_and_its_flag() -> None:
    taken = samples(climate=2)
    taken.climate.add(a_fault(Flag.RESET))
    climate = minute_of(taken).climate
    assert (climate.temperature_c, climate.n, climate.due) == (18.5, 2, 6)
    assert climate.flags == (Flag.RESET,)


def test_light_keeps_mean_maximum_and_largest_ten_seconds() -> None:
    light = minute_of(samples(light=60)).light
    assert light.illuminance_lx == pytest.approx(29.6235, abs=1e-4)
    assert light.illuminance_max_lx == 59.1235
    assert light.illuminance_max10s_lx == pytest.approx(54.6235, abs=1e-4)
    assert (light.visible_ir_counts, light.ir_counts) == (2.0, 0.4)


def test_sound_averages_by_energy_beside_its_floor() -> None:
    sound = minute_of(samples(sound=60)).sound
    assert sound.laeq_db == pytest.approx(30.53, abs=0.005)
    assert (sound.lafmax_db, sound.la10_db, sound.la50_db, sound.la90_db) == (33.0, 31, 30.5, 30)
    assert (sound.floor_db, sound.calibrated, sound.n, sound.due) == (29.0, True, 60, 60)


def test_the_quiet_level_is_that_of_the_seconds_outside_events() -> None:
    taken = samples(sound=50)
    for index in range(10):
        taken.sound.add(a_second(END_MS - index, 60.0), in_event=True)
    sound = minute_of(taken).sound
    assert sound.laeq_quiet_db == pytest.approx(30.53, abs=0.01)
    assert sound.quiet_s == 50
    assert sound.laeq_db == pytest.approx(52.3, abs=0.1)


def test_a_minute_that_is_all_event_has_no_quiet_level() -> None:
    taken = samples()
    taken.sound.add(a_second(END_MS, 60.0), in_event=True)
    sound = minute_of(taken).sound
    assert (sound.laeq_quiet_db, sound.quiet_s) == (None, 0)


def test_what_a_source_never_tells_is_absent_and_what_it_misses_is_none() -> None:
    taken = samples(sound=3)
    assert minute_of(taken).sound.lasmax_db is UNSET
    known = Traits(lasmax=True, lceq=True)
    assert (minute_of(taken, traits=known).sound.lasmax_db) is None
    assert (minute_of(taken, traits=known).sound.lceq_db) is None


def test_a_source_without_maxima_has_none() -> None:
    taken = samples()
    taken.sound.add(a_second(END_MS, 40.0, lafmax_db=None))
    assert minute_of(taken).sound.lafmax_db is None


def test_a_part_without_humidity_is_learnt_and_then_absent() -> None:
    traits = Traits().after_climate(a_climate(humidity_pct=None))
    assert minute_of(samples(), traits=traits).climate.humidity_pct is UNSET
    assert minute_of(samples()).climate.humidity_pct is None


def test_humidity_that_was_there_once_is_never_absent_again() -> None:
    traits = Traits().after_climate(a_climate()).after_climate(a_climate(humidity_pct=None))
    assert minute_of(samples(), traits=traits).climate.humidity_pct is None


def test_what_a_second_tells_is_learnt() -> None:
    traits = Traits().after_sound(a_second()).after_sound(a_second(lasmax_db=31.0, lceq_db=40.0))
    assert traits.lasmax
    assert traits.lceq
    assert traits.after_sound(a_second()) == traits


def test_an_event_starts_before_the_end_of_the_minute_that_carries_it() -> None:
    taken = samples(sound=60)
    taken.events.append(event(45.678, start_ms=END_MS - 75_000, length_ms=32_000))
    told = minute_of(taken).sound.events[0]
    assert (told.start_offset_s, told.duration_s) == (-75.0, 32.0)
    assert (told.lasmax_db, told.lafmax_db, told.background_db) == (45.7, 48.7, 27.3)
    assert told.kind is EventKind.BRIEF_NEAR


def test_more_than_eight_events_keep_the_loudest_in_their_order() -> None:
    taken = samples()
    taken.sound.add(a_second())
    taken.events += [
        event(30.0 + k * 7 % 11, start_ms=END_MS - 59_000 + k * 5000) for k in range(11)
    ]
    sound = minute_of(taken, due=SOUND_ONLY).sound
    assert len(sound.events) == MAX_EVENTS
    assert sound.events_more == 3
    assert min(told.lasmax_db for told in sound.events) == 33.0
    offsets = [told.start_offset_s for told in sound.events]
    assert offsets == sorted(offsets)


def test_a_record_is_never_longer_than_1024_bytes_and_the_quietest_events_go_first() -> None:
    minute = full_minute(events=8)
    assert sealed_size(minute) <= MAX_RECORD_BYTES
    kept = [told.lasmax_db for told in minute.sound.events]
    assert len(kept) + minute.sound.events_more == 8
    assert kept == [48.0 - len(kept) + index for index in range(len(kept))]


def test_with_every_field_flags_and_marks_a_record_still_fits() -> None:
    minute = full_minute(events=8)
    marks = tuple(Mark(at_ms=END_MS - k, kind=MarkKind.LIGHTS_OUT) for k in range(2))
    fitted = fitted_to_size(msgspec.structs.replace(minute, marks=marks))
    assert sealed_size(fitted) <= MAX_RECORD_BYTES


def test_a_small_minute_keeps_all_its_events() -> None:
    taken = samples(sound=60)
    taken.events += [event(40.0 + index) for index in range(8)]
    assert len(minute_of(taken, due=SOUND_ONLY).sound.events) == 8


def test_more_samples_than_due_raise_the_due() -> None:
    assert minute_of(samples(climate=7)).climate.due == 7


def test_eight_marks_travel_and_the_calibration_is_named() -> None:
    taken = samples()
    taken.marks += [Mark(at_ms=END_MS - k, kind=MarkKind.AWAKE) for k in range(9)]
    minute = minute_of(taken, cal=7)
    assert (len(minute.marks), minute.cal) == (8, 7)


def test_every_minute_survives_the_wire() -> None:
    minute = full_minute(events=3)
    record = seal(
        Record(
            stream="ab" * 8,
            seq=1,
            boot="cd" * 8,
            boottime_s=1.5,
            clock=ClockState.SYNCED,
            minute=minute,
        )
    )
    assert decode(encode(record), Record) == record


def test_end_and_length_are_those_of_the_span() -> None:
    minute = minute_of(samples(), duration_s=17.0004)
    assert (minute.end, minute.duration_s) == (instant(END_MS), 17.0)
    assert minute_of(samples(), duration_s=0.0002).duration_s == 0.001


def test_a_loudness_index_is_averaged_kept_apart_from_sound_and_fits() -> None:
    taken = samples(sound=60)
    for index in range(60):
        taken.loudness.add(LoudnessReading(loudness_pct=index / 3))
    taken.loudness.add(a_fault(Flag.SILENT))
    minute = minute_of(taken, due=replace(ALL, loudness=60))
    assert minute.loudness == LoudnessMinute(
        loudness_pct=9.83, loudness_max_pct=19.67, n=60, due=60, flags=(Flag.SILENT,)
    )
    assert minute.sound == minute_of(taken).sound
    assert sealed_size(minute) <= MAX_RECORD_BYTES


def test_without_the_part_there_is_no_index() -> None:
    assert minute_of(samples(climate=6)).loudness is UNSET
