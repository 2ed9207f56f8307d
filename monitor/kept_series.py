"""Keeps what the picture of a closed night draws, so that its page need not read all minutes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from monitor.contract.record import Minute
from monitor.kept_night import KeptNight
from monitor.night.window import Window
from monitor.score.series import NightSeries, picture_span, read_series
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.series_rows import MadeOf

# Judgement: a minute record takes seconds to arrive; the last ones may be on their way.
ON_ITS_WAY_MS: Final = 3 * 60_000


class Made(NamedTuple):
    """A series and what it was made of."""

    made_of: MadeOf
    series: NightSeries


class KeptSeries:
    """Makes a night's series anew once the minutes of its picture have changed.

    Args:
        writer: of the series.
        reader: a reader of the same file.
    """

    def __init__(self, writer: NightsWriter, reader: NightsReader) -> None:
        self._rows = writer.series()
        self._reader = reader

    def version(self) -> int:
        """Return what differs once anything was written; to be asked before minutes are read."""
        return self._reader.data_version()

    def make(
        self, room: str, window: Window, kept: KeptNight, version: int, now_ms: int
    ) -> Made | None:
        """Return the series to keep; None where the kept one holds, and until its night is over.

        Args:
            room: whose night.
            window: its window.
            kept: the night's minutes, read since version was asked.
            version: see version().
            now_ms: wall time.
        """
        start_ms, end_ms = picture_span(window)
        if now_ms < end_ms + ON_ITS_WAY_MS:
            return None
        made_of = MadeOf(start_ms, end_ms, *self._reader.minutes_mark(room, start_ms, end_ms))
        if made_of == self._rows.made_of(room, window.night):
            return None
        first_ms, last_ms = kept.span_ms
        minutes: Sequence[Minute] = kept.minutes
        if start_ms < first_ms or end_ms > last_ms:  # up at a quarter to twelve
            minutes = self._reader.minutes(room, start_ms, end_ms)
        if self.version() != version:
            return None  # salvage copies back: what was read may lack what the mark counts
        drawn = [minute for minute in minutes if start_ms < minute.end_ms <= end_ms]
        return Made(made_of, read_series(drawn))

    def keep(self, room: str, night: str, made: Made) -> None:
        """Keep the series of a judged night."""
        self._rows.save(room, night, *made)

    def missing(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (room, night) of judged nights without a series, newest first."""
        return self._rows.missing(limit)
