"""Stored nights at the terminal: outlines for the table, whole ones for words and data."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.commands import nightroom
from monitor.cli.stored import nights_of
from monitor.runtime.errors import OperatorError
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, OTHER_STREAM, STREAM, record, score


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        writer = opened.nights_writer()
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record()], gaps=(), stored_seq=1
        )
        attic = [record(stream=OTHER_STREAM)]
        writer.put_back("attic", DEVICE, OTHER_STREAM, attic)
        for day in range(1, 10):
            night = score(f"2026-11-{day:02d}", rating=50.0 + day)
            writer.save_night("bedroom", night, inputs_hash="one", computed_ms=day)
        yield opened


def told(folder: Folder, *options: str) -> str:
    command = ["nights", "--data-dir", str(folder.path), *options]
    return CliRunner().invoke(nightroom, command, catch_exceptions=False).stdout


def test_the_table_has_a_line_a_night(folder: Folder) -> None:
    assert len(told(folder).splitlines()) == 10


def test_data_have_every_detail_and_the_comparison_with_earlier_nights(folder: Folder) -> None:
    nights = json.loads(told(folder, "--json"))
    assert all(night["minute_costs"] and night["spans"] for night in nights)
    assert nights[8]["sentences"][-1]["text"] == "Better than 8 of your last 8 nights."
    stored = [len(night.sentences) for night in nights_of(folder.path, "bedroom", whole=True)]
    assert len(nights[8]["sentences"]) == stored[8] + 1


def test_words_are_those_of_a_recorded_series(folder: Folder) -> None:
    text = told(folder, "--explain")
    assert "Better than 8 of your last 8 nights." in text
    assert "5-95 % range" in text


def test_a_room_without_nights_is_told_so(folder: Folder) -> None:
    assert "No nights of room 'attic' yet" in told(folder, "--room", "attic")


def test_a_folder_without_a_store_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="data_dir"):
        nights_of(tmp_path, "bedroom")
