"""The microphone: arecord's bytes in, one set of levels a second out.

No audio is kept, written or sent: a thread moves bytes to levels and levels to a queue.
"""

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from firmware.sensors.arecord import Arecord
from firmware.sensors.base import Fault, SoundSecond
from firmware.sound.capture import I2S_FORMAT, CaptureFormat
from firmware.sound.levels import LevelMeter, SecondLevels, full_scale_db
from firmware.sound.pcm import LouderChannel
from firmware.sound.timeline import Timeline
from firmware.sound.weighting import Curve
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.runtime.sampled import SampledLog

log = logging.getLogger(__name__)

# Judgement: what a daemon that does not drain for ten minutes would lose is lost anyway.
QUEUE_LENGTH: Final = 600
# Judgement: a cable touched comes back in a second; a missing part is asked once a minute.
FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 60.0
# A run as long as this was no failed start: the next failure waits FIRST_RETRY_S again.
GOOD_RUN_PERIODS: Final = 600
# Judgement: ten times the longest that ALSA's buffer takes to fill.
STALL_S: Final = 5.0
# Judgement: the thread ends with its child; longer means that the driver hangs.
JOIN_S: Final = 5.0


class Microphone:
    """A SoundSource on an ALSA capture device.

    The first period of every run is discarded, then a second settles the filters.

    Args:
        device: ALSA device, e.g. hw:CARD=sndrpigooglevoi.
        sensitivity_dbfs: output at 94 dB and 1 kHz, from the data sheet or a calibrator.
        capture: what the device delivers.
        clock: dates the seconds, measures stalls, waits between runs.
        environment: variables for the child on top of this process's own.
        correction: the microphone's correction curve (frequency in Hz, dB to add).
        program: what to run as arecord.
    """

    def __init__(
        self,
        *,
        device: str,
        sensitivity_dbfs: float,
        clock: Clock,
        capture: CaptureFormat = I2S_FORMAT,
        environment: Mapping[str, str] | None = None,
        correction: Curve = (),
        program: Sequence[str] = ("arecord",),
    ) -> None:
        self.overruns = 0
        self._device = device
        self._full_scale_db = full_scale_db(sensitivity_dbfs)
        self._clock = clock
        self._losses = SampledLog(log, clock)
        self._capture = capture
        self._environment = environment or {}
        self._correction = correction
        self._program = program
        self._results: deque[SoundSecond | Fault] = deque(maxlen=QUEUE_LENGTH)
        self._stop = threading.Event()
        self._child: Arecord | None = None
        self._heard_at_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    def start(self) -> None:
        """Begin capturing; returns at once."""
        self._thread.start()

    def drain(self) -> list[SoundSecond | Fault]:
        """Return the seconds completed since the last call, and faults that happened."""
        self._look_for_a_stall()
        # Only this thread takes from the left, so what has been counted is there.
        return [self._results.popleft() for _ in range(len(self._results))]

    def close(self) -> None:
        """Stop capturing and reap the child, within JOIN_S."""
        self._stop.set()
        child = self._child
        if child is not None:
            child.kill()
        if self._thread.ident is not None:
            self._thread.join(JOIN_S)

    def _look_for_a_stall(self) -> None:
        child, heard_at_s = self._child, self._heard_at_s
        if child is None or heard_at_s is None:
            return
        silent_s = self._clock.monotonic_s() - heard_at_s
        if silent_s > STALL_S:
            self._heard_at_s = self._clock.monotonic_s()
            self._results.append(
                Fault(
                    flag=Flag.NO_REPLY,
                    message=f"microphone {self._device}: no audio for {silent_s:.0f} s;"
                    " arecord is started again",
                )
            )
            child.kill()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            periods = self._record()
            failures = 0 if periods >= GOOD_RUN_PERIODS else failures
            delay_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2**failures)
            failures += 1
            self._clock.wait(delay_s, self._stop)

    def _record(self) -> int:
        """Record until the child ends, return how many periods it gave."""
        try:
            child = Arecord(
                device=self._device,
                capture=self._capture,
                environment=self._environment,
                program=self._program,
            )
        except OSError as error:
            self._fail(Flag.NO_REPLY, f"{self._program[0]} cannot be run ({error.strerror})")
            return 0
        self._heard_at_s = self._clock.monotonic_s()
        self._child = child
        periods, defect = 0, ""
        try:
            periods = self._measure(child)
        except Exception as error:
            # The outermost loop of this thread: a defect of ours must not deafen a night.
            log.debug(line("microphone raised", device=self._device), exc_info=True)
            defect = f"its sound cannot be measured ({type(error).__name__}: {error})"
        self._child = None
        status = child.close()
        if defect:
            self._fail(Flag.FAULT, defect)
        elif not self._stop.is_set():
            ended = "hangs in its driver" if status is None else f"ended with status {status}"
            flag = Flag.FAULT if periods else Flag.NO_REPLY
            self._fail(flag, f"arecord {ended}: {child.last_words or 'it said nothing'}")
        return periods

    def _measure(self, child: Arecord) -> int:
        meter = LevelMeter(
            full_scale_db=self._full_scale_db,
            rate_hz=self._capture.rate_hz,
            correction=self._correction,
        )
        listener = _Listener(meter, self._capture, self._device)
        periods = counted = 0
        # close() may have looked for the child just before there was one: so ask first.
        while not self._stop.is_set() and (period := child.period()) is not None:
            self._heard_at_s = self._clock.monotonic_s()
            if child.overruns > counted:
                self.overruns += child.overruns - counted
                counted = child.overruns
                self._losses.warn("audio frames lost", f"overruns={self.overruns}")
            periods += 1
            if periods > 1:  # the first holds the click of the converter's start
                self._results.extend(listener.hear(period, child.overruns, self._clock.now_ms()))
        return periods

    def _fail(self, flag: Flag, what: str) -> None:
        message = f"microphone {self._device}: {what}; check `arecord -l` and the wiring"
        self._results.append(Fault(flag=flag, message=message))


class _Listener:
    """Bytes to dated seconds, for one run of the child. Full of state, free of waiting."""

    def __init__(self, meter: LevelMeter, capture: CaptureFormat, device: str) -> None:
        self.overruns = 0
        self._device = device
        self._period_frames = capture.period_frames
        self._channel = LouderChannel(capture)
        self._timeline = Timeline(rate_hz=capture.rate_hz)
        self._meter = meter
        self._lost = False

    def hear(self, period: bytes, overruns: int, now_ms: int) -> list[SoundSecond | Fault]:
        if overruns > self.overruns:
            self.overruns = overruns
            self._lost = True
            self._timeline.lose()
        self._timeline.arrived(self._period_frames, now_ms)
        levels = self._meter.feed(self._channel.samples(period))
        return [self._second(second) for second in levels]

    def _second(self, levels: SecondLevels) -> SoundSecond | Fault:
        flags = [Flag.OVERLOAD] * levels.overload + [Flag.XRUN] * self._lost
        self._lost = False
        if levels.still:
            message = (
                f"microphone {self._device}: every sample of a second is the same;"
                " check its data line (DOUT), its supply and SEL"
            )
            return Fault(flag=Flag.SILENT, message=message)
        return SoundSecond(
            end_ms=round(self._timeline.wall_ms(levels.end_sample)),
            laeq_db=levels.laeq_db,
            lafmax_db=levels.lafmax_db,
            lasmax_db=levels.lasmax_db,
            lceq_db=levels.lceq_db,
            flags=tuple(flags),
        )
