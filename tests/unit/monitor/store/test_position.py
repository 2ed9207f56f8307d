"""A stream's position on disk, told by its row and by the minutes behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, Record
from monitor.store.deletion import Deletion
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(writer: NightsWriter, *seqs: int, gaps: tuple[tuple[int, int], ...] = ()) -> int:
    writer.store_batch(
        room="bedroom",
        device=DEVICE,
        stream=STREAM,
        records=[record(seq) for seq in seqs],
        gaps=gaps,
        stored_seq=max(seqs),
    )
    return writer.stored_seq(STREAM) or 0


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


def test_the_crc_of_a_deleted_record_is_known_until_it_is_purged_and_of_the_position_after(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 4):
        store(writer, seq)
    known = writer.crc_of(STREAM, 3)
    folder.household_writer().diary().delete("", 0, EVENING_MS + 99 * MINUTE_MS, made_ms=5)
    (deletion,) = folder.household_reader().deletions()
    assert writer.deleted().hide(deletion) == 3
    assert known is not None
    assert writer.crc_of(STREAM, 3) == known
    writer.deleted().purge(deletion)
    assert writer.crc_of(STREAM, 3) == known
    assert writer.crc_of(STREAM, 2) is None


def test_a_position_survives_a_purge_of_minutes_that_were_never_hidden(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 30):
        store(writer, seq)
    folder.household_writer().diary().delete("", 0, EVENING_MS + 99 * MINUTE_MS, made_ms=5)
    (deletion,) = folder.household_reader().deletions()

    assert writer.deleted().purge(deletion) == 29
    writer.close()

    assert folder.nights_writer().stored_seq(STREAM) == 29


def counted(folder: Folder) -> tuple[int, int]:
    (status,) = folder.nights_reader().streams()
    return status.stored_seq, status.records


def put_back(writer: NightsWriter, *seqs: int, revision: int = 0) -> None:
    records = [record(seq, revision=revision) for seq in seqs]
    writer.put_back("bedroom", DEVICE, STREAM, records)


def test_what_is_put_back_counts_once_and_moves_the_position_over_no_hole(folder: Folder) -> None:
    writer = folder.nights_writer()
    put_back(writer, *range(1, 101), *range(103, 131))
    assert counted(folder) == (100, 128)

    put_back(writer, *range(90, 102))
    assert counted(folder) == (101, 129)

    assert store(writer, 102) == 130
    assert counted(folder) == (130, 130)


def test_minutes_told_by_their_place_count_once_when_others_are_put_back(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 11):
        store(writer, seq)
    put_back(writer, *range(12, 31))
    assert counted(folder) == (10, 29)

    assert store(writer, 11) == 30
    assert counted(folder) == (30, 30)
    for seq in range(31, 200):
        assert store(writer, seq) == seq
        assert counted(folder) == (seq, seq)


def test_a_position_does_not_fall_when_a_salvaged_revision_lies_in_a_deletion(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    for seq in range(1, 31):
        store(writer, seq)
    end_ms = record(10).minute.end_ms
    deletion = Deletion(made_ms=5, room="", start_ms=end_ms - 1, end_ms=end_ms)
    writer.honoured.renew((deletion,), lambda _: False)

    put_back(writer, 10, revision=1)

    assert counted(folder) == (30, 30)
    writer.close()
    assert folder.nights_writer().stored_seq(STREAM) == 30


def test_a_batch_of_known_and_new_records_counts_the_new_ones(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    store(writer, 2, 3)

    assert store(writer, 3, 4) == 4
    assert counted(folder) == (4, 4)
    assert store(writer, 4) == 4
    assert counted(folder) == (4, 4)


def test_a_new_record_that_lies_in_a_deletion_is_told_by_the_row(folder: Folder) -> None:
    writer = folder.nights_writer()
    for seq in (1, 2):
        store(writer, seq)
    end_ms = record(3).minute.end_ms
    deletion = Deletion(made_ms=5, room="", start_ms=end_ms - 1, end_ms=end_ms)
    writer.honoured.renew((deletion,), lambda _: False)

    assert store(writer, 3) == 3
    assert on_its_row(folder) == 3
    assert store(writer, 4) == 4
    assert counted(folder) == (4, 4)


OLD, NEW = STREAM, "7766554433221100"
# Each stream's records, as a sensor begins a new one once its clock has found the time.
ONE_AFTER_THE_OTHER = [
    (OLD, [record(seq, clock=ClockState.UNSYNCED) for seq in (1, 2, 3)]),
    (NEW, [record(seq, stream=NEW, clock=ClockState.CORRECTED, revision=1) for seq in (1, 2, 3)]),
]


def counted_each(folder: Folder) -> list[tuple[int, int]]:
    return [(one.stored_seq, one.records) for one in folder.nights_reader().streams()]


def test_what_takes_the_place_of_another_stream_s_minutes_counts_once(folder: Folder) -> None:
    writer = folder.nights_writer()
    for stream, records in ONE_AFTER_THE_OTHER:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=stream, records=records, gaps=(), stored_seq=3
        )

    assert counted_each(folder) == [(3, 3), (3, 3)]


def test_so_it_does_where_both_are_put_back(folder: Folder) -> None:
    parts = [("bedroom", DEVICE, stream, records) for stream, records in ONE_AFTER_THE_OTHER]
    folder.nights_writer().put_all_back(parts)

    assert counted_each(folder) == [(3, 3), (3, 3)]


@pytest.mark.parametrize("parts", [ONE_AFTER_THE_OTHER, ONE_AFTER_THE_OTHER[::-1]])
def test_what_is_put_back_a_second_time_is_not_counted_again(
    folder: Folder, parts: list[tuple[str, list[Record]]]
) -> None:
    """An export that holds a minute by its false and by its true date, imported twice."""
    writer = folder.nights_writer()
    all_of_it = [("bedroom", DEVICE, stream, records) for stream, records in parts]
    assert writer.put_all_back(all_of_it) == 6

    assert writer.put_all_back(all_of_it) == 0
    assert [records for _, records in counted_each(folder)] == [3, 3]


@pytest.mark.parametrize("is_purged", [False, True])
def test_nor_is_what_was_deleted_for_good_before_its_purge_and_after(
    folder: Folder, *, is_purged: bool
) -> None:
    writer = folder.nights_writer()
    parts = [("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 11)])]
    writer.put_all_back(parts)
    gone = Deletion(made_ms=5, room="", start_ms=0, end_ms=record(10).minute.end_ms)
    writer.deleted().take_over((gone,))
    while is_purged and writer.deleted().purge(gone):
        pass
    writer.honoured.renew((gone,), lambda _: True)

    assert writer.put_all_back(parts) == 0
    assert counted_each(folder) == [(10, 10)]


def test_what_was_put_back_behind_a_deletion_counts_once_when_that_is_undone(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    end_ms = record(4).minute.end_ms
    deletion = Deletion(made_ms=5, room="", start_ms=end_ms - 1, end_ms=end_ms)
    writer.honoured.renew((deletion,), lambda _: False)
    writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 61)])
    writer.honoured.renew((), lambda _: False)

    assert writer.deleted().bring_back(deletion, ()) == 1
    assert counted_each(folder) == [(60, 60)]
    writer.put_back("bedroom", DEVICE, STREAM, [record(61)])
    assert counted_each(folder) == [(61, 61)]
