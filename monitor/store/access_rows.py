"""The rows of household.db that say who may come in: account, code, sessions, tokens."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from monitor.store.database import InWords, Transaction
from monitor.store.own_file import OwnFile

# Judgement: more browsers than any household has; the longest unseen of people's makes room.
MAX_SESSIONS: Final = 100
# Judgement: one link opens a screen or two, anew after each power cut. Whoever has it opens
# sessions without a password, which must end neither people's nor another link's.
MAX_SESSIONS_A_TOKEN: Final = 8


class TokenKind(StrEnum):
    """What a token opens."""

    KIOSK = "kiosk"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The household's password as hashed; device_key signs browsers that once knew it."""

    password: str
    device_key: bytes
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCode:
    """A one-time code as hashed; made_s is boot time: wall time may step at the first sync."""

    code: str
    boot_id: str
    made_s: float
    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token without its secret."""

    token_id: int
    kind: TokenKind
    name: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser; token_id None is a person who gave the password."""

    token_id: int | None
    made_ms: int
    seen_ms: int


class AccessRows:
    """Reads and writes these rows for many threads, one at a time.

    Any method may raise StoreUnavailableError; nothing of its work is kept then.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, turn: threading.Lock, own: OwnFile
    ) -> None:
        self._path = path
        self._connection = connection
        self._turn = turn
        self._own = own

    def account(self) -> Account | None:
        """Return the household's account, None before the first run."""
        row = self._one("SELECT password, device_key, changed_ms FROM account")
        if row is None:
            return None
        return Account(password=row[0], device_key=row[1], changed_ms=row[2])

    def set_account(self, account: Account) -> None:
        """Set the password; whoever gave an earlier one must give this one."""
        with self._changing() as connection:
            _set_account(connection, account)

    def replace_account(self, old: Account, new: Account) -> bool:
        """Set the password unless another has been set since old was read."""
        with self._changing() as connection:
            row = connection.execute("SELECT password FROM account").fetchone()
            if row != (old.password,):
                return False
            _set_account(connection, new)
        return True

    def finish_setup(self, account: Account, code: SetupCode) -> bool:
        """Set the first password for a code; False if another has been faster."""
        with self._changing() as connection:
            used = connection.execute("DELETE FROM setup_code WHERE code = ?", (code.code,))
            there = connection.execute("SELECT 1 FROM account").fetchone()
            if used.rowcount != 1 or there:
                return False
            _set_account(connection, account)
        return True

    def put_code(self, code: SetupCode) -> None:
        """Replace the one-time code; the same one again is the one already there."""
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO setup_code VALUES (1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " code = excluded.code, boot_id = excluded.boot_id, made_s = excluded.made_s,"
                " tries_left = excluded.tries_left WHERE setup_code.code <> excluded.code",
                (code.code, code.boot_id, code.made_s, code.tries_left),
            )

    def code(self) -> SetupCode | None:
        """Return the one-time code, None if there is none."""
        row = self._one("SELECT code, boot_id, made_s, tries_left FROM setup_code")
        if row is None:
            return None
        return SetupCode(code=row[0], boot_id=row[1], made_s=row[2], tries_left=row[3])

    def take_try(self, code: SetupCode) -> bool:
        """Use up one try of a code, before it is checked; False when none is left."""
        # Counted after the check, a hundred tries at once would all be the first.
        with self._changing() as connection:
            taken = connection.execute(
                "UPDATE setup_code SET tries_left = tries_left - 1"
                " WHERE code = ? AND tries_left > 0",
                (code.code,),
            )
        return taken.rowcount == 1

    def give_try_back(self, code: SetupCode, at_most: int) -> None:
        """Give back a try that take_try used up and that was not checked."""
        self._change(
            "UPDATE setup_code SET tries_left = tries_left + 1 WHERE code = ? AND tries_left < ?",
            *(code.code, at_most),
        )

    def add_session(self, digest: bytes, *, password: str, now_ms: int) -> bool:
        """Keep a person's session; False if this password has been replaced meanwhile."""
        with self._changing() as connection:
            added = connection.execute(
                "INSERT INTO sessions SELECT ?, NULL, ?, ? FROM account WHERE password = ?",
                (digest, now_ms, now_ms, password),
            )
            _make_room(connection, digest, None, MAX_SESSIONS)
        return added.rowcount == 1

    def add_kiosk_session(self, digest: bytes, *, token_id: int, now_ms: int) -> None:
        """Keep a kiosk's session; one too many of a token ends that token's longest unseen."""
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)", (digest, token_id, now_ms, now_ms)
            )
            _make_room(connection, digest, token_id, MAX_SESSIONS_A_TOKEN)

    def session(self, digest: bytes) -> Session | None:
        """Return a session, however old."""
        row = self._one("SELECT token_id, made_ms, seen_ms FROM sessions WHERE digest = ?", digest)
        return None if row is None else Session(token_id=row[0], made_ms=row[1], seen_ms=row[2])

    def see_session(self, digest: bytes, now_ms: int) -> None:
        """Note that a session is in use."""
        self._change("UPDATE sessions SET seen_ms = ? WHERE digest = ?", now_ms, digest)

    def end_session(self, digest: bytes) -> None:
        """End one session."""
        self._change("DELETE FROM sessions WHERE digest = ?", digest)

    def end_peoples_sessions(self) -> None:
        """End every session that a password opened; kiosks have their own tokens."""
        self._change("DELETE FROM sessions WHERE token_id IS NULL")

    def drop_sessions(self, *, unseen_since_ms: int, made_before_ms: int) -> None:
        """Remove what has expired."""
        self._change(
            "DELETE FROM sessions WHERE seen_ms < ? OR made_ms < ?", unseen_since_ms, made_before_ms
        )

    def add_token(self, digest: bytes, *, kind: TokenKind, name: str, now_ms: int) -> None:
        """Keep a new token's digest."""
        self._change(
            "INSERT INTO tokens (kind, name, digest, made_ms) VALUES (?, ?, ?, ?)",
            *(kind, name, digest, now_ms),
        )

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, newest first."""
        with self._turn, InWords(self._path):
            rows = self._connection.execute(
                "SELECT token_id, kind, name, made_ms FROM tokens ORDER BY token_id DESC"
            ).fetchall()
        return tuple(_token(row) for row in rows)

    def token(self, digest: bytes, kind: TokenKind) -> Token | None:
        """Return the token of a digest, None if there is none or it was revoked."""
        row = self._one(
            "SELECT token_id, kind, name, made_ms FROM tokens WHERE digest = ? AND kind = ?",
            *(digest, kind),
        )
        return None if row is None else _token(row)

    def revoke_token(self, token_id: int) -> None:
        """Remove a token and end the sessions it opened."""
        self._change("DELETE FROM tokens WHERE token_id = ?", token_id)

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        with self._turn, InWords(self._path):
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _change(self, sql: str, *values: object) -> None:
        with self._changing() as connection:
            connection.execute(sql, values)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            with Transaction(self._connection, self._path):
                yield self._connection
            self._own.require()


def _make_room(
    connection: sqlite3.Connection, newest: bytes, token_id: int | None, at_most: int
) -> None:
    """End the longest unseen of too many sessions of a token, or with None of people."""
    # By its name: a clock that was set back has the newest look like the oldest.
    connection.execute(
        "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions"
        " WHERE token_id IS ? AND digest <> ? ORDER BY seen_ms DESC LIMIT -1 OFFSET ?)",
        (token_id, newest, at_most - 1),
    )


def _set_account(connection: sqlite3.Connection, account: Account) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO account VALUES (1, ?, ?, ?)",
        (account.password, account.device_key, account.changed_ms),
    )
    connection.execute("DELETE FROM setup_code")
    connection.execute("DELETE FROM sessions WHERE token_id IS NULL")


def _token(row: tuple[Any, ...]) -> Token:
    return Token(token_id=row[0], kind=TokenKind(row[1]), name=row[2], made_ms=row[3])
