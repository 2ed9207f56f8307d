import json
import wave
from pathlib import Path

import numpy as np
import pytest

from firmware.sound.__main__ import main
from tests.fakes.signals import RATE_HZ, Signal, silence, tone
from tests.fakes.wave_files import PCM, format_chunk, pcm, riff


def recorded(path: Path, *channels: Signal) -> str:
    with wave.open(str(path / "room.wav"), "wb") as file:
        file.setparams((len(channels), 2, RATE_HZ, 0, "NONE", "not compressed"))
        frames = np.column_stack(channels)
        file.writeframes(np.rint(frames * 2**15).clip(-(2**15), 2**15 - 1).astype("<i2").tobytes())
    return str(path / "room.wav")


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_without_a_sensitivity_levels_are_relative_to_a_full_scale_sine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run_json(capsys, recorded(tmp_path, tone(1000.0, 2.0, 0.1)))
    assert report["reference"] == "a full-scale sine"
    assert report["overall"]["laeq_db"] == pytest.approx(-20.0, abs=0.01)


def test_a_sensitivity_makes_them_sound_pressure_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, tone(1000.0, 2.0, 0.1))
    report = run_json(capsys, path, "--sensitivity", "-26")
    assert report["reference"] == "20 µPa"
    assert report["overall"]["laeq_db"] == pytest.approx(100.0, abs=0.01)


def test_json_holds_seconds_minutes_and_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run_json(capsys, recorded(tmp_path, tone(1000.0, 61.5, 0.1)))
    assert [second["duration_s"] for second in report["seconds"]] == [1.0] * 61 + [0.5]
    assert [minute["duration_s"] for minute in report["minutes"]] == [60.0, 1.5]
    assert report["overall"]["duration_s"] == 61.5


def test_the_table_has_a_row_a_second_and_says_what_overloaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, np.concatenate([tone(1000.0, 1.0, 0.1), tone(1000.0, 1.0, 2.0)]))
    assert main([path]) == 0
    reference, headings, first, second, overall = capsys.readouterr().out.splitlines()
    assert reference.startswith("dB re a full-scale sine")
    assert headings.split()[:2] == ["LAeq", "LAFmax"]
    assert first.split()[:3] == ["1", "s", "-20.0"]
    assert "overload" not in first
    assert second.endswith("overload")
    assert overall.startswith("overall")


def a_night_with_a_bang() -> Signal:
    """Return 70 s at 60 dB, 10 s at 100 dB, 20.3 s at 60 dB, for a sensitivity of -26 dBFS."""
    quiet, loud = 1e-3, 1e-1
    return np.concatenate(
        [tone(1000.0, 70.0, quiet), tone(1000.0, 10.0, loud), tone(1000.0, 20.3, quiet)]
    )


def test_with_a_sensitivity_the_noise_events_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, a_night_with_a_bang())
    report = run_json(capsys, path, "--sensitivity", "-26")
    (event,) = report["events"]
    assert (event["start_ms"], event["kind"]) == (70_000, "event")
    assert event["lae_db"] == pytest.approx(110.0, abs=0.05)
    assert event["background_db"] == pytest.approx(60.0, abs=0.05)
    assert report["overall"]["laeq_quiet_db"] == pytest.approx(60.0, abs=0.05)
    assert [minute["laeq_quiet_db"] for minute in report["minutes"]] == pytest.approx(
        [60.0, 60.0], abs=0.05
    )


def test_the_table_lists_the_events_below_the_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([recorded(tmp_path, a_night_with_a_bang()), "--sensitivity", "-26"]) == 0
    *_, told, headings, event = capsys.readouterr().out.splitlines()
    assert told == "noise events: 1; LAeq outside them 60.0"
    assert headings.split()[:3] == ["from", "s", "s"]
    assert event.split()[0] == "70"
    assert event.split()[2:] == ["100.0", "100.0", "110.0", "60.0", "event"]


def test_without_a_sensitivity_there_are_no_events_to_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, tone(1000.0, 2.0))
    report = run_json(capsys, path)
    assert (report["events"], report["overall"]["laeq_quiet_db"]) == (None, None)
    assert main([path]) == 0
    assert "noise events" not in capsys.readouterr().out


def test_a_snap_alone_has_no_events_and_no_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([recorded(tmp_path, tone(1000.0, 0.5)), "--sensitivity", "-26"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "noise events: 0"


def test_a_channel_can_be_picked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recorded(tmp_path, silence(2.0), tone(1000.0, 2.0, 0.1))
    report = run_json(capsys, path, "--channel", "2")
    assert report["overall"]["laeq_db"] == pytest.approx(-20.0, abs=0.01)


def test_a_microphones_response_is_taken_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    response = tmp_path / "response.txt"
    response.write_text("1000 0\n4000 -3\n")
    path = recorded(tmp_path, tone(4000.0, 2.0, 0.1))
    flat, corrected = run_json(capsys, path), run_json(capsys, path, "--response", str(response))
    gained_db = corrected["overall"]["laeq_db"] - flat["overall"]["laeq_db"]
    assert gained_db == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("text", [None, "1000 0\n4000"])
def test_a_response_that_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    response = tmp_path / "response.txt"
    if text is not None:
        response.write_text(text)
    assert main([recorded(tmp_path, tone(1000.0, 1.0)), "--response", str(response)]) == 2
    assert "response.txt: " in capsys.readouterr().err


def test_the_loudest_channel_is_measured_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, tone(1000.0, 2.0, 1e-3), tone(1000.0, 2.0, 0.1))
    assert run_json(capsys, path)["channel"] == 2
    assert main([path]) == 0
    reference, _, first, *_ = capsys.readouterr().out.splitlines()
    assert "channel 2" in reference
    assert first.split()[2] == "-20.0"


def test_a_snap_of_a_third_of_a_second_has_its_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, tone(1000.0, 0.3, 0.1))
    report = run_json(capsys, path)
    assert report["overall"]["duration_s"] == pytest.approx(0.3)
    assert report["overall"]["laeq_db"] == pytest.approx(-20.0, abs=0.01)
    assert report["overall"]["lae_db"] == pytest.approx(-20.0 + 10 * np.log10(0.3), abs=0.01)
    assert main([path]) == 0
    assert capsys.readouterr().out.splitlines()[2].startswith("0.3 s ")


def test_the_table_can_have_a_row_a_minute_named_by_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, silence(90.0) + 1e-3)
    assert main([path, "--per", "minute"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row[:9].split() for row in rows] == [["1", "min"], ["1.5", "min"], ["overall"]]


def test_what_a_file_lacks_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "phone.wav"
    sound = pcm(2, tone(1000.0, 2.0, rate_hz=8_000))
    path.write_bytes(riff(format_chunk(PCM, 16, rate_hz=8_000), sound)[:-100])
    assert len(run_json(capsys, str(path))["remarks"]) == 2
    assert main([str(path)]) == 0
    told = capsys.readouterr().out
    assert "sounds above 4000 Hz are not in this file" in told
    assert "cut off" in told


def test_an_ordinary_file_has_no_remarks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_json(capsys, recorded(tmp_path, tone(1000.0, 1.0)))["remarks"] == []


@pytest.mark.parametrize(
    ("seconds", "arguments", "words"),
    [
        (0.0, [], "it holds no sound"),
        (0.0005, [], "it holds no sound"),
        (1.0, ["--channel", "3"], "no channel 3"),
        (1.0, ["--channel", "0"], "no channel 0"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    seconds: float,
    arguments: list[str],
    words: str,
) -> None:
    assert main([recorded(tmp_path, tone(1000.0, seconds)), *arguments]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "room.wav" in told
    assert words in told


@pytest.mark.parametrize("sensitivity", ["nan", "3", "-inf", "loud"])
def test_a_sensitivity_that_no_microphone_has_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sensitivity: str
) -> None:
    with pytest.raises(SystemExit):
        main([recorded(tmp_path, tone(1000.0, 1.0)), f"--sensitivity={sensitivity}"])
    assert "sensitivity" in capsys.readouterr().err
