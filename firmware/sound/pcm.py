"""Bytes of PCM to samples: what arecord writes, and what a wave file holds."""

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from firmware.sound.arrays import INT32_FULL_SCALE, RawSamples, Samples
from firmware.sound.capture import I2S_FORMAT, CaptureFormat, Encoding
from firmware.sound.errors import WaveError

# Judgement: a second shows which channel the microphone is on, its wake-up included.
CHOICE_S: Final = 1
WAVE_ENCODINGS: Final = {16: Encoding.S16_LE, 24: Encoding.S24_3LE, 32: Encoding.S32_LE}


def _power(samples: RawSamples) -> float:
    # About the mean: an open data line sits at a constant, which is not loud.
    return float(np.var(samples.astype(np.float64)))


class LouderChannel:
    """Picks, once and for the whole stream, the loudest of its channels.

    A MEMS microphone fills the one its SEL pin says; the other is silent or noise. Of a
    single channel there is nothing to choose.

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
        self.chosen = powers.index(max(powers))
        return everything[:, self.chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFile:
    """What a wave file says of itself."""

    path: Path
    rate_hz: int
    channels: int
    bits: int

    @classmethod
    def open(cls, path: Path) -> "WaveFile":
        """Read a wave file's header.

        Raises:
            WaveError: it is no PCM wave file of 16, 24 or 32 bits, or cannot be read.
        """
        try:
            with wave.open(str(path), "rb") as file:
                rate_hz, channels = file.getframerate(), file.getnchannels()
                bits = 8 * file.getsampwidth()
        except (OSError, EOFError, wave.Error) as error:
            raise WaveError(f"{path}: not a PCM wave file that can be read: {error}") from error
        if bits not in WAVE_ENCODINGS:
            raise WaveError(f"{path}: {bits} bits; convert it to 16, 24 or 32 bits")
        return cls(path=path, rate_hz=rate_hz, channels=channels, bits=bits)

    def seconds(self, channel: int) -> Iterator[Samples]:
        """Yield a channel (from 0) second by second, full scale 1.0; the last is shorter.

        Raises:
            WaveError: there is no such channel.
        """
        if not 0 <= channel < self.channels:
            raise WaveError(f"{self.path}: no channel {channel + 1}, it has {self.channels}")
        with wave.open(str(self.path), "rb") as file:
            while frames := file.readframes(self.rate_hz):
                yield self._decode(frames, channel)

    def _decode(self, frames: bytes, channel: int) -> Samples:
        interleaved = WAVE_ENCODINGS[self.bits].widened(frames).reshape(-1, self.channels)
        return interleaved[:, channel] / INT32_FULL_SCALE
