"""What people deleted, or took back, since a backup holds after it is restored."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.contract.record import MarkKind
from monitor.deleting import Deleter
from monitor.night.household import PageMark
from monitor.store.archive import UNPACKED_BYTES
from monitor.store.backup import make_backup
from monitor.store.database import open_writer
from monitor.store.errors import BackupError
from monitor.store.hidden_words import deletions
from monitor.store.household_db import HOUSEHOLD_FILE, household_schema
from monitor.store.household_writer import HouseholdWriter
from monitor.store.left_behind import LeftBehind
from monitor.store.nights_db import NIGHTS_FILE, nights_schema
from monitor.store.restore import restore_backup
from monitor.store.schemas import schemas
from monitor.store.undo_time import Moment
from tests.fakes.folder import Folder, data_folder
from tests.fakes.older_store import put_plainly
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, OTHER_STREAM, STREAM, minute, record

DAY_MS = 86_400_000
ROOM = "bedroom"
NIGHT = "2026-11-22"
NOON_MS = EVENING_MS - 11 * 3_600_000
DELETED_MS = EVENING_MS + 3_600_000
MINUTES = 60
THERE = (MINUTES, ["storm"], ("fan",), "storm")
GONE = (0, [], (), "")


def day(number: int) -> int:
    return DELETED_MS + number * DAY_MS


class House:
    """A night of an hour with words on it, deleted, undone, backed up and restored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path / "data"
        self.data.mkdir()
        self.stack = ExitStack()
        self.open()
        self.store(STREAM)
        mark = PageMark(mark_id="one", at_ms=EVENING_MS + 5, kind=MarkKind.NOTE, note="storm")
        self.household.mark(ROOM, mark, made_ms=EVENING_MS)
        self.diary.write(ROOM, NIGHT, tags=["fan"], made_ms=EVENING_MS)
        self.diary.write(ROOM, NIGHT, note="storm", made_ms=EVENING_MS)

    def open(self) -> None:
        """Start both services."""
        self.folder: Folder = self.stack.enter_context(data_folder(self.data))
        self.nights = self.folder.nights_writer()
        self.household = self.folder.household_writer()
        self.diary = self.household.diary()
        self.deleter = Deleter(self.nights, self.folder.household_reader(), lambda: None)
        self.now_s = 0.0

    def stop(self) -> None:
        self.stack.close()

    def store(self, stream: str) -> None:
        """Have the minutes sent, in a stream of this name."""
        self.nights.store_batch(
            room=ROOM, device=DEVICE, stream=stream, gaps=(), stored_seq=MINUTES,
            records=[
                record(seq, stream=stream, minute=minute(EVENING_MS + seq * MINUTE_MS))
                for seq in range(1, MINUTES + 1)
            ],
        )  # fmt: skip

    def settle(self, now_ms: int) -> None:
        """Let the services do all that is due at an instant."""
        self.now_s += 100.0
        now = Moment(now_ms=now_ms, boot=f"{now_ms}", boot_s=self.now_s, is_sure=True)
        while self.deleter.step(now):
            pass
        self.diary.forget(now_ms)

    def delete(self, at_ms: int = DELETED_MS) -> int:
        number = self.diary.delete(ROOM, NOON_MS, at_ms, made_ms=at_ms, night=NIGHT)
        self.settle(at_ms)
        return number

    def undo(self, number: int, at_ms: int) -> bool:
        is_done = self.diary.undo_deletion(number, undone_ms=at_ms)
        self.settle(at_ms)
        return is_done

    def backup(self, at_ms: int) -> Path:
        return make_backup(self.data, self.path / "kept", now_ms=at_ms, show=lambda *_: None)

    def restore(self, archive: Path, at_ms: int) -> list[LeftBehind]:
        """Restore with the services stopped; start them and let them do what is due."""
        self.stop()
        kept = restore_backup(
            archive, self.data, up_to_bytes=UNPACKED_BYTES, now_ms=at_ms, show=lambda *_: None
        )
        self.open()
        self.settle(at_ms)
        return [one.left for one in kept]

    def seen(self) -> tuple[int, list[str], tuple[str, ...], str]:
        """Return how many minutes, and which words, the night shows."""
        found = self.folder.nights_reader().minutes(ROOM, 0, 2**60)
        reader = self.folder.household_reader()
        said = [one.note for one in reader.marks(ROOM, 0, 2**60)]
        return len(found), said, reader.tags(ROOM, NIGHT), reader.note(ROOM, NIGHT)

    def undoable(self, now_ms: int) -> list[int]:
        return [
            one.deletion_id
            for one in self.folder.household_reader().deletions()
            if one.undone_ms is None and not one.is_final(now_ms)
        ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.stop()


def test_what_was_taken_back_after_the_backup_stays(house: House) -> None:
    number = house.delete()
    archive = house.backup(day(3))
    assert house.undo(number, day(5))

    left = house.restore(archive, day(10))

    assert house.seen() == THERE
    assert left == [LeftBehind(), LeftBehind()], "all of it is in the store restored"
    house.store(OTHER_STREAM)
    house.settle(day(20))
    assert house.seen() == THERE


@pytest.mark.parametrize("lost", [NIGHTS_FILE, HOUSEHOLD_FILE])
def test_one_sound_file_is_enough_to_know_what_was_taken_back(house: House, lost: str) -> None:
    number = house.delete()
    archive = house.backup(day(3))
    house.undo(number, day(5))
    house.stop()
    (house.data / lost).write_bytes(b"a letter " * 500)

    house.restore(archive, day(10))

    assert house.seen() == THERE


def lose(data: Path) -> None:
    """Begin with a card that is new."""
    shutil.rmtree(data)
    data.mkdir()


def spoil(data: Path) -> None:
    for name in schemas():
        (data / name).write_bytes(b"a letter " * 500)


def begin_anew(data: Path) -> None:
    """Begin with a card that is new and whose services have run already."""
    lose(data)
    for name, schema in schemas().items():
        open_writer(data / name, schema).close()


@pytest.mark.parametrize("happens", [lose, spoil, begin_anew])
def test_where_nobody_knows_whether_it_was_taken_back_its_seven_days_begin_again(
    house: House, happens: Callable[[Path], None]
) -> None:
    house.delete()
    archive = house.backup(day(3))
    house.stop()
    happens(house.data)

    house.restore(archive, day(10))
    assert house.seen() == GONE
    house.settle(day(17) - 1)
    (number,) = house.undoable(day(17) - 1)
    assert house.undo(number, day(17) - 1)

    assert house.seen() == THERE


def test_what_is_not_taken_back_then_either_is_gone_for_good(house: House) -> None:
    house.delete()
    archive = house.backup(day(3))
    house.stop()
    lose(house.data)

    house.restore(archive, day(10))
    house.settle(day(17))

    assert house.undoable(day(17)) == []
    nights, household = house.folder.raw(NIGHTS_FILE), house.folder.raw(HOUSEHOLD_FILE)
    for table in ("minutes", "deleted_minutes"):
        assert nights.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - ours
    for table in ("night_tags", "night_notes"):
        assert household.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - ours
    assert household.execute("SELECT at_ms, note FROM marks").fetchall() == [(0, "")]


def test_what_was_written_after_a_deletion_is_not_deleted_by_its_new_seven_days(
    house: House,
) -> None:
    house.delete()
    house.diary.write(ROOM, NIGHT, note="no storm at all", made_ms=day(1))
    archive = house.backup(day(3))
    house.stop()
    lose(house.data)

    house.restore(archive, day(10))

    assert house.seen() == (0, [], (), "no storm at all")


def test_a_clock_that_is_behind_makes_a_deletion_no_older(house: House) -> None:
    house.delete()
    archive = house.backup(day(3))
    house.stop()
    lose(house.data)

    house.restore(archive, day(-20))
    house.settle(day(6))
    house.undo(*house.undoable(day(6)), day(6))

    assert house.seen() == THERE


def test_what_was_taken_back_after_one_restore_stays_after_the_next(house: House) -> None:
    house.delete()
    archive = house.backup(day(3))
    house.stop()
    lose(house.data)
    house.restore(archive, day(10))
    house.undo(*house.undoable(day(11)), day(11))

    house.restore(archive, day(12))

    assert house.seen() == THERE
    assert house.undoable(day(12)) == []


def test_what_was_purged_before_the_backup_is_not_offered_to_be_taken_back(house: House) -> None:
    house.delete()
    house.settle(day(7))
    archive = house.backup(day(8))
    house.stop()
    lose(house.data)

    house.restore(archive, day(10))

    assert (house.seen(), house.undoable(day(10))) == (GONE, [])


def test_what_was_deleted_after_the_backup_stays_deleted_and_can_be_taken_back(
    house: House,
) -> None:
    archive = house.backup(day(0))
    house.delete(day(1))

    house.restore(archive, day(3))

    assert house.seen() == GONE
    house.undo(*house.undoable(day(3)), day(3))
    assert house.seen() == THERE


def test_what_was_deleted_for_good_after_the_backup_is_erased_again(house: House) -> None:
    archive = house.backup(day(0))
    house.delete(day(1))
    house.settle(day(8))

    house.restore(archive, day(9))

    assert (house.seen(), house.undoable(day(9))) == (GONE, [])
    house.store(OTHER_STREAM)
    assert house.seen() == GONE
    raw = house.folder.raw(NIGHTS_FILE)
    assert raw.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (0,)


def test_what_was_deleted_for_good_after_the_backup_is_never_offered_to_be_taken_back(
    house: House,
) -> None:
    archive = house.backup(day(0))
    house.delete(day(1))
    house.settle(day(8))
    (number,) = (one.deletion_id for one in deletions(house.folder.raw(HOUSEHOLD_FILE)))
    house.stop()

    restore_backup(
        archive, house.data, up_to_bytes=UNPACKED_BYTES, now_ms=day(9), show=lambda *_: None
    )

    with closing(HouseholdWriter.open(house.data / HOUSEHOLD_FILE)) as before_the_monitor:
        assert not before_the_monitor.diary().undo_deletion(number, undone_ms=day(9))


def old_backup(folder: Path) -> Path:
    """Return a backup of one minute, made by a version that knew of no deletions."""
    old = folder / "old"
    old.mkdir()
    for schema, version in ((nights_schema(), 2), (household_schema(), 4)):
        older = replace(schema, steps=schema.steps[:version])
        open_writer(old / schema.name, older).close()
    put_plainly(old / NIGHTS_FILE, [record(1, minute=minute(EVENING_MS + MINUTE_MS))], ROOM)
    return make_backup(old, folder / "kept", now_ms=day(0), show=lambda *_: None)


def test_a_deletion_holds_in_a_backup_of_before_there_were_deletions(house: House) -> None:
    house.delete(day(1))

    house.restore(old_backup(house.path), day(3))

    raw = house.folder.raw(NIGHTS_FILE)
    assert raw.execute("SELECT count(*) FROM minutes").fetchone() == (0,)
    assert raw.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (1,)
    assert len(house.undoable(day(3))) == 1


def test_without_deletions_a_backup_is_put_in_place_as_it_is(house: House) -> None:
    archive = house.backup(day(0))
    house.stop()

    restore_backup(
        archive, house.data, up_to_bytes=UNPACKED_BYTES, now_ms=day(1), show=lambda *_: None
    )

    for name in schemas():
        # Source: https://www.sqlite.org/fileformat.html, 1.3: 1 for a file without a log.
        assert (house.data / name).read_bytes()[18:20] == b"\x01\x01"


def test_rows_that_damage_has_made_do_not_stop_a_restore(house: House) -> None:
    number = house.delete()
    archive = house.backup(day(3))
    house.undo(number, day(5))
    house.stop()
    with closing(sqlite3.connect(house.data / NIGHTS_FILE)) as raw:
        raw.execute("CREATE TABLE spoiled AS SELECT * FROM deletions")
        raw.execute("INSERT INTO spoiled VALUES (5, '', 99, 1, NULL, NULL)")
        raw.execute("INSERT INTO spoiled VALUES (6, '', 'x', x'00', NULL, NULL)")
        raw.execute("DROP TABLE deletions")
        raw.execute("ALTER TABLE spoiled RENAME TO deletions")
        raw.commit()

    house.restore(archive, day(10))

    assert house.seen() == THERE


def test_no_backup_is_made_of_a_household_that_does_not_fit_its_seal(house: House) -> None:
    house.delete()
    with house.folder.raw(HOUSEHOLD_FILE) as raw:
        raw.execute("UPDATE night_notes SET note = 'other'")

    with pytest.raises(BackupError, match="does not fit its seal"):
        house.backup(day(3))


def test_an_undo_of_today_holds_when_household_falls_back_to_the_copy_of_yesterday(
    house: House,
) -> None:
    number = house.delete()
    house.household.keep_copy()
    house.undo(number, day(1))
    house.stop()
    (house.data / HOUSEHOLD_FILE).write_bytes(b"a letter " * 500)

    house.open()
    house.settle(day(10))

    assert (house.seen(), house.undoable(day(2))) == (THERE, [])


def test_a_deletion_of_today_can_still_be_taken_back_after_household_fell_back(
    house: House,
) -> None:
    house.household.keep_copy()
    house.delete()
    house.stop()
    (house.data / HOUSEHOLD_FILE).write_bytes(b"a letter " * 500)

    house.open()
    house.settle(day(1))
    assert house.seen() == GONE
    house.undo(*house.undoable(day(1)), day(1))

    assert house.seen() == THERE


@pytest.mark.parametrize("content", [None, b"a letter " * 500])
def test_household_falls_back_also_where_nights_db_tells_nothing(
    house: House, content: bytes | None
) -> None:
    house.household.keep_copy()
    house.stop()
    nights = house.data / NIGHTS_FILE
    nights.unlink()
    if content:
        nights.write_bytes(content)
    (house.data / HOUSEHOLD_FILE).write_bytes(b"a letter " * 500)

    house.open()

    assert house.seen()[1:] == THERE[1:]
