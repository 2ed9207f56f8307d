"""What the doctor finds out besides the sensors, and how it takes their check."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.cli.doctor import (
    broker_findings,
    clock_finding,
    disk_findings,
    minute_findings,
    permission_findings,
    sensors_report,
)
from monitor.cli.doctor_screen import screen_findings
from monitor.contract.record import ClockState
from monitor.contract.topics import Topics
from monitor.night.view_choices import SelfLight
from monitor.runtime.clock import VirtualClock
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_writer import NightsWriter
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

PING = Topics().ping("monitor")


def child(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-E", "-c", code)


def echo_of(broker: FakeBroker, *subscriptions: str) -> tuple[bool, str, str]:
    link = FakeLink(broker, subscriptions)
    (finding,) = broker_findings(Settings(), VirtualClock(start_ms=0), link_of=lambda *_: link)
    assert not link.started
    return finding.ok, finding.words, finding.fix


def test_a_broker_that_echoes_is_well() -> None:
    assert echo_of(FakeBroker(), PING) == (True, "127.0.0.1:1884 echoes", "")


def test_a_broker_that_swallows_is_told_from_one_that_is_not_there() -> None:
    ok, words, fix = echo_of(FakeBroker())
    assert not ok
    assert "takes messages and returns none" in words
    assert "ACL" in fix
    down = FakeBroker()
    down.up = False
    ok, words, fix = echo_of(down, PING)
    assert not ok
    assert "no answer in 5 s" in words
    assert "systemctl status nightroom-broker" in fix


def test_what_the_broker_says_when_it_refuses_is_told() -> None:
    broker = FakeBroker()
    broker.up = False
    link = FakeLink(broker, (PING,))
    link.connected = True
    link.cut("not authorised")
    (finding,) = broker_findings(Settings(), VirtualClock(start_ms=0), link_of=lambda *_: link)
    assert "not authorised" in finding.words


def test_a_missing_password_is_a_finding(tmp_path: Path) -> None:
    settings = Settings(monitor=MonitorSettings(password_file=tmp_path / "none"))
    (finding,) = broker_findings(settings, VirtualClock(start_ms=0))
    assert not finding.ok
    assert "none" in finding.fix


def test_passwords_that_others_may_read_are_told_with_the_command(tmp_path: Path) -> None:
    file = tmp_path / "monitor.password"
    file.write_text("secret")
    file.chmod(0o644)
    settings = Settings(monitor=MonitorSettings(password_file=file))
    (finding,) = permission_findings(settings)
    assert (finding.ok, finding.fix) == (False, f"chmod 600 {file}")
    file.chmod(0o600)
    assert permission_findings(settings)[0].ok
    file.unlink()
    assert "installer" in permission_findings(settings)[0].fix
    assert permission_findings(Settings()) == []


def test_free_space_is_told_where_the_folder_will_be(tmp_path: Path) -> None:
    (finding,) = disk_findings([tmp_path / "not" / "there" / "yet"])
    assert finding.what.endswith("yet")
    assert finding.words.endswith("MiB free")


def test_a_clock_without_a_time_source_is_told() -> None:
    clock = VirtualClock(start_ms=0)
    assert clock_finding(clock).ok
    clock.set_state(ClockState.UNSYNCED)
    assert not clock_finding(clock).ok


def test_a_check_that_hangs_or_breaks_is_a_finding_itself() -> None:
    hung = sensors_report(child("while True: pass"), within_s=0.3)
    assert hung.findings[0].words.startswith("no answer in")
    broken = sensors_report(child("raise SystemExit('no such file')"))
    assert "code 1" in broken.findings[0].words
    assert broken.findings[0].fix == "no such file"
    silent = sensors_report(child("pass"))
    assert not silent.ok


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Return a data folder in which one room has kept a minute."""
    with closing(NightsWriter.open(tmp_path / "nights.db", new_id=lambda: "5" * 16)) as writer:
        writer.store_batch(
            room="bedroom",
            device=DEVICE,
            stream=STREAM,
            records=[record()],
            gaps=(),
            stored_seq=1,
        )
    return tmp_path


def test_a_minute_that_cannot_be_read_any_more_is_told(rooms: Path) -> None:
    with closing(sqlite3.connect(rooms / "nights.db")) as raw:
        raw.execute("UPDATE minutes SET flags = CAST(x'af' AS TEXT)")
        raw.commit()

    (found,) = minute_findings(MonitorSettings(data_dir=rooms))

    assert found.words.startswith("one cannot be read")
    assert "restart nightroom-monitor twice" in found.fix


def test_minutes_that_have_changed_on_the_card_are_counted(rooms: Path) -> None:
    settings = MonitorSettings(data_dir=rooms)
    assert minute_findings(settings) == []
    with closing(sqlite3.connect(rooms / "nights.db")) as raw:
        raw.execute("UPDATE minutes SET crc = crc + 1")
        raw.commit()

    (found,) = minute_findings(settings)

    assert not found.ok
    assert found.words.startswith("1 minute whose check sum is wrong")
    assert "restart nightroom-monitor" in found.fix


def screen_of(folder: Path, found: SelfLight | None = None) -> tuple[bool, str, str]:
    if found is not None:
        with closing(HouseholdWriter.open(folder / "household.db")) as writer:
            writer.set_values({"self_light": found}, valid_from_ms=EVENING_MS, room="bedroom")
    clock = VirtualClock(start_ms=EVENING_MS)
    (finding,) = screen_findings(MonitorSettings(data_dir=folder), clock)
    assert finding.what == "bedside screen of bedroom"
    return finding.ok, finding.words, finding.fix


def test_a_bedside_screen_that_nobody_measured_is_told_how(rooms: Path) -> None:
    ok, words, fix = screen_of(rooms)
    assert (ok, fix) == (True, "")
    assert words == "not measured; open /bedside/self-light?room=bedroom on it, it takes a minute"


def test_what_a_bedside_screen_adds_is_told_with_its_day(rooms: Path) -> None:
    assert screen_of(rooms, SelfLight(added_lx=0.05, told_from_lx=0.01)) == (
        True,
        "adds 0.05 lx at the sensor, measured 22 Nov 2026 (UTC)",
        "",
    )


def test_a_bright_bedside_screen_is_a_fault_with_its_fix(rooms: Path) -> None:
    ok, words, fix = screen_of(rooms, SelfLight(added_lx=90.0, told_from_lx=0.01))
    assert (ok, words[:13]) == (False, "adds 90 lx at")
    assert fix == "dim or turn the screen, then open /bedside/self-light?room=bedroom on it"


def test_what_could_not_be_told_in_a_bright_room_is_no_fault(rooms: Path) -> None:
    ok, words, fix = screen_of(rooms, SelfLight(added_lx=0.0, told_from_lx=90.0))
    assert (ok, fix) == (True, "")
    assert words.endswith("try again in a darker room")


def test_without_a_store_nothing_is_said_of_screens(tmp_path: Path) -> None:
    settings = MonitorSettings(data_dir=tmp_path)
    assert screen_findings(settings, VirtualClock(start_ms=0)) == []
