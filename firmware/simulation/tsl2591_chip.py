"""The TSL2591 at register level, as its driver meets it on the bus.

Source: ams TSL2591 data sheet (v1-04), register description and ALS operation. Gains are
the ones the driver's lux formula assumes. Not modelled: interrupts, the part's own noise.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from monitor.runtime.clock import Clock

LightFeed = Callable[[], tuple[float, float]]
"""Returns (illuminance_lx, ir_ratio) now; ir_ratio is channel 1 over channel 0, 0 to 1."""

# Source: TSL2591 data sheet, register overview.
COMMAND_MASK: Final = 0xE0
COMMAND_NORMAL: Final = 0xA0
ADDRESS_MASK: Final = 0x1F
ENABLE: Final = 0x00
CONTROL: Final = 0x01
PERSIST: Final = 0x0C
DEVICE_ID: Final = 0x12
STATUS: Final = 0x13
DATA: Final = 0x14
REGISTERS: Final = 0x18
ID_VALUE: Final = 0x50
POWERED_AND_MEASURING: Final = 0x03
SYSTEM_RESET: Final = 0x80
DATA_VALID: Final = 0x01

# Source: the same, CONTROL register, typical gains; index is the AGAIN field.
GAINS: Final = (1.0, 25.0, 428.0, 9876.0)
# Source: the same, "maximum ALS count" per integration time.
LIMIT_100_MS_COUNTS: Final = 36_863
LIMIT_COUNTS: Final = 65_535

# Source: the lux equation of Adafruit's driver (adafruit_tsl2591), which has it from their
# Arduino library; the data sheet gives none.
LUX_FACTOR: Final = 408.0
IR_WEIGHT: Final = 1.64
DIM_WEIGHT: Final = 0.59
DIM_IR_WEIGHT: Final = 0.86
# Judgement: at an ir_ratio of 0.686 the formula is 0 for any light; the counts stay finite.
SMALLEST_SHARE: Final = 0.01


class Tsl2591Fault(StrEnum):
    """What the chip can play until told otherwise."""

    BROWN_OUT = "brown-out"  # the supply sags: registers stay at reset, nothing is measured
    SATURATED = "saturated"  # both channels at their limit, whatever the range
    FROZEN = "frozen"  # the data registers do not move any more, until a reset


class Tsl2591Chip:
    """A TSL2591 on a SimulatedI2C.

    Args:
        feed: the light on the part; asked once an integration, when it is read.
        clock: measures the integrations.
    """

    def __init__(self, feed: LightFeed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._fault: Tsl2591Fault | None = None
        self._registers = bytearray(REGISTERS)
        self._pointer = 0
        self._started_s = 0.0
        self._cycle = 0
        self.brown_out()

    @property
    def fault(self) -> Tsl2591Fault | None:
        """What is being played; assign to change it, None to heal."""
        return self._fault

    @fault.setter
    def fault(self, fault: Tsl2591Fault | None) -> None:
        self._fault = fault
        if fault is Tsl2591Fault.BROWN_OUT:
            self.brown_out()

    def brown_out(self) -> None:
        """Put every register back to its reset value: not measuring, counts 0 for ever."""
        self._registers[:] = bytes(REGISTERS)
        self._registers[DEVICE_ID] = ID_VALUE
        if self._fault is Tsl2591Fault.FROZEN:
            self._fault = None

    def write(self, data: bytes) -> None:
        """Take a command byte and, for a normal one, values for consecutive registers."""
        if not data or data[0] & COMMAND_MASK != COMMAND_NORMAL:
            return  # the probe of an address, or a special function (interrupts)
        self._pointer = data[0] & ADDRESS_MASK
        values = b"" if self._fault is Tsl2591Fault.BROWN_OUT else data[1:]
        for offset, value in enumerate(values):
            self._set(self._pointer + offset, value)

    def read(self, count: int) -> bytes:
        """Return count registers from the pointer on."""
        pointer = self._pointer
        if pointer >= STATUS:
            self._catch_up()
        return bytes(self._registers[pointer : pointer + count]).ljust(count, b"\x00")

    def _set(self, register: int, value: int) -> None:
        if register == CONTROL and value & SYSTEM_RESET:
            self.brown_out()
        elif register in (ENABLE, CONTROL):
            self._catch_up()  # what has been integrated so far stays in the data registers
            self._registers[register] = value
            self._registers[STATUS] &= ~DATA_VALID & 0xFF
            self._started_s = self._clock.monotonic_s()
            self._cycle = 0
        elif register <= PERSIST:
            self._registers[register] = value

    def _catch_up(self) -> None:
        """Bring the data registers to the last full integration under these settings."""
        registers = self._registers
        if registers[ENABLE] & POWERED_AND_MEASURING != POWERED_AND_MEASURING:
            return
        integration_s = 0.1 * ((registers[CONTROL] & 0x07) + 1)
        # A millionth of an integration forgives the clock's rounding at its very end.
        cycle = int((self._clock.monotonic_s() - self._started_s) / integration_s + 1e-6)
        if cycle == self._cycle:
            return
        self._cycle = cycle
        registers[STATUS] |= DATA_VALID
        if self._fault is not Tsl2591Fault.FROZEN:
            channel_0, channel_1 = self._convert()
            registers[DATA : DATA + 2] = channel_0.to_bytes(2, "little")
            registers[DATA + 2 : DATA + 4] = channel_1.to_bytes(2, "little")

    def _convert(self) -> tuple[int, int]:
        """Return the counts for which the driver's formula gives the light of the feed.

        Beyond an ir_ratio of 0.686 the eye sees next to nothing of the light: the counts
        are those for which the formula gives minus the illuminance.
        """
        control = self._registers[CONTROL]
        steps = (control & 0x07) + 1
        limit = LIMIT_100_MS_COUNTS if steps == 1 else LIMIT_COUNTS
        if self._fault is Tsl2591Fault.SATURATED:
            return limit, limit
        illuminance_lx, ir_ratio = self._feed()
        share = max(1.0 - IR_WEIGHT * ir_ratio, DIM_WEIGHT - DIM_IR_WEIGHT * ir_ratio)
        counts_per_lx = 100.0 * steps * GAINS[control >> 4 & 0x03] / LUX_FACTOR
        channel_0 = illuminance_lx * counts_per_lx / max(abs(share), SMALLEST_SHARE)
        return min(round(channel_0), limit), min(round(channel_0 * ir_ratio), limit)
