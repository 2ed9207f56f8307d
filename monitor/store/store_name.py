"""The name of a store, by which a sensor tells it from the one that was there before."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from monitor.store.database import Transaction


def named(connection: sqlite3.Connection, path: Path, new_id: Callable[[], str]) -> str:
    """Return a store's name (16 hex digits), given to it where it has none or a damaged one.

    One changed byte, and every sensor would refuse what the store acknowledges; by another
    name it is another store, which they adopt, and send what it lacks. So does a position
    below nothing stand for nothing.
    """
    with Transaction(connection, path):
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('store_id', ?)", (new_id(),))
        connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'store_id'"
            " AND (length(value) <> 16 OR value GLOB '*[^0-9a-f]*')",
            (new_id(),),
        )
        connection.execute("UPDATE streams SET stored_seq = 0 WHERE stored_seq < 0")
        row = connection.execute("SELECT value FROM meta WHERE key = 'store_id'").fetchone()
    return str(row[0])
