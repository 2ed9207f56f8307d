"""Runs the product's processes as children, as a supervisor would."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.runtime.service import die_with_parent

STOP_WITHIN_S: Final = 2.5
RESTART_AFTER_S: Final = 1.0
EXIT_CONFIGURATION: Final = 2
TAIL_LINES: Final = 5
# Source: mallopt(3), M_ARENA_MAX: a thread gets a heap of its own otherwise, up to eight a
# core, and none of them gives memory back. One is enough where Python lets one thread run at
# a time; the services set the same. And each thread puts freed blocks aside for itself, seven
# of every size up to 1 KiB, whichever thread made them: 0.2 MiB a thread that answers pages.
LEAN: Final = {
    "MALLOC_ARENA_MAX": "1",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One child: its name for people and its argument list."""

    name: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class _Child:
    command: Command
    process: subprocess.Popen[bytes]
    died_s: float | None = None


@dataclass(slots=True)
class Processes:
    """Children in their start order; a child that dies is started again, stop is in reverse.

    Args:
        log_dir: where each child's stdout and stderr go, one file a name.
        environment: of every child.
        clock: for restarts and for the bound on stopping.
        tell: receives one line for people a state change.
    """

    log_dir: Path
    environment: Mapping[str, str]
    clock: Clock
    tell: Callable[[str], None]
    _children: list[_Child] = field(default_factory=list)

    def start(self, command: Command) -> None:
        """Start a child; it is ended with this process, however this process ends."""
        self._children.append(_Child(command, self._spawn(command)))

    def run(self, command: Command, while_running: Callable[[], None]) -> None:
        """Run a child to its end, calling while_running all the time.

        Raises:
            OperatorError: it failed; the text has its last words.
        """
        child = _Child(command, self._spawn(command))
        self._children.append(child)
        try:
            while child.process.poll() is None:
                while_running()
        finally:
            if child.process.poll() is not None:
                self._children.remove(child)
        if child.process.returncode == EXIT_CONFIGURATION:
            raise OperatorError(self._tail(command.name, 1)[0])
        if child.process.returncode != 0:
            raise OperatorError(self._last_words(child))

    def check(self) -> None:
        """Start again what has died.

        Raises:
            OperatorError: a child's configuration is wrong; starting it again cannot help.
        """
        now_s = self.clock.monotonic_s()
        for child in self._children:
            code = child.process.poll()
            if code is None:
                continue
            if code == EXIT_CONFIGURATION:
                raise OperatorError(self._last_words(child))
            if child.died_s is None:
                child.died_s = now_s
                self.tell(f"{self._last_words(child)}\n  starting it again")
            elif now_s - child.died_s >= RESTART_AFTER_S:
                child.process, child.died_s = self._spawn(child.command), None

    def stop(self) -> None:
        """Stop all children, last started first, within STOP_WITHIN_S altogether."""
        until_s = self.clock.monotonic_s() + STOP_WITHIN_S
        for child in reversed(self._children):
            child.process.terminate()
            left_s = max(0.1, (until_s - self.clock.monotonic_s()) / 2)
            try:
                child.process.wait(left_s)
            except subprocess.TimeoutExpired:
                self.tell(f"{child.command.name} did not stop in time; ending it")
                child.process.kill()
                child.process.wait()
        self._children.clear()

    def log_file(self, name: str) -> Path:
        """Return where a child's output goes."""
        return self.log_dir / f"{name}.log"

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with self.log_file(command.name).open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own commands only
                command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self.environment),
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - no threads before the children
            )

    def _last_words(self, child: _Child) -> str:
        name = child.command.name
        ended = f"{name} ended with code {child.process.returncode} (log: {self.log_file(name)})"
        return "\n  ".join([ended, *self._tail(name, TAIL_LINES)])

    def _tail(self, name: str, lines: int) -> list[str]:
        text = self.log_file(name).read_text(encoding="utf-8", errors="replace")
        return text.splitlines()[-lines:] or ["(it said nothing)"]


def python_module(name: str, module: str, *arguments: str) -> Command:
    """Return the command that runs one of our packages with this interpreter."""
    return Command(name=name, arguments=(sys.executable, "-m", module, *arguments))
