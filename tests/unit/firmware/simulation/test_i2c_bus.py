import errno

import pytest

from firmware.simulation.i2c_bus import BusFault, SimulatedI2C


class Echo:
    """A chip of 256 registers that keeps what is written."""

    def __init__(self) -> None:
        self.registers = bytearray(range(256))
        self.pointer = 0
        self.writes = 0

    def write(self, data: bytes) -> None:
        self.writes += 1
        self.pointer = data[0] if data else self.pointer

    def read(self, count: int) -> bytes:
        return bytes(self.registers[self.pointer : self.pointer + count])


def read(bus: SimulatedI2C, register: int = 0x10, address: int = 0x40) -> int:
    buffer = bytearray(1)
    bus.writeto_then_readfrom(address, bytes((register,)), buffer)
    return buffer[0]


def test_chips_answer_at_their_addresses_and_only_there() -> None:
    bus = SimulatedI2C({0x40: Echo(), 0x29: Echo()})
    assert bus.scan() == [0x29, 0x40]
    bus.detach(0x29)
    bus.attach(0x76, Echo())
    assert bus.scan() == [0x40, 0x76]


def test_an_address_without_a_chip_gives_errno_121() -> None:
    with pytest.raises(OSError, match="Remote I/O") as raised:
        read(SimulatedI2C())
    assert raised.value.errno == 121


def test_slices_of_the_buffers_are_what_travels() -> None:
    bus = SimulatedI2C({0x40: Echo()})
    buffer = bytearray(b"\xaa" * 4)
    bus.writeto(0x40, b"\x00\x20\x00", start=1, end=2)
    bus.readfrom_into(0x40, buffer, start=1, end=3)
    assert buffer == b"\xaa\x20\x21\xaa"


def test_one_buffer_may_be_written_from_and_read_into() -> None:
    bus = SimulatedI2C({0x40: Echo()})
    buffer = bytearray((0x30, 0x00))
    bus.writeto_then_readfrom(0x40, buffer, buffer, out_end=1, in_end=2)
    assert buffer == b"\x30\x31"


def test_the_lock_is_held_by_one_at_a_time() -> None:
    bus = SimulatedI2C()
    assert bus.try_lock()
    assert not bus.try_lock()
    bus.unlock()
    assert bus.try_lock()
    bus.deinit()


@pytest.mark.parametrize(
    ("fault", "number"),
    [
        (BusFault.ABSENT, errno.EREMOTEIO),
        (BusFault.NO_ACK, errno.EREMOTEIO),
        (BusFault.IO_ERROR, errno.EIO),
        (BusFault.TIMEOUT, errno.ETIMEDOUT),
        (BusFault.ARBITRATION, errno.EAGAIN),
    ],
)
def test_each_fault_is_raised_as_its_errno_until_healed(fault: BusFault, number: int) -> None:
    bus = SimulatedI2C({0x40: Echo()})
    bus.inject(fault)
    for transfer in (lambda: read(bus), lambda: bus.writeto(0x40, b"\x00")):
        with pytest.raises(OSError, match=r".") as raised:
            transfer()
        assert raised.value.errno == number
    bus.heal()
    assert read(bus) == 0x10


@pytest.mark.parametrize(
    ("fault", "level"), [(BusFault.STUCK_LOW, 0x00), (BusFault.STUCK_HIGH, 0xFF)]
)
def test_a_stuck_bus_swallows_writes_and_reads_one_level(fault: BusFault, level: int) -> None:
    chip = Echo()
    bus = SimulatedI2C({0x40: chip})
    bus.inject(fault)
    buffer = bytearray(3)
    bus.writeto(0x40, b"\x10")
    bus.readfrom_into(0x40, buffer)
    assert buffer == bytes((level,)) * 3
    assert read(bus, address=0x41) == level
    assert chip.writes == 0


def test_a_fault_can_wait_strike_a_few_times_and_end() -> None:
    bus = SimulatedI2C({0x40: Echo()})
    bus.inject(BusFault.STUCK_LOW, after=1, count=2)
    assert [read(bus) for _ in range(4)] == [0x10, 0x00, 0x00, 0x10]


def test_a_fault_at_one_address_leaves_the_others_alone() -> None:
    bus = SimulatedI2C({0x40: Echo(), 0x41: Echo()})
    bus.inject(BusFault.STUCK_LOW, address=0x41)
    bus.inject(BusFault.STUCK_HIGH, address=0x40)
    bus.heal(0x40)
    assert read(bus, address=0x40) == 0x10
    assert read(bus, address=0x41) == 0x00
