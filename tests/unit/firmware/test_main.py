"""The composition root as its callers see it: exit codes, and a run without a broker."""

import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from firmware.__main__ import _before, _dated_before, _detector, _seed_again, main
from firmware.dating import Dating
from firmware.disk import Disk, RealDisk
from firmware.journal import Journal
from firmware.journal_lock import only_writer
from firmware.parts import Parts
from monitor.contract.record import ClockState
from monitor.runtime.clock import RealClock
from tests.fakes.disk import FakeDisk, FaultyDisk
from tests.fakes.parts import Presses
from tests.fakes.room_sound import heard, quiet, sound_minute
from tests.fakes.transfer_records import a_minute

SERIES = "time,temperature_c,light_lux\n2016-01-11T17:00:00,18,1\n2016-01-11T17:10:00,19,1\n"


def config(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "nightroom.toml"
    # Port 1 refuses at once: nobody listens there.
    text = ["[broker]", "port = 1", "[sensors]", f'journal_dir = "{tmp_path}/journal"', *lines]
    path.write_text("\n".join(text))
    return str(path)


def stopped_after(seconds: float) -> threading.Thread:
    """Send SIGTERM so long after somebody listens for it: on a busy machine a start takes time."""
    ours, clock = signal.getsignal(signal.SIGTERM), RealClock()
    heard: list[float] = []

    def is_over() -> bool:
        if not heard and signal.getsignal(signal.SIGTERM) is not ours:
            heard.append(clock.monotonic_s())
        return bool(heard) and clock.monotonic_s() >= heard[0] + seconds

    return stopped_when(is_over)


def stopped_when(condition: Callable[[], bool]) -> threading.Thread:
    """Send SIGTERM as soon as a condition holds (or after a minute, which fails the test)."""

    def watch() -> None:
        clock = RealClock()
        until_s = clock.monotonic_s() + 60
        while not condition() and clock.monotonic_s() < until_s:
            clock.wait(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def journalled(folder: Path) -> int:
    """Count the records in a journal's files."""
    return sum(
        file.read_bytes().count(b'"minute":') for file in folder.rglob("*") if file.is_file()
    )


@pytest.fixture(autouse=True)
def _signals() -> object:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_missing_configuration_is_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


def test_a_bad_series_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    series = tmp_path / "bad.csv"
    series.write_text("time,temperature_c\nyesterday,18\n")
    assert main(["--config", config(tmp_path), "--replay", str(series)]) == 2
    assert "line 2" in capsys.readouterr().err


def test_a_journal_that_cannot_be_opened_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "journal").write_text("a file where a directory should be")
    assert main(["--config", config(tmp_path, "[simulation]", 'scenario = "demo"')]) == 1
    assert "journal" in capsys.readouterr().err


@pytest.mark.slow
def test_a_replay_without_a_broker_keeps_its_minutes_and_says_they_are_not_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = tmp_path / "room.csv"
    series.write_text(SERIES)
    stopper = stopped_when(lambda: journalled(tmp_path / "journal") == 20)
    assert main(["--config", config(tmp_path), "--replay", str(series)]) == 1
    stopper.join()
    assert "minutes on their way" in capsys.readouterr().err
    assert journalled(tmp_path / "journal") == 20


def test_a_simulated_room_runs_in_real_time_until_it_is_stopped(tmp_path: Path) -> None:
    timer = stopped_after(0.5)
    quiet = ("[simulation]", 'scenario = "demo"', "[microphone]", "fitted = false")
    assert main(["--config", config(tmp_path, *quiet)]) == 0
    timer.join()


def test_the_hardware_runs_although_no_bus_is_there(tmp_path: Path) -> None:
    timer = stopped_after(0.5)
    assert main(["--config", config(tmp_path, "[microphone]", "fitted = false")]) == 0
    timer.join()


def test_after_a_restart_the_background_is_that_of_the_last_ten_journalled_minutes(
    tmp_path: Path,
) -> None:
    journal = Journal.open(tmp_path, disk=RealDisk(), new_id=lambda: "ab" * 8)
    for number in range(1, 16):
        la90_db = 45.0 if number <= 5 else 27.0
        journal.append(
            sound_minute(number * 60_000, la90_db),
            boot="cd" * 8,
            boottime_s=60.0 * number,
            clock=ClockState.SYNCED,
        )
    (event,) = heard([50.0] * 8 + quiet(10), _detector(journal), start_ms=15 * 60_000 + 20_000)
    assert (event.start_ms, event.background_db) == (920_000, 27.0)


def a_journal_of(minutes: int, directory: Path, *, disk: Disk | None = None) -> Journal:
    """Return one that is opened again, as after a restart; its minutes lie in two days."""
    disk = disk or FakeDisk()
    journal = Journal.open(directory, disk=disk, new_id=lambda: "ab" * 8)
    for number in range(1, minutes + 1):
        journal.append(
            a_minute(number),
            boot="cd" * 8,
            boottime_s=60.0 * number,
            clock=ClockState.SYNCED,
            sync=number % 1000 == 0 or number == minutes,
        )
    return Journal.open(directory, disk=disk, new_id=lambda: "ef" * 8)


def test_of_the_minutes_before_a_restart_none_is_left_out(tmp_path: Path) -> None:
    journal = a_journal_of(2000, tmp_path)
    ends_ms = [record.minute.end_ms for record in _before(journal, 960)]
    assert ends_ms == [a_minute(number).end_ms for number in range(1041, 2001)]
    assert len(list(_before(journal, 5000))) == 2000


def test_minutes_before_a_restart_that_cannot_be_read_hold_up_neither_it_nor_the_others(
    tmp_path: Path,
) -> None:
    disk = FaultyDisk(FakeDisk())
    journal = a_journal_of(2000, tmp_path, disk=disk)
    first, last = (name for name in disk.names(tmp_path) if name.endswith(".log"))
    disk.bad_spots = frozenset([first])
    read_ms = [record.minute.end_ms for record in _before(journal, 960)]
    assert read_ms[-500:] == [a_minute(number).end_ms for number in range(1501, 2001)]
    disk.bad_spots = frozenset([first, last])
    assert list(_before(journal, 960)) == []


def test_numbers_that_were_skipped_are_no_minutes_before_a_restart(tmp_path: Path) -> None:
    disk = FaultyDisk(FakeDisk())
    journal = a_journal_of(20, tmp_path, disk=disk)
    disk.bad_spots = frozenset(name for name in disk.names(tmp_path) if name.endswith(".log"))
    journal = a_journal_of(2, tmp_path, disk=disk)
    disk.bad_spots = frozenset()
    journal.sync()
    assert journal.next_seq > 1000
    assert len(list(_before(journal, 960))) == 22


def test_a_panel_is_told_again_of_what_was_before_a_restart(tmp_path: Path) -> None:
    disk = FakeDisk()
    journal = a_journal_of(3, tmp_path, disk=disk)
    dating = Dating.open(tmp_path, disk, journal)
    panel = Presses()
    _seed_again(Parts(panel=panel), journal, dating)
    assert [record.seq for record in panel.before] == [1, 2, 3]
    _seed_again(Parts(), journal, dating)


def test_minutes_of_a_boot_that_has_found_the_time_have_their_dates(tmp_path: Path) -> None:
    disk = FakeDisk()
    journal = Journal.open(tmp_path, disk=disk, new_id=lambda: "ab" * 8)
    for number, state in ((1, ClockState.UNSYNCED), (20_000, ClockState.SYNCED)):
        boottime_s = 60.0 if state is ClockState.UNSYNCED else 120.0
        journal.append(a_minute(number), boot="cd" * 8, boottime_s=boottime_s, clock=state)
    dating = Dating.open(tmp_path, disk, journal)
    first, second = _dated_before(journal, dating)
    assert second.minute.end_ms - first.minute.end_ms == 60_000


def test_a_second_daemon_on_one_journal_is_exit_code_1_and_touches_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.__main__.only_writer", partial(only_writer, patience_s=0.0))
    simulated = config(tmp_path, "[simulation]", 'scenario = "demo"')
    with only_writer(tmp_path / "journal", RealClock(), pytest.fail):
        assert main(["--config", simulated]) == 1
    assert "has a writer already" in capsys.readouterr().err
    assert list((tmp_path / "journal").iterdir()) == []


def test_where_the_last_minutes_cannot_be_read_it_starts_without_them(tmp_path: Path) -> None:
    disk = FaultyDisk(RealDisk())
    journal = Journal.open(tmp_path, disk=disk, new_id=lambda: "ab" * 8)
    journal.append(
        sound_minute(60_000, 45.0), boot="cd" * 8, boottime_s=60.0, clock=ClockState.SYNCED
    )
    disk.bad_spots = frozenset(path.name for path in tmp_path.glob("*.log"))
    assert list(_before(Journal.open(tmp_path, disk=disk, new_id=lambda: "ef" * 8), 10)) == []


def test_on_a_full_card_it_starts_and_runs_although_there_is_no_journal_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = FaultyDisk(RealDisk(), is_full=True)
    monkeypatch.setattr("firmware.__main__.RealDisk", lambda: full)
    timer = stopped_after(0.5)
    quiet = ("[simulation]", 'scenario = "demo"', "[microphone]", "fitted = false")
    assert main(["--config", config(tmp_path, *quiet)]) == 0
    timer.join()
    assert "No space left on device" in capsys.readouterr().err
