import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, MarkKind
from monitor.night.household import Correction, Household, PageMark, Place, Schedule
from monitor.runtime.clock import VirtualClock
from monitor.store.errors import (
    ForeignFileError,
    SettingError,
    StoreInUseError,
    StoreUnavailableError,
)
from monitor.store.household_reader import in_force_ms
from monitor.store.set_aside import bad_files, salvage_words
from tests.fakes.folder import Folder, data_folder

LATE = Schedule(bedtime=("00:30",) * 7)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_without_a_file_everything_is_the_default(folder: Folder) -> None:
    reader = folder.household_reader()

    assert reader.household("bedroom", 10) == Household()
    assert reader.correction("bedroom", "2026-11-22") is None
    assert reader.data_version() == 0
    assert reader.changes_after().settings == ()
    reader.close()


def test_a_setting_holds_from_its_instant_on(folder: Folder) -> None:
    folder.household_writer().set_value("schedule", LATE, valid_from_ms=100)
    reader = folder.household_reader()

    assert reader.household("bedroom", 99).schedule == Schedule()
    assert reader.household("bedroom", 100).schedule == LATE


def test_by_a_clock_without_time_what_was_chosen_last_is_in_force(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.set_value("lamp", "candle", valid_from_ms=200)
    writer.set_value("zone", "Asia/Tokyo", valid_from_ms=200)
    writer.set_value("floor_db", 30.0, valid_from_ms=200, room="bedroom")
    reader = folder.household_reader()
    clock = VirtualClock(start_ms=100, state=ClockState.UNSYNCED)
    assert reader.household("bedroom", in_force_ms(clock, reader)).lamp == "candle"

    # Chosen in that boot: its date is the older one, its choice the newer.
    writer.set_value("lamp", "led_2700", valid_from_ms=100)
    writer.set_value("floor_db", 20.0, valid_from_ms=100)
    found = reader.household("bedroom", in_force_ms(clock, reader))
    assert (found.lamp, found.zone, found.floor_db) == ("led_2700", "Asia/Tokyo", 30.0)

    clock.set_state(ClockState.SYNCED)
    assert reader.household("bedroom", in_force_ms(clock, reader)).zone == "UTC"


def test_when_a_setting_was_last_changed_is_known(folder: Folder) -> None:
    reader = folder.household_reader()
    assert reader.last_set_ms("bedroom", ("floor_db",)) is None

    writer = folder.household_writer()
    writer.set_value("floor_db", 30.0, valid_from_ms=100, room="bedroom")
    writer.set_value("sound_offset_db", 1.5, valid_from_ms=200)
    writer.set_value("lamp", "candle", valid_from_ms=300)

    assert reader.last_set_ms("bedroom", ("floor_db", "sound_offset_db")) == 200
    assert reader.last_set_ms("attic", ("floor_db",)) is None


def test_the_later_of_two_settings_counts_whatever_the_order_of_writing(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.set_value("lamp", "candle", valid_from_ms=200)
    writer.set_value("lamp", "led_2700", valid_from_ms=100)

    assert folder.household_reader().household("bedroom", 300).lamp == "candle"
    assert folder.household_reader().household("bedroom", 150).lamp == "led_2700"


def test_of_two_settings_at_one_instant_the_last_written_counts(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.set_value("offset_k", 1.0, valid_from_ms=100)
    writer.set_value("offset_k", -1, valid_from_ms=100)

    assert folder.household_reader().household("bedroom", 100).offset_k == -1.0


def test_a_rooms_own_choice_stands_before_the_houses(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.set_value("profile", "older", valid_from_ms=100, room="bedroom")
    writer.set_value("profile", "adult", valid_from_ms=200)
    reader = folder.household_reader()

    assert reader.household("bedroom", 300).profile == "older"
    assert reader.household("attic", 300).profile == "adult"


def test_a_place_can_be_set_and_taken_back(folder: Folder) -> None:
    writer = folder.household_writer()
    here = Place(latitude_deg=52.5, longitude_deg=13.4)
    writer.set_value("place", here, valid_from_ms=1)
    writer.set_value("place", None, valid_from_ms=2)

    assert folder.household_reader().household("bedroom", 1).place == here
    assert folder.household_reader().household("bedroom", 2).place is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("offset_k", 9.0),
        ("bedtime", "23:00"),
        ("place", {"latitude_deg": 1}),
        ("zone", object()),
        ("zone", "Mars/Olympus"),
        ("zone", "Factory"),
        ("zone", "posix/Europe/Berlin"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_not_kept(
    folder: Folder, key: str, value: object
) -> None:
    with pytest.raises(SettingError, match=key):
        folder.household_writer().set_value(key, value, valid_from_ms=1)

    assert folder.household_reader().household("bedroom", 2) == Household()


def test_a_row_this_version_does_not_know_leaves_the_default(folder: Folder) -> None:
    folder.household_writer().close()
    other = folder.raw("household.db")
    rows = [("mood", '"calm"'), ("offset_k", "9"), ("lamp", "not json")]
    other.executemany("INSERT INTO settings VALUES (NULL, 1, '', ?, ?)", rows)
    other.commit()

    assert folder.household_reader().household("bedroom", 2) == Household()


def test_the_last_correction_of_a_night_counts(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.correct("bedroom", "2026-11-22", Correction(lights_out_ms=5), made_ms=1)
    writer.correct("bedroom", "2026-11-22", Correction(get_up_ms=9), made_ms=2)
    reader = folder.household_reader()

    assert reader.correction("bedroom", "2026-11-22") == Correction(get_up_ms=9)
    assert reader.correction("attic", "2026-11-22") is None


def test_a_correction_that_cannot_be_read_is_said_so(folder: Folder) -> None:
    folder.household_writer().close()
    other = folder.raw("household.db")
    other.execute("INSERT INTO corrections VALUES (NULL, 1, 'bedroom', '2026-11-22', '[]')")
    other.commit()

    with pytest.raises(StoreUnavailableError, match="make it again"):
        folder.household_reader().correction("bedroom", "2026-11-22")


def test_a_reader_finds_what_was_added_since_it_last_looked(folder: Folder) -> None:
    reader = folder.household_reader()
    writer = folder.household_writer()
    before = reader.data_version()
    writer.set_value("zone", "Europe/Berlin", valid_from_ms=7)
    first = reader.changes_after()
    writer.correct("bedroom", "2026-11-22", Correction(), made_ms=1)

    then = reader.changes_after(first.up_to)

    assert reader.data_version() != before
    assert first.settings == (("", 7),)
    assert (then.settings, then.corrections) == ((), (("bedroom", "2026-11-22"),))
    assert reader.changes_after(then.up_to).corrections == ()


def test_a_household_has_one_writer(folder: Folder) -> None:
    writer = folder.household_writer()
    with pytest.raises(StoreInUseError, match="nightroom-web"):
        folder.household_writer()

    writer.close()
    folder.household_writer().close()


def test_a_reader_of_a_foreign_file_says_so(folder: Folder) -> None:
    (folder.path / "household.db").write_bytes(b"not a database at all" * 50)

    with pytest.raises(ForeignFileError):
        folder.household_reader().household("bedroom", 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"not a database at all" * 50 + content[:0],
        lambda content: content[:5_000],
        lambda content: content[:3_000] + b"\xff" * 4_000 + content[7_000:],
    ],
)
def test_a_damaged_file_is_set_aside_and_the_copy_of_the_day_before_is_in_use(
    folder: Folder, spoil: Callable[[bytes], bytes]
) -> None:
    path = folder.path / "household.db"
    writer = folder.household_writer()
    writer.set_value("lamp", "candle", valid_from_ms=1)
    writer.keep_copy()
    writer.set_value("lamp", "led_2700", valid_from_ms=2)
    writer.close()
    path.write_bytes(spoil(path.read_bytes()))

    folder.household_writer()

    assert folder.household_reader().household("bedroom", 3).lamp == "candle"
    (bad,) = bad_files(path)
    assert "what was chosen or written since then is missing" in salvage_words(bad)


@pytest.mark.parametrize("and_its_log", [False, True])
@pytest.mark.parametrize("at_work", [False, True])
def test_of_a_file_that_is_removed_the_copy_of_the_day_before_is_in_use(
    folder: Folder, *, and_its_log: bool, at_work: bool
) -> None:
    path = folder.path / "household.db"
    with closing(folder.household_writer()) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)
    writer = folder.household_writer()  # whose log is empty, as on a day without a change
    if not at_work:
        writer.close()
    path.unlink()
    for suffix in ("-wal", "-shm") if and_its_log else ():
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    writer.close()

    folder.household_writer()

    assert folder.household_reader().household("bedroom", 3).lamp == "candle"
    (bad,) = bad_files(path)
    assert "what was chosen or written since then is missing" in salvage_words(bad)


def test_a_link_to_a_disk_that_is_not_there_is_no_file_that_is_removed(folder: Folder) -> None:
    path = folder.path / "household.db"
    with closing(folder.household_writer()) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)
        writer.keep_copy()
    path.unlink()
    path.symlink_to(folder.path / "not mounted" / "household.db")

    with pytest.raises(StoreUnavailableError, match="mount the disk"):
        folder.household_writer()
    assert bad_files(path) == ()


def test_without_a_sound_copy_a_fresh_file_is_begun(folder: Folder) -> None:
    path = folder.path / "household.db"
    path.write_bytes(b"not a database at all" * 50)
    (folder.path / "household.db.copy").write_bytes(b"neither is this" * 50)

    folder.household_writer()

    assert folder.household_reader().household("bedroom", 3) == Household()
    (bad,) = bad_files(path)
    assert "all settings are the defaults" in salvage_words(bad)
    assert "sudo nightroom setup-code" in salvage_words(bad)


def test_a_copy_that_cannot_be_kept_keeps_nobody_out(folder: Folder) -> None:
    folder.path.mkdir(exist_ok=True)
    (folder.path / "household.db.copy.unfinished").mkdir()

    folder.household_writer().set_value("lamp", "candle", valid_from_ms=1)


def as_at_a_kill(folder: Folder, *, copied: int, then: int) -> Path:
    """Leave a log of many choices as a kill does, some of them from after the day's copy."""
    path, kept = folder.path / "household.db", folder.path / "kept"
    kept.mkdir()
    writer = folder.household_writer()
    for number in range(1, copied + then + 1):
        writer.diary().write("bedroom", "2026-11-01", note=f"note {number}", made_ms=number)
        writer.diary().delete("bedroom", 0, number, made_ms=number, night="2026-10-01")
        if number == copied:
            writer.keep_copy()
    for suffix in ("", "-wal"):
        shutil.copy(folder.path / f"household.db{suffix}", kept / f"household.db{suffix}")
    writer.close()
    for one in kept.iterdir():
        shutil.copy(one, folder.path / one.name)
    return path


def one_bit(log: Path, at: float) -> None:
    content = bytearray(log.read_bytes())
    content[int(at * len(content))] ^= 1
    log.write_bytes(content)


@pytest.mark.parametrize("at", [0.0005, 0.01, 0.5])
def test_where_a_bit_of_its_log_has_changed_the_copy_that_goes_further_is_in_use(
    folder: Folder, at: float
) -> None:
    path = as_at_a_kill(folder, copied=30, then=2)
    one_bit(folder.path / "household.db-wal", at)

    folder.household_writer()

    reader = folder.household_reader()
    assert reader.note("bedroom", "2026-11-01") == "note 30"
    assert len(reader.deletions()) == 30
    (bad,) = bad_files(path)
    assert bad.with_name(f"{bad.name}-wal").exists()
    assert "what was chosen or written since then is missing" in salvage_words(bad)


def test_where_the_copy_goes_less_far_than_the_sound_part_of_the_log_that_is_in_use(
    folder: Folder,
) -> None:
    path = as_at_a_kill(folder, copied=2, then=30)
    one_bit(folder.path / "household.db-wal", 0.5)

    folder.household_writer()

    assert 2 < len(folder.household_reader().deletions()) < 32
    (bad,) = bad_files(path)
    assert bad.with_name(f"{bad.name}-wal").exists()
    assert "the end of its log cannot be read" in salvage_words(bad)


def test_a_log_as_a_kill_leaves_it_takes_nothing_back(folder: Folder) -> None:
    path = as_at_a_kill(folder, copied=30, then=2)

    folder.household_writer()

    assert len(folder.household_reader().deletions()) == 32
    assert bad_files(path) == ()


def test_a_closed_reader_opens_again_by_itself(folder: Folder) -> None:
    folder.household_writer().set_value("lamp", "candle", valid_from_ms=1)
    reader = folder.household_reader()
    reader.household("bedroom", 1)

    reader.close()

    assert reader.household("bedroom", 1).lamp == "candle"


def a_mark(mark_id: str = "one", kind: MarkKind = MarkKind.AWAKE, at_ms: int = 100) -> PageMark:
    return PageMark(mark_id=mark_id, at_ms=at_ms, kind=kind, note="noise in the street")


def test_marks_come_back_in_order_of_time_and_once_each(folder: Folder) -> None:
    writer = folder.household_writer()
    assert writer.mark("bedroom", a_mark("late", at_ms=200), made_ms=300)
    assert writer.mark("bedroom", a_mark("early"), made_ms=301)
    assert not writer.mark("bedroom", a_mark("late", at_ms=5), made_ms=302)
    writer.mark("guest", a_mark("other"), made_ms=303)

    found = folder.household_reader().marks("bedroom", 0, 200)
    assert found == (a_mark("early"), a_mark("late", at_ms=200))
    assert folder.household_reader().marks("bedroom", 100, 199) == ()


def test_words_are_put_with_a_mark_of_a_room_and_replaced(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.mark("bedroom", a_mark("one"), made_ms=1)
    writer.mark("guest", a_mark("two"), made_ms=1)
    diary = writer.diary()

    diary.write("bedroom", "2026-11-22", words={"one": " a lorry ", "two": "not here"}, made_ms=9)
    (found,) = folder.household_reader().marks("bedroom", 0, 200)
    assert found.note == "a lorry"
    assert folder.household_reader().marks("guest", 0, 200) == (a_mark("two"),)
    diary.write("bedroom", "2026-11-22", words={"one": ""}, made_ms=9)
    assert folder.household_reader().marks("bedroom", 0, 200)[0].note == ""


def test_too_many_words_with_a_mark_leave_all_as_it_was(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.mark("bedroom", a_mark("one"), made_ms=1)

    with pytest.raises(SettingError, match="at most 200 characters, not 201"):
        writer.diary().write(
            "bedroom", "2026-11-22", words={"one": "short", "two": "x" * 201}, made_ms=9
        )
    assert folder.household_reader().marks("bedroom", 0, 200) == (a_mark("one"),)


def test_a_mark_that_comes_after_it_was_taken_back_is_not_taken(folder: Folder) -> None:
    writer = folder.household_writer()
    for _ in range(2):
        assert not writer.unmark("late", made_ms=300)
        assert not writer.mark("bedroom", a_mark("late", MarkKind.LIGHTS_OUT), made_ms=301)
    assert writer.mark("bedroom", a_mark("other"), made_ms=302)
    reader = folder.household_reader()
    assert reader.marks("bedroom", 0, 200) == (a_mark("other"),)
    # Where no mark was there is no night to be judged anew.
    assert reader.changes_after().marks == ()


def test_only_marks_that_move_a_night_are_changes(folder: Folder) -> None:
    writer = folder.household_writer()
    writer.mark("bedroom", a_mark("one"), made_ms=1)
    writer.mark("bedroom", a_mark("two", MarkKind.LIGHTS_OUT, at_ms=50), made_ms=2)
    reader = folder.household_reader()

    changes = reader.changes_after()
    assert changes.marks == (("bedroom", 50),)
    assert reader.changes_after(changes.up_to).marks == ()


def test_what_was_never_marked_is_not_written_down_as_taken_back_without_end(
    folder: Folder,
) -> None:
    writer = folder.household_writer()
    for number in range(120):
        assert not writer.unmark(f"never {number}", made_ms=number)
    assert not writer.unmark("the next day", made_ms=86_400_200)
    (rows,) = writer._connection.execute("SELECT count(*) FROM marks").fetchone()
    assert rows == 101


def test_a_mark_is_told_by_its_id_as_it_is_kept(folder: Folder) -> None:
    writer, reader = folder.household_writer(), folder.household_reader()
    assert reader.kept_mark("a") is None
    writer.mark("bedroom", a_mark("a"), made_ms=200)
    writer.mark("guest", a_mark("a"), made_ms=300)
    assert reader.kept_mark("a") == ("bedroom", a_mark("a"))
    writer.diary().delete("bedroom", 0, 900, made_ms=400)
    assert reader.kept_mark("a") is None
    writer.diary().undo_deletion(1, undone_ms=500)
    writer.unmark("a", made_ms=600)
    assert reader.kept_mark("a") is None
