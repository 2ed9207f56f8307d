"""All rooms of this moment in memory, and their live files kept up with them."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from monitor.runtime.clock import Clock
from monitor.runtime.sampled import SampledLog
from monitor.score.result import Live, NightScore
from monitor.store.errors import StoreError
from monitor.store.live import Finding, LiveFiles
from monitor.store.room_now import RoomNow
from monitor.store.wear import WearMeter

# Judgement: a sixth of the 30 s after which a value is no longer live.
WRITE_S: Final = 5.0
# Judgement: the pages call the monitor down by then, and the broker (one keepalive and a half)
# has left it.
STOOD_STILL_S: Final = 15.0
# Judgement: a connection comes back within a second or two, a state each 5 s.
HEARS_WITHIN_S: Final = 10.0
# Judgement: one that is late again and again is not to keep silent about all others.
ONCE_IN_S: Final = 60.0
BROKER: Final = "broker"


class LiveBoard:
    """Holds the rooms whatever the disk does; a file that cannot be written waits its turn.

    Args:
        files: where the rooms go.
        clock: stamps the files and spaces their renewal.
        sampled: told of files that cannot be written.
        rooms: known from the start.
        wear: tells what this process has written today.
    """

    def __init__(
        self,
        files: LiveFiles,
        clock: Clock,
        sampled: SampledLog,
        rooms: tuple[str, ...] = (),
        wear: WearMeter | None = None,
    ) -> None:
        self._files = files
        self._clock = clock
        self._boot = clock.boot_id()
        self._sampled = sampled
        self._wear = wear or WearMeter()
        self._rooms = {room: RoomNow(room) for room in rooms}
        self._scores: dict[str, Live] = {}
        self._findings: dict[str, Finding] = {}
        self._counts = {"refused": 0, "conflicts": 0}
        self._changed: set[str] = set()
        self._next_write_s = 0.0
        self._turned_s: float | None = None  # CLOCK_BOOTTIME, as what follows
        self._went_on_s = float("-inf")

    @property
    def rooms(self) -> tuple[str, ...]:
        """Return the slugs of all rooms known."""
        return tuple(self._rooms)

    def room(self, room: str) -> RoomNow:
        """Return a room to be changed, made at its first mention."""
        if room not in self._rooms:
            self._rooms[room] = RoomNow(room)
        self._changed.add(room)
        return self._rooms[room]

    def score(self, room: str, live: Live | None) -> None:
        """Keep the score of now, or that there is none."""
        if live is None:
            self._scores.pop(room, None)
        else:
            self._scores[room] = live
        self._changed.add(room)

    def count(self, *, refused: int, conflicts: int) -> None:
        """Keep how many messages were refused, and how many records came with other contents."""
        self._counts = {"refused": refused, "conflicts": conflicts}

    def find(self, code: str, text: str) -> None:
        """Show a finding in every room until it is cleared; its first words and time stay."""
        if code not in self._findings:
            self._findings[code] = Finding(code=code, text=text, since_ms=self._clock.now_ms())
            self._changed.update(self._rooms)

    def clear(self, code: str) -> None:
        """Take a finding back."""
        if self._findings.pop(code, None) is not None:
            self._changed.update(self._rooms)

    def turn(self) -> None:
        """Take note that the process goes on; after it stood still it first hears of the others."""
        now_s, before_s = self._clock.boottime_s(), self._turned_s
        self._turned_s = now_s
        is_late = before_s is not None and now_s - before_s > STOOD_STILL_S
        if is_late and now_s - self._went_on_s > ONCE_IN_S:
            self._went_on_s = now_s

    def _has_yet_to_hear(self, boot_s: float) -> bool:
        """Tell whether what is known of broker and sensors is of before the process stood still."""
        return boot_s - self._went_on_s < HEARS_WITHIN_S and (
            BROKER in self._findings
            or any(room.is_awaited(self._went_on_s) for room in self._rooms.values())
        )

    def write(self, running: Callable[[str], NightScore | None]) -> None:
        """Replace the files of rooms that changed, and of all every few seconds.

        Not at once by a process that stood still: till it hears of them it would call others down.

        Args:
            running: the running night of a room.
        """
        if self._turned_s is not None:
            self.turn()  # it may have stood still since the turn began
        now_ms, boot_s = self._clock.now_ms(), self._clock.boottime_s()
        if self._has_yet_to_hear(boot_s):
            return
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_write_s:
            self._next_write_s = now_s + WRITE_S
            self._changed.update(self._rooms)
        findings = tuple(self._findings.values())
        written_bytes = self._wear.today_bytes(now_ms) if self._changed else 0
        for room in sorted(self._changed):
            night = running(room)
            live = replace(
                self._rooms[room].live_at(now_ms, boot_s),
                written_ms=now_ms,
                written_s=boot_s,
                boot=self._boot,
                score=self._scores.get(room),
                night=None if night is None else replace(night, minute_costs={}),
                findings=(*findings, *self._rooms[room].findings(now_ms)),
                written_today_bytes=written_bytes,
                **self._counts,
            )
            try:
                self._files.write(live)
            except StoreError as error:
                self._sampled.warn("live file not written", error)
        self._changed.clear()
