"""An ALSA capture device without a sound card: real libasound, real arecord, a FIFO.

The device is ALSA's null plugin, whose silence its file plugin replaces by what is read
from a FIFO. What a reader meets there is what a microphone would have given it.
"""

import fcntl
import os
import struct
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from firmware.sound.capture import I2S_FORMAT, PERIODS_PER_S, CaptureFormat
from firmware.sound.levels import full_scale_db
from firmware.sound.noise import Colour, NoiseFeed
from monitor.runtime.clock import Clock

PERIOD_S: Final = 1 / PERIODS_PER_S
# Source: fcntl(2) and pipe(7), the largest pipe that needs no privilege.
PIPE_BYTES: Final = 1 << 20
# Judgement: a reader that is further behind is not reading; a sound card would drop too.
LIVE_BACKLOG_PERIODS: Final = 4
# Pages of a pipe may be part empty, so only half of it is counted on.
FAST_BACKLOG_BYTES: Final = PIPE_BYTES // 2
# Judgement: after such a pause the lost time is not made up for.
RESUME_S: Final = 1.0
# Judgement: arecord is there within a second, also on the smallest board.
PATIENCE_S: Final = 10.0
JOIN_S: Final = 2.0
DEVICE: Final = "bedroom"


class AudioFeed:
    """Plays a bedroom into an ALSA device of its own.

    Args:
        directory: where the FIFO and the ALSA configuration are made; it must exist, and
            its path hold no space or colon.
        clock: paces the sound and tells `level` the time.
        level: the A-weighted level wanted at a wall time in ms, dB; None plays nothing
            but what play() is given.
        seed: draws the noise; the same seed gives the same samples.
        sensitivity_dbfs: of the microphone that is simulated.
        colour: of the noise.
        capture: the format that the device is asked for; noise is made for the default one.

    Raises:
        ValueError: libasound would not understand the directory's path.
    """

    def __init__(
        self,
        *,
        directory: Path,
        clock: Clock,
        level: Callable[[int], float] | None = None,
        seed: int = 0,
        sensitivity_dbfs: float = -26.0,
        colour: Colour = Colour.PINK,
        capture: CaptureFormat = I2S_FORMAT,
    ) -> None:
        # Source: libasound splits ALSA_CONFIG_PATH there and knows no quotes.
        if {" ", ":"} & set(str(directory)):
            raise ValueError(f"audio feed: {directory}: choose a path without space or colon")
        self.dropped_periods = 0
        self._fifo = directory / "microphone.fifo"
        self._config = directory / "microphone.asoundrc"
        self._clock = clock
        self._level = level
        self._noise = NoiseFeed(
            full_scale_db=full_scale_db(sensitivity_dbfs),
            frames=I2S_FORMAT.period_frames,
            colour=colour,
            rate_hz=I2S_FORMAT.rate_hz,
            seed=seed,
        )
        # The file plugin takes one read for one period: every write must be exactly that long.
        self._period_bytes = capture.period_bytes
        self._fd: int | None = None
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._play_levels, name="audio-feed", daemon=True)

    @property
    def device(self) -> str:
        """Return the device for arecord -D."""
        return DEVICE

    @property
    def environment(self) -> dict[str, str]:
        """Return what arecord's environment must say to find the device."""
        return {"ALSA_CONFIG_PATH": str(self._config)}

    def start(self) -> None:
        """Make the device and begin to play; returns at once.

        Raises:
            OSError: the directory cannot hold a FIFO, or the pipe cannot be enlarged.
        """
        self._fifo.unlink(missing_ok=True)
        os.mkfifo(self._fifo, 0o600)
        self._config.write_text(_asoundrc(self._fifo), encoding="utf-8")
        # O_RDWR: opening waits for no reader, and a reader's end never breaks the pipe.
        self._fd = os.open(self._fifo, os.O_RDWR | os.O_CLOEXEC)
        fcntl.fcntl(self._fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        if self._level is not None:
            self._thread.start()

    def play(self, pcm: bytes, *, speed_ratio: float = 20.0) -> None:
        """Play frames instead of the noise; returns when all of them are in the pipe.

        The last period is filled up with silence. Returns early when the feed is closed.

        Raises:
            TimeoutError: nobody reads the device, for PATIENCE_S.
        """
        with self._turn:
            start_s = self._clock.monotonic_s()
            for index, start in enumerate(range(0, len(pcm), self._period_bytes)):
                due_s = start_s + index * PERIOD_S / speed_ratio
                self._clock.wait(due_s - self._clock.monotonic_s(), self._stop)
                self._await_reader(PERIOD_S / speed_ratio)
                if self._stop.is_set():
                    return
                period = pcm[start : start + self._period_bytes]
                self._write(period.ljust(self._period_bytes, b"\0"))

    def close(self) -> None:
        """Stop playing and remove the device. Close its readers first.

        At the end of the FIFO the file plugin repeats the last period as fast as it can.
        """
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(JOIN_S)
        if self._fd is not None:
            with self._turn:
                os.close(self._fd)
                self._fd = None
        self._fifo.unlink(missing_ok=True)
        self._config.unlink(missing_ok=True)

    def _play_levels(self) -> None:
        due_s = self._clock.monotonic_s()
        while not self._clock.wait(due_s - self._clock.monotonic_s(), self._stop):
            self._play_period()
            due_s += PERIOD_S
            if self._clock.monotonic_s() - due_s > RESUME_S:
                due_s = self._clock.monotonic_s()

    def _play_period(self) -> None:
        level = self._level
        if level is None or not self._turn.acquire(blocking=False):
            return  # play() has the device
        try:
            block = self._noise.block(level(self._clock.now_ms()))
            if self._backlog() > LIVE_BACKLOG_PERIODS * self._period_bytes:
                self.dropped_periods += 1
            else:
                self._write(block)
        finally:
            self._turn.release()

    def _await_reader(self, step_s: float) -> None:
        give_up_s = self._clock.monotonic_s() + PATIENCE_S
        while self._backlog() > FAST_BACKLOG_BYTES and not self._clock.wait(step_s, self._stop):
            if self._clock.monotonic_s() > give_up_s:
                raise TimeoutError(f"nobody reads {self._fifo}; is arecord running?")

    def _backlog(self) -> int:
        """Return how many bytes wait in the pipe."""
        answer = fcntl.ioctl(self._open_fd(), termios.FIONREAD, b"\0" * 4)
        return int(struct.unpack("i", answer)[0])

    def _write(self, period: bytes) -> None:
        # There is room for it, so the write is whole and does not wait.
        os.write(self._open_fd(), period)

    def _open_fd(self) -> int:
        if self._fd is None:
            raise ValueError("the audio feed is not started")
        return self._fd


def _asoundrc(fifo: Path) -> str:
    quoted = str(fifo).replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
pcm.{DEVICE} {{
    type file
    slave.pcm {{ type null }}
    file "/dev/null"
    infile "{quoted}"
    format raw
}}
"""
