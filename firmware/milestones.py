"""What had been proven to be stored, and when: how long a proof has held. Pure."""

from typing import Final, NamedTuple

# judgement: a restored backup is at most a week old (weekly timer); twice that is kept.
KEPT_MS: Final = 14 * 86_400_000
# judgement: the two weeks are counted to half a day; three times as many as fit in them.
MILESTONE_MS: Final = 43_200_000
MAX_MILESTONES: Final = 84


class Milestone(NamedTuple):
    """What was proven at some time: by the newest minute then, and by the monotonic clock."""

    newest_ms: int
    at_s: float
    seq: int

    def is_old(self, newest_ms: int, now_s: float) -> bool:
        """Tell whether two weeks have passed since, by both."""
        return self.newest_ms <= newest_ms - KEPT_MS and self.at_s <= now_s - KEPT_MS / 1000


class Milestones:
    """Remembers what was proven for two weeks.

    Two weeks by both, the minutes' dates and the time that passed here: the first minute
    after a card was put back, or filled up for long, is weeks later than the one before.
    Kept in memory only: what a journal remembers may be a restored copy's memory of another
    store. A sensor that restarts more often leaves it to the journal's limits.
    """

    def __init__(self) -> None:
        self._milestones: list[Milestone] = []

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._milestones)

    def forget(self) -> None:
        """Begin anew: another store, or another stream."""
        self._milestones.clear()

    def proven_for_long(self, proven_seq: int, newest_ms: int, now_s: float) -> int:
        """Return the seq proven two weeks ago and ever since, 0 if none.

        Args:
            proven_seq: what is proven now; a fall lowers what was proven before.
            newest_ms: the end of the newest minute.
            now_s: the monotonic clock.
        """
        proven = [
            Milestone(one.newest_ms, one.at_s, min(one.seq, proven_seq)) for one in self._milestones
        ]
        if not proven or newest_ms >= proven[-1].newest_ms + MILESTONE_MS:
            proven.append(Milestone(newest_ms, now_s, proven_seq))
        while len(proven) > 1 and proven[1].is_old(newest_ms, now_s):
            del proven[0]
        self._milestones = proven[-MAX_MILESTONES:]
        return proven[0].seq if proven[0].is_old(newest_ms, now_s) else 0
