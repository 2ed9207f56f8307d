"""Which of its channels a capture device has its microphone on."""

from typing import Final

import numpy as np

from firmware.sound.arrays import RawSamples
from firmware.sound.capture import I2S_FORMAT, CaptureFormat

# Judgement: a second shows which channel the microphone is on, its wake-up included.
CHOICE_S: Final = 1


def _power(samples: RawSamples) -> float:
    # About the mean: an open data line sits at a constant, which is not loud.
    return float(np.var(samples.astype(np.float64)))


class LouderChannel:
    """Picks, once and for the whole stream, the loudest of its channels.

    A MEMS microphone fills the one its SEL pin says; the other is silent or noise. Of a
    single channel there is nothing to choose, nor of channels that all stand still: then
    the next CHOICE_S decides.

    State carried over: until the choice is made, all of the stream; then the choice.

    Args:
        capture: how the bytes are to be read.
    """

    def __init__(self, capture: CaptureFormat = I2S_FORMAT) -> None:
        self._capture = capture
        self._wanted_frames = CHOICE_S * capture.rate_hz
        self._held: list[RawSamples] = []
        self.chosen: int | None = 0 if capture.channels == 1 else None

    def samples(self, interleaved: bytes) -> RawSamples:
        """Return the chosen channel of whole frames, shape (frames,).

        Empty until CHOICE_S of frames are in, and then all of them at once.
        """
        frames = self._capture.frames(interleaved)
        if self.chosen is not None:
            return frames[:, self.chosen]
        self._held.append(frames)
        if sum(len(held) for held in self._held) < self._wanted_frames:
            return frames[:0, 0]
        everything = np.concatenate(self._held)
        self._held = []
        powers = [_power(channel) for channel in everything.T]
        loudest = powers.index(max(powers))
        if powers[loudest] > 0:
            self.chosen = loudest
        return everything[:, loudest]
