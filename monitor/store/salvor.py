"""Brings back in the background what is intact in the files set aside; a thread's work."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from monitor.contract.record import ClockState, Record
from monitor.runtime.clock import Clock
from monitor.store.buried_rows import Key
from monitor.store.deletion import Deletion, Fate, is_deleted
from monitor.store.errors import StoreError
from monitor.store.gap_rows import Range
from monitor.store.missed_rows import Missed
from monitor.store.names_file import read_names
from monitor.store.nights_writer import NightsWriter
from monitor.store.salvage import DamagedStore, Names, Place, Salvaged
from monitor.store.set_aside import bad_files, is_salvaged, note_salvaged

# Judgement: as many as a batch of the transfer has: a commit of some 20 ms.
AT_ONCE: Final = 60
# Judgement: leaves the disk and the processor to the night that is being recorded.
PAUSE_S: Final = 0.02
# Judgement: a store that refuses now (full, locked) is asked again a minute later.
RETRY_S: Final = 60.0
# A record and the hour at which it was deleted.
Meant = tuple[Record, int]


class Salvor:
    """Copies intact records out of every file set aside, then notes that it is done.

    Args:
        writer: of the store in use; only its second connection is written to.
        clock: for the pauses.
        stop: ends the work between two commits; the next start goes on.
        report: takes words for the log.
    """

    def __init__(
        self,
        writer: NightsWriter,
        *,
        clock: Clock,
        stop: threading.Event,
        report: Callable[[str], None],
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._stop = stop
        self._report = report
        self._purged: tuple[Deletion, ...] = ()
        self._gone: defaultdict[str, list[Range]] = defaultdict(list)

    def begin(self) -> None:
        """Begin the streams of what is to be salvaged, oldest first; before any sensor is heard.

        What a sensor sends first would make its stream the oldest, and of two records of a
        minute the one of the newest is shown.

        Raises:
            StoreError: run tries again.
        """
        waiting = [bad for bad in bad_files(self._writer.path) if not is_salvaged(bad)]
        if sources := [name for bad in waiting for name in read_names(bad)]:
            writer = self._writer.beside()
            try:
                _begin(writer, sources)
            finally:
                writer.disconnect()

    def run(self) -> None:
        """Work until nothing is left to salvage, or stop is set."""
        while not self._stop.is_set():
            waiting = [bad for bad in bad_files(self._writer.path) if not is_salvaged(bad)]
            if not waiting:
                return
            try:
                self._salvage(waiting[0])
            except (StoreError, OSError) as error:
                self._report(f"salvage of {waiting[0].name} waits: {error}")
                self._clock.wait(RETRY_S, self._stop)

    def _salvage(self, bad: Path) -> None:
        damaged = DamagedStore(bad)
        self._report(f"salvage of {bad.name} begins: {damaged.page_count} pages")
        writer = self._writer.beside()
        try:
            known = {stream: (room, device) for room, device, stream in writer.streams()}
            names = damaged.names()
            self._gone.clear()
            self._purged = writer.deleted().purged_before(names.purged)
            _begin(writer, names.in_order())
            put_back = self._copy(damaged, names, writer, known)
            missed = [] if put_back is None else self._declare(names, writer, known)
        finally:
            writer.disconnect()
        if put_back is None:
            return
        words = salvaged_words(bad.name, put_back, missed)
        note_salvaged(bad, words)
        self._report(words)

    def _declare(
        self, names: Names, writer: NightsWriter, known: dict[str, tuple[str, str]]
    ) -> list[Missed]:
        """Declare what is missing of every stream that the file names."""
        names.correct()
        missed = []
        for stream, its_device, room_id in names.streams.values():
            own = names.rooms.get(room_id)
            room, device = known.get(stream) or names.beside.get(stream) or (own, its_device)
            if room is not None:
                place, told = (room, device, stream), names.told.get(stream)
                self._keep_keys(writer, place, names.keys_of(stream))
                erased = [*names.erased_of(stream), *self._gone[stream]]
                gaps = names.gaps_of(stream)
                missed.append(writer.missed().declare(place, told, gaps, erased))
        return missed

    def _keep_keys(self, writer: NightsWriter, place: Place, keys: Sequence[Key]) -> None:
        if keys:
            _begin(writer, [place])
        for first in range(0, len(keys), AT_ONCE):
            writer.deleted().keep_keys(place[2], keys[first : first + AT_ONCE])
            self._clock.wait(PAUSE_S, self._stop)

    def _copy(
        self,
        damaged: DamagedStore,
        names: Names,
        writer: NightsWriter,
        known: dict[str, tuple[str, str]],
    ) -> int | None:
        """Return how many records were new to the store, None if stopped before the end."""
        waiting: defaultdict[Place, list[Record]] = defaultdict(list)
        meant: defaultdict[Place, list[Meant]] = defaultdict(list)
        put_back = 0
        for page in damaged.pages():
            for found in damaged.salvaged(page, names):
                place = place_of(found, names, known)
                if place is None:
                    continue
                if self._is_gone(place[0], found):
                    _add(self._gone[found.record.stream], found.record)
                    continue
                if self._fate(place[0], found.meant_ms) is Fate.HIDDEN:
                    meant[place].append((found.record, found.meant_ms or 0))
                    if len(meant[place]) >= AT_ONCE:
                        put_back += self._keep_meant(writer, place, meant.pop(place))
                        self._clock.wait(PAUSE_S, self._stop)
                    continue
                waiting[place].append(found.record)
                if len(waiting[place]) >= AT_ONCE:
                    put_back += writer.put_back(*place, waiting.pop(place))
                    self._clock.wait(PAUSE_S, self._stop)
            if self._stop.is_set():
                return None
        put_back += sum(writer.put_back(*place, left) for place, left in waiting.items())
        return put_back + sum(
            self._keep_meant(writer, place, left) for place, left in meant.items()
        )

    def _keep_meant(self, writer: NightsWriter, place: Place, rows: list[Meant]) -> int:
        """Keep what was meant; a deletion may have been taken back, or become final, meanwhile."""
        fates: defaultdict[Fate, list[Meant]] = defaultdict(list)
        for row in rows:
            fates[self._fate(place[0], row[1])].append(row)
        put_back = writer.put_back(*place, [record for record, _ in fates[Fate.KEPT]])
        if hidden := fates[Fate.HIDDEN]:
            put_back += writer.deleted().keep_meant(place[2], hidden)
        return put_back

    def _is_gone(self, room: str, found: Salvaged) -> bool:
        """Tell whether people have deleted it for good; what can be undone is put back hidden."""
        hours_ms = (found.record.minute.end_ms, found.meant_ms)
        return any(self._fate(room, end_ms) is Fate.DROPPED for end_ms in hours_ms)

    def _fate(self, room: str, end_ms: int | None) -> Fate:
        if end_ms is None:
            return Fate.KEPT
        if is_deleted(self._purged, room, end_ms):
            return Fate.DROPPED
        return self._writer.honoured.fate(room, end_ms)


def _add(parts: list[Range], record: Record) -> None:
    """Note a record that people have deleted; of one without a date only its date would tell."""
    if record.clock is ClockState.UNSYNCED:
        return
    if parts and parts[-1][1] == record.seq - 1:
        parts[-1] = parts[-1][0], record.seq
    else:
        parts.append((record.seq, record.seq))


def _begin(writer: NightsWriter, streams: Iterable[Place]) -> None:
    known = {stream for _, _, stream in writer.streams()}
    if new := [one for one in streams if one[2] not in known]:
        writer.put_all_back((), new)


def salvaged_words(name: str, put_back: int, missed: Iterable[Missed]) -> str:
    """Return what a salvage has brought back, and what it could not."""
    words = f"{put_back} minutes were copied back from {name}"
    missed = tuple(missed)
    if unreadable := sum(one.unreadable for one in missed):
        words += (
            f"; {unreadable} that it had cannot be read and are declared lost, until a sensor that"
            " still has them sends them again"
        )
    if imported := sum(one.imported for one in missed):
        words += f"; {imported} that had been imported cannot be read: import them again"
    if again := sum(one.again for one in missed):
        words += f"; {again} that were declared lost before still are"
    return words


def place_of(found: Salvaged, names: Names, known: dict[str, tuple[str, str]]) -> Place | None:
    """Return (room, device, stream) of a salvaged record, None if nothing tells its room."""
    stream = found.record.stream
    if found.moved_to is not None:
        return found.moved_to, found.device, stream
    if stream in known:
        return (*known[stream], stream)
    if stream in names.beside:
        return (*names.beside[stream], stream)
    room_id = next((ids[2] for ids in names.streams.values() if ids[0] == stream), None)
    room = found.room or names.rooms.get(room_id or 0)
    return None if room is None else (room, found.device, stream)
