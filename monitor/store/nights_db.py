"""What nights.db is: its schema, and the outline of a night that a year is read by."""

import zlib
from typing import Final

from msgspec.structs import replace

from monitor.contract.codec import encode
from monitor.score.result import NightScore
from monitor.store.database import Schema, packaged_steps

# Judgement: "NRni" in ASCII; only has to differ from every other SQLite user's id.
NIGHTS_APPLICATION_ID: Final = 0x4E526E69
NIGHTS_FILE: Final = "nights.db"
CRC_BYTES: Final = 4


def nights_schema() -> Schema:
    """Return the schema of nights.db with its packaged steps."""
    return Schema(
        name=NIGHTS_FILE,
        application_id=NIGHTS_APPLICATION_ID,
        writer_unit="nightroom-monitor",
        steps=packaged_steps("nights"),
    )


def sealed(score: NightScore) -> bytes:
    """Return a score as it is kept: its CRC-32 in four bytes, then JSON."""
    return sealed_bytes(encode(score))


def sealed_bytes(written: bytes) -> bytes:
    """Return bytes behind their CRC-32."""
    return zlib.crc32(written).to_bytes(CRC_BYTES) + written


def unsealed(kept: bytes) -> bytes:
    """Return the JSON of a kept score.

    Raises:
        ValueError: the bytes have changed.
    """
    if not is_sound(kept):
        raise ValueError("its CRC is wrong")
    return kept[CRC_BYTES:]


def is_sound(kept: bytes | None) -> bool:
    """Tell whether a kept score is there and as it was written."""
    return kept is not None and zlib.crc32(kept[CRC_BYTES:]).to_bytes(CRC_BYTES) == kept[:CRC_BYTES]


def outline_of(score: NightScore) -> NightScore:
    """Return the score without what only a night's own page shows."""
    return replace(score, minute_costs={}, spans=(), sentences=())
