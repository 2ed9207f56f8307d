from dataclasses import replace

from monitor.store.deletion import Deletion
from tests.fakes.bedroom import LIGHTS_OUT_MS
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
