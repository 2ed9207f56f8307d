import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.commands import nightroom
from monitor.cli.keeping import left_words
from monitor.store import backup, restore
from monitor.store.archive import DATABASES
from monitor.store.left_behind import LeftBehind, Run
from tests.fakes.broker import wait_until
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

# Whoever runs the tests may ignore signals, as nohup does; a child would inherit that.
TOLD = ("env", "--default-signal=INT,TERM,HUP")


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
    assert "There was no store" not in again.stderr

    new = runner.invoke(nightroom, ["restore", str(archive), "--data-dir", str(tmp_path / "dada")])

    assert new.exit_code == 0, new.output
    assert f"There was no store in {tmp_path / 'dada'}: it is a new one." in new.stderr


def test_what_a_restore_leaves_behind_is_said_with_what_happens_next(tmp_path: Path) -> None:
    data = tmp_path / "data"
    where = ["--data-dir", str(data)]
    runner = CliRunner()
    with data_folder(data) as folder:
        keep(folder, 1)
        runner.invoke(nightroom, ["backup", *where, "--to", str(tmp_path / "kept")])
        keep(folder, 9)
    (archive,) = (tmp_path / "kept").iterdir()

    again = runner.invoke(nightroom, ["restore", str(archive), *where])

    assert "comparing bedroom" in again.stderr
    assert (
        "It alone holds 8 minutes, up to 2026-11-22 23:09 UTC: within an hour of the start"
        " connected sensors have sent what they still have. The status page and `nightroom doctor`"
        " tell what is missing then, and how to bring it back." in again.stderr
    )


def keep(folder: Folder, last: int) -> None:
    writer = folder.nights_writer()
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=STREAM,
        records=[record(seq) for seq in range(1, last + 1)], gaps=(), stored_seq=last,
    )  # fmt: skip
    writer.close()


@pytest.mark.parametrize(
    ("step", "code"), [("left_behind", 130), ("keep_left", 0), ("acquit", 0), ("set_aside", 0)]
)
def test_a_restore_that_is_interrupted_has_done_nothing_or_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    data = tmp_path / "data"
    where = ["--data-dir", str(data)]
    runner = CliRunner()
    with data_folder(data) as folder:
        keep(folder, 1)
        folder.household_writer()
        runner.invoke(nightroom, ["backup", *where, "--to", str(tmp_path / "kept")])
        keep(folder, 9)
    if step == "set_aside":
        (data / "nights.db").write_bytes(b"damaged" * 999)
    before = [(data / name).stat().st_ino for name in DATABASES]
    (archive,) = (tmp_path / "kept").iterdir()
    taken = getattr(restore, step)

    def told_to_stop(*arguments: object, **options: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return taken(*arguments, **options)

    monkeypatch.setattr(restore, step, told_to_stop)

    done = runner.invoke(nightroom, ["restore", str(archive), *where])

    now = [(data / name).stat().st_ino for name in DATABASES]
    replaced = [one != other for one, other in zip(before, now, strict=True)]
    assert done.exit_code == code, done.output
    assert replaced == ([False, False] if code else [True, True])
    assert ("Restored: start" in done.stdout) == (not code)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("step", "code"), [("_check_packed", 130), ("sync_folder", 0)])
def test_a_backup_that_is_interrupted_is_not_there_or_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with data_folder(tmp_path / "data") as folder:
        keep(folder, 1)
    taken = getattr(backup, step)

    def told_to_stop(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return taken(*arguments)

    monkeypatch.setattr(backup, step, told_to_stop)
    kept = tmp_path / "kept"

    done = CliRunner().invoke(
        nightroom, ["backup", "--data-dir", str(tmp_path / "data"), "--to", str(kept)]
    )

    assert done.exit_code == code, done.output
    assert kept.exists() == (not code)
    assert ("found whole" in done.stdout) == (not code)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_of_what_a_restore_left_behind_one_minute_none_and_the_unknown_have_their_words() -> None:
    one = Run(first_end_ms=EVENING_MS, last_end_ms=EVENING_MS, minutes=1)

    assert left_words(LeftBehind()) == ""
    assert left_words(LeftBehind(rooms={"attic": (one,)})).startswith(
        "It alone holds 1 minute, up to 2026-11-22 23:00 UTC: within"
    )
    assert left_words(LeftBehind(unlisted="schema 9")).startswith(
        "What it alone holds is not known (schema 9): within"
    )


def test_old_backups_are_removed_only_when_asked_to(tmp_path: Path) -> None:
    with data_folder(tmp_path / "data") as folder:
        folder.nights_writer()
        folder.household_writer()
    kept = tmp_path / "kept"
    kept.mkdir()
    for year in (2020, 2021):
        (kept / f"nightroom-{year}-01-01T000000Z.tar.gz").touch()
    where = ["backup", "--data-dir", str(tmp_path / "data"), "--to", str(kept)]

    done = CliRunner().invoke(nightroom, [*where, "--keep", "2"])

    assert "removed" in done.stderr
    assert "2020" in done.stderr
    assert len(list(kept.iterdir())) == 2


def test_a_backup_without_a_database_says_so_and_removes_none_of_before(tmp_path: Path) -> None:
    with data_folder(tmp_path / "data") as folder:
        folder.household_writer()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "nightroom-2020-01-01T000000Z.tar.gz").touch()
    where = ["backup", "--data-dir", str(tmp_path / "data"), "--to", str(kept)]

    done = CliRunner().invoke(nightroom, [*where, "--keep", "1"])

    assert "It has no nights.db" in done.stderr
    assert "No older backup was removed" in done.stderr
    assert len(list(kept.iterdir())) == 2


@pytest.mark.parametrize(
    ("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_command_that_is_told_to_stop_clears_away_what_it_began(
    tmp_path: Path, told: signal.Signals, code: int
) -> None:
    endless = tmp_path / "endless.csv"
    os.mkfifo(endless)
    data = tmp_path / "data"
    command = [*TOLD, sys.executable, "-m", "monitor", "import", str(endless)]
    kept_open = os.open(endless, os.O_RDWR)  # so that neither side waits to open it
    with subprocess.Popen(
        [*command, "--data-dir", str(data)], stderr=subprocess.DEVNULL
    ) as importing:
        try:
            wait_until((data / "nights.db-wal").exists, "the store is open")
            importing.send_signal(told)
            ended = importing.wait(timeout=30)
        finally:
            importing.kill()
    os.close(kept_open)

    assert ended == code
    assert not data.exists()


def test_a_second_signal_does_not_stop_a_command_that_clears_away(tmp_path: Path) -> None:
    impatient = """
import os, signal
from monitor.__main__ import main
from monitor.cli import import_store

def clear_away(*arguments, **options):
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), one)
    cleared(*arguments, **options)

def interrupted(*_, **_options):
    os.kill(os.getpid(), signal.SIGINT)

cleared, import_store._take_back = import_store._take_back, clear_away
from monitor.cli import series
series.import_file = interrupted
main()
"""
    data = tmp_path / "data"
    command = [*TOLD, sys.executable, "-c", impatient, "import", "x.csv", "--data-dir", str(data)]

    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, timeout=30)

    assert done.returncode == 130, done.stderr
    assert not data.exists()


def test_what_is_done_is_said_to_be_done_where_its_words_cannot_be_written(tmp_path: Path) -> None:
    file, data, kept = tmp_path / "x.csv", tmp_path / "data", tmp_path / "kept"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,18\n")
    for year in (2020, 2021):
        kept.mkdir(exist_ok=True)
        (kept / f"nightroom-{year}-01-01T000000Z.tar.gz").touch()

    unheard("import", str(file), data=data, words="1 minutes read: 1 new")
    with data_folder(data) as folder:
        assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 1
        folder.household_writer()
    backup_words = "read back and found whole"
    unheard("backup", "--to", str(kept), "--keep", "1", data=data, words=backup_words)
    (archive,) = kept.iterdir()
    unheard("restore", str(archive), data=tmp_path / "new", words="Restored: start")


def unheard(*arguments: str, data: Path, words: str) -> None:
    """Run a command whose output no disk takes."""
    command = [sys.executable, "-m", "monitor", *arguments, "--data-dir", str(data)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    only = "It is done; only its words could not be written (No space left on device):"
    assert only in done.stderr
    assert words in done.stderr.partition(only)[2]
    assert "retry" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("to", ["&-", "/dev/full"])
def test_what_nobody_hears_of_its_progress_stops_no_command(tmp_path: Path, to: str) -> None:
    file, data, kept = tmp_path / "x.csv", tmp_path / "data", tmp_path / "kept"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,18\n")

    def run(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "monitor", *arguments, "--data-dir", str(data)]
        deaf = ["sh", "-c", f'exec "$@" 2>{to}', "sh", *command]
        buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        done = subprocess.run(
            deaf, check=False, capture_output=True, text=True, timeout=60, env=buffered
        )
        assert done.returncode == code
        return done.stdout

    run("import", str(file))
    assert run("export").count("\n") == 2
    run("backup", "--to", str(kept))
    (archive,) = kept.iterdir()
    assert run("restore", str(archive)).startswith("Restored")
    assert (data / "nights.db.replaced-1").exists()
    run("restore", str(kept / "none"), code=1)
