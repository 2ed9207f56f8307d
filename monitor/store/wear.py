"""What recording costs the card: bytes written today, bytes a year."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

DAY_MS: Final = 86_400_000
MINUTES_A_YEAR: Final = 525_960
# Judgement: after a day of minutes the empty file's own pages no longer show in the mean.
ENOUGH_RECORDS: Final = 1_440
IO_FILE: Final = Path("/proc/self/io")


def own_written_bytes(path: Path = IO_FILE) -> int:
    """Return what this process has had written to disks since its start, 0 where not told.

    Source: proc_pid_io(5): write_bytes, counted where pages are dirtied.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = dict(line.split(": ", 1) for line in lines if ": " in line)
    return int(found.get("write_bytes", 0))


class WearMeter:
    """Tells what a process has written since UTC midnight, or since its start if that is later."""

    def __init__(self, written: Callable[[], int] = own_written_bytes) -> None:
        self._written = written
        self._day = -1
        self._before = 0

    def today_bytes(self, now_ms: int) -> int:
        """Return the bytes of the day that now_ms lies in."""
        written = self._written()
        day = now_ms // DAY_MS
        if day != self._day:
            self._before = 0 if self._day < 0 else written
            self._day = day
        return written - self._before


def yearly_bytes(size_bytes: int, records: int, rooms: int) -> int | None:
    """Return what a year of the rooms will take; None before a day has been recorded.

    >>> yearly_bytes(1_440_000, 14_400, 1)
    52596000
    >>> yearly_bytes(40_000, 3, 1) is None
    True
    """
    if records < ENOUGH_RECORDS:
        return None
    return round(size_bytes / records * MINUTES_A_YEAR * rooms)
