"""The segments of one stream in one directory, oldest first; the last one is written to."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from firmware.disk import Disk
from firmware.holdings import Hole, Span, with_hole
from firmware.segment import NAME, Segment, dated_end_ms, first_of, name_of, read_run, scan
from monitor.contract.codec import encode
from monitor.contract.record import ClockState, Record


class SegmentLog:
    """Reads, extends and shortens the segments; every method raises OSError as the disk does.

    Attributes:
        segments: oldest first, in order of seq.
        holes: lost ranges (first, last) above first_seq, ascending.
        next_seq: above everything found or written, a torn or damaged last line included.
        unreadable: segments of which the card gives no byte; they stay where they are.
    """

    def __init__(self, directory: Path, disk: Disk, stream: str) -> None:
        self._directory = directory
        self._disk = disk
        self._stream = stream
        self._tail_in_doubt = False
        self._known_spans: tuple[Span, ...] | None = None  # as long as no segment changes
        self.segments: list[Segment] = []
        self.holes: list[Hole] = []
        self.next_seq = 1
        self.unreadable: tuple[str, ...] = ()

    @property
    def lowest_seq(self) -> int:
        """Return the lowest seq not given up; next_seq if nothing is held."""
        return self.segments[0].first_seq if self.segments else self.next_seq

    def load(self, floor_seq: int, *, spare_seq: int | None = 0) -> int:
        """Scan the stream's segments; next_seq becomes floor_seq at least.

        One that cannot be read, though the last one can, is a hole where no store waits for it:
        a bad spot on the card must not keep a room from all that follows. An error may pass,
        and what has been declared lost is never sent again.

        Args:
            floor_seq: no lower seq is given.
            spare_seq: up to here all is stored; None gives up what is not, too.

        Returns:
            Bytes of a torn last line. It stays in doubt, and is cut off by mend.
        """
        names = [
            name
            for name in self._disk.names(self._directory)
            if (match := NAME.fullmatch(name)) and match["stream"] == self._stream
        ]
        try:
            return self._scan(names, floor_seq)
        except OSError:
            self.unreadable = self._unreadable(names, spare_seq)
        return self._scan([name for name in names if name not in self.unreadable], floor_seq)

    def _unreadable(self, names: list[str], spare_seq: int | None) -> tuple[str, ...]:
        """Return which segments cannot be read when asked once more, the last one first."""
        found = []
        behind: str | None = None
        for name in reversed(names):
            try:
                self._disk.read(self._directory / name)
            except OSError:
                if behind is None or (spare_seq is not None and first_of(behind) > spare_seq + 1):
                    raise
                found.append(name)
            behind = name
        return tuple(found)

    def _scan(self, names: list[str], floor_seq: int) -> int:
        self.segments, self.holes, self._known_spans = [], [], None
        torn_bytes = 0
        after_seq = line_bytes = None
        lost = 0
        for name in names:
            path = self._directory / name
            found = scan(path, self._disk.read(path), after_seq, line_bytes)
            if after_seq is not None:
                # Even where no intact line behind the hole tells of it, the file's name does.
                self.note_hole(after_seq + 1, found.segment.first_seq - 1)
            torn_bytes, line_bytes = found.torn_bytes, found.line_bytes
            lost = found.segment.lost_after
            for hole in found.holes:
                self.note_hole(*hole)
            self.segments.append(found.segment)
            after_seq = max(found.segment.last_seq, after_seq or 0)
        self._tail_in_doubt = torn_bytes > 0
        end_seq = 1 if after_seq is None else after_seq + 1
        self.next_seq = max(floor_seq, end_seq + lost)
        if self.segments:
            self.note_hole(end_seq, self.next_seq - 1)
        return torn_bytes

    def note_hole(self, first: int, last: int) -> None:
        """Give up the range first to last, if it is one."""
        self.holes = with_hole(self.holes, first, last)

    def mend(self) -> None:
        """Cut off what a failed append may have left behind the last whole line."""
        if self._tail_in_doubt:
            self._disk.truncate(self.segments[-1].path, self.segments[-1].size)
            self._tail_in_doubt = False

    def is_in_place(self, seq: int) -> bool:
        """Tell whether seq is what the next line's place in the last segment says.

        A line that is damaged later is known by its place alone. Behind a torn line that
        was cut off, or a seq that was never used, the count of lines would say too little,
        and the seq be given a second time.
        """
        return self.segments[-1].next_place == seq

    def roll(self, day: str, first_seq: int) -> None:
        """Begin a segment with first_seq, the seqs before it lost; an empty one is replaced."""
        self.mend()
        self._known_spans = None
        path = self._directory / name_of(self._stream, first_seq, day)
        self._disk.write(path, b"")
        self._disk.sync_directory(self._directory)
        if self.segments and self.segments[-1].size == 0:
            self._disk.remove(self.segments.pop().path)
        self.segments.append(
            Segment(path=path, first_seq=first_seq, day=day, last_seq=first_seq - 1)
        )
        self.note_hole(self.next_seq, first_seq - 1)
        self.next_seq = first_seq
        self._forget_holes_below()

    def append(self, records: list[Record]) -> None:
        """Add records from next_seq on to the last segment, all or none, durably."""
        self.mend()
        self._known_spans = None
        segment = self.segments[-1]
        lines = [encode(record) + b"\n" for record in records]
        self._tail_in_doubt = True
        try:
            self._disk.append(segment.path, b"".join(lines))
        except OSError:
            # A page that failed to sync may count as clean: the retry must write it anew.
            with suppress(OSError):
                self.mend()
            raise
        self._tail_in_doubt = False
        for record, line in zip(records, lines, strict=True):
            self.next_seq = record.seq + 1
            segment.end_ms = dated_end_ms(record)
            if record.clock is ClockState.UNSYNCED:
                segment.add_undated(record.seq, len(line), record.boot, record.boottime_s)
            else:
                segment.add(record.seq, len(line))

    def read(self, seq: int, limit: int, max_bytes: int) -> list[Record]:
        """Return a run of records from seq on within one segment; see segment.read_run."""
        at = bisect_right(self.segments, seq, key=lambda segment: segment.first_seq) - 1
        offset, length = self.segments[at].slice_of(seq, limit)
        data = self._disk.read(self.segments[at].path, offset, length)
        return read_run(data, self._stream, seq, limit, max_bytes)

    def remove_oldest(self) -> None:
        """Remove the oldest segment, which must not be the only one."""
        self._disk.remove(self.segments[0].path)
        self._known_spans = None
        del self.segments[0]
        self._forget_holes_below()

    def _forget_holes_below(self) -> None:
        lowest = self.lowest_seq
        self.holes = [(max(first, lowest), last) for first, last in self.holes if last >= lowest]

    def spans(self) -> tuple[Span, ...]:
        """Return the segments as seq ranges without gaps between them."""
        if self._known_spans is None:
            self._known_spans = tuple(self._made_spans())
        return self._known_spans

    def _made_spans(self) -> Iterator[Span]:
        ends = [segment.first_seq - 1 for segment in self.segments[1:]] + [self.next_seq - 1]
        for segment, end in zip(self.segments, ends, strict=False):
            yield Span(
                first_seq=segment.first_seq,
                last_seq=end,
                end_ms=segment.end_ms,
                undated=segment.undated,
            )
