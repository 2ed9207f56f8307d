"""Restores a backup into copies of a data folder and dies: at the first line, the second, ...

python -m tests.fakes.killed_restore ARCHIVE DATA FOLDER. Lines are those of
monitor/store/restore.py from where it begins to replace, and of left_file.py. Copy N is FOLDER/N.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from monitor.store import left_file, restore
from monitor.store.archive import UNPACKED_BYTES
from tests.fakes.stored import EVENING_MS

REPLACING_LINE = restore._is_whole.__code__.co_firstlineno


def main() -> None:
    """Fork once a line, until one has lived to the end."""
    archive, data, folder = map(Path, sys.argv[1:4])
    moment = 1
    while True:
        copy = folder / str(moment)
        shutil.copytree(data, copy)
        child = os.fork()
        if child == 0:
            die_at(moment)
            restore_once(archive, copy)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))
        moment += 1


def restore_once(archive: Path, data: Path) -> None:
    """Restore as the command does."""
    restore.restore_backup(
        archive, data, up_to_bytes=UNPACKED_BYTES, now_ms=EVENING_MS, show=lambda *_: None
    )


def die_at(moment: int) -> None:
    """Have this process killed at its n-th line from now on."""
    left = moment

    def lines(frame: FrameType, event: str, _arg: object) -> Any:  # noqa: ANN401 - sys.settrace's
        nonlocal left
        is_replacing = frame.f_code.co_firstlineno >= REPLACING_LINE
        if frame.f_code.co_filename != left_file.__file__ and not (
            frame.f_code.co_filename == restore.__file__ and is_replacing
        ):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return lines

    sys.settrace(lines)


if __name__ == "__main__":
    main()
