"""Progress lines of a child, relayed once each."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from monitor.cli.progress import ProgressLog, ProgressMeter


def test_each_progress_line_is_shown_once_and_half_lines_wait(tmp_path: Path) -> None:
    log, seen = tmp_path / "log", []
    follower = ProgressLog(log, lambda share, words: seen.append((share, words)))
    follower.follow()
    log.write_bytes(b"INFO starting\nprogress 0.25 night one\nprogr")
    follower.follow()
    follower.follow()
    with log.open("ab") as file:
        file.write(b"ess 1.5 \xff\nprogress many\n")
    follower.follow()
    assert seen == [(0.25, "night one"), (1.0, "\ufffd")]


def test_a_terminal_gets_one_bar_drawn_over_and_a_new_line_at_the_end() -> None:
    written: list[tuple[str, bool]] = []
    meter = ProgressMeter(lambda text, nl=True: written.append((text, nl)), terminal=True)
    meter.show(0.5, "night two")
    meter.show(1.0, "done")
    assert written[0][0].startswith("\r[" + "#" * 15 + "." * 15 + "]  50% night two")
    assert [nl for _, nl in written] == [False, True]


def test_what_is_said_between_two_steps_has_a_line_of_its_own() -> None:
    written: list[str] = []
    meter = ProgressMeter(lambda text, nl=True: written.append(text + "\n" * nl), terminal=True)
    meter.aside("before")
    meter.show(0.5, "reading")
    meter.aside("a column is not used")
    meter.show(1.0, "done")
    meter.end()
    bar = r"\r\[[#.]{30}\] +\d+% [a-z ]{40}"
    assert re.fullmatch(rf"before\n{bar}\na column is not used\n{bar}\n", "".join(written))


def test_an_error_on_a_terminal_stands_below_the_bar(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("time,temperature_c\n2026-11-22T22:00Z,warm\n")
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "monitor", "import", str(bad), "--data-dir", str(tmp_path)]
    done = subprocess.run(command, stderr=terminal, check=False, timeout=60)
    os.close(terminal)
    lines = os.read(screen, 10_000).decode().splitlines()
    os.close(screen)
    assert done.returncode == 1
    assert lines[-2].startswith("[###")
    assert lines[-1].startswith("nightroom: ")


def test_elsewhere_a_line_a_quarter_is_enough() -> None:
    written: list[str] = []
    meter = ProgressMeter(written.append, terminal=False)
    for percent in range(101):
        meter.show(percent / 100, "nights")
    assert [text.split("%")[0].strip() for text in written] == ["0", "25", "50", "75", "100"]
