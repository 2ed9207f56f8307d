"""One day segment of the journal: its lines, which are intact, where each one starts.

A line is a sealed record as canonical JSON and a newline. Its CRC is checked on the
bytes, without decoding them, so that a month opens in a fraction of a second.
"""

import re
import zlib
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Final

from firmware.holdings import Undated, with_undated
from monitor.contract.codec import decode
from monitor.contract.errors import PayloadError
from monitor.contract.record import ClockState, Record

NAME: Final = re.compile(r"(?P<stream>[0-9a-f]{16})-(?P<first>\d{16})-(?P<day>\d{8})\.log")
# How the canonical JSON of a record begins: its first two fields, in declared order.
BEGINNING: Final = b'{"stream":'
HEAD: Final = re.compile(rb'\{"stream":"([0-9a-f]{16})","seq":(\d{1,16}),')
BOOT: Final = re.compile(HEAD.pattern + rb'"boot":"([0-9a-f]{16})",')
# And one whose boot did not know the time: the three fields that follow them.
UNDATED: Final = re.compile(
    HEAD.pattern
    + rb'"boot":"([0-9a-f]{16})","boottime_s":(\d+(?:\.\d+)?(?:e[+-]?\d+)?),"clock":"unsynced",'
)
# No record is shorter: a line without a part is 160 bytes and more.
SHORTEST_LINE_BYTES: Final = 160
# judgement: at most 64 lines (40 KB) are skipped to find a record, 23 marks for each day.
INDEX_EVERY: Final = 64


def name_of(stream: str, first_seq: int, day: str) -> str:
    """Return a segment's file name; names of one stream sort by seq. day is YYYYMMDD."""
    return f"{stream}-{first_seq:016d}-{day}.log"


def first_of(name: str) -> int:
    """Return the first seq of a segment by its file name."""
    return int(name.split("-")[1])


def day_of(record: Record) -> str:
    """Return the UTC day of a record's end as YYYYMMDD."""
    return f"{record.minute.end.astimezone(UTC):%Y%m%d}"


def sealed_seq(line: bytes) -> tuple[str, int] | None:
    """Return (stream, seq) of an intact line without its newline, None if it is damaged."""
    body, mark, tail = line.rpartition(b',"crc":')
    if not mark:
        body, tail = line[:-1], b"0}"  # a CRC that happens to be 0 is omitted like any default
    number = tail[:-1]
    if line[-1:] != b"}" or not number.isdigit() or zlib.crc32(body + b"}") != int(number):
        return None
    head = HEAD.match(line)
    return (head[1].decode("ascii"), int(head[2])) if head else None


@dataclass(slots=True, kw_only=True)
class Segment:
    """What is known of a segment file: seq range, intact records, good bytes, marks.

    Attributes:
        last_seq: the highest seq found intact; below first_seq while there is none. Of a file
            that cannot be read the highest that it can hold.
        size: bytes up to the end of the last whole line.
        end_ms: end of the newest minute, None while its clock was not synced.
        marks: (seq, offset) of every INDEX_EVERY-th record, ascending.
        lost_after: records lost behind the last intact one: damaged, joined or torn.
        lines: records whose lines are in the file, intact or not; a torn one is not.
        undated: the intact records whose clock was not synced, in runs.
        tries: how often in a row the card gave none of it, once a minute.
        is_closed: the card does not let a line be added, or a torn one be cut off.
    """

    path: Path
    first_seq: int
    day: str
    last_seq: int
    count: int = 0
    size: int = 0
    end_ms: int | None = None
    marks: list[tuple[int, int]] = field(default_factory=list)
    lost_after: int = 0
    lines: int = 0
    undated: tuple[Undated, ...] = ()
    tries: int = 0
    is_closed: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was ever written to it, as far as anybody can tell."""
        return self.size == 0 and not self.tries

    @property
    def next_place(self) -> int:
        """Return the seq that a line to come would be taken for, were it found damaged."""
        return self.first_seq + self.lines

    def add(self, seq: int, length: int) -> None:
        """Note that an intact line of length bytes now ends the file."""
        if self.count % INDEX_EVERY == 0:
            self.marks.append((seq, self.size))
        self.last_seq = seq
        self.count += 1
        self.lines += 1
        self.size += length
        self.lost_after = 0

    def add_undated(self, seq: int, length: int, boot: str, boottime_s: float) -> None:
        """Note the same of a line whose boot did not know the time."""
        self.undated = with_undated(self.undated, boot, seq, boottime_s, after_seq=self.last_seq)
        self.add(seq, length)

    def slice_of(self, seq: int, limit: int) -> tuple[int, int]:
        """Return (offset, length) of whole lines among which seq to seq + limit - 1 are."""
        begin = bisect_right(self.marks, (seq, self.size)) - 1
        end = bisect_right(self.marks, (seq + limit, 0))
        offset = self.marks[begin][1] if begin >= 0 else 0
        return offset, (self.marks[end][1] if end < len(self.marks) else self.size) - offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A segment as found, the holes up to its last record, a torn last line.

    line_bytes is the shortest intact line so far; the boots are of the first and the last
    intact line, empty where there is none.
    """

    segment: Segment
    holes: tuple[tuple[int, int], ...]
    torn: bytes
    line_bytes: int | None
    oldest_boot: bytes = b""
    newest_boot: bytes = b""


def scan(
    path: Path,
    data: bytes,
    after_seq: int | None = None,
    line_bytes: int | None = None,
) -> Scan:
    """Return what a segment file's bytes hold.

    Only lines of the stream and in order are intact; a hole is known by the seq of its
    neighbours, the last of which is after_seq (None: the file's name says where it begins).
    line_bytes is the shortest intact line of the segments before, None if there is none.
    """
    match = NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path.name!r} is not a segment's name")
    first_seq = int(match["first"])
    segment = Segment(path=path, first_seq=first_seq, day=match["day"], last_seq=first_seq - 1)
    seq = segment.last_seq if after_seq is None else after_seq
    lines = data.split(b"\n")
    torn = lines.pop()
    holes = []
    oldest = newest = b""
    for line in lines:
        found = sealed_seq(line)
        if found is None or found[0] != match["stream"] or found[1] <= seq:
            lost = _records_in(line + b"\n", line_bytes)
            segment.size += len(line) + 1
            segment.lines += lost
            segment.lost_after += lost
            continue
        if found[1] > seq + 1:
            holes.append((seq + 1, found[1] - 1))
        seq = found[1]
        if undated := UNDATED.match(line):
            segment.add_undated(seq, len(line) + 1, undated[3].decode("ascii"), float(undated[4]))
        else:
            segment.add(seq, len(line) + 1)
        line_bytes = min(line_bytes or len(line) + 1, len(line) + 1)
        oldest, newest = oldest or line, line
    if torn:
        segment.lost_after += _records_in(torn, line_bytes)
    segment.end_ms = _dated_end_of(newest)
    return Scan(
        segment=segment,
        holes=tuple(holes),
        torn=torn,
        line_bytes=line_bytes,
        oldest_boot=_boot_of(oldest),
        newest_boot=_boot_of(newest),
    )


def unread(path: Path, last_seq: int, line_bytes: int | None) -> Scan:
    """Return what is known of a segment file of which the card gives no byte."""
    _, first, day = path.stem.split("-")
    segment = Segment(path=path, first_seq=int(first), day=day, last_seq=last_seq, tries=1)
    return Scan(segment=segment, holes=(), torn=b"", line_bytes=line_bytes)


def _records_in(damaged: bytes, line_bytes: int | None) -> int:
    """Return how many records a damaged piece has been: rather one too many than a seq twice.

    Where a card reads as zeros or ones, beginnings are gone and the length alone tells.
    """
    is_blank = b"\0" in damaged or b"\xff" in damaged
    by_length = -(-len(damaged) // (line_bytes or SHORTEST_LINE_BYTES)) if is_blank else 0
    return max(1, damaged.count(BEGINNING), by_length)


def dated_end_ms(record: Record) -> int | None:
    """Return the end of a record's minute, None if no time source stood behind it."""
    return None if record.clock is ClockState.UNSYNCED else record.minute.end_ms


def _boot_of(line: bytes) -> bytes:
    match = BOOT.match(line)
    return match[3] if match else b""


def _dated_end_of(line: bytes) -> int | None:
    try:
        return dated_end_ms(decode(line, Record))
    except PayloadError:  # no intact line, or one that another version of the program wrote
        return None


def read_run(data: bytes, stream: str, seq: int, limit: int, max_bytes: int) -> list[Record]:
    """Return at most limit consecutive records from seq on, max_bytes as a JSON list.

    data starts at a line. Empty only if seq itself is not intact there: one record is
    returned however long it is.
    """
    run: list[Record] = []
    for line in data.split(b"\n"):
        found = sealed_seq(line)
        if found is None or found[0] != stream or found[1] < seq:
            continue
        max_bytes -= len(line) + 1
        if found[1] != seq + len(run) or len(run) == limit or (run and max_bytes < 0):
            break
        try:
            run.append(decode(line, Record))
        except PayloadError:
            break
    return run
