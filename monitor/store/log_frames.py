"""How much of a write-ahead log SQLite leaves out because a frame before it has changed. Pure.

Source: https://www.sqlite.org/fileformat2.html, sections 4.1 (header, frames) and 4.2
(checksum): each frame's covers all frames before it, so one changed bit hides the rest.
"""

import struct
from collections import Counter
from typing import Final

from monitor.store.database import PAGE_BYTES
from monitor.store.pages import FRAME_HEADER_BYTES, WAL_HEADER_BYTES

BIG_ENDIAN: Final = 0x377F0683
LITTLE_ENDIAN: Final = 0x377F0682
WORD: Final = 0xFFFF_FFFF
FRAME_HEADER: Final = ">6I"

Sums = tuple[int, int]


def hidden_commits(log: bytes) -> int:
    """Return how many commits stand behind the first frame that is not as it was written.

    A power cut leaves one at most, which nobody was told of.
    """
    if len(log) < WAL_HEADER_BYTES + FRAME_HEADER_BYTES:
        return 0
    magic, _, page_bytes, _, *salts, first, second = struct.unpack(">8I", log[:WAL_HEADER_BYTES])
    order = "<" if magic == LITTLE_ENDIAN else ">"
    sums = _summed(log[: WAL_HEADER_BYTES - 8], (0, 0), order)
    if magic not in (BIG_ENDIAN, LITTLE_ENDIAN) or sums != (first, second):
        return _commits_of_one_kind(log)
    hidden, is_seen = 0, True
    step = FRAME_HEADER_BYTES + page_bytes
    for at in range(WAL_HEADER_BYTES, len(log) - step + 1, step):
        _, commit, *its_salts, first, second = struct.unpack_from(FRAME_HEADER, log, at)
        if its_salts != salts:
            is_seen = False  # of before the log last began anew, or changed
            continue
        if is_seen:
            sums = _summed(log[at : at + 8], sums, order)
            sums = _summed(log[at + FRAME_HEADER_BYTES : at + step], sums, order)
            is_seen = sums == (first, second)
        hidden += not is_seen and commit != 0
    return hidden


def _commits_of_one_kind(log: bytes) -> int:
    """Return how many commits bear the same salts, of the salts that most do.

    Of a log whose header has changed SQLite sees nothing, and nothing else says which frames
    are of before it last began anew.
    """
    step = FRAME_HEADER_BYTES + PAGE_BYTES
    kinds: Counter[tuple[int, int]] = Counter()
    for at in range(WAL_HEADER_BYTES, len(log) - step + 1, step):
        _, commit, *salts, _, _ = struct.unpack_from(FRAME_HEADER, log, at)
        kinds[salts[0], salts[1]] += commit != 0
    return max(kinds.values(), default=0)


def _summed(content: bytes, sums: Sums, order: str) -> Sums:
    first, second = sums
    for one, two in struct.iter_unpack(f"{order}2I", content):
        first = (first + one + second) & WORD
        second = (second + two + first) & WORD
    return first, second
