"""Pure: which records were sent before their date was known, and are to be sent again."""

from typing import Final

from firmware.holdings import Holdings, Hole, with_hole

# judgement: a store that goes on naming what it had before costs a detour once an hour.
ALL_AGAIN_INTERVAL_S: Final = 3600.0


class Corrections:
    """What has been dated since it was journalled, and what of it no answer covers yet.

    Attributes:
        due: the ranges still to be sent, ascending.
    """

    def __init__(self) -> None:
        self.due: tuple[Hole, ...] = ()
        self._all: tuple[Hole, ...] = ()
        self._all_again_from_s: float | None = None

    def add(self, ranges: tuple[Hole, ...], lowest_seq: int) -> None:
        """Take note of records that are dated now; what is below lowest_seq is given up."""
        self._all = _joined((*self._all, *ranges), lowest_seq)
        self.due = _joined((*self.due, *ranges), lowest_seq)

    def start_over(self) -> None:
        """Send all of them again: to a store that may never have had one."""
        self.due = self._all

    def note_lack(self, seq: int, now_s: float) -> None:
        """Start over for a store that has seq undated, though it was answered with its date.

        So does one that was restored from a backup and stands where it stood before.
        """
        is_due = any(first <= seq <= last for first, last in self.due)
        if not is_due and (self._all_again_from_s is None or now_s >= self._all_again_from_s):
            self._all_again_from_s = now_s + ALL_AGAIN_INTERVAL_S
            self.start_over()

    def strike(self, batch: Hole) -> bool:
        """Take what a batch has carried off the list; tell whether that was anything."""
        left = tuple(
            part
            for first, last in self.due
            for part in ((first, min(last, batch[0] - 1)), (max(first, batch[1] + 1), last))
            if part[0] <= part[1]
        )
        is_less, self.due = left != self.due, left
        return is_less

    def first(self, held: Holdings, up_to_seq: int) -> Hole | None:
        """Return the first run to be sent again, None if there is none.

        What is no longer held, and what lies above up_to_seq, where all is sent anyway, is
        struck off.
        """
        while self.due:
            first_seq, last_seq = self.due[0]
            first_seq = held.first_above(first_seq - 1)
            last_seq = min(last_seq, up_to_seq, held.end_of_run(first_seq))
            if first_seq <= last_seq:
                return first_seq, last_seq
            self.due = self.due[1:]
        return None


def _joined(ranges: tuple[Hole, ...], lowest_seq: int) -> tuple[Hole, ...]:
    held = ((max(first, lowest_seq), last) for first, last in ranges if last >= lowest_seq)
    return tuple(with_hole(held, 1, 0))
