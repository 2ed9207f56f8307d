import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from monitor.contract.record import LoudnessMinute, Minute
from monitor.store.errors import CorruptFileError, StoreMissingError, StoreUnavailableError
from monitor.store.nights_db import outline_of
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import STORE_ID, Folder, data_folder
from tests.fakes.stored import (
    DEVICE,
    EVENING_MS,
    MINUTE_MS,
    OTHER_STREAM,
    STREAM,
    minute,
    record,
    score,
)

LOUDNESS = LoudnessMinute(loudness_pct=40.0, loudness_max_pct=60.0, n=60, due=60)
SWALLOW = (
    "CREATE TRIGGER t BEFORE INSERT ON minutes WHEN NEW.seq > 1 BEGIN {} SELECT RAISE(IGNORE); END"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(
    writer: NightsWriter,
    *seqs: int,
    up_to: int | None = None,
    stream: str = STREAM,
    room: str = "bedroom",
    gaps: tuple[tuple[int, int], ...] = (),
    revision: int = 0,
    shift_ms: int = 0,
) -> int:
    records = [
        record(
            seq,
            stream=stream,
            revision=revision,
            minute=minute(EVENING_MS + MINUTE_MS * seq + shift_ms),
        )
        for seq in seqs
    ]
    position = up_to if up_to is not None else max(seqs)
    writer.store_batch(
        room=room, device=DEVICE, stream=stream, records=records, gaps=gaps, stored_seq=position
    )
    return writer.stored_seq(stream) or 0


def test_of_both_revisions_of_a_minute_put_back_at_once_the_higher_one_stays(
    folder: Folder,
) -> None:
    """A damaged file gives both: one on a page, the other in its log."""
    before, after = record(1), record(1, revision=1, minute=record(9).minute)
    writer = folder.nights_writer()
    assert writer.put_back("bedroom", DEVICE, STREAM, [record(2), after, before]) == 2
    assert list(folder.nights_reader().records("bedroom", 0, 2**60)) == [record(2), after]


@pytest.mark.parametrize(
    "swallowing",
    [
        "CREATE UNIQUE INDEX one_a_room ON minutes (room_id)",
        SWALLOW.format(""),
        SWALLOW.format("UPDATE meta SET key = key;"),  # a change of its own for each lost row
    ],
)
def test_a_batch_that_is_not_there_afterwards_is_not_stored(
    folder: Folder, swallowing: str
) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    with folder.raw("nights.db") as raw:
        raw.execute(swallowing)

    for seqs in ((2, 3), (1, 2)):
        with pytest.raises(CorruptFileError, match=r"nights\.db does not keep what it is given"):
            store(writer, *seqs)

    assert writer.stored_seq(STREAM) == 1
    with pytest.raises(CorruptFileError):
        writer.put_back("bedroom", DEVICE, STREAM, [record(2)])


def test_a_batch_is_there_with_its_position_once_stored(folder: Folder) -> None:
    writer = folder.nights_writer()

    assert store(writer, 1, 2, 3) == 3

    with folder.nights_reader() as reader:
        assert reader.rooms() == ("bedroom",)
        assert reader.newest_end_ms("bedroom", 2**60) == EVENING_MS + 3 * MINUTE_MS
        assert reader.oldest_end_ms("bedroom") == EVENING_MS + MINUTE_MS
        assert list(reader.records("bedroom", 0, 2**60)) == [record(seq) for seq in (1, 2, 3)]
    assert writer.stored_seq(STREAM) == 3
    assert writer.crc_of(STREAM, 2) == (record(2).crc, 0)


def test_a_mark_of_minutes_differs_as_soon_as_one_of_them_does(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)
    span = EVENING_MS, EVENING_MS + 3 * MINUTE_MS
    with folder.nights_reader() as reader:
        marks = [reader.minutes_mark("bedroom", *span)]
        store(writer, 4)
        assert reader.minutes_mark("bedroom", *span) == marks[0], "outside of the span"
        store(writer, 3, up_to=4)
        marks.append(reader.minutes_mark("bedroom", *span))
        store(writer, 3, revision=1, up_to=4)
        marks.append(reader.minutes_mark("bedroom", *span))
        assert reader.minutes_mark("attic", *span) == (0, 0)
    assert len(set(marks)) == 3
    assert [count for count, _ in marks] == [2, 3, 3]


def test_an_unknown_stream_has_no_position(folder: Folder) -> None:
    writer = folder.nights_writer()

    assert writer.stored_seq(STREAM) is None
    assert writer.crc_of(STREAM, 1) is None


def test_a_span_is_open_at_its_start_and_closed_at_its_end(folder: Folder) -> None:
    store(folder.nights_writer(), 1, 2, 3)

    found = folder.nights_reader().minutes(
        "bedroom", EVENING_MS + MINUTE_MS, EVENING_MS + 3 * MINUTE_MS
    )

    assert [one.end_ms for one in found] == [
        EVENING_MS + 2 * MINUTE_MS,
        EVENING_MS + 3 * MINUTE_MS,
    ]


def test_a_record_sent_twice_is_one_minute(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)

    store(writer, 1, 2, 3)

    reader = folder.nights_reader()
    assert len(reader.minutes("bedroom", 0, 2**60)) == 3
    assert reader.streams()[0].records == 3


def test_the_first_write_of_a_record_wins(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)

    store(writer, 1, shift_ms=500)

    assert folder.nights_reader().newest_end_ms("bedroom", 2**60) == EVENING_MS + MINUTE_MS


def test_a_higher_revision_replaces_the_record_at_its_new_time(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)

    store(writer, 1, revision=1, shift_ms=7 * 86_400_000, up_to=2)
    store(writer, 1, revision=1, shift_ms=9 * 86_400_000, up_to=2)

    reader = folder.nights_reader()
    ends = [one.end_ms for one in reader.minutes("bedroom", 0, 2**60)]
    assert ends == [EVENING_MS + 2 * MINUTE_MS, EVENING_MS + MINUTE_MS + 7 * 86_400_000]
    assert reader.streams()[0].records == 2


def test_a_minute_stored_under_two_streams_is_read_once_as_the_newer_has_it(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2, 3)
    twins = [record(seq, stream=OTHER_STREAM, minute=twin(seq + 1), of=seq + 1) for seq in (1, 2)]
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=OTHER_STREAM, records=twins, gaps=(), stored_seq=2
    )

    with folder.nights_reader() as reader:
        read = reader.minutes("bedroom", 0, 2**60)
        assert len(list(reader.records("bedroom", 0, 2**60))) == 5

    assert [one.end_ms for one in read] == [EVENING_MS + seq * MINUTE_MS for seq in (1, 2, 3)]
    assert read[1:] == (twin(2), twin(3))


@pytest.mark.parametrize("loudness", [UNSET, LOUDNESS])
def test_two_minutes_whose_clock_said_the_same_are_two(
    folder: Folder, loudness: LoudnessMinute | UnsetType
) -> None:
    writer = folder.nights_writer()
    first, second = (replace(twin(1), duration_s=at, loudness=loudness) for at in (60.0, 59.0))
    records = [record(1, minute=first), record(2, minute=second)]
    again = [record(1, stream=OTHER_STREAM, minute=second, of=2)]
    for stream, given in ((STREAM, records), (OTHER_STREAM, again)):
        writer.store_batch(
            room="bedroom",
            device=DEVICE,
            stream=stream,
            records=given,
            gaps=(),
            stored_seq=len(given),
        )

    with folder.nights_reader() as reader:
        assert reader.minutes("bedroom", 0, 2**60) == (first, second)
        assert reader.minute_count("bedroom", 0, 2**60) == 2


def twin(seq: int) -> Minute:
    return minute(EVENING_MS + seq * MINUTE_MS, temperature_c=17.77)


def test_a_position_never_goes_back(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2, 3)

    assert store(writer, 1, up_to=1) == 3


def test_two_rooms_do_not_see_each_others_minutes(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)
    store(writer, 1, stream=OTHER_STREAM, room="attic")

    reader = folder.nights_reader()

    assert reader.rooms() == ("attic", "bedroom")
    assert len(reader.minutes("attic", 0, 2**60)) == 1
    assert reader.minutes("cellar", 0, 2**60) == ()
    assert reader.newest_end_ms("cellar", 2**60) is None
    assert reader.oldest_end_ms("cellar") is None


def test_a_minute_of_days_to_come_is_not_the_newest_now(folder: Folder) -> None:
    store(folder.nights_writer(), 1, 2, 1000)
    assert folder.nights_reader().newest_end_ms("bedroom", EVENING_MS + 3 * MINUTE_MS) == (
        EVENING_MS + 2 * MINUTE_MS
    )


def test_a_declared_gap_is_dated_by_the_records_around_it(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)

    store(writer, 6, gaps=((3, 5),))

    (gap,) = folder.nights_reader().gaps("bedroom", 0, 2**60)
    assert (gap.first_seq, gap.last_seq) == (3, 5)
    assert gap.start_ms == EVENING_MS + 2 * MINUTE_MS
    assert gap.end_ms == EVENING_MS + 5 * MINUTE_MS


def test_a_gap_is_dated_when_the_record_after_it_comes(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, up_to=5, gaps=((1, 5),))
    (undated,) = folder.nights_reader().gaps("bedroom", 0, 1)

    store(writer, 6)

    (gap,) = folder.nights_reader().gaps("bedroom", 0, 2**60)
    assert undated.end_ms is None
    assert gap.end_ms == EVENING_MS + 5 * MINUTE_MS
    assert gap.start_ms == EVENING_MS, "without a record before it, a minute a record"
    assert folder.nights_reader().gaps("bedroom", 0, EVENING_MS) == ()


def test_a_gap_between_records_whose_time_is_corrected_moves_with_them(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)
    store(writer, 6, 7, up_to=7, gaps=((3, 5),))
    weeks_ms = 21 * 86_400_000

    store(writer, 1, 2, up_to=7, revision=1, shift_ms=weeks_ms)
    store(writer, 6, 7, up_to=7, revision=1, shift_ms=weeks_ms)

    with folder.nights_reader() as reader:
        (gap,) = reader.gaps("bedroom", 0, 2**60)
    assert gap.start_ms == EVENING_MS + 2 * MINUTE_MS + weeks_ms
    assert gap.end_ms == EVENING_MS + 5 * MINUTE_MS + weeks_ms


def test_a_sender_that_begins_at_an_absurd_number_has_lost_nothing_before_the_epoch(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    first = record(2**53, minute=minute(EVENING_MS))

    writer.store_batch(
        room="bedroom",
        device=DEVICE,
        stream=STREAM,
        records=[first],
        gaps=((1, 2**53 - 1),),
        stored_seq=2**53,
    )

    (gap,) = folder.nights_reader().gaps("bedroom", 0, 2**60)
    assert gap.start_ms == 0
    assert gap.end_ms == EVENING_MS - MINUTE_MS


def test_a_gap_declared_twice_is_one_gap(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 6, gaps=((1, 5),))

    store(writer, 6, gaps=((1, 5),))

    reader = folder.nights_reader()
    assert len(reader.gaps("bedroom", 0, 2**60)) == 1
    assert reader.streams()[0].lost == 5


def test_a_batch_that_fails_leaves_nothing_behind(folder: Folder) -> None:
    writer = folder.nights_writer()
    blocker = folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailableError, match="locked"):
        store(writer, 1)
    blocker.execute("ROLLBACK")

    assert writer.stored_seq(STREAM) is None
    assert store(writer, 1) == 1


def test_a_failure_inside_a_batch_rolls_all_of_it_back(folder: Folder) -> None:
    writer = folder.nights_writer()

    with pytest.raises(StoreUnavailableError, match="cannot store REAL"):
        store(writer, 1, gaps=((2, 2.5),))  # type: ignore[arg-type]  # the fault to be survived

    assert folder.nights_reader().rooms() == ()
    assert store(writer, 1) == 1


def test_a_full_disk_keeps_nothing_of_a_batch_and_heals(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
    writer._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailableError, match="full"):
        store(writer, *range(2, 62))
    writer._connection.execute("PRAGMA max_page_count = 100000")

    assert writer.stored_seq(STREAM) == 1
    assert store(writer, *range(2, 62)) == 61
    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 61


def test_a_file_that_is_no_database_is_kept_aside_and_a_fresh_one_begun(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder.path / "nights.db"
    path.write_bytes(b"not a database at all" * 50)

    assert folder.nights_writer().store_id == STORE_ID

    assert (folder.path / "nights.db.bad-1").read_bytes() == b"not a database at all" * 50
    (told,) = caplog.messages
    assert "nights.db.bad-1" in told
    assert "is not a database" in told


def test_a_gap_leaves_out_what_is_stored(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 3, 4, up_to=0)
    store(writer, 9, gaps=((1, 8),))

    with folder.nights_reader() as reader:
        (status,) = reader.streams()
        gaps = [(one.first_seq, one.last_seq) for one in reader.gaps("bedroom", 0, 2**60)]

    assert gaps == [(1, 2), (5, 8)]
    assert status.lost == 6


def test_a_record_put_back_shrinks_the_gap_declared_for_it(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 9, gaps=((1, 8),))

    assert writer.put_back("bedroom", DEVICE, STREAM, [record(3), record(8), record(9)]) == 2

    with folder.nights_reader() as reader:
        (status,) = reader.streams()
        gaps = [(one.first_seq, one.last_seq) for one in reader.gaps("bedroom", 0, 2**60)]
    assert gaps == [(1, 2), (4, 7)]
    assert (status.stored_seq, status.records, status.lost) == (9, 3, 6)


def test_a_night_without_minutes_is_forgotten(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    writer.save_night("bedroom", score(), inputs_hash="0" * 32, computed_ms=1)

    writer.drop_night("bedroom", "2026-11-22")

    with folder.nights_reader() as reader:
        assert reader.night("bedroom", "2026-11-22") is None


def test_the_days_of_a_night_whose_judgement_is_dropped_are_to_be_judged_again(
    folder: Folder,
) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    writer.save_night("bedroom", score(), inputs_hash="0" * 32, computed_ms=1)
    for room, day_ms, _ in writer.unscored_days():
        writer.day_scored(room, day_ms)

    writer.drop_night("bedroom", "2026-11-22")
    writer.drop_night("bedroom", "2026-11-21")

    first_ms = EVENING_MS // 86_400_000 * 86_400_000
    assert [day_ms for _, day_ms, _ in writer.unscored_days()] == [first_ms, first_ms + 86_400_000]


def test_a_minute_whose_bytes_have_changed_is_not_read(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2, 3)
    raw = folder.raw("nights.db")
    raw.execute("UPDATE minutes SET laeq_db_e2 = laeq_db_e2 + 1 WHERE seq = 2")
    raw.commit()

    with folder.nights_reader() as reader:
        read = reader.minutes("bedroom", 0, 2**60)

    assert [one.end_ms for one in read] == [EVENING_MS + seq * MINUTE_MS for seq in (1, 3)]


def test_a_night_whose_bytes_have_changed_is_said_to_be_unreadable(folder: Folder) -> None:
    writer = folder.nights_writer()
    writer.save_night("bedroom", score(), inputs_hash="0" * 32, computed_ms=1)
    raw = folder.raw("nights.db")
    for table, column in (("nights", "outline"), ("night_scores", "score")):
        (kept,) = raw.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608 - constants
        spoiled = kept.replace(b"81.25", b"91.25")
        raw.execute(f"UPDATE {table} SET {column} = ?", (spoiled,))  # noqa: S608 - constants
    raw.commit()

    with folder.nights_reader() as reader, pytest.raises(StoreUnavailableError, match="again"):
        reader.night("bedroom", "2026-11-22")
    with folder.nights_reader() as reader, pytest.raises(StoreUnavailableError, match="again"):
        reader.nights("bedroom", "2026-11-22", "2026-11-22")


def test_a_judged_night_comes_back_whole(folder: Folder) -> None:
    writer = folder.nights_writer()
    writer.save_night("bedroom", score(), inputs_hash="abc", computed_ms=77)

    found = folder.nights_reader().night("bedroom", "2026-11-22")

    assert found is not None
    assert found.score == score()
    assert (found.inputs_hash, found.computed_ms) == ("abc", 77)
    assert folder.nights_reader().night("bedroom", "2026-11-23") is None


def test_a_night_judged_again_replaces_its_row(folder: Folder) -> None:
    writer = folder.nights_writer()
    writer.save_night("bedroom", score(), inputs_hash="abc", computed_ms=77)

    writer.save_night("bedroom", score(rating=None), inputs_hash="def", computed_ms=78)

    (found,) = folder.nights_reader().nights("bedroom", "2026-11-01", "2026-11-30")
    assert found.score.rating is None
    assert found.inputs_hash == "def"


def test_nights_are_read_as_outlines_in_order(folder: Folder) -> None:
    writer = folder.nights_writer()
    for night in ("2026-11-23", "2026-11-21", "2026-11-22"):
        writer.save_night("bedroom", score(night), inputs_hash="", computed_ms=1)

    found = folder.nights_reader().nights("bedroom", "2026-11-22", "2026-11-30")

    assert [one.night for one in found] == ["2026-11-22", "2026-11-23"]
    assert found[0].score == outline_of(score("2026-11-22"))
    assert found[0].score.minute_costs == {}


def test_nights_of_another_model_can_be_found(folder: Folder) -> None:
    writer = folder.nights_writer()
    writer.save_night("bedroom", score(version=1), inputs_hash="", computed_ms=1)
    writer.save_night("bedroom", score("2026-11-23", version=2), inputs_hash="", computed_ms=1)

    assert folder.nights_reader().nights_of_other_models(2) == (("bedroom", "2026-11-22"),)


def test_a_night_row_that_cannot_be_read_is_said_so(folder: Folder) -> None:
    folder.nights_writer().save_night("bedroom", score(), inputs_hash="", computed_ms=1)
    other = folder.raw("nights.db")
    other.execute("UPDATE night_scores SET score = CAST('{}' AS BLOB)")
    other.commit()

    with pytest.raises(StoreUnavailableError, match="judged again"):
        folder.nights_reader().night("bedroom", "2026-11-22")


def test_changed_days_are_remembered_until_their_nights_are_scored(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)
    store(writer, 100)
    writer.close()

    again = folder.nights_writer()
    day_ms = EVENING_MS // 86_400_000 * 86_400_000
    assert again.unscored_days() == (
        ("bedroom", day_ms, 2),
        ("bedroom", day_ms + 86_400_000, 1),
    )
    again.day_scored("bedroom", day_ms)

    assert again.unscored_days() == (("bedroom", day_ms + 86_400_000, 1),)


def test_the_day_a_corrected_minute_leaves_has_changed_as_well(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1)
    day_ms = EVENING_MS // 86_400_000 * 86_400_000
    writer.day_scored("bedroom", day_ms)

    store(writer, 1, revision=1, shift_ms=21 * 86_400_000)

    assert writer.unscored_days() == (
        ("bedroom", day_ms, 0),
        ("bedroom", day_ms + 21 * 86_400_000, 1),
    )


def test_a_store_keeps_its_name(folder: Folder) -> None:
    folder.nights_writer().close()

    again = folder.nights_writer(new_id=lambda: "f" * 16)

    assert again.store_id == STORE_ID
    assert folder.nights_reader().store_id() == STORE_ID


@pytest.mark.parametrize("changed", ["w123456789abcdef", "0123", ""])
def test_a_store_whose_name_has_a_changed_byte_gets_another(folder: Folder, changed: str) -> None:
    folder.nights_writer(lambda: "a" * 16).close()
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE meta SET value = ? WHERE key = 'store_id'", (changed,))

    writer = folder.nights_writer(lambda: "b" * 16)

    assert writer.store_id == "b" * 16
    with folder.nights_reader() as reader:
        assert reader.store_id() == "b" * 16


def test_a_position_below_nothing_stands_for_nothing(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2, 3)
    writer.close()
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE streams SET stored_seq = -3")

    writer = folder.nights_writer()

    assert (writer.stored_seq(STREAM) or 0) >= 0
    assert store(writer, 1, 2, 3, 4) == 4


@pytest.mark.parametrize("changed", ["1,x,3", "", "-1,2,3", "1,,3"])
def test_of_changes_whose_bytes_have_changed_all_are_judged_again(
    folder: Folder, changed: str
) -> None:
    writer = folder.nights_writer()
    writer.set_household_seen((1, 2, 3))
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE meta SET value = ? WHERE key = 'household_seen'", (changed,))

    assert writer.household_seen() == (0, 0, 0)


def test_a_number_of_a_request_that_has_a_changed_byte_tells_nothing(folder: Folder) -> None:
    writer = folder.nights_writer()
    with folder.raw("nights.db") as raw:
        raw.execute("INSERT INTO meta VALUES ('alert_requests_seen', 'q')")

    assert writer.alerts().requests_seen() is None


def test_a_reader_notices_what_the_writer_did(folder: Folder) -> None:
    writer = folder.nights_writer()
    reader = folder.nights_reader()
    before = reader.data_version()
    assert reader.data_version() == before

    store(writer, 1)

    assert reader.data_version() != before


def test_a_reader_before_the_first_start_says_what_to_start(folder: Folder) -> None:
    with pytest.raises(StoreMissingError, match="start nightroom-monitor"):
        folder.nights_reader()


def test_a_reader_opens_a_store_whose_writer_has_gone(folder: Folder) -> None:
    writer = folder.nights_writer()
    store(writer, 1, 2)
    writer.close()

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 2


def test_a_reader_cannot_write(folder: Folder) -> None:
    folder.nights_writer()
    reader = folder.nights_reader()

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM minutes")


def test_a_stored_minute_takes_at_most_200_bytes(folder: Folder) -> None:
    writer = folder.nights_writer()
    for start in range(1, 1441, 60):
        store(writer, *range(start, start + 60))
    writer.close()

    assert (folder.path / "nights.db").stat().st_size <= 200 * 1440
