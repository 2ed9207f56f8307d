"""The segments of one stream in one directory, oldest first; the last one is written to."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Final

from firmware.damage import is_given_up, is_of_power_cut, true_first, was_skipped
from firmware.disk import Disk, io_error, is_bad_spot, past_bad_spots, read_or_none
from firmware.holdings import Hole, Span, with_hole
from firmware.quarantine import set_aside, without_suffix
from firmware.segment import (
    NAME,
    Scan,
    Segment,
    dated_end_ms,
    first_of,
    name_of,
    read_run,
    scan,
    unread,
)
from monitor.contract.codec import encode
from monitor.contract.record import ClockState, Record

# judgement: an hour of tries, one a minute; by then it is no error in passing.
TRIES: Final = 60
# What passes within a minute is told to nobody.
TOLD_AT: Final = 2


class SegmentLog:
    """Reads, extends and shortens the segments; every method raises OSError as the disk does.

    Args:
        directory: the journal's.
        disk: the file operations.
        stream: whose segments.
        findings: takes what is found of a segment that cannot be read.
        most: how many records one may hold.

    Attributes:
        segments: oldest first, in order of seq.
        holes: lost ranges (first, last) above first_seq, ascending.
        damage: what of them the last load has found that damage explains, and nothing else.
        given_up: what of them is so, or may be, since it cannot be read: nothing is compared there.
        has_moved: whether loading has renamed a segment, or set one aside.
        next_seq: above everything found or written, a torn or damaged last line included.
    """

    def __init__(
        self, directory: Path, disk: Disk, stream: str, findings: list[str], most: int
    ) -> None:
        self._directory, self._disk = directory, disk
        self._stream = stream
        self._findings = findings
        self._most = most
        self._tail_in_doubt = self.has_moved = False
        self._known_spans: tuple[Span, ...] | None = None  # as long as no segment changes
        self.segments: list[Segment] = []
        self.holes: list[Hole] = []
        self.damage: list[Hole] = []
        self.given_up: list[Hole] = []
        self.next_seq = 1

    @property
    def lowest_seq(self) -> int:
        """Return the lowest seq not given up; next_seq if nothing is held."""
        return self.segments[0].first_seq if self.segments else self.next_seq

    def load(self, floor_seq: int) -> int:
        """Scan the stream's segments; next_seq becomes floor_seq at least.

        One that cannot be read is held for as long as an error may pass (try_unread): a bad
        spot on the card must not keep a room from what is to come. How many lines the last
        one has nobody can tell then: next_seq lies above all that it can have.

        Args:
            floor_seq: no lower seq is given.

        Returns:
            Bytes of a torn last line. It stays in doubt, and is cut off by mend.
        """
        every = self._disk.names(self._directory)
        names = self._own(every)
        self.given_up = _up_to_next(self._own(without_suffix(every)), names)
        self.segments, self.holes, self.damage, self._known_spans = [], [], [], None
        before = after_seq = line_bytes = None
        for name, next_name in zip_longest(names, names[1:]):
            path = self._directory / name
            data = read_or_none(self._disk, path)
            if data is None:
                end_seq = first_of(next_name) if next_name else first_of(name) + self._most
                found = unread(path, end_seq - 1, line_bytes)
            else:
                found = scan(path, data, after_seq, line_bytes)
                first = true_first(found, data, first_of(next_name) if next_name else None)
                if first is not None and self._is_put_right(found.segment, first, names):
                    return self.load(floor_seq)
            if before is not None and after_seq is not None:
                # Even where no intact line behind the hole tells of it, the file's name does.
                hole = after_seq + 1, found.segment.first_seq - 1
                self._found_hole(*hole, is_known=was_skipped(before, found, self._most))
            for first, last in found.holes:
                self._found_hole(max(first, found.segment.first_seq), last)
            self.segments.append(found.segment)
            before, line_bytes = found, found.line_bytes
            after_seq = max(found.segment.last_seq, after_seq or 0)
        end_seq = 1 if after_seq is None else after_seq + 1
        self.next_seq = max(floor_seq, end_seq)
        return 0 if before is None else self._load_tail(before, end_seq)

    def _is_put_right(self, segment: Segment, first: int, names: list[str]) -> bool:
        """Name a segment as its lines say; set aside one that has nothing but what is held."""
        name, before = segment.path.name, len(self._findings)
        target = name_of(self._stream, first, segment.day)
        if first == 0 or (target in names and segment.last_seq < segment.first_seq):
            self._findings += set_aside(self._disk, self._directory, [name])
        elif target not in names:
            with past_bad_spots():
                self._disk.rename(segment.path, self._directory / target)
                self._findings.append(f"misnamed={name}")
        is_moved = len(self._findings) > before
        self.has_moved |= is_moved
        return is_moved

    def _load_tail(self, last: Scan, end_seq: int) -> int:
        self._tail_in_doubt = bool(last.torn)
        end = max(end_seq + last.segment.lost_after, last.segment.first_seq)
        self.next_seq = max(self.next_seq, end)
        is_own = self.next_seq == end_seq + 1 and is_of_power_cut(last.torn)
        self._found_hole(end_seq, self.next_seq - 1, is_known=is_own)
        return len(last.torn)

    def _found_hole(self, first: int, last: int, *, is_known: bool = False) -> None:
        self.note_hole(first, last)
        if not (is_known or is_given_up((first, last), self.given_up)):
            self.damage = with_hole(self.damage, first, last)

    def _own(self, names: list[str]) -> list[str]:
        """Return those that are names of the stream's segments."""
        matches = map(NAME.fullmatch, names)
        return [match[0] for match in matches if match and match["stream"] == self._stream]

    def check(self) -> None:
        """Read all there is: what cannot be read is known for it, and raised."""
        for segment in self.segments:
            if read_or_none(self._disk, segment.path) is None:
                self._note_unread(segment)
                raise io_error()

    def try_unread(self) -> None:
        """Ask anew, once a minute, for what could not be read; after an hour give it up.

        Not sooner: what has been declared lost is never sent. And not the last one: another
        is begun with the next minute, and the name of that one tells how far this one came.
        """
        for segment in [one for one in self.segments if one.tries]:
            if self._look_again(segment):
                continue
            segment.tries += 1
            if segment.tries == TOLD_AT:
                self._findings.append(f"unreadable={segment.path.name}")
            if segment.tries > TRIES and segment is not self.segments[-1]:
                self._give_up(segment)

    def is_read_anew(self, seq: int) -> bool:
        """Tell whether the segment of seq has been read only now, after it could not be."""
        segment = self.segments[self._index_of(seq)]
        if segment.tries and not self._look_again(segment):
            raise io_error()
        return segment.tries > 0

    def _note_unread(self, segment: Segment) -> None:
        segment.tries = max(1, segment.tries)
        self._known_spans = None

    def _look_again(self, segment: Segment) -> bool:
        data = read_or_none(self._disk, segment.path)
        if data is None:
            return False
        at = self.segments.index(segment)
        found = scan(segment.path, data, segment.first_seq - 1)
        self.segments[at], self._known_spans = found.segment, None
        for hole in found.holes:
            self.note_hole(*hole)
        self.note_hole(found.segment.last_seq + 1, self.spans()[at].last_seq)
        self._tail_in_doubt |= found.torn != b"" and at == len(self.segments) - 1
        self._findings.append(f"readable={segment.path.name}")
        return True

    def _give_up(self, segment: Segment) -> None:
        at = self.segments.index(segment)
        lost = segment.first_seq, self.spans()[at].last_seq
        self._findings += set_aside(self._disk, self._directory, [segment.path.name])
        del self.segments[at]
        self._known_spans = None
        self.given_up = with_hole(self.given_up, *lost)
        self.note_hole(*lost)
        self._forget_holes_below()
        self._findings.append(f"hole={lost[0]}-{lost[1]}")

    def _index_of(self, seq: int) -> int:
        return bisect_right(self.segments, seq, key=lambda segment: segment.first_seq) - 1

    def note_hole(self, first: int, last: int) -> None:
        """Give up the range first to last, if it is one."""
        self.holes = with_hole(self.holes, first, last)

    def mend(self) -> None:
        """Cut off what a failed append may have left behind the last whole line.

        Where a bad spot on the card does not let it, the segment is closed.
        """
        if self._tail_in_doubt:
            last = self.segments[-1]
            try:
                self._disk.truncate(last.path, last.size)
            except (FileNotFoundError, IsADirectoryError):  # taken away: another is begun
                last.is_closed = not last.is_empty
            except OSError as error:
                if not is_bad_spot(error):
                    raise
                last.is_closed = True
            self._tail_in_doubt = False

    def wants_another(self, day: str, seq: int, segment_records: int) -> bool:
        """Tell whether a record of a day and seq is to begin a segment.

        So it is where its seq is not what the next line's place in the last segment says: a
        line that is damaged later is known by its place alone. Behind a torn line that was cut
        off, or a seq that was never used, the count of lines would say too little, and the seq
        be given a second time.
        """
        last = self.segments[-1] if self.segments else None
        return (
            last is None
            or last.tries > 0
            or last.is_closed
            or last.day != day
            or last.count >= segment_records
            or last.next_place != seq
        )

    def roll(self, day: str, first_seq: int) -> None:
        """Begin a segment with first_seq, the seqs before it lost; an empty one is replaced."""
        self.mend()
        self._known_spans = None
        path = self._directory / name_of(self._stream, first_seq, day)
        empty = self.segments[-1] if self.segments and self.segments[-1].is_empty else None
        if empty and empty.is_closed:
            set_aside(self._disk, self._directory, [empty.path.name])  # with its bad block
        self._disk.write(path, b"")
        self._disk.sync_directory(self._directory)
        if empty:
            self.segments.pop()
            if empty.path != path and not empty.is_closed:
                with past_bad_spots():
                    self._disk.remove(empty.path)
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
        if segment.is_closed:
            raise io_error()
        lines = [encode(record) + b"\n" for record in records]
        self._tail_in_doubt = True
        try:
            self._disk.append(segment.path, b"".join(lines))
        except OSError as error:
            if segment.is_empty and (is_bad_spot(error) or isinstance(error, IsADirectoryError)):
                self._tail_in_doubt = False  # nothing to keep, and the spot stays in this file
            # A page that failed to sync may count as clean: the retry must write it anew.
            with suppress(OSError):
                self.mend()
            # The block that it grew into would be given to it again.
            segment.is_closed |= is_bad_spot(error)
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
        segment = self.segments[self._index_of(seq)]
        data = read_or_none(self._disk, segment.path, *segment.slice_of(seq, limit))
        if data is None:
            self._note_unread(segment)
            raise io_error()
        return read_run(data, self._stream, seq, limit, max_bytes)

    def remove_oldest(self) -> None:
        """Remove the oldest segment, which must not be the only one."""
        with past_bad_spots():
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

    def unreadable(self) -> tuple[Hole, ...]:
        """Return the ranges that the card does not give, and not in passing, or did not give."""
        spans = zip(self.segments, self.spans(), strict=False)
        now = [(span.first_seq, span.last_seq) for one, span in spans if one.tries >= TOLD_AT]
        return *self.given_up, *now

    def _made_spans(self) -> Iterator[Span]:
        ends = [segment.first_seq - 1 for segment in self.segments[1:]] + [self.next_seq - 1]
        for segment, end in zip(self.segments, ends, strict=False):
            yield Span(
                first_seq=segment.first_seq,
                last_seq=end,
                end_ms=segment.end_ms,
                undated=segment.undated,
                is_unread=segment.tries > 0,
            )


def _up_to_next(names: list[str], held: list[str]) -> list[Hole]:
    """Return from where each of the names begins to where the next of the held ones does."""
    firsts = [first_of(name) for name in held]
    ranges: list[Hole] = []
    for first in map(first_of, names):
        if (at := bisect_left(firsts, first)) < len(firsts):
            ranges = with_hole(ranges, first, firsts[at] - 1)
    return ranges
