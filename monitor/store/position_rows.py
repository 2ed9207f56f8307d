"""How far a stream is stored: the position on its row, and what follows it without a break.

The row is written once an hour and not once a minute, which spares a card 1.5 MB a day: the
minutes themselves tell the rest, and are durable before anything is acknowledged.
"""

import sqlite3
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

# Judgement: as many as a batch has; the walk behind the row stays this short.
EVERY: Final = 60
_BEHIND: Final = (
    "FROM minutes WHERE minutes.stream_id = streams.stream_id"
    f" AND seq > stored_seq AND seq <= stored_seq + {EVERY}"
)
# Counted and not walked: each live message asks four times, and no row leaves SQLite.
_POSITIONS: Final = (
    f"SELECT stream_id, stored_seq, (SELECT count(*) {_BEHIND}),"  # noqa: S608 - constants
    f" (SELECT seq {_BEHIND} ORDER BY seq DESC LIMIT 1) FROM streams"
)
_OF_STREAM: Final = f"{_POSITIONS} WHERE stream = ?"
_OF_ID: Final = f"{_POSITIONS} WHERE stream_id = ?"


class Position(NamedTuple):
    """Of one stream: the position on its row, and how far the minutes behind it reach.

    newest: the highest seq among the next EVERY behind the row; above reached if there is a
    hole between, which salvage leaves.
    """

    stream_id: int
    written: int
    reached: int
    newest: int


def position_of(connection: sqlite3.Connection, stream: str) -> Position | None:
    """Return the position of a stream by its name, None if it is not known."""
    row = connection.execute(_OF_STREAM, (stream,)).fetchone()
    return None if row is None else _told(connection, row)


def position(connection: sqlite3.Connection, stream_id: int) -> Position:
    """Return the position of a stream that is known."""
    return _told(connection, connection.execute(_OF_ID, (stream_id,)).fetchone())


def positions(connection: sqlite3.Connection) -> Iterator[Position]:
    """Yield the position of every stream."""
    for row in connection.execute(_POSITIONS).fetchall():
        yield _told(connection, row)


def settle(connection: sqlite3.Connection, among: Container[int] | None = None) -> None:
    """Write every position that its minutes tell onto its row, before minutes go away.

    among: ids of the streams they go from; a stream whose minutes are just being added would
    have them counted twice.
    """
    for one in positions(connection):
        if one.reached > one.written and (among is None or one.stream_id in among):
            connection.execute(
                "UPDATE streams SET stored_seq = ?, records = records + ? WHERE stream_id = ?",
                (one.reached, one.reached - one.written, one.stream_id),
            )


def move_up(connection: sqlite3.Connection, stream_id: int) -> None:
    """Write onto a stream's row how far its minutes reach, all of them counted before."""
    while (one := position(connection, stream_id)).reached > one.written:
        connection.execute(
            "UPDATE streams SET stored_seq = ? WHERE stream_id = ?", (one.reached, stream_id)
        )


def move_all_up(connection: sqlite3.Connection) -> None:
    """Write onto every row how far the minutes reach, where all of them are counted."""
    for one in positions(connection):
        if one.reached > one.written:
            move_up(connection, one.stream_id)


def _told(connection: sqlite3.Connection, row: tuple[int, int, int, int | None]) -> Position:
    stream_id, written, count, newest = row
    if newest is None:
        return Position(stream_id, written, written, written)
    if newest == written + count:
        return Position(stream_id, written, newest, newest)
    return Position(stream_id, written, _walked(connection, stream_id, written), newest)


def _walked(connection: sqlite3.Connection, stream_id: int, written: int) -> int:
    """Return the end of the unbroken run behind a row where not all of them are one."""
    reached = written
    for (seq,) in connection.execute(
        "SELECT seq FROM minutes WHERE stream_id = ? AND seq > ? AND seq <= ? ORDER BY seq",
        (stream_id, written, written + EVERY),
    ):
        if seq != reached + 1:
            break
        reached = seq
    return reached
