import os
import struct
from pathlib import Path

import numpy as np
import pytest

from firmware.sound.errors import WaveError
from firmware.sound.wave_file import WaveFile
from tests.fakes.signals import RATE_HZ, silence, tone
from tests.fakes.wave_files import EXTENSIBLE, FLOAT, PCM, chunk, format_chunk, pcm, riff

SAMPLES = np.array([0.5, -1.0, 0.25, 0.0])
PCM_16 = format_chunk(PCM, 16)
STEREO = format_chunk(PCM, 16, channels=2)


def opened(folder: Path, octets: bytes) -> WaveFile:
    path = folder / "a.wav"
    path.write_bytes(octets)
    return WaveFile.open(path)


def read(file: WaveFile, channel: int = 0) -> list[float]:
    return [float(sample) for second in file.seconds(channel) for sample in second]


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (PCM_16, pcm(2, SAMPLES)),
        (format_chunk(PCM, 24), pcm(3, SAMPLES)),
        (format_chunk(PCM, 32), pcm(4, SAMPLES)),
        (format_chunk(FLOAT, 32), SAMPLES.astype("<f4").tobytes()),
        (format_chunk(FLOAT, 64), SAMPLES.astype("<f8").tobytes()),
        (format_chunk(EXTENSIBLE, 16, inside=PCM), pcm(2, SAMPLES)),
        (format_chunk(EXTENSIBLE, 24, inside=PCM), pcm(3, SAMPLES)),
        (format_chunk(EXTENSIBLE, 32, inside=FLOAT), SAMPLES.astype("<f4").tobytes()),
    ],
)
def test_every_format_of_samples_reads_the_same(tmp_path: Path, form: bytes, data: bytes) -> None:
    file = opened(tmp_path, riff(form, data))
    assert read(file) == list(SAMPLES)
    assert (file.rate_hz, file.channels, file.is_cut) == (RATE_HZ, 1, False)


def test_channels_are_told_apart(tmp_path: Path) -> None:
    file = opened(tmp_path, riff(STEREO, pcm(2, SAMPLES, -SAMPLES / 2)))
    assert read(file, 0) == list(SAMPLES)
    assert read(file, 1) == list(-SAMPLES / 2)


def test_it_is_read_second_by_second(tmp_path: Path) -> None:
    form = format_chunk(PCM, 16, rate_hz=8_000)
    file = opened(tmp_path, riff(form, pcm(2, silence(2.5, rate_hz=8_000))))
    assert [second.size for second in file.seconds(0)] == [8_000, 8_000, 4_000]


def test_what_stands_around_the_sound_is_no_sound(tmp_path: Path) -> None:
    remark = chunk(b"LIST", b"five!")
    file = opened(tmp_path, riff(PCM_16, pcm(2, SAMPLES), before=remark, after=remark))
    assert read(file) == list(SAMPLES)


@pytest.mark.parametrize("data_size", [0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
def test_a_recorder_that_never_wrote_the_length_is_read_to_the_end(
    tmp_path: Path, data_size: int
) -> None:
    file = opened(tmp_path, riff(PCM_16, pcm(2, SAMPLES), data_size=data_size))
    assert read(file) == list(SAMPLES)
    assert not file.is_cut


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_a_file_beyond_4_gib_says_its_length_elsewhere(tmp_path: Path, kind: bytes) -> None:
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, 8, 4, 0))
    remark = chunk(b"LIST", b"no sound")
    octets = riff(
        PCM_16, pcm(2, SAMPLES), before=sizes, after=remark, data_size=0xFFFF_FFFF, kind=kind
    )
    assert read(opened(tmp_path, octets)) == list(SAMPLES)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, lost: int) -> None:
    file = opened(tmp_path, riff(PCM_16, pcm(2, SAMPLES))[:-lost])
    assert read(file) == list(SAMPLES)[: (8 - lost) // 2]
    assert file.is_cut


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (format_chunk(PCM, 8), "8 bits in format 1; convert it"),
        (format_chunk(6, 8), "8 bits in format 6; convert it"),
        (format_chunk(EXTENSIBLE, 8, inside=7), "in format 7"),
        (format_chunk(EXTENSIBLE, 16), "in format 0"),
        (format_chunk(PCM, 0), "0 bits"),
        (format_chunk(PCM, 12, channels=2), "12 bits"),
        (format_chunk(PCM, 16, channels=0), "0 channels; expected 1 to 64"),
        (format_chunk(PCM, 16, channels=65), "65 channels"),
        (format_chunk(PCM, 16, rate_hz=0), "0 Hz; expected 8000"),
        (format_chunk(PCM, 16, rate_hz=400_000), "400000 Hz"),
        (PCM_16[:10], "cut off in its header"),
    ],
)
def test_a_format_that_cannot_be_measured_is_said(tmp_path: Path, form: bytes, words: str) -> None:
    with pytest.raises(WaveError, match=words):
        opened(tmp_path, riff(form, bytes(64)))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"RIFF",
        b"hello, " * 100,
        b"RIFF\0\0\0\0WAVE",
        riff(PCM_16, b"")[:40],
        riff(PCM_16, b"")[:30],
        b"RIFF\0\0\0\0WAVE" + b"data\0\0\0\0",
        b"RIFF\0\0\0\0WAVE" + b"junk\xff\xff\xff\xff",
    ],
)
def test_what_is_no_wave_file_is_said(tmp_path: Path, octets: bytes) -> None:
    with pytest.raises(WaveError, match=r"a\.wav: not a wave file"):
        opened(tmp_path, octets)


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "absent.wav", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(WaveError, match=words):
            WaveFile.open(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_a_sample_that_is_no_sound_is_said_with_its_place(tmp_path: Path, bad: float) -> None:
    sound = tone(1000.0, 2.0)
    sound[72_000] = bad
    file = opened(tmp_path, riff(format_chunk(FLOAT, 64), sound.astype("<f8").tobytes()))
    with pytest.raises(WaveError, match=r"at 1\.500 s a sample is"):
        read(file)


def test_a_signalling_nan_is_said_and_warns_of_nothing(tmp_path: Path) -> None:
    file = opened(tmp_path, riff(format_chunk(FLOAT, 32), b"\x01\x00\x80\x7f"))
    with pytest.raises(WaveError, match="a sample is nan"):
        read(file)


@pytest.mark.parametrize("channel", [-1, 1])
def test_a_channel_that_is_not_there_is_said(tmp_path: Path, channel: int) -> None:
    file = opened(tmp_path, riff(PCM_16, pcm(2, SAMPLES)))
    with pytest.raises(WaveError, match="it has 1"):
        read(file, channel)


def test_the_loudest_channel_is_found_about_its_mean(tmp_path: Path) -> None:
    quiet, loud, open_line = tone(1000.0, 1.5, 0.01), tone(1000.0, 1.5, 0.1), silence(1.5) - 0.9
    form = format_chunk(PCM, 16, channels=3)
    assert opened(tmp_path, riff(form, pcm(2, quiet, open_line, loud))).loudest_channel() == 2


def test_broken_samples_are_not_the_loudest(tmp_path: Path) -> None:
    broken = tone(1000.0, 1.0)
    broken[0] = np.inf
    frames = np.column_stack([broken, tone(1000.0, 1.0, 0.5)]).astype("<f4").tobytes()
    file = opened(tmp_path, riff(format_chunk(FLOAT, 32, channels=2), frames))
    assert file.loudest_channel() == 1


def test_of_one_channel_or_no_sound_the_first_is_the_loudest(tmp_path: Path) -> None:
    assert opened(tmp_path, riff(PCM_16, pcm(2, SAMPLES))).loudest_channel() == 0
    assert opened(tmp_path, riff(STEREO, b"")).loudest_channel() == 0


def test_a_pipe_is_told_apart_from_a_file() -> None:
    # What comes through a pipe cannot be gone back in; a copy of it is its owner's to make.
    reader, writer = os.pipe()
    os.write(writer, riff(PCM_16, pcm(2, SAMPLES)))
    os.close(writer)
    with pytest.raises(WaveError, match="a pipe: write it to a file first"):
        WaveFile.open(Path(f"/proc/self/fd/{reader}"))
    os.close(reader)
    with pytest.raises(WaveError, match="standard input: write it to a file first"):
        WaveFile.open(Path("-"))
