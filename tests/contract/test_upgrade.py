"""F19: a kill at each statement of each schema upgrade of both databases loses nothing."""

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.store.database import Schema, open_writer
from monitor.store.household_db import household_schema
from monitor.store.household_seal import require_sealed
from monitor.store.nights_db import nights_schema
from monitor.store.nights_writer import NightsWriter
from tests.fakes.killed_upgrade import open_once
from tests.fakes.older_store import put_plainly
from tests.fakes.stored import event, minute, record, score

Rows = dict[str, list[tuple[Any, ...]]]
SCHEMAS = {"nights": nights_schema(), "household": household_schema()}
# From 1 on every step of an upgrade is met; the other beginnings are met at length.
UPGRADES = [
    pytest.param(kind, version, marks=[] if version == 1 else pytest.mark.soak)
    for kind, schema in SCHEMAS.items()
    for version in range(schema.version)
]


@pytest.fixture
def memory() -> Iterator[Path]:
    """Return a folder in memory: a kill leaves the same there, and no disk is waited for."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def of_version(kind: str, version: int) -> Schema:
    return replace(SCHEMAS[kind], steps=SCHEMAS[kind].steps[:version])


def make_nights(path: Path, version: int) -> None:
    schema = of_version("nights", version)
    NightsWriter.open(path, new_id=lambda: "7" * 16, schema=schema).close()
    records = [
        record(seq, minute=minute(1_800_000_000_000 + 60_000 * seq, events=(event(),)))
        for seq in range(1, 40)
    ]
    put_plainly(path, records)
    with closing(NightsWriter.open(path, new_id=lambda: "7" * 16, schema=schema)) as writer:
        writer.save_night("bedroom", score(), inputs_hash="0" * 32, computed_ms=5)
        if version > 1:
            writer.alerts().keep(states={"bedroom": "{}"}, anchor="1")
    with closing(sqlite3.connect(path)) as raw:  # the writer's own asks for tables of later
        raw.execute(
            "INSERT INTO gaps (stream_id, first_seq, last_seq, room_id) VALUES (1, 40, 45, 1)"
        )
        raw.execute("UPDATE streams SET stored_seq = 45, lost = 6")
        raw.commit()


def make_household(path: Path, version: int) -> None:
    """Write as that version did."""
    with closing(open_writer(path, of_version("household", version))) as raw:
        raw.execute("INSERT INTO settings VALUES (1, 1, '', 'lamp', '\"candle\"')")
        raw.execute(
            "INSERT INTO corrections VALUES (1, 3, 'bedroom', '2026-11-22', '{\"get_up_ms\":9}')"
        )
        if version >= 3:
            raw.execute("INSERT INTO marks VALUES (1, 'm', 5, 'bedroom', 4, 'awake', '')")
        if version >= 4:
            raw.execute("INSERT INTO requests VALUES (1, 6, 'test', '')")
        if version >= 6:
            require_sealed(raw, path)


def rows_of(path: Path, like: Rows | None = None) -> Rows:
    """Return every row of every table, or of the tables and columns of an earlier look."""
    with closing(sqlite3.connect(path)) as connection:
        if like is None:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name: list(_columns(connection, name)) for (name,) in names}
        else:
            tables = {name: list(columns[0]) for name, columns in like.items()}
        return {
            name: [
                tuple(columns),
                *sorted(connection.execute(f"SELECT {', '.join(columns)} FROM {name}"), key=repr),  # noqa: S608 - of the schema
            ]
            for name, columns in tables.items()
        }


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


@pytest.mark.parametrize(("kind", "version"), UPGRADES)
def test_a_kill_at_any_statement_of_an_upgrade_loses_nothing_and_the_next_start_finishes(
    kind: str, version: int, memory: Path
) -> None:
    old, folder = memory / "old" / f"{kind}.db", memory / "killed"
    old.parent.mkdir()
    folder.mkdir()
    if version:
        (make_nights if kind == "nights" else make_household)(old, version)
    before = rows_of(old) if version else {}

    command = [sys.executable, "-m", "tests.fakes.killed_upgrade", kind, str(old), str(folder)]
    subprocess.run(command, check=True)

    killed = sorted(folder.iterdir(), key=lambda one: int(one.name))
    newest = SCHEMAS[kind].version
    assert len(killed) > 10 * (newest - version)
    seen = set()
    for one in killed:
        path = one / f"{kind}.db"
        seen.add(version_of(path))
        open_once(kind, path).close()
        assert version_of(path) == newest
        assert rows_of(path, before) == before
        assert not list(one.glob("*.bad-*"))
        if version:
            backup = path.with_name(f"{kind}.db.schema{version}.backup")
            assert rows_of(backup) == before
    assert seen == {*range(version, newest + 1)}


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
