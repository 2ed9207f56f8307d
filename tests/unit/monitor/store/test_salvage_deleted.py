"""A salvage tells what people have erased from what is lost: exactly, or else as lost."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.database import PAGE_BYTES
from monitor.store.deletion import Deletion
from monitor.store.nights_writer import NightsWriter
from monitor.store.pages import rows_of_page
from monitor.store.salvage import MINUTE_ROW_WIDTH
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, minute, record

GONE, OTHER = "0a" * 8, "0b" * 8
HOUR_MS = 60 * MINUTE_MS
PAUSE_MS = 12 * HOUR_MS
LAST_BEFORE = 200
LAST = 400
# Seqs whose pages are spoiled: on both sides of the pause.
SPOILED = range(181, 221)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def at(seq: int) -> int:
    """Return when a minute ends: behind the last before the pause the sensors were off."""
    return EVENING_MS + seq * MINUTE_MS + (PAUSE_MS if seq > LAST_BEFORE else 0)


def give(writer: NightsWriter, first: int, last: int, stream: str = GONE, off_ms: int = 0) -> None:
    for begin in range(first, last + 1, 50):
        end = min(last, begin + 49)
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=stream, gaps=(), stored_seq=end,
            records=[
                record(seq, stream=stream, minute=minute(at(seq) + off_ms))
                for seq in range(begin, end + 1)
            ],
        )  # fmt: skip


def store(folder: Folder, stream: str = GONE, last: int = LAST, off_ms: int = 0) -> None:
    with closing(folder.nights_writer()) as writer:
        give(writer, 1, last, stream, off_ms)


def deletion(after_ms: int, up_to_ms: int) -> Deletion:
    return Deletion(made_ms=1, room="bedroom", start_ms=after_ms, end_ms=up_to_ms)


def purge(folder: Folder, one: Deletion) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((one,))
        while writer.deleted().purge(one):
            pass


def forget_what_was_purged(folder: Folder) -> None:
    """Leave a file as one in which a purge kept nothing."""
    with folder.raw("nights.db") as raw:
        raw.execute("DELETE FROM purged_seqs")
    raw.close()


def spoil(folder: Folder, seqs: range, first_ms: int = 0, last_ms: int = 2**60) -> None:
    """Overwrite the pages on which minutes of these numbers and hours stand."""
    folder.raw("nights.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = folder.path / "nights.db"
    content = bytearray(path.read_bytes())
    pages = [bytes(content[at : at + PAGE_BYTES]) for at in range(0, len(content), PAGE_BYTES)]
    for number, page in enumerate(pages):
        rows = rows_of_page(page, is_first=not number, overflow=lambda it: pages[it - 1])
        if any(
            len(cells) == MINUTE_ROW_WIDTH and cells[3] in seqs and first_ms < cells[1] <= last_ms
            for _, *cells in rows
        ):
            content[number * PAGE_BYTES : (number + 1) * PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    path.write_bytes(content)


def salvage(folder: Folder, *deletions: Deletion) -> str:
    if not list(folder.path.glob("*.bad-1")):
        (folder.path / "nights.db.condemned").touch()
    with closing(folder.nights_writer()) as writer:
        writer.honoured.renew(deletions, lambda _: True)
        return salvaged(writer)[-1]


def declared(folder: Folder, stream: str = GONE) -> set[int]:
    rows = folder.raw("nights.db").execute(
        "SELECT first_seq, last_seq FROM gaps JOIN streams USING (stream_id) WHERE stream = ?",
        (stream,),
    )
    return {seq for first, last in rows for seq in range(first, last + 1)}


def batch_without(folder: Folder, first: int, last: int, goes_on: int = LAST + 1) -> None:
    """Store the minute a sensor goes on with, whose journal has given up some before it."""
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=GONE, gaps=[(first, last)], stored_seq=goes_on,
            records=[record(goes_on, stream=GONE, minute=minute(at(goes_on)))],
        )  # fmt: skip


def counts(folder: Folder) -> tuple[int, int, int]:
    """Return the position of the stream, how many are stored or lost, and lost."""
    row = folder.raw("nights.db").execute(
        "SELECT stored_seq, records + lost, lost FROM streams WHERE stream = ?", (GONE,)
    )
    position, known, lost = row.fetchone()
    return position, known, lost


def there(folder: Folder) -> set[int]:
    return {seq for (seq,) in folder.raw("nights.db").execute("SELECT seq FROM minutes")}


def test_what_was_purged_beside_a_pause_is_not_declared_lost(folder: Folder) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)
    purge(folder, night)

    words = salvage(folder, night)

    assert (len(there(folder)), declared(folder)) == (300, set())
    assert words == "300 minutes were copied back from nights.db.bad-1"


def test_what_was_purged_is_known_to_the_salvage_after_the_next_too(folder: Folder) -> None:
    store(folder)
    night = deletion(at(170), at(LAST_BEFORE) + HOUR_MS)
    purge(folder, night)
    salvage(folder, night)
    (folder.path / "nights.db.bad-1").unlink()
    (folder.path / "nights.db.condemned").touch()

    assert salvage(folder, night).startswith("370 minutes were copied back")
    assert declared(folder) == set()


def test_what_was_purged_and_the_sensors_no_longer_have_is_no_loss_of_theirs(
    folder: Folder,
) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)
    purge(folder, night)
    salvage(folder, night)

    batch_without(folder, 90, 250)

    assert declared(folder) == set()
    assert counts(folder) == (LAST + 1, LAST + 1, 0)


def test_nor_is_it_where_they_say_so_before_the_salvage_has_begun(folder: Folder) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)
    purge(folder, night)
    (folder.path / "nights.db.condemned").touch()
    batch_without(folder, 1, LAST)
    assert declared(folder) == set(range(1, LAST + 1)), "nothing is known of them yet"

    salvage(folder, night)

    assert declared(folder) == set()
    assert counts(folder) == (LAST + 1, LAST + 1, 0)


def test_of_a_loss_that_reaches_beyond_what_was_purged_the_rest_is_declared(
    folder: Folder,
) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)
    purge(folder, night)
    salvage(folder, night)

    batch_without(folder, 90, LAST + 20, goes_on=LAST + 21)

    assert declared(folder) == set(range(LAST + 1, LAST + 21))
    assert counts(folder) == (LAST + 21, LAST + 21, 20)


def test_what_is_still_in_the_damaged_file_of_a_deleted_time_is_not_declared_lost(
    folder: Folder,
) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)

    salvage(folder, night)

    assert (len(there(folder)), declared(folder)) == (300, set())


def test_what_is_sent_again_of_a_deleted_time_is_not_declared_lost(folder: Folder) -> None:
    night = deletion(at(100), at(LAST_BEFORE) + HOUR_MS)
    with closing(folder.nights_writer()) as writer:
        writer.honoured.renew((night,), lambda _: True)
        give(writer, 1, LAST)
    assert len(there(folder)) == 300

    salvage(folder, night)

    assert declared(folder) == set()


def test_a_number_of_what_was_purged_that_has_changed_hides_no_loss(folder: Folder) -> None:
    store(folder)
    purge(folder, deletion(at(50), at(60)))
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE purged_seqs SET last_seq = last_seq + 1024")
    raw.close()
    spoil(folder, range(150, 160))

    salvage(folder, deletion(at(50), at(60)))

    lost = set(range(1, LAST + 1)) - there(folder) - set(range(51, 61))
    assert len(lost) >= 10
    assert declared(folder) == lost


@pytest.mark.parametrize("hours", [(5, 6), (0, 12)])
def test_the_deletion_of_a_pause_hides_no_loss_around_it(
    folder: Folder, hours: tuple[int, int]
) -> None:
    store(folder)
    spoil(folder, SPOILED)

    first, last = (at(LAST_BEFORE) + hour * HOUR_MS for hour in hours)
    salvage(folder, deletion(first, last))

    lost = set(range(1, LAST + 1)) - there(folder)
    assert lost >= set(SPOILED)
    assert declared(folder) == lost


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_stream_without_one_readable_minute_is_declared_whatever_else_is_deleted(
    folder: Folder, *, is_deleted: bool
) -> None:
    store(folder, GONE, 50, off_ms=-30 * 24 * HOUR_MS)
    store(folder, OTHER)
    spoil(folder, range(1, 51), last_ms=EVENING_MS)

    salvage(folder, *([deletion(at(99), at(101))] if is_deleted else []))

    assert declared(folder) == set(range(1, 51))


def test_of_a_purge_that_kept_nothing_what_both_neighbours_place_in_it_is_not_declared(
    folder: Folder,
) -> None:
    store(folder)
    morning = deletion(at(250), at(300))
    purge(folder, morning)
    forget_what_was_purged(folder)

    salvage(folder, morning)

    assert (len(there(folder)), declared(folder)) == (350, set())


def test_of_a_purge_that_kept_nothing_what_one_neighbour_places_elsewhere_is_declared(
    folder: Folder,
) -> None:
    store(folder)
    night = deletion(at(100), at(LAST_BEFORE) + 11 * HOUR_MS)
    purge(folder, night)
    forget_what_was_purged(folder)

    salvage(folder, night)

    assert declared(folder) == set(range(141, 201)), "by the minute after the pause it may be lost"


def test_nights_deleted_one_by_one_are_one_time_to_a_salvage(folder: Folder) -> None:
    store(folder)
    nights = deletion(at(250), at(270)), deletion(at(270), at(300))
    for one in nights:
        purge(folder, one)
    forget_what_was_purged(folder)

    salvage(folder, *nights)

    assert declared(folder) == set()
