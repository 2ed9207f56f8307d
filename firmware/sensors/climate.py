"""The climate sensor: a BME280 (or BMP280) through Adafruit's driver, in forced mode.

Forced mode because in normal mode a brown-out goes unnoticed: the driver then decodes
reset codes for ever. Here it writes every setting again for each measurement.
"""

from typing import Final, Protocol, cast

from firmware.sensors.base import ClimateReading, Fault
from firmware.sensors.bme280_port import BME280_ID, BMP280_IDS, ID, Bme280Port
from firmware.sensors.bme280_trim import EQUAL_READS, Trim, TrimKeeper
from firmware.sensors.bus import (
    DRIVER_ERRORS,
    BoundedBus,
    I2cBus,
    fault_of,
    is_stuck,
    read_registers,
    stuck_fault,
)
from firmware.sensors.climate_gates import (
    FROZEN_AFTER_S,
    LOWEST_PRESSURE_HPA,
    ClimateGates,
    RawSample,
)
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock

# Source: BST-BME280-DS002, 6.2: SDO to ground, SDO to the supply.
ADDRESSES: Final = (0x76, 0x77)

# Judgement: one bad sample is a disturbance, three are a part to restart.
BAD_SAMPLES: Final = 3

PART: Final = "climate sensor (BME280)"


class _Driver(Protocol):
    """What we use of Adafruit_BME280_Advanced, which ships no types."""

    overscan_pressure: int

    @property
    def temperature(self) -> float: ...
    @property
    def relative_humidity(self) -> float: ...
    @property
    def pressure(self) -> float: ...


class ClimateSensor:
    """Sensor[ClimateReading]: each sample is measured afresh, at x1, filter off.

    Args:
        bus: the I2C bus; this object does not close it.
        clock: for the rate of change and for a part that stands still.
        lowest_pressure_hpa: see ClimateGates.
        frozen_after_s: see ClimateGates.
    """

    def __init__(
        self,
        bus: I2cBus,
        clock: Clock,
        *,
        lowest_pressure_hpa: float = LOWEST_PRESSURE_HPA,
        frozen_after_s: float = FROZEN_AFTER_S,
    ) -> None:
        self._bus = BoundedBus(bus)
        self._clock = clock
        self._gates = ClimateGates(
            PART, lowest_pressure_hpa=lowest_pressure_hpa, frozen_after_s=frozen_after_s
        )
        self._trims = TrimKeeper()
        self._parts: tuple[Bme280Port, _Driver] | None = None
        self._last_raw: RawSample | None = None
        self._bad_samples = 0

    @property
    def fitted_part(self) -> str | None:
        """Name the part and its address, None while none is set up."""
        if self._parts is None:
            return None
        port, _ = self._parts
        name = "BME280" if port.has_humidity else "BMP280 (no humidity)"
        return f"{name} at 0x{port.address:02x}"

    def sample(self) -> ClimateReading | Fault:
        """Measure once; the third bad sample running has the part reset before the next."""
        try:
            outcome = self._measure()
        except DRIVER_ERRORS as error:
            outcome = fault_of(error, PART)
        if isinstance(outcome, ClimateReading):
            self._bad_samples = 0
            return outcome
        self._bad_samples += 1
        if self._bad_samples >= BAD_SAMPLES:
            self._bad_samples = 0
            self._parts = None
            self._gates.start_afresh()
        return outcome

    def close(self) -> None:
        """Let go of the part; in forced mode it sleeps by itself."""
        self._parts = None

    def _measure(self) -> ClimateReading | Fault:
        parts = self._parts or self._set_up()
        if isinstance(parts, Fault):
            return parts
        port, driver = self._parts = parts
        fault = self._trim_fault(port)
        if fault is not None:
            return fault
        outcome = self._read(port, driver)
        was_reset = isinstance(outcome, Fault) and outcome.flag is Flag.RESET
        if was_reset:
            # A brown-out of a moment is over, and a room that happens to have the very
            # value of a reset code has it again.
            outcome = self._read(port, driver, repeated=True)
        if isinstance(outcome, ClimateReading) and port.sampled().shares(self._last_raw):
            # A bus that was held low for a moment swallows the command to measure; the
            # registers then still hold the sample before. A still room says it twice.
            outcome = self._read(port, driver, repeated=was_reset)
        self._last_raw = port.sampled()
        return outcome

    def _read(
        self, port: Bme280Port, driver: _Driver, *, repeated: bool = False
    ) -> ClimateReading | Fault:
        port.start_sample()
        reading = ClimateReading(
            temperature_c=driver.temperature,
            pressure_hpa=driver.pressure,
            humidity_pct=driver.relative_humidity if port.has_humidity else None,
        )
        at_s = self._clock.monotonic_s()
        return self._gates.objection(reading, port.sampled(), at_s, repeated=repeated) or reading

    def _trim_fault(self, port: Bme280Port) -> Fault | None:
        """Compare the calibration with the one the driver multiplies by.

        Before the measurement: on a bus that reads only ones the driver would wait.
        """
        trim = port.read_trim()
        if port.driver_used(trim):
            return None
        fault = self._objection(port, trim)
        if fault is None:
            self._parts = None
            fault = Fault(flag=Flag.RESET, message=f"{PART}: another part answers: set up again")
        return fault

    def _set_up(self) -> tuple[Bme280Port, _Driver] | Fault:
        """Find the part, make sure of its calibration, create the driver, which resets it."""
        port = self._find()
        if isinstance(port, Fault):
            return port
        for _ in range(EQUAL_READS):
            trim = port.read_trim()
            fault = self._objection(port, trim)
            if fault is None:
                break
        if fault is not None:
            return fault
        driver = _create_driver(port)
        if not port.driver_used(trim):
            return Fault(
                flag=Flag.IMPLAUSIBLE,
                message=f"{PART}: its calibration changed between two reads: shorten the lead",
            )
        return port, driver

    def _find(self) -> Bme280Port | Fault:
        """Probe both addresses; the fault is the first address's unless the second's says more."""
        faults = []
        for address in ADDRESSES:
            part = f"{PART} at 0x{address:02x}"
            try:
                chip_id = read_registers(self._bus, address, ID, 1)
            except OSError as error:
                faults.append(fault_of(error, part))
                continue
            if chip_id[0] == BME280_ID or chip_id[0] in BMP280_IDS:
                return Bme280Port(self._bus, address, chip_id[0])
            if is_stuck(chip_id):
                faults.append(stuck_fault(part))
                continue
            message = f"{part}: chip id 0x{chip_id[0]:02x} is neither a BME280 nor a BMP280"
            faults.append(Fault(flag=Flag.FAULT, message=f"{message}: fit another part"))
        return next((fault for fault in faults if fault.flag is not Flag.NO_REPLY), faults[0])

    def _objection(self, port: Bme280Port, trim: Trim) -> Fault | None:
        objection: str | None
        if trim.blank:
            if is_stuck(read_registers(self._bus, port.address, ID, 1)):
                return stuck_fault(PART)
            objection = "its calibration is empty: cut its power for ten seconds"
        else:
            objection = self._trims.objection(trim)
        if objection is None:
            return None
        return Fault(flag=Flag.IMPLAUSIBLE, message=f"{PART}: {objection}")


def _create_driver(port: Bme280Port) -> _Driver:
    # Imported here: it looks for the board it runs on and may fail (gpiod is missing);
    # that is then this part's fault and nobody else's.
    from adafruit_bme280 import advanced  # noqa: PLC0415 - see above

    driver = cast(_Driver, advanced.Adafruit_BME280_Advanced(port))
    # The default of x16 holds the bus for 46 ms a measurement.
    driver.overscan_pressure = advanced.OVERSCAN_X1
    return driver
