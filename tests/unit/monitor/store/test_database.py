import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.store.database import (
    Schema,
    free_bytes,
    open_reader,
    open_writer,
)
from monitor.store.errors import (
    CorruptFileError,
    ForeignFileError,
    NewerSchemaError,
    OlderSchemaError,
    StoreError,
    StoreInUseError,
    StoreMissingError,
    StoreUnavailableError,
)
from monitor.store.writer_lock import take_writer_lock
from tests.fakes.folder import Folder, data_folder

FIRST = "CREATE TABLE a (x INTEGER);\n"
SECOND = "ALTER TABLE a ADD COLUMN y INTEGER;\nUPDATE a SET y = x + 1;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def schema(*steps: str, application_id: int = 77) -> Schema:
    return Schema(
        name="test.db", application_id=application_id, writer_unit="nightroom-test", steps=steps
    )


def at_schema_one(path: Path) -> Path:
    connection = open_writer(path, schema(FIRST))
    connection.execute("INSERT INTO a VALUES (1)")
    connection.close()
    return path


def refused(opening: Callable[[], object], kind: type[StoreError]) -> str:
    with pytest.raises(kind) as caught:
        opening()
    return str(caught.value)


def test_a_new_file_is_ours_durable_and_private(folder: Folder) -> None:
    connection = folder.keep(open_writer(folder.path / "deep" / "new.db", schema(FIRST)))

    def pragma(name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("application_id") == 77
    assert pragma("user_version") == 1
    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2, "FULL"
    assert pragma("page_size") == 1024
    assert pragma("foreign_keys") == 1
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path / "deep").iterdir()}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_an_older_file_is_brought_forward_with_its_rows_and_a_backup(folder: Folder) -> None:
    path = at_schema_one(folder.path / "old.db")

    connection = folder.keep(open_writer(path, schema(FIRST, SECOND)))

    assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, 2)]
    backup = folder.raw("old.db.schema1.backup")
    assert backup.execute("PRAGMA user_version").fetchone() == (1,)
    assert backup.execute("SELECT * FROM a").fetchall() == [(1,)]
    assert (folder.path / "old.db.schema1.backup").stat().st_mode & 0o777 == 0o600


def test_a_step_that_fails_midway_leaves_the_version_before_it(folder: Folder) -> None:
    path = at_schema_one(folder.path / "old.db")

    text = refused(
        lambda: open_writer(path, schema(FIRST, SECOND + "NONSENSE;\n")), StoreUnavailableError
    )

    assert str(path) in text
    left = folder.keep(sqlite3.connect(path))
    assert left.execute("PRAGMA user_version").fetchone() == (1,)
    assert left.execute("SELECT * FROM a").fetchall() == [(1,)]


def test_a_first_script_that_cannot_even_begin_is_refused(folder: Folder) -> None:
    path = at_schema_one(folder.path / "old.db")
    blocker = folder.keep(sqlite3.connect(path))
    blocker.execute("BEGIN IMMEDIATE")

    refused(lambda: open_writer(path, schema(FIRST, SECOND)), StoreUnavailableError)

    blocker.execute("ROLLBACK")
    open_writer(path, schema(FIRST, SECOND)).close()


def test_an_upgrade_without_room_for_its_backup_is_not_begun(folder: Folder) -> None:
    path = at_schema_one(folder.path / "old.db")

    text = refused(
        lambda: open_writer(path, schema(FIRST, SECOND), free=lambda _: 1000),
        StoreUnavailableError,
    )

    assert "1000 are left: make room first" in text
    assert folder.keep(sqlite3.connect(path)).execute("PRAGMA user_version").fetchone() == (1,)


def test_a_newer_schema_is_refused_by_writer_and_reader_alike(folder: Folder) -> None:
    path = folder.path / "new.db"
    open_writer(path, schema(FIRST, SECOND)).close()

    for opening in (open_writer, open_reader):
        text = refused(lambda opening=opening: opening(path, schema(FIRST)), NewerSchemaError)  # type: ignore[misc]  # binds the loop's value
        assert "schema 2, this program knows up to 1: upgrade nightroom" in text


def test_another_programs_database_is_refused_and_not_touched(folder: Folder) -> None:
    path = folder.path / "other.db"
    other = folder.keep(sqlite3.connect(path))
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    before = path.read_bytes()

    text = refused(lambda: open_writer(path, schema(FIRST)), ForeignFileError)

    assert "another program's database" in text
    assert "move it away" in text
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_in_one_sentence(folder: Folder) -> None:
    path = folder.path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 100)

    for opening in (open_writer, open_reader):
        text = refused(lambda opening=opening: opening(path, schema(FIRST)), ForeignFileError)  # type: ignore[misc]  # binds the loop's value
        assert text == f"{path} is not a database: move it away and start again"


def test_a_file_whose_head_names_a_format_that_nothing_has_is_damaged(folder: Folder) -> None:
    path = at_schema_one(folder.path / "test.db")
    content = bytearray(path.read_bytes())
    content[47] ^= 0x80  # Source: SQLite file format, 1.3.9: the schema format number
    path.write_bytes(content)

    for opening in (open_writer, open_reader):
        text = refused(lambda opening=opening: opening(path, schema(FIRST)), CorruptFileError)  # type: ignore[misc]  # binds the loop's value
        assert "restart its writer, which sets it aside" in text


def test_the_other_of_our_two_databases_is_foreign_too(folder: Folder) -> None:
    path = at_schema_one(folder.path / "one.db")

    refused(lambda: open_writer(path, schema(FIRST, application_id=78)), ForeignFileError)


def test_a_reader_of_a_file_without_tables_is_told_what_to_start(folder: Folder) -> None:
    path = folder.path / "empty.db"
    path.touch()

    assert "start nightroom-test" in refused(
        lambda: open_reader(path, schema(FIRST)), StoreMissingError
    )


def test_a_reader_of_an_older_schema_waits_for_the_writers_upgrade(folder: Folder) -> None:
    path = at_schema_one(folder.path / "old.db")

    text = refused(lambda: open_reader(path, schema(FIRST, SECOND)), OlderSchemaError)

    assert "old.db is of an earlier version (schema 1 of 2): start nightroom-test, which" in text


def test_a_folder_in_the_files_place_is_said_in_words(folder: Folder) -> None:
    (folder.path / "folder.db").mkdir()

    text = refused(
        lambda: open_writer(folder.path / "folder.db", schema(FIRST)), StoreUnavailableError
    )

    assert "folder.db" in text


def test_a_file_in_the_folders_place_is_said_in_words(folder: Folder) -> None:
    (folder.path / "plain").touch()

    refused(
        lambda: open_writer(folder.path / "plain" / "x.db", schema(FIRST)), StoreUnavailableError
    )


def test_a_second_writer_is_told_which_unit_to_stop(folder: Folder) -> None:
    lock = take_writer_lock(folder.path / "one.db", schema(FIRST))

    text = refused(lambda: take_writer_lock(folder.path / "one.db", schema(FIRST)), StoreInUseError)

    assert "stop nightroom-test first" in text
    lock.close()
    take_writer_lock(folder.path / "one.db", schema(FIRST)).close()


def test_who_only_looks_whether_there_is_a_writer_keeps_none_out(folder: Folder) -> None:
    path = folder.path / "one.db"
    take_writer_lock(path, schema(FIRST)).close()
    looking = path.with_name("one.db.lock").open("rb")
    fcntl.flock(looking, fcntl.LOCK_SH)  # is_written() holds it for a moment
    leaving = threading.Timer(0.05, looking.close)
    leaving.start()

    take_writer_lock(path, schema(FIRST)).close()

    leaving.join()


def test_a_kill_between_creating_and_migrating_starts_over(folder: Folder) -> None:
    path = folder.path / "begun.db"
    begun = folder.keep(sqlite3.connect(path))
    begun.execute("PRAGMA journal_mode = WAL")
    begun.close()

    connection = folder.keep(open_writer(path, schema(FIRST)))

    assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_free_bytes_is_what_the_file_system_says(folder: Folder) -> None:
    stat = os.statvfs(folder.path)

    assert 0 < free_bytes(folder.path / "x.db") <= stat.f_blocks * stat.f_frsize
