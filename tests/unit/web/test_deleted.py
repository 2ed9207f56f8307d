from dataclasses import replace

from monitor.store.deletion import Deletion
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS, MINUTE_MS, a_window
from web.deleted import deleted_text

HOUR_MS = 60 * MINUTE_MS


def deletion(first_min: int, last_min: int, *, room: str = "bedroom") -> Deletion:
    start_ms, end_ms = (LIGHTS_OUT_MS + it * MINUTE_MS for it in (first_min, last_min))
    return Deletion(made_ms=end_ms, room=room, start_ms=start_ms, end_ms=end_ms)


def told(*deletions: Deletion) -> str:
    return deleted_text(a_window(), "bedroom", deletions)


def test_what_was_deleted_of_a_night_is_told_from_lights_out_on() -> None:
    assert told(deletion(-600, 92)).startswith("What was recorded from 23:05 to 00:36 was deleted:")


def test_deletions_that_meet_are_one_and_others_stand_beside_each_other() -> None:
    text = told(deletion(120, 180, room=""), deletion(0, 60), deletion(30, 90))
    assert "recorded from 23:05 to 00:34 and from 01:04 to 02:04 was deleted" in text


def test_what_another_room_another_night_or_an_undo_has_is_not_told() -> None:
    gone = deletion(0, 60)
    assert told() == ""
    assert told(replace(gone, room="guest")) == ""
    assert told(replace(gone, undone_ms=gone.made_ms + 1)) == ""
    assert told(replace(gone, start_ms=GET_UP_MS, end_ms=GET_UP_MS + HOUR_MS)) == ""
