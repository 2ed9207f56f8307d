"""Opens copies of an old database and dies: at the first moment, at the second, and so on.

python -m tests.fakes.killed_upgrade nights|household OLD_FILE FOLDER. A moment is a statement
of SQL begun, or a line of monitor/store/database.py reached. Copy N is FOLDER/N/<name>.
"""

import os
import secrets
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

from monitor.store import database
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_writer import NightsWriter

SOURCE: Final = database.__file__


def main() -> None:
    """Fork once a moment, until one has lived to the end."""
    kind, old, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    moment = 1
    while True:
        path = folder / str(moment) / f"{kind}.db"
        path.parent.mkdir()
        if old.exists():
            shutil.copy(old, path)
        child = os.fork()
        if child == 0:
            die_at(moment)
            open_once(kind, path)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))
        moment += 1


def open_once(kind: str, path: Path) -> NightsWriter | HouseholdWriter:
    """Open a database as its process does at its start."""
    if kind == "nights":
        return NightsWriter.open(path, new_id=lambda: secrets.token_hex(8))
    return HouseholdWriter.open(path)


def die_at(moment: int) -> None:
    """Have this process killed at its n-th moment from now on."""
    left = moment
    connect = sqlite3.connect

    def count(_statement: str = "") -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as given
        connection = connect(*args, **options)
        connection.set_trace_callback(count)
        return connection

    def lines(frame: FrameType, event: str, _arg: object) -> Any:  # noqa: ANN401 - sys.settrace's
        if frame.f_code.co_filename != SOURCE:
            return None
        if event == "line":
            count()
        return lines

    sqlite3.connect = traced
    sys.settrace(lines)


if __name__ == "__main__":
    main()
