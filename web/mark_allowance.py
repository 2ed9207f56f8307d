"""How much a kiosk's link or an API token may still write about nights."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from web.marking import OLDEST_S

DAY_MS: Final = 86_400_000


@dataclass(slots=True)
class Allowance:
    """Counts what each token has written, by the time that it is about.

    Each has its own, so that none uses up another's. It is counted in memory: a restart of
    the dashboard gives anew, and who holds a link cannot restart it. Threads may share it: a
    few more than most may come through at the same moment.

    Attributes:
        most: so much about the 24 h around any instant.
    """

    most: int
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _used: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def is_left(self, token_id: int | None, about: str, at_ms: int) -> bool:
        """Tell whether a token may write one more about an instant; None, a person, always may."""
        if token_id is None:
            return True
        with self._turn:
            used = self._used.get((token_id, about), [])
            return sum(abs(it - at_ms) < DAY_MS // 2 for it in used) < self.most

    def use(self, token_id: int | None, about: str, at_ms: int) -> None:
        """Note what a token has written."""
        if token_id is None:
            return
        oldest_ms = at_ms - round(OLDEST_S * 1000) - DAY_MS
        with self._turn:
            used = self._used[token_id, about]
            used[:] = [*(it for it in used if it > oldest_ms), at_ms]
