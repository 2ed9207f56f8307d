import dataclasses
import re

import html5lib
import pytest
from flask.testing import FlaskClient
from msgspec import UNSET
from msgspec.structs import replace

from monitor.contract.record import Flag, MarkKind
from monitor.night.household import PageMark
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_light,
    a_minute,
    a_night,
    a_part,
    a_state,
    a_window,
    an_open_window,
    at,
    climate_now,
    minutes_between,
)
from tests.fakes.full_house import (
    DAY_MS,
    EVENING_MS,
    MORNING_MS,
    a_house,
    earlier_night,
    everything,
    hear,
    record,
)
from tests.fakes.house import FakeFinding, FakeHouse


def client(house: FakeHouse) -> FlaskClient:
    return house.app().test_client()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def page(house: FakeHouse, path: str) -> str:
    answer = client(house).get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nights",
        "/nights?until=2026-11-01",
        "/nights/2026-11-22",
        "/nights/2026-11-21",
        "/status",
        "/nowhere",
        "/bedside",
        "/bedside/nowhere",
    ],
)
@pytest.mark.parametrize("house", [a_house(), everything()], ids=["empty", "full"])
def test_every_page_is_valid_html(house: FakeHouse, path: str) -> None:
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(client(house).get(path).text)


@pytest.mark.parametrize("path", ["/nights//2026-11-22", "/api//v1/now", "/static//now.js"])
def test_two_slashes_are_not_one(path: str) -> None:
    assert client(everything()).get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/nights", "/nights/2026-11-22", "/status", "/nowhere", "/bedside"]
)
def test_no_page_needs_inline_style_or_script_or_another_host(path: str) -> None:
    html = client(everything()).get(path).text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("path", ["/", "/nights", "/nights/2026-11-22", "/status"])
def test_every_page_says_only_one_main_heading(path: str) -> None:
    assert page(everything(), path).count("<h1") == 1


def test_everything_from_outside_is_escaped() -> None:
    house = everything()
    assert "&lt;change&gt; &amp; more" in page(house, "/nights/2026-11-22")
    hear(house, findings=(FakeFinding(text="<script>alert(1)</script>"),))
    assert "<script>alert" not in page(house, "/status")


def test_the_first_page_is_small() -> None:
    house = everything()
    browser = client(house)
    total = len(browser.get("/").data)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', browser.get("/").text):
        with browser.get(address) as answer:
            assert answer.status_code == 200
            total += len(answer.data)
    assert total <= 60_000


def test_a_static_file_may_be_kept_because_its_address_names_its_content() -> None:
    house = everything()
    (address,) = re.findall(r'href="(/static/nightroom[^"]+)"', page(house, "/"))
    with client(house).get(address) as answer:
        assert answer.cache_control.max_age == 31_536_000
    assert "v=" in address


def test_the_room_now_is_readable_without_javascript() -> None:
    house = a_house()
    hear(house)
    text = text_of(page(house, "/"))
    assert "Ready" in text
    assert "18.5" in text
    assert "Without JavaScript" in text


def test_the_first_evening_says_what_comes_next() -> None:
    house = a_house(EVENING_MS)
    hear(house)
    assert "Tonight is the first night." in page(house, "/")


def test_after_a_pause_of_months_the_first_page_has_the_last_night_that_there_was() -> None:
    house = everything()
    house.clock.step(100 * 86_400)
    hear(house)
    for path in ("/", "/rooms"):
        text = page(house, path)
        assert "first night" not in text
        assert 'href="/nights/2026-11-22' in text
    assert "of the last week" not in page(house, "/nights")


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2026-12-31T23:59:00+13:00", "Sun 22 → Mon 23 Nov"),
        ("2027-01-01T00:01:00+13:00", "Sun 22 → Mon 23 Nov 2026"),  # in UTC it is not yet
    ],
)
def test_a_last_night_of_another_year_than_the_rooms_is_named_with_its_year(
    now: str, name: str
) -> None:
    house = everything()
    house.clock.step((at(now) - house.clock.now_ms()) / 1000)
    hear(house)
    for path in ("/", "/rooms"):
        assert f">{name}<" in page(house, path), path


def test_nights_that_cannot_be_read_are_no_first_night() -> None:
    house = everything()
    house.store.broken = "locked"
    for path in ("/", "/rooms"):
        text = page(house, path)
        assert "first night" not in text
        assert "The nights cannot be read now" in text


def test_a_store_that_cannot_be_read_is_no_empty_house_where_nothing_is_live() -> None:
    house = everything()
    house.store.broken = "nights.db: schema 77"
    house.live.files.clear()
    browser = client(house)
    for path in (
        "/nights", "/rooms", "/nights/compare", "/nights/sets", "/nights/2026-11-22",
        "/bedside?room=bedroom", "/api/v1/nights", "/api/v1/rooms", "/api/v1/now?room=bedroom",
    ):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code == 503, path
        assert "schema 77" in answer.text, path


def test_what_is_live_goes_on_without_the_store_also_before_the_first_value() -> None:
    house = everything()
    house.store.broken = "nights.db: schema 77"
    house.live.files.clear()
    text = page(house, "/")
    assert "Waiting for the first values" in text
    assert "first night" not in text
    assert "The nights cannot be read now" in text
    for path in ("/bedside", "/status", "/settings", "/api/v1/now"):
        assert client(house).get(path).status_code == 200, path


def test_a_room_that_only_the_store_knows_is_not_unknown_while_that_cannot_be_read() -> None:
    house = everything()
    house.store.broken = "locked"
    assert client(house).get("/nights?room=nursery").status_code == 503
    house.store.broken = ""
    assert client(house).get("/nights?room=nursery").status_code == 404


def test_an_empty_house_waits_in_words() -> None:
    assert "Waiting for the first values" in page(a_house(), "/")
    assert "No nights yet" in page(a_house(), "/nights")
    assert "Nothing heard yet" in page(a_house(), "/status")


def test_the_last_night_stands_below_the_room_now() -> None:
    assert 'href="/nights/2026-11-22"' in page(everything(), "/")


def test_a_running_night_is_called_tonight() -> None:
    house = a_house(at("2026-11-23T02:00:00+13:00"))
    hear(house, night=a_night(window=a_window(provisional=True)))
    record(house)
    assert "Tonight so far" in page(house, "/")
    assert "still running" in page(house, "/nights/2026-11-22")
    assert "Sun 22 → Mon 23 Nov" in page(house, "/nights")


def test_a_running_night_keeps_the_times_of_its_own_zone_where_another_is_chosen() -> None:
    house = a_house(at("2026-11-23T02:00:00+13:00"))
    hear(house, night=a_night(window=a_window(provisional=True)))
    record(house)
    times = re.compile(r"\b[0-2]\d:[0-5]\d\b")
    before = times.findall(page(house, "/nights/2026-11-22"))
    house.household.zone = "America/Los_Angeles"
    assert times.findall(page(house, "/nights/2026-11-22")) == before
    assert "Sun 22 → Mon 23 Nov" in page(house, "/nights")
    assert '<span data-text="clock">05:00</span>' in page(house, "/")


def test_the_last_kept_night_is_not_called_tonight() -> None:
    house = everything()
    assert "Tonight so far" not in page(house, "/")


def test_a_store_that_cannot_be_read_leaves_the_live_room_standing() -> None:
    house = everything()
    house.store.broken = "nights.db: disk I/O error; check the disk"
    assert "Ready" in page(house, "/")
    answer = client(house).get("/nights")
    assert answer.status_code == 503
    assert "disk I/O error" in answer.text


def test_a_night_without_a_number_says_so_and_never_zero() -> None:
    text = text_of(page(everything(), "/nights/2026-11-21"))
    assert "no number" in text
    assert "Nothing was recorded." in text
    assert "of 100" not in text
    assert not re.search(r"\b0 of", text)


def test_a_night_of_which_nothing_is_kept_has_no_data_and_not_no_sensors() -> None:
    text = page(everything(), "/nights/2026-11-21")
    assert "not fitted" not in text
    assert text.count(">no data</text>") == 3
    assert "Noise: no data. Temperature: no data. Light: no data." in text


def test_what_is_not_there_is_said_in_words_of_ours() -> None:
    text = client(everything()).get("/nowhere").text
    assert "There is no page at this address." in text
    assert "URL" not in text
    assert "There is no such room here." in client(everything()).get("/?room=attic").text
    assert "not asked in that way" in client(everything()).post("/nights").text


def test_a_fault_is_said_on_the_first_page() -> None:
    house = a_house()
    now_ms = house.clock.now_ms()
    state = a_state(now_ms, climate=climate_now(now_ms, None, flags=(Flag.NO_REPLY,)), sound=UNSET)
    hear(house, state=state)
    html = page(house, "/")
    assert "check its four wires" in html
    assert "Not fitted" in html


def test_neighbouring_nights_are_linked_over_pauses() -> None:
    house = everything()
    house.store.put(earlier_night(100))
    assert 'rel="prev" href="/nights/2026-11-21"' in page(house, "/nights/2026-11-22")
    html = page(house, "/nights/2026-11-20")
    assert 'rel="prev" href="/nights/2026-08-14"' in html
    assert 'rel="next" href="/nights/2026-11-21"' in html


def test_the_running_night_is_the_next_one_of_the_last_kept() -> None:
    house = everything()
    tonight = a_window(night="2026-11-23", get_up_ms=GET_UP_MS + DAY_MS, provisional=True)
    hear(house, night=a_night(window=tonight))
    assert 'rel="next" href="/nights/2026-11-23"' in page(house, "/nights/2026-11-22")


def test_weeks_without_nights_still_lead_to_older_ones() -> None:
    house = everything()
    house.store.kept["bedroom"].insert(0, a_minute(LIGHTS_OUT_MS - 90 * DAY_MS))
    html = page(house, "/nights?until=2026-10-10")
    assert "No nights in these weeks" in html
    assert "Earlier nights" in html
    assert "Later nights" in html


def test_one_old_row_is_one_step_away_and_not_five_hundred() -> None:
    house = everything()
    house.store.kept["bedroom"].insert(0, a_minute(at("1970-01-01T00:01:00+00:00")))
    first = page(house, "/nights")
    assert 'rel="prev" href="/nights?until=1970-01-01"' in first
    oldest = page(house, "/nights?until=1970-01-01")
    assert "Earlier nights" not in oldest
    # Nothing lies within a year of it: the way back leads to the newest.
    assert 'rel="next" href="/nights?until=2026-11-23"' in oldest


def test_what_lies_before_the_calendar_is_not_led_to() -> None:
    house = everything()
    house.household.zone = "America/New_York"
    house.store.kept["bedroom"] = [a_minute(at("1970-01-01T00:01:00+00:00"))]
    assert "Earlier nights" not in page(house, "/nights?until=1970-01-02")


def test_the_way_to_later_weeks_leads_to_the_next_night() -> None:
    house = everything()
    house.store.put(earlier_night(200))
    house.store.put(earlier_night(300))
    text = page(house, f"/nights?until={earlier_night(300).window.night}")
    first_seen = text[text.index('rel="next" href="/nights?until=') :][31:41]
    assert f"/nights/{earlier_night(200).window.night}" in page(
        house, f"/nights?until={first_seen}"
    )
    assert "Later nights" not in page(house, "/nights?until=2026-11-23")


@pytest.mark.parametrize(
    "path",
    [
        "/nights/2026-02-30",
        "/nights/20261122",
        "/nights/yesterday",
        "/nights/1999-01-01",
        "/nights?until=soon",
        "/?room=attic",
        "/nights/0001-01-01",
        "/nights?until=0001-01-01",
    ],
)
def test_what_does_not_exist_is_said_on_a_page_of_ours(path: str) -> None:
    answer = client(everything()).get(path)
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_a_night_asked_of_a_house_without_rooms_does_not_exist() -> None:
    assert client(a_house()).get("/nights/2026-11-22").status_code == 404


def test_a_wrong_method_is_said_on_a_page_of_ours() -> None:
    answer = client(a_house()).post("/", headers={"Origin": "http://localhost"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "Not that way" in answer.text


def test_a_bug_is_shown_without_its_details(monkeypatch: pytest.MonkeyPatch) -> None:
    house = everything()
    house.store.scored["bedroom", "2026-11-22"] = None  # type: ignore[assignment] # what a bug would leave
    app = house.app()
    monkeypatch.setattr(app.logger, "disabled", True)  # the logger is every test's
    answer = app.test_client().get("/nights")
    assert answer.status_code == 500
    assert "Recording is not affected" in answer.text
    assert "Traceback" not in answer.text


def test_several_rooms_have_their_own_pages_and_keep_each_other_in_reach() -> None:
    house = everything()
    hear(house, "guest")
    html = page(house, "/?room=guest")
    assert 'href="/nights?room=guest"' in html
    assert 'data-source="/api/v1/now?room=guest"' in html
    assert "No nights yet" in page(house, "/nights?room=guest")


def test_the_room_clock_says_when_it_is_not_the_machines() -> None:
    house = everything()
    assert "demo room time, UTC+13:00" in page(house, "/")
    house.system_offset_s = 13 * 3600
    assert "demo room time" not in page(house, "/")


def test_status_says_records_sensors_and_findings_in_words() -> None:
    house = everything()
    house.store.bytes = 81_234_567
    hear(house, findings=(FakeFinding(text="The card is nearly full."),))
    text = text_of(page(house, "/status"))
    assert "81.2 MB" in text
    assert "3 h 13 min ago" in text
    assert "nothing waits to be stored" in text
    assert "The card is nearly full." in text
    assert "Working." in text


def test_a_minute_of_days_to_come_does_not_hide_that_nothing_comes() -> None:
    house = everything()
    before = text_of(page(house, "/status"))
    house.store.kept["bedroom"].append(a_minute(house.clock.now_ms() + 86_400_000))
    assert "3 h 13 min ago" in before
    assert "3 h 13 min ago" in text_of(page(house, "/status"))


def test_status_counts_what_was_refused_and_what_contradicts_what_is_kept() -> None:
    house = everything()
    assert "Refused" not in text_of(page(house, "/status")), "nothing was"

    hear(house, refused=2, conflicts=1)
    text = text_of(page(house, "/status"))

    assert "2 messages could not be read; the log of nightroom-monitor says why" in text
    assert "1 record came again with other contents; what came first is kept" in text


def test_status_says_what_waits_and_what_is_broken() -> None:
    house = a_house()
    now_ms = house.clock.now_ms()
    climate = climate_now(now_ms, None)
    state = a_state(now_ms, backlog=1, climate=climate, sound=UNSET)
    hear(house, state=state)
    text = text_of(page(house, "/status"))
    assert "1 record waits to be stored" in text
    assert "No valid value." in text
    assert "Not fitted." in text
    assert "none kept" in text


@pytest.mark.parametrize(
    ("silent", "why"),
    [
        ({"written_ms": 120_000}, "not known while nightroom-monitor is down"),
        ({"received_ms": 120_000}, "not known: the sensors were last heard 2 min ago"),
        ({"online": False}, "not known: the sensors were last heard just now"),
    ],
)
def test_status_does_not_say_what_waits_by_what_was_heard_before(
    silent: dict[str, int | bool], why: str
) -> None:
    """While nobody is heard everything waits on the sensors' card."""
    house = a_house()
    now_ms = house.clock.now_ms()
    given = {
        name: now_ms - by_ms if name.endswith("_ms") else by_ms for name, by_ms in silent.items()
    }
    hear(house, session="1" * 16, **given)
    text = text_of(page(house, "/status"))
    assert f"Waiting {why}" in text
    assert f"Its clock {why}" in text
    assert "nothing waits" not in text


def test_status_says_a_sensors_flag_even_where_it_has_a_value() -> None:
    house = a_house()
    now_ms = house.clock.now_ms()
    hear(house, state=a_state(now_ms, climate=climate_now(now_ms, flags=(Flag.RESET,))))
    assert "lost power for a moment" in page(house, "/status")


def test_status_of_a_silent_room_says_so() -> None:
    house = a_house()
    house.store.kept["bedroom"] = [a_minute(MORNING_MS - MINUTE_MS, light=a_light())]
    text = text_of(page(house, "/status"))
    assert "not known: the sensors have not been heard" in text
    assert "Not heard yet." in text


def test_coverage_counts_valid_minutes_of_the_last_day() -> None:
    house = a_house()
    house.store.kept["bedroom"] = minutes_between(
        MORNING_MS - DAY_MS // 2, MORNING_MS, lambda end: a_minute(end, light=a_light())
    )
    hear(house)
    assert "50\N{NO-BREAK SPACE}%" in page(house, "/status")


def test_a_finished_night_travels_once_even_as_the_clock_moves_on() -> None:
    house = everything()
    browser = client(house)
    first = browser.get("/nights/2026-11-22")
    assert "demo room time, UTC+13:00" in first.text
    house.clock.wait(3600)
    again = browser.get("/nights/2026-11-22", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_running_night_always_comes_fresh() -> None:
    house = a_house(at("2026-11-23T02:00:00+13:00"))
    hear(house, night=a_night(window=a_window(provisional=True)))
    answer = client(house).get("/nights/2026-11-22")
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_a_night_that_is_over_has_a_get_up_to_be_moved() -> None:
    house = everything()
    assert 'data-lights-out="23:04" data-get-up="07:02"' in page(house, "/nights/2026-11-22")
    tonight = an_open_window("2026-11-23", GET_UP_MS + DAY_MS)
    hear(house, night=a_night(window=tonight))
    html = page(house, "/nights/2026-11-23")
    assert 'data-lights-out="23:04" data-get-up=""' in html
    assert "<dt>Get up</dt><dd>not yet</dd>" in html
    assert 'data-bound="get_up"' not in html


@pytest.mark.slow
def test_a_mark_made_on_a_page_is_drawn_and_listed_in_its_night() -> None:
    house = everything()
    at_ms = LIGHTS_OUT_MS + 200 * MINUTE_MS
    mark = PageMark(mark_id="one", at_ms=at_ms, kind=MarkKind.JERK, note="<b>a door</b>")
    house.household.said.append(("bedroom", mark))
    html = page(house, "/nights/2026-11-22")
    assert "02:24 jerk: &lt;b&gt;a door&lt;/b&gt;" in html


def test_an_unknown_name_is_refused_darkly_beside_the_bed() -> None:
    answer = client(a_house()).get("/bedside", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert 'bgcolor="#000000"' in answer.text


def test_a_fortnight_has_a_calendar_a_trend_and_its_best_and_worst_night() -> None:
    house = a_house()
    record(house)
    for days in range(14):
        house.store.put(earlier_night(days, rating=70.0 + days))
    text = text_of(page(house, "/nights"))
    assert "November 2026" in text
    assert "The rated nights of the last week average 73" in text
    assert "Best night Mon 9 → Tue 10 Nov 83" in text
    assert "Worst night Sun 22 → Mon 23 Nov 70" in text
    assert "steady" in text


def test_a_best_night_that_is_only_surely_so_good_says_so() -> None:
    house = a_house()
    record(house)
    for days in range(3):
        house.store.put(earlier_night(days, rating=70.0 + days))
    best = earlier_night(3, rating=90.0)
    house.store.put(replace(best, at_least=True, sure_rating=86.0))
    assert "Best night Thu 19 → Fri 20 Nov at least 86" in text_of(page(house, "/nights"))
    compared = text_of(page(house, "/nights/compare?a=2026-11-19&b=2026-11-22"))
    assert "at least 86" in compared


def test_three_nights_are_too_few_for_a_trend() -> None:
    house = a_house()
    record(house)
    for days in range(3):
        house.store.put(earlier_night(days))
    assert "Not enough nights yet" in page(house, "/nights")


def test_the_dot_beside_the_bed_says_recording_only_while_something_is_stored() -> None:
    house = a_house()
    hear(house)
    dot = 'aria-label="recording"'
    assert dot in client(house).get("/bedside").text
    full = (FakeFinding(code="store", text="Nothing can be stored: the disk is full."),)
    house.live.files["bedroom"] = dataclasses.replace(house.live.files["bedroom"], findings=full)
    page = client(house).get("/bedside").text
    assert dot not in page
    assert 'data-recording="false" aria-label="not recording"' in page
    assert (
        '<p class="said" aria-live="polite" data-text="note">Nothing is being stored.</p>' in page
    )
    assert client(house).get("/api/v1/now").get_json()["is_recording"] is False


def test_the_best_night_is_no_bound_and_the_page_says_whom_it_leaves_out() -> None:
    house = a_house()
    for days, rating in enumerate((80.0, 85.0, 70.0), start=1):
        house.store.put(earlier_night(days, rating=rating))
    assert "Left out" not in page(house, "/nights")
    two = (a_part("quiet", None), a_part("cool"), a_part("dark"))
    house.store.put(earlier_night(4, rating=95.0, at_most=True, of=two))
    text = page(house, "/nights")
    best, worst = re.findall(r"<dt>(?:Best|Worst) night</dt>.*?<b>(\d+)</b>", text)
    assert (best, worst) == ("85", "70")
    left_out = "Left out of trend, best, worst and weekdays: 1 without a full rating"
    assert left_out in text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "Now"),
        ("/nights", "Nights"),
        ("/nights/2026-11-22", "Nights"),
        ("/status", "Status"),
        ("/settings", "Settings"),
        ("/settings/alerts", "Settings"),
    ],
)
def test_the_page_one_is_on_is_marked_among_the_pages_and_no_other(path: str, name: str) -> None:
    found = re.findall(r'aria-current="page">([^<]+)</a>', page(everything(), path))
    assert found == [name]
