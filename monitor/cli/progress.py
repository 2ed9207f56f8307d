"""Shows progress: what a child says in its log as `progress 0.35 words`, as a bar for people."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from monitor.cli.telling import tell_aside

BAR_CELLS: Final = 30
STEPS: Final = 4
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


class ProgressMeter:
    """Draws one bar in a terminal; elsewhere writes a line a quarter.

    Args:
        write: receives text with `nl` as click.echo takes it.
        terminal: whether a line can be drawn over.
    """

    def __init__(self, write: Callable[..., None], *, terminal: bool) -> None:
        self._write = write
        self._terminal = terminal
        self._step = -1
        self._is_begun = False

    def show(self, share: float, words: str) -> None:
        """Show a share done (0-1) and what is being done."""
        if self._terminal:
            cells = round(share * BAR_CELLS)
            bar = "#" * cells + "." * (BAR_CELLS - cells)
            self._is_begun = share < 1
            self._write(f"\r[{bar}] {share:4.0%} {words:<40.40}", nl=not self._is_begun)
        elif int(share * STEPS) > self._step:
            self._step = int(share * STEPS)
            self._write(f"{share:4.0%} {words}")

    def end(self) -> None:
        """End the bar's line, wherever it stands: what is said next has a line of its own."""
        if self._is_begun:
            self._is_begun = False
            self._write("")

    def aside(self, text: str) -> None:
        """Say something between two steps."""
        self.end()
        self._write(text)


def progress() -> ProgressMeter:
    """Return a bar on stderr, so that stdout stays the result's; it ends with its command."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    meter = ProgressMeter(write=tell_aside, terminal=is_terminal)
    click.get_current_context().call_on_close(meter.end)
    return meter
