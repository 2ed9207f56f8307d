"""The I2C bus: its shape, how one is opened, and what its errors mean to a person."""

import errno
import fcntl
from typing import Final, Protocol

from firmware.errors import BusBusyError, BusError
from firmware.sensors.base import Fault
from monitor.contract.record import Flag

# Judgement: the bus has one owner, so a lock that is refused is a defect, not a queue;
# this many refusals take about a millisecond.
MAX_REFUSED_LOCKS: Final = 1000

# What a driver may raise when its part misbehaves. LookupError and TypeError come from
# short reads, ArithmeticError from zeroed coefficients, ImportError and RuntimeError from
# a board library that is missing; anything else is a defect of ours and must be seen.
DRIVER_ERRORS: Final = (
    ArithmeticError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

# Source: errno(3) with Documentation/i2c/fault-codes.rst of Linux.
ERRNO_WORDS: Final[dict[int, tuple[Flag, str]]] = {
    errno.EREMOTEIO: (
        Flag.NO_REPLY,
        "no answer: check its 3.3 V, ground, SDA and SCL, then run i2cdetect",
    ),
    errno.ENXIO: (
        Flag.NO_REPLY,
        "no answer at this address: check the wires and the address jumper",
    ),
    errno.EIO: (
        Flag.NO_REPLY,
        "the transfer broke off: check for a loose wire, shorten the lead",
    ),
    errno.ETIMEDOUT: (
        Flag.BUS_STUCK,
        "the clock line is held low: cut the sensors' power for ten seconds, shorten the lead",
    ),
    errno.EAGAIN: (
        Flag.BUS_STUCK,
        "the data line is held low: cut the sensors' power for ten seconds, look for a short",
    ),
    errno.ENODEV: (
        Flag.NO_REPLY,
        "the bus is gone: its adapter was unplugged, or its dtoverlay removed",
    ),
    errno.EBUSY: (
        Flag.FAULT,
        "a kernel driver holds this address: remove its dtoverlay from config.txt",
    ),
}


class I2cBus(Protocol):
    """What the drivers need of a bus: the part of busio.I2C they call."""

    def try_lock(self) -> bool:
        """Take the bus; False when it is taken already."""
        ...

    def unlock(self) -> None:
        """Give the bus back."""
        ...

    def scan(self) -> list[int]:
        """Return the 7-bit addresses that answer."""
        ...

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Read buffer[start:end] from a chip."""
        ...

    def writeto(
        self, address: int, buffer: bytes | bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Write buffer[start:end] to a chip."""
        ...

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
        """Write, then read without giving the bus up; both buffers may be the same."""
        ...

    def deinit(self) -> None:
        """Close the bus; called once, by its owner."""
        ...


class BoundedBus:
    """The same bus, on which waiting for the lock ends with a TimeoutError.

    The drivers spin on try_lock for ever (adafruit_bus_device.I2CDevice.__enter__).
    """

    def __init__(self, bus: I2cBus) -> None:
        self._bus = bus
        self._refused = 0
        # Bound, not wrapped: a sample makes some fifty calls and passes through unchanged.
        self.unlock = bus.unlock
        self.scan = bus.scan
        self.readfrom_into = bus.readfrom_into
        self.writeto = bus.writeto
        self.writeto_then_readfrom = bus.writeto_then_readfrom
        self.deinit = bus.deinit

    def try_lock(self) -> bool:
        """Take the bus.

        Raises:
            TimeoutError: the lock has been refused MAX_REFUSED_LOCKS times running.
        """
        if self._bus.try_lock():
            self._refused = 0
            return True
        self._refused += 1
        if self._refused > MAX_REFUSED_LOCKS:
            self._refused = 0
            raise TimeoutError("the bus is locked and its holder does not let go")
        return False


def read_registers(bus: I2cBus, address: int, register: int, count: int) -> bytes:
    """Read count bytes from register on, in one transaction.

    Raises:
        OSError: as the bus raises it; TimeoutError where bus is a BoundedBus.
    """
    buffer = bytearray(count)
    _take(bus)
    try:
        bus.writeto_then_readfrom(address, bytes((register,)), buffer)
    finally:
        bus.unlock()
    return bytes(buffer)


def write_register(bus: I2cBus, address: int, register: int, value: int) -> None:
    """Write one register.

    Raises:
        OSError: as read_registers.
    """
    _take(bus)
    try:
        bus.writeto(address, bytes((register, value)))
    finally:
        bus.unlock()


def _take(bus: I2cBus) -> None:
    while not bus.try_lock():
        pass


def is_stuck(data: bytes) -> bool:
    r"""Tell whether data are what a line held low or high would give.

    >>> is_stuck(b"\x00\x00"), is_stuck(b"\xff"), is_stuck(b"\x00\xff")
    (True, True, False)
    """
    return bool(data) and data[0] in (0x00, 0xFF) and data.count(data[0]) == len(data)


def stuck_fault(part: str) -> Fault:
    """Return the fault of a bus that answers with nothing but zeros or ones."""
    return Fault(
        flag=Flag.BUS_STUCK,
        message=f"{part}: the bus reads only zeros or ones: check SDA and SCL for a short, "
        "cut the sensors' power for ten seconds",
    )


def fault_of(error: Exception, part: str) -> Fault:
    """Say what an error from a driver means and what to do.

    Args:
        error: one of DRIVER_ERRORS.
        part: the part's name and address, first in the message.
    """
    # I2CDevice's probe turns the OSError that tells the cause into a ValueError.
    context = error.__context__
    if isinstance(error, ValueError) and isinstance(context, OSError):
        error = context
    if isinstance(error, OSError):
        if error.errno in ERRNO_WORDS:
            flag, words = ERRNO_WORDS[error.errno]
            return Fault(flag=flag, message=f"{part}: {words} (errno {error.errno})")
        if isinstance(error, TimeoutError):
            return Fault(flag=Flag.BUS_STUCK, message=f"{part}: {error}")
    return Fault(
        flag=Flag.FAULT, message=f"{part}: its driver failed: {type(error).__name__}: {error}"
    )


def open_bus(number: int) -> I2cBus:
    """Open /dev/i2c-<number> and own it until it is closed.

    Args:
        number: the kernel's bus number; 1 is pins 3 and 5 of a Raspberry Pi.

    Raises:
        BusBusyError: another program has opened it so.
        BusError: there is no such bus, it may not be used, or a library is missing.
    """
    try:
        return _open_by_number(number)
    except BlockingIOError as error:
        raise BusBusyError(
            f"/dev/i2c-{number} has an owner already: its parts are asked by one program only; "
            "to measure here stop it first (sudo systemctl stop nightroom-sensors)"
        ) from error
    except PermissionError as error:
        raise BusError(
            f"/dev/i2c-{number} may not be opened: add this user to the group i2c "
            "(sudo usermod -aG i2c <user>), then log in again"
        ) from error
    except (ImportError, OSError, RuntimeError) as error:
        # Blinka reports a bus that is not there as RuntimeError, and so a missing gpiod.
        raise BusError(
            f"/dev/i2c-{number} cannot be opened ({error}): enable I2C with "
            "dtparam=i2c_arm=on in config.txt and restart; i2cdetect -l lists the buses"
        ) from error


def _open_by_number(number: int) -> I2cBus:
    # Imported here: busio looks for the board it runs on, which neither a simulated bus
    # nor a machine with only a microphone needs. `board` is never imported (10 MB).
    import busio  # noqa: PLC0415 - see above
    from adafruit_blinka.microcontroller.generic_linux.i2c import I2C  # noqa: PLC0415 - see above

    class NumberedI2C(busio.I2C):  # type: ignore[misc]  # the vendor ships no types
        """busio.I2C finds its bus by pins; this one is told the number."""

        def __init__(self) -> None:
            self._i2c = I2C(number, mode=I2C.MASTER)
            try:
                # Blinka's lock is the process's own. Ours ends with the process, killed or not.
                device = self._i2c._i2c_bus._device  # noqa: SLF001 - the one open file
                fcntl.flock(device, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.deinit()
                raise

        def deinit(self) -> None:
            """Close the device file at once, not when it is collected."""
            self._i2c._i2c_bus.close()  # noqa: SLF001 - Blinka has no public close

    bus: I2cBus = NumberedI2C()
    return bus
