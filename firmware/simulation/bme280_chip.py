"""The BME280 at register level, as its driver meets it on the bus.

Source: Bosch BME280 data sheet BST-BME280-DS002, section 5 (memory map); for the BMP280
BST-BMP280-DS001, section 4. Not modelled: the IIR filter.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from firmware.sensors.bme280_trim import crc8
from firmware.simulation.bme280_codes import (
    CODE_BITS,
    EXAMPLE_CALIBRATION,
    HUMIDITY_BITS,
    Calibration,
    fine_temperature,
    humidity_code,
    pressure_code,
    temperature_code,
)
from monitor.runtime.clock import Clock

ClimateFeed = Callable[[], tuple[float, float, float]]
"""Returns (temperature_c, humidity_pct, pressure_hpa) of the air now."""
Noise = Callable[[], float]
"""Returns the next draw of a standard normal distribution."""

BME280_ID: Final = 0x60
BMP280_ID: Final = 0x58

# Source: BST-BME280-DS002, table 18 (memory map).
CALIBRATION_LOW: Final = 0x88
CALIBRATION_LOW_END: Final = 0xA2
ID: Final = 0xD0
RESET: Final = 0xE0
CALIBRATION_HIGH: Final = 0xE1
CHECKSUM: Final = 0xE8
CTRL_HUM: Final = 0xF2
STATUS: Final = 0xF3
CTRL_MEAS: Final = 0xF4
CONFIG: Final = 0xF5
DATA: Final = 0xF7
RESET_WORD: Final = 0xB6
MEASURING: Final = 0x08
# Source: the same, 5.4.7 to 5.4.9: the data registers after a reset, P, T and H.
RESET_DATA: Final = bytes((0x80, 0x00, 0x00, 0x80, 0x00, 0x00, 0x80, 0x00))
# Source: the same, 5.4.3 to 5.4.5: osrs code -> resolution in bits with the filter off.
RESOLUTION_BITS: Final = (0, 16, 17, 18, 19, 20, 20, 20)
# Source: the same, tables 1, 9 and 11 with 3.4: noise at x1 with the filter off, in steps of
# 16 bits: 3.3 Pa of 2.62 Pa, 0.005 °C of 0.005 °C, 0.07 %RH of 0.008 %RH.
NOISE_P_STEPS: Final = 1.26
NOISE_T_STEPS: Final = 1.0
NOISE_H_STEPS: Final = 9.0
MODE_MASK: Final = 0x03
MODE_NORMAL: Final = 0x03


class Bme280Fault(StrEnum):
    """What the chip can play until told otherwise."""

    BROWN_OUT = "brown-out"  # the supply sags: registers stay at reset, nothing is measured
    CALIBRATION_ZERO = "zeroed-calibration"
    CALIBRATION_CORRUPT = "corrupt-calibration"  # one bit of dig_T2 and of dig_P1 wrong
    STATUS_STUCK = "status-stuck"  # says it is measuring, for ever
    FROZEN = "frozen"  # the data registers do not move any more


class Bme280Chip:
    """A BME280, or by its id a BMP280, on a SimulatedI2C.

    Args:
        feed: the air around the part; asked once a measurement.
        chip_id: BME280_ID or BMP280_ID.
        calibration: the part's trimming words.
        clock: needed with measurement_s only.
        measurement_s: how long a measurement takes; at once when 0, as the driver's
            waiting loop sleeps in real time and would hold up a virtual clock.
        noise: the part's own; none by default, so that a value can be held to the code.
    """

    def __init__(
        self,
        feed: ClimateFeed,
        *,
        chip_id: int = BME280_ID,
        calibration: Calibration = EXAMPLE_CALIBRATION,
        clock: Clock | None = None,
        measurement_s: float = 0.0,
        noise: Noise | None = None,
    ) -> None:
        self._feed = feed
        self._noise = noise
        self._calibration = calibration
        self._chip_id = chip_id
        self._clock = clock
        self._measurement_s = measurement_s if clock is not None else 0.0
        self._fault: Bme280Fault | None = None
        self._registers = bytearray(256)
        self._pointer = 0
        self._osrs_h = 0
        self._done_at_s: float | None = None
        self._last_key: tuple[tuple[float, float, float], int, int] | None = None
        self._last_codes = (0x80000, 0x80000, 0x8000)
        self.brown_out()

    @property
    def fault(self) -> Bme280Fault | None:
        """What is being played; assign to change it, None to heal."""
        return self._fault

    @fault.setter
    def fault(self, fault: Bme280Fault | None) -> None:
        self._fault = fault
        if fault is Bme280Fault.BROWN_OUT:
            self.brown_out()
        self._load_calibration()

    def brown_out(self) -> None:
        """Put every register back to its reset value, as a dip of the supply does."""
        registers = self._registers
        registers[:] = bytes(256)
        registers[ID] = self._chip_id
        registers[DATA : DATA + 8] = RESET_DATA
        self._osrs_h = 0
        self._done_at_s = None
        self._load_calibration()

    def write(self, data: bytes) -> None:
        """Take register and value pairs; a single byte sets the pointer (6.2.1)."""
        if not data:
            return  # the probe of an address
        self._pointer = data[0]
        if len(data) > 1 and self._fault is not Bme280Fault.BROWN_OUT:
            for at in range(0, len(data) - 1, 2):
                self._set(data[at], data[at + 1])

    def read(self, count: int) -> bytes:
        """Return count registers from the pointer on, which moves along (6.2.2)."""
        pointer = self._pointer
        if pointer >= STATUS:
            self._catch_up()
        self._pointer = (pointer + count) & 0xFF
        return bytes(self._registers[pointer : pointer + count])

    def _set(self, register: int, value: int) -> None:
        registers = self._registers
        if register == CTRL_MEAS:
            registers[CTRL_MEAS] = value
            # ctrl_hum counts only from the next write to ctrl_meas on (5.4.3).
            self._osrs_h = registers[CTRL_HUM] & 0x07
            if value & MODE_MASK:
                self._start()
        elif register == CTRL_HUM:
            registers[CTRL_HUM] = value & 0x07
        elif register == CONFIG:
            registers[CONFIG] = value & 0xFD
        elif register == RESET and value == RESET_WORD:
            self.brown_out()

    def _start(self) -> None:
        if self._clock is None or self._measurement_s <= 0.0:
            self._finish()
            return
        self._registers[STATUS] |= MEASURING
        self._done_at_s = self._clock.monotonic_s() + self._measurement_s

    def _catch_up(self) -> None:
        """Bring status and data to now: a measurement that has ended, or normal mode."""
        if self._fault is Bme280Fault.STATUS_STUCK:
            self._registers[STATUS] |= MEASURING
        if self._clock is not None and self._done_at_s is not None:
            if self._clock.monotonic_s() >= self._done_at_s:
                self._finish()
        elif self._registers[CTRL_MEAS] & MODE_MASK == MODE_NORMAL:
            self._start()

    def _finish(self) -> None:
        registers = self._registers
        self._done_at_s = None
        registers[STATUS] = MEASURING if self._fault is Bme280Fault.STATUS_STUCK else 0
        if self._fault is not Bme280Fault.FROZEN:
            registers[DATA : DATA + 8] = self._measure()
        if registers[CTRL_MEAS] & MODE_MASK != MODE_NORMAL:
            registers[CTRL_MEAS] &= ~MODE_MASK & 0xFF  # forced mode falls back to sleep

    def _measure(self) -> bytes:
        """Return the eight data registers; the bisections are skipped for the same air."""
        air = self._feed()
        ctrl_meas = self._registers[CTRL_MEAS]
        key = (air, ctrl_meas & ~MODE_MASK, self._osrs_h)
        if key != self._last_key:
            self._last_key = key
            self._last_codes = self._convert(air, ctrl_meas)
        code_p, code_t, code_h = self._last_codes
        if self._noise is not None:
            bits_p, bits_t = (RESOLUTION_BITS[ctrl_meas >> at & 0x07] for at in (2, 5))
            bits_h = HUMIDITY_BITS if self._osrs_h and self._chip_id == BME280_ID else 0
            code_p = _moved(code_p, CODE_BITS, bits_p, NOISE_P_STEPS * self._noise())
            code_t = _moved(code_t, CODE_BITS, bits_t, NOISE_T_STEPS * self._noise())
            code_h = _moved(code_h, HUMIDITY_BITS, bits_h, NOISE_H_STEPS * self._noise())
        return (
            (code_p << 4).to_bytes(3, "big")
            + (code_t << 4).to_bytes(3, "big")
            + code_h.to_bytes(2, "big")
        )

    def _convert(self, air: tuple[float, float, float], ctrl_meas: int) -> tuple[int, int, int]:
        """Return the codes of pressure, temperature and humidity without noise."""
        temperature_c, humidity_pct, pressure_hpa = air
        bits_t = RESOLUTION_BITS[ctrl_meas >> 5]
        bits_p = RESOLUTION_BITS[ctrl_meas >> 2 & 0x07]
        code_t = code_p = 0x80000
        code_h = 0x8000
        if bits_t:  # without a temperature the part compensates nothing
            code_t = temperature_code(self._calibration, temperature_c, bits_t)
            t_fine = int(fine_temperature(self._calibration, code_t))
            if bits_p:
                code_p = pressure_code(self._calibration, pressure_hpa, t_fine, bits_p)
            if self._osrs_h and self._chip_id == BME280_ID:
                code_h = humidity_code(self._calibration, humidity_pct, t_fine)
        return code_p, code_t, code_h

    def _load_calibration(self) -> None:
        block = bytearray(self._calibration.block())
        stored = crc8(bytes(block))
        if self._fault is Bme280Fault.CALIBRATION_ZERO:
            block, stored = bytearray(len(block)), 0
        elif self._fault is Bme280Fault.CALIBRATION_CORRUPT:
            block[3] ^= 0x02
            block[7] ^= 0x01
        low = CALIBRATION_LOW_END - CALIBRATION_LOW
        if self._chip_id != BME280_ID:  # a BMP280 has T and P words only, and no checksum
            self._registers[CALIBRATION_LOW : CALIBRATION_LOW + 24] = block[:24]
            return
        self._registers[CALIBRATION_LOW:CALIBRATION_LOW_END] = block[:low]
        self._registers[CALIBRATION_HIGH:CHECKSUM] = block[low:]
        self._registers[CHECKSUM] = stored


def _moved(code: int, code_bits: int, bits: int, steps_at_16_bits: float) -> int:
    """Return a code with noise; bits is its resolution, 0 where nothing was measured."""
    if not bits:
        return code
    # Each doubling of the samples gives a bit more and leaves 1/sqrt(2) of the noise.
    steps = round(steps_at_16_bits * 2 ** ((bits - 16) / 2))
    step = 1 << code_bits - bits
    return min(max(code + steps * step, 0), (1 << code_bits) - step)
