import wave
from pathlib import Path

import numpy as np
import pytest

from firmware.sound.errors import WaveError
from firmware.sound.pcm import LouderChannel, WaveFile
from tests.fakes.signals import RATE_HZ, s32_stereo, silence, tone

QUIET, LOUD = tone(1000.0, 1.0, 0.01), tone(300.0, 1.0, 0.1)


def wave_file(path: Path, frames: list[tuple[int, ...]], *, octets: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((len(frames[0]), octets, 8, 0, "NONE", "not compressed"))
        signed = octets > 1
        for frame in frames:
            file.writeframes(
                b"".join(value.to_bytes(octets, "little", signed=signed) for value in frame)
            )
    return path


def test_the_louder_channel_is_chosen_after_a_second() -> None:
    for left, right, chosen in ((LOUD, QUIET, 0), (QUIET, LOUD, 1)):
        subject = LouderChannel()
        samples = subject.samples(s32_stereo(left, right))
        assert subject.chosen == chosen
        assert samples / 2**31 == pytest.approx(LOUD, abs=1e-9)


def test_an_open_data_line_is_not_louder_than_a_quiet_microphone() -> None:
    subject = LouderChannel()
    subject.samples(s32_stereo(QUIET, silence(1.0) - 0.9))
    assert subject.chosen == 0


def test_what_was_held_back_for_the_choice_is_not_lost() -> None:
    subject = LouderChannel()
    stream = s32_stereo(QUIET, LOUD)
    parts = [
        subject.samples(stream[start : start + 38_400]) for start in range(0, len(stream), 38_400)
    ]
    assert [part.size for part in parts] == [0] * 9 + [RATE_HZ]


def test_the_choice_is_for_ever() -> None:
    subject = LouderChannel()
    subject.samples(s32_stereo(LOUD, QUIET))
    later = subject.samples(s32_stereo(QUIET, LOUD))
    assert later / 2**31 == pytest.approx(QUIET, abs=1e-9)


@pytest.mark.parametrize("octets", [2, 3, 4])
def test_a_wave_file_is_read_at_any_depth(tmp_path: Path, octets: int) -> None:
    top = 2 ** (8 * octets - 1)
    path = wave_file(tmp_path / "a.wav", [(top // 2, -top), (-top // 4, 0)], octets=octets)
    file = WaveFile.open(path)
    assert (file.rate_hz, file.channels, file.bits) == (8, 2, 8 * octets)
    assert [list(second) for second in file.seconds(0)] == [[0.5, -0.25]]
    assert [list(second) for second in file.seconds(1)] == [[-1.0, 0.0]]


def test_a_wave_file_is_read_second_by_second(tmp_path: Path) -> None:
    path = wave_file(tmp_path / "a.wav", [(1,)] * 19, octets=2)
    assert [second.size for second in WaveFile.open(path).seconds(0)] == [8, 8, 3]


def test_a_file_of_8_bits_is_refused(tmp_path: Path) -> None:
    path = wave_file(tmp_path / "a.wav", [(128,)], octets=1)
    with pytest.raises(WaveError, match="8 bits; convert"):
        WaveFile.open(path)


def test_what_is_no_wave_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    for refused in (path, tmp_path / "absent.wav"):
        with pytest.raises(WaveError, match="not a PCM wave file"):
            WaveFile.open(refused)


@pytest.mark.parametrize("channel", [-1, 1])
def test_a_channel_that_is_not_there_is_refused(tmp_path: Path, channel: int) -> None:
    file = WaveFile.open(wave_file(tmp_path / "a.wav", [(1,)], octets=2))
    with pytest.raises(WaveError, match="it has 1"):
        next(file.seconds(channel))


def test_samples_are_numbers_of_64_bits(tmp_path: Path) -> None:
    file = WaveFile.open(wave_file(tmp_path / "a.wav", [(1,)], octets=3))
    assert next(file.seconds(0)).dtype == np.float64
