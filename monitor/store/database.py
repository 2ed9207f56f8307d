"""One SQLite file of ours: opened, recognised, migrated forward, its errors in words."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Final

from monitor.store.errors import (
    CorruptFileError,
    ForeignFileError,
    NewerSchemaError,
    OlderSchemaError,
    StoreError,
    StoreUnavailableError,
)
from monitor.store.no_file import require_a_way, require_file
from monitor.store.set_aside import is_log_alone

# Judgement: a minute row of about 140 bytes rewrites one small page, not one of 4 KiB.
PAGE_BYTES: Final = 1024
# Judgement: 4 MB of log, twice a day: most pages of a minute are rewritten by the next one.
LOG_PAGES: Final = 4_000
# Judgement: a year of nights or two nights of minutes; SQLite's own 2 MB a connection take
# days to fill, and nothing here is read again within them.
CACHE_KIB: Final = 512
# Judgement: readers never block the writer in WAL mode, so a longer wait hides a fault.
BUSY_TIMEOUT_S: Final = 0.5
# Judgement: an upgrade needs its backup copy, its rewritten pages in the log, and air.
SPACE_FACTOR: Final = 3
SPACE_MARGIN_BYTES: Final = 8 * 1024 * 1024
# What SQLite says when the schema in the file is not the one its version number promises, or is
# of no format that there is.
SCHEMA_IS_WRONG: Final = re.compile(
    "no such (table|column|index)|already exists|duplicate column|unsupported file format"
)
# What Python's module says of a text of which a byte has changed; SQLite itself checks none.
TEXT_IS_WRONG: Final = "Could not decode to UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What one of our database files is: its id in the header and its numbered steps."""

    name: str
    application_id: int
    writer_unit: str
    steps: tuple[str, ...]

    @property
    def version(self) -> int:
        """Return the newest schema version, kept in the file as user_version."""
        return len(self.steps)


def packaged_steps(folder: str) -> tuple[str, ...]:
    """Return the SQL of the shipped migrations/<folder>/NNNN_*.sql, in order."""
    root = resources.files("monitor.store").joinpath("migrations", folder)
    named = sorted((entry.name, entry) for entry in root.iterdir() if entry.name.endswith(".sql"))
    return tuple(entry.read_text(encoding="utf-8") for _, entry in named)


def free_bytes(path: Path) -> int:
    """Return what the file system of path has left for us."""
    return shutil.disk_usage(path.parent).free


class InWords:
    """Turns SQLite's and the system's errors inside a block into StoreErrors.

    Raises:
        ForeignFileError: the bytes are no database.
        CorruptFileError: they were one.
        StoreUnavailableError: anything that may pass: locked, full, read-only, I/O.
    """

    # A class, as it wraps every statement: contextlib's generators cost three times as much.
    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if isinstance(error, sqlite3.DatabaseError):
            name = getattr(error, "sqlite_errorname", "")
            if name == "SQLITE_NOTADB":
                raise ForeignFileError(
                    f"{self._path} is not a database: move it away and start again"
                ) from error
            if (
                name.startswith(("SQLITE_CORRUPT", "SQLITE_FORMAT"))
                or (name == "SQLITE_ERROR" and SCHEMA_IS_WRONG.search(str(error)))
                or str(error).startswith(TEXT_IS_WRONG)
            ):
                raise CorruptFileError(
                    f"{self._path} is damaged ({error}): restart its writer, which sets it aside",
                    self._path,
                ) from error
            raise StoreUnavailableError(
                f"{self._path}: {error}; check disk space, the file's owner and the disk"
            ) from error
        if isinstance(error, UnicodeDecodeError):
            text = f"{self._path} is damaged: its schema is no text"
            raise CorruptFileError(text, self._path) from error
        if isinstance(error, OSError):
            raise StoreUnavailableError(f"{self._path}: {error.strerror or error}") from error


def open_reader(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open a file of ours read-only; the connection may wander between threads.

    Raises:
        StoreMissingError: no such file.
        OlderSchemaError: its writer has not made it yet, or not brought it up to date.
        CorruptFileError: it was emptied, and its log is left.
        ForeignFileError: another program's file.
        NewerSchemaError: written by a later version.
    """
    require_its_log(path)
    require_file(path, schema.writer_unit)
    with InWords(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            timeout=BUSY_TIMEOUT_S,
            check_same_thread=False,
        )
    try:
        with InWords(path):
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            found = recognise(connection, path, schema)
        if found < schema.version:
            raise _older(path, schema, found)
    except StoreError:
        connection.close()
        raise
    return connection


def open_writer(
    path: Path, schema: Schema, *, free: Callable[[Path], int] = free_bytes
) -> sqlite3.Connection:
    """Open or create a file of ours for writing and bring its schema up to date.

    Raises:
        ForeignFileError: another program's file; it is not touched.
        NewerSchemaError: written by a later version; it is not touched.
        StoreUnavailableError: too little space for a safe upgrade, or failing storage.
    """
    with InWords(path):
        make_folder(path.parent)
        require_a_way(path)
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False
        )
    try:
        with InWords(path):
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            found = recognise(connection, path, schema)
            # Before there is a log beside it: that has the rights of the file at its birth.
            path.touch()
            path.chmod(0o600)
            if found == 0:
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL would lose acknowledged commits at a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            # One that has grown by an import is cut again once it begins anew.
            connection.execute(f"PRAGMA journal_size_limit = {LOG_PAGES * PAGE_BYTES}")
            connection.execute("PRAGMA foreign_keys = ON")
            # What was deleted leaves no bytes in the file, its judged nights as little.
            connection.execute("PRAGMA secure_delete = ON")
            _migrate(connection, path, schema, found, free)
    except StoreError:
        connection.close()
        raise
    return connection


class Transaction:
    """Runs a block as one transaction: all of it is durable afterwards, or none of it.

    Raises:
        StoreUnavailableError: nothing of the block was kept.
    """

    __slots__ = ("_connection", "_words")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._words = InWords(path)

    def __enter__(self) -> None:
        """Begin to write; nobody else may until the end of the block."""
        with self._words:
            self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._words:
            try:
                if error is None:
                    self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        self._words.__exit__(kind, error, trace)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Write all of the log into the file and cut it off; return False where somebody reads it."""
    is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def make_folder(folder: Path) -> None:
    """Make the last folder only: a disk that is not mounted must not be imitated.

    Raises:
        StoreUnavailableError: the folder above does not exist.
    """
    if not folder.parent.is_dir():
        raise StoreUnavailableError(
            f"{folder.parent} does not exist, so {folder} cannot be made: create it or mount its"
            " disk, or set data_dir in section [monitor]"
        )
    folder.mkdir(exist_ok=True, mode=0o700)


def data_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return a number that changes when another connection has committed."""
    with InWords(path):
        return int(connection.execute("PRAGMA data_version").fetchone()[0])


def require_its_log(path: Path) -> None:
    """Refuse to open an emptied file whose log is left: SQLite drops that, even to read.

    Raises:
        CorruptFileError: its writer sets both aside.
    """
    if is_log_alone(path):
        raise CorruptFileError(
            f"{path} is damaged (emptied or gone, its log is left): restart its writer, which sets"
            " it aside",
            path,
        )


def _older(path: Path, schema: Schema, found: int) -> OlderSchemaError:
    has = f"is of an earlier version (schema {found} of {schema.version})" if found else "is empty"
    return OlderSchemaError(f"{path} {has}: start {schema.writer_unit}, which brings it up to date")


def recognise(connection: sqlite3.Connection, path: Path, schema: Schema) -> int:
    """Return the file's schema version, 0 for an empty file.

    Raises:
        ForeignFileError: another program's file.
        NewerSchemaError: written by a later version.
    """
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application_id == 0 and version == 0 and tables == 0:
        return 0
    if application_id != schema.application_id:
        raise ForeignFileError(
            f"{path} is another program's database, not {schema.name}: move it away and start again"
        )
    if version > schema.version:
        raise NewerSchemaError(
            f"{path} has schema {version}, this program knows up to {schema.version}:"
            " upgrade nightroom or restore an older backup"
        )
    return version


def upgrade_bytes(path: Path) -> int:
    """Return how much must be free for an upgrade of a file to be begun."""
    return SPACE_FACTOR * path.stat().st_size + SPACE_MARGIN_BYTES


def _migrate(
    connection: sqlite3.Connection,
    path: Path,
    schema: Schema,
    found: int,
    free: Callable[[Path], int],
) -> None:
    if found == schema.version:
        return
    if found:
        _keep_backup(connection, path, found, free)
    for number, sql in enumerate(schema.steps[found:], start=found + 1):
        # A kill anywhere in the script leaves the version before it: the step runs again.
        script = (
            f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA application_id = {schema.application_id};\n"
            f"PRAGMA user_version = {number};\nCOMMIT;"
        )
        try:
            connection.executescript(script)
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _keep_backup(
    connection: sqlite3.Connection, path: Path, version: int, free: Callable[[Path], int]
) -> None:
    needed = upgrade_bytes(path)
    if (left := free(path)) < needed:
        raise StoreUnavailableError(
            f"{path}: an upgrade needs {needed} bytes free, {left} are left: make room first"
        )
    kept = path.with_name(f"{path.name}.schema{version}.backup")
    unfinished = kept.with_name(f"{kept.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    target = sqlite3.connect(unfinished)
    try:
        connection.backup(target)
    finally:
        target.close()
    with unfinished.open("rb") as copy:
        os.fsync(copy.fileno())
    unfinished.replace(kept)
