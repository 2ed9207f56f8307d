"""The arecord child: raw audio from ALSA in whole periods; it counts its overruns."""

import os
import selectors
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO, Final, cast

from firmware.sound.capture import CaptureFormat

# Judgement: half a second in ALSA and 2.7 s in the pipe outlast any pause of the daemon.
BUFFER_PERIODS: Final = 5
PIPE_BYTES: Final = 1 << 20
# Judgement: a killed process is gone in milliseconds unless its driver hangs.
REAP_S: Final = 2.0
# Source: alsa-utils, aplay.c, what it prints after losing frames of a capture, in English.
OVERRUN: Final = b"overrun"
READ_BYTES: Final = 4096


class Arecord:
    """One run of arecord. One thread reads and closes; any thread may kill.

    Args:
        device: ALSA device, e.g. hw:CARD=sndrpigooglevoi.
        capture: what it is asked for.
        environment: variables set for the child on top of this process's own.
        program: what to run as arecord.

    Raises:
        OSError: the program is not there or no process can be made.
    """

    def __init__(
        self,
        *,
        device: str,
        capture: CaptureFormat,
        environment: Mapping[str, str],
        program: Sequence[str],
    ) -> None:
        self.overruns = 0
        self._period_bytes = capture.period_bytes
        self.last_words = ""
        self._partial_line = b""
        self._child = subprocess.Popen(  # noqa: S603 - the program is ours, and no shell reads it
            [*program, *_options(device, capture)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pipesize=PIPE_BYTES,
            env={**os.environ, **environment, "LC_ALL": "C"},
        )
        self._audio = cast("IO[bytes]", self._child.stdout)
        self._words = cast("IO[bytes]", self._child.stderr)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._audio, selectors.EVENT_READ)
        self._selector.register(self._words, selectors.EVENT_READ)

    def period(self) -> bytes | None:
        """Wait for a whole period; None when the output has ended."""
        period = bytearray()
        while len(period) < self._period_bytes:
            for key, _ in self._selector.select():
                if key.fileobj is self._words:
                    self._hear()
                    continue
                part = os.read(key.fd, self._period_bytes - len(period))
                if not part:
                    return None
                period += part
        return bytes(period)

    def kill(self) -> None:
        """Make the output end, whatever the child is at; it holds nothing worth saving."""
        self._child.kill()

    def close(self) -> int | None:
        """Reap the child within REAP_S, return its status; None: it hangs in its driver."""
        self._child.kill()
        try:
            status = self._child.wait(REAP_S)
        except subprocess.TimeoutExpired:
            status = None
        self._selector.unregister(self._audio)
        while self._selector.get_map() and self._selector.select(0):
            self._hear()
        self._selector.close()
        self._audio.close()
        self._words.close()
        return status

    def _hear(self) -> None:
        heard = os.read(self._words.fileno(), READ_BYTES)
        if not heard:
            self._selector.unregister(self._words)
        *lines, rest = (self._partial_line + heard).split(b"\n")
        self._partial_line = rest[-READ_BYTES:]
        for line in filter(None, lines):
            self.overruns += OVERRUN in line
            self.last_words = line.decode("utf-8", "replace")


def _options(device: str, capture: CaptureFormat) -> tuple[str, ...]:
    frames = capture.period_frames
    return (
        *("-q", "-D", device, "-t", "raw", "-f", capture.encoding.name),
        *("-c", str(capture.channels), "-r", str(capture.rate_hz)),
        *(f"--period-size={frames}", f"--buffer-size={BUFFER_PERIODS * frames}", "-"),
    )
