"""Finished nights are drawn before somebody opens them, for nobody but the household."""

import errno
import itertools
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from monitor.runtime.clock import Clock, VirtualClock
from monitor.score.series import picture_span
from monitor.store.errors import StoreUnavailableError, UnreadableNightError
from tests.fakes.access import Door
from tests.fakes.bedroom import GET_UP_MS, a_minute, a_night
from tests.fakes.full_house import earlier_night, everything, hear
from tests.fakes.house import FakeHouse, FakeKept
from web.ahead import AGAIN_S, AT_HAND, LOOK_S, LOOKED_AT, NIGHTS_AHEAD, REST_SHARE
from web.app import ahead_of
from web.rendered import PAGES_AT_HAND, SHELVE_AGAIN_S

NEWEST, DAYS = "2026-11-22", 5


def a_house() -> FakeHouse:
    house = everything()
    for days in range(1, DAYS):
        house.store.put(earlier_night(days))
    return house


def due(app: Flask) -> list[tuple[str, str]]:
    """Return what is due once nothing more is written."""
    list(ahead_of(app).looked_through())
    return [address for address, is_due in ahead_of(app).looked_through() if is_due]


def draw_all(app: Flask) -> int:
    """Draw what is due as the loop does; return how many that were."""
    ahead, drawn = ahead_of(app), 0
    list(ahead.looked_through())
    for address, is_due in ahead.looked_through():
        if is_due:
            ahead.draw(address)
            drawn += 1
    return drawn


def a_long_past(nights: int) -> FakeHouse:
    house = everything()
    for days in range(1, nights):
        house.store.put(earlier_night(days))
    return house


def told(caplog: pytest.LogCaptureFixture) -> int:
    return len([one for one in caplog.messages if "not drawn ahead" in one])


def on_look(house: FakeHouse, happens: Callable[[], object]) -> None:
    """Have something happen with each look at a night."""
    as_it_was = house.store.night

    def night(room: str, night: str) -> FakeKept | None:
        happens()
        return as_it_was(room, night)

    house.store.night = night  # type: ignore[method-assign] # of a fake


def run(house: FakeHouse, app: Flask, *, looks: int) -> None:
    """Run the loop for as many looks."""
    stop = threading.Event()
    clock = CountedWaits(house.clock, looks, stop)
    ahead_of(app).run(stop, cast("Clock", clock))


class CountedWaits:
    """A clock that tells the loop to stop after so many rests between looks."""

    def __init__(self, clock: VirtualClock, looks: int, stop: threading.Event) -> None:
        self._clock = clock
        self._left = looks
        self._stop = stop

    def monotonic_s(self) -> float:
        return self._clock.monotonic_s()

    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        if timeout_s == LOOK_S:
            self._left -= 1
            if not self._left:
                self._stop.set()
        return self._clock.wait(timeout_s, wake)


def test_every_finished_night_is_drawn_the_newest_first() -> None:
    house = a_house()
    app = house.app()
    assert due(app)[0] == (f"/nights/{NEWEST}", "")
    assert draw_all(app) == DAYS
    assert due(app) == []


def test_who_opens_one_waits_for_no_drawing_and_is_shown_the_same() -> None:
    house = a_house()
    drawn = a_house().app().test_client().get(f"/nights/{NEWEST}")
    app = house.app()
    draw_all(app)
    asked = house.store.questions

    found = app.test_client().get(f"/nights/{NEWEST}")

    assert house.store.questions == asked, "nothing was read"
    assert found.data == drawn.data


def test_with_several_rooms_it_is_the_address_that_pages_link_to() -> None:
    house = a_house()
    hear(house, "guest")
    assert due(house.app())[0] == (f"/nights/{NEWEST}", "room=bedroom")


def test_a_night_judged_anew_is_drawn_anew() -> None:
    house = a_house()
    app = house.app()
    draw_all(app)
    house.store.put(earlier_night(LOOKED_AT - 1), inputs_hash="two")
    house.clock.wait(2.0)
    assert due(app) == [(f"/nights/{earlier_night(LOOKED_AT - 1).window.night}", "")]


def test_a_night_that_is_not_kept_is_not_drawn_again_and_again() -> None:
    house = a_house()
    app = house.app()
    ahead = ahead_of(app)
    ahead.draw(("/nights/2020-01-01", ""))  # which is gone meanwhile
    draw_all(app)
    assert due(app) == []


def test_a_store_that_fails_ends_nothing_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = a_house()
    app = house.app()
    house.store.broken = "nights.db: disk I/O error"
    run(house, app, looks=3)
    assert told(caplog) == 1
    house.store.broken = ""
    assert draw_all(app) == DAYS


def test_what_people_choose_has_every_night_drawn_anew() -> None:
    house = a_house()
    app = house.app()
    draw_all(app)
    house.household.choose("", {"temperature_unit": "fahrenheit"}, valid_from_ms=1)
    house.clock.wait(2.0)
    assert len(due(app)) == DAYS


def test_nothing_is_drawn_while_something_is_written() -> None:
    house = a_house()
    app = house.app()
    for later in range(3):
        house.store.put(earlier_night(1), inputs_hash=f"judged {later}")
        house.clock.wait(2.0)
        assert list(ahead_of(app).looked_through()) == []
    assert list(ahead_of(app).looked_through()) != []


def test_what_is_drawn_ahead_lets_nobody_in(tmp_path: Path) -> None:
    with closing(Door(tmp_path)) as door:
        door.house.store.put(a_night())
        door.clock.wait(86_400)
        ahead_of(door.app).draw((f"/nights/{NEWEST}", ""))
        stranger = door.app.test_client()
        page = stranger.get(f"/nights/{NEWEST}", headers={"Accept": "text/html"})
        assert (page.status_code, stranger.get("/api/v1/now").status_code) == (303, 401)


def test_a_fault_of_the_page_itself_is_logged_once_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **_named: object) -> None:
        raise ZeroDivisionError

    house = a_house()
    app = house.app()
    monkeypatch.setattr("web.views.nights.night_text", broken)
    assert draw_all(app) == DAYS
    assert told(caplog) == 1
    assert due(app) == []
    house.clock.wait(AGAIN_S)
    monkeypatch.undo()
    assert draw_all(app) == DAYS


def test_it_ends_when_it_is_told_to() -> None:
    house = a_house()
    app, stop = house.app(), threading.Event()
    stop.set()
    ahead_of(app).run(stop, house.clock)
    assert len(due(app)) == DAYS


def test_no_more_are_drawn_than_are_kept() -> None:
    assert len(due(a_long_past(NIGHTS_AHEAD + 20).app())) == NIGHTS_AHEAD


def test_it_ends_while_it_looks_at_what_is_kept() -> None:
    house = a_house()
    app, stop = house.app(), threading.Event()
    draw_all(app)
    house.store.changes += 1
    house.clock.wait(2.0)
    list(ahead_of(app).looked_through())
    on_look(house, stop.set)
    before_s = house.clock.monotonic_s()
    ahead_of(app).run(stop, house.clock)
    assert house.clock.monotonic_s() == before_s, "it neither rested nor looked again"


def test_to_look_at_what_is_kept_takes_a_fifth_of_the_time_too() -> None:
    house = a_house()
    app, stop, looks = house.app(), threading.Event(), []
    draw_all(app)
    house.store.changes += 1
    house.clock.wait(2.0)
    list(ahead_of(app).looked_through())

    def slow() -> None:
        looks.append(house.clock.monotonic_s())
        house.clock.wait(1.0)
        if len(looks) == LOOKED_AT:
            stop.set()

    on_look(house, slow)
    ahead_of(app).run(stop, house.clock)
    rests_s = [later - look_s for look_s, later in itertools.pairwise(looks)]
    assert rests_s == pytest.approx([1.0 + REST_SHARE] * (LOOKED_AT - 1))


def test_one_night_that_cannot_be_read_keeps_no_other_from_being_drawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = a_house()
    app = house.app()
    ahead_of(app).draw((f"/nights/{NEWEST}", ""))
    as_it_was = house.store.night

    def unreadable(room: str, night: str) -> FakeKept | None:
        if night == NEWEST:
            raise StoreUnavailableError("nights.db: a stored night cannot be read")
        return as_it_was(room, night)

    house.store.night = unreadable  # type: ignore[method-assign] # of a fake
    house.store.changes += 1
    house.clock.wait(2.0)
    assert draw_all(app) == DAYS - 1
    assert told(caplog) == 1


def test_what_nobody_has_thought_of_ends_one_look_and_not_the_loop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = a_house()
    app, looks = house.app(), 0
    as_they_were = house.store.nights

    def broken(room: str, first: str, last: str) -> Sequence[FakeKept]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError
        return as_they_were(room, first, last)

    house.store.nights = broken  # type: ignore[method-assign] # of a fake
    run(house, app, looks=4)
    assert (due(app), told(caplog)) == ([], 1)


def test_two_faults_that_take_turns_are_told_once_an_hour(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = a_house()
    app = house.app()

    def broken(*_: object, **named: object) -> None:
        raise (ZeroDivisionError if house.store.changes % 2 else KeyError)(str(named))

    monkeypatch.setattr("web.views.nights.night_text", broken)
    for _ in range(30):
        house.clock.wait(AGAIN_S)
        draw_all(app)
        house.store.changes += 1
    assert told(caplog) == 2


def test_one_judgement_that_is_damaged_keeps_no_other_night_from_being_found() -> None:
    house = a_house()
    damaged = earlier_night(2).window.night
    as_they_were = house.store.nights

    def nights(room: str, first: str, last: str) -> Sequence[FakeKept]:
        if first <= damaged <= last:
            raise UnreadableNightError("nights.db: a stored night cannot be read")
        return as_they_were(room, first, last)

    house.store.nights = nights  # type: ignore[method-assign] # of a fake
    assert len(due(house.app())) == DAYS - 1


def test_a_look_at_all_that_failed_is_made_again() -> None:
    house = a_house()
    app = house.app()
    draw_all(app)
    house.household.choose("", {"temperature_unit": "fahrenheit"}, valid_from_ms=1)
    house.clock.wait(2.0)
    list(ahead_of(app).looked_through())
    next(ahead_of(app).looked_through())  # and no further
    assert draw_all(app) >= DAYS - 1


def test_a_night_that_is_deleted_while_it_is_drawn_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ahead_of(a_house().app()).draw(("/nights/2020-01-01", ""))
    assert told(caplog) == 0


def test_of_what_people_delete_nothing_that_was_drawn_stays() -> None:
    house = a_long_past(PAGES_AT_HAND + 10)
    app = house.app()
    draw_all(app)
    before = len(shelved())
    now_ms = house.clock.now_ms()
    house.household.delete("", 0, now_ms, made_ms=now_ms)
    house.clock.wait(LOOK_S)
    assert draw_all(app) == 0
    assert before - len(shelved()) == 10


def shelved() -> list[str]:
    """Return the pages in files without a name that this process has."""
    files = [one.readlink().name for one in Path("/proc/self/fd").iterdir() if one.exists()]
    return [one for one in files if "nightroom-page" in one]


def test_a_night_is_drawn_once_the_last_minute_of_its_picture_is_over() -> None:
    house = a_house()
    over_ms = picture_span(a_night().window)[1]
    house.clock.step((over_ms - house.clock.now_ms()) / 1000)
    app = house.app()
    assert (f"/nights/{NEWEST}", "") not in due(app)
    house.clock.wait(60.0)
    assert (f"/nights/{NEWEST}", "") in due(app)


def test_a_clock_that_ran_ahead_keeps_no_night_from_being_drawn() -> None:
    house = a_house()
    house.store.kept["bedroom"].append(a_minute(GET_UP_MS + 400 * 86_400_000))
    assert len(due(house.app())) == DAYS


def test_where_nothing_can_be_put_aside_few_are_drawn_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    house = a_long_past(40)
    app = house.app()
    monkeypatch.setattr(os, "memfd_create", refused)
    assert draw_all(app) <= PAGES_AT_HAND + 1
    later = [draw_all(app) for _ in range(5)]
    assert sum(later) <= AT_HAND
    assert later[-1] == 0
    monkeypatch.undo()
    house.clock.wait(SHELVE_AGAIN_S)
    assert draw_all(app) >= 40 - PAGES_AT_HAND
    assert due(app) == []


def test_who_reads_back_through_the_years_has_no_new_night_drawn_again() -> None:
    house = a_long_past(NIGHTS_AHEAD + 30)
    app = house.app()
    assert draw_all(app) == NIGHTS_AHEAD
    browser = app.test_client()
    draw_all(app)  # the next look says which are wanted
    for days in range(NIGHTS_AHEAD, NIGHTS_AHEAD + 20):
        browser.get(f"/nights/{earlier_night(days).window.night}")
    assert draw_all(app) <= 20 - PAGES_AT_HAND
    asked = house.store.questions
    browser.get(f"/nights/{NEWEST}")
    assert house.store.questions == asked, "the newest was there all the time"
