from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.deletion import Deletion, is_deleted
from monitor.store.errors import SettingError
from tests.fakes.folder import Folder, data_folder

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

    assert not diary.undo_deletion(number, undone_ms=5 + 7 * DAY_MS)
    (made,) = folder.household_reader().deletions()
    assert made.undo_until_ms == 5 + 7 * DAY_MS
    assert (made.is_final(4 + 7 * DAY_MS), made.is_final(5 + 7 * DAY_MS)) == (False, True)


def test_an_empty_range_is_refused_in_words(folder: Folder) -> None:
    with pytest.raises(SettingError, match="choose an end after the start"):
        folder.household_writer().diary().delete(ROOM, 200, 200, made_ms=5)


def test_the_tags_of_a_night_replace_those_it_had(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    reader = folder.household_reader()
    diary.tag(ROOM, NIGHT, ["fan"], made_ms=1)
    diary.tag(ROOM, NIGHT, ["window  open ", "coffee late", "window open"], made_ms=2)
    diary.tag(ROOM, "2026-11-23", ["window open"], made_ms=3)

    assert reader.tags(ROOM, NIGHT) == ("coffee late", "window open")
    assert reader.tagged_nights(ROOM, "window open") == (NIGHT, "2026-11-23")
    assert list(reader.tag_counts(ROOM).items()) == [("window open", 2), ("coffee late", 1)]
    assert reader.tags("attic", NIGHT) == ()

    diary.tag(ROOM, NIGHT, [], made_ms=4)
    assert reader.tags(ROOM, NIGHT) == ()


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([" "], "1 to 40 characters, not 0"),
        (["x" * 41], "1 to 40 characters, not 41"),
        ([str(number) for number in range(21)], "at most 20 tags, not 21"),
    ],
)
def test_tags_that_cannot_be_are_refused_and_the_others_stay(
    folder: Folder, tags: list[str], said: str
) -> None:
    diary = folder.household_writer().diary()
    diary.tag(ROOM, NIGHT, ["fan"], made_ms=1)

    with pytest.raises(SettingError, match=said):
        diary.tag(ROOM, NIGHT, tags, made_ms=2)

    assert folder.household_reader().tags(ROOM, NIGHT) == ("fan",)


def test_a_note_is_kept_replaced_and_removed(folder: Folder) -> None:
    diary = folder.household_writer().diary()
    reader = folder.household_reader()

    diary.note(ROOM, NIGHT, " dog next door ", made_ms=1)
    assert reader.note(ROOM, NIGHT) == "dog next door"
    diary.note(ROOM, NIGHT, "storm", made_ms=2)
    assert reader.note(ROOM, NIGHT) == "storm"
    diary.note(ROOM, NIGHT, "", made_ms=3)
    assert reader.note(ROOM, NIGHT) == ""


def test_a_note_without_end_is_refused(folder: Folder) -> None:
    with pytest.raises(SettingError, match="at most 2000 characters, not 2001"):
        folder.household_writer().diary().note(ROOM, NIGHT, "x" * 2_001, made_ms=1)
