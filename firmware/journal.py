"""The journal: a durable, bounded, append-only log of minute records in day segments."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Final

from firmware.beginning import begin_stream
from firmware.disk import PASSING, Disk, is_full, is_gone, past_bad_spots
from firmware.errors import JournalError, refusal
from firmware.holdings import Holdings, Hole
from firmware.journal_identity import Identity, identity_of, save_identity
from firmware.journal_limits import BATCH_RECORDS_BYTES, Limits
from firmware.opening import gone_with, open_stream
from firmware.quarantine import folders_aside
from firmware.rekey import Older, readdressed
from firmware.segment import day_of
from firmware.segment_log import TRIES, SegmentLog
from firmware.waiting import Waiting
from monitor.contract.codec import seal_as_read
from monitor.contract.messages import MAX_BATCH_RECORDS
from monitor.contract.record import ClockState, Minute, Record

# The stream of a journal that waits to be opened: nothing is held, or sent, of it.
NOT_OPEN: Final = "0" * 16


class Journal:
    """Holds one stream of records. What it tells of is durable; the rest waits in memory.

    Attributes:
        findings: what was found, at opening and since, for the log.
        given_up_seq: the last seq that went for want of room, of this stream, since opening.
    """

    def __init__(
        self, directory: Path, disk: Disk, new_id: Callable[[], str], limits: Limits
    ) -> None:
        self._directory, self._disk = directory, disk
        self._new_id = new_id
        self._limits = limits
        self.findings: list[str] = []
        self._identity = Identity(stream=NOT_OPEN)
        self._log = SegmentLog(directory, disk, NOT_OPEN, self.findings, limits.most_in_segment)
        self._waiting = Waiting(limits.waiting)
        self._acknowledged_seq = 0
        self._acknowledged_by: str | None = None
        self._short_of_space = self._is_open = self._is_settled = False
        self.given_up_seq = self._given_up = self._tries = 0

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

        While a card is full, read-only or ill, what must be done for that waits as minutes do.

        Args:
            directory: its own directory, made if absent.
            disk: the file operations.
            new_id: returns 16 random hex digits, the id of a stream that begins.
            limits: how much it may hold.

        Raises:
            JournalError: the directory cannot be used.
        """
        journal = cls(directory, disk, new_id, limits or Limits())
        with journal._trying_to("open"):
            try:
                journal._open()
            except OSError as error:
                if error.errno not in PASSING:
                    raise
                journal._must_wait(error)
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

    @property
    def dropped(self) -> int:
        """Return how many minutes were given up, as the journal or the wait was full."""
        return self._given_up + self._waiting.dropped

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
            unreadable=self._log.unreadable(),
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
                seq=self._waiting.next_seq,
                boot=boot,
                boottime_s=boottime_s,
                clock=clock,
                minute=minute,
            )
        )
        self._waiting.add(record)
        if sync:
            self.sync()
        # A journal that has opened only now has numbered anew what waited.
        return readdressed(record, self.stream, self._waiting.next_seq - 1 - record.seq)

    def sync(self) -> None:
        """Make all that waits durable, then give up what exceeds the limits.

        Raises:
            JournalError: the disk refused; the files are whole, what waited still waits.
        """
        self._tries += not self._is_open  # here alone: it comes once a minute, answers at any time
        with self._trying_to("append"):
            self._be_ready()
            with suppress(OSError):
                self._log.try_unread()  # what is refused there comes with the next minute
            for day, group in groupby(self._waiting, key=day_of):
                records = list(group)
                if self._log.wants_another(day, records[0].seq, self._limits.segment_records):
                    self._log.roll(day, records[0].seq)
                    self._save()
                self._log.append(records)
                self._waiting.take(len(records))
            self._short_of_space = False
            self._enforce_limits()

    def close(self) -> None:
        """Make all durable for the last time, as sync: what would be lost waits no longer."""
        self._tries = TRIES
        for _ in range(2):  # only then is a segment that cannot be extended left for another
            with suppress(JournalError):
                return self.sync()
        return self.sync()

    def records(
        self, from_seq: int, limit: int = MAX_BATCH_RECORDS, max_bytes: int = BATCH_RECORDS_BYTES
    ) -> list[Record]:
        """Return a run of consecutive records that starts at the first held from from_seq on.

        A line found damaged only now becomes a hole, so does a segment not to be read for an
        hour. At least one is returned if any is held; max_bytes is of a JSON list.

        Raises:
            JournalError: the disk could not read; nothing is taken as lost yet.
        """
        with self._trying_to("read"):
            while True:
                held = self.holdings()
                seq = held.first_above(from_seq - 1)
                if seq >= held.next_seq:
                    return []
                if self._log.is_read_anew(seq):
                    continue  # and tells of its holes only now
                run = self._log.read(seq, min(limit, held.end_of_run(seq) - seq + 1), max_bytes)
                if run:
                    return run
                self._log.note_hole(seq, seq)

    def record_at(self, seq: int) -> Record | None:
        """Return the record at seq, None if it is not held."""
        run = self.records(seq, limit=1) if self.holdings().holds(seq) else []
        return run[0] if run and run[0].seq == seq else None

    def acknowledge(self, seq: int, store: str | None = None) -> None:
        """Note what is stored and who has proven it: kept at once if it falls or another has.

        Raises:
            JournalError: it could not be kept. A rise is kept with the day.
        """
        is_other = store != (self._identity.acknowledged_by or None)
        self._acknowledged_seq, self._acknowledged_by = seq, store
        # While it is not open, the card holds another identity, which nobody has overwritten.
        if self._is_open and (seq < self._identity.acknowledged_seq or is_other):
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

        What an older acknowledgement covers too, for a store that may be rolled back. The new
        stream begins behind what is acknowledged or given up.

        Raises:
            JournalError: the disk refused; the old stream goes on.
        """
        with self._trying_to("begin a new stream"):
            self._be_ready()
            self._log.mend()
            self._log.check()
            old = [segment.path.name for segment in self._log.segments]
            behind_seq = min(self._acknowledged_seq, self.lowest_seq - 1)
            begun = begin_stream(
                self._disk, self._directory, self._new_id(), old,
                older=Older(self.stream, behind_seq, self.next_seq),
                findings=self.findings, most=self._limits.most_in_segment,
            )  # fmt: skip
            self._adopt(*begun)
            self._waiting.number_anew(self.stream, -behind_seq)
            self._disk.sync_directory(self._directory)
            for name in old:
                with past_bad_spots():
                    self._disk.remove(self._directory / name)

    def _open(self) -> None:
        opened = open_stream(
            self._disk, self._directory, self._new_id, self.findings,
            most=self._limits.most_in_segment, gives_up=self._tries >= TRIES,
        )  # fmt: skip
        self._waiting.number_anew(opened.identity.stream, opened.log.next_seq - self.next_seq)
        self._adopt(opened.identity, opened.log)
        is_known = opened.identity.next_seq >= self.next_seq
        self._is_open, self._is_settled = True, is_known and not opened.torn_bytes
        try:
            self._settle()
        except OSError as error:
            self._must_wait(error)

    def _adopt(self, identity: Identity, log: SegmentLog) -> None:
        self._identity, self._log = identity, log
        self._acknowledged_seq = identity.acknowledged_seq
        self._acknowledged_by = identity.acknowledged_by or None
        self.given_up_seq = 0

    def _must_wait(self, error: OSError) -> None:
        self._short_of_space = is_full(error)
        self.findings.append(f"card_refuses={error.strerror or error}")

    def _be_ready(self) -> None:
        """Do what a card that refused to write has left undone."""
        if not self._is_open:
            self._open()
        self._settle()

    def _settle(self) -> None:
        """Keep which seqs are taken; cut off a torn line, which may have been whole, and sent."""
        if not self._is_settled:
            self._save()
            self._log.mend()
            self._is_settled = True

    def _enforce_limits(self) -> None:
        while self._limits.are_exceeded(self._log.segments, self.holdings()):
            last_seq = self._log.spans()[0].last_seq
            if self._identity.acknowledged_seq < self._acknowledged_seq:
                self._save()
            unacknowledged = self.holdings().count_above(self._acknowledged_seq)
            self._log.remove_oldest()
            self._given_up += unacknowledged - self.holdings().count_above(self._acknowledged_seq)
            self.given_up_seq = last_seq

    def _save(self) -> None:
        identity = identity_of(self.holdings(), self._identity)
        save_identity(self._disk, self._directory, identity)
        self._identity = identity
        self._disk.sync_directory(self._directory)

    @contextmanager
    def _trying_to(self, task: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._short_of_space |= is_full(error)
            with suppress(OSError):
                self.findings += (moved := folders_aside(self._disk, self._directory, error))
                self._is_settled &= not moved  # it may have been the identity's place
            if self._is_open and is_gone(self._disk, self._directory, error):
                self.findings += gone_with(self._directory, self.lowest_seq, self.next_seq)
                self._is_open, self._tries = False, 0  # the next sync makes it, with what waits
            raise refusal(f"journal {self._directory}: cannot {task}", error) from error
