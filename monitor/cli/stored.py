"""Reads stored nights for the terminal."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.score.result import NightScore
from monitor.score.telling import without_checks
from monitor.store.deletion import Deletion, between, in_force
from monitor.store.errors import OlderSchemaError, StoreMissingError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader

FIRST_NIGHT: Final = "0000-01-01"
LAST_NIGHT: Final = "9999-12-31"
SETTLED_S: Final = 1.5
POLL_S: Final = 0.1
WAIT_AT_MOST_S: Final = 120.0


def nights_of(data_dir: Path, room: str, *, whole: bool = False) -> list[NightScore]:
    """Return the stored nights of a room, oldest first; only whole ones have their words.

    Raises:
        OperatorError: there is no store there yet.
        StoreError: the store cannot be read.
    """
    try:
        with NightsReader.open(data_dir / NIGHTS_FILE) as reader:
            outlines = reader.nights(room, FIRST_NIGHT, LAST_NIGHT)
            if not whole:
                return [outline.score for outline in outlines]
            found = (reader.night(room, outline.night) for outline in outlines)
            deleted = _deleted(data_dir)
            return [_told(it.score, room, deleted) for it in found if it is not None]
    except OlderSchemaError:
        raise
    except StoreMissingError as error:
        raise OperatorError(
            f"{error}. Is the monitor running, and is --data-dir the [monitor] data_dir?"
        ) from error


def _deleted(data_dir: Path) -> tuple[Deletion, ...]:
    with closing(HouseholdReader(data_dir / HOUSEHOLD_FILE)) as household:
        return in_force(household.deletions())


def _told(score: NightScore, room: str, deleted: tuple[Deletion, ...]) -> NightScore:
    """Return a night; nothing is said against a sensor for what people deleted."""
    window = score.window
    is_left = bool(between(deleted, room, window.start_ms, window.end_ms))
    return without_checks(score) if is_left else score


def require_room(data_dir: Path, room: str) -> None:
    """Refuse a room that no sensor has ever told of, where there are others.

    Raises:
        OperatorError: there is no such room; the text names those there are.
        StoreError: the store cannot be read.
    """
    with NightsReader.open(data_dir / NIGHTS_FILE) as reader:
        known = reader.rooms()
    if known and room not in known:
        raise OperatorError(f"no room {room} in the store: there are {', '.join(known)}")


def wait_for_nights(
    data_dir: Path, room: str, *, clock: Clock, stop: threading.Event
) -> list[NightScore]:
    """Return the nights once their number has stood still for SETTLED_S.

    The monitor scores what has arrived a moment after it has stored it.
    """
    until_s = clock.monotonic_s() + WAIT_AT_MOST_S
    nights, changed_s = nights_of(data_dir, room), clock.monotonic_s()
    while clock.monotonic_s() < min(until_s, changed_s + SETTLED_S) and not stop.is_set():
        clock.wait(POLL_S, stop)
        now = nights_of(data_dir, room)
        if now != nights:
            nights, changed_s = now, clock.monotonic_s()
    return nights
