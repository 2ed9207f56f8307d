"""What people chose, as the values that scoring needs; household.db keeps them dated."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.contract.messages import ClockTime
from monitor.contract.record import Mark, MarkKind


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Usual bedtime and wake time per weekday, Monday first, local HH:MM.

    bedtime[0] belongs to the night that begins on Monday's evening, wake_time[0] to the
    morning of Monday. A bedtime before 12:00 is after midnight.
    """

    bedtime: Annotated[tuple[ClockTime, ...], Meta(min_length=7, max_length=7)] = ("23:00",) * 7
    wake_time: Annotated[tuple[ClockTime, ...], Meta(min_length=7, max_length=7)] = ("07:00",) * 7


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the house stands, degrees; only dawn and dusk are computed from it."""

    latitude_deg: Annotated[float, Meta(ge=-90, le=90)]
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)]


class Household(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings in force for one night; offset_k moves the anchors of Cool.

    temperature_offset_k and illuminance_factor are put on each reading by the daemon, and so
    is what belongs to the microphone: sound_offset_db is added to its levels,
    sound_calibrated once a calibrator or another meter was used, floor_db the measured
    self-noise (None: the configured one).
    """

    zone: str = "UTC"
    schedule: Schedule = Schedule()
    profile: str = "adult"
    offset_k: Annotated[float, Meta(ge=-2, le=2)] = 0.0
    lamp: str | None = None
    place: Place | None = None
    temperature_offset_k: Annotated[float, Meta(ge=-10, le=10)] = 0.0
    illuminance_factor: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    sound_offset_db: Annotated[float, Meta(ge=-20, le=20)] = 0.0
    sound_calibrated: bool = False
    floor_db: Annotated[float, Meta(ge=0, le=80)] | None = None


# Which of them change what a sensor says; a record names the newest of them in force.
CALIBRATION: Final = (
    "temperature_offset_k",
    "illuminance_factor",
    "sound_offset_db",
    "sound_calibrated",
    "floor_db",
)


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person said of one night; None leaves the instrument's word."""

    lights_out_ms: int | None = None
    get_up_ms: int | None = None


class PageMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark made on a page; mark_id is the page's own, so that sending it twice is harmless."""

    mark_id: str
    at_ms: int
    kind: MarkKind
    note: str = ""

    @property
    def mark(self) -> Mark:
        """Return it as the button would have made it."""
        return Mark(at_ms=self.at_ms, kind=self.kind)
