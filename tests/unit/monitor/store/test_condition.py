"""Every fault of the store has its words, and what to do."""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.condition import store_findings
from monitor.store.set_aside import condemn, note_salvaged, set_aside
from monitor.store.wear import WearMeter, own_written_bytes
from tests.fakes.folder import Folder, data_folder

DAY_MS = 86_400_000
MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path / "data") as opened:
        opened.nights_writer().close()
        opened.household_writer().close()
        yield opened


def told(folder: Folder, free_bytes: int = 10**10) -> dict[str, tuple[bool, str, str]]:
    found = store_findings(folder.path, free=lambda _: free_bytes)
    return {one.what: (one.ok, one.words, one.fix) for one in found}


def test_a_store_that_is_well_asks_for_nothing(folder: Folder) -> None:
    found = told(folder)

    assert all(ok and not fix for ok, _, fix in found.values())
    assert found["nights.db"][1] == "opens, schema 4"
    assert found[f"disk of {folder.path}"][1] == "9536 MiB free"


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    (found,) = store_findings(tmp_path / "none")

    assert not found.ok
    assert "start nightroom-monitor" in found.fix


def test_a_file_not_made_yet_names_the_unit_that_makes_it(folder: Folder) -> None:
    (folder.path / "household.db").unlink()

    assert told(folder)["household.db"] == (
        False,
        "is not there yet",
        "start nightroom-web: it makes it, or brings it up to date",
    )


def test_a_newer_schema_says_upgrade(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute("PRAGMA user_version = 77")

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "schema 77, this program knows up to" in words
    assert fix == "upgrade nightroom or restore an older backup"


def test_a_file_that_is_no_database_says_so(folder: Folder) -> None:
    (folder.path / "nights.db").write_bytes(b"Dear Sir or Madam " * 99)

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "is not a database" in words
    assert fix == "move it away and start again"


def test_a_file_found_damaged_at_work_says_restart(folder: Folder) -> None:
    condemn(folder.path / "nights.db")

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "found damaged at work" in words
    assert "restart nightroom-monitor" in fix


def test_a_salvage_is_told_while_it_runs_and_when_it_is_done(folder: Folder) -> None:
    bad = set_aside(folder.path / "nights.db")
    folder.nights_writer()

    ok, words, _ = told(folder)[bad.name]
    assert not ok
    assert "is being copied back" in words

    note_salvaged(bad, f"12 minutes were copied back from {bad.name}")
    ok, words, fix = told(folder)[bad.name]
    assert ok
    assert "12 minutes were copied back" in words
    assert f"remove {bad}" in fix


@pytest.mark.parametrize(
    ("free_bytes", "words"),
    [(199 * MIB, "nearly full: 199 MiB free"), (3 * MIB, "full: 3 MiB free")],
)
def test_a_disk_that_fills_says_what_to_do_before_it_is_full(
    folder: Folder, free_bytes: int, words: str
) -> None:
    ok, said, fix = told(folder, free_bytes)[f"disk of {folder.path}"]

    assert (ok, said) == (False, words)
    assert fix.startswith("free space")


def test_a_disk_that_cannot_be_asked_is_said_so(folder: Folder) -> None:
    def failing(_folder: Path) -> int:
        raise OSError(5, "Input/output error")

    (disk,) = [one for one in store_findings(folder.path, free=failing) if "disk" in one.what]

    assert (disk.ok, disk.words) == (False, "cannot be asked (Input/output error)")


def test_what_is_written_counts_from_midnight() -> None:
    written = iter([500, 700, 900, 1_000])
    meter = WearMeter(lambda: next(written))

    assert meter.today_bytes(DAY_MS) == 500, "since its start, the same day"
    assert meter.today_bytes(2 * DAY_MS - 1) == 700
    assert meter.today_bytes(2 * DAY_MS) == 0
    assert meter.today_bytes(2 * DAY_MS + 1) == 100


def test_a_process_knows_what_it_has_written(tmp_path: Path) -> None:
    before = own_written_bytes()
    (tmp_path / "file").write_bytes(secrets.token_bytes(100_000))

    assert own_written_bytes() - before >= (100_000 if on_a_disk(tmp_path) else 0)
    assert own_written_bytes(tmp_path / "none") == 0


def on_a_disk(path: Path) -> bool:
    """Tell whether what is written there counts as written to a disk."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    home = max((one for one in mounts if path.is_relative_to(one[1])), key=lambda one: len(one[1]))
    return home[2] not in {"tmpfs", "ramfs"} and shutil.disk_usage(path).free > 0
