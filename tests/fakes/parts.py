"""Parts that say what a test wrote down for them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from firmware.sensors.base import ClimateReading, Fault, LightReading, SoundSecond
from monitor.contract.record import Flag, Mark, Record
from monitor.runtime.clock import Clock

Reading = TypeVar("Reading")


def a_climate(temperature_c: float = 18.0, humidity_pct: float | None = 50.0) -> ClimateReading:
    return ClimateReading(
        temperature_c=temperature_c, humidity_pct=humidity_pct, pressure_hpa=1013.0
    )


def a_light(illuminance_lx: float = 0.5, flags: tuple[Flag, ...] = ()) -> LightReading:
    return LightReading(
        illuminance_lx=illuminance_lx, visible_ir_counts=2.0, ir_counts=0.4, flags=flags
    )


def a_second(end_ms: int = 1000, laeq_db: float = 30.0, **more: float | None) -> SoundSecond:
    return SoundSecond(end_ms=end_ms, laeq_db=laeq_db, **{"lafmax_db": laeq_db + 2, **more})


def a_fault(flag: Flag = Flag.NO_REPLY) -> Fault:
    return Fault(flag=flag, message="a part at fault; mend it")


class SaysSensor(Generic[Reading]):
    """A Sensor that answers with what a function returns, or raises what it raises."""

    def __init__(self, answer: Callable[[], Reading | Fault]) -> None:
        self.answer = answer
        self.asked = 0
        self.closed = False

    def sample(self) -> Reading | Fault:
        self.asked += 1
        return self.answer()

    def close(self) -> None:
        self.closed = True


class SteadySound:
    """A SoundSource of one level, a second at a time, late by late_s; or whatever is queued."""

    def __init__(self, clock: Clock, laeq_db: float = 30.0, late_s: float = 0.0) -> None:
        self.clock = clock
        self.laeq_db = laeq_db
        self.late_s = late_s
        self.extra: list[SoundSecond | Fault] = []
        self.closed = False
        self._until_s = 0.0

    def start(self) -> None:
        self._until_s = self.clock.monotonic_s()

    def hold(self) -> None:
        """Stamp what is on its way, and keep it until it is asked for."""
        self.extra += self._heard(0.0)

    def drain(self) -> Sequence[SoundSecond | Fault]:
        heard = [*self.extra, *self._heard(self.late_s)]
        self.extra.clear()
        return heard

    def _heard(self, late_s: float) -> list[SoundSecond | Fault]:
        heard: list[SoundSecond | Fault] = []
        now_s = self.clock.monotonic_s()
        while self._until_s + 1 <= now_s - late_s + 1e-6:
            self._until_s += 1
            end_ms = self.clock.now_ms() - round((now_s - self._until_s) * 1000)
            heard.append(a_second(end_ms, self.laeq_db))
        return heard

    def close(self) -> None:
        self.closed = True


class Presses:
    """A Panel with presses to come."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.shown: list[tuple[float | None, bool]] = []
        self.before: list[Record] = []
        self.closed = False

    def drain(self) -> list[Mark]:
        marks, self.marks = self.marks, []
        return marks

    def seed(self, records: Iterable[Record]) -> None:
        self.before = list(records)

    def show(self, illuminance_lx: float | None, *, faulty: bool) -> None:
        self.shown.append((illuminance_lx, faulty))

    def close(self) -> None:
        self.closed = True
