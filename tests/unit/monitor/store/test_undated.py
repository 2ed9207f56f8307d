"""What people choose, mark and correct while the machine does not know the time: dated later."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, MarkKind
from monitor.night.household import Correction, PageMark
from monitor.runtime.clock import VirtualClock
from monitor.store.errors import CorruptFileError
from monitor.store.handover import NewSettings
from monitor.store.household_copy import is_sound
from monitor.store.household_db import household_schema
from monitor.store.household_reader import NEWEST_MS, HouseholdReader, in_force_ms
from monitor.store.household_seal import require_fitting
from monitor.store.household_writer import HouseholdWriter
from monitor.store.undated_rows import STALE_MS, undated
from tests.fakes.folder import Folder, data_folder

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
# 2026-11-22 22:40 in UTC, which is the household's zone here.
NOW_MS = 1_795_387_200_000
OFF_DAYS = [pytest.param(-21, id="weeks behind"), pytest.param(1, id="a day ahead")]
ID = "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10"


@dataclass
class Home:
    """A machine whose household.db has a writer and a reader."""

    folder: Folder
    clock: VirtualClock
    writer: HouseholdWriter
    reader: HouseholdReader
    off_s: float = 0.0

    def forget_time(self, off_days: float, boot: str = "b" * 16) -> None:
        """Lose power, and boot at another day, a minute ago."""
        self.off_s = off_days * 86_400
        self.boot(boot, NOW_MS + round(self.off_s * 1000), ClockState.UNSYNCED)

    def boot(self, boot: str, now_ms: int, state: ClockState = ClockState.SYNCED) -> None:
        self.writer.close()
        self.clock = VirtualClock(start_ms=now_ms, boot_id=boot, boottime_s=60.0, state=state)
        self.writer = self.folder.household_writer(self.clock)

    def find_time(self) -> None:
        self.clock.step(-self.off_s)
        self.clock.set_state(ClockState.SYNCED)

    def choose(self, offset_k: float) -> None:
        now_ms = self.clock.now_ms()
        self.writer.set_value("temperature_offset_k", offset_k, valid_from_ms=now_ms, room="attic")

    def offset_k(self, at_ms: int | None = None) -> float:
        asked_ms = in_force_ms(self.clock, self.reader) if at_ms is None else at_ms
        return self.reader.household("attic", asked_ms).temperature_offset_k

    def mark(self, kind: MarkKind = MarkKind.LIGHTS_OUT, age_ms: int = 0) -> None:
        now_ms = self.clock.now_ms()
        mark = PageMark(mark_id=ID, at_ms=now_ms - age_ms, kind=kind)
        self.writer.mark("attic", mark, made_ms=now_ms)

    def marks_ms(self) -> list[int]:
        return [mark.at_ms for mark in self.reader.marks("attic", 0, NEWEST_MS)]

    def delete(self, start_ms: int, end_ms: int, made_ms: int | None = None) -> int:
        by_ms = self.clock.now_ms() if made_ms is None else made_ms
        return self.writer.diary().delete("attic", start_ms, end_ms, made_ms=by_ms)

    def correct(self, night: str, lights_out_ms: int) -> None:
        said = Correction(lights_out_ms=lights_out_ms)
        self.writer.correct("attic", night, said, made_ms=self.clock.now_ms())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with data_folder(tmp_path) as folder:
        clock = VirtualClock(start_ms=NOW_MS - 7 * DAY_MS)
        made = Home(folder, clock, folder.household_writer(clock), folder.household_reader())
        made.choose(-2.5)
        yield made


@pytest.mark.parametrize("off_days", OFF_DAYS)
def test_a_choice_holds_from_when_it_was_made_and_is_never_taken_back(
    home: Home, off_days: int
) -> None:
    home.forget_time(off_days)
    home.choose(-1.0)
    cal = home.reader.calibration_id("attic", NEWEST_MS)
    assert home.offset_k() == -1.0

    home.find_time()
    assert home.offset_k() == -1.0  # though it has no date yet
    home.clock.wait(1.0)
    home.writer.date_rows()

    assert home.offset_k() == -1.0
    assert (home.offset_k(NOW_MS - 1), home.offset_k(NOW_MS)) == (-2.5, -1.0)
    assert home.offset_k(NOW_MS - 14 * DAY_MS) == 0.0
    assert home.reader.calibration_id("attic", in_force_ms(home.clock, home.reader)) == cal


def test_nothing_is_dated_before_the_time_is_known_nor_twice(home: Home) -> None:
    home.forget_time(-21)
    home.choose(-1.0)
    home.mark()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS - 21 * DAY_MS]
    home.find_time()
    for _ in range(3):
        home.writer.date_rows()
        home.clock.step(3600)
    assert home.marks_ms() == [NOW_MS]
    assert (home.offset_k(NOW_MS - 1), home.offset_k(NOW_MS)) == (-2.5, -1.0)
    require_fitting(home.folder.raw("household.db"), home.folder.path / "household.db")


def test_what_was_written_with_the_time_keeps_its_date(home: Home) -> None:
    home.boot("b" * 16, NOW_MS)
    home.choose(-1.0)
    home.mark()
    home.clock.set_state(ClockState.UNSYNCED)  # the source is lost
    home.writer.date_rows()
    home.clock.set_state(ClockState.SYNCED)
    home.writer.date_rows()
    assert not home.reader.is_undated()
    assert home.marks_ms() == [NOW_MS]


def test_each_is_dated_by_the_clock_it_was_written_by(home: Home) -> None:
    home.forget_time(-21)
    home.mark()
    home.clock.step(3 * 86_400)  # somebody sets it, not right either
    home.off_s += 3 * 86_400
    home.clock.wait(60)
    home.choose(-1.0)
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS]
    assert (home.offset_k(NOW_MS + 59_999), home.offset_k(NOW_MS + 60_000)) == (-2.5, -1.0)


def test_a_stamp_from_before_the_time_was_found_is_dated_though_it_is_written_after(
    home: Home,
) -> None:
    home.forget_time(-21)
    stamp_ms = home.clock.now_ms()
    home.find_time()
    home.writer.set_value("temperature_offset_k", -1.0, valid_from_ms=stamp_ms, room="attic")
    home.writer.date_rows()
    assert (home.offset_k(NOW_MS - 1), home.offset_k(NOW_MS)) == (-2.5, -1.0)
    assert undated(home.clock, home.clock.now_ms() - STALE_MS + 1) is None


@pytest.mark.parametrize(
    ("off_days", "holds_from_ms"), [(-21, NOW_MS - 7 * DAY_MS), (5, NOW_MS + DAY_MS - 60_000)]
)
def test_of_a_boot_that_never_found_the_time_what_was_chosen_last_holds(
    home: Home, off_days: int, holds_from_ms: int
) -> None:
    home.forget_time(off_days)
    home.choose(-1.0)
    home.mark()
    home.boot("c" * 16, NOW_MS + DAY_MS)
    assert home.offset_k() == -1.0
    home.writer.date_rows()
    assert home.offset_k() == -1.0
    assert not home.reader.is_undated()
    # Of what it was later than, and of the boot behind it, which was later.
    assert (home.offset_k(holds_from_ms - 1), home.offset_k(holds_from_ms)) in {
        (0.0, -1.0),
        (-2.5, -1.0),
    }
    # As its minutes, which nobody can date.
    assert home.marks_ms() == [NOW_MS + off_days * DAY_MS]


def test_of_two_choices_the_later_one_holds_whichever_boots_they_were_made_in(home: Home) -> None:
    home.forget_time(-21)
    home.choose(-1.0)
    home.forget_time(-30, boot="c" * 16)
    home.choose(-0.5)
    home.clock.wait(60)
    home.choose(-0.2)
    home.find_time()
    home.writer.date_rows()
    assert home.offset_k() == -0.2
    assert home.offset_k(NOW_MS + 59_000) == -0.5
    assert home.offset_k(NOW_MS - 1) == -1.0


@pytest.mark.parametrize("off_days", OFF_DAYS)
def test_a_mark_lands_in_the_minute_in_which_it_was_made(home: Home, off_days: int) -> None:
    home.forget_time(off_days)
    home.mark(age_ms=90_000)
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS - 90_000]


def test_a_mark_belongs_to_nothing_that_was_deleted_at_its_false_hour(home: Home) -> None:
    home.writer.diary().delete("", 0, NOW_MS - 20 * DAY_MS, made_ms=NOW_MS - 20 * DAY_MS)
    home.forget_time(-21)
    home.mark()
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS]


def test_a_late_mark_of_what_was_deleted_by_the_same_clock_stays_out_of_sight(home: Home) -> None:
    """A home without a time source goes by its own clock, in every minute of its life."""
    home.forget_time(-21)
    home.clock.wait(10 * 3600)
    now_ms = home.clock.now_ms()
    home.delete(now_ms - 8 * HOUR_MS, now_ms - 2 * HOUR_MS)
    home.clock.wait(60)
    home.mark(age_ms=5 * HOUR_MS)
    assert home.marks_ms() == []
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == []


def test_a_late_mark_of_before_a_restart_stays_out_of_sight_with_what_was_deleted(
    home: Home,
) -> None:
    home.boot("b" * 16, NOW_MS, ClockState.UNSYNCED)
    home.delete(NOW_MS - 8 * HOUR_MS, NOW_MS)
    home.boot("c" * 16, NOW_MS + HOUR_MS, ClockState.UNSYNCED)
    home.mark(age_ms=3 * HOUR_MS)
    assert home.marks_ms() == []


def test_a_mark_of_before_a_false_boot_comes_into_sight_where_nothing_of_its_hour_was_deleted(
    home: Home,
) -> None:
    home.delete(0, NOW_MS - 20 * DAY_MS, made_ms=NOW_MS - 20 * DAY_MS)
    home.forget_time(-21)
    home.mark(age_ms=HOUR_MS)
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS - HOUR_MS]


def test_a_late_mark_is_held_by_what_was_deleted_at_its_true_hour(home: Home) -> None:
    home.boot("b" * 16, NOW_MS)
    home.delete(NOW_MS - 8 * HOUR_MS, NOW_MS)
    home.forget_time(-21, boot="c" * 16)
    home.mark(age_ms=5 * HOUR_MS)
    seen = home.reader.changes_after().up_to
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == []
    false_ms = NOW_MS - 21 * DAY_MS - 5 * HOUR_MS
    assert home.reader.changes_after(seen).settings == (("attic", false_ms),)


def test_a_mark_deleted_before_its_date_was_known_stays_deleted_and_comes_back_under_it(
    home: Home,
) -> None:
    home.forget_time(-21)
    home.mark()
    home.clock.wait(60)
    deletion_id = home.delete(home.clock.now_ms() - HOUR_MS, home.clock.now_ms())
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == []
    home.writer.diary().undo_deletion(deletion_id, undone_ms=home.clock.now_ms())
    assert home.marks_ms() == [NOW_MS]


def test_a_mark_that_was_taken_back_stays_so(home: Home) -> None:
    home.forget_time(-21)
    home.mark()
    home.writer.unmark(ID, made_ms=home.clock.now_ms())
    home.find_time()
    home.writer.date_rows()
    home.mark()
    assert home.marks_ms() == []
    at_ms = home.folder.raw("household.db").execute("SELECT at_ms FROM marks").fetchall()
    assert at_ms == [(NOW_MS,), (NOW_MS,)]


def test_the_monitor_is_told_from_when_on_to_judge_anew(home: Home) -> None:
    home.forget_time(-21)
    home.choose(-1.0)
    home.clock.wait(60)
    home.mark()
    seen = home.reader.changes_after().up_to
    home.find_time()
    home.writer.date_rows()
    assert home.reader.changes_after(seen).settings == (("attic", NOW_MS - 21 * DAY_MS),)


def test_a_correction_is_said_of_the_night_that_was_meant(home: Home) -> None:
    truly_ms = NOW_MS - 21 * DAY_MS - 3_600_000
    home.boot("b" * 16, NOW_MS - DAY_MS)
    home.correct("2026-11-01", truly_ms)
    home.forget_time(-21, boot="c" * 16)
    home.correct("2026-11-01", home.clock.now_ms() - 1000)
    home.correct("2026-11-01", home.clock.now_ms())
    seen = home.reader.changes_after().up_to
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", "2026-11-22") == Correction(lights_out_ms=NOW_MS)
    assert home.reader.correction("attic", "2026-11-01") == Correction(lights_out_ms=truly_ms)
    assert home.reader.changes_after(seen).corrections == (
        ("attic", "2026-11-01"),
        ("attic", "2026-11-22"),
    )


def test_the_end_of_a_night_that_was_said_by_the_right_time_stays_where_it_is(home: Home) -> None:
    """Power went and came back in the night, and the clock with the hour that it had saved."""
    lights_out_ms = NOW_MS - 4 * 3_600_000
    home.forget_time(-45 / 1440)
    get_up_ms = home.clock.now_ms()
    home.writer.correct(
        "attic",
        "2026-11-22",
        Correction(lights_out_ms=lights_out_ms, get_up_ms=get_up_ms),
        made_ms=get_up_ms,
    )
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", "2026-11-22") == Correction(
        lights_out_ms=lights_out_ms, get_up_ms=NOW_MS
    )


def test_what_was_said_of_the_night_that_was_meant_stays_where_nothing_else_is(home: Home) -> None:
    lights_out_ms = NOW_MS - 4 * 3_600_000
    home.correct("2026-11-22", lights_out_ms)
    home.forget_time(-21)
    get_up_ms = home.clock.now_ms()
    said = Correction(get_up_ms=get_up_ms)
    home.writer.correct("attic", "2026-11-01", said, made_ms=get_up_ms)
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", "2026-11-22") == Correction(
        lights_out_ms=lights_out_ms, get_up_ms=NOW_MS
    )
    assert home.reader.correction("attic", "2026-11-01") == Correction()


def test_a_correction_of_another_night_stays_with_it(home: Home) -> None:
    home.forget_time(-21)
    home.correct("2026-11-20", NOW_MS - 2 * DAY_MS)
    home.writer.correct("attic", "2026-11-19", Correction(), made_ms=home.clock.now_ms())
    home.find_time()
    home.writer.date_rows()
    said = Correction(lights_out_ms=NOW_MS - 2 * DAY_MS)
    assert home.reader.correction("attic", "2026-11-20") == said
    assert home.reader.correction("attic", "2026-11-19") == Correction()


def take_back(home: Home, night: str) -> None:
    home.clock.wait(60)
    home.writer.correct("attic", night, Correction(), made_ms=home.clock.now_ms())


def test_a_correction_that_is_taken_back_in_its_boot_leaves_both_nights_as_they_were(
    home: Home,
) -> None:
    truly_ms, before_ms = NOW_MS - 21 * DAY_MS - 3_600_000, NOW_MS - 3_600_000
    home.boot("b" * 16, NOW_MS - 60_000)
    home.correct("2026-11-01", truly_ms)
    home.correct("2026-11-22", before_ms)
    home.forget_time(-21, boot="c" * 16)
    home.correct("2026-11-01", home.clock.now_ms())
    take_back(home, "2026-11-01")
    seen = home.reader.changes_after().up_to
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", "2026-11-01") == Correction(lights_out_ms=truly_ms)
    assert home.reader.correction("attic", "2026-11-22") == Correction(lights_out_ms=before_ms)
    assert home.reader.changes_after(seen).corrections == (("attic", "2026-11-01"),)


def test_what_is_said_again_after_it_was_taken_back_is_of_the_night_that_was_meant(
    home: Home,
) -> None:
    home.forget_time(-21)
    home.correct("2026-11-01", home.clock.now_ms() - 1000)
    take_back(home, "2026-11-01")
    home.correct("2026-11-01", home.clock.now_ms())
    home.find_time()
    home.writer.date_rows()
    said = Correction(lights_out_ms=NOW_MS + 60_000)
    assert home.reader.correction("attic", "2026-11-22") == said
    assert home.reader.correction("attic", "2026-11-01") == Correction()


def test_what_was_said_of_a_night_long_ago_in_the_same_boot_stays_with_it(home: Home) -> None:
    """A night of long ago is corrected, and then, under its name, the one that is running."""
    truly_ms = NOW_MS - 21 * DAY_MS - 3_600_000
    home.forget_time(-21)
    home.correct("2026-11-01", truly_ms)
    home.correct("2026-11-01", home.clock.now_ms())
    take_back(home, "2026-11-01")
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", "2026-11-01") == Correction(lights_out_ms=truly_ms)


@pytest.mark.parametrize("said_days_ago", [0, 2])
def test_taking_back_stays_said_of_a_night_whose_name_is_right(
    home: Home, said_days_ago: int
) -> None:
    """The clock is behind by less than a night, or it is another night that was corrected."""
    lights_out_ms = NOW_MS - 4 * 3_600_000 - said_days_ago * DAY_MS
    night = ("2026-11-22", "2026-11-21", "2026-11-20")[said_days_ago]
    home.correct(night, lights_out_ms)
    home.forget_time(-45 / 1440)
    said = Correction(
        lights_out_ms=lights_out_ms,
        get_up_ms=home.clock.now_ms() if said_days_ago == 0 else lights_out_ms + 3_600_000,
    )
    home.writer.correct("attic", night, said, made_ms=home.clock.now_ms())
    take_back(home, night)
    home.find_time()
    home.writer.date_rows()
    assert home.reader.correction("attic", night) == Correction()


def test_a_correction_in_a_zone_that_is_unknown_here_stays_where_it_is(home: Home) -> None:
    home.folder.raw("household.db").execute("DELETE FROM seal").connection.commit()
    raw = home.folder.raw("household.db")
    raw.execute("INSERT INTO settings VALUES (NULL, 0, '', 'zone', '\"Mars/Olympus\"')")
    raw.commit()
    home.forget_time(-21)
    home.correct("2026-11-01", home.clock.now_ms())
    home.find_time()
    home.writer.date_rows()
    said = Correction(lights_out_ms=NOW_MS - 21 * DAY_MS)
    assert home.reader.correction("attic", "2026-11-01") == said
    assert not home.reader.is_undated()


def test_what_a_command_handed_over_is_dated_by_the_moment_of_the_command(home: Home) -> None:
    home.forget_time(-21)
    now_ms = home.clock.now_ms()
    wish = NewSettings(
        room="attic",
        valid_from_ms=now_ms,
        values={"temperature_offset_k": -1.0},
        undated=undated(home.clock, now_ms),
    )
    home.find_time()
    home.clock.wait(3600)  # the pages were down
    home.writer.take(wish)
    home.writer.date_rows()
    assert (home.offset_k(NOW_MS - 1), home.offset_k(NOW_MS)) == (-2.5, -1.0)


def test_a_copy_of_before_is_dated_as_the_file_would_have_been(home: Home) -> None:
    home.forget_time(-21)
    home.mark()
    home.writer.keep_copy()
    home.writer.close()
    (home.folder.path / "household.db").write_bytes(b"")
    home.writer = home.folder.household_writer(home.clock)
    home.find_time()
    home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS]


def test_damage_to_what_waits_is_found_by_the_seal_and_moves_nothing(home: Home) -> None:
    home.forget_time(-21)
    home.mark()
    raw = home.folder.raw("household.db")
    raw.execute("UPDATE undated SET booted_ms = booted_ms + 1")
    raw.commit()
    home.find_time()
    with pytest.raises(CorruptFileError):
        home.writer.date_rows()
    assert home.marks_ms() == [NOW_MS - 21 * DAY_MS]


def test_a_file_and_its_copy_of_before_there_was_this_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "household.db"
    before = replace(household_schema(), steps=household_schema().steps[:6])
    with closing(HouseholdWriter.open(path, schema=before)) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)
        writer.keep_copy()
    copy = path.with_name("household.db.copy")
    assert is_sound(copy)
    with closing(sqlite3.connect(copy)) as old:
        require_fitting(old, copy)
    with closing(HouseholdWriter.open(path)), closing(HouseholdReader(path)) as reader:
        assert reader.household("", 2).lamp == "candle"
        assert reader.is_sound()
    assert not list(tmp_path.glob("*.bad-*"))
