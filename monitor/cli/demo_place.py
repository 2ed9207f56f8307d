"""Where the demo room stands: a zone where it is night now, files, free ports. Small shell."""

import fcntl
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeVar

from monitor.runtime.errors import OperatorError

MARK: Final = ".made-by-nightroom-demo"
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
# The demo's lights go out at 23:00: half past eleven shows a night that has begun.
AIM_MS: Final = 23 * HOUR_MS + 50 * MINUTE_MS
EASTERNMOST_H: Final = 14
PORTS_TRIED: Final = 20
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlace:
    """The demo's folder and what lies in it."""

    root: Path

    @property
    def config(self) -> Path:
        """Return the configuration of all three processes."""
        return self.root / "nightroom.toml"

    @property
    def past_config(self) -> Path:
        """Return the configuration of the sensor daemon that lives through the past."""
        return self.root / "past.toml"

    @property
    def data_dir(self) -> Path:
        """Return where the monitor keeps its databases."""
        return self.root / "data"

    @property
    def runtime_dir(self) -> Path:
        """Return where live files are; on a Pi this is a tmpfs."""
        return self.root / "run"

    @property
    def scratch(self) -> Path:
        """Return where the processes' temporary files go, so that none outlive a kill elsewhere."""
        return self.root / "tmp"

    @property
    def logs(self) -> Path:
        """Return where the processes' output goes."""
        return self.root / "logs"


def night_zone(now_ms: int) -> str:
    """Return a whole-hour zone in which it is between 23:20 and 00:20 now.

    >>> night_zone(9 * HOUR_MS)
    'Etc/GMT+9'
    >>> night_zone(23 * HOUR_MS + 30 * MINUTE_MS)
    'Etc/GMT'
    """
    hours = (AIM_MS - now_ms % DAY_MS + HOUR_MS // 2) // HOUR_MS % 24
    if hours > EASTERNMOST_H:
        hours -= 24
    if hours == 0:
        return "Etc/GMT"
    # Source: the tz database's file etcetera: signs are inverted, east is negative.
    return f"Etc/GMT{-hours:+d}"


def offset_ms(zone: str) -> int:
    """Return how far a zone of night_zone is ahead of UTC.

    >>> offset_ms("Etc/GMT-14") // HOUR_MS
    14
    """
    return -int(zone.removeprefix("Etc/GMT") or 0) * HOUR_MS


def noon_before(now_ms: int, zone: str, days: int) -> int:
    """Return the local noon before which the evening of `days` nights ago lies."""
    local_ms = now_ms + offset_ms(zone)
    noon_ms = (local_ms - DAY_MS // 2) // DAY_MS * DAY_MS + DAY_MS // 2
    return noon_ms - days * DAY_MS - offset_ms(zone)


@contextmanager
def fresh_place(root: Path) -> Iterator[DemoPlace]:
    """Yield an empty place at root, held for as long as the block runs.

    Replaces only what an earlier demo made there, and nothing of one that runs.

    Raises:
        OperatorError: root holds something else, is in use, or cannot be written.
    """
    mark = _in_words(root, lambda: _taken(root))
    with mark:
        yield _in_words(root, lambda: _emptied(root.resolve()))


def _in_words(root: Path, work: Callable[[], Made]) -> Made:
    try:
        os.fsdecode(root).encode()  # the configuration that names it is UTF-8
        return work()
    except (OSError, UnicodeEncodeError) as error:
        why = "its name is not UTF-8" if isinstance(error, UnicodeError) else error.strerror
        shown = os.fsencode(root).decode(errors="replace")
        raise OperatorError(
            f"cannot make the data folder {shown} ({why or error});"
            " name another folder with --data-dir"
        ) from error


def _taken(root: Path) -> IO[bytes]:
    """Return the mark of a demo in root, locked: whoever holds it may replace the rest."""
    mark = root / MARK
    if root.exists() and any(root.iterdir()) and not mark.exists():
        raise OperatorError(
            f"{root} holds files that no demo made; name another folder with --data-dir"
        )
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = mark.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise OperatorError(
            f"another demo is running in {root}; stop it, or name another folder with --data-dir"
        ) from error
    return file


def _emptied(root: Path) -> DemoPlace:
    place = DemoPlace(root=root)
    for old in root.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        elif old.name != MARK:
            old.unlink()
    for folder in (place.data_dir, place.runtime_dir, place.logs, place.scratch):
        folder.mkdir(mode=0o700)
    return place


def free_port(host: str, first: int) -> int:
    """Return the first port from `first` on that nobody listens on.

    Raises:
        OperatorError: none of the next twenty is free.
    """
    for port in range(first, min(first + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OperatorError(
        f"ports {first}-{first + PORTS_TRIED - 1} are all in use; choose one with --port"
    )


def any_free_port(host: str) -> int:
    """Return a port that the kernel says is free now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def toml_text(sections: dict[str, dict[str, object]]) -> str:
    """Return sections of plain values as TOML (JSON's strings and numbers are TOML's too).

    >>> print(toml_text({"web": {"port": 8080, "host": "::1"}}), end="")
    [web]
    port = 8080
    host = "::1"
    """
    lines: list[str] = []
    for name, values in sections.items():
        lines.append(f"[{name}]")
        lines += [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
        ]
    return "\n".join(lines) + "\n"
