"""A damaged file goes where nothing is of another one, whatever people have removed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.condition import store_findings
from monitor.store.names_file import read_names
from monitor.store.set_aside import (
    bad_files,
    condemn,
    free_name,
    is_salvaged,
    note_salvaged,
    set_aside,
)
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, OTHER_STREAM, STREAM, record

COMPANIONS = ("nights.db.bad-1-names", "nights.db.bad-1.salvaged")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def store(folder: Folder, first: int, last: int) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(first, last + 1)], gaps=(), stored_seq=last,
        )  # fmt: skip


def found_damaged(folder: Folder) -> None:
    """Have nights.db set aside and salvaged at a start."""
    condemn(folder.path / "nights.db")
    with closing(folder.nights_writer()) as writer:
        salvaged(writer)


def test_the_second_damage_is_salvaged_though_the_first_file_was_removed(folder: Folder) -> None:
    store(folder, 1, 30)
    found_damaged(folder)
    (folder.path / "nights.db.bad-1").unlink()
    store(folder, 31, 60)

    found_damaged(folder)

    assert [one.name for one in bad_files(folder.path / "nights.db")] == ["nights.db.bad-2"]
    assert folder.nights_reader().minute_count("bedroom", 0, 2**60) == 60


def test_the_advice_to_remove_a_file_names_what_belongs_to_it(folder: Folder) -> None:
    store(folder, 1, 3)
    found_damaged(folder)
    bad = folder.path / "nights.db.bad-1"
    (folder.path / "nights.db.bad-10-names").touch()

    (told,) = [one for one in store_findings(folder.path) if one.what == bad.name]

    there = {one.name for one in folder.path.glob("nights.db.bad-1*")}
    assert there == {bad.name, *COMPANIONS, "nights.db.bad-10-names"}
    assert told.fix == (
        f"nothing; remove {bad}, with {COMPANIONS[0]}, with {COMPANIONS[1]} if you do not want to"
        " keep it"
    )


@pytest.mark.parametrize("left", ["-wal", "-shm", "-journal", "-names", ".salvaged"])
def test_a_number_is_free_only_if_nothing_bears_it(tmp_path: Path, left: str) -> None:
    path = tmp_path / "nights.db"
    (tmp_path / "nights.db.bad-10").touch()
    assert free_name(path).name == "nights.db.bad-1"

    (tmp_path / f"nights.db.bad-1{left}").touch()

    assert free_name(path).name == "nights.db.bad-2"


def test_what_a_kill_left_halfway_comes_together_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nights.db"
    path.write_bytes(b"damaged")
    path.with_name("nights.db-wal").write_bytes(b"its log")
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        if self == path:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            set_aside(path)

    bad = set_aside(path)

    assert bad.read_bytes() == b"damaged"
    assert bad.with_name("nights.db.bad-1-wal").read_bytes() == b"its log"
    assert {one.name for one in tmp_path.iterdir()} == {"nights.db.bad-1", "nights.db.bad-1-wal"}


def test_the_names_of_its_streams_go_with_a_file_that_is_moved_away(folder: Folder) -> None:
    """A salvage of the fresh one would begin rooms that it never had."""
    path = folder.path / "nights.db"
    with closing(folder.nights_writer()) as writer:
        writer.put_back("nursery", DEVICE, OTHER_STREAM, [record(1, stream=OTHER_STREAM)])
    path.rename(folder.path / "moved.db")
    store(folder, 1, 3)

    assert {room for room, _, _ in read_names(path)} == {"bedroom"}


def test_the_mark_of_damage_goes_with_a_file_that_is_moved_away(folder: Folder) -> None:
    store(folder, 1, 3)
    path = folder.path / "nights.db"
    condemn(path)
    path.rename(folder.path / "moved.db")
    (found,) = [one for one in store_findings(folder.path) if one.what == path.name]
    assert found.words == "is not there yet"

    store(folder, 4, 6)
    found_at_start = store_findings(folder.path)
    store(folder, 7, 9)

    assert all("damaged" not in one.words for one in found_at_start)
    assert bad_files(path) == ()
    assert folder.nights_reader().minute_count("bedroom", 0, 2**60) == 6


def test_a_mark_of_before_leads_into_no_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "nights.db"
    mark = path.with_name("nights.db.condemned")
    path.write_bytes(b"damaged")
    note_salvaged(path.with_name("nights.db.bad-1"), "done")

    for told in (b"nights.db.bad-1", b"../nights.db.bad-9", b"\xff", b""):
        mark.write_bytes(told)
        bad = set_aside(path)
        assert not is_salvaged(bad)
        bad.rename(path)
