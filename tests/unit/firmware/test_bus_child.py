"""The process that owns a bus, in process: what is asked and answered."""

import io
from collections.abc import Callable, Iterator

import msgspec

from firmware.bus_child import OpenedWhenAsked, parts_on, serve
from firmware.errors import BusError
from firmware.sensors.base import ClimateReading, Fault, LightReading
from firmware.sensors.bus import I2cBus
from firmware.simulation.i2c_bus import BusFault
from firmware.simulation.wiring import RoomWiring
from monitor.contract.record import Flag
from monitor.runtime.clock import VirtualClock
from tests.fakes.parts import SaysSensor, a_climate
from tests.fakes.rooms import PlainRoom


class Machine:
    """A machine whose bus 1 may be missing."""

    def __init__(self) -> None:
        self.clock = VirtualClock(start_ms=0)
        self.bus = RoomWiring(PlainRoom(), self.clock).bus
        self.opened: list[int] = []
        self.present = True
        self.opened_when_asked = OpenedWhenAsked(1, self.bus_of)
        self.parts = parts_on(self.opened_when_asked, self.clock, ("climate", "light"))

    def bus_of(self, number: int) -> I2cBus:
        self.opened.append(number)
        if not self.present:
            raise BusError("enable I2C")
        return self.bus


def answers_to(asked: bytes, answer: Callable[[], ClimateReading]) -> list[bytes]:
    answers = io.BytesIO()
    serve({"climate": SaysSensor(answer)}, io.BytesIO(asked), answers, drop_bus=lambda: None)
    return answers.getvalue().split(b"\n")


def test_both_parts_share_one_bus_that_is_opened_when_first_asked() -> None:
    machine = Machine()
    assert machine.opened == []
    assert isinstance(machine.parts["climate"].sample(), ClimateReading)
    assert isinstance(machine.parts["light"].sample(), LightReading)
    assert machine.opened == [1]


def test_a_bus_that_is_not_there_is_a_fault_that_says_what_to_do_and_heals() -> None:
    machine = Machine()
    machine.present = False
    fault = machine.parts["climate"].sample()
    assert fault == Fault(flag=Flag.NO_REPLY, message="enable I2C")
    machine.present = True
    assert isinstance(machine.parts["climate"].sample(), ClimateReading)


def test_each_question_has_one_answer_after_ready() -> None:
    ready, first, second, end = answers_to(b"climate\nclimate\n", a_climate)
    assert (ready, first, end) == (b"ready", second, b"")
    assert msgspec.json.decode(first[1:], type=ClimateReading) == a_climate()


def test_what_a_driver_raises_is_its_parts_fault() -> None:
    def broken() -> ClimateReading:
        raise ZeroDivisionError("driver defect")

    answer = answers_to(b"climate\n", broken)[1]
    fault = msgspec.json.decode(answer[1:], type=Fault)
    assert fault.flag is Flag.FAULT
    assert "ZeroDivisionError: driver defect" in fault.message


def test_the_parts_sleep_when_nobody_asks_any_more() -> None:
    sensor = SaysSensor(a_climate)
    serve({"climate": sensor}, io.BytesIO(), io.BytesIO(), drop_bus=lambda: None)
    assert sensor.closed


def test_a_bus_on_which_nothing_works_is_opened_anew_before_the_next_question() -> None:
    machine = Machine()

    def asked() -> Iterator[bytes]:
        yield from (b"climate\n", b"light\n")
        machine.bus.inject(BusFault.IO_ERROR, address=0x76)
        yield from (b"climate\n", b"light\n")  # the light works: the bus is there
        assert machine.opened == [1]
        dead = machine.bus
        dead.inject(BusFault.IO_ERROR)  # an adapter that was unplugged never comes back
        machine.bus = RoomWiring(PlainRoom(), machine.clock).bus
        yield from (b"climate\n", b"light\n", b"climate\n", b"light\n", b"light\n")

    answers = io.BytesIO()
    serve(machine.parts, asked(), answers, drop_bus=machine.opened_when_asked.deinit)
    kinds = [line[:1] for line in answers.getvalue().splitlines()[1:]]
    # The light sensor plugged in has lost its settings, and is set up again.
    assert kinds == [b"r", b"r", b"f", b"r", b"f", b"f", b"r", b"f", b"r"]
    assert machine.opened == [1, 1]


def test_a_house_high_up_sets_its_own_lowest_pressure() -> None:
    clock = VirtualClock(start_ms=0)
    bus = RoomWiring(PlainRoom(pressure_hpa=780.0), clock).bus
    fault = parts_on(bus, clock, ("climate",))["climate"].sample()
    assert isinstance(fault, Fault)
    assert "lowest_pressure_hpa in [climate]" in fault.message
    high = parts_on(bus, clock, ("climate",), lowest_pressure_hpa=700.0)["climate"]
    assert isinstance(high.sample(), ClimateReading)
