"""The records of a night summed up by clock minute, in any order, as they come."""

from dataclasses import dataclass, field

from msgspec import UNSET

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import Window
from monitor.score.carry import Carry
from monitor.score.cool import ClimateSums, cool_curve
from monitor.score.dark import LightSums
from monitor.score.daylight import daylight_minutes
from monitor.score.grid import minutes_in, placed
from monitor.score.part import PartNight
from monitor.score.sound import SoundSums


@dataclass(slots=True)
class _Fitted:
    """Where a part was seen first: in a clock minute of the night, and at all."""

    first: int | None = None
    anywhere: bool = False

    def see(self, first: int | None) -> None:
        self.anywhere = True
        if first is not None:
            self.first = first if self.first is None else min(first, self.first)

    def is_before(self, length: int) -> bool:
        return self.first is not None and self.first < length


@dataclass(slots=True)
class NightSums:
    """Sums over the clock minutes from start_ms on, for windows of up to `size` of them."""

    start_ms: int
    size: int
    _any: _Fitted = field(default_factory=_Fitted)
    _parts: dict[str, _Fitted] = field(init=False)
    _sound: SoundSums = field(init=False)
    _climate: ClimateSums = field(init=False)
    _light: LightSums = field(init=False)

    def __post_init__(self) -> None:
        self._parts = {part: _Fitted() for part in ("quiet", "cool", "dark")}
        self._sound = SoundSums(self.size)
        self._climate = ClimateSums(self.size)
        self._light = LightSums(self.size)

    def add(self, minute: Minute) -> None:
        """Add one record; of those outside the night only noise events may count."""
        one = placed(minute, self.start_ms, self.size)
        first = one.shares[0][0] if one.shares else None
        self._any.see(first)
        if minute.sound is not UNSET:
            self._parts["quiet"].see(first)
            self._sound.add(one, minute.sound)
        if minute.climate is not UNSET:
            self._parts["cool"].see(first)
            self._climate.add(one, minute.climate)
        if minute.light is not UNSET:
            self._parts["dark"].see(first)
            self._light.add(one, minute.light)

    def nights(self, window: Window, household: Household, carry: Carry) -> dict[str, PartNight]:
        """Return the fitted parts of a window; nothing recorded counts as everything fitted.

        Args:
            window: begins at start_ms.
            household: always the same one for one carry.
            carry: of the same night when it was shorter.

        Raises:
            UnknownProfileError: the household's profile is not in the table.
            UnknownLampError: the household's lamp is not in the table.
        """
        length = minutes_in(window)
        if not length:
            return {}
        daylight = daylight_minutes(self.start_ms, length, window.zone, household)
        nights: dict[str, PartNight] = {
            "quiet": self._sound.night(length, window, carry),
            "cool": self._climate.night(length, cool_curve(household), carry),
            "dark": self._light.night(daylight, household, carry),
        }
        return {part: night for part, night in nights.items() if self._is_fitted(part, length)}

    def _is_fitted(self, part: str, length: int) -> bool:
        if not self._any.anywhere:
            return True
        seen = self._parts[part]
        return seen.is_before(length) if self._any.is_before(length) else seen.anywhere
