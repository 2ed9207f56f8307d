"""A crash leaves no memory behind."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

FORBID = "from firmware.core_dumps import forbid_core_dumps; forbid_core_dumps();"
ABORT = "import os; os.abort()"
LIMITS = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"


@pytest.fixture(autouse=True)
def _allowed() -> object:
    """Allow core dumps, as far as this machine does, so that forbidding is seen."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError:
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(
        resource.RLIMIT_CORE, (before[0], resource.getrlimit(resource.RLIMIT_CORE)[1])
    )


def left_a_core(code: str, directory: Path) -> bool:
    """Run code that crashes; tell whether its status says that memory was dumped."""
    code = f"import os; os.chdir({str(directory)!r}); {code}"
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    assert not left_a_core(FORBID + ABORT, tmp_path)
    assert not list(tmp_path.iterdir())


def test_neither_does_what_it_starts(tmp_path: Path) -> None:
    become_another = f"import os, sys; os.execv(sys.executable, [sys.executable, '-c', {ABORT!r}])"
    assert not left_a_core(FORBID + become_another, tmp_path)
    assert not list(tmp_path.iterdir())


def test_even_a_crash_handler_gets_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", FORBID + LIMITS], capture_output=True, check=True)
    # At a limit of exactly 1 the kernel opens no pipe to a handler; 0 is a machine's own ban.
    assert done.stdout.strip() in (b"(1, 1)", b"(0, 0)")


def test_a_ban_that_is_there_already_stays(tmp_path: Path) -> None:
    ban = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
    done = subprocess.run(
        [sys.executable, "-c", ban + FORBID + LIMITS], capture_output=True, cwd=tmp_path, check=True
    )
    assert done.stdout.strip() == b"(0, 0)"
