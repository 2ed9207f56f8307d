"""The rows of household.db that people write on nights: tags, notes, words, deletions."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from monitor.store.database import InWords, empty_log
from monitor.store.deletion import Deletion
from monitor.store.errors import SettingError
from monitor.store.gone_deletions import gone_keys
from monitor.store.hidden_words import HIDDEN, WORDS, deletions, erase, hide, show
from monitor.store.household_seal import Seal
from monitor.store.plain_text import plain_text

# Judgement: a label, not a text; a table of nights shows several beside each other.
MAX_TAG_CHARACTERS: Final = 40
MAX_NOTE_CHARACTERS: Final = 2_000
MAX_TAGS_A_NIGHT: Final = 20
MAX_MARK_CHARACTERS: Final = 200  # judgement: a sentence, not a diary


class DiaryRows:
    """Writes these rows for many threads, one at a time.

    Any method may raise StoreUnavailableError; nothing of its work is kept then.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, turn: threading.Lock, seal: Seal
    ) -> None:
        self._path = path
        self._connection = connection
        self._turn = turn
        self._seal = seal
        self._is_to_fold = False  # the log may hold what was erased

    def delete(
        self, room: str, start_ms: int, end_ms: int, *, made_ms: int, night: str = ""
    ) -> int:
        """Delete what ended in (start_ms, end_ms] in a room ('': in all); return the deletion_id.

        The monitor takes the minutes out of sight within a second and purges them after
        seven days. Marks of that time, and tags and words of a night ('': of all), go at once
        and stay as long (see forget).

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
            deletion_id = int(made.fetchone()[0])
            deletion = Deletion(
                made_ms=made_ms, room=room, start_ms=start_ms, end_ms=end_ms,
                deletion_id=deletion_id,
            )  # fmt: skip
            hide(connection, deletion, night)
            return deletion_id

    def undo_deletion(self, deletion_id: int, *, undone_ms: int) -> bool:
        """Take a deletion back; False where it is unknown, undone already or gone for good."""
        with self._changing() as connection:
            # Within: whoever purges notes it first, and then asks for what is undone.
            gone = gone_keys(self._path.parent) or frozenset()
            for one in deletions(connection):
                if one.deletion_id == deletion_id:
                    if one.undone_ms is not None or one.key in gone:
                        return False
                    connection.execute(
                        "UPDATE deletions SET undone_ms = ? WHERE deletion_id = ?",
                        (undone_ms, deletion_id),
                    )
                    show(connection, one)
                    return True
        return False

    def forget(self, now_ms: int) -> int:
        """Remove for good what deletions of seven days ago took out of sight; return how much.

        With their minutes, and not before those: the monitor tells when seven days are over, and
        while it cannot be asked they are not.
        """
        gone = gone_keys(self._path.parent) or frozenset()
        with self._turn, InWords(self._path):
            final = [
                one.deletion_id
                for one in deletions(self._connection)
                if one.is_final(now_ms) and one.key in gone
            ]
            waiting = [
                (table, f"{HIDDEN}{number}:")
                for number in final
                for table, column in WORDS
                if self._connection.execute(
                    f"SELECT 1 FROM {table} WHERE {column} LIKE ? LIMIT 1",  # noqa: S608 - our names
                    (f"{HIDDEN}{number}:%",),
                ).fetchone()
            ]
        erased = 0
        if waiting:
            self._is_to_fold = True
            with self._changing() as connection:
                erased = sum(erase(connection, table, prefix) for table, prefix in waiting)
        if self._is_to_fold:  # not in the usual hour: nothing is written for it
            with self._turn, InWords(self._path):
                self._is_to_fold = not empty_log(self._connection)
        return erased

    def write(
        self,
        room: str,
        night: str,
        *,
        tags: Iterable[str] | None = None,
        note: str | None = None,
        words: Mapping[str, str] = MappingProxyType({}),
        made_ms: int,
    ) -> None:
        """Write on a night (YYYY-MM-DD): all of it, or nothing where one cannot be kept.

        Args:
            room: it is a night of.
            night: its name.
            tags: in place of those it had; None leaves them.
            note: in place of the one it had, '' for none; None leaves it.
            words: of marks of the room (mark_id: words), in place of those they had.
            made_ms: when it was written.

        Raises:
            SettingError: too many tags or words, or a tag that is empty or too long.
        """
        kept_tags = None if tags is None else _checked_tags(tags)
        kept_note = None if note is None else _checked("note", note, MAX_NOTE_CHARACTERS)
        kept_words = {
            mark_id: _checked("mark", text, MAX_MARK_CHARACTERS) for mark_id, text in words.items()
        }
        with self._changing() as connection:
            if kept_tags is not None:
                connection.execute(
                    "DELETE FROM night_tags WHERE room = ? AND night = ?", (room, night)
                )
                connection.executemany(
                    "INSERT INTO night_tags (room, night, tag, made_ms) VALUES (?, ?, ?, ?)",
                    [(room, night, one, made_ms) for one in kept_tags],
                )
            if kept_note is not None:
                _put_note(connection, room, night, kept_note, made_ms)
            connection.executemany(
                "UPDATE marks SET note = ? WHERE room = ? AND mark_id = ?",
                [(text, room, mark_id) for mark_id, text in kept_words.items()],
            )

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._seal.changing() as connection:
            yield connection


def _checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(" ".join(plain_text(one).split()) for one in tags))
    if len(kept) > MAX_TAGS_A_NIGHT:
        raise SettingError(f"a night has at most {MAX_TAGS_A_NIGHT} tags, not {len(kept)}")
    for one in kept:
        if not 0 < len(one) <= MAX_TAG_CHARACTERS:
            raise SettingError(
                f"a tag has 1 to {MAX_TAG_CHARACTERS} characters, not {len(one)}: {one[:60]!r}"
            )
        if "," in one:
            raise SettingError(f"a comma stands between two tags and in none: {one!r}")
    return kept


def _checked(what: str, text: str, most: int) -> str:
    """Return text as it is kept; a browser counts the end of a line once, and sends two."""
    kept = plain_text(text.replace("\r\n", "\n")).strip()
    if len(kept) > most:
        raise SettingError(f"a {what} has at most {most} characters, not {len(kept)}")
    return kept


def _put_note(
    connection: sqlite3.Connection, room: str, night: str, note: str, made_ms: int
) -> None:
    if note:
        connection.execute(
            "INSERT OR REPLACE INTO night_notes (room, night, note, made_ms) VALUES (?, ?, ?, ?)",
            (room, night, note, made_ms),
        )
    else:
        connection.execute("DELETE FROM night_notes WHERE room = ? AND night = ?", (room, night))
