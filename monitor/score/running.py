"""A night judged again and again while it runs."""

from dataclasses import dataclass, field
from typing import Final

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import Window
from monitor.score.carry import Carry
from monitor.score.rating import judge
from monitor.score.result import NightScore
from monitor.score.sums import NightSums

LONGEST_MIN: Final = 26 * 60  # Source: noon to noon where clocks go back, and an hour more


@dataclass(slots=True)
class RunningNight:
    """Sums of a night from one lights-out on; every result equals that of score_night.

    What was worked out for a minute is kept, so a new minute costs its own working out
    and the adding up.
    """

    start_ms: int
    household: Household
    _sums: NightSums = field(init=False)
    _carry: Carry = field(default_factory=Carry)

    def __post_init__(self) -> None:
        self._sums = NightSums(self.start_ms, LONGEST_MIN)

    def add(self, minute: Minute) -> None:
        """Add a record; each one once, in any order."""
        self._sums.add(minute)

    def score(self, window: Window) -> NightScore:
        """Return the night up to the window's end; the window begins at start_ms.

        Raises:
            ScoreError: as score_night.
        """
        return judge(self._sums, window, self.household, self._carry)
