"""A stream's position on disk, told by its row and by the minutes behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(writer: NightsWriter, *seqs: int, gaps: tuple[tuple[int, int], ...] = ()) -> int:
    return writer.store_batch(
        room="bedroom",
        device=DEVICE,
        stream=STREAM,
        records=[record(seq) for seq in seqs],
        gaps=gaps,
        stored_seq=max(seqs),
    )


def on_its_row(folder: Folder) -> int:
    return folder.raw("nights.db").execute("SELECT stored_seq FROM streams").fetchone()[0]  # type: ignore[no-any-return]  # sqlite's rows are Any


def test_the_row_is_written_once_an_hour_and_the_position_is_always_right(folder: Folder) -> None:
    writer = folder.nights_writer()
    rows = []
    for seq in range(1, 182):
        assert store(writer, seq) == seq
        rows.append(on_its_row(folder))

    assert sorted(set(rows)) == [1, 61, 121, 181]
    (status,) = folder.nights_reader().streams()
    assert (status.stored_seq, status.records) == (181, 181)


def test_a_writer_killed_between_two_writes_of_the_row_knows_the_position(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 40):
        store(writer, seq)
    writer.close()

    writer = folder.nights_writer()
    assert on_its_row(folder) == 1
    assert writer.stored_seq(STREAM) == 39
    assert store(writer, 40) == 40
    assert folder.nights_reader().streams()[0].records == 40


def test_a_gap_is_never_walked_over(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in (1, 2, 3):
        store(writer, seq)
    writer.put_back("bedroom", DEVICE, STREAM, [record(5)])

    assert writer.stored_seq(STREAM) == 3
    assert store(writer, 7, gaps=((4, 6),)) == 7
    assert on_its_row(folder) == 7


def test_a_position_survives_the_deletion_of_the_minutes_that_told_it(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 30):
        store(writer, seq)
    folder.household_writer().diary().delete("", 0, EVENING_MS + 99 * MINUTE_MS, made_ms=5)
    (deletion,) = folder.household_reader().deletions()

    assert writer.deleted().hide(deletion) == 29
    writer.close()

    writer = folder.nights_writer()
    assert writer.stored_seq(STREAM) == 29
    assert store(writer, 30) == 30
    assert folder.nights_reader().streams()[0].records == 30
