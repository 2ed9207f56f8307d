"""The household's calibration on each reading."""

import msgspec
import pytest

from firmware.calibration import calibrated_climate, calibrated_light, calibrated_sound
from firmware.sampling import NOT_CALIBRATED
from monitor.contract.messages import RoomSettings
from tests.fakes.parts import a_climate, a_light, a_second


def settings(**more: float) -> RoomSettings:
    return msgspec.structs.replace(NOT_CALIBRATED, **more)


def test_without_settings_readings_are_what_the_parts_say() -> None:
    assert calibrated_climate(a_climate(), NOT_CALIBRATED) == a_climate()
    assert calibrated_light(a_light(), NOT_CALIBRATED) == a_light()
    assert calibrated_sound(a_second(), NOT_CALIBRATED) == a_second()


def test_an_offset_keeps_the_moisture_of_the_air() -> None:
    warm = a_climate(temperature_c=20.0, humidity_pct=50.0)
    reading = calibrated_climate(warm, settings(temperature_offset_k=-2.0))
    # 50 % at 20.0 °C is a vapour pressure of 11.7 hPa; saturation at 18.0 °C is 20.6 hPa.
    assert reading.temperature_c == 18.0
    assert reading.humidity_pct == pytest.approx(56.6, abs=0.1)
    assert reading.pressure_hpa == warm.pressure_hpa


def test_humidity_never_passes_100_percent() -> None:
    damp = a_climate(humidity_pct=98.0)
    assert calibrated_climate(damp, settings(temperature_offset_k=-5.0)).humidity_pct == 100.0


def test_an_offset_needs_no_humidity() -> None:
    dry = a_climate(humidity_pct=None)
    reading = calibrated_climate(dry, settings(temperature_offset_k=1.0))
    assert (reading.temperature_c, reading.humidity_pct) == (19.0, None)


def test_a_factor_scales_the_light_and_leaves_the_channels() -> None:
    reading = calibrated_light(a_light(2.0), settings(illuminance_factor=1.5))
    assert (reading.illuminance_lx, reading.visible_ir_counts) == (3.0, 2.0)


def test_an_offset_moves_every_level_that_is_there() -> None:
    second = calibrated_sound(a_second(lasmax_db=31.0), settings(sound_offset_db=-1.5))
    assert (second.laeq_db, second.lafmax_db, second.lasmax_db) == (28.5, 30.5, 29.5)
    assert second.lceq_db is None
