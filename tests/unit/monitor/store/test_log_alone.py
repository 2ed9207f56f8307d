"""A database that was emptied, or is gone, while its log is left: half a day of minutes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.backup import make_backup
from monitor.store.condition import store_findings
from monitor.store.errors import CorruptFileError
from monitor.store.kept_aside import needs_no_log, open_kept
from monitor.store.set_aside import bad_files
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, STREAM, record


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


def test_an_empty_log_beside_a_file_that_is_gone_is_nothing(folder: Folder) -> None:
    (folder.path / "nights.db-wal").write_bytes(b"")

    folder.nights_writer().close()

    assert bad_files(folder.path / "nights.db") == ()
