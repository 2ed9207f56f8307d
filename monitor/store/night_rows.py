"""A judged night into its rows, in a transaction of the caller's: an outline, and all of it."""

import sqlite3
from datetime import date
from typing import Final

from monitor.score.result import NightScore
from monitor.store.nights_db import outline_of, sealed

EPOCH: Final = date(1970, 1, 1)


def save(
    connection: sqlite3.Connection,
    room_id: int,
    score: NightScore,
    *,
    inputs_hash: str,
    computed_ms: int,
) -> None:
    """Keep a judgement in place of an earlier one of the same night."""
    night_id = connection.execute(
        "INSERT INTO nights (room_id, night, rating, score_model_version, inputs_hash,"
        " computed_ms, outline) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (room_id, night) DO UPDATE SET rating = excluded.rating,"
        " score_model_version = excluded.score_model_version,"
        " inputs_hash = excluded.inputs_hash, computed_ms = excluded.computed_ms,"
        " outline = excluded.outline RETURNING night_id",
        (
            room_id,
            score.window.night,
            score.rating,
            score.score_model_version,
            inputs_hash,
            computed_ms,
            sealed(outline_of(score)),
        ),
    ).fetchone()[0]
    connection.execute(
        "INSERT INTO night_scores VALUES (?, ?)"
        " ON CONFLICT (night_id) DO UPDATE SET score = excluded.score",
        (night_id, sealed(score)),
    )


def drop(connection: sqlite3.Connection, room: str, night: str) -> bool:
    """Forget a judgement; return whether there was one.

    The night's two days are noted, so that whoever runs next judges it.
    """
    gone = connection.execute(
        "DELETE FROM nights WHERE night = ? AND room_id ="
        " (SELECT room_id FROM rooms WHERE room = ?) RETURNING room_id",
        (night, room),
    ).fetchall()
    day = (date.fromisoformat(night) - EPOCH).days
    connection.executemany(
        "INSERT OR IGNORE INTO unscored_days VALUES (?, ?)",
        [(room_id, one) for (room_id,) in gone for one in (day, day + 1)],
    )
    return bool(gone)
