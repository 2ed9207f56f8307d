import os
import signal
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from monitor.cli.commands import nightroom
from tests.fakes.broker import wait_until
from tests.fakes.folder import data_folder
from tests.fakes.stored import DEVICE, STREAM, record


def test_a_backup_and_its_restore_by_the_command_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with data_folder(data) as folder:
        folder.nights_writer().store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(1)], gaps=(),
            stored_seq=1,
        )  # fmt: skip
    where = ["--data-dir", str(data)]
    runner = CliRunner()

    done = runner.invoke(nightroom, ["backup", *where, "--to", str(tmp_path / "kept")])
    (archive,) = (tmp_path / "kept").iterdir()
    again = runner.invoke(nightroom, ["restore", str(archive), *where])

    assert "read back and found whole" in done.stdout
    assert "100% checked" in done.stderr
    assert again.exit_code == 0, again.output
    assert "start nightroom-monitor and nightroom-web again" in again.stdout
    assert "nights.db.replaced-1" in again.stderr
    assert "100% restored" in again.stderr


def test_old_backups_are_removed_only_when_asked_to(tmp_path: Path) -> None:
    with data_folder(tmp_path / "data") as folder:
        folder.nights_writer()
    kept = tmp_path / "kept"
    kept.mkdir()
    for year in (2020, 2021):
        (kept / f"nightroom-{year}-01-01T000000Z.tar.gz").touch()
    where = ["backup", "--data-dir", str(tmp_path / "data"), "--to", str(kept)]

    done = CliRunner().invoke(nightroom, [*where, "--keep", "2"])

    assert "removed" in done.stderr
    assert "2020" in done.stderr
    assert len(list(kept.iterdir())) == 2


def test_a_command_that_is_told_to_stop_clears_away_what_it_began(tmp_path: Path) -> None:
    endless = tmp_path / "endless.csv"
    os.mkfifo(endless)
    data = tmp_path / "data"
    command = [sys.executable, "-m", "monitor", "import", str(endless), "--data-dir", str(data)]
    kept_open = os.open(endless, os.O_RDWR)  # so that neither side waits to open it
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as importing:
        wait_until((data / "nights.db-wal").exists, "the store is open")
        importing.send_signal(signal.SIGTERM)
        code = importing.wait(timeout=30)
    os.close(kept_open)

    assert code == 143
    assert not (data / "nights.db-wal").exists()
