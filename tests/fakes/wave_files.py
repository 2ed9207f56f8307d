"""Wave files octet by octet, as good and bad recorders write them."""

import struct

import numpy as np

from tests.fakes.signals import RATE_HZ, Signal

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
# What follows the format's own tag in the subformat of WAVEFORMATEXTENSIBLE.
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def pcm(octets: int, *channels: Signal) -> bytes:
    """Return frames of signed integers of so many octets, full scale 1.0."""
    counts = np.rint(np.column_stack(channels) * 2 ** (8 * octets - 1)).astype("<i8")
    return counts.reshape(-1, 1).view(np.uint8)[:, :octets].tobytes()


def format_chunk(
    tag: int, bits: int, *, channels: int = 1, rate_hz: int = RATE_HZ, inside: int | None = None
) -> bytes:
    """Return a format chunk's content; inside is the tag within an extensible one."""
    octets = channels * bits // 8
    plain = struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * octets, octets, bits)
    if inside is None:
        return plain
    return plain + struct.pack("<HHIH", 22, bits, 0, inside) + GUID_TAIL


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(
    form: bytes,
    data: bytes,
    *,
    before: bytes = b"",
    after: bytes = b"",
    data_size: int | None = None,
    kind: bytes = b"RIFF",
) -> bytes:
    """Return a whole file; data_size is what it says instead of the truth."""
    told = len(data) if data_size is None else data_size
    body = b"WAVE" + before + chunk(b"fmt ", form) + b"data" + struct.pack("<I", told) + data
    return kind + struct.pack("<I", len(body) + len(after)) + body + after
