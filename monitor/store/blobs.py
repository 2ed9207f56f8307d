"""The lists inside a minute as compact cells: flags, noise events, marks."""

import struct
from typing import Final

from monitor.contract.quantities import DURATION, OFFSET, SOUND_LEVEL
from monitor.contract.record import EventKind, Flag, Mark, MarkKind, SoundEvent

Flags = tuple[Flag, ...]

# Start and duration in ms, four levels in 0.01 dB, kind; 17 bytes an event.
EVENT: Final = struct.Struct("<ii4hB")
# Instant in ms, kind; 9 bytes a mark.
MARK: Final = struct.Struct("<qB")
# Positions are stored: only ever add at the end.
EVENT_KINDS: Final = (EventKind.COUNTED, EventKind.LONG, EventKind.BRIEF_NEAR)
MARK_KINDS: Final = (
    MarkKind.AWAKE,
    MarkKind.JERK,
    MarkKind.NOTE,
    MarkKind.LIGHTS_OUT,
    MarkKind.GET_UP,
)
NO_FLAGS: Final[tuple[Flags, Flags, Flags]] = ((), (), ())


def pack_flags(climate: Flags, light: Flags, sound: Flags) -> str | None:
    """Return the flags of the three parts as words, None where there are none.

    >>> pack_flags((), (Flag.SATURATED, Flag.IR_DOMINATED), ())
    '/saturated ir_dominated/'
    """
    if not (climate or light or sound):
        return None
    return "/".join(" ".join(flags) for flags in (climate, light, sound))


def unpack_flags(cell: str | None) -> tuple[Flags, Flags, Flags]:
    """Return the flags of climate, light and sound; the inverse of pack_flags."""
    if cell is None:
        return NO_FLAGS
    climate, light, sound = (
        tuple(Flag(word) for word in words.split()) for words in cell.split("/")
    )
    return climate, light, sound


def pack_events(events: tuple[SoundEvent, ...]) -> bytes | None:
    """Return noise events as one blob, None where there are none.

    Raises:
        struct.error: a number does not fit; the record is then kept whole.
    """
    if not events:
        return None
    return b"".join(
        EVENT.pack(
            OFFSET.scaled(event.start_offset_s),
            DURATION.scaled(event.duration_s),
            SOUND_LEVEL.scaled(event.lafmax_db),
            SOUND_LEVEL.scaled(event.lasmax_db),
            SOUND_LEVEL.scaled(event.lae_db),
            SOUND_LEVEL.scaled(event.background_db),
            EVENT_KINDS.index(event.kind),
        )
        for event in events
    )


def unpack_events(cell: bytes | None) -> tuple[SoundEvent, ...]:
    """Return the noise events of a blob; the inverse of pack_events."""
    if cell is None:
        return ()
    return tuple(
        SoundEvent(
            start_offset_s=OFFSET.unscaled(start),
            duration_s=DURATION.unscaled(duration),
            lafmax_db=SOUND_LEVEL.unscaled(lafmax),
            lasmax_db=SOUND_LEVEL.unscaled(lasmax),
            lae_db=SOUND_LEVEL.unscaled(lae),
            background_db=SOUND_LEVEL.unscaled(background),
            kind=EVENT_KINDS[kind],
        )
        for start, duration, lafmax, lasmax, lae, background, kind in EVENT.iter_unpack(cell)
    )


def pack_marks(marks: tuple[Mark, ...]) -> bytes | None:
    """Return button marks as one blob, None where there are none.

    Raises:
        struct.error: an instant does not fit; the record is then kept whole.
    """
    if not marks:
        return None
    return b"".join(MARK.pack(mark.at_ms, MARK_KINDS.index(mark.kind)) for mark in marks)


def unpack_marks(cell: bytes | None) -> tuple[Mark, ...]:
    """Return the marks of a blob; the inverse of pack_marks."""
    if cell is None:
        return ()
    return tuple(Mark(at_ms=at_ms, kind=MARK_KINDS[kind]) for at_ms, kind in MARK.iter_unpack(cell))


def unsigned_crc(cell: int) -> int:
    """Return a CRC-32 from its cell, which is signed to take four bytes."""
    return cell & 0xFFFF_FFFF


def signed_crc(crc: int) -> int:
    """Return a CRC-32 as its cell."""
    return crc - (1 << 32) if crc >> 31 else crc
