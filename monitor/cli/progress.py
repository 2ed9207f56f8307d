"""Relays a child's progress lines from its log to a terminal: `progress 0.35 words`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r"progress (\d+(?:\.\d+)?) ?(.*)")


class ProgressLog:
    """Follows a growing log file.

    Args:
        log: the file; it need not exist yet.
        show: receives (share done 0-1, words) of each new progress line.
    """

    def __init__(self, log: Path, show: Callable[[float, str], None]) -> None:
        self._log = log
        self._show = show
        self._offset = 0
        self._rest = b""

    def follow(self) -> None:
        """Show what has been added since the last call; a half line waits."""
        if not self._log.exists():
            return
        with self._log.open("rb") as file:
            file.seek(self._offset)
            added = file.read()
        self._offset += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        for text in lines:
            found = _LINE.fullmatch(text.decode(errors="replace").strip())
            if found:
                self._show(min(1.0, float(found[1])), found[2])
