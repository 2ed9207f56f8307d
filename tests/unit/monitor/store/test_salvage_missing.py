"""What a salvage cannot read is declared, what was declared stays so, and words say both."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.condition import store_findings
from monitor.store.database import PAGE_BYTES
from monitor.store.deleted_minutes import TO_PURGE
from monitor.store.deletion import UNDO_MS, Deletion
from monitor.store.held_minutes import IMPORTED
from monitor.store.missed_rows import Missed
from monitor.store.nights_reader import StreamStatus
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, minute, record

GONE = "0a" * 8


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(
    folder: Folder,
    first: int,
    last: int,
    gaps: tuple[tuple[int, int], ...] = (),
    stream: str = GONE,
) -> None:
    with closing(folder.nights_writer()) as writer:
        give(writer, first, last, gaps, stream)


def give(
    writer: NightsWriter,
    first: int,
    last: int,
    gaps: tuple[tuple[int, int], ...] = (),
    stream: str = GONE,
) -> None:
    for begin in range(first, last + 1, 60):
        end = min(last, begin + 59)
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=stream,
            records=[record(seq, stream=stream) for seq in range(begin, end + 1)],
            gaps=gaps if begin == first else (), stored_seq=end,
        )  # fmt: skip


def spoil(folder: Folder, pages: int = 8) -> None:
    """Overwrite some pages in the middle of nights.db, full of minutes."""
    path = folder.path / "nights.db"
    content = bytearray(path.read_bytes())
    at = len(content) // PAGE_BYTES // 2 * PAGE_BYTES
    content[at : at + pages * PAGE_BYTES] = b"\xa5" * pages * PAGE_BYTES
    path.write_bytes(content)


def status(folder: Folder, stream: str = GONE) -> StreamStatus:
    with closing(folder.nights_reader()) as reader:
        return next(one for one in reader.streams() if one.stream == stream)


def gap_seqs(folder: Folder) -> set[int]:
    with closing(folder.nights_reader()) as reader:
        gaps = reader.gaps("bedroom", 0, 2**60)
    return {seq for gap in gaps for seq in range(gap.first_seq, gap.last_seq + 1)}


def seqs(folder: Folder) -> set[int]:
    return {seq for (seq,) in folder.raw("nights.db").execute("SELECT seq FROM minutes")}


def test_what_cannot_be_read_of_a_card_that_is_gone_is_declared(folder: Folder) -> None:
    store(folder, 1, 240)
    store(folder, 301, 540, gaps=((241, 300),))
    spoil(folder)

    with closing(folder.nights_writer()) as writer:
        words = salvaged(writer)[-1]

    there = seqs(folder)
    unreadable = 480 - len(there)
    assert 0 < unreadable < 120
    assert there | gap_seqs(folder) == set(range(1, 541)), "stored or declared"
    assert not there & gap_seqs(folder)
    assert status(folder).lost == 60 + unreadable
    assert words == (
        f"{len(there)} minutes were copied back from nights.db.bad-1; {unreadable} that it had"
        " cannot be read and are declared lost, until a sensor that still has them sends them"
        " again; 60 that were declared lost before still are"
    )
    assert any(words in one.words for one in store_findings(folder.path))


def test_the_loss_that_a_salvage_declares_is_not_put_on_the_sensors_card_alone(
    folder: Folder,
) -> None:
    store(folder, 1, 240)
    store(folder, 301, 540, gaps=((241, 300),))
    gap = next(one for one in store_findings(folder.path) if one.what == "gap in bedroom")
    assert gap.words.endswith(": the sensors' card gave them up, or was damaged")
    assert gap.fix.startswith("nothing brings them back")
    spoil(folder)

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    gap = next(one for one in store_findings(folder.path) if one.what == "gap in bedroom")
    assert gap.words.endswith("or was damaged, or nights.db was and they could not be read in it")
    assert gap.fix.startswith("what the sensors still have they send again")


def test_what_a_sensor_sends_again_is_no_gap_any_more(folder: Folder) -> None:
    store(folder, 1, 540)
    spoil(folder, pages=16)

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)
        assert gap_seqs(folder)
        position = writer.stored_seq(GONE)
        assert position is not None
        assert position < min(gap_seqs(folder))
        give(writer, position + 1, 600)

        assert writer.stored_seq(GONE) == 600

    assert (seqs(folder), gap_seqs(folder)) == (set(range(1, 601)), set())
    assert (status(folder).records, status(folder).lost) == (600, 0)


def test_what_was_deleted_for_good_is_not_declared_lost(folder: Folder) -> None:
    store(folder, 1, 300)
    evening = Deletion(
        made_ms=1, room="bedroom", start_ms=EVENING_MS + 100 * MINUTE_MS,
        end_ms=EVENING_MS + 160 * MINUTE_MS,
    )  # fmt: skip
    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((evening,))
        while writer.deleted().purge(evening):
            pass
    left = seqs(folder)
    assert len(left) == 240
    spoil(folder, pages=4)

    with closing(folder.nights_writer()) as writer:
        writer.honoured.renew((evening,), lambda _: True)
        salvaged(writer)

    assert 0 < len(left - seqs(folder)) < 60
    assert gap_seqs(folder) == left - seqs(folder)


def purged_in_a_file_set_aside(folder: Folder, *, is_erased: bool = True) -> Deletion:
    """Leave a nights.db with damage in which an hour was purged, a week after its deletion."""
    store(folder, 1, 300)
    hour = Deletion(
        made_ms=1, room="bedroom", start_ms=EVENING_MS + 100 * MINUTE_MS,
        end_ms=EVENING_MS + 160 * MINUTE_MS,
    )  # fmt: skip
    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((hour,))
        while is_erased and writer.deleted().purge(hour):
            pass
        writer.deleted().purged(hour, now_ms=1 + UNDO_MS)
    return hour


def test_what_was_purged_in_the_damaged_file_is_neither_lost_nor_undoable_anew(
    folder: Folder,
) -> None:
    hour = purged_in_a_file_set_aside(folder)
    left = seqs(folder)
    spoil(folder, pages=4)

    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((hour,))  # of household.db: nothing tells that it was purged
        writer.honoured.renew((hour,), lambda _: False)
        salvaged(writer)
        assert writer.deleted().known() == {hour: TO_PURGE}

    assert 0 < len(left - seqs(folder)) < 60
    assert gap_seqs(folder) == left - seqs(folder)


def test_bytes_that_are_left_of_what_was_purged_are_not_put_back(folder: Folder) -> None:
    hour = purged_in_a_file_set_aside(folder, is_erased=False)
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((hour,))
        writer.honoured.renew((hour,), lambda _: False)
        salvaged(writer)

    hidden = folder.raw("nights.db").execute("SELECT count(*) FROM deleted_minutes").fetchone()
    assert (len(seqs(folder)), hidden, gap_seqs(folder)) == (240, (0,), set())


def test_a_deletion_that_the_damaged_file_alone_knows_is_not_believed(folder: Folder) -> None:
    purged_in_a_file_set_aside(folder, is_erased=False)
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)
        assert writer.deleted().known() == {}

    assert len(seqs(folder)) == 300


def test_the_deletion_of_another_room_hides_no_loss(folder: Folder) -> None:
    store(folder, 1, 540)
    spoil(folder)
    attic = Deletion(made_ms=1, room="attic", start_ms=0, end_ms=2**50)

    with closing(folder.nights_writer()) as writer:
        writer.honoured.renew((attic,), lambda _: False)
        salvaged(writer)

    assert gap_seqs(folder) == set(range(1, 541)) - seqs(folder) != set()


def test_an_imported_part_of_a_stream_misses_nothing_around_it(folder: Folder) -> None:
    with closing(folder.nights_writer()) as writer:
        some = [record(seq, stream=GONE) for seq in (*range(500, 520), *range(600, 640))]
        writer.put_all_back([("bedroom", DEVICE, GONE, some)])
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    assert (len(seqs(folder)), gap_seqs(folder)) == (60, set())


def imported(folder: Folder, seqs: Iterable[int], device: str = IMPORTED) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.put_all_back(
            [("bedroom", device, GONE, [record(seq, stream=GONE) for seq in seqs])]
        )  # fmt: skip


def test_what_an_import_left_out_of_a_series_is_not_declared_lost(folder: Folder) -> None:
    """Its rows are numbered through; of a time that sensors have seen they are not kept."""
    imported(folder, (*range(1, 41), *range(61, 141)))
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        words = salvaged(writer)[-1]

    assert (len(seqs(folder)), gap_seqs(folder), status(folder).lost) == (120, set(), 0)
    assert words == "120 minutes were copied back from nights.db.bad-1"


@pytest.mark.parametrize("device", [DEVICE, IMPORTED])
def test_what_cannot_be_read_of_an_imported_part_is_declared(folder: Folder, device: str) -> None:
    imported(folder, range(101, 600), device)
    spoil(folder)

    with closing(folder.nights_writer()) as writer:
        words = salvaged(writer)[-1]

    lost = 499 - len(seqs(folder))
    assert 0 < lost < 120
    assert seqs(folder) | gap_seqs(folder) == set(range(101, 600))
    assert words.endswith(f"; {lost} that had been imported cannot be read: import them again")

    imported(folder, range(101, 600), device)
    assert (len(seqs(folder)), gap_seqs(folder)) == (499, set())


def test_where_nobody_knows_which_rows_a_file_had_their_number_is_told(folder: Folder) -> None:
    imported(folder, (*range(1, 200), *range(1_000, 1_300)))
    spoil(folder)

    with closing(folder.nights_writer()) as writer:
        words = salvaged(writer)[-1]

    lost = 499 - len(seqs(folder))
    assert lost > 0
    assert gap_seqs(folder) == set(), "none is invented"
    assert words.endswith(f"; {lost} that had been imported cannot be read: import them again")


def test_of_an_imported_file_whose_row_is_lost_nothing_is_made_up(folder: Folder) -> None:
    imported(folder, (*range(1, 41), *range(61, 141)))
    with closing(folder.nights_writer()) as writer:
        missed = writer.missed().declare(("bedroom", IMPORTED, GONE), None, ())

    assert (missed, gap_seqs(folder)) == (Missed(0, 0), set())


def test_of_a_stream_without_one_readable_minute_all_is_declared(folder: Folder) -> None:
    store(folder, 1, 3)
    content = (folder.path / "nights.db").read_bytes()
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE minutes SET crc = crc + 1")
    raw.close()
    assert (folder.path / "nights.db").read_bytes() != content
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    assert (seqs(folder), gap_seqs(folder)) == (set(), {1, 2, 3})


def test_minutes_that_were_imported_into_another_room_come_back_there(folder: Folder) -> None:
    store(folder, 1, 120, stream=STREAM)
    with closing(folder.nights_writer()) as writer:
        moved = [record(seq) for seq in range(121, 181)]
        writer.put_all_back([("kitchen", DEVICE, STREAM, moved)])
    (folder.path / "nights.db.condemned").touch()

    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(1, minute=minute(EVENING_MS + MINUTE_MS))], gaps=(), stored_seq=1,
        )  # fmt: skip
        salvaged(writer)

    with closing(folder.nights_reader()) as reader:
        assert [len(reader.minutes(room, 0, 2**60)) for room in ("bedroom", "kitchen")] == [120, 60]
