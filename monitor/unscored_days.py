"""The days of a store whose minutes have changed since their nights were judged."""

from collections.abc import Sequence

from monitor.contract.record import Record
from monitor.store.nights_writer import NightsWriter
from monitor.store.recall import DAY_MS


class UnscoredDays:
    """Days by their room and beginning, each with how many minutes it had when looked at.

    Args:
        writer: of the store that notes them.
    """

    def __init__(self, writer: NightsWriter) -> None:
        self._writer = writer
        self._counts: dict[tuple[str, int], int] = {}

    def took(self, room: str, records: Sequence[Record]) -> None:
        """Take that new records are stored, whose nights are looked at for them."""
        for record in records:
            day = room, record.minute.end_ms // DAY_MS * DAY_MS
            self._counts[day] = self._counts.get(day, 0) + 1

    def changed(self, now_ms: int) -> list[tuple[str, int]]:
        """Return the days in which minutes came or went unannounced: corrected, copied back.

        Those to come once they have: a clock that has gone back lets nobody judge them yet.
        """
        found = []
        for room, day_ms, count in self._writer.unscored_days():
            if day_ms > now_ms:
                self._counts.pop((room, day_ms), None)
            elif self._counts.get((room, day_ms)) != count:
                self._counts[room, day_ms] = count
                found.append((room, day_ms))
        return found

    def looked_at(self) -> list[tuple[str, int]]:
        """Return the days that have the minutes with which they were looked at."""
        return [
            (room, day_ms)
            for room, day_ms, count in self._writer.unscored_days()
            if self._counts.get((room, day_ms)) == count
        ]

    def scored(self, room: str, day_ms: int) -> None:
        """Note that every night that touches a day is judged and stored."""
        self._writer.day_scored(room, day_ms)
        del self._counts[room, day_ms]
