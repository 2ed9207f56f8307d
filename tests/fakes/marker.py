"""A sound that can be recognised wherever a copy of it turns up."""

import base64
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tests.fakes.signals import RATE_HZ

# A twentieth of a second of audio, or more, cannot be kept without one of these windows.
EVERY_SAMPLES = RATE_HZ // 20
WINDOW_SAMPLES = 12
BASE64_GROUP = 3


class Marker:
    """A second of noise that no chance repeats, 24 bits at the top of 32."""

    def __init__(self, seed: int = 20) -> None:
        noise = np.random.default_rng(seed).uniform(-0.2, 0.2, RATE_HZ)
        self.counts: NDArray[np.int32] = (np.rint(noise * 2**23) * 2**8).astype("<i4")

    def stereo(self) -> bytes:
        """Return it as the microphone delivers it, on the left channel."""
        return np.column_stack([self.counts, np.zeros_like(self.counts)]).astype("<i4").tobytes()

    def is_in(self, octets: bytes) -> bool:
        """Tell whether a stretch of it is there, however it is spelt."""
        return any(spelling in octets for spelling in self.spellings)

    @property
    def spellings(self) -> list[bytes]:
        """Return every window in every spelling that a program could have given it."""
        starts = range(0, RATE_HZ - WINDOW_SAMPLES, EVERY_SAMPLES)
        windows = (self.counts[start : start + WINDOW_SAMPLES] for start in starts)
        return [spelling for window in windows for spelling in spellings_of(window)]


def spellings_of(window: NDArray[np.int32]) -> Iterator[bytes]:
    silent = np.zeros_like(window)
    raw = [
        np.column_stack([window, silent]).astype("<i4").tobytes(),
        window.astype("<i4").tobytes(),
        window.astype(">i4").tobytes(),
        window.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes(),
        (window >> 16).astype("<i2").tobytes(),
        (window / 2**31).astype("<f4").tobytes(),
        (window / 2**31).astype("<f8").tobytes(),
        window.astype("<f8").tobytes(),
    ]
    yield from raw
    for octets in raw:
        yield octets.hex().encode()
        for skipped in range(BASE64_GROUP):
            whole = (len(octets) - skipped) // BASE64_GROUP * BASE64_GROUP
            yield base64.b64encode(octets[skipped : skipped + whole])
    yield ", ".join(str(count) for count in window.tolist()).encode()
