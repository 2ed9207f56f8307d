import errno
import sys
from pathlib import Path

import pytest
from Adafruit_PureIO import smbus

from firmware.errors import BusBusyError, BusError
from firmware.sensors.base import Fault
from firmware.sensors.bus import BoundedBus, fault_of, is_stuck, open_bus, read_registers
from firmware.simulation.i2c_bus import SimulatedI2C
from monitor.contract.record import Flag


class Registers:
    """A chip whose every register holds its own number."""

    def __init__(self) -> None:
        self.pointer = 0

    def write(self, data: bytes) -> None:
        self.pointer = data[0]

    def read(self, count: int) -> bytes:
        return bytes(range(self.pointer, self.pointer + count))


class KernelBus:
    """Stands for /dev/i2c-N where there is none."""

    def __init__(self, number: int, file: Path) -> None:
        self.number = number
        self.closed = False
        self._device = file.open("w+b", buffering=0)

    def read_i2c_block_data(self, address: int, command: bytes, length: int) -> bytearray:
        return bytearray((address, *command)[:length])

    def close(self) -> None:
        self.closed = True
        self._device.close()


def test_registers_are_read_and_the_bus_is_given_back() -> None:
    bus = SimulatedI2C({0x40: Registers()})
    assert read_registers(bus, 0x40, 0x20, 3) == b"\x20\x21\x22"
    assert bus.try_lock()


def test_the_bus_is_given_back_after_an_error_too() -> None:
    bus = SimulatedI2C()
    with pytest.raises(OSError, match="Remote"):
        read_registers(bus, 0x40, 0x20, 3)
    assert bus.try_lock()


def test_waiting_for_a_lock_that_is_never_given_ends() -> None:
    bus = SimulatedI2C({0x40: Registers()})
    assert bus.try_lock()
    bounded = BoundedBus(bus)
    with pytest.raises(TimeoutError, match="does not let go"):
        read_registers(bounded, 0x40, 0x20, 1)
    bus.unlock()
    assert read_registers(bounded, 0x40, 0x20, 1) == b"\x20"


def test_a_few_refusals_are_waited_out() -> None:
    bus = SimulatedI2C()
    bounded = BoundedBus(bus)
    assert bounded.try_lock()
    assert not any(bounded.try_lock() for _ in range(900))
    bounded.unlock()
    assert bounded.try_lock()
    assert not any(bounded.try_lock() for _ in range(900))


@pytest.mark.parametrize(
    ("number", "flag", "words"),
    [
        (errno.EREMOTEIO, Flag.NO_REPLY, "i2cdetect"),
        (errno.ENXIO, Flag.NO_REPLY, "jumper"),
        (errno.EIO, Flag.NO_REPLY, "loose wire"),
        (errno.ETIMEDOUT, Flag.BUS_STUCK, "clock line"),
        (errno.EAGAIN, Flag.BUS_STUCK, "data line"),
        (errno.EBUSY, Flag.FAULT, "dtoverlay"),
        (errno.ENODEV, Flag.NO_REPLY, "the bus is gone"),
        (errno.EPERM, Flag.FAULT, "driver failed"),
    ],
)
def test_an_errno_becomes_words_a_person_can_act_on(number: int, flag: Flag, words: str) -> None:
    fault = fault_of(OSError(number, "as the kernel says"), "part")
    assert fault.flag is flag
    assert fault.message.startswith("part: ")
    assert words in fault.message


def test_the_cause_that_the_drivers_probe_hides_is_found() -> None:
    error = ValueError("No I2C device at address: 0x29")
    error.__context__ = OSError(errno.EREMOTEIO, "Remote I/O error")
    assert fault_of(error, "part").flag is Flag.NO_REPLY


def test_a_time_out_of_our_own_is_a_stuck_bus_and_the_rest_a_fault() -> None:
    assert fault_of(TimeoutError("it hangs"), "part") == Fault(
        flag=Flag.BUS_STUCK, message="part: it hangs"
    )
    fault = fault_of(RuntimeError("gpiod was not found"), "part")
    assert fault.flag is Flag.FAULT
    assert "gpiod was not found" in fault.message


def test_only_zeros_or_only_ones_are_a_stuck_line() -> None:
    assert is_stuck(b"\x00\x00")
    assert is_stuck(b"\xff\xff\xff")
    assert not is_stuck(b"\xff\x00")
    assert not is_stuck(b"\x55\x55")
    assert not is_stuck(b"")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[KernelBus]:
    """Every bus opened by number, in order; one file stands for /dev/i2c-N."""
    buses: list[KernelBus] = []

    def smbus_of(number: int) -> KernelBus:
        buses.append(KernelBus(number, tmp_path / f"i2c-{number}"))
        return buses[-1]

    monkeypatch.setattr(smbus, "SMBus", smbus_of)
    return buses


def test_a_bus_has_one_owner_until_it_is_closed(opened: list[KernelBus]) -> None:
    first = open_bus(1)
    with pytest.raises(BusBusyError, match="has an owner already"):
        open_bus(1)
    assert [bus.closed for bus in opened] == [False, True]
    other = open_bus(2)
    first.deinit()
    again = open_bus(1)
    again.deinit()
    other.deinit()


def test_a_bus_is_opened_by_its_number_and_closed(opened: list[KernelBus]) -> None:
    bus = open_bus(3)
    assert read_registers(bus, 0x40, 0x20, 2) == b"\x40\x20"
    bus.deinit()
    assert [(device.number, device.closed) for device in opened] == [(3, True)]
    assert "board" not in sys.modules


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "denied"), "group i2c"),
        (FileNotFoundError(errno.ENOENT, "none"), "dtparam=i2c_arm=on"),
        (ImportError("gpiod"), "gpiod"),
    ],
)
def test_a_bus_that_cannot_be_opened_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def refuse(_number: int) -> KernelBus:
        raise error

    monkeypatch.setattr(smbus, "SMBus", refuse)
    with pytest.raises(BusError, match=words):
        open_bus(1)
