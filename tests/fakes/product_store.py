"""The product's own store under a World: real files, deletions, purge, undo, backup, restore.

What must hold is read from its files, by its reader where that tells it. What must be there is
what this fake has seen given to it, and what it knows of the household's deletions.
"""

import random
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.contract.record import ClockState, Record
from monitor.deleting import Deleter
from monitor.receiver import StoreBatch
from monitor.runtime.clock import VirtualClock
from monitor.store.archive import UNPACKED_BYTES
from monitor.store.backup import make_backup
from monitor.store.blobs import unsigned_crc
from monitor.store.deletion import UNDO_MS, Deletion
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.restore import restore_backup
from monitor.store.rows import IS_WHOLE, RECORD_COLUMNS, sound_record
from monitor.store.undo_time import Moment
from tests.fakes.salvage import salvaged
from tests.fakes.true_time import true_end_ms

ROOM = "bedroom"
END_OF_TIME_MS = 1 << 60
# Of ten turns of the monitor's one is too short for all that is due.
HURRIED = 0.1
Key = tuple[str, int]


class ProductStores:
    """Opens the stores of one run; close it behind that.

    Attributes:
        rng: of what only this store meets. A run with another store goes as it always went.
        deletions: all that the household has made, in force or not. They outlive a store.
    """

    def __init__(self, seed: int, directory: Path) -> None:
        self.rng = random.Random(f"store {seed}")
        self.deletions: list[Deletion] = []
        self._directory = directory
        self._opened: list[ProductStore] = []

    def __call__(self, store_id: str, clock: VirtualClock) -> "ProductStore":
        return self.open(self.new_folder(), clock, store_id)

    def open(
        self, folder: Path, clock: VirtualClock, store_id: str, seen: "Seen | None" = None
    ) -> "ProductStore":
        store = ProductStore(self, folder, clock, store_id, seen or Seen())
        self._opened.append(store)
        return store

    def new_folder(self) -> Path:
        """Return where nothing is yet."""
        folder = self._directory / f"store-{len(self._opened)}"
        folder.mkdir()
        return folder

    def close(self) -> None:
        for one in self._opened:
            one.close()


@dataclass(slots=True)
class Seen:
    """What was given to a store, and what of it people deleted at a false hour that they saw.

    Attributes:
        came: by key, in its highest revision.
        meant: by the true end of such a minute, the deletions.
    """

    came: dict[Key, Record] = field(default_factory=dict)
    meant: defaultdict[int, set[Deletion]] = field(default_factory=lambda: defaultdict(set))

    def copy(self) -> "Seen":
        meant = defaultdict(set, {end: set(those) for end, those in self.meant.items()})
        return Seen(dict(self.came), meant)


@dataclass(slots=True)
class Content:
    """What the files hold: rows by key, the keys among them that are in sight, gaps."""

    in_sight: set[Key] = field(default_factory=set)
    rows: dict[Key, Record] = field(default_factory=dict)
    found_at_ms: dict[Key, int] = field(default_factory=dict)
    hollow: set[Key] = field(default_factory=set)
    declared: set[Key] = field(default_factory=set)
    ends_ms: set[int] = field(default_factory=set)


class ProductStore:
    """Stands where a MemoryStore may; the folder's two databases have their real writers."""

    def __init__(
        self,
        stores: ProductStores,
        folder: Path,
        clock: VirtualClock,
        store_id: str,
        seen: Seen,
    ) -> None:
        self.stores = stores
        self.folder = folder
        self.clock = clock
        self.seen = seen
        self._given_id = store_id
        self._content = Content()
        self._content_of: tuple[int, ...] = ()
        self._decoded: dict[tuple[str, int, int, int, str], Record] = {}
        self._writers, self._readers = ExitStack(), ExitStack()
        self.household = self._writers.enter_context(
            closing(HouseholdWriter.open(folder / HOUSEHOLD_FILE))
        )
        self._household_reader = self._writers.enter_context(
            closing(HouseholdReader(folder / HOUSEHOLD_FILE))
        )
        self._monitor = self._writers.enter_context(ExitStack())
        self.restart()
        self._open_readers()

    def _open_readers(self) -> None:
        path = self.folder / NIGHTS_FILE
        self._content_of = ()
        self._reader = self._readers.enter_context(closing(NightsReader.open(path)))
        self._raw: sqlite3.Connection | None = self._readers.enter_context(
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))
        )

    # what a monitor does with its store

    @property
    def store_id(self) -> str:
        return self._writer.store_id

    def restart(self) -> None:
        """Begin as a monitor does that has just started: with its first look at deletions."""
        self._monitor.close()
        self._writer = self._monitor.enter_context(
            closing(NightsWriter.open(self.folder / NIGHTS_FILE, new_id=lambda: self._given_id))
        )
        self._deleter = Deleter(self._writer, self._household_reader, lambda: None)
        self._deleter.step(self._now())

    def pass_time(self) -> None:
        """Do what is due of deletions, now and then only the first of it."""
        while self._turn() and self.stores.rng.random() >= HURRIED:
            pass

    def stored_seq(self, stream: str) -> int | None:
        return self._writer.stored_seq(stream)

    def crc_of(self, stream: str, seq: int) -> tuple[int, int] | None:
        return self._writer.crc_of(stream, seq)

    def commit(self, storing: StoreBatch) -> None:
        source = storing.source
        records = (*storing.revisions, *storing.records)
        self._writer.store_batch(
            room=source.room,
            device=source.device,
            stream=source.stream,
            records=records,
            gaps=storing.gaps,
            stored_seq=storing.position,
        )
        for record in records:
            key = record.stream, record.seq
            known = self.seen.came.get(key)
            if known is None or known.revision < record.revision or _is_another(known, record):
                self.seen.came[key] = record

    # what people do with it

    def delete(self, after_ms: int, up_to_ms: int) -> None:
        if after_ms == up_to_ms:
            return
        room, now_ms = self.stores.rng.choice((ROOM, "")), self.clock.now_ms()
        number = self.household.diary().delete(room, after_ms, up_to_ms, made_ms=now_ms)
        self.stores.deletions.append(
            Deletion(
                made_ms=now_ms,
                room=room,
                start_ms=after_ms,
                end_ms=up_to_ms,
                deletion_id=number,
            )
        )

    def undo(self, deletion: Deletion) -> bool:
        """Take a deletion back, if it still can be."""
        now_ms = self.clock.now_ms()
        numbers = [
            one.deletion_id for one in self._household_reader.deletions() if one.key == deletion.key
        ]
        assert numbers, f"the household has forgotten {deletion}"
        is_undone = self.household.diary().undo_deletion(numbers[0], undone_ms=now_ms)
        assert is_undone or deletion.is_final(now_ms), f"cannot be taken back: {deletion}"
        if is_undone:
            place = self.stores.deletions.index(deletion)
            self.stores.deletions[place] = replace(deletion, undone_ms=now_ms)
        return is_undone

    def salvage(self, store_id: str) -> list[str]:
        """Find the file damaged: a fresh one of another name begins, with what is copied back."""
        self._writer.condemn()
        self._given_id = store_id
        self.restart()
        self._readers.close()
        self._open_readers()
        return salvaged(self._writer)

    def snapshot(self) -> "ProductBackup":
        """Make a backup."""
        kept = self.folder.with_name(f"{self.folder.name}-backup-{self.clock.now_ms()}")
        archive = make_backup(self.folder, kept, now_ms=self.clock.now_ms(), show=_show_nothing)
        return ProductBackup(archive, self.seen.copy())

    def successor(self, store_id: str) -> "ProductStore":
        """Open the one that is begun where this one is gone; household.db is left."""
        self.check()
        self._writers.close()
        folder = self.stores.new_folder()
        shutil.copy2(self.folder / HOUSEHOLD_FILE, folder)
        return self.stores.open(folder, self.clock, store_id)

    def close(self) -> None:
        """Close the files; what they held last is still told."""
        if self._raw is not None:
            self._look()
            self._writers.close()
            self._readers.close()
            self._raw = None

    # what must hold

    @property
    def rows(self) -> dict[Key, Record]:
        """Return what is kept, in sight or not; what has no date and is dropped as it came."""
        return self._look().rows

    @property
    def answered(self) -> defaultdict[str, set[int]]:
        """Return every seq stored, declared, or deleted for good, by stream."""
        content = self._look()
        told: defaultdict[str, set[int]] = defaultdict(set)
        gone = (key for key in self._lacking(content) if self._is_gone(self.seen.came[key]))
        for stream, seq in (*content.rows, *content.declared, *gone):
            told[stream].add(seq)
        return told

    def has_declared(self, stream: str, seq: int) -> bool:
        return (stream, seq) in self._look().declared

    def has_deleted(self, end_ms: int) -> bool:
        """Tell whether a minute that ended then is deleted, by its own hour or one it had."""
        return any(one.covers(ROOM, end_ms) for one in self.stores.deletions) or bool(
            self.seen.meant.get(end_ms, set()) & set(self._in_force())
        )

    def ends_ms(self) -> set[int]:
        return self._look().ends_ms

    def judge(self) -> None:
        """Require all, of what can be taken back, and then of what no longer can be."""
        for wait_s in (0.0, UNDO_MS / 1000):
            for _ in range(2):  # what comes back under one deletion may lie in another
                self.clock.wait(wait_s + 61.0)
                while self._turn():
                    pass
            self.check()
            self._check_sight(is_purged=wait_s > 0)

    def check(self) -> None:
        """Require what came to be there as it came last, once, and to be counted."""
        content = self._look()
        for key in self._lacking(content):
            record = self.seen.came[key]
            assert self._is_gone(record), f"came, is not deleted, and is not there: {key}"
        for key, record in content.rows.items():
            came = self.seen.came[key]
            is_it = (came.revision, came.crc) == (record.revision, record.crc)
            assert is_it, f"{key} is there as {record}, and came as {came}"
        for one in self._reader.streams():
            lost = sum(stream == one.stream for stream, _ in content.declared)
            counted = (one.stored_seq, one.records + one.lost, one.lost)
            told = f"{one.stream}: position, records and lost, lost are {counted}"
            # What a restore hands on of deleted ones stands where the sensors have to come again.
            ahead = sum(
                stream == one.stream and seq > one.stored_seq for stream, seq in content.rows
            )
            assert counted == (one.stored_seq, one.stored_seq + ahead, lost), told

    def _check_sight(self, *, is_purged: bool) -> None:
        """Require what is deleted to be out of sight, or gone, and nothing else to be."""
        content, in_force = self._look(), self._in_force()
        for key, at_ms in content.found_at_ms.items():
            those = [one for one in in_force if one.covers(ROOM, at_ms)]
            if key in content.in_sight:
                assert not those, f"{key} is in sight and deleted by {those}"
            elif key not in content.hollow:
                assert those, f"{key} is out of sight and not deleted"
                assert not is_purged, f"{key} is there and was deleted for good by {those}"

    def hours_in_sight_ms(self) -> list[int]:
        """Return the hours at which the pages show something."""
        content = self._look()
        return sorted(content.found_at_ms[key] for key in content.in_sight)

    def in_sight_ms(self) -> set[int]:
        """Return the hours of what is in sight and sure of its time."""
        content = self._look()
        return {
            content.found_at_ms[key]
            for key in content.in_sight
            if content.rows[key].clock is ClockState.SYNCED
        }

    def stop(self) -> None:
        """Let nobody write it any more; it can still be read."""
        self.check()
        self._writers.close()

    def learn_from(self, before: "ProductStore") -> None:
        """Take over from the store that was replaced what came to it and was handed on as gone."""
        assert self._raw is not None
        came = before.seen.came
        for stream, seq, crc in self._raw.execute(
            "SELECT stream, seq, crc FROM deleted_minutes JOIN streams USING (stream_id)"
        ):
            record = came.get((stream, seq))
            if record is not None and record.crc == unsigned_crc(crc):
                self.seen.came[stream, seq] = record
        for key in before._lacking(before._look()):
            if before._is_gone(came[key]):
                self.seen.came.setdefault(key, came[key])
        for end_ms, those in before.seen.meant.items():
            self.seen.meant[end_ms] |= those

    def _turn(self) -> bool:
        in_force = self._in_force()
        content = self._look() if in_force else Content()
        for key in content.in_sight:
            record = content.rows[key]
            if record.clock is ClockState.UNSYNCED:
                those = {one for one in in_force if one.covers(ROOM, content.found_at_ms[key])}
                self.seen.meant[true_end_ms(record)] |= those
        return self._deleter.step(self._now())

    def _now(self) -> Moment:
        return Moment.of(self.clock)

    def _in_force(self) -> tuple[Deletion, ...]:
        return tuple(one for one in self.stores.deletions if one.undone_ms is None)

    def _lacking(self, content: Content) -> set[Key]:
        return self.seen.came.keys() - content.rows.keys()

    def _is_gone(self, record: Record) -> bool:
        """Tell whether a record that came may have been purged, or not been kept."""
        now_ms, end_ms = self.clock.now_ms(), record.minute.end_ms
        meant = self.seen.meant.get(true_end_ms(record), set())
        return any(
            one.is_final(now_ms) and (one.covers(ROOM, end_ms) or one in meant)
            for one in self._in_force()
        )

    def _look(self) -> Content:
        """Read what has changed since the last look."""
        if self._raw is None:
            return self._content
        version = self._raw.execute("PRAGMA data_version").fetchone()
        if version != self._content_of:
            self._content_of = version
            self._content = Content()
            for table in ("minutes", "deleted_minutes"):
                self._look_into(table)
            for gap in self._reader.gaps(ROOM, -1, END_OF_TIME_MS):
                told = {(gap.stream, seq) for seq in range(gap.first_seq, gap.last_seq + 1)}
                assert not told & self._content.declared, f"declared twice: {gap}"
                self._content.declared |= told
            self._content.ends_ms = {true_end_ms(one) for one in self._content.rows.values()}
        return self._content

    def _look_into(self, table: str) -> None:
        assert self._raw is not None
        content = self._content
        for stream, seq, crc, end_ms, is_whole in self._raw.execute(
            f"SELECT stream, seq, crc, end_ms, {IS_WHOLE} FROM {table}"  # noqa: S608 - our names
            " JOIN streams USING (stream_id)"
        ).fetchall():
            key = stream, seq
            assert key not in content.rows, f"twice in the store: {key}"
            one = (*key, crc, end_ms, table)
            if not is_whole:
                record = self.seen.came[key]
                assert record.crc == unsigned_crc(crc), f"not the key of what came: {key}"
                content.hollow.add(key)
            elif one in self._decoded:
                record = self._decoded[one]
            else:
                record = self._decoded[one] = self._read(*one)
            content.rows[key] = record
            content.found_at_ms[key] = end_ms
            if table == "minutes":
                content.in_sight.add(key)

    def _read(self, stream: str, seq: int, _crc: int, end_ms: int, table: str) -> Record:
        found = self._shown(end_ms) if table == "minutes" else self._hidden(end_ms)
        (record,) = (one for one in found if (one.stream, one.seq) == (stream, seq))
        return record

    def _shown(self, end_ms: int) -> Iterator[Record]:
        left_out: list[str] = []
        told = self._reader.sourced_records(
            ROOM, end_ms - 1, end_ms, lambda: left_out.append("unsound")
        )
        assert not left_out, f"unsound at {end_ms}"
        return (record for _, record in told)

    def _hidden(self, end_ms: int) -> Iterator[Record]:
        assert self._raw is not None
        for stream, *cells in self._raw.execute(
            f"SELECT stream, {RECORD_COLUMNS} FROM deleted_minutes"  # noqa: S608 - a constant
            f" JOIN streams USING (stream_id) WHERE end_ms = ? AND {IS_WHOLE}",
            (end_ms,),
        ).fetchall():
            record = sound_record(cells, stream)
            assert record is not None, f"unsound and hidden at {end_ms}"
            yield record


class ProductBackup:
    """An archive, and what the store had seen when it was made."""

    def __init__(self, archive: Path, seen: Seen) -> None:
        self.archive = archive
        self.seen = seen

    def restored_over(self, before: ProductStore) -> ProductStore:
        """Restore it in a copy of a store's folder, so that the one before can still be read."""
        sure_before = before.in_sight_ms()
        before.stop()
        folder = before.stores.new_folder()
        for one in before.folder.glob("*.db*"):
            if not one.name.endswith(("-shm", ".lock")) and ".replaced" not in one.name:
                shutil.copy2(one, folder)
        replaced = restore_backup(
            self.archive,
            folder,
            up_to_bytes=UNPACKED_BYTES,
            now_ms=before.clock.now_ms(),
            show=_show_nothing,
        )
        after = before.stores.open(folder, before.clock, "", self.seen.copy())
        after.learn_from(before)
        told = [run for one in replaced for run in one.left.rooms.get(ROOM, ())]
        for end_ms in sure_before - after.in_sight_ms():
            is_told = any(run.first_end_ms <= end_ms <= run.last_end_ms for run in told)
            assert is_told or before.has_deleted(end_ms), f"left behind, and not told: {end_ms}"
        return after


def _is_another(known: Record, record: Record) -> bool:
    """Tell whether a card that was restored, too, sent another minute under a number handed on."""
    return (known.boot, known.boottime_s) != (record.boot, record.boottime_s)


def _show_nothing(_share: float, _words: str) -> None:
    """Nobody looks."""
