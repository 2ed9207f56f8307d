"""The room now, read at most four times a second however many pages ask."""

from dataclasses import dataclass
from typing import Final
from wsgiref.types import WSGIEnvironment

import msgspec
from msgspec import UnsetType

from monitor.contract.record import EPOCH, epoch_ms
from monitor.night.window import night_of, scheduled, span_of
from web.answers import FRESH, Ready, whole
from web.bedside import is_night
from web.present import LOST_S
from web.room_now import Display, RoomNow, room_now
from web.site import Site
from web.sources import LiveRoom

# Judgement: the live file is polled every 250 ms.
POLL_S: Final = 0.25


NOW: Final = "/api/v1/now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A room now, as it is answered until an instant; rule is the address of that answer."""

    until_s: float
    answer: Ready
    mark: bytes
    rule: str = NOW

    def ready(self, environ: WSGIEnvironment, *, household: bool) -> Ready:
        """Return the answer, which is the same for everybody."""
        del environ, household
        return self.answer


class NowFeed:
    """Keeps each room's answer for a quarter second; threads may share it.

    Two threads may both find an answer too old and both read: the last one stays, and
    neither is wrong.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        # By the query that asks for it; a slug is spelled in no second way.
        self._kept: dict[str, Told] = {}

    def read(self, room: str | None) -> RoomNow:
        """Return the room now, read afresh; None is a house without any room yet."""
        site = self._site
        now_ms = site.clock.now_ms()
        live = None if room is None else site.live.read(room)
        now = room_now(
            room or "",
            live,
            site.zone(room or ""),
            now_ms,
            site.system_offset_s(now_ms),
            title="" if room is None else site.title(room),
            unit=site.unit(),
        )
        return msgspec.structs.replace(now, display=self._display(room or "", live, now_ms))

    def find(self, path: str, query: str) -> Told | None:
        """Return what was answered at an address, if it is young enough to be said again."""
        kept = self._kept.get(query) if path == NOW else None
        return kept if kept and self._site.clock.monotonic_s() < kept.until_s else None

    def answer(self, wanted: str | None) -> Ready:
        """Return the wanted (or first) room now as JSON, at most a quarter second old.

        An unknown room ends the request with 404; only known ones are kept.
        """
        return self._told(wanted).answer

    def told(self, wanted: str | None) -> tuple[bytes, bytes]:
        """Return the body of answer(wanted), and what differs as soon as it says anything new.

        That it was read at another instant is nothing new.
        """
        told = self._told(wanted)
        return told.answer.body, told.mark

    def _told(self, wanted: str | None) -> Told:
        query = "" if wanted is None else f"room={wanted}"
        kept = self.find(NOW, query)
        if kept is None:
            begun_s = self._site.clock.monotonic_s()
            now = self.read(self._site.choose_live(wanted))
            timeless = msgspec.structs.replace(now, at=EPOCH)
            kept = Told(
                until_s=begun_s + POLL_S,
                answer=whole(msgspec.json.encode(now), FRESH),
                mark=msgspec.json.encode(timeless),
            )
            self._kept[query] = kept
        return kept

    def _display(self, room: str, live: LiveRoom | None, now_ms: int) -> Display:
        """Return which face the page beside the bed shows; in doubt the dark one."""
        household = self._site.household.in_force(room, self._site.in_force_ms())
        night = night_of(now_ms, household)
        state = None if live is None else live.state
        light = None if state is None or isinstance(state.light, UnsetType) else state.light
        fresh = light is not None and now_ms - epoch_ms(light.at) <= LOST_S * 1000
        start_ms, _ = span_of(night, household)
        score = None if live is None else live.night
        # What a monitor that has ended left behind is another night's.
        is_this = score is not None and score.window.night == night.isoformat()
        dark = is_night(
            now_ms,
            usual=scheduled(night, household),
            running=score.window if score is not None and is_this else None,
            illuminance_lx=light.illuminance_lx if light is not None and fresh else None,
            presses=[page.mark for page in self._site.household.marks(room, start_ms, now_ms)],
        )
        return Display.NIGHT if dark else Display.EVENING
