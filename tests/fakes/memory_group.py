"""A group of real processes with so much memory and no more; the kernel ends one that wants more.

Needs root, and a control group hierarchy of either version that has memory.
"""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.broker import wait_until

OLD = Path("/sys/fs/cgroup/memory")
NEW = Path("/sys/fs/cgroup")
# Takes memory until there is none, 100 MiB a second, so that one victim at a time is enough.
EATER = """\
import time
eaten = []
while True:
    eaten.append(b"x" * 2**20)
    time.sleep(0.01)
"""


class MemoryGroup:
    """Processes started behind `prefix` share so many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        is_old = OLD.is_dir()
        self.folder = (OLD if is_old else NEW) / f"nightroom-test-{os.getpid()}"
        self._limit = "memory.limit_in_bytes" if is_old else "memory.max"
        self._limit_bytes = limit_bytes

    def __enter__(self) -> Self:
        if not OLD.is_dir():
            (NEW / "cgroup.subtree_control").write_text("+memory")
        self.folder.mkdir()
        (self.folder / self._limit).write_text(str(self._limit_bytes))
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        wait_until(lambda: not (self.folder / "cgroup.procs").read_text(), "all have ended", 10)
        self.folder.rmdir()

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return what to put before a command that the kernel is to end first."""
        return self._joining("1000")

    def eat_up(self) -> subprocess.Popen[bytes]:
        """Start a process that takes all there is, and that the kernel ends last."""
        return subprocess.Popen((*self._joining("0"), sys.executable, "-c", EATER))

    def _joining(self, badness: str) -> tuple[str, ...]:
        join = f"echo {badness} >/proc/$$/oom_score_adj && echo $$ >{self.folder}/cgroup.procs"
        return ("sh", "-c", f'{join} && exec "$@"', "in-group")
