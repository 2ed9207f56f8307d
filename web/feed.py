"""The room now, read at most four times a second however many pages ask."""

from dataclasses import dataclass
from typing import Final

import msgspec

from web.room_now import RoomNow, room_now
from web.site import Site

# Source: targets.md, end to end: the live file is polled every 250 ms.
POLL_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    until_s: float
    payload: bytes


class NowFeed:
    """Keeps each room's answer for a quarter second; threads may share it.

    Two threads may both find an answer too old and both read: the last one stays, and
    neither is wrong.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: dict[str | None, _Kept] = {}

    def read(self, room: str | None) -> RoomNow:
        """Return the room now, read afresh; None is a house without any room yet."""
        site = self._site
        now_ms = site.clock.now_ms()
        live = None if room is None else site.live.read(room)
        return room_now(
            room or "", live, site.zone(room or "", live), now_ms, site.system_offset_s(now_ms)
        )

    def payload(self, wanted: str | None) -> bytes:
        """Return the wanted (or first) room now as JSON, at most a quarter second old.

        An unknown room ends the request with 404; only known ones are kept.
        """
        now_s = self._site.clock.monotonic_s()
        kept = self._kept.get(wanted)
        if kept is None or now_s >= kept.until_s:
            now = self.read(self._site.choose(wanted))
            kept = _Kept(until_s=now_s + POLL_S, payload=msgspec.json.encode(now))
            self._kept[wanted] = kept
        return kept.payload
