"""`nightroom score` as a process: pipes, a full disk, Ctrl-C in the middle."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from tests.fakes.series import csv_text

# What starts the tests may have told its children to ignore Ctrl-C, as a shell does with "&".
COMMAND = ("env", "--default-signal=INT", sys.executable, "-m", "monitor", "score")
TEXT = csv_text({"temperature_c": lambda _: 18.0}, step_s=600, rows=60)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    os.mkfifo(path)
    return path


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*COMMAND, *map(str, arguments)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_rows_may_come_through_a_pipe(pipe: Path) -> None:
    child = started(pipe, "--json")
    pipe.write_text(TEXT)  # returns once the child has opened it
    stdout, stderr = child.communicate(timeout=60)
    assert (child.returncode, stderr) == (0, "")
    assert [night["window"]["night"] for night in json.loads(stdout)] == ["2026-11-22"]


def test_ctrl_c_in_the_middle_of_a_file_ends_with_130_and_no_traceback(pipe: Path) -> None:
    clock = RealClock()
    with started(pipe) as child, pipe.open("wb", buffering=0) as rows:
        rows.write(TEXT.encode())
        child.send_signal(signal.SIGINT)
        # Python hears a signal that comes just before it reads only once there is more to read:
        # empty lines, so that nothing else can end it.
        with suppress(BrokenPipeError):
            until_s = clock.monotonic_s() + 60
            while child.poll() is None and clock.monotonic_s() < until_s:
                rows.write(b"\n")
                clock.wait(0.01)
        stdout, stderr = child.communicate(timeout=60)
    assert (child.returncode, stdout, stderr) == (130, "", "Interrupted.\n")


def test_a_full_disk_below_the_output_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(TEXT)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            (*COMMAND, str(path)), stdout=full, stderr=subprocess.PIPE, text=True,
            check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "nightroom: cannot write: no space left; free some and retry\n"
