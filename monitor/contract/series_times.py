"""Recorded time texts to UTC, under one rule for local times without an offset. Pure."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from monitor.contract.errors import SeriesError, ZoneNameError
from monitor.contract.record import LATEST_MS, epoch_ms
from monitor.contract.zones import chosen_zone

# Source: the contract's years (monitor/contract/codec.py).
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
# Source: data rules: an imported row stands for its own step, at most 10 min.
MAX_STEP_MS: Final = 600_000
# Judgement: a logger's own jitter, and a row that it has left out.
MOST_STEPS: Final = 2


def fixed_offset(text: str) -> timezone:
    """Return the zone of a text such as +01:00.

    Raises:
        SeriesError: it is no offset.
    """
    try:
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    except ValueError as error:
        raise SeriesError(f"UTC offset {text!r}: expected a sign and HH:MM, +01:00") from error
    if not isinstance(zone, timezone):
        raise SeriesError(f"UTC offset {text!r}: expected a sign and HH:MM, +01:00")
    return zone


def civil_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        SeriesError: there is no such zone on this machine, or it is none of a place.
    """
    try:
        return chosen_zone(name)
    except ZoneNameError as error:
        raise SeriesError(f"zone {name!r}: {error}") from error


class SeriesTimes:
    """Reads the times of one series in their order.

    A logger that writes a clock time which does not exist in its civil zone did not put
    its clock forward: from there on its offset is kept as it was, which neither drops
    rows nor lets two stand for the same time. A clock time that comes a second time is
    the later one, and so is one that follows the row before as that followed its own.

    Args:
        zone: how times without an offset are read; None: they are refused.
    """

    def __init__(self, zone: timezone | ZoneInfo | None) -> None:
        self._zone = zone
        self._last_ms: int | None = None
        self._step_ms = 0
        self._is_second = False
        self._twofold: set[datetime] = set()
        self.notes: list[str] = []

    def read(self, text: str) -> int:
        """Return the next time of the series as epoch milliseconds.

        Raises:
            ValueError: not a time, or not later than the one before; the text says which.
        """
        try:
            at = datetime.fromisoformat(text.strip())
            if not FIRST_YEAR <= at.year <= LAST_YEAR:
                raise ValueError(at.year)  # noqa: TRY301 - the same words for both
        except ValueError as error:
            raise ValueError(
                f"time {text!r}: expected ISO 8601, 2016-01-11T17:00:00, years 2000 to 2099"
            ) from error
        at_ms = epoch_ms(at) if at.tzinfo else self._local_ms(at)
        if not 0 <= at_ms < LATEST_MS - MAX_STEP_MS:
            raise ValueError(f"time {text!r}: expected years 2000 to 2099 in UTC as well")
        if self._last_ms is not None and at_ms <= self._last_ms:
            raise ValueError(f"time {text!r}: expected later than the row before")
        self._step_ms = 0 if self._last_ms is None else at_ms - self._last_ms
        self._last_ms = at_ms
        return at_ms

    def _local_ms(self, naive: datetime) -> int:
        if self._zone is None:
            raise ValueError(
                f"time {naive.isoformat()!r} has no offset from UTC: say how local times are to"
                " be read, --utc-offset +01:00 or --zone Europe/Brussels"
            )
        at_ms = epoch_ms(self._placed(naive, self._zone))
        second_ms = epoch_ms(naive.replace(tzinfo=self._zone, fold=1))
        if self._last_ms is None or at_ms > self._last_ms:
            self._is_second = False
            if at_ms != second_ms:
                self._twofold.add(naive)
            return at_ms
        # A row out of order would come an hour later, and those behind it as well.
        follows = second_ms - self._last_ms <= MOST_STEPS * self._step_ms
        self._is_second = self._is_second or follows or naive in self._twofold
        return second_ms if self._is_second else at_ms

    def _placed(self, naive: datetime, zone: timezone | ZoneInfo) -> datetime:
        placed = naive.replace(tzinfo=zone)
        if placed.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
            return placed
        offset = placed.utcoffset() or timedelta(0)
        self.notes.append(
            f"{naive.isoformat()} does not exist in {zone};"
            f" the logger kept its clock, so offset {timezone(offset)} is kept from there on"
        )
        self._zone = timezone(offset)
        return naive.replace(tzinfo=self._zone)
