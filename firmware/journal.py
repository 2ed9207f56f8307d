"""The journal: a durable, bounded, append-only log of minute records in day segments."""

import errno
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, groupby
from pathlib import Path
from typing import Final

from msgspec import UNSET

from firmware.disk import Disk
from firmware.errors import JournalError
from firmware.holdings import Holdings, Hole
from firmware.journal_identity import META_NAME, Identity, read_identity, save_identity
from firmware.journal_limits import Limits
from firmware.quarantine import set_aside
from firmware.rekey import Rekeying, readdressed, to_lines
from firmware.segment import NAME, day_of, name_of
from firmware.segment_log import SegmentLog
from monitor.contract.codec import MAX_BATCH_BYTES, seal_as_read
from monitor.contract.messages import MAX_BATCH_RECORDS
from monitor.contract.record import ClockState, Minute, Record

# Source: errno(3): the file system is full, or the quota is.
NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)
# What a batch says besides its records: ids, position and 16 holes take less than 1 KiB.
BATCH_RECORDS_BYTES: Final = MAX_BATCH_BYTES - 1024


class Journal:
    """Holds one stream of records. What it tells of is durable; the rest waits in memory.

    Attributes:
        findings: what opening found, for the log: torn tail, holes, files set aside.
        dropped: minutes given up unacknowledged, because the journal or the wait was full.
        given_up_seq: the last seq, of this stream and since opening, that went with them.
    """

    def __init__(
        self, directory: Path, disk: Disk, new_id: Callable[[], str], limits: Limits
    ) -> None:
        self._directory = directory
        self._disk = disk
        self._new_id = new_id
        self._limits = limits
        self._identity = Identity(stream="0" * 16)
        self._log = SegmentLog(directory, disk, self._identity.stream)
        self._waiting: deque[Record] = deque()
        self._unassigned_seq, self._acknowledged_seq = 1, 0
        self._acknowledged_by: str | None = None
        self._short_of_space = False
        self.findings: list[str] = []
        self.dropped = self.given_up_seq = 0

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        disk: Disk,
        new_id: Callable[[], str],
        limits: Limits | None = None,
    ) -> "Journal":
        """Open the journal in a directory, or begin one; whatever is found there, it opens.

        Args:
            directory: its own directory, made if absent.
            disk: the file operations.
            new_id: returns 16 random hex digits, the id of a stream that begins.
            limits: how much it may hold.

        Raises:
            JournalError: the disk itself refuses.
        """
        journal = cls(directory, disk, new_id, limits or Limits())
        with journal._trying_to("open"):
            journal._open()
        return journal

    @property
    def stream(self) -> str:
        """Return the stream's id."""
        return self._identity.stream

    @property
    def lowest_seq(self) -> int:
        """Return the lowest seq not given up; next_seq if nothing is held."""
        return self._log.lowest_seq

    @property
    def next_seq(self) -> int:
        """Return the seq above the last durable one."""
        return self._log.next_seq

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Return the lost ranges (first, last) above lowest_seq."""
        return tuple(self._log.holes)

    @property
    def waiting(self) -> int:
        """Return how many records are not durable yet."""
        return len(self._waiting)

    def holdings(self) -> Holdings:
        """Return what is durable, for the sender."""
        return Holdings(
            stream=self.stream,
            lowest_seq=self.lowest_seq,
            next_seq=self.next_seq,
            holes=self.holes,
            spans=self._log.spans(),
            acknowledged_seq=self._acknowledged_seq,
            short_of_space=self._short_of_space,
            acknowledged_by=self._acknowledged_by,
        )

    def append(
        self,
        minute: Minute,
        *,
        boot: str,
        boottime_s: float,
        clock: ClockState,
        sync: bool = True,
    ) -> Record:
        """Give a minute its seq, seal it and make it durable.

        Args:
            minute: what to keep.
            boot: names the boot, 16 hex digits.
            boottime_s: CLOCK_BOOTTIME at the minute's end.
            clock: how far the minute's end can be trusted.
            sync: False leaves it waiting for the next sync; for virtual time.

        Returns:
            The record, before the receiver can have seen it.

        Raises:
            PayloadError: the minute is one the receiver would refuse; nothing is kept.
            JournalError: the disk refused; the record waits and goes with the next sync.
        """
        record = seal_as_read(
            Record(
                stream=self.stream,
                seq=self._unassigned_seq,
                boot=boot,
                boottime_s=boottime_s,
                clock=clock,
                minute=minute,
            )
        )
        self._unassigned_seq += 1
        self._waiting.append(record)
        if len(self._waiting) > self._limits.waiting:
            self._waiting.popleft()  # its seq is never used: a hole that the sender declares
            self.dropped += 1
        if sync:
            self.sync()
        return record

    def sync(self) -> None:
        """Make all that waits durable, then give up what exceeds the limits.

        Raises:
            JournalError: the disk refused; the files are whole, what waited still waits.
        """
        with self._trying_to("append"):
            for day, group in groupby(list(self._waiting), key=day_of):
                records = list(group)
                self._roll_if_due(day, records[0].seq)
                self._log.append(records)
                for _ in records:
                    self._waiting.popleft()
            self._short_of_space = False
            self._enforce_limits()

    def records(
        self, from_seq: int, limit: int = MAX_BATCH_RECORDS, max_bytes: int = BATCH_RECORDS_BYTES
    ) -> list[Record]:
        """Return a run of consecutive records that starts at the first held from from_seq on.

        A line found damaged only now becomes a hole. At least one record is returned if
        any is held; max_bytes counts them as a JSON list.

        Raises:
            JournalError: the disk could not read; nothing is taken as lost.
        """
        with self._trying_to("read"):
            while True:
                held = self.holdings()
                seq = held.first_above(from_seq - 1)
                if seq >= held.next_seq:
                    return []
                run = self._log.read(seq, min(limit, held.end_of_run(seq) - seq + 1), max_bytes)
                if run:
                    return run
                self._log.note_hole(seq, seq)

    def record_at(self, seq: int) -> Record | None:
        """Return the record at seq, None if it is not held."""
        run = self.records(seq, limit=1) if self.lowest_seq <= seq < self.next_seq else []
        return run[0] if run and run[0].seq == seq else None

    def acknowledge(self, seq: int, store: str | None = None) -> None:
        """Note what is stored and who has proven it: kept at once if it falls or another has.

        Raises:
            JournalError: it could not be kept. A rise is kept with the day.
        """
        is_other = store != (self._identity.acknowledged_by or None)
        self._acknowledged_seq, self._acknowledged_by = seq, store
        if seq < self._identity.acknowledged_seq or is_other:
            with self._trying_to("keep the position"):
                self._save()

    def trim(self, up_to_seq: int) -> None:
        """Remove the segments that end at or below up_to_seq, never the last one.

        Raises:
            JournalError: a segment could not be removed; it is still held.
        """
        with self._trying_to("trim"):
            if self._identity.acknowledged_seq < up_to_seq <= self._acknowledged_seq:
                self._save()  # or a new stream would declare as lost what it left behind
            while len(self._log.segments) > 1 and self._log.spans()[0].last_seq <= up_to_seq:
                self._log.remove_oldest()
                self._short_of_space = False  # until the disk says so again

    def new_stream(self) -> None:
        """Begin a new stream that carries all that is held, holes included.

        What an older acknowledgement covers is carried too: it is kept for a store that
        may be rolled back. The new stream begins behind what is acknowledged or given up.

        Raises:
            JournalError: the disk refused; the old stream goes on.
        """
        old = [segment.path.name for segment in self._log.segments]
        with self._trying_to("begin a new stream"):
            self._log.mend()
            self._begin(old, min(self._acknowledged_seq, self.lowest_seq - 1))
            for name in old:
                self._disk.remove(self._directory / name)

    def _open(self) -> None:
        self._disk.make_directory(self._directory)
        names = self._disk.names(self._directory)
        identity = read_identity(self._disk, self._directory)
        segments = [name for name in names if NAME.fullmatch(name)]
        if identity is None:
            unreadable = [name for name in names if name == META_NAME]
            self.findings += set_aside(self._disk, self._directory, unreadable)
            self._begin(segments, None)
            foreign = segments
        else:
            self._load(identity)
            foreign = [name for name in segments if not name.startswith(identity.stream)]
        self.findings += set_aside(self._disk, self._directory, foreign)
        self.findings += [f"hole={first}-{last}" for first, last in self.holes]
        self._unassigned_seq = self.next_seq

    def _load(self, identity: Identity) -> None:
        log = SegmentLog(self._directory, self._disk, identity.stream)
        torn_bytes = log.load(identity.next_seq)
        self._identity, self._log = identity, log
        self._acknowledged_seq = identity.acknowledged_seq
        self._acknowledged_by = identity.acknowledged_by or None
        if torn_bytes:
            # Its seq is never given again: the line may have been whole, and sent, once.
            self._save()
            log.mend()
            self.findings.append(f"torn_tail_bytes={torn_bytes}")

    def _begin(self, names: list[str], behind_seq: int | None) -> None:
        """Begin a stream with what the named segments hold; the rename is the turning point."""
        stream = self._new_id()
        carrying = Rekeying(stream, behind_seq)
        written: list[Path] = []
        try:
            for name in names:
                records = carrying.carry(self._disk.read(self._directory / name))
                if (first := next(records, None)) is not None:
                    path = self._directory / name_of(stream, first.seq, day_of(first))
                    written.append(path)
                    self._disk.write(path, to_lines(chain((first,), records)))
            self._disk.sync_directory(self._directory)
            # Trailing holes have no record behind them: only next_seq keeps them.
            floor_seq = carrying.next_seq if behind_seq is None else self.next_seq - behind_seq
            log = SegmentLog(self._directory, self._disk, stream)
            log.load(floor_seq)
            identity = Identity(stream=stream, next_seq=floor_seq)
            save_identity(self._disk, self._directory, identity)
        except OSError:
            for path in written:
                with suppress(OSError):
                    self._disk.remove(path)
            raise
        self._identity, self._log = identity, log
        self._acknowledged_seq, self._acknowledged_by, self.given_up_seq = 0, None, 0
        shift = -(behind_seq or 0)
        self._waiting = deque(readdressed(record, stream, shift) for record in self._waiting)
        self._unassigned_seq += shift
        self._disk.sync_directory(self._directory)

    def _roll_if_due(self, day: str, first_seq: int) -> None:
        last = self._log.segments[-1] if self._log.segments else None
        if (
            last is None
            or last.day != day
            or last.count >= self._limits.segment_records
            or not self._log.is_in_place(first_seq)
        ):
            self._log.roll(day, first_seq)
            self._save()

    def _enforce_limits(self) -> None:
        while self._limits.are_exceeded(self._log.segments, self.holdings()):
            last_seq = self._log.spans()[0].last_seq
            if self._identity.acknowledged_seq < self._acknowledged_seq:
                self._save()
            unacknowledged = self.holdings().count_above(self._acknowledged_seq)
            self._log.remove_oldest()
            self.dropped += unacknowledged - self.holdings().count_above(self._acknowledged_seq)
            self.given_up_seq = last_seq

    def _save(self) -> None:
        identity = Identity(
            stream=self.stream,
            next_seq=self.next_seq,
            acknowledged_seq=self._acknowledged_seq,
            acknowledged_by=self._acknowledged_by or UNSET,
        )
        save_identity(self._disk, self._directory, identity)
        self._identity = identity
        self._disk.sync_directory(self._directory)

    @contextmanager
    def _trying_to(self, task: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._short_of_space |= error.errno in NO_SPACE
            raise JournalError(
                f"journal {self._directory}: cannot {task}: {error.strerror or error};"
                " free space on the card or replace it"
            ) from error
