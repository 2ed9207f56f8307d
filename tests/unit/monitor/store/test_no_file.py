"""A folder, a pipe or a device under the name of one of a database's files."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.condition import store_findings
from monitor.store.errors import StoreMissingError, StoreUnavailableError
from monitor.store.household_reader import HouseholdReader
from monitor.store.no_file import moved_away
from monitor.store.set_aside import bad_files
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, STREAM, record

MINUTES = 30


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "notes").write_text("dear diary")


def a_socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{folder}/{path.name}")  # its own path may be too long for one
    os.close(folder)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


KINDS = (a_folder, os.mkfifo, a_socket, a_device)
BESIDE = ("-wal", "-shm", "-names", ".condemned", ".lock")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        with closing(opened.nights_writer()) as writer:
            writer.put_back(
                "bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, MINUTES + 1)]
            )
        with closing(opened.household_writer()) as household:
            household.set_value("lamp", "candle", valid_from_ms=1)
            household.keep_copy()
        yield opened


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", BESIDE)
def test_beside_nights_db_it_is_moved_away_and_no_minute_is_lost(
    folder: Folder, suffix: str, kind: Callable[[Path], None]
) -> None:
    path = folder.path / "nights.db"
    beside = path.with_name(path.name + suffix)
    beside.unlink(missing_ok=True)
    kind(beside)

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    assert [one.name for one in moved_away(path)] == [f"{beside.name}.no-file-1"]
    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == MINUTES


@pytest.mark.parametrize("kind", KINDS)
def test_in_place_of_nights_db_it_is_moved_away_and_told(
    folder: Folder, kind: Callable[[Path], None]
) -> None:
    path = folder.path / "nights.db"
    path.unlink()
    kind(path)
    (before,) = (one for one in store_findings(folder.path) if one.what == path.name)
    assert (before.words, before.fix) == (
        f"{path} is no file", "start nightroom-monitor, which moves it away"
    )  # fmt: skip

    with closing(folder.nights_writer()) as writer:
        assert salvaged(writer) == []

    assert bad_files(path) == ()
    away = path.with_name("nights.db.no-file-1")
    (told,) = (one for one in store_findings(folder.path) if one.what == away.name)
    assert told.words.startswith("was no file, and stood where nights.db is kept")
    assert told.fix.endswith(f"remove {away}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["", "-wal", ".copy"])
def test_household_db_goes_on_with_what_is_left(
    folder: Folder, suffix: str, kind: Callable[[Path], None]
) -> None:
    path = folder.path / "household.db"
    beside = path.with_name(path.name + suffix)
    beside.unlink(missing_ok=True)
    kind(beside)

    folder.household_writer().close()

    with closing(HouseholdReader(path)) as household:
        assert household.household("bedroom", 1).lamp == "candle"  # of its copy, where that is left
    assert [one.name for one in moved_away(path)] == [f"{beside.name}.no-file-1"]


def test_a_second_one_gets_another_name(folder: Folder) -> None:
    path = folder.path / "nights.db"
    for _ in range(2):
        path.with_name("nights.db-wal").mkdir()
        folder.nights_writer().close()

    assert [one.name for one in moved_away(path)] == [
        "nights.db-wal.no-file-1", "nights.db-wal.no-file-2"
    ]  # fmt: skip


def test_what_looks_at_the_folder_waits_for_no_pipe(folder: Folder) -> None:
    for name in ("nights.db-names", "nights.db.lock", "nights.db.bad-1"):
        path = folder.path / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)

    assert all(one.ok for one in store_findings(folder.path))


def test_a_link_that_leads_nowhere_stays_and_says_what_to_do(folder: Folder) -> None:
    path = folder.path / "nights.db"
    path.unlink()
    path.symlink_to(folder.path.parent / "stick" / "nights.db")

    with pytest.raises(StoreUnavailableError, match="mount the disk that it is on"):
        folder.nights_writer()
    with pytest.raises(StoreMissingError, match="mount the disk that it is on"):
        folder.nights_reader()
    (told,) = (one for one in store_findings(folder.path) if one.what == path.name)
    assert told.fix == "mount the disk that it is on, or remove the link"
    assert path.is_symlink()
