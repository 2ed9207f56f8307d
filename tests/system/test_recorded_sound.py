"""Recordings of real sounds through real libasound: not a bit is changed, no level differs."""

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from firmware.sensors.arecord import Arecord
from firmware.sensors.base import Fault, SoundSecond
from firmware.sensors.microphone import Microphone
from firmware.simulation.audio_feed import AudioFeed
from firmware.sound.__main__ import measure
from firmware.sound.capture import CaptureFormat, Encoding
from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.wave_file import WaveFile
from monitor.runtime.clock import RealClock
from tests.fakes.arecord import eventually
from tests.fakes.signals import encoded, tone

pytestmark = pytest.mark.recorded
RECORDED = Path(os.environ.get("NIGHTROOM_RECORDED", "not given"))
NAMES = ("ambi_soft_buzz", "loop_3d_printer", "misc_crow", "perc_snap", "vinyl_hiss")
RATE_HZ = 44_100
USB = CaptureFormat(encoding=Encoding.S16_LE, rate_hz=RATE_HZ, channels=1)
FULL_SCALE_DB = full_scale_db(-26.0)


def recorded_pcm(name: str) -> bytes:
    with wave.open(str(RECORDED / "audio" / f"{name}.wav"), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        return file.readframes(file.getnframes())


def with_a_quiet_room_around(pcm: bytes) -> bytes:
    """Return a second to settle in, the recording, and what is left to a whole second."""
    rest_s = 1.0 - (len(pcm) // 2 % RATE_HZ) / RATE_HZ
    quiet = [
        encoded(Encoding.S16_LE, tone(500.0, duration_s, 1e-3, rate_hz=RATE_HZ))
        for duration_s in (1.0, rest_s)
    ]
    return quiet[0] + pcm + quiet[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_comes_through_bit_for_bit_at_twenty_times_its_speed(
    tmp_path: Path, name: str
) -> None:
    pcm = recorded_pcm(name)
    feed = AudioFeed(directory=tmp_path, clock=RealClock(), capture=USB)
    feed.start()
    child = Arecord(
        device=feed.device, capture=USB, environment=feed.environment, program=("arecord",)
    )
    feed.play(pcm, speed_ratio=20.0)
    periods = -(-len(pcm) // USB.period_bytes)
    heard = b"".join(child.period() or b"" for _ in range(periods))
    child.close()
    feed.close()
    assert heard == pcm.ljust(periods * USB.period_bytes, b"\0")
    assert child.overruns == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_reads_the_same_through_libasound_and_offline(
    tmp_path: Path, name: str
) -> None:
    pcm = with_a_quiet_room_around(recorded_pcm(name))
    offline = LevelMeter(full_scale_db=FULL_SCALE_DB, rate_hz=RATE_HZ).feed(
        Encoding.S16_LE.widened(pcm)
    )
    heard = heard_by_a_microphone(tmp_path, pcm, seconds=len(offline))
    for name_db in ("laeq_db", "lafmax_db", "lasmax_db", "lceq_db"):
        wanted_db = [getattr(second, name_db) for second in offline]
        assert [getattr(second, name_db) for second in heard] == pytest.approx(wanted_db, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_reads_the_same_of_the_file(tmp_path: Path, name: str) -> None:
    pcm = with_a_quiet_room_around(recorded_pcm(name))
    file = tmp_path / "room.wav"
    with wave.open(str(file), "wb") as writer:
        writer.setparams((1, 2, RATE_HZ, 0, "NONE", "not compressed"))
        writer.writeframes(pcm)
    offline = LevelMeter(full_scale_db=FULL_SCALE_DB, rate_hz=RATE_HZ).feed(
        Encoding.S16_LE.widened(pcm)
    )
    printed = measure(WaveFile.open(file), channel=0, reference_db=FULL_SCALE_DB)[1:]
    assert [second.laeq_db for second in printed] == pytest.approx(
        [second.laeq_db for second in offline], abs=1e-9
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_command_measures_every_recording_to_its_end(name: str) -> None:
    file = WaveFile.open(RECORDED / "audio" / f"{name}.wav")
    seconds = measure(file, channel=0, reference_db=FULL_SCALE_DB)
    length_s = len(recorded_pcm(name)) / 2 / RATE_HZ
    assert sum(second.duration_s for second in seconds) == pytest.approx(length_s, abs=0.001)


def heard_by_a_microphone(directory: Path, pcm: bytes, *, seconds: int) -> list[SoundSecond]:
    feed = AudioFeed(directory=directory, clock=RealClock(), capture=USB)
    feed.start()
    microphone = Microphone(
        device=feed.device,
        sensitivity_dbfs=-26.0,
        clock=RealClock(),
        capture=USB,
        environment=feed.environment,
    )
    microphone.start()
    heard: list[SoundSecond | Fault] = []
    try:
        # The first period of a run is discarded.
        feed.play(bytes(USB.period_bytes) + pcm, speed_ratio=20.0)
        assert eventually(lambda: bool(heard.extend(microphone.drain()) or len(heard) >= seconds))
    finally:
        microphone.close()
        feed.close()
    return [second for second in heard[:seconds] if isinstance(second, SoundSecond)]


def test_there_is_something_to_hear_in_every_recording() -> None:
    assert all(np.frombuffer(recorded_pcm(name), "<i2").std() > 10 for name in NAMES)
