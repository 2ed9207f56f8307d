"""What a restore does beside what is left over, damaged, in use, or not there at all."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import restore as restoring
from monitor.store.archive import UNPACKED_BYTES, Show
from monitor.store.backup import make_backup
from monitor.store.errors import BackupError, StoreError, StoreInUseError
from monitor.store.restore import Replaced, restore_backup
from monitor.store.set_aside import bad_files, condemn, is_salvaged
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

OTHER = "0b" * 8


def shown(_share: float, _words: str) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        opened.household_writer().close()
        yield opened


def store(folder: Folder, first: int, last: int) -> None:
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(first, last + 1)], gaps=(), stored_seq=last,
        )  # fmt: skip


def leave_log(folder: Folder, name: str) -> None:
    """Have a log as a kill leaves it beside a file that is then moved away."""
    path = folder.path / name
    killed = folder.path.parent / "killed"
    killed.mkdir(exist_ok=True)
    opened = folder.nights_writer() if name == "nights.db" else folder.household_writer()
    if name == "nights.db":
        opened.store_batch(
            room="kitchen", device="nightroom-kitchen", stream=OTHER,
            records=[record(seq, stream=OTHER) for seq in range(1, 61)], gaps=(), stored_seq=60,
        )  # fmt: skip
    else:
        opened.set_value("lamp", "candle", valid_from_ms=1)
    for suffix in ("-wal", "-names"):
        if (beside := path.with_name(name + suffix)).exists():
            shutil.copy(beside, killed / beside.name)
    opened.close()
    path.unlink()
    for beside in killed.iterdir():
        shutil.copy(beside, folder.path / beside.name)


def backup_of(folder: Folder) -> Path:
    return make_backup(folder.path, folder.path.parent / "kept", now_ms=EVENING_MS, show=shown)


def restored(folder: Folder, archive: Path, show: Show = shown) -> tuple[Replaced, ...]:
    return restore_backup(
        archive, folder.path, up_to_bytes=UNPACKED_BYTES, now_ms=EVENING_MS, show=show
    )


def minutes(folder: Folder, room: str = "bedroom") -> int:
    with closing(folder.nights_reader()) as reader:
        return len(reader.minutes(room, 0, 2**60))


def test_interrupted_before_it_replaces_anything_it_leaves_no_list(folder: Folder) -> None:
    store(folder, 1, 20)
    archive = backup_of(folder)
    store(folder, 21, 40)

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_backup(
            archive, folder.path, up_to_bytes=UNPACKED_BYTES, now_ms=EVENING_MS, show=shown,
            hold=interrupted,
        )  # fmt: skip

    assert not list(folder.path.glob("*.left"))


def test_a_log_that_was_left_alone_does_not_write_over_what_is_restored(folder: Folder) -> None:
    store(folder, 1, 20)
    archive = backup_of(folder)
    leave_log(folder, "nights.db")

    kept = restored(folder, archive)

    assert [one.path.name for one in kept] == ["nights.db.bad-1", "household.db.replaced-1"]
    with closing(folder.nights_writer()) as writer:
        assert minutes(folder) == 20
        salvaged(writer)
        assert (minutes(folder), minutes(folder, "kitchen")) == (20, 60)


def test_nor_does_a_log_of_household_db(folder: Folder) -> None:
    store(folder, 1, 2)
    archive = backup_of(folder)
    leave_log(folder, "household.db")

    restored(folder, archive)

    folder.household_writer().close()
    assert folder.household_reader().household("bedroom", 5).lamp is None
    (bad,) = bad_files(folder.path / "household.db")
    assert is_salvaged(bad)


def test_a_mark_of_damage_does_not_condemn_what_is_restored(folder: Folder) -> None:
    store(folder, 1, 20)
    archive = backup_of(folder)
    store(folder, 21, 30)
    condemn(folder.path / "nights.db")
    condemn(folder.path / "household.db")

    kept = restored(folder, archive)

    assert [one.path.name for one in kept] == ["nights.db.bad-1", "household.db.bad-1"]
    folder.household_writer().close()
    with closing(folder.nights_writer()) as writer:
        assert [one.name for one in bad_files(writer.path)] == ["nights.db.bad-1"]
        assert minutes(folder) == 20
        salvaged(writer)
        assert minutes(folder) == 30


def test_a_mark_whose_file_is_gone_does_not_either(folder: Folder) -> None:
    store(folder, 1, 20)
    archive = backup_of(folder)
    condemn(folder.path / "nights.db")
    (folder.path / "nights.db").unlink()

    restored(folder, archive)

    folder.nights_writer().close()
    assert (minutes(folder), bad_files(folder.path / "nights.db")) == (20, ())


def test_a_link_that_leads_nowhere_is_not_taken_for_a_new_store(folder: Folder) -> None:
    store(folder, 1, 2)
    archive = backup_of(folder)
    path = folder.path / "nights.db"
    path.unlink()
    path.symlink_to("/nowhere/nights.db")

    with pytest.raises(BackupError, match=r"link to /nowhere/nights\.db, which is not there"):
        restored(folder, archive)

    assert path.is_symlink()


def test_household_db_in_use_leaves_nights_db_alone_too(folder: Folder) -> None:
    store(folder, 1, 2)
    archive = backup_of(folder)
    store(folder, 3, 9)
    reading = folder.raw("household.db")
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM settings").fetchone()
    with closing(folder.household_writer()) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)

    with pytest.raises(StoreInUseError, match=r"household\.db is being read"):
        restored(folder, archive)

    assert (minutes(folder), list(folder.path.glob("*.replaced-*"))) == (9, [])


def test_a_disk_that_fails_midway_is_told_with_what_was_done(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder, 1, 2)
    archive = backup_of(folder)
    store(folder, 3, 9)
    give_name = restoring._give_name

    def fails(path: Path, kept: Path) -> None:
        if path.name == "household.db":
            raise OSError(5, "Input/output error")
        give_name(path, kept)

    monkeypatch.setattr(restoring, "_give_name", fails)
    with pytest.raises(
        BackupError, match=r"nights\.db is restored, household\.db is not \(.*again"
    ):
        restored(folder, archive)
    monkeypatch.undo()

    restored(folder, archive)
    assert minutes(folder) == 2


def test_a_refused_restore_makes_no_folder_and_no_locks(tmp_path: Path) -> None:
    letter = tmp_path / "letter.tar.gz"
    letter.write_bytes(b"a letter")
    (tmp_path / "empty").mkdir()

    for data_dir in (tmp_path / "mistyped", tmp_path / "empty"):
        with pytest.raises(StoreError):
            restore_backup(letter, data_dir, up_to_bytes=10**9, now_ms=1, show=shown)

    assert not (tmp_path / "mistyped").exists()
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("moment", ["unpacking", "checking"])
def test_a_restore_that_is_ended_leaves_everything_as_it_was(folder: Folder, moment: str) -> None:
    store(folder, 1, 2)
    archive = backup_of(folder)
    before = sorted(folder.path.iterdir())

    def hang_up(_share: float, words: str) -> None:
        if words.startswith(moment):
            raise SystemExit(129)

    with pytest.raises(SystemExit):
        restored(folder, archive, hang_up)

    assert sorted(folder.path.iterdir()) == before
