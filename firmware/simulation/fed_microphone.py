"""The real microphone path over a simulated sound: libasound, arecord, filters and all."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from firmware.sensors.base import Fault, SoundSecond
from firmware.sensors.microphone import Microphone
from firmware.simulation.audio_feed import AudioFeed
from monitor.runtime.clock import Clock


class FedMicrophone:
    """A SoundSource: a Microphone on an ALSA device that plays a room's level.

    Args:
        level: the A-weighted level at a wall time in ms, dB.
        clock: the real one; audio cannot be hurried.
        sensitivity_dbfs: of the microphone that is simulated.
        seed: draws the noise.
    """

    def __init__(
        self, level: Callable[[int], float], clock: Clock, *, sensitivity_dbfs: float, seed: int
    ) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="nightroom-audio-")
        self._feed = AudioFeed(
            directory=Path(self._directory.name),
            clock=clock,
            level=level,
            seed=seed,
            sensitivity_dbfs=sensitivity_dbfs,
        )
        self._microphone = Microphone(
            device=self._feed.device,
            sensitivity_dbfs=sensitivity_dbfs,
            clock=clock,
            environment=self._feed.environment,
        )

    def start(self) -> None:
        """Begin to play, then to listen."""
        self._feed.start()
        self._microphone.start()

    def drain(self) -> Sequence[SoundSecond | Fault]:
        """Return what the microphone heard."""
        return self._microphone.drain()

    def close(self) -> None:
        """Stop listening, then playing; nothing is left on disk."""
        self._microphone.close()
        self._feed.close()
        self._directory.cleanup()
