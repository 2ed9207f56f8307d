import subprocess
from pathlib import Path

import pytest

from firmware.sensors.arecord import Arecord
from firmware.sound.capture import I2S_FORMAT, CaptureFormat, Encoding
from tests.fakes.arecord import fake_arecord


def started(
    tmp_path: Path,
    body: str,
    environment: dict[str, str] | None = None,
    capture: CaptureFormat = I2S_FORMAT,
) -> Arecord:
    return Arecord(
        device="hw:CARD=test",
        capture=capture,
        environment=environment or {},
        program=fake_arecord(tmp_path, body),
    )


def periods(child: Arecord) -> int:
    """Return how many whole periods come until the end."""
    return sum(1 for _ in iter(child.period, None))


def test_it_is_asked_for_raw_stereo_of_32_bits_at_48_khz(tmp_path: Path) -> None:
    child = started(tmp_path, 'say(" ".join(sys.argv[1:]))')
    periods(child)
    child.close()
    for option in ("-D hw:CARD=test", "-f S32_LE", "-c 2", "-r 48000", "-t raw"):
        assert option in child.last_words
    assert "--period-size=4800" in child.last_words


def test_a_usb_microphone_is_asked_for_what_it_has(tmp_path: Path) -> None:
    usb = CaptureFormat(encoding=Encoding.S24_3LE, rate_hz=44_100, channels=1)
    child = started(tmp_path, 'say(" ".join(sys.argv[1:])); play(0.1)', capture=usb)
    assert child.period() is not None
    child.close()
    for option in ("-f S24_3LE", "-c 1", "-r 44100", "--period-size=4410", "--buffer-size=22050"):
        assert option in child.last_words


def test_a_period_is_whole_however_the_bytes_come(tmp_path: Path) -> None:
    child = started(tmp_path, "play(0.2, period=600)")
    period = child.period()
    assert period is not None
    assert len(period) == I2S_FORMAT.period_bytes
    assert periods(child) == 1
    child.close()


def test_a_partial_period_at_the_end_is_no_period(tmp_path: Path) -> None:
    child = started(tmp_path, "play(0.1); play(0.05, period=2400)")
    assert periods(child) == 1
    child.close()


def test_overruns_are_counted_from_what_it_says(tmp_path: Path) -> None:
    body = """
        say("overrun!!! (at least 12.345 ms long)")
        os.write(2, b"over"); play(0.1); os.write(2, b"run!!! (at least 1.000 ms long)\\n")
    """
    child = started(tmp_path, body)
    periods(child)
    child.close()
    assert child.overruns == 2


def test_its_last_words_and_status_are_kept(tmp_path: Path) -> None:
    child = started(tmp_path, 'say("arecord: main:830: audio open error"); say(""); sys.exit(1)')
    periods(child)
    assert child.close() == 1
    assert child.last_words == "arecord: main:830: audio open error"


def test_it_goes_on_when_only_its_stderr_is_closed(tmp_path: Path) -> None:
    child = started(tmp_path, "os.close(2); play(0.3)")
    assert periods(child) == 3
    child.close()


def test_the_environment_is_added_and_english_is_asked_for(tmp_path: Path) -> None:
    body = 'say(os.environ["ALSA_CONFIG_PATH"] + os.environ["LC_ALL"] + os.environ["PATH"][:1])'
    child = started(tmp_path, body, {"ALSA_CONFIG_PATH": "there", "LC_ALL": "de_DE"})
    periods(child)
    child.close()
    assert child.last_words == "thereC/"


def test_a_child_that_ignores_signals_is_reaped(tmp_path: Path) -> None:
    body = "signal.signal(signal.SIGTERM, signal.SIG_IGN); play(0.1); time.sleep(60)"
    child = started(tmp_path, body)
    assert child.period() is not None
    child.kill()
    assert child.period() is None
    assert child.close() == -9


def test_a_child_that_hangs_in_its_driver_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(timeout_s: float) -> int:
        raise subprocess.TimeoutExpired("arecord", timeout_s)

    child = started(tmp_path, "play(0.1)")
    with monkeypatch.context() as patch:
        patch.setattr(child._child, "wait", hang)
        assert child.close() is None
    child._child.wait()


def test_a_missing_program_is_an_error() -> None:
    with pytest.raises(OSError, match="No such file"):
        Arecord(device="x", capture=I2S_FORMAT, environment={}, program=("/nonexistent/arecord",))
