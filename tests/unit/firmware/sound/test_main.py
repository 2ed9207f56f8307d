import json
import wave
from pathlib import Path

import numpy as np
import pytest

from firmware.sound.__main__ import main
from tests.fakes.signals import RATE_HZ, Signal, silence, tone


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
    assert len(report["seconds"]) == 61
    assert [minute["seconds"] for minute in report["minutes"]] == [60, 1]
    assert report["overall"]["seconds"] == 61


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


def test_the_table_can_have_a_row_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([recorded(tmp_path, silence(62.0) + 1e-3), "--per", "minute"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split()[0:2] for row in rows[:2]] == [["1", "min"], ["2", "min"]]


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


@pytest.mark.parametrize("arguments", [[], ["--channel", "3"]])
def test_what_cannot_be_measured_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main([recorded(tmp_path, tone(1000.0, 0.5)), *arguments]) == 2
    assert "room.wav" in capsys.readouterr().err
