"""What a card still holds that refuses every write is copied off it."""

import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.commands import nightroom
from tests.fakes.card import Card
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, STREAM, record

MINUTES = 30


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    with Card(tmp_path, size_bytes=8 * 2**20) as inserted:
        yield inserted


def kept_on(folder: Folder) -> None:
    folder.household_writer().set_value("lamp", "candle", valid_from_ms=1)
    folder.nights_writer().store_batch(
        room="bedroom", device=DEVICE, stream=STREAM,
        records=[record(seq) for seq in range(1, MINUTES + 1)], gaps=(), stored_seq=MINUTES,
    )  # fmt: skip


def run(*arguments: str | Path) -> Result:
    done = CliRunner().invoke(nightroom, [str(it) for it in arguments])
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    return done


def copied_off(data: Path, target: Path) -> None:
    """Back up and export, and look into both."""
    run("backup", "--data-dir", data, "--to", target)
    (archive,) = target.iterdir()
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    with closing(sqlite3.connect(target / "nights.db")) as copy:
        assert copy.execute("SELECT count(*) FROM minutes").fetchone() == (MINUTES,)
    assert (target / "household.db").exists()
    assert run("export", "--data-dir", data).stdout.count("\n") == MINUTES + 1


@pytest.mark.root
def test_after_a_clean_stop_both_databases_are_copied_off(card: Card, tmp_path: Path) -> None:
    data = card.folder / "data"
    with data_folder(data) as folder:
        kept_on(folder)
    assert not list(data.glob("*-wal"))
    card.make_read_only()

    copied_off(data, tmp_path / "stick")


@pytest.mark.root
def test_while_their_writers_are_there_both_databases_are_copied_off(
    card: Card, tmp_path: Path
) -> None:
    data = card.folder / "data"
    with data_folder(data) as folder:
        kept_on(folder)
        card.make_read_only()

        copied_off(data, tmp_path / "stick")


@pytest.mark.root
def test_after_a_kill_both_databases_are_copied_off_with_their_logs(
    card: Card, tmp_path: Path
) -> None:
    killed = card.folder / "killed"
    with data_folder(card.folder / "data") as folder:
        kept_on(folder)
        shutil.copytree(folder.path, killed)
    card.make_read_only()

    copied_off(killed, tmp_path / "stick")


@pytest.mark.root
@pytest.mark.parametrize("left", [b"", bytes(32_768)], ids=["cut off", "zeros"])
def test_after_a_power_cut_a_log_with_a_worthless_index_is_copied_off_too(
    card: Card, tmp_path: Path, left: bytes
) -> None:
    cut = card.folder / "cut"
    with data_folder(card.folder / "data") as folder:
        kept_on(folder)
        shutil.copytree(folder.path, cut)
    for index in cut.glob("*-shm"):
        index.write_bytes(left)
    card.make_read_only()

    copied_off(cut, tmp_path / "stick")
