"""A simulated I2C bus: what the real drivers accept in place of busio.I2C.

Chips answer at register level behind it; the bus itself plays the faults of wires and
power. Nothing here knows what a chip measures.
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

# Source: I2C-bus specification UM10204, table 3: the addresses that are not reserved.
FIRST_ADDRESS: Final = 0x08
LAST_ADDRESS: Final = 0x77


class Chip(Protocol):
    """A chip as its bus sees it; both calls are one transfer each."""

    def write(self, data: bytes) -> None:
        """Take the bytes of one write, register or command byte first."""
        ...

    def read(self, count: int) -> bytes:
        """Return count bytes from where the last write pointed."""
        ...


class BusFault(StrEnum):
    """What a bus can play. The word is the fault's name in a scenario."""

    ABSENT = "absent"  # nobody at the address: as errno-121, by the name a person gives it
    NO_ACK = "errno-121"
    IO_ERROR = "errno-5"
    TIMEOUT = "errno-110"
    ARBITRATION = "errno-11"
    STUCK_LOW = "stuck-00"  # every read gives 0x00, every write is swallowed
    STUCK_HIGH = "stuck-ff"  # the same with 0xFF


# Source: i2c-bcm2835 and Documentation/i2c/fault-codes.rst of Linux.
ERRNO: Final = {
    BusFault.ABSENT: errno.EREMOTEIO,
    BusFault.NO_ACK: errno.EREMOTEIO,
    BusFault.IO_ERROR: errno.EIO,
    BusFault.TIMEOUT: errno.ETIMEDOUT,
    BusFault.ARBITRATION: errno.EAGAIN,
}


@dataclass(slots=True)
class _Injected:
    """A fault in play: passes `after` transfers over, then strikes `count` times."""

    fault: BusFault
    address: int | None
    after: int
    count: int | None

    def strikes(self, address: int) -> bool:
        if self.address not in (None, address):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.count is None:
            return True
        self.count -= 1
        return self.count >= 0


class SimulatedI2C:
    """A bus in memory with chips at 7-bit addresses.

    >>> bus = SimulatedI2C()
    >>> bus.scan()
    []
    """

    def __init__(self, chips: Mapping[int, Chip] | None = None) -> None:
        self._chips = dict(chips or {})
        self._faults: list[_Injected] = []
        self._locked = False
        self.transfers = 0

    def attach(self, address: int, chip: Chip) -> None:
        """Put a chip on the bus, as plugging it in would."""
        self._chips[address] = chip

    def detach(self, address: int) -> None:
        """Take a chip off the bus; its state stays with it."""
        del self._chips[address]

    def inject(
        self,
        fault: BusFault,
        *,
        address: int | None = None,
        after: int = 0,
        count: int | None = None,
    ) -> None:
        """Play a fault from now on.

        Args:
            fault: what happens.
            address: at this address only; everywhere when None.
            after: so many transfers still go well.
            count: so many transfers fail; all of them, until heal, when None.
        """
        self._faults.append(_Injected(fault, address, after, count))

    def heal(self, address: int | None = None) -> None:
        """End the faults at one address, or all of them."""
        self._faults = [
            injected
            for injected in self._faults
            if address is not None and injected.address != address
        ]

    def try_lock(self) -> bool:
        """Take the bus."""
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        """Give the bus back."""
        self._locked = False

    def deinit(self) -> None:
        """Close nothing: the bus is memory."""

    def scan(self) -> list[int]:
        """Return the addresses that answer a read of one byte."""
        found = []
        for address in range(FIRST_ADDRESS, LAST_ADDRESS + 1):
            try:
                self.readfrom_into(address, bytearray(1))
            except OSError:
                continue
            found.append(address)
        return found

    def writeto(
        self, address: int, buffer: bytes | bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write buffer[start:end]."""
        self.transfers += 1
        if self._faults and self._stuck_level(address) is not None:
            return
        self._chip(address).write(bytes(buffer[start:end]))

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Read into buffer[start:end]."""
        self.transfers += 1
        stop = len(buffer) if end is None else end
        level = self._stuck_level(address) if self._faults else None
        if level is not None:
            buffer[start:stop] = bytes((level,)) * (stop - start)
            return
        buffer[start:stop] = self._chip(address).read(stop - start)

    def writeto_then_readfrom(
        self,
        address: int,
        buffer_out: bytes | bytearray,
        buffer_in: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Write, then read, as one transfer; the TSL2591 driver passes one buffer twice."""
        self.transfers += 1
        stop = len(buffer_in) if in_end is None else in_end
        level = self._stuck_level(address) if self._faults else None
        if level is not None:
            buffer_in[in_start:stop] = bytes((level,)) * (stop - in_start)
            return
        chip = self._chip(address)
        chip.write(bytes(buffer_out[out_start:out_end]))
        buffer_in[in_start:stop] = chip.read(stop - in_start)

    def _chip(self, address: int) -> Chip:
        chip = self._chips.get(address)
        if chip is None:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return chip

    def _stuck_level(self, address: int) -> int | None:
        """Return what a stuck bus reads, None where nothing is wrong; raise for the rest."""
        for injected in self._faults:
            if not injected.strikes(address):
                continue
            if injected.fault is BusFault.STUCK_LOW:
                return 0x00
            if injected.fault is BusFault.STUCK_HIGH:
                return 0xFF
            number = ERRNO[injected.fault]
            raise OSError(number, os.strerror(number))
        return None
