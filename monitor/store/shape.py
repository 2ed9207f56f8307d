"""Tells whether a database has the tables that its schema version promises, and no triggers."""

import sqlite3
from contextlib import closing
from typing import Final

from monitor.store.database import Schema

# Source: https://www.sqlite.org/pragma.html, the pragma table_xinfo.
_COLUMNS: Final = 'SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)'
_OBJECTS: Final = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'"

Columns = tuple[tuple[str | int, ...], ...]


def what_is_wrong(connection: sqlite3.Connection, schema: Schema, version: int) -> str:
    """Return in words what a database has not, or has besides; empty where it fits.

    integrity_check says nothing of this: a trigger that deletes what is stored is sound SQL.
    """
    triggers = [name for kind, name in connection.execute(_OBJECTS).fetchall() if kind == "trigger"]
    if triggers:
        return f"triggers, which nightroom never has ({', '.join(map(repr, triggers))})"
    with closing(sqlite3.connect(":memory:")) as ours:
        for step in schema.steps[:version]:
            ours.executescript(step)
        wanted = _tables(ours)
    found = _tables(connection)
    other = [name for name, columns in wanted.items() if found.get(name) != columns]
    return f"not the tables of schema {version} ({', '.join(other)})" if other else ""


def _tables(connection: sqlite3.Connection) -> dict[str, Columns]:
    names = [name for kind, name in connection.execute(_OBJECTS).fetchall() if kind == "table"]
    return {name: tuple(connection.execute(_COLUMNS, (name,)).fetchall()) for name in names}
