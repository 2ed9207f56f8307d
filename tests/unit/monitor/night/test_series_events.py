"""Noise events from another instrument's file."""

from collections.abc import Sequence

import pytest

from monitor.contract.errors import SeriesError
from monitor.contract.record import EventKind
from monitor.night.events import NoiseEvent
from monitor.night.series_events import parse_events
from tests.fakes.nights import EVENING_MS
from tests.fakes.series import UTC0

HEADER = "time,duration_s,lasmax_db,background_db,lafmax_db"
GOOD = "2026-11-22T22:00:10,20,61.5,30,64"


def events(*lines: str) -> Sequence[NoiseEvent]:
    return parse_events(lines, UTC0, name="events.csv")


def test_an_event_is_read_with_its_times_and_levels() -> None:
    (event,) = events(HEADER, GOOD)
    assert (event.start_ms, event.end_ms) == (EVENING_MS + 10_000, EVENING_MS + 30_000)
    assert (event.lasmax_db, event.lafmax_db, event.background_db) == (61.5, 64.0, 30.0)
    assert event.lae_db == pytest.approx(61.5 + 13.01, abs=0.01)


def test_lafmax_may_be_left_out() -> None:
    (event,) = events("time;duration_s;lasmax_db;background_db", "2026-11-22T22:00:10;0,5;61,5;30")
    assert event.lafmax_db == event.lasmax_db == event.lae_db == 61.5


@pytest.mark.parametrize(
    ("duration_s", "lasmax_db", "kind"),
    [
        (5.9, 54.9, EventKind.BRIEF_NEAR),
        (6, 54.9, EventKind.COUNTED),
        (5.9, 55, EventKind.COUNTED),
        (180, 50, EventKind.LONG),
        (179.9, 50, EventKind.COUNTED),
    ],
)
def test_events_are_sorted_into_kinds_by_our_own_rules(
    duration_s: float, lasmax_db: float, kind: EventKind
) -> None:
    (event,) = events(HEADER, f"2026-11-22T22:00:10,{duration_s},{lasmax_db},30,")
    assert event.kind is kind


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("time,lasmax_db", GOOD), ("line 1", "duration_s, background_db")),
        ((), ("line 1", "time")),
        ((HEADER, GOOD, "2026-11-22T22:10:00,20,loud,30,"), ("line 3", "lasmax_db", "loud")),
        ((HEADER, "2026-11-22T22:10:00,,60,30,"), ("line 2", "duration_s is empty")),
        ((HEADER, "2026-11-22T22:10:00,20,60,30"), ("line 2", "4 cells, expected 5")),
        ((HEADER, GOOD, GOOD), ("line 3", "later")),
        ((f"{HEADER},lasmax_db", f"{GOOD},60"), ("line 1", "two columns lasmax_db")),
    ],
)
def test_a_bad_row_is_said_with_its_line(lines: tuple[str, ...], words: tuple[str, ...]) -> None:
    with pytest.raises(SeriesError) as caught:
        events(*lines)
    assert all(word in str(caught.value) for word in words), caught.value
