"""The parts of a simulated room: real drivers, and the room's faults on their bus."""

import logging
from datetime import UTC

import pytest

from firmware.parts import Parts
from firmware.sensors.base import ClimateReading, Fault, LightReading
from firmware.simulation.errors import SimulationError
from firmware.simulation.fed_microphone import FedMicrophone
from firmware.simulation.levels import LevelSource
from firmware.simulation.parts import SoundPath, playing_db, simulated_parts
from firmware.simulation.replay import Replay
from firmware.simulation.room import Room
from monitor.contract.record import Flag
from monitor.contract.series import parse_series
from monitor.runtime.clock import VirtualClock
from monitor.runtime.settings import (
    ClimateSettings,
    LightSettings,
    MicrophoneSettings,
    PanelSettings,
    Settings,
)
from tests.fakes.rooms import PlainRoom

VIRTUAL = SoundPath(real_time=False, arecord=None)
START_MS = 1_452_528_000_000  # 2016-01-11T16:00:00Z


def parts_of(
    room: Room, *, settings: Settings | None = None, path: SoundPath = VIRTUAL
) -> tuple[Parts, VirtualClock]:
    clock = VirtualClock(start_ms=START_MS)
    return simulated_parts(room, clock, settings or Settings(), path=path, seed=1), clock


def replay(header: str, *rows: str) -> Replay:
    return Replay(parse_series([f"time,{header}", *rows], UTC, name="room.csv"))


def test_the_real_drivers_read_the_rooms_values() -> None:
    parts, _ = parts_of(PlainRoom())
    climate, light = parts.climate.sample(), parts.light.sample()
    assert climate.temperature_c == pytest.approx(18.5, abs=0.02)
    assert climate.humidity_pct == pytest.approx(50.0, abs=0.1)
    assert climate.pressure_hpa == pytest.approx(1013.0, abs=0.1)
    assert light.illuminance_lx == pytest.approx(12.0, rel=0.02)


def test_intervals_and_floor_are_those_of_the_settings() -> None:
    settings = Settings(
        climate=ClimateSettings(interval_s=30),
        light=LightSettings(interval_s=5),
        microphone=MicrophoneSettings(floor_db=33.0, calibrated=True),
    )
    parts, _ = parts_of(PlainRoom(), settings=settings)
    assert (parts.climate_interval_s, parts.light_interval_s) == (30, 5)
    assert (parts.sound_setup.floor_db, parts.sound_setup.calibrated) == (33.0, True)


def test_parts_that_the_settings_leave_out_are_not_fitted() -> None:
    settings = Settings(
        climate=ClimateSettings(fitted=False),
        light=LightSettings(fitted=False),
        microphone=MicrophoneSettings(fitted=False),
    )
    parts, _ = parts_of(PlainRoom(), settings=settings)
    assert (parts.climate, parts.light, parts.sound) == (None, None, None)


def test_an_absent_part_does_not_answer_and_is_back_when_the_fault_ends() -> None:
    room = PlainRoom(words={"tsl2591 absent"})
    parts, _ = parts_of(room)
    assert parts.light.sample().flag is Flag.NO_REPLY
    assert isinstance(parts.climate.sample(), ClimateReading)
    room.words = frozenset()
    assert isinstance(parts.light.sample(), LightReading)


def test_any_fault_of_the_bus_can_be_played() -> None:
    room = PlainRoom(words={"bme280 stuck-00"})
    parts, _ = parts_of(room)
    assert parts.climate.sample().flag is Flag.BUS_STUCK
    room.words = frozenset({"bme280 errno-110"})
    assert isinstance(parts.climate.sample(), Fault)
    parts.climate.close()
    parts.light.close()


def test_a_fault_that_no_bus_can_play_is_refused_with_those_it_can() -> None:
    parts, _ = parts_of(PlainRoom(words={"tsl2591 broken"}))
    with pytest.raises(SimulationError, match="tsl2591 cannot play 'broken'"):
        parts.light.sample()


def test_a_series_fits_the_parts_it_has_columns_for() -> None:
    parts, _ = parts_of(replay("temperature_c", "2016-01-11T16:00:00,18.2"))
    assert parts.climate is not None
    assert (parts.light, parts.sound) == (None, None)
    parts, _ = parts_of(replay("light_lux,laeq_db", "2016-01-11T16:00:00,10,40"))
    assert parts.climate is None
    assert parts.light is not None
    assert parts.sound_setup.floor_db is None


def test_a_series_goes_through_the_registers_and_lacks_what_it_lacks() -> None:
    parts, _ = parts_of(replay("temperature_c", "2016-01-11T16:00:00,18.2"))
    reading = parts.climate.sample()
    assert reading.temperature_c == pytest.approx(18.2, abs=0.01)
    assert (reading.humidity_pct, reading.pressure_hpa) == (None, None)


def test_a_series_with_pressure_and_humidity_keeps_them() -> None:
    row = "2016-01-11T16:00:00,18.2,45,990"
    parts, _ = parts_of(replay("temperature_c,humidity_pct,pressure_hpa", row))
    reading = parts.climate.sample()
    assert reading.humidity_pct == pytest.approx(45, abs=0.1)
    assert reading.pressure_hpa == pytest.approx(990, abs=0.1)
    parts.climate.close()


def test_a_series_from_a_house_high_up_is_no_fault() -> None:
    row = "2016-01-11T16:00:00,18.2,45,655.4"  # La Paz, 3,600 m
    parts, _ = parts_of(replay("temperature_c,humidity_pct,pressure_hpa", row))
    reading = parts.climate.sample()
    assert isinstance(reading, ClimateReading)
    assert reading.pressure_hpa == pytest.approx(655.4, abs=0.1)
    parts.climate.close()


def test_in_a_gap_of_a_series_its_parts_do_not_answer() -> None:
    parts, clock = parts_of(
        replay("temperature_c,light_lux", "2016-01-11T16:00:00,18.2,", "2016-01-11T16:01:00,18,5")
    )
    assert isinstance(parts.light.sample(), Fault)
    clock.wait(60)
    assert isinstance(parts.light.sample(), LightReading)
    clock.wait(60)
    assert isinstance(parts.climate.sample(), Fault)


def test_recorded_values_may_stand_still_for_hours() -> None:
    rows = [
        f"2016-01-11T{hour}:{minute:02d}:00,18.2"
        for hour in (16, 17, 18, 19)
        for minute in range(0, 60, 10)
    ]
    parts, clock = parts_of(replay("temperature_c", *rows))
    for _ in range(3 * 60):
        assert isinstance(parts.climate.sample(), ClimateReading)
        clock.wait(60)


def test_sound_enters_at_levels_on_a_virtual_clock_and_by_alsa_on_the_real_one() -> None:
    parts, _ = parts_of(PlainRoom())
    assert isinstance(parts.sound, LevelSource)
    parts, _ = parts_of(PlainRoom(), path=SoundPath(real_time=True, arecord="/usr/bin/arecord"))
    assert isinstance(parts.sound, FedMicrophone)
    parts.sound.close()


def test_without_arecord_sound_enters_at_levels_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    parts, _ = parts_of(PlainRoom(), path=SoundPath(real_time=True, arecord=None))
    assert isinstance(parts.sound, LevelSource)
    assert "alsa-utils" in caplog.text


def test_what_is_played_is_the_room_and_the_microphones_own_noise() -> None:
    room = PlainRoom(laeq_db=29.0, gap_ms=(0, 1000))
    assert playing_db(room, 2000, None) == pytest.approx(29.0)
    assert playing_db(room, 2000, 29.0) == pytest.approx(32.01, abs=0.01)
    assert playing_db(room, 1000, 29.0) == pytest.approx(29.0)
    assert playing_db(room, 1000, None) == 0.0


def test_a_panel_is_there_where_the_settings_have_one_on_pins_of_its_own() -> None:
    assert parts_of(PlainRoom())[0].panel is None
    settings = Settings(panel=PanelSettings(fitted=True))
    panel = parts_of(PlainRoom(), settings=settings)[0].panel
    assert panel is not None
    assert panel.drain() == []
    panel.close()
