"""The records of a night summed up by clock minute, in any order, as they come."""

from dataclasses import dataclass, field
from itertools import compress

from msgspec import UNSET

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import Window
from monitor.score.carry import Carry
from monitor.score.cool import ClimateSums, cool_curve
from monitor.score.dark import LightSums
from monitor.score.daylight import daylight_minutes
from monitor.score.grid import UNSEEN, minutes_in, placed
from monitor.score.part import PartNight
from monitor.score.result import PARTS
from monitor.score.sound import SoundSums
from monitor.score.sound_notes import Noticed


@dataclass(slots=True)
class NightSums:
    """Sums over the clock minutes from start_ms on, for windows of up to `size` of them."""

    start_ms: int
    size: int
    # Which of PARTS records had, and the first clock minute of such a record; UNSEEN without one.
    _seen: dict[tuple[bool, ...], int] = field(default_factory=dict)
    _sound: SoundSums = field(init=False)
    _climate: ClimateSums = field(init=False)
    _light: LightSums = field(init=False)

    def __post_init__(self) -> None:
        self._sound = SoundSums(self.size)
        self._climate = ClimateSums(self.size)
        self._light = LightSums(self.size)

    def add(self, minute: Minute) -> None:
        """Add one record; of those outside the night only noise events may count."""
        one = placed(minute, self.start_ms, self.size)
        sound, climate, light = minute.sound, minute.climate, minute.light
        if sound is not UNSET:
            self._sound.add(one, sound)
        if climate is not UNSET:
            self._climate.add(one, climate)
        if light is not UNSET:
            self._light.add(one, light)
        parts = (sound is not UNSET, climate is not UNSET, light is not UNSET)
        first = one.first
        if first < self._seen.get(parts, UNSEEN + 1):
            self._seen[parts] = first

    @property
    def noticed(self) -> Noticed:
        """Return what the microphone noticed beside the rating."""
        return self._sound.noticed

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
        fitted = self._fitted(length)
        return {part: night for part, night in nights.items() if part in fitted}

    def _fitted(self, length: int) -> frozenset[str]:
        """Return the parts that records of the window had; without one those of any record."""
        if not self._seen:
            return frozenset(PARTS)
        inside = [parts for parts, first in self._seen.items() if first < length]
        return frozenset(part for of in inside or self._seen for part in compress(PARTS, of))
