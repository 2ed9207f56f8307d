"""What the writer remembers of its file is forgotten as soon as anyone changes the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.errors import StoreUnavailableError
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

DAY_MS = 86_400_000
EVENING_DAY_MS = EVENING_MS // DAY_MS * DAY_MS
OTHER = "aabbccddeeff0011"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(writer: NightsWriter, seq: int, stream: str = STREAM, room: str = "bedroom") -> None:
    writer.store_batch(
        room=room,
        device=DEVICE,
        stream=stream,
        records=[record(seq, stream=stream)],
        gaps=(),
        stored_seq=seq,
    )


def unscored(writer: NightsWriter) -> list[str]:
    return [room for room, day_ms, _ in writer.unscored_days() if day_ms == EVENING_DAY_MS]


@pytest.mark.parametrize("is_same", [True, False])
def test_a_day_that_was_scored_between_two_minutes_is_noted_again(
    folder: Folder, *, is_same: bool
) -> None:
    writer = folder.nights_writer()
    other = writer if is_same else writer.beside()
    for seq in (1, 2):
        store(writer, seq)
    other.day_scored("bedroom", EVENING_DAY_MS)
    assert unscored(writer) == []

    store(writer, 3)

    assert unscored(writer) == ["bedroom"]
    if not is_same:
        other.disconnect()


def test_what_another_put_back_moves_the_position_at_once(folder: Folder) -> None:
    writer = folder.nights_writer()
    beside = writer.beside()
    for seq in (1, 2):
        store(writer, seq)
    assert writer.stored_seq(STREAM) == 2
    beside.put_back("bedroom", DEVICE, STREAM, [record(3)])
    beside.disconnect()

    assert writer.stored_seq(STREAM) == 3
    store(writer, 4)
    assert writer.stored_seq(STREAM) == 4
    (status,) = folder.nights_reader().streams()
    assert (status.stored_seq, status.records) == (4, 4)


def test_two_rooms_in_turn_keep_their_positions_and_days(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 130):
        store(writer, seq)
        store(writer, seq, OTHER, "nursery")
        assert (writer.stored_seq(STREAM), writer.stored_seq(OTHER)) == (seq, seq)

    assert unscored(writer) == ["bedroom", "nursery"]
    assert [one.records for one in folder.nights_reader().streams()] == [129, 129]


def test_the_day_of_a_batch_that_was_refused_is_noted_by_the_next(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    writer.day_scored("bedroom", EVENING_DAY_MS)
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON unscored_days"
            " BEGIN SELECT raise(ABORT, 'disk I/O error'); END"
        )
        with pytest.raises(StoreUnavailableError):
            store(writer, 2)
        assert writer.stored_seq(STREAM) == 1
        raw.execute("DROP TRIGGER refuse")

    store(writer, 2)

    assert writer.stored_seq(STREAM) == 2
    assert unscored(writer) == ["bedroom"]
