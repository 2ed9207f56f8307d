import msgspec
import pytest
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from monitor.night.window import Source
from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import a_live_score, a_night, a_state, a_window, at, light_now
from tests.fakes.house import FakeHouse, FakeLive, FakeLiveRoom
from web.feed import NowFeed

NOW_MS = at("2026-11-22T22:31:08+13:00")


def a_house() -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=NOW_MS))
    for room in ("bedroom", "guest"):
        house.live.files[room] = FakeLiveRoom(
            room=room, received_ms=NOW_MS, state=a_state(NOW_MS), score=a_live_score()
        )
    return house


def test_many_pages_within_a_quarter_second_cost_one_reading() -> None:
    house = a_house()
    feed = NowFeed(house.site())
    for _ in range(50):
        feed.answer("bedroom")
    assert house.live.reads == 1
    assert house.store.questions == 1


def test_after_a_quarter_second_the_room_is_read_again() -> None:
    house = a_house()
    feed = NowFeed(house.site())
    feed.answer("bedroom")
    house.clock.wait(0.25)
    feed.answer("bedroom")
    assert house.live.reads == 2


def test_an_answer_that_took_long_is_as_old_as_what_was_read_for_it() -> None:
    class SlowLive(FakeLive):
        def read(self, room: str) -> FakeLiveRoom | None:
            found = super().read(room)
            house.clock.wait(0.25)
            return found

    house = a_house()
    house.live = SlowLive(house.live.files)
    feed = NowFeed(house.site())
    feed.answer("bedroom")
    assert feed.find("/api/v1/now", "room=bedroom") is None


def test_rooms_do_not_share_their_answers() -> None:
    feed = NowFeed(a_house().site())
    rooms = [
        msgspec.json.decode(feed.answer(room).body)["room"] for room in ("bedroom", "guest", None)
    ]
    assert rooms == ["bedroom", "guest", "bedroom"]


def test_names_that_are_no_rooms_are_refused_and_not_kept() -> None:
    feed = NowFeed(a_house().site())
    with pytest.raises(NotFound):
        feed.answer("attic")
    assert feed._kept == {}


def test_a_house_without_rooms_is_waiting() -> None:
    feed = NowFeed(FakeHouse(clock=VirtualClock(start_ms=NOW_MS)).site())
    assert msgspec.json.decode(feed.answer(None).body)["condition"] == "waiting"


def test_live_values_are_served_while_the_store_cannot_be_read() -> None:
    house = a_house()
    house.store.broken = "nights.db: disk I/O error"
    assert msgspec.json.decode(NowFeed(house.site()).answer(None).body)["condition"] == "live"


def test_what_yesterday_s_monitor_left_behind_makes_no_evening_dark() -> None:
    house = a_house()
    light = light_now(NOW_MS, 20.0)
    for night, display in (("2026-11-22", "night"), ("2026-11-21", "evening")):
        window = a_window(night=night, lights_out_ms=NOW_MS - 60_000, get_up_ms=NOW_MS - 1)
        running = a_night(window=replace(window, get_up_source=Source.SCHEDULE))
        house.live.files["bedroom"] = FakeLiveRoom(
            received_ms=NOW_MS, state=a_state(NOW_MS, light=light), night=running
        )
        assert NowFeed(house.site()).read("bedroom").display == display


def test_a_zone_that_is_put_right_moves_the_clock_and_the_display_at_once_whatever_night_runs() -> (
    None
):
    house = a_house()
    window = a_window(lights_out_ms=NOW_MS - 60_000, get_up_ms=NOW_MS - 1)
    house.live.files["bedroom"] = FakeLiveRoom(
        received_ms=NOW_MS,
        state=a_state(NOW_MS, light=light_now(NOW_MS, 0.1)),
        night=a_night(window=window),
    )
    feed = NowFeed(house.site())
    before = feed.read("bedroom")
    house.household.zone = "Europe/Berlin"
    after = feed.read("bedroom")
    assert (before.clock, before.zone, before.display) == ("22:31", "Etc/GMT-13", "night")
    assert (after.clock, after.zone, after.display) == ("10:31", "Europe/Berlin", "evening")
