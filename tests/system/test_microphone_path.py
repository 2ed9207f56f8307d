"""The whole path of sound: samples, FIFO, libasound, arecord, levels."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from firmware.sensors.base import Fault, SoundSecond
from firmware.sensors.microphone import Microphone
from firmware.simulation.audio_feed import AudioFeed
from firmware.sound.capture import I2S_FORMAT, CaptureFormat, Encoding
from monitor.contract.record import Flag
from monitor.runtime.clock import RealClock
from tests.fakes.arecord import eventually
from tests.fakes.signals import encoded, s32_stereo, silence, tone


class Bedroom:
    """A feed, a microphone on it, and what it has heard."""

    def __init__(
        self, directory: Path, level: Callable[[int], float] | None, capture: CaptureFormat
    ) -> None:
        clock = RealClock()
        self._directory, self._level, self._capture = directory, level, capture
        self.plug_in()
        self.microphone = Microphone(
            device=self.feed.device,
            environment=self.feed.environment,
            sensitivity_dbfs=-26.0,
            clock=clock,
            capture=capture,
        )
        self.microphone.start()
        self.heard: list[SoundSecond | Fault] = []

    def plug_in(self) -> None:
        self.feed = AudioFeed(
            directory=self._directory,
            clock=RealClock(),
            level=self._level,
            capture=self._capture,
        )
        self.feed.start()

    def hears_fault(self, flag: Flag) -> bool:
        def said() -> bool:
            self.heard.extend(self.microphone.drain())
            return any(isinstance(one, Fault) and one.flag is flag for one in self.heard)

        return eventually(said)

    def hears(self, count: int) -> bool:
        def enough() -> bool:
            self.heard.extend(self.microphone.drain())
            return len(self.heard) >= count

        return eventually(enough, within_s=20.0)

    def laeq_db(self) -> list[float]:
        return [second.laeq_db for second in self.heard if isinstance(second, SoundSecond)]


@contextmanager
def bedroom(
    directory: Path,
    level: Callable[[int], float] | None = None,
    capture: CaptureFormat = I2S_FORMAT,
) -> Iterator[Bedroom]:
    room = Bedroom(directory, level, capture)
    try:
        yield room
    finally:
        room.microphone.close()
        room.feed.close()


@pytest.mark.parametrize("level_db", [28.0, 61.0])
def test_the_level_that_is_played_is_the_level_that_is_heard(
    tmp_path: Path, level_db: float
) -> None:
    with bedroom(tmp_path, lambda _at_ms: level_db) as room:
        assert room.hears(2)
    assert room.laeq_db() == pytest.approx([level_db] * len(room.laeq_db()), abs=0.3)


def test_given_samples_are_heard_second_by_second_much_faster_than_they_sound(
    tmp_path: Path,
) -> None:
    # 0.1 s are discarded, a second settles; amplitude 1e-3 is 60 dB below a 120 dB sine.
    # Upwards only: a loud sound that stops at once would ring on in the next second.
    amplitudes = (1e-4, 1e-4, 1e-3, 1e-2)
    sound = np.concatenate(
        [tone(1000.0, 0.1, 1e-4), *(tone(1000.0, 1.0, amplitude) for amplitude in amplitudes)]
    )
    with bedroom(tmp_path) as room:
        room.feed.play(s32_stereo(silence(4.1), sound), speed_ratio=20.0)
        assert room.hears(3)
    assert room.laeq_db() == pytest.approx([40.0, 60.0, 80.0], abs=0.3)
    assert room.microphone.overruns == 0


@pytest.mark.parametrize(
    ("encoding", "rate_hz", "channels"),
    [
        (Encoding.S16_LE, 44_100, 2),
        (Encoding.S24_3LE, 44_100, 1),
        (Encoding.S24_3LE, 48_000, 2),
        (Encoding.S24_LE, 48_000, 1),
    ],
)
def test_a_usb_microphone_is_heard_in_its_own_format(
    tmp_path: Path, encoding: Encoding, rate_hz: int, channels: int
) -> None:
    capture = CaptureFormat(encoding=encoding, rate_hz=rate_hz, channels=channels)
    sounds = [tone(1000.0, 3.1, amplitude, rate_hz=rate_hz) for amplitude in (1e-4, 1e-3)]
    with bedroom(tmp_path, capture=capture) as room:
        room.feed.play(encoded(encoding, *sounds[-channels:]), speed_ratio=10.0)
        assert room.hears(2)
    # Of two channels the louder one is heard: 60 dB below the 120 dB of a full-scale sine.
    assert room.laeq_db()[:2] == pytest.approx([60.0, 60.0], abs=0.01)


def test_a_directory_with_an_odd_name_will_do(tmp_path: Path) -> None:
    directory = tmp_path / 'a"quoted"\\name$'
    directory.mkdir()
    with bedroom(directory) as room:
        room.feed.play(s32_stereo(tone(1000.0, 3.1, 1e-3), silence(3.1)))
        assert room.hears(2)
    assert room.laeq_db() == pytest.approx([60.0, 60.0], abs=0.3)


def test_a_microphone_that_is_pulled_out_is_heard_again_when_it_is_back(tmp_path: Path) -> None:
    with bedroom(tmp_path, lambda _at_ms: 40.0) as room:
        assert room.hears(1)
        child = room.microphone._child
        assert child is not None
        child.kill()
        room.feed.close()
        assert room.hears_fault(Flag.NO_REPLY)
        room.heard.clear()
        room.plug_in()
        assert room.hears(2)
    assert room.laeq_db()[-1] == pytest.approx(40.0, abs=0.3)


def test_a_sound_beyond_full_scale_is_flagged(tmp_path: Path) -> None:
    with bedroom(tmp_path) as room:
        room.feed.play(s32_stereo(np.clip(tone(1000.0, 3.1, 1.5), -1, 1 - 2**-23), silence(3.1)))
        assert room.hears(2)
    assert [second.flags for second in room.heard] == [(Flag.OVERLOAD,)] * 2


def test_a_device_that_is_not_there_is_said_in_arecords_words(tmp_path: Path) -> None:
    microphone = Microphone(
        device="hw:CARD=absent",
        environment={"ALSA_CONFIG_PATH": str(tmp_path / "none")},
        sensitivity_dbfs=-26.0,
        clock=RealClock(),
    )
    microphone.start()
    faults: list[SoundSecond | Fault] = []
    assert eventually(lambda: bool(faults.extend(microphone.drain()) or faults))
    microphone.close()
    assert isinstance(faults[0], Fault)
    assert faults[0].flag is Flag.NO_REPLY
    assert "audio open error" in faults[0].message
