import gzip

from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS, a_night, at, minutes_between
from tests.fakes.house import FakeHouse
from web.rendered import KEPT_PAGES, Page, RenderedPages

NIGHT = "/nights/2026-11-22"


def a_house() -> FakeHouse:
    house = FakeHouse(clock=VirtualClock(start_ms=at("2026-11-23T10:15:08+13:00")))
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS)
    house.store.put(a_night())
    return house


def a_page() -> Page:
    return Page(packed=gzip.compress(b"night"), mimetype="text/html", tag='"one"')


def keep(pages: RenderedPages, path: str) -> None:
    pages.look()
    pages.keep({"PATH_INFO": path}, a_page(), rule="/nights/<night>", household=True)


def test_a_finished_night_is_made_once() -> None:
    house = a_house()
    browser = house.app().test_client()
    first = browser.get(NIGHT)
    asked = house.store.questions
    assert browser.get(NIGHT).data == first.data
    assert house.store.questions == asked


def test_a_browser_that_has_it_is_told_so() -> None:
    browser = a_house().app().test_client()
    tag = browser.get(NIGHT).headers["ETag"]
    again = browser.get(NIGHT, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_a_night_judged_anew_is_shown_within_a_second() -> None:
    house = a_house()
    browser = house.app().test_client()
    browser.get(NIGHT)
    house.store.put(a_night(headline="Judged again."), inputs_hash="two")
    house.clock.wait(1.0)
    assert "Judged again." in browser.get(NIGHT).text


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


def test_what_this_process_changed_is_forgotten_at_once() -> None:
    pages = RenderedPages(a_house().site())
    keep(pages, "one")
    assert pages.find("one", "") is not None
    pages.forget()
    assert pages.find("one", "") is None


def test_a_body_is_not_sent_to_who_has_another_one() -> None:
    assert a_page().answer({"HTTP_IF_NONE_MATCH": '"other"'}).status == "200 OK"


def test_a_browser_that_can_unpack_gets_a_packed_page() -> None:
    browser = a_house().app().test_client()
    plain = browser.get(NIGHT)
    packed = browser.get(NIGHT, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
