"""What a sensor is to the daemon: asked when due, it answers with a reading or a fault.

An adapter never raises for what its part does: every failure is a Fault with a flag and
words. It keeps no clock of its own, waits only on the injected one, and never answers
with an older value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from monitor.contract.record import Flag, Mark, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no value; message names the part, the symptom and the next step."""

    flag: Flag
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateReading:
    """One climate sample. humidity_pct is None on a part that has none (BMP280).

    pressure_hpa is None only where a replayed series has none.
    """

    temperature_c: float
    humidity_pct: float | None
    pressure_hpa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LightReading:
    """One light sample; counts at gain 1 and 100 ms; flags saturated or ir_dominated."""

    illuminance_lx: float
    visible_ir_counts: float
    ir_counts: float
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSecond:
    """Levels over one second, dB re 20 µPa, self-noise included.

    end_ms is the wall time of the second's end. lasmax_db and lceq_db are None where
    the source cannot tell them (sound entering as 1-s levels), lafmax_db where a
    replayed series has none.
    """

    end_ms: int
    laeq_db: float
    lafmax_db: float | None
    lasmax_db: float | None = None
    lceq_db: float | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoudnessReading:
    """One loudness index, percent of what the converter can tell; never a sound level."""

    loudness_pct: float
    flags: tuple[Flag, ...] = ()


Reading_co = TypeVar("Reading_co", covariant=True)


class Sensor(Protocol[Reading_co]):
    """A part that is polled: climate, light."""

    def sample(self) -> Reading_co | Fault:
        """Return one fresh reading, or why there is none."""
        ...

    def close(self) -> None:
        """Release what the part holds; called once, last."""
        ...


class SoundSource(Protocol):
    """A part that streams: the microphone."""

    def start(self) -> None:
        """Begin capturing; returns at once."""
        ...

    def drain(self) -> Sequence[SoundSecond | Fault]:
        """Return the seconds completed since the last call, and faults that happened."""
        ...

    def close(self) -> None:
        """Stop capturing and reap the child; called once, last."""
        ...


class Panel(Protocol):
    """The button, as the loop sees it."""

    def drain(self) -> Sequence[Mark]:
        """Return the presses since the last call."""
        ...

    def seed(self, records: Iterable[Record]) -> None:
        """Learn from the dated minutes before a restart, also where they can be read later."""
        ...

    def show(self, illuminance_lx: float | None, *, faulty: bool) -> None:
        """Take the room as it is: its light, None without one, and whether a part fails."""
        ...

    def close(self) -> None:
        """Release the pins; called once, last."""
        ...
