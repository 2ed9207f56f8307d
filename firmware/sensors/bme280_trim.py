"""The BME280's factory calibration (trimming) block: which one may be trusted.

The driver reads the block once and multiplies every value by it. A block spoilt on the
bus gives readings that are wrong and plausible; a zeroed one gives 0.0 °C exactly.
"""

from dataclasses import dataclass
from typing import Final

from firmware.sensors.bus import is_stuck

# Source: CRC-8 with polynomial 0x1D, start and final XOR 0xFF (SAE J1850), stored at 0xE8
# over 0x88..0xA1 and 0xE1..0xE7: Bosch Sensortec's BME280 self-test; not in the data sheet.
CRC_POLYNOMIAL: Final = 0x1D
CRC_MASK: Final = 0xFF

# Judgement: a part that stores no checksum (BMP280, clones) is believed when it reads the
# same so many times; a spoilt transfer does not repeat itself.
EQUAL_READS: Final = 3
NO_CHECKSUM: Final = (None, 0x00, 0xFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """A block as read; checksum is None on a part that stores none (BMP280)."""

    block: bytes
    checksum: int | None

    @property
    def blank(self) -> bool:
        """Tell whether this is a stuck bus, not a calibration."""
        return is_stuck(self.block)

    @property
    def proven(self) -> bool:
        """Tell whether the part itself vouches for the block."""
        return self.checksum == crc8(self.block)


class TrimKeeper:
    """Keeps the block in force and decides about another one.

    A block with a valid checksum is taken at once: the part was replaced, or the first
    read was spoilt. One with a wrong checksum never is, however often it reads the same;
    one of a part that stores none only where none was kept before.
    """

    def __init__(self) -> None:
        self._kept: Trim | None = None
        self._candidate: Trim | None = None
        self._equal_reads = 0

    def objection(self, trim: Trim) -> str | None:
        """Return why trim may not be used; None when it may, and is then the one kept.

        Args:
            trim: a block that is not blank.
        """
        if trim.proven or trim == self._kept:
            self._kept = trim
            return None
        if self._kept is not None:
            return (
                "its calibration differs from the one kept and its checksum is wrong: "
                "shorten the lead; if the part was replaced, restart the sensor daemon"
            )
        if trim.checksum not in NO_CHECKSUM:
            return (
                "its calibration does not match its checksum: shorten the lead, cut its power "
                "for ten seconds; if it stays so, fit another part"
            )
        self._equal_reads = self._equal_reads + 1 if trim == self._candidate else 1
        self._candidate = trim
        if self._equal_reads < EQUAL_READS:
            return "its calibration does not read the same twice: shorten the lead"
        self._kept = trim
        return None


def crc8(data: bytes) -> int:
    """Return the SAE J1850 CRC-8 of data.

    >>> hex(crc8(b"123456789"))
    '0x4b'
    """
    crc = CRC_MASK
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ CRC_POLYNOMIAL if crc & 0x80 else crc << 1
            crc &= CRC_MASK
    return crc ^ CRC_MASK
