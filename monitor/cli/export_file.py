"""The file that `nightroom export --to` writes: whole, or as it was."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from monitor.runtime.errors import OperatorError


@contextmanager
def export_file(target: Path, data_dir: Path) -> Iterator[TextIO]:
    """Open a file to export into; what is there stays until the export is whole.

    Raises:
        OperatorError: it cannot be written, or it lies among the store's own files.
    """
    if target.parent.resolve() == data_dir.resolve():
        raise OperatorError(f"{target} would lie among the store's own files: choose another place")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device keeps nothing
            with target.open("w", encoding="utf-8", newline="") as file:
                yield file
            return
        unfinished = target.with_name(f".{target.name}.unfinished")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise OperatorError(f"cannot write {target}: {error.strerror or error}") from error
