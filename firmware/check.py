"""`python -m firmware --check`: what is wired, whether it answers, what it says.

Made for people with a screwdriver: each finding is words with what to do. A bus that the
running daemon owns is looked at, never measured on: its sensors would lose their settings.
"""

from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypeVar

from firmware.bus_child import CLIMATE, LIGHT
from firmware.errors import BusBusyError, BusError
from firmware.fitted import parts_by_bus
from firmware.parts import Parts
from firmware.sensors.base import ClimateReading, Fault, LightReading, LoudnessReading, Sensor
from firmware.sensors.bme280_port import BME280_ID, BMP280_IDS, ID
from firmware.sensors.bus import I2cBus, fault_of, read_registers, stuck_fault
from firmware.sensors.climate import ADDRESSES as CLIMATE_ADDRESSES
from firmware.sensors.light import ADDRESS as LIGHT_ADDRESS
from firmware.sensors.light import DEVICE_ID as LIGHT_ID_REGISTER
from firmware.sensors.light import ID_VALUE as LIGHT_ID
from firmware.sensors.panel import NO_PIN
from monitor.contract.record import Flag
from monitor.runtime.findings import Finding, Report
from monitor.runtime.settings import PanelSettings, Settings

Reading = TypeVar("Reading")
BusOf = Callable[[int], I2cBus]

DISTRIBUTIONS: Final = (
    *("nightroom", "adafruit-blinka", "adafruit-circuitpython-bme280"),
    *("adafruit-circuitpython-tsl2591", "gpiozero", "lgpio", "gpiod", "numpy"),
)
# A light sensor's first sample of a run follows a change of range; a second one is steady.
SAMPLES: Final = 2
# Judgement: nobody wires more; on a data line held low each of 112 addresses acknowledges.
MOST_CHIPS: Final = 32


def check(
    settings: Settings,
    parts: Parts,
    *,
    bus_of: BusOf,
    pins_of: Callable[[], object],
    simulated: bool = False,
) -> Report:
    """Look at every fitted part.

    Args:
        settings: what is fitted, where.
        parts: as the daemon would read them; closed here.
        bus_of: opens a bus for looking only; BusBusyError when the daemon has it.
        pins_of: opens and releases the panel's pins, raises what they raise.
        simulated: said in the report.
    """
    findings: list[Finding] = []
    busy: set[int] = set()
    for number, names in sorted(parts_by_bus(settings).items()):
        findings += _bus(number, names, bus_of, busy)
    if parts.climate is not None and settings.climate.bus not in busy:
        findings.append(_value(CLIMATE, parts.climate))
    if parts.light is not None and settings.light.bus not in busy:
        findings.append(_value(LIGHT, parts.light))
    if parts.loudness is not None:
        findings.append(_value("loudness", parts.loudness))
    if settings.panel.fitted:
        findings.append(_panel(settings.panel, pins_of, daemon_runs=bool(busy)))
    _close(parts)
    ok = all(finding.ok for finding in findings)
    return Report(ok=ok, simulated=simulated, findings=tuple(findings), versions=_versions())


def _close(parts: Parts) -> None:
    if parts.climate is not None:
        parts.climate.close()
    if parts.light is not None:
        parts.light.close()
    if parts.loudness is not None:
        parts.loudness.close()


def _bus(number: int, names: Sequence[str], bus_of: BusOf, busy: set[int]) -> list[Finding]:
    what = f"I2C bus {number}"
    try:
        bus = bus_of(number)
    except BusBusyError as error:
        busy.add(number)
        words = "in use by the sensor daemon: its values are on the page"
        return [Finding(what=what, ok=True, words=words, fix=str(error))]
    except BusError as error:
        return [Finding(what=what, ok=False, words="cannot be opened", fix=str(error))]
    try:
        stuck = _stuck(bus)
        if stuck is not None:
            return [Finding(what=what, ok=False, words="stuck", fix=stuck.message)]
        found = _scan(bus)
        if len(found) > MOST_CHIPS:
            words = f"{len(found)} addresses answer: a line is held low"
            return [Finding(what=what, ok=False, words=words, fix=stuck_fault("the bus").message)]
        shown = ", ".join(f"0x{address:02x}" for address in found) or "nobody"
        findings = [Finding(what=what, ok=bool(found), words=f"answering: {shown}")]
        if CLIMATE in names:
            findings.append(_climate_id(bus, found))
        if LIGHT in names:
            findings.append(_light_id(bus, found))
        return findings
    finally:
        bus.deinit()


def _stuck(bus: I2cBus) -> Fault | None:
    """Ask one address first: on a held clock line each of a scan's 112 takes a second."""
    try:
        read_registers(bus, LIGHT_ADDRESS, LIGHT_ID_REGISTER, 1)
    except OSError as error:
        fault = fault_of(error, "the bus")
        return fault if fault.flag is Flag.BUS_STUCK else None
    return None


def _scan(bus: I2cBus) -> list[int]:
    while not bus.try_lock():
        pass
    try:
        return bus.scan()
    finally:
        bus.unlock()


def _climate_id(bus: I2cBus, found: Sequence[int]) -> Finding:
    here = [address for address in CLIMATE_ADDRESSES if address in found]
    if not here:
        fix = "check its 3.3 V, ground, SDA and SCL; i2cdetect shows who answers"
        return Finding(what="BME280", ok=False, words="nobody at 0x76 or 0x77", fix=fix)
    address = here[0]
    chip_id = _read_id(bus, address, ID, "BME280")
    if isinstance(chip_id, Finding):
        return chip_id
    words = f"at 0x{address:02x}, chip id 0x{chip_id:02x}"
    if chip_id == BME280_ID:
        return Finding(what="BME280", ok=True, words=words)
    if chip_id in BMP280_IDS:
        return Finding(what="BME280", ok=True, words=f"{words}: a BMP280, it has no humidity")
    fix = "its id is 0x60; all zeros or ones are a short: check SDA and SCL"
    return Finding(what="BME280", ok=False, words=words, fix=fix)


def _light_id(bus: I2cBus, found: Sequence[int]) -> Finding:
    if LIGHT_ADDRESS not in found:
        fix = "check its 3.3 V, ground, SDA and SCL; i2cdetect shows who answers"
        return Finding(what="TSL2591", ok=False, words="nobody at 0x29", fix=fix)
    chip_id = _read_id(bus, LIGHT_ADDRESS, LIGHT_ID_REGISTER, "TSL2591")
    if isinstance(chip_id, Finding):
        return chip_id
    words = f"at 0x{LIGHT_ADDRESS:02x}, chip id 0x{chip_id:02x}"
    if chip_id == LIGHT_ID:
        return Finding(what="TSL2591", ok=True, words=words)
    fix = "its id is 0x50; all zeros or ones are a short: check SDA and SCL"
    return Finding(what="TSL2591", ok=False, words=words, fix=fix)


def _read_id(bus: I2cBus, address: int, register: int, part: str) -> int | Finding:
    try:
        return read_registers(bus, address, register, 1)[0]
    except OSError as error:
        fault = fault_of(error, f"0x{address:02x}")
        return Finding(what=part, ok=False, words="does not answer", fix=fault.message)


def _value(name: str, part: Sensor[Reading]) -> Finding:
    for _ in range(SAMPLES):
        sample = part.sample()
    if isinstance(sample, Fault):
        return Finding(what=name, ok=False, words=f"no value ({sample.flag})", fix=sample.message)
    return Finding(what=name, ok=True, words=_shown(sample))


def _shown(reading: object) -> str:
    if isinstance(reading, ClimateReading):
        told = (
            (reading.temperature_c, ".1f", "°C"),
            (reading.humidity_pct, ".0f", "%RH"),
            (reading.pressure_hpa, ".0f", "hPa"),
        )
        return ", ".join(
            f"{value:{shape}} {unit}" for value, shape, unit in told if value is not None
        )
    if isinstance(reading, LightReading):
        flags = "".join(f" ({flag})" for flag in reading.flags)
        return f"{reading.illuminance_lx:.3g} lx{flags}"
    if isinstance(reading, LoudnessReading):
        return f"loudness index {reading.loudness_pct:.1f} %"
    return str(reading)


def _panel(panel: PanelSettings, pins_of: Callable[[], object], *, daemon_runs: bool) -> Finding:
    pins = [f"GPIO{pin}" for pin in (panel.button_pin, panel.led_pin) if pin != NO_PIN]
    if daemon_runs:  # who has the buses has the pins, or says in its log why not
        return Finding(what="panel", ok=True, words=f"{' and '.join(pins)}: the sensor daemon's")
    try:
        pins_of()
    except Exception as error:  # noqa: BLE001 - lgpio's error derives from Exception alone
        return Finding(
            what="panel",
            ok=False,
            words=f"{' and '.join(pins)} cannot be opened: {error}",
            fix="busy is well while the sensor daemon runs; else see who holds it: gpioinfo",
        )
    return Finding(what="panel", ok=True, words=f"{' and '.join(pins)} can be opened")


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
