"""A log that is another database's, as is left where a file is put in place by hand."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.contract.record import Record
from monitor.store.backup import make_backup
from monitor.store.nights_writer import NightsWriter
from monitor.store.restore import restore_backup
from monitor.store.set_aside import bad_files
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import (
    DEVICE,
    EVENING_MS,
    MINUTE_MS,
    OTHER_STREAM,
    STREAM,
    event,
    minute,
    record,
)

MINUTES = 300


def a_record(seq: int) -> Record:
    """Return one of which each fifth goes on in another page, as a minute of many noises does."""
    events = (event(),) * 8 if seq % 5 == 0 else ()
    return record(seq, minute=minute(EVENING_MS + seq * MINUTE_MS, events=events))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        with closing(opened.nights_writer()) as writer:
            writer.put_back(
                "bedroom", DEVICE, STREAM, [a_record(seq) for seq in range(1, MINUTES + 1)]
            )
        yield opened


def log_of_another_program(beside: Path, page_bytes: int = 1024) -> None:
    """Leave the log of a database of notes beside a file."""
    other = beside.parent.parent / "notes.db"
    with closing(sqlite3.connect(other, isolation_level=None)) as raw:
        raw.execute(f"PRAGMA page_size = {page_bytes}")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE notes (text)")
        for _ in range(200):
            raw.execute("INSERT INTO notes VALUES (?)", ("dear diary " * 50,))
        shutil.copy(f"{other}-wal", beside.with_name(f"{beside.name}-wal"))


def log_of_a_day_before(folder: Folder) -> None:
    """Leave beside a file the log that it had before it grew."""
    path, kept = folder.path / "nights.db", folder.path.parent / "kept"
    with closing(folder.nights_writer()) as writer:
        for seq in range(1, 4):
            store(writer, OTHER_STREAM, seq)
        shutil.copy(path.with_name("nights.db-wal"), kept)
    with closing(folder.nights_writer()) as writer:
        for seq in range(MINUTES + 1, 2 * MINUTES + 1):
            store(writer, STREAM, seq)
    kept.rename(path.with_name("nights.db-wal"))


def store(writer: NightsWriter, stream: str, seq: int) -> None:
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=stream, records=[record(seq, stream=stream)],
        gaps=(), stored_seq=seq,
    )  # fmt: skip


@pytest.mark.parametrize("page_bytes", [1024, 4096])
def test_the_log_of_another_program_is_never_written_into_the_file(
    folder: Folder, page_bytes: int
) -> None:
    path = folder.path / "nights.db"
    content = path.read_bytes()
    log_of_another_program(path, page_bytes)
    log = path.with_name("nights.db-wal").read_bytes()

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(path)
        assert bad.read_bytes() == content
        assert bad.with_name(f"{bad.name}-wal").read_bytes() == log
        salvaged(writer)

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == MINUTES


def test_a_log_of_a_day_before_costs_no_minute_that_came_later(folder: Folder) -> None:
    path = folder.path / "nights.db"
    log_of_a_day_before(folder)
    content = path.read_bytes()

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(path)
        assert bad.read_bytes() == content
        salvaged(writer)

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 2 * MINUTES


def test_a_restore_writes_no_log_of_another_program_into_the_file_that_it_replaces(
    folder: Folder,
) -> None:
    path, to = folder.path / "nights.db", folder.path.parent / "to"
    made = make_backup(folder.path, to, now_ms=1, show=lambda *_: None)
    content = path.read_bytes()
    log_of_another_program(path)

    (one,) = restore_backup(made, folder.path, up_to_bytes=10**8, now_ms=2, show=lambda *_: None)

    assert one.path.name == "nights.db.bad-1"
    assert one.path.read_bytes() == content


def moved_and_linked(folder: Folder) -> Path:
    """Move the file to another disk, with a link in its place, and return where it is."""
    stick = folder.path.parent / "stick"
    stick.mkdir()
    path = (folder.path / "nights.db").rename(stick / "nights.db")
    (folder.path / "nights.db").symlink_to(path)
    return path


def test_a_log_beside_the_file_that_a_link_leads_to_is_judged_as_any(folder: Folder) -> None:
    log_of_a_day_before(folder)
    log = (folder.path / "nights.db-wal").rename(folder.path.parent / "kept")
    path = moved_and_linked(folder)
    log = log.rename(path.with_name("nights.db-wal"))
    content, frames = path.read_bytes(), log.read_bytes()

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(folder.path / "nights.db")
        assert (path.read_bytes(), log.read_bytes()) == (content, frames)
        assert bad.with_name(f"{bad.name}-wal").read_bytes() == frames
        salvaged(writer)

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 2 * MINUTES


def test_a_log_that_is_left_of_the_file_that_a_link_leads_to_is_salvaged(folder: Folder) -> None:
    path = moved_and_linked(folder)
    with closing(folder.nights_writer()) as writer:
        for seq in range(1, 4):
            store(writer, OTHER_STREAM, seq)
        frames = path.with_name("nights.db-wal").read_bytes()
    path.write_bytes(b"")
    path.with_name("nights.db-wal").write_bytes(frames)

    with closing(folder.nights_writer()) as writer:
        assert path.with_name("nights.db-wal").read_bytes() == frames
        salvaged(writer)
        assert writer.stored_seq(OTHER_STREAM) == 3


def test_a_restore_writes_no_foreign_log_into_the_file_that_a_link_leads_to(
    folder: Folder,
) -> None:
    made = make_backup(folder.path, folder.path.parent / "to", now_ms=1, show=lambda *_: None)
    path = moved_and_linked(folder)
    content = path.read_bytes()
    log_of_another_program(path)

    (one,) = restore_backup(made, folder.path, up_to_bytes=10**8, now_ms=2, show=lambda *_: None)

    assert one.path.name == "nights.db.bad-1"
    assert path.read_bytes() == one.path.read_bytes() == content


@pytest.mark.parametrize("table", ["streams", "night_scores"])
def test_a_table_that_has_lost_the_name_of_a_column_is_set_aside_and_all_comes_back(
    folder: Folder, table: str
) -> None:
    """Its name and number are right: without a look at the tables no start would ever work."""
    path = folder.path / "nights.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '_id ', '_iD_') WHERE name = ?", (table,)
        )
        raw.commit()

    with closing(folder.nights_writer()) as writer:
        assert len(bad_files(path)) == 1
        salvaged(writer)

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == MINUTES


def test_what_a_file_has_besides_its_tables_is_left_alone(folder: Folder) -> None:
    path = folder.path / "nights.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE INDEX of_mine ON minutes (end_ms)")

    folder.nights_writer().close()

    assert bad_files(path) == ()
