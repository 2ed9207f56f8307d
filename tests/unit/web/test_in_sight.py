from dataclasses import replace

from monitor.store.alerts_db import DecisionRow, OutboxRow
from monitor.store.deletion import Deletion
from tests.fakes.bedroom import LIGHTS_OUT_MS, at
from tests.fakes.full_house import everything
from tests.fakes.house import FakeHouse
from web.in_sight import InSight, running_night

HOUR_MS = 3_600_000


def deletion(start_ms: int, end_ms: int, *, room: str = "bedroom") -> Deletion:
    return Deletion(made_ms=end_ms, room=room, start_ms=start_ms, end_ms=end_ms)


def ends(house: FakeHouse) -> list[int]:
    store = InSight(house.store, house.household)
    return [it.end_ms for it in store.minutes("bedroom", 0, LIGHTS_OUT_MS + 99 * HOUR_MS)]


def test_minutes_out_of_sight_are_those_of_the_range_and_room() -> None:
    house = everything()
    all_of_them = ends(house)
    house.household.deleted = [deletion(LIGHTS_OUT_MS, LIGHTS_OUT_MS + HOUR_MS)]
    hidden = [it for it in all_of_them if LIGHTS_OUT_MS < it <= LIGHTS_OUT_MS + HOUR_MS]
    assert len(hidden) > 50  # the house has a gap
    assert ends(house) == [it for it in all_of_them if it not in hidden]
    house.household.deleted = [deletion(LIGHTS_OUT_MS, LIGHTS_OUT_MS + HOUR_MS, room="guest")]
    assert ends(house) == all_of_them


def test_what_was_taken_back_is_in_sight() -> None:
    house = everything()
    gone = deletion(LIGHTS_OUT_MS, LIGHTS_OUT_MS + HOUR_MS)
    house.household.deleted = [replace(gone, undone_ms=gone.made_ms + 1)]
    all_of_them = ends(house)
    house.household.deleted = []
    assert ends(house) == all_of_them


def test_a_night_of_which_something_is_left_stays_and_is_drawn_from_what_is_left() -> None:
    house = everything()
    store = InSight(house.store, house.household)
    window = house.store.scored["bedroom", "2026-11-22"].score.window
    house.household.deleted = [deletion(window.start_ms, window.end_ms - 1)]
    assert store.night("bedroom", "2026-11-22") is not None
    assert store.series("bedroom", window) is None
    house.household.deleted = [deletion(window.start_ms, window.end_ms)]
    assert store.night("bedroom", "2026-11-22") is None
    names = [it.score.window.night for it in store.nights("bedroom", "2026-11-01", "2026-11-30")]
    assert "2026-11-22" not in names


def message(night: str, at_ms: int, title: str, *, room: str = "bedroom") -> OutboxRow:
    decision = DecisionRow(
        room=room, at_ms=at_ms, night=night, kind="note", what="note",
        fate="now", why="", title=title, body="",
    )  # fmt: skip
    return OutboxRow(
        message_id=1, channel="phone", urgency="asked", made_s=0.0, next_s=0.0, attempts=1,
        status="sent", answer="", done_ms=at_ms, decision=decision,
    )  # fmt: skip


def told(house: FakeHouse, limit: int = 8) -> list[str]:
    store = InSight(house.store, house.household)
    return [it.decision.title for it in store.messages(limit)]


def test_what_was_told_of_a_deleted_night_is_out_of_sight_with_it() -> None:
    house = everything()
    noon_ms = at("2026-11-23T12:00:00+13:00")
    house.store.sent = [
        message("2026-11-23", noon_ms + HOUR_MS, "a test after noon"),
        message("2026-11-22", noon_ms + 5 * 60_000, "last night, told after noon"),
        message("2026-11-22", noon_ms - HOUR_MS, "last night"),
        message("2026-11-22", noon_ms - HOUR_MS, "the guest's last night", room="guest"),
        message("2026-11-21", noon_ms - 23 * HOUR_MS, "the night before, told after noon"),
    ]
    all_of_them = told(house)
    night = deletion(noon_ms - 24 * HOUR_MS, noon_ms)
    house.household.deleted = [night]
    assert told(house) == ["a test after noon", "the guest's last night"]
    house.household.deleted = [replace(night, undone_ms=night.made_ms + 1)]
    assert told(house) == all_of_them


def test_the_end_of_what_rose_in_deleted_minutes_is_out_of_sight_with_it() -> None:
    house = everything()
    noon_ms = at("2026-11-23T12:00:00+13:00")
    end = message("2026-11-23", noon_ms + HOUR_MS, "Cool enough again")
    rose = replace(end.decision, rise_from_ms=noon_ms, rise_to_ms=noon_ms + 600_000)
    house.store.sent = [replace(end, decision=rose)]
    house.household.deleted = [deletion(noon_ms - HOUR_MS, noon_ms + 60_000)]
    assert told(house) == []
    house.household.deleted = [deletion(noon_ms - HOUR_MS, noon_ms)]
    assert told(house) == ["Cool enough again"]


def test_older_messages_take_the_place_of_those_out_of_sight() -> None:
    house = everything()
    noon_ms = at("2026-11-23T12:00:00+13:00")
    gone = [message("2026-11-22", noon_ms - it, f"gone {it}") for it in range(20)]
    left = [message("2026-11-20", noon_ms - 60 * HOUR_MS, f"left {it}") for it in range(5)]
    house.store.sent = [*gone, *left]
    house.household.deleted = [deletion(noon_ms - 24 * HOUR_MS, noon_ms)]
    assert told(house, limit=3) == ["left 0", "left 1", "left 2"]
    assert told(house, limit=9) == [f"left {it}" for it in range(5)]
    house.household.deleted = [deletion(0, noon_ms, room="")]
    assert told(house) == []


def test_the_running_night_is_out_of_sight_until_it_can_have_been_judged_anew() -> None:
    house = everything()
    room = house.live.files["bedroom"]
    window = house.store.scored["bedroom", "2026-11-22"].score.window
    night = house.store.scored["bedroom", "2026-11-22"].score
    made_ms = window.end_ms
    one = deletion(window.start_ms, made_ms)
    just_then = replace(room, night=night, written_ms=made_ms + 9_999)
    assert running_night(just_then, (one,)) is None
    assert running_night(just_then, ()) is night
    assert running_night(replace(just_then, written_ms=made_ms + 10_000), (one,)) is night
    assert running_night(None, (one,)) is None
