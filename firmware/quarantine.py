"""Files that are not the journal's own are moved aside: evidence, never read again."""

import errno
from contextlib import suppress
from pathlib import Path
from typing import Final

from firmware.disk import Disk, past_bad_spots

SUFFIX: Final = ".bad"
# judgement: evidence for two months of segments, and then no more.
MAX_FILES: Final = 64
# Source: rename(2): a folder takes the place of an empty one only, and no file that of any.
IS_TAKEN: Final = (errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EEXIST)


def set_aside(disk: Disk, directory: Path, names: list[str]) -> list[str]:
    """Rename the files, keep MAX_FILES of all such at most, and return a finding for each.

    One on a bad spot that cannot be renamed stays where it is, and nobody waits for it.
    """
    moved = []
    for name in names:
        with past_bad_spots():
            moved.append(_moved(disk, directory, name))
    if names:
        kept = [name for name in disk.names(directory) if name.endswith(SUFFIX)]
        for name in kept[MAX_FILES:]:
            with past_bad_spots(), suppress(IsADirectoryError):  # whose content nobody knows
                disk.remove(directory / name)
    return [f"set_aside={name}" for name in moved]


def folders_aside(disk: Disk, directory: Path, error: OSError) -> list[str]:
    """Set aside what an error tells of, where it is a folder in the place of a file.

    Returns:
        A finding for each, none where the error is another.

    Raises:
        OSError: the disk refused.
    """
    if not isinstance(error, IsADirectoryError):
        return []
    paths = [Path(path) for path in (error.filename, error.filename2) if path is not None]
    names = [path.name for path in paths if path.parent == directory]
    return set_aside(
        disk, directory, [name for name in names if _is_folder(disk, directory / name)]
    )


def without_suffix(names: list[str]) -> list[str]:
    """Return the names that those which were moved aside had before."""
    return [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]


def _moved(disk: Disk, directory: Path, name: str) -> str:
    """Rename a file and return its new name: what was set aside before gives way to a file.

    A folder on either side gives way to nothing.
    """
    for number in range(1, MAX_FILES + 1):
        target = f"{name}{SUFFIX}" if number == 1 else f"{name}.{number}{SUFFIX}"
        try:
            disk.rename(directory / name, directory / target)
        except OSError as error:
            if error.errno not in IS_TAKEN or number == MAX_FILES:
                raise
        else:
            return target
    raise AssertionError


def _is_folder(disk: Disk, path: Path) -> bool:
    try:
        disk.read(path, 0, 1)
    except IsADirectoryError:
        return True
    except OSError:
        return False
    return False
