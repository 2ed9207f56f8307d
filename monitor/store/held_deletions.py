"""Which deletions can still be taken back, as the monitor tells: it has not purged them yet."""

from contextlib import closing
from pathlib import Path

from monitor.store.database import open_reader
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Key
from monitor.store.errors import StoreError
from monitor.store.nights_db import NIGHTS_FILE, nights_schema


def held_keys(folder: Path) -> frozenset[Key]:
    """Return the keys of what nights.db in a folder holds; nothing where it cannot be read.

    The wall clock alone does not tell: a deletion may have been made before the time was found.
    """
    path = folder / NIGHTS_FILE
    try:
        with closing(open_reader(path, nights_schema())) as connection:
            known = DeletedMinutes(path, connection).known()
    except StoreError:
        return frozenset()
    return frozenset(
        one.key for one, purged_ms in known.items() if one.undone_ms is None and purged_ms is None
    )
