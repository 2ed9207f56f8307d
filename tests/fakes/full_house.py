"""A house in which every element of every page has something to show, and its builders."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from monitor.contract.record import Mark, MarkKind, Minute
from monitor.runtime.clock import VirtualClock
from monitor.score.result import NightScore, Sentence, Status
from tests.fakes.bedroom import (
    GET_UP_MS,
    LIGHTS_OUT_MS,
    MINUTE_MS,
    a_climate,
    a_light,
    a_live_score,
    a_minute,
    a_night,
    a_part,
    a_sound,
    a_state,
    a_window,
    an_event,
    at,
    minutes_between,
)
from tests.fakes.house import FakeFinding, FakeHouse, FakeLiveRoom

MORNING_MS = at("2026-11-23T10:15:08+13:00")
EVENING_MS = at("2026-11-22T22:31:08+13:00")
DAY_MS = 86_400_000


def a_house(now_ms: int = MORNING_MS) -> FakeHouse:
    return FakeHouse(clock=VirtualClock(start_ms=now_ms))


def hear(house: FakeHouse, room: str = "bedroom", **live: object) -> None:
    now_ms = house.clock.now_ms()
    house.live.files[room] = FakeLiveRoom(
        room=room,
        **({"received_ms": now_ms, "state": a_state(now_ms), "score": a_live_score()} | live),
    )


def record(house: FakeHouse, make: Callable[[int], Minute | None] | None = None) -> None:
    house.store.kept["bedroom"] = minutes_between(LIGHTS_OUT_MS, GET_UP_MS, make)


def earlier_night(days: int, **score: Any) -> NightScore:  # noqa: ANN401 - the builder knows
    evening = dt.date(2026, 11, 22) - dt.timedelta(days=days)
    window = a_window(
        night=evening.isoformat(),
        lights_out_ms=LIGHTS_OUT_MS - days * DAY_MS,
        get_up_ms=GET_UP_MS - days * DAY_MS,
    )
    return a_night(window=window, **score)


def everything() -> FakeHouse:
    """Return a house in which every element of every page has something to show."""
    house = a_house()

    def make(end: int) -> Minute | None:
        lost = LIGHTS_OUT_MS + 100 * MINUTE_MS < end < LIGHTS_OUT_MS + 160 * MINUTE_MS
        marks = (Mark(at_ms=end, kind=MarkKind.LIGHTS_OUT),) if end % (97 * MINUTE_MS) == 0 else ()
        events = (an_event(),) if end % (31 * MINUTE_MS) == 0 else ()
        sound = a_sound(events=events)
        return (
            None
            if lost
            else a_minute(end, sound=sound, climate=a_climate(), light=a_light(), marks=marks)
        )

    record(house, make)
    kinds = ("cost", "good", "change", "note")
    house.store.put(
        a_night(
            sentences=tuple(Sentence(kind=kind, text=f"<{kind}> & more") for kind in kinds),
            costs={"cool": (0.05,) * 477},
        )
    )
    house.store.put(
        earlier_night(
            1,
            rating=None,
            word=None,
            stars=None,
            headline="",
            provisional="Nothing was recorded.",
            of=tuple(
                a_part(name, None, status=Status.MISSING, coverage=0.0)
                for name in ("quiet", "cool", "dark")
            ),
        )
    )
    house.store.put(earlier_night(2, label="of 2 parts, noise not measured", at_most=True))
    hear(house, findings=(FakeFinding(text="The card is nearly full."),))
    return house
