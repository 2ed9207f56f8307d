from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, PageMark
from monitor.store.deletion import Deletion, Honoured, is_deleted
from monitor.store.errors import SettingError
from monitor.store.gone_deletions import gone_keys
from tests.fakes.folder import Folder, data_folder
from web.diary import undoable

DAY_MS = 86_400_000
ROOM = "bedroom"
NIGHT = "2026-11-22"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_without_a_file_nothing_is_deleted_tagged_or_noted(folder: Folder) -> None:
    reader = folder.household_reader()

    assert reader.deletions() == ()
    assert reader.tags(ROOM, NIGHT) == ()
    assert reader.tag_counts(ROOM) == {}
    assert reader.note(ROOM, NIGHT) == ""


def test_a_deletion_holds_the_minutes_that_ended_in_it(folder: Folder) -> None:
    number = folder.household_writer().diary().delete(ROOM, 100, 200, made_ms=5)
    made = folder.household_reader().deletions()

    assert made == (Deletion(deletion_id=number, made_ms=5, room=ROOM, start_ms=100, end_ms=200),)
    assert [is_deleted(made, ROOM, end_ms) for end_ms in (100, 101, 200, 201)] == [
        False,
        True,
        True,
        False,
    ]
    assert not is_deleted(made, "attic", 150)


def test_a_deletion_of_the_whole_house_holds_in_every_room(folder: Folder) -> None:
    folder.household_writer().diary().delete("", 100, 200, made_ms=5)

    assert is_deleted(folder.household_reader().deletions(), "attic", 150)


def test_a_deletion_can_be_undone_once_within_seven_days(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    number = diary.delete(ROOM, 100, 200, made_ms=5)

    assert diary.undo_deletion(number, undone_ms=4 + 7 * DAY_MS)
    assert not diary.undo_deletion(number, undone_ms=4 + 7 * DAY_MS)
    (undone,) = folder.household_reader().deletions()
    assert undone.undone_ms == 4 + 7 * DAY_MS
    assert not is_deleted((undone,), ROOM, 150)
    assert not undone.is_final(30 * DAY_MS)


def test_a_deletion_is_final_after_seven_days(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    number = diary.delete(ROOM, 100, 200, made_ms=5)
    folder.purge()

    assert not diary.undo_deletion(number, undone_ms=5 + 7 * DAY_MS)
    (made,) = folder.household_reader().deletions()
    assert made.undo_until_ms == 5 + 7 * DAY_MS
    assert (made.is_final(4 + 7 * DAY_MS), made.is_final(5 + 7 * DAY_MS)) == (False, True)


def test_what_the_monitor_has_not_purged_can_be_undone_and_its_words_stay(folder: Folder) -> None:
    """Seven days by the date of a deletion that was made before the time was found."""
    diary = folder.household_writer().diary()
    diary.write(ROOM, NIGHT, note="hot", made_ms=1)
    first = diary.delete(ROOM, 100, 200, made_ms=5, night=NIGHT)
    second = diary.delete(ROOM, 100, 200, made_ms=6, night=NIGHT)
    rows = folder.nights_writer().deleted()
    rows.take_over(folder.household_reader().deletions())

    assert diary.forget(6 + 21 * DAY_MS) == 0
    assert diary.undo_deletion(first, undone_ms=6 + 21 * DAY_MS)

    for one in folder.household_reader().deletions():
        rows.purged(one, now_ms=6 + 22 * DAY_MS)
    assert not diary.undo_deletion(second, undone_ms=6 + 22 * DAY_MS)
    assert diary.forget(6 + 22 * DAY_MS) == 1


def in_utc(_room: str, _at_ms: int) -> str:
    return "UTC"


def test_what_is_gone_cannot_be_undone_by_a_clock_that_is_behind(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    number = diary.delete(ROOM, 100, 200, made_ms=5)
    folder.purge()

    assert not diary.undo_deletion(number, undone_ms=6)
    deletions = folder.household_reader().deletions()
    gone = gone_keys(folder.path)
    assert undoable(deletions, gone, 6, in_utc, {}) == ()
    assert undoable(deletions, None, 6, in_utc, {}) != ()


@pytest.mark.parametrize("is_unreadable", [False, True])
def test_while_the_monitor_has_not_purged_it_nothing_is_erased_by_a_look_at_the_clock(
    folder: Folder, is_unreadable: bool
) -> None:
    """The clock was three weeks behind; nights.db is not there, or cannot be read."""
    diary = folder.household_writer().diary()
    diary.write(ROOM, NIGHT, note="hot", made_ms=1)
    number = diary.delete(ROOM, 100, 200, made_ms=5, night=NIGHT)
    if is_unreadable:
        (folder.path / "nights.db").write_bytes(b"no database" * 99)

    assert diary.forget(5 + 21 * DAY_MS) == 0
    assert diary.undo_deletion(number, undone_ms=5 + 21 * DAY_MS)
    assert folder.household_reader().note(ROOM, NIGHT) == "hot"


def test_a_deletion_that_one_of_two_files_has_undone_is_not_in_force() -> None:
    made = Deletion(made_ms=5, room=ROOM, start_ms=100, end_ms=200)
    other = Deletion(made_ms=6, room=ROOM, start_ms=100, end_ms=200)
    honoured = Honoured()

    honoured.renew([replace(made, undone_ms=7), made, other, other], lambda _: True)

    assert (honoured.undoable, honoured.final) == ((), (other,))


def test_a_mark_that_comes_after_its_time_was_deleted_is_out_of_sight_with_it(
    folder: Folder,
) -> None:
    writer = folder.household_writer()
    diary = writer.diary()
    number = diary.delete(ROOM, 100, 200, made_ms=300)
    late = PageMark(mark_id="late", at_ms=150, kind=MarkKind.NOTE, note="she cried")
    assert not writer.mark(ROOM, late, made_ms=301)
    assert not writer.mark(ROOM, late, made_ms=302)
    assert writer.mark("guest", replace_mark(late, "guests"), made_ms=303)

    reader = folder.household_reader()
    assert (reader.marks(ROOM, 0, 999), reader.kept_mark("late")) == ((), None)
    assert diary.undo_deletion(number, undone_ms=304)
    assert reader.marks(ROOM, 0, 999) == (late,)


def test_a_mark_that_comes_late_goes_for_good_with_its_time(folder: Folder) -> None:
    writer = folder.household_writer()
    diary = writer.diary()
    diary.delete("", 0, 200, made_ms=300)
    late = PageMark(mark_id="late", at_ms=150, kind=MarkKind.NOTE, note="she cried")
    writer.mark(ROOM, late, made_ms=301)
    assert diary.forget(300 + 7 * DAY_MS) == 0
    rows = folder.nights_writer().deleted()
    rows.take_over(folder.household_reader().deletions())
    for one in folder.household_reader().deletions():
        rows.purged(one, now_ms=300 + 7 * DAY_MS)
    assert diary.forget(300 + 7 * DAY_MS) == 1
    assert writer.mark(ROOM, replace_mark(late, "newer", at_ms=201), made_ms=302)
    assert [it.mark_id for it in folder.household_reader().marks(ROOM, 0, 999)] == ["newer"]


def replace_mark(mark: PageMark, mark_id: str, *, at_ms: int | None = None) -> PageMark:
    return structs.replace(mark, mark_id=mark_id, at_ms=mark.at_ms if at_ms is None else at_ms)


def test_an_empty_range_is_refused_in_words(folder: Folder) -> None:
    with pytest.raises(SettingError, match="choose an end after the start"):
        folder.household_writer().diary().delete(ROOM, 200, 200, made_ms=5)


def test_the_tags_of_a_night_replace_those_it_had(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    reader = folder.household_reader()
    diary.write(ROOM, NIGHT, tags=["fan"], made_ms=1)
    diary.write(ROOM, NIGHT, tags=["window  open ", "coffee late", "window open"], made_ms=2)
    diary.write(ROOM, "2026-11-23", tags=["window open"], made_ms=3)

    assert reader.tags(ROOM, NIGHT) == ("coffee late", "window open")
    assert reader.tagged_nights(ROOM, "window open") == (NIGHT, "2026-11-23")
    assert list(reader.tag_counts(ROOM).items()) == [("window open", 2), ("coffee late", 1)]
    assert reader.tags("attic", NIGHT) == ()

    diary.write(ROOM, NIGHT, tags=[], made_ms=4)
    assert reader.tags(ROOM, NIGHT) == ()


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([" "], "1 to 40 characters, not 0"),
        (["x" * 41], "1 to 40 characters, not 41"),
        (["window, open"], "a comma stands between two tags and in none: 'window, open'"),
        ([str(number) for number in range(21)], "at most 20 tags, not 21"),
    ],
)
def test_tags_that_cannot_be_are_refused_and_the_others_stay(
    folder: Folder, tags: list[str], said: str
) -> None:
    diary = folder.household_writer().diary()
    diary.write(ROOM, NIGHT, tags=["fan"], made_ms=1)

    with pytest.raises(SettingError, match=said):
        diary.write(ROOM, NIGHT, tags=tags, made_ms=2)

    assert folder.household_reader().tags(ROOM, NIGHT) == ("fan",)


def test_a_note_is_kept_replaced_and_removed(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    reader = folder.household_reader()

    diary.write(ROOM, NIGHT, note=" dog next door ", made_ms=1)
    assert reader.note(ROOM, NIGHT) == "dog next door"
    diary.write(ROOM, NIGHT, note="storm", made_ms=2)
    assert reader.note(ROOM, NIGHT) == "storm"
    diary.write(ROOM, NIGHT, note="", made_ms=3)
    assert reader.note(ROOM, NIGHT) == ""


def test_a_note_without_end_is_refused(folder: Folder) -> None:
    with pytest.raises(SettingError, match="at most 2000 characters, not 2001"):
        folder.household_writer().diary().write(ROOM, NIGHT, note="x" * 2_001, made_ms=1)


def noon_ms(night: str, zone_h: int = 0) -> int:
    """Return when a night's noon is in a zone so many hours ahead of UTC."""
    return int(datetime.fromisoformat(f"{night}T12:00").replace(tzinfo=UTC).timestamp() * 1000) - (
        zone_h * 3_600_000
    )


@dataclass
class Words:
    """A house that has written on two nights: a mark, a tag, a note and a correction each."""

    folder: Folder
    zone_h: int = 0

    def __post_init__(self) -> None:
        self.writer = self.folder.household_writer()
        self.diary = self.writer.diary()
        self.reader = self.folder.household_reader()
        if self.zone_h:
            self.writer.set_value("zone", "Pacific/Auckland", valid_from_ms=0)
        for night in (NIGHT, "2026-11-23"):
            self.write(night, "fan", "storm")

    def write(self, night: str, tag: str, note: str) -> None:
        at_ms = noon_ms(night, self.zone_h) + DAY_MS // 2
        mark = PageMark(mark_id=f"{night} {tag}", at_ms=at_ms, kind=MarkKind.NOTE, note=note)
        self.writer.mark(ROOM, mark, made_ms=1)
        self.diary.write(ROOM, night, tags=[tag], made_ms=1)
        self.diary.write(ROOM, night, note=note, made_ms=1)
        self.writer.correct(ROOM, night, Correction(get_up_ms=at_ms), made_ms=1)

    def delete_night(self, made_ms: int, night: str = NIGHT) -> int:
        start_ms = noon_ms(night, self.zone_h)
        return self.diary.delete(ROOM, start_ms, start_ms + DAY_MS, made_ms=made_ms, night=night)

    def delete_everything(self, made_ms: int, room: str = "") -> int:
        return self.diary.delete(room, 0, noon_ms("2026-11-25"), made_ms=made_ms)

    def undo(self, deletion_id: int) -> None:
        assert self.diary.undo_deletion(deletion_id, undone_ms=9)

    def seen(self, night: str = NIGHT) -> tuple[list[str], tuple[str, ...], str]:
        """Return words of marks, tags and the note that a night shows."""
        start_ms = noon_ms(night, self.zone_h)
        marks = self.reader.marks(ROOM, start_ms, start_ms + DAY_MS)
        said = [one.note for one in marks]
        return said, self.reader.tags(ROOM, night), self.reader.note(ROOM, night)


GONE: tuple[list[str], tuple[str, ...], str] = ([], (), "")
THERE = (["storm"], ("fan",), "storm")


def test_undoing_a_night_leaves_its_words_to_the_deletion_of_everything(folder: Folder) -> None:
    house = Words(folder)
    night = house.delete_night(made_ms=5)
    everything = house.delete_everything(made_ms=6)

    house.undo(night)
    assert (house.seen(), house.seen("2026-11-23")) == (GONE, GONE)

    house.undo(everything)
    assert (house.seen(), house.seen("2026-11-23")) == (THERE, THERE)


def test_words_left_to_another_deletion_are_erased_with_it(folder: Folder) -> None:
    house = Words(folder)
    night = house.delete_night(made_ms=5)
    house.delete_everything(made_ms=6)
    house.undo(night)
    folder.purge()

    house.diary.forget(6 + 7 * DAY_MS)

    raw = folder.raw("household.db")
    for table in ("night_tags", "night_notes"):
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608 - ours
    # The row of the highest number says nothing any more.
    assert [row[2:] for row in raw.execute("SELECT * FROM marks")] == [
        (0, "deleted:", 0, "note", "")
    ]
    assert [row[1:] for row in raw.execute("SELECT * FROM corrections")] == [
        (0, "", "deleted:", "{}")
    ]


def test_a_correction_goes_and_comes_back_with_its_night(folder: Folder) -> None:
    house = Words(folder)
    said = house.reader.correction(ROOM, NIGHT)
    assert said is not None
    night = house.delete_night(made_ms=5)
    assert house.reader.correction(ROOM, NIGHT) is None
    assert house.reader.correction(ROOM, "2026-11-23") is not None
    house.undo(night)
    assert house.reader.correction(ROOM, NIGHT) == said


def test_what_is_said_after_all_was_erased_is_noticed(folder: Folder) -> None:
    house = Words(folder)
    seen = house.reader.changes_after().up_to
    house.delete_everything(made_ms=6)
    folder.purge()
    house.diary.forget(6 + 7 * DAY_MS)
    assert house.reader.changes_after(seen).corrections == ()
    house.writer.correct(ROOM, NIGHT, Correction(get_up_ms=7), made_ms=7)
    at_ms = noon_ms("2026-11-25") + 1
    mark = PageMark(mark_id="new", at_ms=at_ms, kind=MarkKind.GET_UP, note="")
    house.writer.mark(ROOM, mark, made_ms=7)
    found = house.reader.changes_after(seen)
    assert (found.corrections, found.marks) == (((ROOM, NIGHT),), ((ROOM, at_ms),))


@pytest.mark.parametrize("zone_h", [0, 13])
def test_undoing_everything_leaves_a_nights_words_to_its_own_deletion(
    folder: Folder, zone_h: int
) -> None:
    house = Words(folder, zone_h)
    everything = house.delete_everything(made_ms=5)
    night = house.delete_night(made_ms=6)

    house.undo(everything)
    assert (house.seen(), house.seen("2026-11-23")) == (GONE, THERE)

    house.undo(night)
    assert house.seen() == THERE


def test_what_is_written_between_two_deletions_stands_before_what_was_there(
    folder: Folder,
) -> None:
    house = Words(folder)
    night = house.delete_night(made_ms=5)
    house.write(NIGHT, "fan", "dog next door")
    everything = house.delete_everything(made_ms=6)

    house.undo(night)
    assert house.seen() == GONE

    house.undo(everything)
    assert house.seen()[1:] == (("fan",), "dog next door")


def test_a_deletion_elsewhere_takes_no_words_over(folder: Folder) -> None:
    house = Words(folder)
    night = house.delete_night(made_ms=5)
    house.delete_everything(made_ms=6, room="attic")
    house.delete_night(made_ms=7, night="2026-11-23")
    house.undo(house.delete_everything(made_ms=8))

    house.undo(night)

    assert (house.seen(), house.seen("2026-11-23")) == (THERE, GONE)


def test_what_is_written_on_a_night_is_kept_whole_or_not_at_all(folder: Folder) -> None:
    diary, reader = folder.household_writer().diary(), folder.household_reader()
    diary.write(ROOM, NIGHT, tags=["fan"], note="old", made_ms=1)
    with pytest.raises(SettingError):
        diary.write(ROOM, NIGHT, tags=["guest"], note="x" * 2_001, made_ms=2)
    assert (reader.tags(ROOM, NIGHT), reader.note(ROOM, NIGHT)) == (("fan",), "old")


def test_a_line_ends_in_one_character_as_a_browser_counts_it(folder: Folder) -> None:
    text = "x" * 99 + "\r\n"
    folder.household_writer().diary().write(ROOM, NIGHT, note=text * 20, made_ms=1)
    assert len(folder.household_reader().note(ROOM, NIGHT)) == 1_999


def test_what_no_page_may_have_is_kept_as_a_space(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    diary.write(ROOM, NIGHT, tags=["fan\x00\x07on"], note="One\x1b\r\ntwo\ufffe", made_ms=5)
    reader = folder.household_reader()
    assert reader.tags(ROOM, NIGHT) == ("fan on",)
    assert reader.note(ROOM, NIGHT) == "One \ntwo"
    with pytest.raises(SettingError, match="1 to 40 characters, not 0"):
        diary.write(ROOM, NIGHT, tags=["\x00"], made_ms=6)
