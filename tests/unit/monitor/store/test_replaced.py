"""What a restore replaces is kept with a list of what it alone holds, whatever happens."""

import errno
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import restore
from monitor.store.archive import UNPACKED_BYTES
from monitor.store.backup import make_backup
from monitor.store.condition import store_findings
from monitor.store.errors import StoreInUseError, StoreUnavailableError
from monitor.store.left_behind import LeftBehind, Run
from monitor.store.left_file import listed_files, read_left
from monitor.store.nights_reader import NightsReader
from monitor.store.restore import Replaced, restore_backup
from tests.fakes.folder import Folder, data_folder
from tests.fakes.killed_restore import restore_once
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record


def shown(_share: float, _words: str) -> None:
    pass


def end_ms(seq: int) -> int:
    return EVENING_MS + MINUTE_MS * seq


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        opened.household_writer().close()
        yield opened


@pytest.fixture
def memory() -> Iterator[Path]:
    """Return a folder in memory: a kill leaves the same there, and no disk is waited for."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as made:
        yield Path(made)


def store(folder: Folder, first: int, last: int) -> None:
    writer = folder.nights_writer()
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=STREAM,
        records=[record(seq) for seq in range(first, last + 1)], gaps=(), stored_seq=last,
    )  # fmt: skip
    writer.close()


def backup_of(folder: Folder) -> Path:
    return make_backup(folder.path, folder.path.parent / "kept", now_ms=EVENING_MS, show=shown)


def restored(folder: Folder, archive: Path) -> Replaced:
    """Restore and return what became of nights.db."""
    return restore_backup(
        archive, folder.path, up_to_bytes=UNPACKED_BYTES, now_ms=EVENING_MS, show=shown
    )[0]


def alone(first: int, last: int) -> LeftBehind:
    run = Run(first_end_ms=end_ms(first), last_end_ms=end_ms(last), minutes=last - first + 1)
    return LeftBehind(rooms={"bedroom": (run,)})


def test_what_is_replaced_is_listed_beside_it(folder: Folder) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    store(folder, 4, 9)

    first = restored(folder, archive)

    assert (first.path.name, first.left) == ("nights.db.replaced-1", alone(4, 9))
    assert read_left(first.path) == alone(4, 9)

    store(folder, 4, 5)
    second = restored(folder, archive)

    assert (second.path.name, second.left) == ("nights.db.replaced-2", alone(4, 5))
    assert listed_files(folder.path / "nights.db") == (first.path, second.path)


def test_where_nothing_is_left_behind_there_is_no_list(folder: Folder) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    store(folder, 4, 4)
    gone = restored(folder, archive).path
    gone.unlink()

    again = restored(folder, archive)

    assert (again.path, again.left) == (gone, LeftBehind())
    assert not list(folder.path.glob("*.left")), "nor that of an earlier file of this name"


def test_a_store_that_turns_out_damaged_is_set_aside_to_be_salvaged(folder: Folder) -> None:
    store(folder, 1, 400)
    archive = backup_of(folder)
    path = folder.path / "nights.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2048 * 1024
    content[middle : middle + 2048] = b"\xff" * 2048
    path.write_bytes(content)

    kept = restored(folder, archive)

    assert (kept.path.name, kept.left) == ("nights.db.bad-1", LeftBehind())
    assert not list(folder.path.glob("*.left"))


def test_another_programs_file_leaves_nothing_behind(folder: Folder) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    path = folder.path / "nights.db"
    path.unlink()
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE letters (text)")

    assert restored(folder, archive).left == LeftBehind()


def test_a_store_of_a_newer_version_is_replaced_and_said_to_be_unknown(folder: Folder) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    with closing(sqlite3.connect(folder.path / "nights.db")) as newer:
        newer.execute("PRAGMA user_version = 99")

    kept = restored(folder, archive)

    assert kept.path.name == "nights.db.replaced-1"
    assert "has schema 99, this program knows up to" in kept.left.unlisted
    assert read_left(kept.path) == kept.left
    with NightsReader.open(folder.path / "nights.db") as reader:
        assert reader.minute_count("bedroom", 0, end_ms(9)) == 3


def test_a_store_that_cannot_be_compared_does_not_stop_the_restore(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)

    def fails(*_: object, **__: object) -> LeftBehind:
        raise StoreUnavailableError("nights.db: disk I/O error")

    monkeypatch.setattr(restore, "left_behind", fails)

    assert restored(folder, archive).left == LeftBehind(unlisted="nights.db: disk I/O error")


def test_while_somebody_reads_what_is_only_in_the_log_nothing_is_replaced(folder: Folder) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    raw = folder.raw("nights.db")
    raw.execute("BEGIN")
    raw.execute("SELECT count(*) FROM minutes").fetchone()
    store(folder, 4, 9)

    with pytest.raises(StoreInUseError, match="is being read: wait until `nightroom export`"):
        restored(folder, archive)

    raw.rollback()
    assert restored(folder, archive).left == alone(4, 9)


def test_without_hard_links_what_is_replaced_is_copied_whole(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    store(folder, 4, 9)

    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    kept = restored(folder, archive)

    assert kept.left == alone(4, 9)
    with NightsReader.open(kept.path) as reader:
        assert reader.minute_count("bedroom", 0, end_ms(9)) == 9
    assert not list(folder.path.glob("*.unfinished"))


@pytest.mark.slow
def test_a_restore_killed_at_any_line_never_leaves_what_is_replaced_without_its_list(
    folder: Folder, memory: Path
) -> None:
    store(folder, 1, 3)
    archive = backup_of(folder)
    store(folder, 4, 9)
    killed = memory / "killed"

    command = [sys.executable, "-m", "tests.fakes.killed_restore"]
    subprocess.run([*command, archive, folder.path, killed], check=True)

    seen = set()
    for data in killed.iterdir():
        is_replaced = ends(data) == [end_ms(seq) for seq in range(1, 4)]
        assert is_replaced or ends(data) == [end_ms(seq) for seq in range(1, 10)]
        seen.add(is_replaced)
        assert told(data) == (["nights.db.replaced-1"] if is_replaced else [])
        restore_once(archive, data)
        assert told(data) == ["nights.db.replaced-1"], "and not twice"
    assert seen == {True, False}
    assert len(list(killed.iterdir())) > 50


def ends(data: Path) -> list[int]:
    with NightsReader.open(data / "nights.db") as reader:
        return [end for _, end in reader.held().spans("bedroom", 0, end_ms(99))]


def told(data: Path) -> list[str]:
    return [one.what for one in store_findings(data) if "lacks since a restore" in one.words]
