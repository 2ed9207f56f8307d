"""Tell the holes that damage leaves from those that a power cut or skipped seqs leave. Pure."""

from firmware.holdings import Hole
from firmware.segment import BEGINNING, NAME, Scan, sealed_seq


def was_skipped(before: Scan, after: Scan, most: int) -> bool:
    """Tell whether nothing but the count of seqs explains what lies between two segments.

    What damage it was is told by the start that finds it; a hole that stays is no damage again.
    A last line that is gone without a trace cannot be told from one that was torn and cut off.

    Args:
        before: the segment that ends below the hole.
        after: the one that begins above it.
        most: how many records a segment may hold.
    """
    if before.torn or before.segment.lost_after or not before.segment.count:
        return False
    first, day = before.segment.first_seq, before.segment.day
    # A day has room in one segment: another is begun where the seq is not the next line's place.
    if after.segment.day == day or after.segment.first_seq == first + most:
        return True  # the latter behind one that could not be read, whatever it held
    is_one = before.segment.last_seq + 1 == after.segment.first_seq - 1
    return is_one and before.newest_boot != after.oldest_boot


def is_of_power_cut(torn: bytes) -> bool:
    """Tell whether a last line looks as if it had been begun, and only its end were missing."""
    is_begun = torn[: len(BEGINNING)] == BEGINNING[: len(torn)]
    return bool(torn) and is_begun and b"\0" not in torn and b"\xff" not in torn


def is_given_up(hole: Hole, given_up: list[Hole]) -> bool:
    """Tell whether a hole is what was given up, and told, when it could not be read."""
    return any(first <= hole[0] and hole[1] <= last for first, last in given_up)


def true_first(found: Scan, data: bytes, next_first: int | None) -> int | None:
    """Return where a segment begins by its lines, if its name says another number.

    Args:
        found: the segment as scanned behind those before it.
        data: its bytes.
        next_first: where the next one begins by its name, None if there is none.

    Returns:
        The seq of its first new line; 0 if all its intact lines are held already; None if nothing
        speaks against its name.
    """
    segment = found.segment
    first = segment.marks[0][0] if segment.count else None
    is_beyond = first is not None and next_first is not None and first >= next_first
    if first is not None:
        return first if is_beyond or not 1 <= segment.first_seq <= first else None
    own = _own_seqs(segment.path.name, data)
    if not own:
        return None
    return own[0] if own[-1] < segment.first_seq else 0


def _own_seqs(name: str, data: bytes) -> list[int]:
    match = NAME.fullmatch(name)
    sealed = map(sealed_seq, data.split(b"\n")[:-1])
    return [one[1] for one in sealed if one and match and one[0] == match["stream"]]
