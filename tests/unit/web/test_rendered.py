import errno
import gzip
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.score.series import read_series
from monitor.store.errors import StoreError, StoreUnavailableError
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    a_minute,
    a_night,
    a_window,
    at,
    minutes_between,
)
from tests.fakes.full_house import earlier_night
from tests.fakes.house import FakeHouse, FakeLive, FakeLiveRoom
from web.rendered import KEPT_PAGES, PAGES_AT_HAND, Look, Page, RenderedPages
from web.shelved import Shelved

NIGHT = "/nights/2026-11-22"
HOUR_MS = 3_600_000


def a_house() -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-11-23T10:15:08+13:00")))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS)
    house.store.put(a_night())
    return house


def a_page() -> Page:
    return Page(packed=gzip.compress(b"night"), mimetype="text/html", tag='"one"')


def keep(
    pages: RenderedPages, path: str, seen: Look | None = None, *, household: bool = True
) -> None:
    pages.keep(
        {"PATH_INFO": path},
        a_page(),
        rule="/nights/<night>",
        household=household,
        seen=seen or pages.look(),
        material=lambda: "what it is made of",
        made_of="what it is made of",
    )


def test_a_finished_night_is_made_once() -> None:
    house = a_house()
    browser = house.app().test_client()
    first = browser.get(NIGHT)
    asked = house.store.questions
    assert browser.get(NIGHT).data == first.data
    assert house.store.questions == asked


def test_a_night_whose_picture_is_kept_is_the_same_page_without_reading_its_minutes() -> None:
    house = a_house()
    read = house.app().test_client().get(NIGHT)
    asked = house.store.asked_for_minutes
    minutes = house.store.kept["bedroom"]
    house.store.drawn["bedroom", "2026-11-22"] = read_series(minutes)

    drawn = house.app().test_client().get(NIGHT)

    assert drawn.status_code == 200
    assert drawn.data == read.data
    assert house.store.asked_for_minutes == asked


def test_a_page_asks_once_which_rooms_there_are() -> None:
    house = a_house()
    browser = house.app().test_client()
    assert browser.get(NIGHT).status_code == 200  # what surrounds all pages is looked at
    asked = house.store.asked_for_rooms
    assert browser.get("/nights/2026-11-22?room=bedroom").status_code == 200
    assert house.store.asked_for_rooms - asked == 1


def test_a_page_asks_once_which_minutes_it_is_made_of() -> None:
    house = a_house()
    house.store.drawn["bedroom", "2026-11-22"] = read_series(house.store.kept["bedroom"])
    assert house.app().test_client().get(NIGHT).status_code == 200
    assert house.store.asked_for_marks == 1


def test_a_browser_that_has_it_is_told_so() -> None:
    browser = a_house().app().test_client()
    tag = browser.get(NIGHT).headers["ETag"]
    again = browser.get(NIGHT, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("deflate, gzip;q=0.5, br", True),
        ("br,gzip ; q=1.000", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("br", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
def test_a_page_is_packed_for_those_who_take_it(accepted: str, *, is_packed: bool) -> None:
    answer = a_page().answer({"HTTP_ACCEPT_ENCODING": accepted})
    assert (("Content-Encoding", "gzip") in answer.headers) is is_packed


def test_a_night_judged_anew_is_shown_within_a_second() -> None:
    house = a_house()
    browser = house.app().test_client()
    browser.get(NIGHT)
    house.store.put(a_night(headline="Judged again."), inputs_hash="two")
    house.clock.wait(1.0)
    assert "Judged again." in browser.get(NIGHT).text


def test_a_minute_of_another_night_makes_no_page_anew() -> None:
    house = a_house()
    browser = house.app().test_client()
    browser.get(NIGHT)
    for later in range(3):
        house.store.kept["bedroom"].append(a_minute(GET_UP_MS + (later + 600) * 60_000))
        house.store.changes += 1
        house.clock.wait(60.0)
        asked = house.store.asked_for_minutes
        assert browser.get(NIGHT).status_code == 200
        assert house.store.asked_for_minutes == asked


@pytest.mark.parametrize(
    "change",
    [
        lambda house: house.store.kept["bedroom"].pop(200),
        lambda house: house.store.kept["bedroom"].append(a_minute(GET_UP_MS + 10 * 60_000)),
        lambda house: house.store.put(earlier_night(1)),
        lambda house: house.store.scored.clear(),
    ],
    ids=["a minute gone", "a late minute", "the night before", "the night itself gone"],
)
def test_what_a_page_is_made_of_makes_it_anew(change: Callable[[FakeHouse], object]) -> None:
    house = a_house()
    browser = house.app().test_client()
    browser.get(NIGHT)
    change(house)
    house.store.changes += 1
    house.clock.wait(1.0)
    asked = house.store.asked_for_minutes
    answer = browser.get(NIGHT)
    assert answer.status_code == 404 or house.store.asked_for_minutes > asked


def test_another_room_makes_all_pages_anew() -> None:
    house = a_house()
    browser = house.app().test_client()
    assert 'href="/?room=' not in browser.get(NIGHT).text
    house.store.put(a_night(), room="attic")
    house.clock.wait(1.0)
    assert "attic" in browser.get(NIGHT).text


def another_room(house: FakeHouse) -> None:
    """Change what surrounds all pages."""
    house.store.put(a_night(), room="attic")
    house.clock.wait(1.0)


def test_a_page_is_not_kept_if_all_was_forgotten_while_it_was_made() -> None:
    house = a_house()
    pages = RenderedPages(house.site())
    seen = pages.look()
    another_room(house)
    pages.look()  # somebody else opens any page
    keep(pages, "one", seen)
    assert pages.find("one", "") is None


def test_a_page_that_was_forgotten_while_it_was_looked_at_is_not_put_back() -> None:
    house = a_house()
    pages = RenderedPages(house.site())

    def material() -> object:
        another_room(house)
        pages.look()  # somebody else opens any page
        return "what it is made of"

    pages.keep(
        {"PATH_INFO": "one"},
        a_page(),
        rule="/nights/<night>",
        household=True,
        seen=pages.look(),
        material=material,
        made_of="what it is made of",
    )
    house.store.changes += 1
    house.clock.wait(1.0)
    assert pages.find("one", "") is None
    assert pages.find("one", "") is None


def test_a_page_is_not_kept_before_the_last_minute_of_its_picture_is_over() -> None:
    house = FakeHouse(clock=VirtualClock(start_ms=GET_UP_MS + 20 * 60_000))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS + 6 * 60_000)
    house.store.put(a_night())
    browser = house.app().test_client()
    early = browser.get(NIGHT).text
    house.clock.wait(3600.0)
    late = browser.get(NIGHT).text
    assert late != early  # what never came has become a gap
    assert "ETag" in browser.get(NIGHT).headers


def test_what_is_written_while_a_page_is_made_is_seen_with_the_next_request() -> None:
    house = a_house()
    pages = RenderedPages(house.site())
    seen = pages.look()
    house.store.changes += 1
    house.clock.wait(1.0)
    pages.look()  # by another thread, before this one has done
    made_of = ["before"]
    pages.keep(
        {"PATH_INFO": "one"},
        a_page(),
        rule="/nights/<night>",
        household=True,
        seen=seen,
        material=lambda: "after",
        made_of=made_of,
    )
    assert pages.find("one", "") is None


def test_a_kiosk_and_the_household_have_pages_of_the_same_night() -> None:
    pages = RenderedPages(a_house().site())
    keep(pages, "one")
    pages.keep(
        {"PATH_INFO": "one"},
        a_page(),
        rule="/nights/<night>",
        household=False,
        seen=pages.look(),
        material=lambda: "what it is made of",
        made_of="what it is made of",
    )
    found = pages.find("one", "")
    assert found is not None
    assert set(found.pages) == {True, False}


def test_what_a_kiosk_opened_first_is_not_kept_for_the_household_yet() -> None:
    pages = RenderedPages(a_house().site())
    keep(pages, "one", household=False)
    assert not pages.has("one", "")
    keep(pages, "one")
    assert pages.has("one", "")


def test_a_page_that_does_not_know_all_rooms_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    house = a_house()
    house.live.files["bedroom"] = FakeLiveRoom()
    house.store.kept["attic"] = []  # imported: nothing but the store tells of it
    right = house.app().test_client().get(f"{NIGHT}?room=bedroom").data
    browser = house.app().test_client()
    browser.get(NIGHT)  # all rooms were known a moment ago
    with monkeypatch.context() as broken:
        broken.setattr(house.store, "rooms", unreadable)
        assert browser.get(f"{NIGHT}?room=bedroom").data != right
    assert browser.get(f"{NIGHT}?room=bedroom").data == right


def unreadable() -> tuple[str, ...]:
    raise StoreUnavailableError("nights.db: disk I/O error")


def test_a_running_night_that_is_back_in_sight_is_linked_to_within_a_second() -> None:
    house = a_house()
    house.clock.wait(86_400.0)
    now_ms = house.clock.now_ms()
    window = a_window(
        night="2026-11-23", lights_out_ms=now_ms - HOUR_MS, get_up_ms=now_ms + HOUR_MS
    )
    running = a_night(window=window)

    def judged() -> None:
        room = FakeLiveRoom(written_ms=house.clock.now_ms(), night=running)
        house.live.files["bedroom"] = room

    browser = house.app().test_client()
    judged()
    assert 'rel="next"' in browser.get(NIGHT).text
    house.household.delete(
        "bedroom", now_ms - HOUR_MS, now_ms - HOUR_MS // 2, made_ms=house.clock.now_ms()
    )
    house.clock.wait(1.0)
    judged()
    assert 'rel="next"' not in browser.get(NIGHT).text
    house.clock.wait(10.0)
    judged()
    assert 'rel="next"' in browser.get(NIGHT).text


def test_a_running_night_is_never_kept() -> None:
    house = a_house()
    house.clock.step(-6 * 3600)
    browser = house.app().test_client()
    browser.get(NIGHT)
    asked = house.store.questions
    assert "ETag" not in browser.get(NIGHT).headers
    assert house.store.questions > asked


def test_only_so_many_pages_are_kept() -> None:
    pages = RenderedPages(a_house().site())
    for number in range(KEPT_PAGES + 1):
        keep(pages, str(number))
    assert pages.find("0", "") is None
    assert pages.find("1", "") is not None


def test_pages_that_are_not_at_hand_are_read_where_they_were_put() -> None:
    pages = RenderedPages(a_house().site())
    for number in range(PAGES_AT_HAND + 2):
        keep(pages, str(number))
    for number in (0, PAGES_AT_HAND + 1):
        kept = pages.find(str(number), "")
        assert kept is not None
        ready = kept.ready({"HTTP_ACCEPT_ENCODING": "gzip"}, household=True)
        assert ready is not None
        assert gzip.decompress(ready.body) == b"night"


def test_a_page_that_cannot_be_put_aside_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "memfd_create", refused)
    pages = RenderedPages(a_house().site())
    for number in range(PAGES_AT_HAND + 1):
        keep(pages, str(number))
    assert pages.find("0", "") is None
    assert pages.find(str(PAGES_AT_HAND), "") is not None


def test_a_page_that_is_put_aside_in_part_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = files(), os.write
    monkeypatch.setattr(
        os, "write", lambda file, content: write(file, content[: len(content) // 2])
    )
    with pytest.raises(OSError, match="No space left"):
        Shelved(b"a whole page")
    assert files() == before


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_put_aside_goes_with_its_page() -> None:
    before = files()
    pages = RenderedPages(a_house().site())
    for number in range(PAGES_AT_HAND + 5):
        keep(pages, str(number))
    assert files() == before + 5
    del pages
    assert files() == before


def test_what_this_process_has_changed_is_looked_for_at_once() -> None:
    house = a_house()
    pages = RenderedPages(house.site())
    made_of = ["before"]
    pages.keep(
        {"PATH_INFO": "one"},
        a_page(),
        rule="/nights/<night>",
        household=True,
        seen=pages.look(),
        material=lambda: list(made_of),
        made_of=["before"],
    )
    house.household.changes += 1
    made_of[0] = "after"
    assert pages.find("one", "") is not None  # within a second nobody looks
    pages.look_again()
    assert pages.find("one", "") is None


def test_a_look_that_fails_is_none() -> None:
    house = a_house()
    pages = RenderedPages(house.site())
    keep(pages, "one")
    pages.look_again()
    house.store.broken = "torn"
    for _ in range(2):
        with pytest.raises(StoreError):
            pages.find("one", "")
    house.store.broken = ""
    assert pages.find("one", "") is not None


def test_what_was_found_first_does_not_take_the_place_of_what_was_found_last() -> None:
    house = a_house()
    site = house.site()
    pages = RenderedPages(site)
    read, may_go_on = threading.Event(), threading.Event()

    class SlowLive(FakeLive):
        def rooms(self) -> tuple[str, ...]:
            read.set()
            may_go_on.wait(10)
            return super().rooms()

    slow = RenderedPages(replace(site, live=SlowLive()))
    first = threading.Thread(target=slow.look)
    first.start()
    read.wait(10)
    house.store.changes += 1  # and this process tells so, while the other one reads
    second = threading.Thread(target=slow.look_again)
    second.start()
    may_go_on.set()
    first.join()
    second.join()
    assert slow.look().written == pages.look().written


def test_a_body_is_not_sent_to_who_has_another_one() -> None:
    assert a_page().answer({"HTTP_IF_NONE_MATCH": '"other"'}).status == "200 OK"


def test_a_browser_that_can_unpack_gets_a_packed_page() -> None:
    browser = a_house().app().test_client()
    plain = browser.get(NIGHT)
    packed = browser.get(NIGHT, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
