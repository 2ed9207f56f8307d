"""The file that `nightroom export --to` writes: whole, or as it was."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from monitor.runtime.errors import OperatorError
from monitor.store.schemas import schemas


@contextmanager
def export_file(target: Path, data_dir: Path) -> Iterator[TextIO]:
    """Open a file to export into; what is there stays until the export is whole.

    Args:
        target: the file.
        data_dir: where the exported store is; another one may be in use elsewhere.

    Raises:
        OperatorError: it cannot be written, or it lies among the store's own files.
    """
    folder = target.parent.resolve()
    if (
        folder == data_dir.resolve()
        or target.name.startswith(tuple(schemas()))
        or any((folder / name).exists() for name in schemas())
    ):
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
