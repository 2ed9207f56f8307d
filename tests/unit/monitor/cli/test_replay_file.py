import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.commands import nightroom
from monitor.cli.replay_file import require_series
from monitor.runtime.errors import OperatorError
from tests.fakes.series import csv_text

NOW_MS = round(datetime(2026, 11, 28, tzinfo=UTC).timestamp() * 1000)


def test_a_series_that_can_be_replayed_is_let_through(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time,temperature_c\n2026-03-29T02:30:00,18.5\n2026-03-29T03:30:00,18.4\n")
    require_series(file, "Europe/Brussels", NOW_MS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,temperature_c\n2026-03-29T02:30:00,warm\n", "line 2"),
        ("x\n", "line 1"),
        (None, "No such"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_refused_in_words(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "a.csv"
    if text is not None:
        file.write_text(text)
    with pytest.raises(OperatorError, match=said):
        require_series(file, "UTC", NOW_MS)


def test_a_pipe_is_refused_as_it_can_be_read_once_only(tmp_path: Path) -> None:
    pipe = tmp_path / "room.csv"
    os.mkfifo(pipe)
    with pytest.raises(OperatorError, match=r"is a pipe.*save it as a file"):
        require_series(pipe, "UTC", NOW_MS)


def test_a_mistyped_file_leaves_an_earlier_demo_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "demo" / "nights.db"
    kept.parent.mkdir()
    kept.write_bytes(b"kept")
    asked = ["demo", "--replay", str(tmp_path / "none.csv"), "--data-dir", str(kept.parent)]
    answer = CliRunner().invoke(nightroom, asked)
    assert isinstance(answer.exception, OperatorError)
    assert kept.read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--from", "yesterday"], "--from 'yesterday' is no time"),
        (["--until", "24"], "--until '24' is no time"),
        (["--from", ""], "--from '' is no time"),
        (["--data-dir", "a\nb"], "line end"),
    ],
)
def test_what_cannot_be_replayed_so_is_said_before_anything_begins(
    tmp_path: Path, asked: list[str], said: str
) -> None:
    file = tmp_path / "room.csv"
    file.write_text(csv_text({"temperature_c": lambda _: 18.0}, step_s=600, rows=6))
    given = ["demo", "--once", "--replay", str(file), "--data-dir", str(tmp_path / "demo"), *asked]
    answer = CliRunner().invoke(nightroom, given)
    assert said in f"{answer.output}{answer.exception}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["room.csv"]


def test_of_sound_in_rows_of_minutes_it_is_said_that_short_sounds_are_not_in_it(
    tmp_path: Path,
) -> None:
    coarse, fine = tmp_path / "coarse.csv", tmp_path / "fine.csv"
    coarse.write_text(csv_text({"laeq_db": lambda _: 30.0}, step_s=600, rows=6))
    fine.write_text(csv_text({"laeq_db": lambda _: 30.0}, step_s=1, rows=6))
    (note,) = require_series(coarse, "UTC", NOW_MS)
    assert note.startswith("600 s of sound a row")
    assert "at most" in note
    assert require_series(fine, "UTC", NOW_MS) == ()


def test_a_series_from_the_future_is_refused_and_one_that_reaches_there_is_told(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time,temperature_c\n2026-11-28T00:00:01,18.5\n2026-11-28T01:00:00,18.4\n")
    with pytest.raises(OperatorError, match=r"a.csv begins 2026-11-28.*future.*nightroom score"):
        require_series(file, "UTC", NOW_MS)
    assert require_series(file, "Asia/Tokyo", NOW_MS) == ()
    file.write_text("time,temperature_c\n2026-11-27T23:00:00,18.5\n2026-11-29T01:00:00,18.4\n")
    (note,) = require_series(file, "UTC", NOW_MS)
    assert note.startswith("a.csv ends 2026-11-29, which is in the future")
