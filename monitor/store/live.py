"""The live file of a room: the monitor replaces it whole, everyone else only reads it."""

import os
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from monitor.contract.codec import encode
from monitor.contract.messages import State
from monitor.contract.record import Slug
from monitor.runtime.clock import Clock
from monitor.score.result import Live, NightScore
from monitor.store.errors import StoreUnavailableError

LIVE_FOLDER: Final = "live"
_SUFFIX: Final = ".json"
# Judgement: less than that the clocks differ between two readings on a busy machine.
STEP_MS: Final = 500
# Judgement: up to the year 9000: a clock may be as wrong as that, and every page can say it.
Stamp = Annotated[int, Meta(ge=0, lt=221_845_392_000_000)]
# Judgement: a century without a reboot.
Uptime = Annotated[float, Meta(ge=0, lt=4e9)]
# What bytes that have changed bring about besides what a decoder says of them.
_CHANGED_BYTES: Final = (OSError, msgspec.MsgspecError, ValueError, RecursionError)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should know about the machine, in words with the fix."""

    code: str
    text: str
    since_ms: Stamp
    serious: bool = True


class LiveRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room now, as the monitor knows it.

    received_ms is when the state was received (for a retained one, when it was made), by
    the monitor's clock; it is what "live" is judged by. written_s is CLOCK_BOOTTIME of this
    boot as the file was written: a reader tells by it how far the clock was put since.
    night is the running night as an outline with its minute costs left out. refused counts
    messages that could not be read, conflicts records that came again with other contents;
    of all rooms, since the start;
    written_today_bytes what the monitor has written to the disk since UTC midnight.
    """

    room: Slug
    written_ms: Stamp
    written_s: Uptime | None = None
    boot: str | None = None
    state: State | None = None
    received_ms: Stamp | None = None
    online: bool = False
    session: str | None = None
    score: Live | None = None
    night: NightScore | None = None
    findings: tuple[Finding, ...] = ()
    refused: int = 0
    conflicts: int = 0
    written_today_bytes: int = 0


_decoder: Final = msgspec.json.Decoder(LiveRoom)


class LiveFiles:
    """The live files of all rooms in one directory, on a file system in memory.

    Args:
        directory: where they are.
        clock: of a reader: what was written before the clock was put is then as old as it is.
    """

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock
        self._boot = None if clock is None else clock.boot_id()

    def write(self, live: LiveRoom) -> None:
        """Replace a room's file; readers see the old one or the new one, never a part.

        Raises:
            StoreUnavailableError: the directory cannot be written.
        """
        path = self._path(live.room)
        unfinished = path.with_suffix(".unfinished")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(encode(live))
            unfinished.replace(path)
        except OSError as error:
            raise StoreUnavailableError(f"{path}: {error.strerror}") from error

    def read(self, room: str) -> LiveRoom | None:
        """Return the room now; None when there is no file, or not one of this version."""
        try:
            # No pipe in its place is waited for.
            with open(self._path(room), "rb", opener=_at_once) as file:
                return self._as_now(_decoder.decode(file.read()))
        except _CHANGED_BYTES:
            return None

    def rooms(self) -> tuple[str, ...]:
        """Return the slugs of the rooms that have a live file, in order."""
        try:
            names = os.listdir(self._directory)  # noqa: PTH208 - a fifth of the price of glob()
        except OSError:
            return ()
        return tuple(sorted(it.removesuffix(_SUFFIX) for it in names if it.endswith(_SUFFIX)))

    def changed_ns(self, room: str) -> int:
        """Return the file's stamp, which changes with each write; 0 when there is none."""
        try:
            return self._path(room).stat().st_mtime_ns
        except OSError:
            return 0

    def _as_now(self, live: LiveRoom) -> LiveRoom:
        """Return a room with its stamps by the clock as it stands: an age never shrinks."""
        clock = self._clock
        if clock is None or live.written_s is None or live.boot != self._boot:
            return live
        old_ms = round((clock.boottime_s() - live.written_s) * 1000)
        put_ms = clock.now_ms() - old_ms - live.written_ms
        if abs(put_ms) < STEP_MS:
            return live
        received_ms = None if live.received_ms is None else live.received_ms + put_ms
        return replace(live, written_ms=live.written_ms + put_ms, received_ms=received_ms)

    def _path(self, room: str) -> Path:
        return self._directory / f"{room}{_SUFFIX}"


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
