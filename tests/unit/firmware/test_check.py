"""What the check of the hardware says, over simulated buses with faults."""

import json
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from firmware.__main__ import main
from firmware.check import check
from firmware.errors import BusBusyError
from firmware.parts import Parts
from firmware.sensors.base import LoudnessReading
from firmware.sensors.bus import I2cBus
from firmware.sensors.panel import GpioPanel
from firmware.simulation.bme280_chip import BMP280_ID, Bme280Chip
from firmware.simulation.i2c_bus import BusFault
from firmware.simulation.parts import SoundPath, simulated_parts
from firmware.simulation.wiring import RoomWiring
from monitor.runtime.clock import VirtualClock
from monitor.runtime.faults import parse_fault
from monitor.runtime.findings import Finding, Report
from monitor.runtime.settings import (
    ClimateSettings,
    LightSettings,
    PanelSettings,
    Settings,
)
from tests.fakes.parts import SaysSensor, a_fault
from tests.fakes.rooms import PlainRoom


def report_of(*faults: str, settings: Settings | None = None) -> Report:
    clock, settings = VirtualClock(start_ms=0), settings or Settings()
    wiring = RoomWiring(PlainRoom(), clock, tuple(parse_fault(fault) for fault in faults))
    path = SoundPath(real_time=False, arecord=None)
    parts = simulated_parts(PlainRoom(), clock, settings, path=path, seed=0, wiring=wiring)
    return check(settings, parts, bus_of=wiring.bus_now, pins_of=lambda: None, simulated=True)


def found(report: Report, what: str) -> Finding:
    return next(finding for finding in report.findings if finding.what == what)


def test_whole_parts_are_told_with_address_chip_id_and_value() -> None:
    report = report_of()
    assert report.ok
    assert report.simulated
    words = [finding.words for finding in report.findings]
    assert words == [
        "answering: 0x29, 0x76",
        "at 0x76, chip id 0x60",
        "at 0x29, chip id 0x50",
        "18.5 °C, 50 %RH, 1013 hPa",
        "12 lx",
    ]
    assert report.versions["adafruit-blinka"]


@pytest.mark.parametrize(
    ("fault", "what", "words", "fix"),
    [
        ("bme280 absent", "BME280", "nobody at 0x76 or 0x77", "3.3 V"),
        ("tsl2591 absent", "TSL2591", "nobody at 0x29", "3.3 V"),
        ("bme280 stuck-ff", "BME280", "chip id 0xff", "short"),
        ("tsl2591 stuck-00", "TSL2591", "chip id 0x00", "short"),
        ("bus errno-110", "I2C bus 1", "stuck", "clock line"),
        ("bus errno-11", "I2C bus 1", "stuck", "data line"),
        ("bus errno-5", "I2C bus 1", "nobody", ""),
        ("bme280 status-stuck", "climate", "no value (bus_stuck)", "ends its measurement"),
        ("bme280 brown-out", "climate", "no value", "BME280"),
        ("bme280 corrupt-calibration", "climate", "no value (implausible)", "its checksum"),
        ("bme280 zeroed-calibration", "climate", "no value (implausible)", "empty"),
        ("tsl2591 brown-out", "light", "no value (reset)", "3.3 V"),
    ],
)
def test_what_fails_is_told_with_what_to_do(fault: str, what: str, words: str, fix: str) -> None:
    report = report_of(fault)
    assert not report.ok
    finding = found(report, what)
    assert not finding.ok
    assert words in finding.words
    assert fix in finding.fix


def test_a_bus_on_which_every_address_answers_is_held_low() -> None:
    clock = VirtualClock(start_ms=0)
    wiring = RoomWiring(PlainRoom(), clock)
    wiring.bus.inject(BusFault.STUCK_LOW)
    report = check(Settings(), Parts(), bus_of=lambda _number: wiring.bus, pins_of=lambda: None)
    assert not report.ok
    assert found(report, "I2C bus 1").words == "112 addresses answer: a line is held low"


def test_light_beyond_the_sensor_is_well_and_says_so() -> None:
    assert "(saturated)" in found(report_of("tsl2591 saturated"), "light").words


def test_a_bmp280_is_named_and_well() -> None:
    clock = VirtualClock(start_ms=0)
    wiring = RoomWiring(PlainRoom(), clock)
    wiring.bus.attach(0x76, Bme280Chip(lambda: (20.0, 50.0, 1000.0), chip_id=BMP280_ID))
    settings = Settings(light=LightSettings(fitted=False))
    report = check(settings, Parts(), bus_of=wiring.bus_now, pins_of=lambda: None)
    assert "a BMP280, it has no humidity" in found(report, "BME280").words
    assert report.ok


def test_a_bus_the_daemon_owns_is_not_measured_on() -> None:
    def busy(_number: int) -> I2cBus:
        raise BusBusyError("it has an owner")

    def held() -> None:
        raise RuntimeError("GPIO busy")

    climate = SaysSensor(a_fault)
    settings = Settings(panel=PanelSettings(fitted=True))
    report = check(settings, Parts(climate=climate), bus_of=busy, pins_of=held)
    assert report.ok
    assert climate.asked == 0
    assert found(report, "panel").words == "GPIO17 and GPIO27: the sensor daemon's"
    assert "in use by the sensor daemon" in found(report, "I2C bus 1").words


def test_each_part_is_looked_for_on_its_own_bus() -> None:
    settings = Settings(climate=ClimateSettings(bus=3), light=LightSettings(bus=1))
    report = report_of(settings=settings)
    assert [one.what for one in report.findings[:4]] == [
        *("I2C bus 1", "TSL2591", "I2C bus 3", "BME280")
    ]


def test_pins_are_opened_and_released() -> None:
    settings = Settings(panel=PanelSettings(fitted=True, led_pin=0))
    pins = MockFactory(pin_class=MockPWMPin)
    panel = GpioPanel(
        button_pin=17, led_pin=0, clock=VirtualClock(start_ms=0), factory=lambda: pins
    )
    parts = Parts(loudness=SaysSensor(lambda: LoudnessReading(loudness_pct=3.14)))
    clock = VirtualClock(start_ms=0)
    bus_of = RoomWiring(PlainRoom(), clock).bus_now
    report = check(settings, parts, bus_of=bus_of, pins_of=panel.probe)
    assert found(report, "panel").words == "GPIO17 can be opened"
    assert found(report, "loudness").words == "loudness index 3.1 %"
    panel.probe()  # raises while somebody holds the pin

    def busy() -> None:
        raise RuntimeError("GPIO busy")

    report = check(settings, Parts(), bus_of=bus_of, pins_of=busy)
    assert "GPIO busy" in found(report, "panel").words
    assert not report.ok


def a_config(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "nightroom.toml"
    path.write_text("\n".join(("[simulation]", 'scenario = "ordinary"', *lines)))
    return str(path)


def test_the_command_prints_words_or_json_and_has_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--config", a_config(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("These are simulated parts.\nok   I2C bus 1: answering: 0x29, 0x76\n")
    broken = a_config(tmp_path, 'faults = ["bus stuck-ff"]')
    assert main(["--check", "--json", "--config", broken]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert {finding["what"] for finding in report["findings"]} >= {"BME280", "climate", "light"}


def test_a_simulated_machine_has_simulated_pins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--config", a_config(tmp_path, "[panel]", "fitted = true")]) == 0
    assert "ok   panel: GPIO17 and GPIO27 can be opened" in capsys.readouterr().out


def test_without_hardware_it_says_how_to_enable_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nightroom.toml"
    path.write_text("[climate]\nbus = 250\n[light]\nbus = 250\n")
    assert main(["--check", "--config", str(path)]) == 1
    assert "dtparam=i2c_arm=on" in capsys.readouterr().out
