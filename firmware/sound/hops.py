"""Blocks of any size in, blocks of one size out."""

from collections.abc import Iterator

import numpy as np

from firmware.sound.arrays import Samples


class Hops:
    """Cuts a stream into hops of one size.

    State carried over: the samples of the hop that is not complete yet, fewer than size.

    Args:
        size: samples in each hop.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._partial = np.empty(size)
        self._filled = 0

    def split(self, block: Samples) -> Iterator[Samples]:
        """Yield every hop that block completes, float64, shape (size,).

        A hop is valid until the next one is asked for; run the iterator to its end, for
        what it has not reached is not kept.
        """
        position = 0
        if self._filled:
            position = min(block.size, self._size - self._filled)
            self._partial[self._filled : self._filled + position] = block[:position]
            self._filled += position
            if self._filled < self._size:
                return
            yield self._partial
        while block.size - position >= self._size:
            # Whole hops go through as views: a second of audio is not copied twice.
            yield block[position : position + self._size]
            position += self._size
        self._filled = block.size - position
        self._partial[: self._filled] = block[position:]

    def rest(self) -> Samples:
        """Return the samples of the incomplete hop, fewer than size; they stay in it."""
        return self._partial[: self._filled]
