"""Rows out of a damaged SQLite file: each page by itself, no tree is followed. Pure.

Source: https://www.sqlite.org/fileformat2.html, sections 1.3 (header), 1.6 (b-tree
pages), 2.1 (records), 4.2 (write-ahead log).
"""

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

Row = tuple[Any, ...]
FILE_HEADER_BYTES: Final = 100
WAL_HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24
INTERIOR_INDEX: Final = 0x02
LEAF_INDEX: Final = 0x0A
LEAF_TABLE: Final = 0x0D
HEADER_BYTES: Final = {INTERIOR_INDEX: 12, LEAF_INDEX: 8, LEAF_TABLE: 8}
MAX_VARINT_BYTES: Final = 9
INTEGER_BYTES: Final = (0, 1, 2, 3, 4, 6, 8)
REAL: Final = 7
ZERO, ONE = 8, 9
FIRST_BLOB: Final = 12

Overflow = Callable[[int], bytes]


def rows_of_page(page: bytes, *, is_first: bool, overflow: Overflow) -> Iterator[Row]:
    """Yield (rowid or None, column, ...) of what can be read in a page; never raises.

    Args:
        page: one whole page.
        is_first: of a file, where a header stands before the page's own.
        overflow: returns a page by its number, b"" if there is none.
    """
    start = FILE_HEADER_BYTES if is_first else 0
    kind = page[start] if len(page) > start else 0
    if kind not in HEADER_BYTES:
        return
    try:
        (count,) = struct.unpack_from(">H", page, start + 3)
        places = start + HEADER_BYTES[kind]
        offsets = struct.unpack_from(f">{count}H", page, places)
    except struct.error:
        return
    for offset in offsets:
        try:
            yield _cell(page, offset, kind, overflow)
        except (IndexError, struct.error, ValueError):
            continue  # this cell is damaged; its neighbours need not be


def wal_frames(log: bytes, page_bytes: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (page number, page, is current) of every whole frame of a write-ahead log.

    Behind the frames that count there are usually older ones, of before the log last began
    anew: their salts are not the header's.
    """
    step = FRAME_HEADER_BYTES + page_bytes
    for at in range(WAL_HEADER_BYTES, len(log) - step + 1, step):
        (number,) = struct.unpack_from(">I", log, at)
        is_current = log[at + 8 : at + 16] == log[16:24]
        yield number, log[at + FRAME_HEADER_BYTES : at + step], is_current


def _cell(page: bytes, at: int, kind: int, overflow: Overflow) -> Row:
    if kind == INTERIOR_INDEX:
        at += 4  # the left child
    size, at = _varint(page, at)
    rowid = None
    if kind == LEAF_TABLE:
        rowid, at = _varint(page, at)
    return (rowid, *_record(_payload(page, at, size, kind, overflow)))


def _payload(page: bytes, at: int, size: int, kind: int, overflow: Overflow) -> bytes:
    usable = len(page)
    largest = usable - 35 if kind == LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    if size <= largest:
        return page[at : at + size]
    smallest = (usable - 12) * 32 // 255 - 23
    local = smallest + (size - smallest) % (usable - 4)
    local = local if local <= largest else smallest
    payload = page[at : at + local]
    (number,) = struct.unpack_from(">I", page, at + local)
    # A damaged size would have us read the whole file: no row of ours is longer than a score.
    for _ in range(size // (usable - 4) + 1):
        if number == 0 or len(payload) >= size:
            break
        chained = overflow(number)
        (number,) = struct.unpack_from(">I", chained, 0)
        payload += chained[4 : 4 + size - len(payload)]
    return payload


def _record(payload: bytes) -> Row:
    header_bytes, at = _varint(payload, 0)
    body = header_bytes
    values: list[Any] = []
    while at < header_bytes:
        kind, at = _varint(payload, at)
        value, body = _value(payload, body, kind)
        values.append(value)
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind < len(INTEGER_BYTES):
        size = INTEGER_BYTES[kind]
        return (int.from_bytes(_part(payload, at, size), signed=True) if size else None), at + size
    if kind == REAL:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if kind in (ZERO, ONE):
        return kind - ZERO, at
    if kind < FIRST_BLOB:
        raise ValueError(f"serial type {kind} is reserved")
    size = (kind - FIRST_BLOB) // 2
    part = _part(payload, at, size)
    return (part.decode() if kind % 2 else part), at + size


def _part(payload: bytes, at: int, size: int) -> bytes:
    part = payload[at : at + size]
    if len(part) != size:
        raise ValueError("the record ends early")
    return part


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(1, MAX_VARINT_BYTES + 1):
        byte = data[at]
        at += 1
        if count == MAX_VARINT_BYTES:
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the bit that says "more follows"
            break
    return value, at
