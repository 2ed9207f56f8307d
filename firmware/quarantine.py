"""Files that are not the journal's own are moved aside: evidence, never read again."""

from pathlib import Path
from typing import Final

from firmware.disk import Disk, past_bad_spots

SUFFIX: Final = ".bad"
# judgement: evidence for two months of segments, and then no more.
MAX_FILES: Final = 64


def set_aside(disk: Disk, directory: Path, names: list[str]) -> list[str]:
    """Rename the files, keep MAX_FILES of all such at most, and return a finding for each.

    One on a bad spot that cannot be renamed stays where it is, and nobody waits for it.
    """
    moved = []
    for name in names:
        with past_bad_spots():
            disk.rename(directory / name, directory / (name + SUFFIX))
            moved.append(name)
    if names:
        kept = [name for name in disk.names(directory) if name.endswith(SUFFIX)]
        for name in kept[MAX_FILES:]:
            with past_bad_spots():
                disk.remove(directory / name)
    return [f"set_aside={name}{SUFFIX}" for name in moved]


def without_suffix(names: list[str]) -> list[str]:
    """Return the names that those which were moved aside had before."""
    return [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]
