"""How the BME280 driver reaches its chip: every wait bounded, every byte remembered.

The driver takes any object with these two methods in place of its own I2C_Impl. Through
this one the adapter sees the very bytes that the driver computed a value from.
"""

from typing import Final

from firmware.sensors.bme280_trim import Trim
from firmware.sensors.bus import BoundedBus, I2cBus, read_registers, write_register
from firmware.sensors.climate_gates import RawSample

BME280_ID: Final = 0x60
# Source: BST-BMP280-DS001, table 18; 0x56 and 0x57 are its samples.
BMP280_IDS: Final = (0x56, 0x57, 0x58)

# Source: BST-BME280-DS002, table 18 (memory map).
TRIM_LOW: Final = 0x88
TRIM_LOW_SIZE: Final = 26
TRIM_LOW_TP_SIZE: Final = 24  # the T and P words, all that a BMP280 has
TRIM_H1: Final = 0xA1
TRIM_HIGH: Final = 0xE1
TRIM_HIGH_SIZE: Final = 7
ID: Final = 0xD0
CTRL_HUM: Final = 0xF2
STATUS: Final = 0xF3
PRESSURE: Final = 0xF7
TEMPERATURE: Final = 0xFA
HUMIDITY: Final = 0xFD

# Source: BST-BME280-DS002, 9.1: at most 9.3 ms at x1. The driver sleeps 2 ms between two
# looks at the status, so five are enough; judgement: five times that for a busy machine.
MAX_STATUS_READS: Final = 25


class Bme280Port:
    """The registers of one part, as the driver's bus implementation.

    Args:
        bus: the bus, which waits for its lock within bounds.
        address: 0x76 or 0x77.
        chip_id: what the part says it is.
    """

    def __init__(self, bus: BoundedBus, address: int, chip_id: int) -> None:
        self._bus: I2cBus = bus
        self.address = address
        self.has_humidity = chip_id == BME280_ID
        self._status_reads = 0
        self._seen: dict[int, bytes] = {}
        self._temperatures: list[bytes] = []

    def read_register(self, register: int, length: int) -> bytearray:
        """Read for the driver.

        Raises:
            OSError: as the bus raises it.
            TimeoutError: the part has said too often that it is still measuring.
        """
        if register == STATUS:
            self._status_reads += 1
            if self._status_reads > MAX_STATUS_READS:
                raise TimeoutError("it never ends its measurement: cut its power for ten seconds")
        else:
            self._status_reads = 0
        data = read_registers(self._bus, self.address, register, length)
        if register == TEMPERATURE:
            self._temperatures.append(data)
        self._seen[register] = data
        if register == ID and not self.has_humidity:
            # The driver refuses any other id. The BMP280's T and P registers and formulas
            # are the same (BST-BMP280-DS001, 3.11 and 4.2); humidity is never asked of it.
            return bytearray((BME280_ID,))
        return bytearray(data)

    def write_register_byte(self, register: int, value: int) -> None:
        """Write for the driver; ctrl_hum is withheld from a BMP280, which has none."""
        if register == CTRL_HUM and not self.has_humidity:
            return
        write_register(self._bus, self.address, register, value)

    def read_trim(self) -> Trim:
        """Read the calibration block as it stands in the part now."""
        if not self.has_humidity:
            block = read_registers(self._bus, self.address, TRIM_LOW, TRIM_LOW_TP_SIZE)
            return Trim(block=block, checksum=None)
        low = read_registers(self._bus, self.address, TRIM_LOW, TRIM_LOW_SIZE)
        # The checksum follows the high part at once.
        high = read_registers(self._bus, self.address, TRIM_HIGH, TRIM_HIGH_SIZE + 1)
        return Trim(block=low + high[:-1], checksum=high[-1])

    def driver_used(self, trim: Trim) -> bool:
        """Tell whether the driver read the same block when it was created."""
        seen = self._seen
        if seen[TRIM_LOW] != trim.block[:TRIM_LOW_TP_SIZE]:
            return False
        if not self.has_humidity:
            return True
        h1 = trim.block[TRIM_LOW_SIZE - 1 : TRIM_LOW_SIZE]
        return seen[TRIM_H1] == h1 and seen[TRIM_HIGH] == trim.block[TRIM_LOW_SIZE:]

    def start_sample(self) -> None:
        """Forget the data bytes of the sample before."""
        self._temperatures.clear()
        self._status_reads = 0

    def sampled(self) -> RawSample:
        """Return the data bytes that the driver read since start_sample."""
        return RawSample(
            temperatures=tuple(self._temperatures),
            pressure=self._seen[PRESSURE],
            humidity=self._seen[HUMIDITY] if self.has_humidity else None,
        )
