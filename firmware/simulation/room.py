"""What a simulated room is to the simulated parts in it: values at an instant."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomValues:
    """The room at one instant; None = the source has no value there.

    ir_ratio is the light's share of infrared as the TSL2591 sees it: channel 1 over
    channel 0. Levels are the room's own, without a microphone's self-noise.
    """

    temperature_c: float | None
    humidity_pct: float | None
    pressure_hpa: float | None
    illuminance_lx: float | None
    ir_ratio: float
    laeq_db: float | None
    lafmax_db: float | None


class Room(Protocol):
    """A room as functions of time: the same instant always gives the same values."""

    def at(self, at_ms: int) -> RoomValues:
        """Return the values at an instant (epoch milliseconds)."""
        ...

    def levels_at(self, end_ms: int) -> tuple[float, float | None] | None:
        """Return (laeq_db, lafmax_db) of the second that ends at end_ms, as at() has them.

        None where there is no value; a shorter way, since sound is asked every second.
        """
        ...

    def light_at(self, at_ms: int) -> tuple[float | None, float]:
        """Return (illuminance_lx, ir_ratio) at an instant, as at() has them; a shorter way."""
        ...

    def off_until(self, at_ms: int) -> int | None:
        """Return until when there is no power at an instant, None while there is."""
        ...

    def faults(self, at_ms: int) -> frozenset[str]:
        """Return what fails at an instant: a part's name and how, "light absent"."""
        ...


CLIMATE_ABSENT = "climate absent"
LIGHT_ABSENT = "light absent"
MICROPHONE_SILENT = "microphone silent"
