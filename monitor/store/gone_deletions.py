"""Which deletions can no longer be taken back, as the monitor tells: it has purged them."""

from contextlib import closing
from pathlib import Path

from monitor.store.database import open_reader
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Key
from monitor.store.errors import StoreError
from monitor.store.nights_db import NIGHTS_FILE, nights_schema


def gone_keys(folder: Path) -> frozenset[Key] | None:
    """Return the keys of what nights.db in a folder has purged; None where it cannot be read.

    The wall clock alone does not tell: a deletion may have been made before the time was found,
    and one that the monitor has not heard of is not purged.
    """
    path = folder / NIGHTS_FILE
    try:
        with closing(open_reader(path, nights_schema())) as connection:
            known = DeletedMinutes(path, connection).known()
    except StoreError:
        return None
    return frozenset(one.key for one, purged_ms in known.items() if purged_ms is not None)
