"""What a capture device delivers: encoding, rate, channels; and its bytes as samples."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from firmware.sound.arrays import RawSamples

# Judgement: ten blocks a second are prompt enough and cost no wake-ups worth counting.
PERIODS_PER_S: Final = 10
BYTES_PER_SAMPLE: Final = 4


class Encoding(Enum):
    """How ALSA spells a sample; the value is (octets it takes, octets that count, the low ones).

    Source: alsa-lib, snd_pcm_format_t; USB microphones have 16 or 24 bits, I2S ones 32.
    """

    S16_LE = (2, 2)
    S24_3LE = (3, 3)
    S24_LE = (4, 3)
    S32_LE = (4, 4)

    @property
    def octets(self) -> int:
        """Return how many octets a sample takes."""
        return self.value[0]

    def widened(self, octets: bytes) -> RawSamples:
        """Return samples at the top of 32 bits, full scale 2**31, shape (n,)."""
        if self is Encoding.S32_LE:
            return np.frombuffer(octets, dtype="<i4")
        taken, counting = self.value
        samples = np.frombuffer(octets, dtype=np.uint8).reshape(-1, taken)
        top = np.zeros((len(samples), BYTES_PER_SAMPLE), dtype=np.uint8)
        top[:, -counting:] = samples[:, :counting]
        return top.view("<i4")[:, 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFormat:
    """The one format in which a device is asked for its samples: its own, so none is altered."""

    encoding: Encoding = Encoding.S32_LE
    rate_hz: int = 48_000
    channels: int = 2

    @property
    def period_frames(self) -> int:
        """Return the frames of one period, a tenth of a second."""
        return self.rate_hz // PERIODS_PER_S

    @property
    def period_bytes(self) -> int:
        """Return the bytes of one period."""
        return self.period_frames * self.channels * self.encoding.octets

    def frames(self, interleaved: bytes) -> RawSamples:
        """Return whole frames as samples of full scale 2**31, shape (frames, channels)."""
        return self.encoding.widened(interleaved).reshape(-1, self.channels)


# Source: googlevoicehat-soundcard overlay, which delivers this and nothing else.
I2S_FORMAT: Final = CaptureFormat()
