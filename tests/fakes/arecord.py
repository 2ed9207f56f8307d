"""Stand-ins for the arecord program: small scripts that a test writes and runs."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from monitor.runtime.clock import RealClock

PREAMBLE = """\
import fcntl, os, signal, struct, sys, termios, time

def play(seconds, left=1000, right=0, period=4800):
    one = struct.pack("<4i", left << 8, right << 8, -left << 8, -right << 8) * (period // 2)
    for _ in range(round(seconds * 48000 / period)):
        os.write(1, one)

def until_read():
    while any(fcntl.ioctl(1, termios.FIONREAD, bytes(4))):
        time.sleep(0.001)

def say(text):
    os.write(2, text.encode() + b"\\n")

"""


def fake_arecord(directory: Path, body: str) -> tuple[str, ...]:
    """Return the program that runs body after PREAMBLE; it gets arecord's options."""
    script = directory / "arecord.py"
    script.write_text(PREAMBLE + dedent(body), encoding="utf-8")
    return (sys.executable, "-S", "-E", str(script))


def eventually(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Ask until condition holds; for what another process or thread brings about."""
    clock = RealClock()
    end_s = clock.monotonic_s() + within_s
    while not condition():
        if clock.monotonic_s() > end_s:
            return False
        clock.wait(0.01)
    return True
