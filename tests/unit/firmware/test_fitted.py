"""The parts wired to this machine, over children with simulated chips."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from firmware.fitted import fitted_microphone, fitted_parts
from firmware.sensors.base import ClimateReading, LightReading
from firmware.sensors.microphone import Microphone
from firmware.sensors.panel import GpioPanel
from monitor.contract.record import Mark, MarkKind
from monitor.runtime.clock import RealClock, VirtualClock
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import (
    ClimateSettings,
    LightSettings,
    MicrophoneSettings,
    PanelSettings,
    Settings,
)
from tests.fakes.bedroom import a_minute
from tests.fakes.bus_child import simulated_program
from tests.fakes.transfer_records import a_record


class Programs:
    """Remembers which parts were put on which bus."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.asked: dict[int, tuple[str, ...]] = {}

    def __call__(self, bus: int, parts: Sequence[str]) -> Sequence[str]:
        self.asked[bus] = tuple(parts)
        return simulated_program(self.tmp_path / f"fault-{bus}", parts)


def test_both_parts_of_a_bus_live_in_one_child(tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    parts = fitted_parts(Settings(), RealClock(), program=programs)
    assert programs.asked == {1: ("climate", "light")}
    assert isinstance(parts.climate.sample(), ClimateReading)
    assert isinstance(parts.light.sample(), LightReading)
    parts.light.close()
    parts.climate.close()


def test_a_bus_of_its_own_is_a_child_of_its_own(tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    settings = Settings(light=LightSettings(bus=3))
    fitted_parts(settings, VirtualClock(start_ms=0), program=programs)
    assert programs.asked == {1: ("climate",), 3: ("light",)}


def test_parts_that_are_not_fitted_are_not_made() -> None:
    settings = Settings(
        climate=ClimateSettings(fitted=False),
        light=LightSettings(fitted=False),
        microphone=MicrophoneSettings(fitted=False),
    )
    parts = fitted_parts(settings, VirtualClock(start_ms=0))
    assert (parts.climate, parts.light, parts.sound) == (None, None, None)


def test_a_panel_is_opened_only_when_it_is_configured() -> None:
    clock = VirtualClock(start_ms=16 * 3_600_000)
    assert fitted_parts(Settings(), clock).panel is None
    pressed = a_record(minute=a_minute(0, marks=(Mark(at_ms=0, kind=MarkKind.LIGHTS_OUT),)))
    settings = Settings(panel=PanelSettings(fitted=True, button_pin=5))
    panel = fitted_parts(settings, clock, before=[pressed]).panel
    assert isinstance(panel, GpioPanel)
    panel.close()


def test_a_house_high_up_tells_its_lowest_pressure_to_the_child() -> None:
    settings = Settings(climate=ClimateSettings(lowest_pressure_hpa=700))
    parts = fitted_parts(settings, VirtualClock(start_ms=0))
    command = parts.climate._worker._command
    assert command[command.index("--lowest-pressure-hpa") + 1] == "700"


def test_intervals_and_floor_are_those_of_the_settings() -> None:
    parts = fitted_parts(Settings(climate=ClimateSettings(interval_s=20)), VirtualClock(start_ms=0))
    assert isinstance(parts.sound, Microphone)
    assert parts.climate_interval_s == 20
    assert (parts.sound_setup.floor_db, parts.sound_setup.calibrated) == (29.0, False)


def test_a_microphones_response_file_and_format_are_used(tmp_path: Path) -> None:
    file = tmp_path / "usb.txt"
    file.write_text("100 -2\n1000 0\n")
    usb = MicrophoneSettings(encoding="S16_LE", rate_hz=44_100, channels=1, response_file=file)
    microphone = fitted_microphone(usb, VirtualClock(start_ms=0))
    assert microphone._correction == ((100.0, 2.0), (1000.0, 0.0))
    assert microphone._capture.period_bytes == 4_410 * 2


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("100 x", "0 pairs")])
def test_a_response_file_that_is_none_is_an_error_of_the_configuration(
    tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "usb.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        fitted_microphone(MicrophoneSettings(response_file=file), VirtualClock(start_ms=0))
