"""What the server says on the page beside the bed."""

import re

from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import at
from tests.fakes.house import FakeHouse, FakeLiveRoom


def a_house(*rooms: str) -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-11-22T21:31:08+13:00")))
    for room in rooms:
        house.live.files[room] = FakeLiveRoom(room=room)
    return house


def whose(house: FakeHouse, query: str = "") -> list[str]:
    """Return whose bedroom the page says it shows."""
    text = house.app().test_client().get(f"/bedside{query}").text
    return re.findall(r'<span class="whose">([^<]*)</span>', text)


def test_of_several_rooms_it_says_which_one_it_shows() -> None:
    house = a_house("bedroom", "guest")
    house.household.choose("guest", {"room_name": "Mia & Ben"}, valid_from_ms=0)
    assert whose(house, "?room=guest") == ["Mia &amp; Ben"]
    assert whose(house, "?room=bedroom") == whose(house) == ["Bedroom"]


def title(house: FakeHouse, path: str) -> str:
    (found,) = re.findall("<title>([^<]*)</title>", house.app().test_client().get(path).text)
    return str(found)


def test_the_title_of_a_page_names_its_room_where_there_are_several() -> None:
    house = a_house("bedroom", "guest")
    assert title(house, "/bedside?room=guest") == "Bedside · Guest · nightroom"
    assert title(house, "/?room=guest") == "Waiting for the first values · Guest · nightroom"
    assert title(a_house("bedroom"), "/bedside") == "Bedside · nightroom"


def test_a_house_of_one_room_needs_no_name_for_it() -> None:
    assert whose(a_house("bedroom")) == []
    assert whose(a_house()) == []
