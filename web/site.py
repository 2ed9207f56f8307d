"""What every view works with: the sources, the clock, and which room is meant."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from flask import Response, abort, g, render_template, request

from monitor.night.view_choices import room_title
from monitor.runtime.clock import Clock
from monitor.score.units import TemperatureUnit
from monitor.store.deletion import Deletion
from monitor.store.errors import StoreError
from monitor.store.household_reader import in_force_ms
from web.asked import Present
from web.in_sight import running_night
from web.processes import is_monitor_there
from web.sources import HouseholdSource, LiveSource, Store
from web.time_known import TimeKnown

MINUTE_MS: Final = 60_000
# The rooms that are known, and why the store tells of none.
Known = tuple[tuple[str, ...], StoreError | None]


class Surroundings(NamedTuple):
    """What surrounds every finished night; of what is deleted nothing drawn stays in memory."""

    rooms: tuple[str, ...]
    deletions: Sequence[Deletion]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The sources of one dashboard; system_offset_s gives this machine's UTC offset.

    saving: held by who reads choices, changes them and keeps them, so that of two who save at
    the same moment the second changes what the first has made.
    """

    store: Store
    live: LiveSource
    household: HouseholdSource
    clock: Clock
    system_offset_s: Callable[[int], int]
    saving: threading.Lock = field(default_factory=threading.Lock)
    time_known: TimeKnown = field(default_factory=TimeKnown)

    def rooms(self) -> tuple[str, ...]:
        """Return the rooms known from the store or from live values.

        Live values are shown even where the store cannot be read.
        """
        return self.known()[0]

    def listed_rooms(self) -> tuple[str, ...]:
        """Return the same for a list of all rooms.

        Raises:
            StoreError: the store cannot be read, and nothing else knows a room.
        """
        rooms, trouble = self.known()
        if trouble is not None and not rooms:
            raise trouble
        return rooms

    def is_empty(self) -> bool:
        """Tell whether there is no room yet; a store that cannot be read may have some."""
        return self.known() == ((), None)

    def choose(self, wanted: str | None, known: Known | None = None) -> str | None:
        """Return the wanted room, or the first; None where there is none yet.

        An unknown room ends the request with 404. known: where that has been asked already.

        Raises:
            StoreError: the store cannot be read, which may know the room.
        """
        rooms, trouble = known or self.known()
        if wanted is None and rooms:
            return rooms[0]
        if wanted in rooms:
            return wanted
        if trouble is not None:
            raise trouble
        if wanted is not None:
            abort(404, "There is no such room here.")
        return None

    def choose_live(self, wanted: str | None) -> str | None:
        """Return the same for what goes on without the store: the first room live, or None."""
        if wanted is not None:
            return self.choose(wanted)
        rooms = self.rooms()
        return rooms[0] if rooms else None

    def known(self) -> Known:
        """Return the rooms that are known, and why the store tells of none."""
        kept: Sequence[str] = ()
        trouble = None
        try:
            kept = self.store.rooms()
        except StoreError as error:
            trouble = error
        return tuple(sorted({*kept, *self.live.rooms()})), trouble

    def has_monitor(self) -> bool:
        """Tell whether the monitor is there, which does what pages ask for; it renews all files."""
        now_ms = self.clock.now_ms()
        return any(is_monitor_there(self.live.read(room), now_ms) for room in self.live.rooms())

    def surroundings(self) -> Surroundings:
        """Return what differs whenever finished nights' pages may have changed, all of them.

        What changes with one night alone is not in it (web.night_finder.material_of), nor what
        else the household told (web/asked.py).
        """
        return Surroundings(rooms=self.rooms(), deletions=self.household.deletions())

    def written(self) -> object:
        """Return what differs whenever what one of these pages is made of may have changed.

        Each minute does, too: what was chosen for a later time comes into force by itself.
        """
        minute = self.clock.now_ms() // MINUTE_MS
        deletions = self.household.deletions()
        running = [
            None if night is None else night.window.night
            for room in self.live.rooms()
            for night in (running_night(self.live.read(room), deletions),)
        ]
        knows_time = self.time_known.state(self.clock)
        return self.store.version(), self.household.version(), minute, running, knows_time

    def in_force_ms(self) -> Present:
        """Return the instant by which to ask what people have chosen now."""
        state = self.time_known.state(self.clock)
        return Present(in_force_ms(self.clock, self.household, state))

    def unit(self) -> TemperatureUnit:
        """Return what this house reads temperatures in."""
        chosen = self.household.view_choices("", self.in_force_ms())
        return TemperatureUnit(chosen.temperature_unit)

    def title(self, room: str) -> str:
        """Return what a room is called: as its people named it, else its slug."""
        chosen = self.household.view_choices(room, self.in_force_ms())
        return room_title(room, chosen.room_name)

    def zone(self, room: str) -> str:
        """Return the zone of a room's clock: the one in force now, also where a night runs.

        A night keeps the zone of its window; it may have begun before another was chosen.
        """
        return self.household.in_force(room, self.in_force_ms()).zone


def asked_room(site: Site) -> str | None:
    """Return the room the request in hand asks for; see Site.choose."""
    known = site.known()
    g.rooms = known[0]  # for the page that is made of it: both shall know the same ones
    return site.choose(request.args.get("room"), known)


def asked_live_room(site: Site) -> str | None:
    """Return the room a page asks for that goes on without the store; see Site.choose_live."""
    return site.choose_live(request.args.get("room"))


def page(template: str, site: Site, room: str | None, **values: object) -> Response:
    """Return a rendered page that is never kept by a browser; values are the template's."""
    rooms = g.rooms if "rooms" in g else site.rooms()
    response = Response(
        render_template(
            template,
            room=room,
            rooms=[(slug, site.title(slug)) for slug in rooms] if len(rooms) > 1 else [],
            query=f"?room={room}" if room is not None and len(rooms) > 1 else "",
            **values,
        ),
        mimetype="text/html",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
