"""A segment tells intact lines from damaged ones without decoding them."""

import zlib
from pathlib import Path

import pytest

from firmware.segment import read_run, scan, sealed_seq
from monitor.contract.codec import encode
from monitor.contract.record import ClockState
from tests.fakes.transfer_records import FIRST_END_MS, STREAM, a_record


def the_path(first_seq: int = 1) -> Path:
    return Path(f"{STREAM}-{first_seq:016d}-20260101.log")


def lines(*seqs: int) -> bytes:
    return b"".join(encode(a_record(seq)) + b"\n" for seq in seqs)


def test_a_sealed_record_is_intact() -> None:
    assert sealed_seq(encode(a_record(42))) == (STREAM, 42)


def test_a_record_whose_crc_is_zero_and_so_left_out_is_intact() -> None:
    body = encode(a_record(1)).rpartition(b',"crc":')[0]
    # Four bytes more can give any text the CRC wanted: try pads until it is zero.
    pad = crc_zero_pad(body)
    line = body + pad + b"}"
    assert zlib.crc32(line) == 0
    assert sealed_seq(line) == (STREAM, 1)


def crc_zero_pad(body: bytes) -> bytes:
    """Return four bytes p such that CRC-32 of body + p + b'}' is 0, by linear algebra."""
    target = zlib.crc32(body + bytes(4) + b"}")
    effects = [
        (zlib.crc32(body + (1 << bit).to_bytes(4, "little") + b"}") ^ target, 1 << bit)
        for bit in range(32)
    ]
    pad = 0
    for place in reversed(range(32)):
        pivot = next(e for e in effects if e[0] >> place == 1)
        effects = [
            (e[0] ^ pivot[0], e[1] ^ pivot[1]) if e[0] >> place & 1 else e
            for e in effects
            if e is not pivot
        ]
        if target >> place & 1:
            target ^= pivot[0]
            pad ^= pivot[1]
    return pad.to_bytes(4, "little")


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line.replace(b"18.5", b"18.6", 1),
        lambda line: line[:-1],
        lambda line: line[1:],
        lambda line: line[:-1] + b"|",
        lambda line: line.replace(b'"crc":', b'"crc":x', 1),
        lambda line: line.rpartition(b',"crc":')[0] + b"}",
        lambda _: b"",
        lambda _: b"\0" * 300,
    ],
)
def test_a_changed_line_is_damaged(damage) -> None:  # noqa: ANN001 - a table of lambdas
    assert sealed_seq(damage(encode(a_record(1)))) is None


def test_a_line_with_a_right_crc_that_is_no_record_is_damaged() -> None:
    body = b'{"other":1'
    assert sealed_seq(body + b',"crc":%d}' % zlib.crc32(body + b"}")) is None


def test_a_file_that_is_no_segment_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="segment"):
        scan(Path("notes.txt"), b"")


def test_a_scan_counts_records_finds_holes_and_the_torn_tail() -> None:
    found = scan(the_path(3), lines(5, 6, 9) + b'{"stream"')
    assert (found.segment.count, found.segment.last_seq) == (3, 9)
    assert found.holes == ((3, 4), (7, 8))
    assert found.torn == b'{"stream"'
    assert found.segment.size == len(lines(5, 6, 9))


def test_lines_out_of_order_or_of_another_stream_do_not_count() -> None:
    foreign = encode(a_record(3, stream="0" * 16)) + b"\n"
    found = scan(the_path(), lines(1, 2) + foreign + lines(2))
    assert (found.segment.last_seq, found.segment.lost_after) == (2, 2)


def test_a_segment_is_dated_by_its_newest_record_if_that_is_synced() -> None:
    unsynced = encode(a_record(2, clock=ClockState.UNSYNCED)) + b"\n"
    assert scan(the_path(), lines(1)).segment.end_ms == FIRST_END_MS
    assert scan(the_path(), lines(1) + unsynced).segment.end_ms is None
    assert scan(the_path(), b"").segment.end_ms is None


def test_a_run_stops_at_the_first_record_this_program_cannot_read() -> None:
    body = encode(a_record(2)).rpartition(b',"crc":')[0].replace(b"18.5", b"99.5", 1)
    strange = body + b',"crc":%d}\n' % zlib.crc32(body + b"}")
    data = lines(1) + strange + lines(3)
    assert [record.seq for record in read_run(data, STREAM, 1, 60, 60_000)] == [1]
    assert read_run(data, STREAM, 2, 60, 60_000) == []


def test_a_slice_holds_the_run_and_little_more() -> None:
    data = lines(*range(1, 301))
    segment = scan(the_path(), data).segment
    offset, length = segment.slice_of(130, 60)
    assert [r.seq for r in read_run(data[offset : offset + length], STREAM, 130, 60, 60_000)] == [
        *range(130, 190)
    ]
    assert length < len(data) / 2


def blank(data: bytes, keep: int, byte: bytes = b"\0") -> bytes:
    return data[:keep] + byte * (len(data) - keep)


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
@pytest.mark.parametrize("cut", [0, 1, 9, 10, 100, 269])
def test_of_a_tail_that_reads_as_nothing_its_length_tells_how_many_lines_it_was(
    cut: int, byte: bytes
) -> None:
    data = lines(*range(1, 9))
    found = scan(the_path(), blank(data, len(lines(1, 2)) + cut, byte))
    assert found.segment.last_seq == 2
    assert 6 <= found.segment.lost_after <= 7


def test_zeros_over_the_beginnings_of_lines_hide_none_of_them() -> None:
    data = bytearray(lines(1, 2, 3, 4, 5))
    first = len(lines(1)) + 119
    data[first : first + 700] = bytes(700)  # of lines 2 to 5, the last of which keeps its end
    assert 4 <= scan(the_path(), bytes(data)).segment.lost_after <= 5


def test_rather_one_line_too_many_is_lost_than_too_few() -> None:
    data = lines(1, 2)
    for keep in range(len(data)):
        assert scan(the_path(), blank(data, keep)).segment.lost_after >= 2 - (keep > 270)


def test_the_shortest_line_of_the_segments_before_is_the_measure_of_one_without_any() -> None:
    data = lines(1)
    assert scan(the_path(), data).line_bytes == len(data)
    emptied = scan(the_path(2), blank(lines(2, 3, 4), 0), 1, len(data))
    assert 3 <= emptied.segment.lost_after <= 4
    assert emptied.line_bytes == len(data)
