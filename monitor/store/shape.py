"""Tells whether a database is made of what its schema version makes, and of nothing else."""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Final, NamedTuple

from monitor.store.database import Schema

# Source: https://www.sqlite.org/lang_analyze.html: tables that ANALYZE leaves; they guide
# searches and keep nobody's rows out.
_OF_ANALYZE: Final = frozenset({"sqlite_stat1", "sqlite_stat4"})


class _Entry(NamedTuple):
    kind: str
    name: str
    table: str
    sql: str


def what_is_wrong(connection: sqlite3.Connection, schema: Schema, version: int) -> str:
    """Return in words what a database has not, or has besides; empty where it fits.

    integrity_check says nothing of this: a trigger, an index or a CHECK that keeps minutes
    out is sound SQL, and what it keeps out would be acknowledged.
    """
    found = _entries(connection)
    if triggers := _names(found, "trigger"):
        return f"triggers, which nightroom never has ({triggers})"
    wanted = _made_by(schema, version)
    if other := _names(wanted - found):
        return f"not the tables of schema {version} ({other})"
    if more := _names(found - wanted):
        return f"what schema {version} has not ({more})"
    return ""


def what_is_not_there(connection: sqlite3.Connection, schema: Schema, version: int) -> str:
    """Return the tables and indexes that a database should have and has not; empty where none."""
    return _names(_made_by(schema, version) - _entries(connection))


def _made_by(schema: Schema, version: int) -> Counter[_Entry]:
    with closing(sqlite3.connect(":memory:")) as ours:
        for step in schema.steps[:version]:
            ours.executescript(step)
        return _entries(ours)


def _names(entries: Counter[_Entry], kind: str = "") -> str:
    # Quoted: whoever wrote the file chose them.
    return ", ".join(sorted({repr(one.name) for one in entries if kind in ("", one.kind)}))


def _entries(connection: sqlite3.Connection) -> Counter[_Entry]:
    """Return all that is in the schema, however its SQL is spaced."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return Counter(
        _Entry(kind, name, table, " ".join((sql or "").split()))
        for kind, name, table, sql in rows
        if kind != "table" or name not in _OF_ANALYZE
    )
