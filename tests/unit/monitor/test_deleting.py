"""Deletion by the user, on real files: out of sight, brought back, gone for good."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.alerts.rules import Fate as AlertFate
from monitor.contract.codec import seal
from monitor.contract.record import ClockState, Record
from monitor.deleting import Deleter
from monitor.store.alerts_db import DecisionRow, NewMessage
from monitor.store.database import PAGE_BYTES
from monitor.store.deletion import Deletion
from monitor.store.deletion_words import deletion_findings
from monitor.store.diary_rows import DiaryRows
from monitor.store.nights_writer import NightsWriter
from monitor.store.undo_time import Moment
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, OTHER_STREAM, STREAM, record

DAY_MS = 86_400_000
ROOM = "bedroom"
MADE_MS = EVENING_MS + DAY_MS
THIRD_STREAM = "aaaabbbbccccdddd"
NOON_MS = EVENING_MS + 13 * 60 * MINUTE_MS


def at(seq: int) -> int:
    """Return when the minute of a record ends."""
    return EVENING_MS + seq * MINUTE_MS


def moment(now_ms: int, boot_s: float) -> Moment:
    """Return a look at a clock that knows the time, after a restart."""
    return Moment(now_ms=now_ms, boot=f"{boot_s}", boot_s=boot_s, is_sure=True)


class House:
    """A store with twenty minutes, and somebody who deletes some of them."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.writer = folder.nights_writer()
        self.reader = folder.nights_reader()
        self.diary: DiaryRows = folder.household_writer().diary()
        self.told = 0
        self.now_s = 0.0
        self.deleter = self.new_deleter()
        self.store(*range(1, 21))

    def start_anew(self) -> None:
        """Restart the monitor."""
        self.writer.close()
        self.writer = self.folder.nights_writer()
        self.reader = self.folder.nights_reader()
        self.deleter = self.new_deleter()

    def new_deleter(self) -> Deleter:
        return Deleter(self.writer, self.folder.household_reader(), self._changed)

    def _changed(self) -> None:
        self.told += 1

    def store(self, *seqs: int, revision: int = 0) -> int:
        records = [record(seq, revision=revision) for seq in seqs]
        return self.store_records(records)

    def store_records(self, records: list[Record]) -> int:
        return self.store_in(STREAM, records)

    def store_in(self, stream: str, records: list[Record]) -> int:
        self.writer.store_batch(
            room=ROOM,
            device=DEVICE,
            stream=stream,
            records=records,
            gaps=(),
            stored_seq=max(one.seq for one in records),
        )
        return self.writer.stored_seq(stream) or 0

    def settle(self, now_ms: int = MADE_MS) -> None:
        """Step until nothing is due at an instant."""
        self.now_s += 100.0
        now = moment(now_ms, self.now_s)
        while self.deleter.step(now):
            pass

    def seen(self, room: str = ROOM) -> list[int]:
        found = self.reader.minutes(room, 0, 2**60)
        return [(one.end_ms - EVENING_MS) // MINUTE_MS for one in found]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with data_folder(tmp_path) as folder:
        yield House(folder)


def test_deleted_minutes_are_out_of_sight_and_their_days_are_judged_again(house: House) -> None:
    house.writer.day_scored(ROOM, at(5) // DAY_MS * DAY_MS)
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)

    house.settle()

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert house.told
    assert [day_ms for _, day_ms, _ in house.writer.unscored_days()] == [at(5) // DAY_MS * DAY_MS]


def test_an_undone_deletion_brings_every_minute_back_bit_for_bit(house: House) -> None:
    before = list(house.reader.records(ROOM, 0, 2**60))
    number = house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()

    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()

    assert list(house.reader.records(ROOM, 0, 2**60)) == before


def test_what_is_taken_back_while_another_is_being_purged_comes_back(house: House) -> None:
    """In the second in which both became final: the monitor has looked, and begun with one."""
    house.diary.delete(ROOM, at(5), at(10), made_ms=MADE_MS)
    second = house.diary.delete(ROOM, at(15), at(20), made_ms=MADE_MS)
    house.settle()
    house.now_s += 100.0
    final = moment(MADE_MS + 7 * DAY_MS, house.now_s)
    house.deleter.step(final)

    assert house.diary.undo_deletion(second, undone_ms=final.now_ms)
    while house.deleter.step(final):
        pass
    house.settle(final.now_ms + 1)

    assert house.seen() == [*range(1, 6), *range(11, 21)]


def test_what_was_purged_in_a_file_before_is_purged_at_once(house: House) -> None:
    """Its sensors have sent some of it again; the seven days do not begin anew."""
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    (one,) = house.writer.deleted().known()

    assert house.writer.deleted().purged_before({one.key}) == (one,)
    house.settle(MADE_MS + 5)

    assert house.writer.deleted().known() == {one: MADE_MS + 5}
    assert house.writer.deleted().purged_before({one.key}) == (one,)
    assert house.writer.deleted().known() == {one: MADE_MS + 5}, "as before"
    hidden = house.folder.raw("nights.db").execute("SELECT count(*) FROM deleted_minutes")
    assert hidden.fetchone() == (0,)


def test_what_another_deletion_holds_stays_out_of_sight(house: House) -> None:
    first = house.diary.delete(ROOM, at(2), at(12), made_ms=MADE_MS)
    house.diary.delete("", at(4), at(6), made_ms=MADE_MS + 1)
    house.diary.delete("attic", at(1), at(20), made_ms=MADE_MS + 2)
    house.diary.delete(ROOM, at(10), at(20), made_ms=MADE_MS + 3)
    house.settle(MADE_MS + 3)

    house.diary.undo_deletion(first, undone_ms=MADE_MS + 4)
    house.settle(MADE_MS + 4)

    assert house.seen() == [1, 2, 3, 4, 7, 8, 9, 10]


def test_a_minute_that_arrives_deleted_counts_as_stored_and_can_be_brought_back(
    house: House,
) -> None:
    number = house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()

    assert house.store(21, 22, 31) == 31
    assert house.seen()[-2:] == [20, 31]
    assert house.reader.streams()[0].records == 23

    house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()
    assert house.seen()[-4:] == [20, 21, 22, 31]


def test_a_correction_of_time_can_leave_a_deleted_range_and_enter_it(house: House) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()

    out = record(10, revision=1, minute=record(40).minute)
    into = record(20, revision=1, minute=record(10).minute)
    house.store_records([out, into])

    assert house.seen() == [*range(1, 6), *range(16, 20), 40]


def test_after_seven_days_they_are_gone_from_the_file_itself(house: House, tmp_path: Path) -> None:
    marked = [
        record(seq, minute=record(seq).minute, stream="f00df00df00df00d") for seq in range(50, 60)
    ]
    boot = bytes.fromhex(marked[0].boot)
    house.writer.store_batch(
        room="attic",
        device=DEVICE,
        stream="f00df00df00df00d",
        records=marked,
        gaps=(),
        stored_seq=59,
    )
    house.diary.delete("", 0, at(100), made_ms=MADE_MS)
    house.settle(MADE_MS)
    house.settle(MADE_MS + 7 * DAY_MS - 1)
    with house.folder.raw("nights.db") as other:
        assert other.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (30,)

    house.settle(MADE_MS + 7 * DAY_MS)
    house.writer.close()
    house.reader.close()

    with house.folder.raw("nights.db") as other:
        assert other.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (0,)
        assert other.execute("SELECT count(*) FROM minutes").fetchone() == (0,)
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert boot not in (tmp_path / "nights.db").read_bytes()


def test_what_was_purged_is_not_kept_when_a_journal_sends_it_again(house: House) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 7 * DAY_MS)

    assert house.store(21, 31) == 31

    with house.folder.raw("nights.db") as other:
        assert other.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (0,)
    assert house.seen()[-2:] == [20, 31]


def test_what_arrives_deleted_for_good_leaves_the_crc_that_proves_the_position(
    house: House,
) -> None:
    house.diary.delete(ROOM, 0, at(30), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 8 * DAY_MS)
    assert house.store(21, 22) == 22
    assert house.writer.crc_of(STREAM, 22) == (record(22).crc, 0)
    assert house.writer.crc_of(STREAM, 21) is None
    with house.folder.raw("nights.db") as other:
        assert len(other.execute("SELECT * FROM purged_positions").fetchall()) == 1
    assert house.seen() == []


def test_a_minute_without_a_date_that_falls_into_what_is_gone_is_judged_by_its_own(
    house: House,
) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle(MADE_MS)
    house.settle(MADE_MS + 8 * DAY_MS)
    house.store_records([record(seq, clock=ClockState.UNSYNCED) for seq in (21, 22, 31)])
    assert house.seen()[-2:] == [20, 31]
    assert house.writer.crc_of(STREAM, 21) == (record(21, clock=ClockState.UNSYNCED).crc, 0)

    dated = [record(seq, revision=1, minute=record(at).minute) for seq, at in ((21, 40), (22, 25))]
    house.store_records(dated)

    assert house.seen()[-3:] == [20, 31, 40]
    assert house.reader.streams()[0].records == 23
    with house.folder.raw("nights.db") as other:
        assert other.execute("SELECT count(*) FROM deleted_minutes").fetchone() == (0,)


def test_that_a_minute_without_a_date_came_is_no_minute_that_could_be_brought_back(
    house: House,
) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle(MADE_MS)
    house.settle(MADE_MS + 8 * DAY_MS)
    house.store_records([record(21, clock=ClockState.UNSYNCED)])
    wider = Deletion(made_ms=MADE_MS, room=ROOM, start_ms=at(10), end_ms=at(40))

    assert house.writer.deleted().bring_back(wider, ()) == 0
    assert house.reader.changed_minutes() == 0, "nor is it one whose bytes have changed"

    assert house.seen()[-1] == 20
    assert house.reader.minute_count(ROOM, 0, 2**60) == 20


def undated(*seqs: int) -> list[Record]:
    """Records whose clock did not know the time, and stamped them as it thought."""
    return [record(seq, clock=ClockState.UNSYNCED) for seq in seqs]


def dated(*moves: tuple[int, int]) -> list[Record]:
    """Their revisions: (seq, the minute in which it was)."""
    return [
        record(seq, revision=1, clock=ClockState.CORRECTED, minute=record(at).minute)
        for seq, at in moves
    ]


def test_an_undated_minute_that_came_into_a_deletion_outlives_its_purge(house: House) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.store_records(undated(21, 22, 23))
    assert house.seen() == [*range(1, 21)]
    house.settle(MADE_MS + 7 * DAY_MS)
    assert house.reader.changed_minutes() == 0

    house.store_records(dated((21, 40), (22, 41), (23, 25)))

    assert house.seen() == [*range(1, 21), 40, 41]
    house.settle(MADE_MS + 7 * DAY_MS + 1)
    assert hidden(house) == 0


def test_of_an_undated_minute_that_is_purged_no_value_is_left(house: House) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.store_records(undated(21))
    house.settle(MADE_MS + 7 * DAY_MS)
    with house.folder.raw("nights.db") as other:
        row = other.execute("SELECT * FROM deleted_minutes").fetchone()
    assert sum(cell is not None for cell in row) == 7, "its key"
    assert house.reader.held().spans(ROOM, at(20), at(30)) == (), "in nobody's way"


def test_what_people_deleted_under_its_false_hour_stays_deleted_once_it_has_its_date(
    house: House,
) -> None:
    house.store_records(undated(*range(21, 31)))
    house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    assert house.seen() == [*range(1, 26)]

    house.store_records(dated(*((seq, seq + 1000) for seq in range(21, 31))))

    assert house.seen() == [*range(1, 21), *range(1021, 1026)]
    assert house.writer.crc_of(STREAM, 30) == (dated((30, 1030))[0].crc, 1)
    house.settle(MADE_MS + 7 * DAY_MS)
    assert cells_left(house) == [9] * 5, "of each its key and its moment"
    assert house.reader.changed_minutes() == 0


@pytest.mark.parametrize("dated_at", [None, 1026])
@pytest.mark.parametrize("stream", [STREAM, OTHER_STREAM])
@pytest.mark.parametrize("knew_its_date", [False, True])
def test_what_was_purged_under_a_false_hour_stays_so_whoever_sends_it_again(
    house: House, stream: str, dated_at: int | None, *, knew_its_date: bool
) -> None:
    house.store_records(undated(*range(26, 31)))
    house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    if knew_its_date:
        house.store_records(dated(*((seq, seq + 1000) for seq in range(26, 31))))
    house.settle(MADE_MS + 7 * DAY_MS)
    first_seq = 26 if stream == STREAM else 1

    again = of_another_stream(
        undated(*range(26, 31)), dated_at=dated_at, stream=stream, first_seq=first_seq
    )
    assert house.store_in(stream, again) == again[-1].seq

    assert house.seen() == [*range(1, 21)]
    revision = max(int(knew_its_date and stream == STREAM), again[-1].revision)
    proof = house.writer.crc_of(stream, again[-1].seq)
    assert proof is not None
    assert proof[1] == revision
    house.settle(MADE_MS + 8 * DAY_MS)
    assert set(cells_left(house)) == {9}
    assert house.reader.changed_minutes() == 0
    assert sum(one.records for one in house.reader.streams()) == 25 + 5 * (stream != STREAM)
    assert house.reader.gaps(ROOM, 0, 2**60) == ()


@pytest.mark.parametrize("stream", [STREAM, OTHER_STREAM])
@pytest.mark.parametrize("knew_its_date", [False, True])
def test_what_was_purged_under_a_false_hour_stays_so_over_a_salvage(
    house: House, stream: str, *, knew_its_date: bool
) -> None:
    house.store_records(undated(*range(21, 31)))
    house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    its_dates = dated(*((seq, seq + 1000) for seq in range(21, 31)))
    if knew_its_date:
        house.store_records(its_dates)
    house.settle(MADE_MS + 7 * DAY_MS)
    house.writer.condemn()
    house.start_anew()
    house.settle(MADE_MS + 7 * DAY_MS + 1)

    words = salvaged(house.writer)

    assert "lost" not in words[-1]
    assert cells_left(house) == [9] * 5
    if stream == STREAM:
        house.store_records(its_dates)
    else:
        house.store_in(stream, of_another_stream(undated(*range(21, 31)), dated_at=1021))
    assert house.seen() == [*range(1, 21), *range(1021, 1026)]
    assert house.reader.gaps(ROOM, 0, 2**60) == ()


def test_what_has_come_of_it_before_the_salvage_reads_that_it_is_gone_goes(house: House) -> None:
    house.store_records(undated(*range(26, 31)))
    house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 7 * DAY_MS)
    house.writer.condemn()
    house.start_anew()
    again = of_another_stream(undated(*range(26, 31)), dated_at=1026)
    house.store_in(OTHER_STREAM, again)

    salvaged(house.writer)

    assert house.seen() == [*range(1, 21)]
    assert house.writer.stored_seq(OTHER_STREAM) == 5
    assert house.writer.crc_of(OTHER_STREAM, 5) == (again[-1].crc, 1)


def test_a_salvage_knows_of_what_came_without_a_date_into_what_is_gone(house: House) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 7 * DAY_MS)
    house.store_records(undated(21, 22, 23))
    house.writer.condemn()
    house.start_anew()
    house.settle(MADE_MS + 7 * DAY_MS + 1)

    words = salvaged(house.writer)

    assert "lost" not in words[-1]
    assert cells_left(house) == [7] * 3
    house.store_records(dated((21, 40), (22, 41), (23, 25)))
    assert house.seen() == [*range(1, 21), 40, 41]


@pytest.mark.parametrize("stream", [STREAM, OTHER_STREAM])
def test_an_older_page_of_the_log_does_not_bring_back_what_its_date_showed_to_be_gone(
    house: House, stream: str
) -> None:
    house.store_in(THIRD_STREAM, [record(1000, stream=THIRD_STREAM)])
    house.diary.delete(ROOM, at(999), at(1100), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 8 * DAY_MS)
    house.store_records(undated(*range(21, 31)))
    if stream == STREAM:
        house.store_records(dated(*((seq, seq + 1000) for seq in range(21, 31))))
    else:
        house.store_in(stream, of_another_stream(undated(*range(21, 31)), dated_at=1021))
    assert house.seen() == [*range(1, 21)]
    house.writer.condemn()
    house.start_anew()
    house.settle(MADE_MS + 8 * DAY_MS + 1)

    words = salvaged(house.writer)

    assert words[-1] == "20 minutes were copied back from nights.db.bad-1"
    assert house.seen() == [*range(1, 21)]
    assert house.reader.gaps(ROOM, 0, 2**60) == ()


def test_the_key_of_one_minute_hides_no_other_from_a_salvage(house: House) -> None:
    """A changed number on a page of keys is no word about an intact minute."""
    house.store_records(undated(*range(21, 31)))
    house.store_in(OTHER_STREAM, of_another_stream(undated(*range(21, 26)), dated_at=1021))
    with house.folder.raw("nights.db") as raw:
        raw.execute("UPDATE deleted_minutes SET seq = seq + 5 WHERE stream_id = 1")
    house.writer.condemn()
    house.start_anew()

    salvaged(house.writer)

    assert house.seen() == [*range(1, 21), *range(26, 31), *range(1021, 1026)]


def cells_left(house: House) -> list[int]:
    """Return of how many cells each hidden row is."""
    with house.folder.raw("nights.db") as other:
        rows = other.execute("SELECT * FROM deleted_minutes").fetchall()
    return [sum(cell is not None for cell in row) for row in rows]


def test_it_comes_back_with_its_date_where_the_deletion_is_undone(house: House) -> None:
    house.store_records(undated(*range(21, 31)))
    number = house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    house.store_records(dated(*((seq, seq + 2000) for seq in range(21, 30))))
    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    for room, day_ms, _ in house.writer.unscored_days():
        house.writer.day_scored(room, day_ms)

    house.settle()

    assert house.seen() == [*range(1, 21), 30, *range(2021, 2030)]
    assert hidden(house) == 0
    assert house.reader.changed_minutes() == 0
    days = {day_ms for _, day_ms, _ in house.writer.unscored_days()}
    assert at(2026) // DAY_MS * DAY_MS in days
    house.store_records(dated((30, 2030)))
    assert house.seen() == [*range(1, 21), *range(2021, 2031)]


def lost(house: House) -> list[tuple[int, int]]:
    """Return from which minute to which the declared gaps reach."""
    gaps = house.reader.gaps(ROOM, 0, 2**60)
    minutes = [(one.start_ms or 0, one.end_ms or 0) for one in gaps]
    return [((start - EVENING_MS) // MINUTE_MS, (end - EVENING_MS) // MINUTE_MS)
            for start, end in minutes]  # fmt: skip


def store_behind_a_hole(house: House, records: list[Record]) -> None:
    """Store what comes behind minutes that the sensors have given up."""
    house.writer.store_batch(
        room=ROOM, device=DEVICE, stream=STREAM, records=records, stored_seq=records[-1].seq,
        gaps=[(21, records[0].seq - 1)],
    )  # fmt: skip


def test_what_is_lost_within_a_deleted_time_is_as_long_as_it_was(house: House) -> None:
    number = house.diary.delete(ROOM, at(10), at(100), made_ms=MADE_MS)
    house.settle()

    store_behind_a_hole(house, [record(24), record(25)])
    house.store(*range(101, 121))

    assert lost(house) == [(20, 23)]
    house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()
    assert lost(house) == [(20, 23)]


def test_what_is_lost_before_what_comes_back_under_its_date_ends_there(house: House) -> None:
    store_behind_a_hole(house, undated(24, 25))
    number = house.diary.delete(ROOM, at(23), at(30), made_ms=MADE_MS)
    house.settle()
    house.store_records(dated((24, 1024), (25, 1025)))

    house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()

    assert lost(house) == [(20, 1023)]


def deleted_twice(house: House, *, days: int) -> int:
    """Ten minutes deleted under a false hour, dated into a night that was deleted before.

    Its seven days are over after so many days. Return the number of their own deletion.
    """
    house.store_in(OTHER_STREAM, [record(1000, stream=OTHER_STREAM)])
    house.diary.delete(ROOM, at(999), at(1100), made_ms=MADE_MS - days * DAY_MS)
    house.settle(MADE_MS - days * DAY_MS)
    house.store_records(undated(*range(21, 31)))
    number = house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.store_records(dated(*((seq, seq + 1000) for seq in range(21, 31))))
    house.settle(MADE_MS + DAY_MS)
    return number


def test_undone_it_stays_out_of_sight_where_another_deletion_holds_its_date(house: House) -> None:
    number = deleted_twice(house, days=1)
    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + DAY_MS)
    house.settle(MADE_MS + DAY_MS)
    assert house.seen() == [*range(1, 21)]

    night = next(one for one in house.folder.household_reader().deletions() if not one.undone_ms)
    assert house.diary.undo_deletion(night.deletion_id, undone_ms=MADE_MS + 2 * DAY_MS)
    house.settle(MADE_MS + 2 * DAY_MS)

    assert house.seen() == [*range(1, 21), 1000, *range(1021, 1031)]
    assert hidden(house) == 0


@pytest.mark.parametrize("stream", [STREAM, THIRD_STREAM])
def test_undone_it_is_gone_where_its_date_lies_in_what_was_deleted_for_good(
    house: House, stream: str
) -> None:
    number = deleted_twice(house, days=7)

    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + DAY_MS)
    house.settle(MADE_MS + DAY_MS)

    assert house.seen() == [*range(1, 21)]
    assert cells_left(house) == [9] * 10, "of each its key and its moment"
    first_seq = 21 if stream == STREAM else 1
    house.store_in(
        stream, of_another_stream(undated(*range(21, 31)), stream=stream, first_seq=first_seq)
    )
    house.writer.condemn()
    house.start_anew()
    house.settle(MADE_MS + DAY_MS + 1)
    assert "lost" not in salvaged(house.writer)[-1]
    assert house.seen() == [*range(1, 21)]
    assert house.reader.gaps(ROOM, 0, 2**60) == ()


def of_another_stream(
    records: list[Record],
    *,
    dated_at: int | None = None,
    stream: str = OTHER_STREAM,
    first_seq: int = 1,
) -> list[Record]:
    """The same minutes as a journal that begins a new stream sends them."""
    found = []
    for number, one in enumerate(records):
        at_its_date = {} if dated_at is None else {"minute": record(dated_at + number).minute}
        clock = ClockState.UNSYNCED if dated_at is None else ClockState.CORRECTED
        found.append(
            seal(
                replace(
                    one, stream=stream, seq=first_seq + number, clock=clock,
                    revision=int(dated_at is not None), **at_its_date,
                )
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("dated_at", [None, 2026])
def test_it_stays_deleted_where_a_new_stream_brings_it_with_or_without_its_date(
    house: House, dated_at: int | None
) -> None:
    house.store_records(undated(*range(21, 31)))
    number = house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    again = of_another_stream(undated(*range(26, 31)), dated_at=dated_at)

    house.writer.store_batch(
        room=ROOM, device=DEVICE, stream=OTHER_STREAM, records=again, gaps=(), stored_seq=5
    )

    assert house.seen() == [*range(1, 26)]
    assert house.writer.crc_of(OTHER_STREAM, 5) == (again[-1].crc, again[-1].revision)
    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()
    back = range(26, 31) if dated_at is None else range(2026, 2031)
    assert house.seen() == [*range(1, 26), *back]


@pytest.mark.parametrize("is_salvaged", [False, True])
@pytest.mark.parametrize("dates", [[1026], [None, 1026], [1026, None]])
def test_undone_after_a_new_stream_has_dated_it_it_is_there_once_under_its_date(
    house: House, dates: list[int | None], *, is_salvaged: bool
) -> None:
    house.store_records(undated(*range(26, 31)))
    number = house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    for stream, dated_at in zip((OTHER_STREAM, THIRD_STREAM), dates, strict=False):
        again = of_another_stream(undated(*range(26, 31)), dated_at=dated_at, stream=stream)
        house.store_in(stream, again)
    if is_salvaged:
        house.writer.condemn()
        house.start_anew()
        house.settle()
        salvaged(house.writer)

    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()

    assert house.seen() == [*range(1, 21), *range(1026, 1031)]
    assert house.reader.changed_minutes() == 0


def test_undone_after_its_own_new_stream_has_dated_it_it_is_there_once(house: House) -> None:
    house.store_records(undated(*range(26, 31)))
    number = house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    for dated_at in (None, 1026):
        again = of_another_stream(undated(*range(26, 31)), dated_at=dated_at)
        house.store_in(OTHER_STREAM, again)

    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()

    assert house.seen() == [*range(1, 21), *range(1026, 1031)]


def test_what_a_new_stream_dates_is_counted_once(house: House) -> None:
    house.store_records(undated(*range(21, 31)))

    house.store_in(OTHER_STREAM, of_another_stream(undated(*range(21, 31)), dated_at=1021))

    assert [(one.records, one.stored_seq) for one in house.reader.streams()] == [(30, 30), (10, 10)]


@pytest.mark.parametrize("is_dated", [True, False])
def test_it_stays_deleted_over_a_salvage(house: House, *, is_dated: bool) -> None:
    house.store_records(undated(*range(21, 31)))
    number = house.diary.delete(ROOM, at(25), at(30), made_ms=MADE_MS)
    house.settle()
    its_dates = dated(*((seq, seq + 1000) for seq in range(21, 31)))
    if is_dated:
        house.store_records(its_dates)
    house.writer.condemn()
    house.start_anew()

    house.settle()
    words = salvaged(house.writer)
    house.store_records(its_dates)

    assert "cannot be read" not in words[-1]
    assert house.seen() == [*range(1, 21), *range(1021, 1026)]
    assert house.reader.gaps(ROOM, 0, 2**60) == ()
    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()
    assert house.seen() == [*range(1, 21), *range(1021, 1031)]


def test_a_salvage_keeps_what_was_deleted_under_a_false_hour_in_a_few_commits(
    house: House,
) -> None:
    house.store_records(undated(*range(21, 91)))
    house.diary.delete(ROOM, at(20), at(90), made_ms=MADE_MS)
    house.settle()
    house.writer.condemn()
    house.start_anew()
    house.settle()
    before = commits(house)

    salvaged(house.writer)

    assert hidden(house) == 70
    assert commits(house) - before < 20


def test_what_is_taken_back_while_a_salvage_goes_on_is_put_back_in_sight(house: House) -> None:
    house.store_records(undated(*range(21, 26)))
    number = house.diary.delete(ROOM, at(20), at(25), made_ms=MADE_MS)
    house.settle()
    house.store(*range(26, 301))  # read after what is out of sight, and first put back
    house.writer.condemn()
    house.start_anew()
    house.settle()
    pauses: list[int] = []

    def take_back() -> None:
        pauses.append(len(pauses))
        if len(pauses) == 4:
            house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
            house.settle()

    salvaged(house.writer, meanwhile=take_back)

    assert house.seen() == [*range(1, 301)]
    assert hidden(house) == 0


def commits(house: House) -> int:
    """Return how many transactions the log of nights.db holds."""
    log = (house.folder.path / "nights.db-wal").read_bytes()
    frame = 24 + PAGE_BYTES
    # Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log: 0 but for a commit.
    return sum(any(log[at + 4 : at + 8]) for at in range(32, len(log), frame))


def test_a_correction_of_what_is_purged_brings_nothing_back_and_proves_the_position(
    house: House,
) -> None:
    house.store_records(undated(21))
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()
    house.settle(MADE_MS + 7 * DAY_MS)
    (correction,) = dated((21, 40))
    house.store_records([correction])
    assert house.seen() == [*range(1, 21)]
    assert house.writer.crc_of(STREAM, 21) == (correction.crc, 1)


def hidden(house: House) -> int:
    with house.folder.raw("nights.db") as other:
        return int(other.execute("SELECT count(*) FROM deleted_minutes").fetchone()[0])


def test_a_deletion_made_before_the_time_was_found_can_be_undone_for_seven_days(
    house: House,
) -> None:
    house.deleter.step(Moment(now_ms=MADE_MS, boot="b", boot_s=20.0, is_sure=False))
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)

    def step(days: float, boot_s: float, boot: str = "b", *, is_sure: bool = True) -> None:
        now_ms = MADE_MS + round(days * DAY_MS)
        now = Moment(now_ms=now_ms, boot=boot, boot_s=boot_s, is_sure=is_sure)
        while house.deleter.step(now):
            pass

    step(0, 100, is_sure=False)
    step(21, 200)
    assert hidden(house) == 10
    step(27.9, 200 + 6.9 * 86_400)
    assert hidden(house) == 10
    step(28.1, 200 + 7.1 * 86_400)
    assert hidden(house) == 0


def test_of_a_restart_only_what_a_sure_clock_tells_counts_for_the_undo(house: House) -> None:
    def restarted(days: float, boot_s: float, *, is_sure: bool) -> None:
        house.deleter = house.new_deleter()
        now_ms = MADE_MS + round(days * DAY_MS)
        now = Moment(now_ms=now_ms, boot=f"boot {days}", boot_s=boot_s, is_sure=is_sure)
        while house.deleter.step(now):
            pass

    house.settle()
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    restarted(8, 20.0, is_sure=False)
    assert hidden(house) == 10
    restarted(9, 20.0, is_sure=True)
    assert hidden(house) == 10
    restarted(16, 20.0, is_sure=True)
    assert hidden(house) == 0


@pytest.mark.parametrize("spoiled", ["'{'", "CAST(x'7b80' AS TEXT)"])
def test_a_spoiled_undo_time_begins_anew(house: House, spoiled: str) -> None:
    house.settle()
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    with house.folder.raw("nights.db") as other:
        other.execute(f"UPDATE meta SET value = {spoiled} WHERE key = 'undo_time'")  # noqa: S608 - ours
    house.deleter = house.new_deleter()

    house.settle(MADE_MS + 7 * DAY_MS)
    assert hidden(house) == 10
    house.settle(MADE_MS + 14 * DAY_MS)
    assert hidden(house) == 0


def test_a_purge_forgets_what_was_decided_of_alerts_in_its_range(house: House) -> None:
    def decision(at_ms: int) -> DecisionRow:
        return DecisionRow(
            room=ROOM, at_ms=at_ms, night="2026-11-22", kind="warm", what="on",
            fate=AlertFate.HELD, why="", title="too warm", body="",
        )  # fmt: skip

    house.writer.alerts().keep(
        states={},
        anchor="",
        decisions=[decision(at(7)), decision(at(17))],
        messages=[NewMessage(decision=0, channel="phone", urgency="normal")],
    )
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()

    house.settle(MADE_MS + 7 * DAY_MS)

    alerts = house.folder.alerts_reader()
    assert [one.at_ms for one in alerts.decisions(ROOM)] == [at(17)]
    assert alerts.messages() == ()


def test_a_purge_forgets_the_end_of_what_rose_in_its_range(house: House) -> None:
    def ended(from_minute: int) -> DecisionRow:
        return DecisionRow(
            room=ROOM, at_ms=at(18), night="2026-11-22", kind="warm", what="ended",
            fate=AlertFate.NOW, why="", title="cool again", body="",
            rise_from_ms=at(from_minute), rise_to_ms=at(from_minute + 2),
        )  # fmt: skip

    house.writer.alerts().keep(states={}, anchor="", decisions=[ended(4), ended(15)])
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()

    house.settle(MADE_MS + 7 * DAY_MS)

    left = house.folder.alerts_reader().decisions(ROOM)
    assert [one.rise_from_ms for one in left] == [at(15)]


def test_a_purge_forgets_what_was_told_of_its_night_after_noon(house: House) -> None:
    def decision(night: str, hours: int) -> DecisionRow:
        return DecisionRow(
            room=ROOM, at_ms=NOON_MS + hours * 60 * MINUTE_MS, night=night, kind="note",
            what="note", fate=AlertFate.NOW, why="", title="Fair, 61 of 100", body="",
        )  # fmt: skip

    told = [decision("2026-11-22", 1), decision("2026-11-23", 2), decision("2026-11-21", -23)]
    house.writer.alerts().keep(states={}, anchor="", decisions=told, messages=[])
    house.diary.delete(ROOM, NOON_MS - DAY_MS, NOON_MS, made_ms=MADE_MS)
    house.settle()

    house.settle(MADE_MS + 7 * DAY_MS)

    alerts = house.folder.alerts_reader()
    assert [one.night for one in alerts.decisions(ROOM)] == ["2026-11-23"]


def test_a_deletion_outlives_a_household_file_that_is_lost(house: House, tmp_path: Path) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    (tmp_path / "household.db").rename(tmp_path / "lost")
    (tmp_path / "household.db-wal").unlink()

    house.deleter = house.new_deleter()
    house.settle(MADE_MS + 7 * DAY_MS)

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert house.store(6) == 20
    assert house.seen() == [*range(1, 6), *range(16, 21)]


def undone_and_forgotten(house: House) -> None:
    """Undo a deletion of some minutes, and have household.db know of that no more."""
    number = house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    house.diary.undo_deletion(number, undone_ms=MADE_MS + 1)
    house.settle()
    with house.folder.raw("household.db") as older:
        older.execute("UPDATE deletions SET undone_ms = NULL")


def test_an_undo_outlives_a_household_file_that_falls_back_to_before_it(house: House) -> None:
    undone_and_forgotten(house)

    house.settle(MADE_MS + 7 * DAY_MS)

    assert house.seen() == [*range(1, 21)]
    assert house.writer.honoured.final == ()
    house.store(*range(21, 23))
    assert house.seen() == [*range(1, 23)]


def test_a_household_file_that_fell_back_costs_no_write_a_minute(house: House) -> None:
    undone_and_forgotten(house)
    house.settle()
    raw = house.folder.raw("nights.db")
    version = raw.execute("PRAGMA data_version").fetchone()

    house.settle()

    assert raw.execute("PRAGMA data_version").fetchone() == version


def test_the_deletion_of_a_long_time_comes_in_bounded_steps(tmp_path: Path) -> None:
    with data_folder(tmp_path) as folder:
        house = House(folder)
        house.store(*range(21, 1_300))
        house.diary.delete("", 0, at(2_000), made_ms=MADE_MS)
        left = [len(house.seen())]
        while house.deleter.step(moment(MADE_MS, 50.0)):
            left.append(len(house.seen()))

        steps = [before - after for before, after in pairwise(left)]
        assert max(steps) == 500
        assert left[-1] == 0


def test_salvage_puts_deleted_minutes_back_out_of_sight(house: House) -> None:
    house.diary.delete(ROOM, at(20), at(30), made_ms=MADE_MS)
    house.settle()

    with closing(house.writer.beside()) as beside:
        beside.put_back(ROOM, DEVICE, STREAM, [record(25), record(31)])

    assert house.seen()[-2:] == [20, 31]
    with house.folder.raw("nights.db") as other:
        assert other.execute("SELECT seq FROM deleted_minutes").fetchall() == [(25,)]


def test_a_writer_that_never_heard_of_deletions_keeps_all(tmp_path: Path) -> None:
    writer = NightsWriter.open(tmp_path / "nights.db", new_id=lambda: secrets.token_hex(8))
    with closing(writer):
        assert writer.deleted().known() == {}


def one_bit(house: House) -> None:
    """Change one bit of nights.db's deletion: it ends 139 years later."""
    with house.folder.raw("nights.db") as raw:
        raw.execute("UPDATE deletions SET end_ms = end_ms + ?", (1 << 42,))


def test_a_deletion_of_which_a_bit_has_changed_hides_and_purges_only_what_people_deleted(
    house: House,
) -> None:
    number = house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    one_bit(house)

    house.deleter = house.new_deleter()
    house.settle(MADE_MS + 3 * DAY_MS)

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert deletion_findings(house.writer.path) == []
    assert house.store(21) == 21
    assert house.diary.undo_deletion(number, undone_ms=MADE_MS + 3 * DAY_MS)
    house.settle(MADE_MS + 3 * DAY_MS)
    assert house.seen() == [*range(1, 22)]


def test_a_changed_deletion_that_nobody_else_knows_is_not_carried_out_but_told(
    house: House, tmp_path: Path
) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    one_bit(house)
    (tmp_path / "household.db").rename(tmp_path / "lost")
    (tmp_path / "household.db-wal").unlink()

    house.deleter = house.new_deleter()
    house.settle(MADE_MS + 8 * DAY_MS)

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert house.writer.honoured.final == house.writer.honoured.undoable == ()
    (told,) = deletion_findings(house.writer.path)
    assert "of 'bedroom' from 2026-" in told.words
    assert "has been changed on the card: it hides and erases nothing" in told.words


def test_a_deletion_whose_check_sum_has_changed_is_told_anew_by_household_db(house: House) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    with house.folder.raw("nights.db") as raw:
        raw.execute("UPDATE meta SET value = 'x' || value WHERE key = 'deletion_sums'")

    house.deleter = house.new_deleter()
    house.settle(MADE_MS + 1)

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert len(house.writer.deleted().known()) == 1
    assert deletion_findings(house.writer.path) == []


def test_the_deletions_of_a_store_of_before_get_their_check_sums(house: House) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    with house.folder.raw("nights.db") as raw:
        raw.execute("DELETE FROM meta WHERE key = 'deletion_sums'")

    house.deleter = house.new_deleter()
    house.settle(MADE_MS + 1)

    assert house.writer.deleted().is_summed()
    assert len(house.writer.deleted().known()) == 1


def test_a_deletion_that_does_not_fit_the_seal_of_household_db_is_nobodys_word(
    house: House,
) -> None:
    house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    with house.folder.raw("household.db") as raw:
        raw.execute("UPDATE deletions SET end_ms = end_ms + ?", (1 << 42,))

    house.settle(MADE_MS + 1)

    assert house.seen() == [*range(1, 6), *range(16, 21)]
    assert house.store(21) == 21
    assert house.seen()[-1] == 21


def test_what_has_begun_to_be_purged_can_no_longer_be_undone(house: House) -> None:
    number = house.diary.delete(ROOM, at(5), at(15), made_ms=MADE_MS)
    house.settle()
    later_ms = MADE_MS + 7 * DAY_MS
    house.deleter.step(moment(MADE_MS, house.now_s + 1.0))
    is_more = house.deleter.step(moment(later_ms, house.now_s + 8 * 86_400))

    assert (hidden(house), is_more) == (10, True), "it is noted before the first minute goes"
    assert not house.diary.undo_deletion(number, undone_ms=later_ms)
    house.settle(later_ms + DAY_MS)
    assert not house.diary.undo_deletion(number, undone_ms=later_ms + DAY_MS)
