"""A database that was emptied, or is gone, while its log is left: half a day of minutes."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.commands import nightroom
from monitor.store.backup import make_backup
from monitor.store.condition import store_findings
from monitor.store.database import LOG_PAGES, PAGE_BYTES
from monitor.store.errors import CorruptFileError
from monitor.store.hidden_log import CHECKED_LOG_BYTES, FEWEST_COMMITS, hides_much
from monitor.store.kept_aside import needs_no_log, open_kept
from monitor.store.log_frames import hidden_commits
from monitor.store.restore import restore_backup
from monitor.store.set_aside import bad_files
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

WHAT = "log of nights.db"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        yield opened


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def cut_off(folder: Folder, spoil: Callable[[Path], None]) -> Path:
    """Leave nights.db as a power cut does, and spoil the file beside its log."""
    path, kept = folder.path / "nights.db", folder.path.parent / "kept"
    kept.mkdir()
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 61)], gaps=(), stored_seq=60,
        )  # fmt: skip
        for name in ("nights.db", "nights.db-wal", "nights.db-names"):
            shutil.copy(folder.path / name, kept / name)
    for one in kept.iterdir():
        shutil.copy(one, folder.path / one.name)
    spoil(path)
    return path


@pytest.mark.parametrize("spoil", [emptied, gone])
def test_the_log_is_kept_and_every_minute_in_it_comes_back(
    folder: Folder, spoil: Callable[[Path], None]
) -> None:
    path = cut_off(folder, spoil)
    log = path.with_name("nights.db-wal").read_bytes()

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(path)
        assert bad.with_name("nights.db.bad-1-wal").read_bytes() == log
        salvaged(writer)

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 60


@pytest.mark.parametrize("spoil", [emptied, gone])
def test_nobody_who_only_reads_has_sqlite_drop_the_log(
    folder: Folder, spoil: Callable[[Path], None]
) -> None:
    path = cut_off(folder, spoil)
    log = path.with_name("nights.db-wal").read_bytes()

    with pytest.raises(CorruptFileError, match="its log is left"):
        folder.nights_reader()
    assert not needs_no_log(path)
    if path.exists():
        with pytest.raises(CorruptFileError, match="its log is left"):
            open_kept(path)
        with pytest.raises(CorruptFileError, match="its log is left"):
            make_backup(folder.path, folder.path.parent / "to", now_ms=1, show=lambda *_: None)
    found = next(one for one in store_findings(folder.path) if one.what == "nights.db")

    assert (found.ok, "its log is left" in found.words) == (False, True)
    assert found.fix == "restart its writer, which sets it aside"
    assert path.with_name("nights.db-wal").read_bytes() == log


def test_a_store_that_was_emptied_is_no_new_one_and_is_told(folder: Folder) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(1)], gaps=(),
            stored_seq=1,
        )  # fmt: skip
    path = folder.path / "nights.db"
    emptied(path)

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    (bad,) = bad_files(path)
    (told,) = (one for one in store_findings(folder.path) if one.what == bad.name)
    assert told.words == (
        "was damaged and set aside: 0 minutes were copied back from nights.db.bad-1"
    )


def log_of_commits(folder: Folder) -> Path:
    """Leave five commits of 60 minutes in the log, as a kill does."""
    path, kept = folder.path / "nights.db", folder.path.parent / "kept"
    kept.mkdir()
    with closing(folder.nights_writer()) as writer:
        for first in range(1, 301, 60):
            writer.store_batch(
                room="bedroom", device=DEVICE, stream=STREAM,
                records=[record(seq) for seq in range(first, first + 60)], gaps=(),
                stored_seq=first + 59,
            )  # fmt: skip
        for name in ("nights.db", "nights.db-wal", "nights.db-names"):
            shutil.copy(folder.path / name, kept / name)
    for one in kept.iterdir():
        shutil.copy(one, folder.path / one.name)
    return path.with_name("nights.db-wal")


def a_bit_in(log: Path) -> None:
    """Change one bit in two thirds of a log: before them it brings the schema up to date."""
    content = bytearray(log.read_bytes())
    content[len(content) * 2 // 3] ^= 1
    log.write_bytes(content)


def test_what_stands_behind_a_changed_bit_of_the_log_is_salvaged(folder: Folder) -> None:
    log = log_of_commits(folder)
    content = bytearray(log.read_bytes())
    content[len(content) // 3] ^= 1
    log.write_bytes(content)

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(folder.path / "nights.db")
        assert bad.with_name("nights.db.bad-1-wal").read_bytes() == content
        assert (writer.stored_seq(STREAM) or 0) < 200, "SQLite sees no more of it"
        salvaged(writer)
        found = len(folder.nights_reader().minutes("bedroom", 0, 2**60))
        lost = sum(one.lost for one in folder.nights_reader().streams())
        assert found >= 0.99 * 300
        assert found + lost == 300
    folder.nights_writer().close()
    assert bad_files(folder.path / "nights.db") == (bad,), "and it is found once"


def a_bit_at(at: int) -> Callable[[bytearray], None]:
    def spoil(log: bytearray) -> None:
        log[at] ^= 4

    return spoil


def zeros_up_to(end: int) -> Callable[[bytearray], None]:
    def spoil(log: bytearray) -> None:
        log[:end] = bytes(end)

    return spoil


OF_THE_HEADER = [a_bit_at(at) for at in (0, 5, 9, 13, 17, 21, 25, 29)]
SALTS_OF_A_FRAME = [a_bit_at(32 + frame * 1048 + 9) for frame in (0, 7, 40)]
SECTORS = [zeros_up_to(512), zeros_up_to(4096)]


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [*OF_THE_HEADER, *SALTS_OF_A_FRAME, *SECTORS])
def test_a_log_is_salvaged_whichever_bytes_of_its_headers_have_changed(
    folder: Folder, spoil: Callable[[bytearray], None]
) -> None:
    log = log_of_commits(folder)
    content = bytearray(log.read_bytes())
    spoil(content)
    log.write_bytes(content)

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(folder.path / "nights.db")
        assert bad.with_name("nights.db.bad-1-wal").read_bytes() == content
        salvaged(writer)
        assert folder.nights_reader().minute_count("bedroom", 0, 2**60) >= 0.99 * 300
    folder.nights_writer().close()
    assert bad_files(folder.path / "nights.db") == (bad,), "and it is found once"


def test_a_changed_bit_is_found_in_a_log_that_an_import_has_made_long(folder: Folder) -> None:
    log = log_of_commits(folder)
    content = bytearray(log.read_bytes())
    content[32 + 20 * 1048 + 500] ^= 1
    log.write_bytes(content + bytes(CHECKED_LOG_BYTES))

    assert hides_much(folder.path / "nights.db")


def test_on_a_full_card_a_changed_log_ends_no_start_and_leaves_nothing_behind(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of_commits(folder)
    a_bit_in(log)
    shutil.copy(log, kept := folder.path.parent / "log")

    before = log.with_name("nights.db").read_bytes()

    def full(_source: Path, target: Path) -> None:
        target.write_bytes(b"\0" * 999)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", full)
        for _ in range(2):
            folder.nights_writer().close()
            assert {one.name for one in folder.path.iterdir() if "bad" in one.name} == set()
            assert not list(folder.path.glob("*unfinished*"))
            told = next(one for one in store_findings(folder.path) if one.what == WHAT)
            assert not told.ok
            assert "no room to keep" in told.words
            assert told.fix.startswith("make room")
            shutil.copyfile(kept, log)  # as it is found where nothing was written meanwhile
            log.with_name("nights.db").write_bytes(before)

    folder.nights_writer().close()
    (bad,) = bad_files(folder.path / "nights.db")
    assert bad.with_name(f"{bad.name}-wal").read_bytes() == kept.read_bytes()
    assert all(one.what != WHAT for one in store_findings(folder.path))


@pytest.mark.slow
def test_a_long_log_is_cut_once_it_begins_anew(folder: Folder) -> None:
    log = folder.path / "nights.db-wal"
    with closing(folder.nights_writer()) as writer:
        rows = [record(seq) for seq in range(1, 25_000)]
        writer.put_all_back([("bedroom", DEVICE, STREAM, rows)])
        long_bytes = log.stat().st_size
        for seq in (30_000, 30_001):
            writer.put_all_back([("bedroom", DEVICE, STREAM, [record(seq)])])

        assert long_bytes > LOG_PAGES * PAGE_BYTES
        assert log.stat().st_size <= LOG_PAGES * PAGE_BYTES


def test_what_a_log_holds_of_before_it_began_anew_is_not_hidden(folder: Folder) -> None:
    """Their salts are others, and all of it is in the file."""
    path, kept = folder.path / "nights.db", folder.path.parent / "kept"
    with closing(folder.nights_writer()) as writer:
        for seq in range(1, 21):
            writer.store_batch(
                room="bedroom", device=DEVICE, stream=STREAM, records=[record(seq)], gaps=(),
                stored_seq=seq,
            )  # fmt: skip
            if seq == 15:
                writer._connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        shutil.copy(path.with_name("nights.db-wal"), kept)

    assert hidden_commits(kept.read_bytes()) == 0


def test_a_log_as_a_kill_or_a_power_cut_leaves_it_hides_nothing(folder: Folder) -> None:
    log = log_of_commits(folder)
    content = log.read_bytes()

    assert hidden_commits(content) == 0
    assert hidden_commits(b"") == 0
    assert hidden_commits(b"dear diary " * 99) < FEWEST_COMMITS
    for cut in range(0, len(content), 5_001):
        assert hidden_commits(content[:cut]) == 0
    torn = bytearray(content)
    torn[-500] ^= 1
    assert hidden_commits(bytes(torn)) == 1


def test_an_empty_log_beside_a_file_that_is_gone_is_nothing(folder: Folder) -> None:
    (folder.path / "nights.db-wal").write_bytes(b"")

    folder.nights_writer().close()

    assert bad_files(folder.path / "nights.db") == ()


def test_a_restore_keeps_what_a_changed_log_hides_and_it_is_salvaged(
    folder: Folder, tmp_path: Path
) -> None:
    with closing(folder.nights_writer()):
        archive = make_backup(
            folder.path, tmp_path / "backups", now_ms=EVENING_MS, show=lambda _share, _words: None
        )
    log = log_of_commits(folder)
    a_bit_in(log)
    content = log.read_bytes()

    restore_backup(
        archive, folder.path, up_to_bytes=10**9, now_ms=EVENING_MS,
        show=lambda _share, _words: None,
    )  # fmt: skip

    (bad,) = bad_files(folder.path / "nights.db")
    assert bad.with_name("nights.db.bad-1-wal").read_bytes() == content
    with closing(folder.nights_writer()) as writer:
        salvaged(writer)
        assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) >= 0.99 * 300


def test_a_store_whose_log_hides_something_is_not_called_whole(
    folder: Folder, tmp_path: Path
) -> None:
    log = log_of_commits(folder)
    a_bit_in(log)

    with pytest.raises(CorruptFileError, match="restart its writer, which keeps the log"):
        make_backup(
            folder.path, tmp_path / "backups", now_ms=EVENING_MS, show=lambda _share, _words: None
        )
    found = {one.what: one for one in store_findings(folder.path)}["nights.db"]
    assert not found.ok
    assert "what its log has behind a change is out of sight" in found.words
    exported = CliRunner().invoke(nightroom, ["export", "--data-dir", str(folder.path)])
    assert exported.exit_code == 1
    assert "is missing in the export" in str(exported.exception)


def test_what_a_failed_write_left_behind_the_log_in_use_is_nobodys(
    folder: Folder, tmp_path: Path
) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(1)], gaps=(),
            stored_seq=1,
        )  # fmt: skip
        log = folder.path / "nights.db-wal"
        content = log.read_bytes()
        frame = content[32 : 32 + 24 + PAGE_BYTES]
        log.write_bytes(content + 3 * (frame[:4] + b"\0\0\0\1" + frame[8:]))
        assert hides_much(folder.path / "nights.db"), "as it is read where no writer is at work"

        make_backup(
            folder.path, tmp_path / "backups", now_ms=EVENING_MS, show=lambda _share, _words: None
        )
        assert all(one.ok for one in store_findings(folder.path) if one.what == "nights.db")
