"""Rows in a nights.db of an earlier schema: the writer of now asks for tables of later."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from monitor.contract.record import Record
from monitor.store.recall import DAY_MS
from monitor.store.rows import RECORD_COLUMNS, pack
from tests.fakes.stored import DEVICE


def put_plainly(path: Path, records: Sequence[Record], room: str = "bedroom") -> None:
    """Put the records of one stream, which begin with 1, into a file of any schema, as room 1."""
    stream, count = records[0].stream, len(records)
    cells = [(1, 1, *pack(one)) for one in records]
    days = {(1, one.minute.end_ms // DAY_MS) for one in records}
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO rooms VALUES (1, ?)", (room,))
        raw.execute(
            "INSERT INTO streams VALUES (1, ?, ?, 1, ?, ?, 0)", (stream, DEVICE, count, count)
        )
        raw.executemany(
            f"INSERT INTO minutes (room_id, stream_id, {RECORD_COLUMNS})"  # noqa: S608 - constants
            f" VALUES (?{', ?' * (len(cells[0]) - 1)})",
            cells,
        )
        raw.executemany("INSERT INTO unscored_days VALUES (?, ?)", sorted(days))
        raw.commit()
