"""Pure: tells whether anything that a score is made of has changed."""

import hashlib
from collections.abc import Sequence

from monitor.contract.codec import encode
from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import Window


def hash_of(
    minutes: Sequence[Minute], window: Window, household: Household, score_model_version: int
) -> str:
    """Return 32 hex digits that differ whenever anything a score is made of differs."""
    digest = hashlib.sha256(f"{score_model_version}".encode())
    for part in (window, household, *minutes):
        digest.update(encode(part))
    return digest.hexdigest()[:32]
