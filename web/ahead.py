"""Draws finished nights before somebody opens them: a loop beside the server."""

import io
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from flask import Flask, g
from werkzeug.exceptions import HTTPException

from monitor.runtime.clock import Clock
from monitor.runtime.logging import line
from monitor.score.series import picture_span
from monitor.store.errors import StoreError, UnreadableNightError
from web.guard import Visitor, Who
from web.present import local_time
from web.rendered import PAGES_AT_HAND, RenderedPages
from web.site import Site

_log = logging.getLogger(__name__)
# judgement: as many as are kept but for those that people open; of several rooms a share each.
NIGHTS_AHEAD: Final = 120
# judgement: within four months there are as many, with a pause of weeks.
WITHIN_DAYS: Final = 180
# judgement: last night is judged anew when somebody corrects it; older ones hardly ever are.
LOOKED_AT: Final = 3
LOOK_S: Final = 5.0
# judgement: what was chosen for a later time comes into force without a write, and a fault that
# lasts is told again.
ALL_EVERY_S: Final = 3600.0
# judgement: what is not kept when drawn (times that are being judged) is soon.
AGAIN_S: Final = 60.0
# judgement: a fifth of the time at most, so that nobody waits for it.
REST_SHARE: Final = 4.0
LEAST_REST_S: Final = 0.05
LEAST_BETWEEN_S: Final = 0.005
# judgement: where nothing can be put aside, half of the pages at hand; visitors have the others.
AT_HAND: Final = PAGES_AT_HAND // 2
Address = tuple[str, str]


class Ahead:
    """Asks the application for the pages of nights, as the household would.

    No request of anybody comes this way: it has no login to pass, and answers nobody.

    Args:
        app: whose view of a night keeps what it has drawn.
        site: whose nights.
        rendered: what is kept.
    """

    def __init__(self, app: Flask, site: Site, rendered: RenderedPages) -> None:
        self._app = app
        self._site = site
        self._rendered = rendered
        self._written: object = None
        self._found: Sequence[tuple[int, Address]] | None = None
        self._household: object = None
        self._all_at_s = float("-inf")
        self._again_at_s: dict[Address, float] = {}
        self._told_at_s: dict[str, float] = {}

    @contextmanager
    def drawing(self, clock: Clock) -> Iterator[None]:
        """Draw in a thread of its own until the end of the block."""
        stop = threading.Event()
        thread = threading.Thread(target=self.run, args=(stop, clock), name="ahead", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=1.0)

    def run(self, stop: threading.Event, clock: Clock) -> None:
        """Draw what is due, one after the other, until stopped."""
        while not stop.is_set():
            try:
                self._draw_due(stop, clock)
            except StoreError as error:
                if self._is_news(error):
                    _log.warning(line("nights are not drawn ahead", why=error))
            except Exception as error:  # noqa: BLE001 - the outermost loop: the next look may do
                if self._is_news(error):
                    _log.exception(line("nights are not drawn ahead"))
            clock.wait(LOOK_S, stop)

    def _draw_due(self, stop: threading.Event, clock: Clock) -> None:
        began_s = clock.monotonic_s()
        for address, is_due in self.looked_through():
            if is_due:
                self.draw(address)
            least_s = LEAST_REST_S if is_due else LEAST_BETWEEN_S
            if clock.wait(max(least_s, REST_SHARE * (clock.monotonic_s() - began_s)), stop):
                return
            began_s = clock.monotonic_s()

    def looked_through(self) -> Iterator[tuple[Address, bool]]:
        """Yield the addresses of nights, newest first, with whether each is to be drawn.

        None while something is being written: what is drawn then would be drawn again.

        Raises:
            StoreError: which nights there are cannot be told.
        """
        written = self._rendered.look().written
        is_quiet, self._written = written == self._written, written
        if not is_quiet:
            self._found = None
            return
        if self._found is None:
            self._found = self._candidates()
        # What the store gets each minute is of the newest; what people choose may be of all.
        now_s, household = self._site.clock.monotonic_s(), self._site.household.version()
        is_all = household != self._household or now_s >= self._all_at_s
        self._rendered.want(address for _, address in reversed(self._found))
        for count, (number, address) in enumerate(self._found):
            if count >= AT_HAND and not self._rendered.can_shelve():
                return
            yield address, self._is_due(address, is_looked_at=is_all or number < LOOKED_AT)
        if is_all:
            self._household, self._all_at_s = household, now_s + ALL_EVERY_S

    def _candidates(self) -> list[tuple[int, Address]]:
        rooms = self._site.rooms()
        most = NIGHTS_AHEAD // max(1, len(rooms))
        found = [
            (number, (f"/nights/{night}", f"room={room}" if len(rooms) > 1 else ""))
            for room in rooms
            for number, night in enumerate(self._nights(room)[:most])
        ]
        return sorted(found, key=lambda one: one[0])

    def draw(self, address: Address) -> None:
        """Have the page of a night drawn and kept."""
        try:
            with self._app.request_context(_environ(*address)):
                g.visitor = Visitor(who=Who.HOUSEHOLD, form_key="")
                self._app.dispatch_request()
        except HTTPException:
            pass  # deleted meanwhile
        except StoreError as error:
            self._tell_unread(address, error)
        except Exception as error:  # noqa: BLE001 - the outermost loop, and a night less is drawn
            if self._is_news(error):
                _log.exception(line("a night is not drawn ahead", address=address))
        if not self._rendered.has(*address):
            self._again_at_s[address] = self._site.clock.monotonic_s() + AGAIN_S

    def _is_due(self, address: Address, *, is_looked_at: bool) -> bool:
        if self._site.clock.monotonic_s() < self._again_at_s.get(address, float("-inf")):
            return False
        self._again_at_s.pop(address, None)
        is_kept = self._rendered.has(*address)
        if not is_kept or not is_looked_at:
            return not is_kept
        try:
            return self._rendered.find(*address) is None
        except StoreError as error:  # of this night: nobody is shown it, and the others are drawn
            self._again_at_s[address] = self._site.clock.monotonic_s() + AGAIN_S
            self._tell_unread(address, error)
            return False

    def _tell_unread(self, address: Address, error: StoreError) -> None:
        if self._is_news(error):
            _log.warning(line("a night is not drawn ahead", address=address, why=error))

    def _nights(self, room: str) -> list[str]:
        # Not what a clock that ran ahead has left in days to come.
        newest_ms = self._site.store.newest_end_ms(room, self._site.clock.now_ms())
        if newest_ms is None:
            return []
        zone = self._site.zone(room)
        last = local_time(newest_ms, zone).date()
        days = [(last - timedelta(days=one)).isoformat() for one in range(WITHIN_DAYS)]
        try:
            return self._judged(room, days[-1], days[0])
        except UnreadableNightError:  # one of them, which is judged again
            return [night for day in days for night in self._judged_if_read(room, day)]

    def _judged(self, room: str, first: str, last: str) -> list[str]:
        kept = self._site.store.nights(room, first, last)
        now_ms = self._site.clock.now_ms()
        windows = (one.score.window for one in reversed(kept))
        # Until its last minute is over its page is not kept.
        return [window.night for window in windows if picture_span(window)[1] < now_ms]

    def _judged_if_read(self, room: str, day: str) -> list[str]:
        try:
            return self._judged(room, day, day)
        except UnreadableNightError:
            return []

    def _is_news(self, error: Exception) -> bool:
        now_s, kind = self._site.clock.monotonic_s(), type(error).__name__
        if now_s < self._told_at_s.get(kind, float("-inf")) + ALL_EVERY_S:
            return False
        self._told_at_s[kind] = now_s
        return True


def _environ(path: str, query: str) -> dict[str, Any]:
    """Return a request for a page as PEP 3333 has it."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
