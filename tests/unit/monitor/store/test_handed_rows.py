"""What people had erased, or deleted under a false hour, since a backup holds after its restore.

The sensors obey the lower position, and send again what their card still has, dated by now.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, Record
from monitor.deleting import Deleter
from monitor.store.archive import UNPACKED_BYTES
from monitor.store.backup import make_backup
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.restore import restore_backup
from monitor.store.undo_time import Moment
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, OTHER_STREAM, STREAM, minute, record

DAY_MS = 86_400_000
ROOM = "bedroom"
MADE_MS = EVENING_MS + DAY_MS


def at(seq: int) -> int:
    """Return when the minute of a record ends."""
    return EVENING_MS + seq * MINUTE_MS


def undated(*seqs: int, stream: str = STREAM, of: int = 0) -> list[Record]:
    """Records whose clock did not know the time.

    of: by how much their numbers were higher in the stream that first carried them.
    """
    return [_record(seq, stream, seq + of, ClockState.UNSYNCED) for seq in seqs]


def dated(*seqs: int, stream: str = STREAM, of: int = 0) -> list[Record]:
    """Their revisions, a thousand minutes later."""
    return [_record(seq, stream, seq + of, ClockState.CORRECTED) for seq in seqs]


def _record(seq: int, stream: str, of: int, clock: ClockState) -> Record:
    is_dated = clock is ClockState.CORRECTED
    end_ms = at(of + 1000 * is_dated)
    return record(
        seq, stream=stream, of=of, clock=clock, revision=int(is_dated), minute=minute(end_ms)
    )


class House:
    """A store with twenty minutes, its backups, and somebody who deletes some of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path / "data"
        self.data.mkdir()
        self.stack = ExitStack()
        self.open()
        self.store([record(seq) for seq in range(1, 21)])

    def open(self) -> None:
        """Start both services."""
        self.folder: Folder = self.stack.enter_context(data_folder(self.data))
        self.writer = self.folder.nights_writer()
        self.diary = self.folder.household_writer().diary()
        self.deleter = Deleter(self.writer, self.folder.household_reader(), lambda: None)
        self.now_s = 0.0

    def store(self, records: list[Record], lost: tuple[tuple[int, int], ...] = ()) -> None:
        self.writer.store_batch(
            room=ROOM, device=DEVICE, stream=records[0].stream, records=records, gaps=lost,
            stored_seq=records[-1].seq,
        )  # fmt: skip

    def settle(self, now_ms: int) -> None:
        """Let the monitor do all that is due at an instant."""
        self.now_s += 100.0
        now = Moment(now_ms=now_ms, boot=f"{now_ms}", boot_s=self.now_s, is_sure=True)
        while self.deleter.step(now):
            pass

    def delete(self, after: int, up_to: int) -> int:
        number = self.diary.delete(ROOM, at(after), at(up_to), made_ms=MADE_MS)
        self.settle(MADE_MS)
        return number

    def backup(self) -> Path:
        return make_backup(self.data, self.path / "kept", now_ms=MADE_MS, show=lambda *_: None)

    def restore(self, archive: Path, now_ms: int) -> None:
        """Restore with the services stopped, and start them again."""
        self.stack.close()
        restore_backup(
            archive, self.data, up_to_bytes=UNPACKED_BYTES, now_ms=now_ms, show=lambda *_: None
        )
        self.open()
        self.settle(now_ms)

    def seen(self) -> list[int]:
        found = self.folder.nights_reader().minutes(ROOM, 0, 2**60)
        return [(one.end_ms - EVENING_MS) // MINUTE_MS for one in found]

    def lost(self) -> list[tuple[int, int]]:
        raw = self.folder.raw(NIGHTS_FILE)
        return raw.execute("SELECT first_seq, last_seq FROM gaps").fetchall()

    def counts(self, stream: str = STREAM) -> tuple[int, int]:
        """Return the position of a stream, and how many are stored or lost."""
        (one,) = (it for it in self.folder.nights_reader().streams() if it.stream == stream)
        return one.stored_seq, one.records + one.lost


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.stack.close()


def after(days: float) -> int:
    return MADE_MS + int(days * DAY_MS)


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("days", [1, 8])
def test_what_was_deleted_under_a_false_hour_stays_so_when_the_sensors_send_it_again(
    house: House, days: int, *, was_there: bool
) -> None:
    archive = None if was_there else house.backup()
    house.store(undated(*range(21, 31)))
    archive = archive or house.backup()
    house.delete(20, 30)
    house.store(dated(*range(21, 31)))
    house.settle(after(days))

    house.restore(archive, after(days))
    house.store(dated(*range(21, 31)))

    house.settle(after(days + 1))
    assert house.seen() == [*range(1, 21)]
    assert house.counts() == (30, 30)


@pytest.mark.parametrize("days", [1, 8])
def test_nor_does_a_new_stream_bring_it_back(house: House, days: int) -> None:
    archive = house.backup()
    house.store(undated(*range(21, 31)))
    house.delete(20, 30)
    house.settle(after(days))

    house.restore(archive, after(days))
    house.store([record(1, stream=OTHER_STREAM, of=1, minute=minute(at(40)))])
    house.store(dated(*range(2, 11), stream=OTHER_STREAM, of=20))

    assert house.seen() == [*range(1, 21), 40]
    assert house.counts(OTHER_STREAM) == (10, 10)


def test_a_stream_that_the_backup_does_not_know_has_its_own_handed_on(house: House) -> None:
    archive = house.backup()
    house.store(undated(*range(1, 11), stream=OTHER_STREAM, of=20))
    house.delete(20, 30)
    house.store(dated(*range(1, 11), stream=OTHER_STREAM, of=20))

    house.restore(archive, after(1))
    house.store(dated(*range(1, 11), stream=OTHER_STREAM, of=20))

    assert house.seen() == [*range(1, 21)]


def test_undone_after_the_restore_it_comes_back_once_under_its_date(house: House) -> None:
    archive = house.backup()
    house.store(undated(*range(21, 31)))
    house.delete(20, 30)
    house.store(dated(*range(21, 31)))

    house.restore(archive, after(1))
    house.store(dated(*range(21, 31)))
    (number,) = (one.deletion_id for one in house.folder.household_reader().deletions())
    house.diary.undo_deletion(number, undone_ms=after(1))
    house.settle(after(1))

    assert house.seen() == [*range(1, 21), *range(1021, 1031)]


def test_what_was_taken_back_before_the_restore_is_not_handed_on_as_deleted(house: House) -> None:
    archive = house.backup()
    house.store(undated(*range(21, 31)))
    number = house.delete(20, 30)
    house.diary.undo_deletion(number, undone_ms=MADE_MS)

    house.restore(archive, after(1))
    house.store(dated(*range(21, 31)))

    assert house.seen() == [*range(1, 21), *range(1021, 1031)]


def test_the_nights_that_lose_minutes_by_it_are_judged_again(house: House) -> None:
    house.store(undated(*range(21, 31)))
    house.writer.day_scored(ROOM, at(21) // DAY_MS * DAY_MS)
    archive = house.backup()
    house.delete(20, 30)

    house.restore(archive, after(1))

    days = [day_ms for _, day_ms, _ in house.writer.unscored_days()]
    assert days == [at(21) // DAY_MS * DAY_MS]


def test_what_was_erased_and_the_card_has_given_up_since_is_not_declared_lost(
    house: House,
) -> None:
    archive = house.backup()
    house.store([record(seq) for seq in range(21, 61)])
    house.delete(30, 50)
    house.settle(after(8))

    house.restore(archive, after(9))
    house.store([record(61)], lost=((21, 60),))

    assert house.lost() == [(21, 30), (51, 60)]
    assert house.counts() == (61, 61)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'rooms'",
        "UPDATE streams SET stream = 'nobody'",
        "UPDATE rooms SET room = 'no room'",
        "UPDATE purged_seqs SET crc = x'00'",
    ],
)
def test_nothing_is_handed_on_of_what_has_changed_on_the_card(house: House, damage: str) -> None:
    archive = house.backup()
    house.store([record(seq) for seq in range(21, 61)])
    house.delete(30, 50)
    house.settle(after(8))
    with house.folder.raw(NIGHTS_FILE) as raw:
        raw.execute("PRAGMA writable_schema = 1")
        raw.execute(damage)
    raw.close()

    house.restore(archive, after(9))

    assert house.writer.streams() == ((ROOM, DEVICE, STREAM),)
    assert house.seen() == [*range(1, 21)]
    house.store([record(61)], lost=((21, 60),))
    assert house.lost() == [(21, 60)]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_another_minute_that_a_restored_card_has_under_the_number_of_one_is_stored(
    house: House, *, is_deleted: bool
) -> None:
    """The copy that the card was restored from knew nothing of the one that was deleted."""
    archive = house.backup()
    house.store(undated(*range(21, 31)))
    house.delete(20, 30)
    house.restore(archive, after(1))
    if is_deleted:
        house.diary.delete(ROOM, at(2000), at(2030), made_ms=after(1))
        house.settle(after(1))
    others = [_record(seq, STREAM, seq + 2000, ClockState.UNSYNCED) for seq in range(21, 26)]

    house.store(others)
    house.settle(after(1))

    raw = house.folder.raw(NIGHTS_FILE)
    kept = raw.execute(
        "SELECT seq FROM minutes UNION ALL SELECT seq FROM deleted_minutes ORDER BY seq"
    ).fetchall()
    assert [seq for (seq,) in kept] == [*range(1, 31)], "each once"
    assert house.seen() == [*range(1, 21), *([] if is_deleted else range(2021, 2026))]
    assert all(house.writer.crc_of(STREAM, one.seq) == (one.crc, 0) for one in others)
    house.store(others[-1:])
    assert house.counts() == (25, 30), "with those handed on, which are to come again"
