"""What every Disk does, the real one and the fake one."""

from pathlib import Path

import pytest

from firmware.disk import Disk, RealDisk
from tests.fakes.disk import FakeDisk


@pytest.fixture(
    params=[RealDisk, lambda: RealDisk(durable=False), FakeDisk],
    ids=["real", "real, not durable", "fake"],
)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    made: Disk = request.param()
    made.make_directory(tmp_path / "journal")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_an_append_creates_the_file_and_then_adds_to_its_end(disk: Disk, folder: Path) -> None:
    disk.append(folder / "a", b"one")
    disk.append(folder / "a", b"two")
    assert disk.read(folder / "a") == b"onetwo"


def test_a_part_is_read_from_an_offset_and_ends_with_the_file(disk: Disk, folder: Path) -> None:
    disk.append(folder / "a", b"0123456789")
    assert disk.read(folder / "a", 3, 4) == b"3456"
    assert disk.read(folder / "a", 8, 4) == b"89"
    assert disk.read(folder / "a", 20, 4) == b""


def test_a_write_replaces_the_whole_file(disk: Disk, folder: Path) -> None:
    disk.append(folder / "a", b"long content")
    disk.write(folder / "a", b"short")
    assert disk.read(folder / "a") == b"short"


def test_a_truncated_file_keeps_its_beginning(disk: Disk, folder: Path) -> None:
    disk.append(folder / "a", b"whole torn")
    disk.truncate(folder / "a", 6)
    disk.append(folder / "a", b"again")
    assert disk.read(folder / "a") == b"whole again"


def test_a_rename_replaces_its_target(disk: Disk, folder: Path) -> None:
    disk.write(folder / "a", b"new")
    disk.write(folder / "b", b"old")
    disk.rename(folder / "a", folder / "b")
    assert disk.names(folder) == ["b"]
    assert disk.read(folder / "b") == b"new"


def test_names_are_sorted_and_a_removed_file_is_not_among_them(disk: Disk, folder: Path) -> None:
    for name in ("c", "a", "b"):
        disk.append(folder / name, b"")
    disk.remove(folder / "b")
    disk.sync_directory(folder)
    assert disk.names(folder) == ["a", "c"]


def test_a_directory_may_be_made_twice(disk: Disk, folder: Path) -> None:
    disk.append(folder / "a", b"kept")
    disk.make_directory(folder)
    assert disk.names(folder) == ["a"]


@pytest.mark.parametrize("task", ["read", "truncate", "remove", "rename", "names", "sync"])
def test_what_is_not_there_is_a_file_not_found(disk: Disk, folder: Path, task: str) -> None:
    gone = folder / "gone" / "file"
    tasks = {
        "read": lambda: disk.read(gone),
        "truncate": lambda: disk.truncate(gone, 0),
        "remove": lambda: disk.remove(gone),
        "rename": lambda: disk.rename(gone, folder / "b"),
        "names": lambda: disk.names(gone.parent),
        "sync": lambda: disk.sync_directory(gone.parent),
    }
    with pytest.raises(FileNotFoundError):
        tasks[task]()


def test_a_file_cannot_be_made_in_a_directory_that_is_not_there(disk: Disk, folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.append(folder / "gone" / "file", b"x")


def test_only_the_owner_may_read_a_file_and_a_directory(tmp_path: Path) -> None:
    disk = RealDisk()
    disk.make_directory(tmp_path / "own")
    disk.append(tmp_path / "own" / "a", b"x")
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0
    assert (tmp_path / "own" / "a").stat().st_mode & 0o077 == 0


def test_a_name_that_was_not_synced_does_not_survive_a_power_cut() -> None:
    disk, folder = FakeDisk(), Path("/j")
    disk.make_directory(folder)
    disk.append(folder / "kept", b"1")
    disk.sync_directory(folder)
    disk.append(folder / "kept", b"2")
    disk.append(folder / "lost", b"3")
    disk.cut_power()
    assert disk.names(folder) == ["kept"]
    assert disk.read(folder / "kept") == b"12"
