import numpy as np
import pytest

from firmware.sound.capture import CaptureFormat, Encoding
from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.pcm import LouderChannel
from tests.fakes.signals import RATE_HZ, encoded, silence, tone


@pytest.mark.parametrize(
    ("encoding", "octets"),
    [
        (Encoding.S16_LE, b"\x00\x40\x00\x80"),
        (Encoding.S24_3LE, b"\x00\x00\x40\x00\x00\x80"),
        (Encoding.S24_LE, b"\x00\x00\x40\x00\x00\x00\x80\xff"),
        (Encoding.S32_LE, b"\x00\x00\x00\x40\x00\x00\x00\x80"),
    ],
)
def test_half_and_all_of_full_scale_are_that_in_every_encoding(
    encoding: Encoding, octets: bytes
) -> None:
    assert list(encoding.widened(octets)) == [2**30, -(2**31)]


def test_the_unused_octet_of_24_bits_in_32_is_not_heard() -> None:
    assert list(Encoding.S24_LE.widened(b"\x01\x00\x00\x7f\xff\xff\xff\x00")) == [256, -256]


def test_frames_are_parted_into_channels() -> None:
    stereo = CaptureFormat(encoding=Encoding.S16_LE, channels=2)
    assert stereo.frames(b"\x00\x01\x00\x02\x00\x03\x00\x04").tolist() == [
        [0x0100_0000, 0x0200_0000],
        [0x0300_0000, 0x0400_0000],
    ]


@pytest.mark.parametrize(
    ("rate_hz", "channels", "encoding", "size"),
    [
        (48_000, 2, Encoding.S32_LE, 38_400),
        (44_100, 1, Encoding.S16_LE, 8_820),
        (44_100, 2, Encoding.S24_3LE, 26_460),
    ],
)
def test_a_period_is_a_tenth_of_a_second(
    rate_hz: int, channels: int, encoding: Encoding, size: int
) -> None:
    capture = CaptureFormat(encoding=encoding, rate_hz=rate_hz, channels=channels)
    assert capture.period_bytes == size


def test_a_single_channel_is_heard_from_the_first_frame_on() -> None:
    subject = LouderChannel(CaptureFormat(encoding=Encoding.S16_LE, channels=1))
    assert list(subject.samples(b"\x00\x40")) == [2**30]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("encoding", list(Encoding))
def test_every_microphone_reads_the_same_tone_alike(
    encoding: Encoding, channels: int, rate_hz: int
) -> None:
    capture = CaptureFormat(encoding=encoding, rate_hz=rate_hz, channels=channels)
    sound = tone(1000.0, 2.0, 1e-2, rate_hz=rate_hz)
    others = [silence(2.0, rate_hz=rate_hz)] * (channels - 1)
    samples = LouderChannel(capture).samples(encoded(encoding, *others, sound))
    meter = LevelMeter(full_scale_db=full_scale_db(-26.0), rate_hz=rate_hz)
    (second,) = meter.feed(samples)
    # Amplitude 0.01 is 40 dB below a full-scale sine, which is 120 dB.
    assert second.laeq_db == pytest.approx(80.0, abs=0.01)
    assert second.lasmax_db == pytest.approx(80.0, abs=0.01)


def test_16_bits_tell_a_bedroom_of_30_db() -> None:
    # Their rounding is 98 dB below a full-scale sine: at 22 dB for a sensitivity of -26 dBFS.
    hiss = np.random.default_rng(7).uniform(-(2**-16), 2**-16, 2 * RATE_HZ)
    sound = encoded(Encoding.S16_LE, tone(1000.0, 2.0, 10 ** (-90 / 20)) + hiss)
    (second,) = LevelMeter(full_scale_db=full_scale_db(-26.0)).feed(Encoding.S16_LE.widened(sound))
    assert second.laeq_db == pytest.approx(30.5, abs=0.5)
