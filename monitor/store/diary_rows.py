"""The rows of household.db that people write on nights: tags, notes, deletions."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitor.store.deletion import UNDO_MS
from monitor.store.errors import SettingError
from monitor.store.household_seal import sealing

# Judgement: a label, not a text; a table of nights shows several beside each other.
MAX_TAG_CHARACTERS: Final = 40
MAX_NOTE_CHARACTERS: Final = 2_000
MAX_TAGS_A_NIGHT: Final = 20


class DiaryRows:
    """Writes these rows for many threads, one at a time.

    Any method may raise StoreUnavailableError; nothing of its work is kept then.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, turn: threading.Lock) -> None:
        self._path = path
        self._connection = connection
        self._turn = turn

    def delete(self, room: str, start_ms: int, end_ms: int, *, made_ms: int) -> int:
        """Delete what ended in (start_ms, end_ms] in a room ('': in all); return the deletion_id.

        The monitor takes the minutes out of sight within a second and purges them after
        seven days.

        Raises:
            SettingError: the range is empty.
        """
        if end_ms <= start_ms:
            raise SettingError(
                "there is nothing between these times: choose an end after the start"
            )
        with self._changing() as connection:
            made = connection.execute(
                "INSERT INTO deletions (made_ms, room, start_ms, end_ms) VALUES (?, ?, ?, ?)"
                " RETURNING deletion_id",
                (made_ms, room, start_ms, end_ms),
            )
            return int(made.fetchone()[0])

    def undo_deletion(self, deletion_id: int, *, undone_ms: int) -> bool:
        """Take a deletion back; False where it is unknown, undone already or seven days old."""
        with self._changing() as connection:
            done = connection.execute(
                "UPDATE deletions SET undone_ms = ?1"
                " WHERE deletion_id = ?2 AND undone_ms IS NULL AND made_ms > ?1 - ?3",
                (undone_ms, deletion_id, UNDO_MS),
            )
        return done.rowcount == 1

    def tag(self, room: str, night: str, tags: Iterable[str], *, made_ms: int) -> None:
        """Give a night (YYYY-MM-DD) these tags in place of those it had.

        Raises:
            SettingError: too many tags, or one that is empty or too long.
        """
        kept = tuple(dict.fromkeys(" ".join(one.split()) for one in tags))
        if len(kept) > MAX_TAGS_A_NIGHT:
            raise SettingError(f"a night has at most {MAX_TAGS_A_NIGHT} tags, not {len(kept)}")
        for one in kept:
            if not 0 < len(one) <= MAX_TAG_CHARACTERS:
                raise SettingError(
                    f"a tag has 1 to {MAX_TAG_CHARACTERS} characters, not {len(one)}: {one[:60]!r}"
                )
        with self._changing() as connection:
            connection.execute("DELETE FROM night_tags WHERE room = ? AND night = ?", (room, night))
            connection.executemany(
                "INSERT INTO night_tags (room, night, tag, made_ms) VALUES (?, ?, ?, ?)",
                [(room, night, one, made_ms) for one in kept],
            )

    def note(self, room: str, night: str, note: str, *, made_ms: int) -> None:
        """Keep words on a night (YYYY-MM-DD) in place of earlier ones; '' removes them.

        Raises:
            SettingError: they are too many.
        """
        kept = note.strip()
        if len(kept) > MAX_NOTE_CHARACTERS:
            raise SettingError(
                f"a note has at most {MAX_NOTE_CHARACTERS} characters, not {len(kept)}"
            )
        with self._changing() as connection:
            if kept:
                connection.execute(
                    "INSERT OR REPLACE INTO night_notes (room, night, note, made_ms)"
                    " VALUES (?, ?, ?, ?)",
                    (room, night, kept, made_ms),
                )
            else:
                connection.execute(
                    "DELETE FROM night_notes WHERE room = ? AND night = ?", (room, night)
                )

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, sealing(self._connection, self._path):
            yield self._connection
