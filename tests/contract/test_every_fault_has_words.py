"""Every fault of docs/no-loss.md and of the parts has its words on status page and doctor.

Brought about in one process by what it does to files, messages and time; the same faults in
real processes are the other tests' of docs/no-loss.md. Before a fault none of its words may
stand anywhere.
"""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.dating import DATES_NAME
from firmware.journal_limits import Limits
from monitor.alerts.requests import TEST
from monitor.contract.messages import LightState, Trouble
from monitor.contract.record import ClockState, Flag, instant
from monitor.contract.topics import Leaf
from monitor.runtime.faults import PARTS
from monitor.store.archive import UNPACKED_BYTES
from monitor.store.backup import make_backup
from monitor.store.household_writer import HouseholdWriter
from monitor.store.live_words import flags_words
from monitor.store.nights_writer import NightsWriter
from monitor.store.restore import restore_backup
from tests.fakes.courier import DOWN
from tests.fakes.in_process import RoomSide
from tests.fakes.stored import EVENING_MS, minute, record
from tests.fakes.told_house import ToldHouse, told_house

SINCE = "not heard since 2026-11-22 23:05:"
OTHER_STORE = "9" * 16


@dataclass(frozen=True)
class Told:
    """A fault, how it is brought about, and what both must say then."""

    rows: str
    fault: str
    bring: Callable[[ToldHouse], object]
    status: str
    doctor: str


def sensors_are_killed(house: ToldHouse) -> None:
    house.room.kill()
    house.monitor.steps(5)


def sensors_hang(house: ToldHouse) -> None:
    house.monitor.steps(60)


def monitor_is_gone(house: ToldHouse) -> None:
    house.clock.wait(20)


def the_broker_is(reason: str) -> Callable[[ToldHouse], None]:
    def cut(house: ToldHouse) -> None:
        house.broker.up = False
        house.monitor.link.cut(reason)
        house.monitor.steps(2)

    return cut


def an_hour_waits(house: ToldHouse) -> None:
    house.broker.stop()
    for _ in range(70):
        house.clock.wait(60)
        house.room.keep()
        house.monitor.recorder.step()
    house.broker.restart()
    house.room.uplink.receive(lambda _: None)
    house.room.say_state()
    house.monitor.recorder.step()


def the_store_says(words: str) -> Callable[[ToldHouse], None]:
    def refuse(house: ToldHouse) -> None:
        house.folder.raw("nights.db").execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON minutes BEGIN SELECT raise(ABORT, '{words}');"
            " END"
        )
        house.live()

    return refuse


def the_disk_is_full(house: ToldHouse) -> None:
    connection = house.monitor.writer._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    house.live(minutes=15)


def the_disk_is_read_only(house: ToldHouse) -> None:
    house.monitor.writer._connection.execute("PRAGMA query_only = ON")
    house.live()


def the_sensors_card_refuses(house: ToldHouse) -> None:
    house.disk.refuses = OSError(errno.EIO, "Input/output error")
    house.live(minutes=2)


def spoiled(path: Path) -> Path:
    for log in (f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(log).unlink(missing_ok=True)
    path.write_bytes(b"dear diary\n" * 999)
    return path


def nights_db_is_spoiled(house: ToldHouse) -> None:
    house.monitor.writer.close()
    path = spoiled(house.folder.path / "nights.db")
    NightsWriter.open(path, new_id=lambda: "6" * 16).close()


def nights_db_is_found_spoiled_at_work(house: ToldHouse) -> None:
    house.monitor.writer.condemn()


def household_db_is_spoiled(house: ToldHouse) -> None:
    house.household.close()
    HouseholdWriter.open(spoiled(house.folder.path / "household.db")).close()


def a_choice_is_spoiled_at_work(house: ToldHouse) -> None:
    raw = house.folder.raw("household.db")
    raw.execute("UPDATE settings SET value = replace(value, 'phone', 'stone')")
    raw.commit()


def the_journal_is_spoiled(house: ToldHouse) -> None:
    house.room.kill()
    (path,) = house.journal_dir.glob("*.log")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"x" * 40 + b"\n", *lines[2:]]))
    house.room.start()
    house.turn()


def an_old_part_of_the_journal_is_on_a_bad_spot(house: ToldHouse) -> None:
    house.clock.wait(86_400)
    house.live()
    house.room.kill()
    house.disk.bad_spot = min(path.name for path in house.journal_dir.glob("*.log"))
    house.room.start()
    house.live()


def the_dates_are_spoiled(house: ToldHouse) -> None:
    house.room.kill()
    (house.journal_dir / DATES_NAME).write_bytes(b"\0" * 50)
    house.room.start()
    house.turn()


def the_journal_is_full(house: ToldHouse) -> None:
    house.broker.stop()
    house.room.journal._limits = Limits(records=100, segment_records=50)
    for _ in range(200):
        house.clock.wait(60)
        house.room.keep()
    house.broker.restart()
    house.turn()


def poison_comes(house: ToldHouse) -> None:
    for payload in (b"\xff", b'{"v":NaN}'):
        house.monitor.sensor.send_bytes(Leaf.RECORDS, payload)
    house.monitor.steps(2)


def an_acknowledgement_is_forged(house: ToldHouse) -> None:
    house.acknowledge(house.room.journal.next_seq + 1_000)
    house.turn()


def another_store_answers(house: ToldHouse) -> None:
    house.acknowledge(3, store=OTHER_STORE)
    house.turn()


def the_store_is_of_yesterday(house: ToldHouse) -> None:
    house.acknowledge(0)
    house.turn()


def a_restore_leaves_minutes_behind(house: ToldHouse) -> None:
    data = house.folder.path
    archive = make_backup(data, data / "kept", now_ms=EVENING_MS, show=lambda *_: None)
    house.live(minutes=3)
    house.monitor.writer.close()
    house.household.close()
    restore_backup(
        archive, data, up_to_bytes=UNPACKED_BYTES, now_ms=EVENING_MS, show=lambda *_: None
    )


def a_record_comes_with_other_contents(house: ToldHouse) -> None:
    for temperature_c in (18.0, 19.0):
        changed = minute(EVENING_MS, temperature_c=temperature_c)
        house.monitor.sensor.send(record(1, minute=changed))
        house.monitor.steps(6)


def minutes_are_declared_lost(house: ToldHouse) -> None:
    house.monitor.sensor.send(record(10, minute=record(30).minute), lowest_seq=10)
    house.monitor.steps(2)


def a_twin_takes_turns(house: ToldHouse) -> None:
    twin = RoomSide(house.journal_dir.with_name("twin"), house.broker, house.clock, seed=2)
    for _ in range(2):
        for one in (house.room, twin):
            one.say_state()
            house.monitor.steps(1)


def the_clock_is_not_set(house: ToldHouse) -> None:
    house.clock.set_state(ClockState.UNSYNCED)
    house.turn()


def the_phone_cannot_be_reached(house: ToldHouse) -> None:
    house.monitor.courier.answers = lambda _: DOWN
    house.household.request(TEST, made_ms=house.clock.now_ms())
    house.monitor.steps(5)


def of_schema(version: int) -> Callable[[ToldHouse], None]:
    def leave(house: ToldHouse) -> None:
        house.monitor.writer.close()
        with closing(sqlite3.connect(house.folder.path / "nights.db")) as raw:
            raw.execute(f"PRAGMA user_version = {version}")

    return leave


def plays(fault: str) -> Callable[[ToldHouse], None]:
    return lambda house: house.plays(fault)


def hears(flag: Flag) -> Callable[[ToldHouse], None]:
    return lambda house: house.hears(flag)


def sees_infrared(house: ToldHouse) -> None:
    at = instant(house.clock.now_ms())
    light = LightState(at=at, illuminance_lx=0.0, flags=(Flag.IR_DOMINATED,))
    house.room.say_state(light=light)
    house.monitor.steps(1)


TROUBLES = {
    Trouble.JOURNAL_DAMAGED: "The sensors' journal was damaged: what cannot be read is kept",
    Trouble.GIVEN_UP: "The sensors' journal was full, and minutes that no store had were given up",
    Trouble.NOT_OURS: "Minutes were acknowledged that these sensors never sent",
    Trouble.OTHER_STORE: "Another store answers these sensors",
    Trouble.POSITION_FELL: "The store has less than it had, as after a restore",
}
BUS = {
    "absent": "sensor does not answer; check its four wires",
    "errno-121": "sensor does not answer; check its four wires",
    "errno-5": "sensor does not answer; check its four wires",
    "errno-110": "sensor's bus is stuck; check the wiring",
    "errno-11": "sensor's bus is stuck; check the wiring",
    "stuck-00": "sensor's bus is stuck; check the wiring",
    "stuck-ff": "sensor's bus is stuck; check the wiring",
}
PLAYED = {
    "bme280": {
        **BUS,
        "brown-out": "sensor lost power for a moment and was set up again",
        "zeroed-calibration": "sensor reports values no room can have",
        "corrupt-calibration": "sensor reports values no room can have",
        "status-stuck": "sensor's bus is stuck; check the wiring",
        "frozen": "reading has not moved for too long; the sensor may be stuck",
    },
    "tsl2591": {
        **BUS,
        "brown-out": "sensor lost power for a moment and was set up again",
        "saturated": "brighter than the sensor can tell",
        "frozen": "reading has not moved for too long; the sensor may be stuck",
    },
    "bus": {name: words for name, words in BUS.items() if name != "absent"},
}
HEARD = {
    Flag.NO_REPLY: "the sensor does not answer; check its four wires",
    Flag.FAULT: "the sensor failed; the log has the details",
    Flag.SILENT: "the microphone delivers only silence; check its wiring",
    Flag.OVERLOAD: "louder than the microphone can tell",
    Flag.XRUN: "some sound was lost on this machine",
    Flag.STARTING: "the sensor is starting",
}


def trouble(rows: str, fault: str, bring: Callable[[ToldHouse], object], one: Trouble) -> Told:
    return Told(rows, fault, bring, TROUBLES[one], f"monitor ({one}): {TROUBLES[one]}")


def broker(rows: str, fault: str, reason: str) -> Told:
    words = f"No connection to the broker: {reason}. The sensors keep their minutes; systemctl"
    return Told(rows, fault, the_broker_is(reason), words, f"monitor (broker): {words}")


FAULTS = (
    Told(
        "F1 F20",
        "sensor daemon killed",
        sensors_are_killed,
        "Sensors Down since 23:05 (",
        f"FAIL sensors of bedroom: {SINCE}",
    ),
    broker("F1 F8 F20", "broker killed", "broker stopped"),
    Told(
        "F1 F20",
        "monitor killed, or ended for want of memory",
        monitor_is_gone,
        "Monitor Down since 23:05 (20 s ago): see journalctl -u nightroom-monitor.",
        f"FAIL monitor: {SINCE}",
    ),
    Told(
        "F2",
        "power cut",
        ToldHouse.loses_power,
        "Monitor Not heard yet.",
        "FAIL monitor: is not running",
    ),
    Told(
        "F3/F4",
        "a write of the monitor fails",
        the_store_says("disk I/O error"),
        "Nothing can be stored: ",
        "disk I/O error; check disk space, the file's owner and the disk. The sensors keep",
    ),
    Told(
        "F3/F4 F5",
        "the sensors' card refuses",
        the_sensors_card_refuses,
        "The sensors' card refuses to write: 2 of their minutes wait in memory",
        "monitor (journal): The sensors' card refuses to write: 2 of their minutes wait in memory",
    ),
    Told(
        "F5",
        "full disk",
        the_disk_is_full,
        "database or disk is full; check disk space",
        "database or disk is full; check disk space",
    ),
    Told(
        "F6",
        "read-only file system",
        the_disk_is_read_only,
        "attempt to write a readonly database; check disk space, the file's owner and the disk",
        "attempt to write a readonly database; check disk space, the file's owner and the disk",
    ),
    Told(
        "F7",
        "nights.db spoiled",
        nights_db_is_spoiled,
        "was damaged and set aside; what is intact in it is being copied back. What to do: let",
        "was damaged and set aside; what is intact in it is being copied back",
    ),
    Told(
        "F7",
        "nights.db spoiled at work",
        nights_db_is_found_spoiled_at_work,
        "nights.db: was found damaged at work; it is set aside and a fresh one begun",
        "nights.db: was found damaged at work; it is set aside and a fresh one begun",
    ),
    Told(
        "F7",
        "household.db spoiled",
        household_db_is_spoiled,
        "household.db.bad",
        "was damaged and set aside: ",
    ),
    Told(
        "F7",
        "a choice in household.db spoiled at work",
        a_choice_is_spoiled_at_work,
        "what people chose does not fit its seal. What to do: restart nightroom-web, which",
        "what people chose does not fit its seal",
    ),
    trouble("F7", "journal spoiled", the_journal_is_spoiled, Trouble.JOURNAL_DAMAGED),
    trouble(
        "F4",
        "bad spot",
        an_old_part_of_the_journal_is_on_a_bad_spot,
        Trouble.JOURNAL_DAMAGED,
    ),
    trouble("F7 F16", "dates spoiled", the_dates_are_spoiled, Trouble.JOURNAL_DAMAGED),
    broker("F8", "broker mute", "mute: nothing came back for 20 s"),
    broker("F8", "broker refusing", "refused: Not authorized"),
    Told(
        "F8 F9",
        "an hour's minutes wait",
        an_hour_waits,
        "70 records wait to be stored",
        "FAIL backlog of bedroom: 70 records wait to be stored",
    ),
    trouble("F8", "journal full after weeks", the_journal_is_full, Trouble.GIVEN_UP),
    broker("F9", "packets lost", "Keep alive timeout"),
    broker("F10", "client id used twice", "client id used twice"),
    Told(
        "F10",
        "two daemons of one name",
        a_twin_takes_turns,
        "Two sensor daemons speak for this room and take turns",
        "monitor (twins): Two sensor daemons speak for this room and take turns",
    ),
    Told(
        "F11",
        "poison payloads",
        poison_comes,
        "2 messages could not be read; the log of nightroom-monitor says why",
        "FAIL messages: 2 messages could not be read; the log of nightroom-monitor says why",
    ),
    trouble("F12 F13", "forged acknowledgement", an_acknowledgement_is_forged, Trouble.NOT_OURS),
    trouble("F13", "store replaced", another_store_answers, Trouble.OTHER_STORE),
    trouble("F13", "store of yesterday", the_store_is_of_yesterday, Trouble.POSITION_FELL),
    Told(
        "F13",
        "minutes left behind by a restore",
        a_restore_leaves_minutes_behind,
        "nights.db.replaced-1: 3 minutes that nights.db lacks since a restore, from 2026-11-22",
        "FAIL nights.db.replaced-1: 3 minutes that nights.db lacks since a restore, from 2026",
    ),
    Told(
        "F13",
        "card cloned",
        a_record_comes_with_other_contents,
        "1 record came again with other contents; what came first is kept",
        "FAIL records: 1 record came again with other contents; what came first is kept",
    ),
    Told(
        "F13 sim soak",
        "minutes declared lost",
        minutes_are_declared_lost,
        "gap in bedroom: 9 minutes are declared lost up to 2026-11-22 23:29 UTC",
        "gap in bedroom: 9 minutes are declared lost up to 2026-11-22 23:29 UTC",
    ),
    Told(
        "F16",
        "clock not set",
        the_clock_is_not_set,
        "not in step with any time server",
        "FAIL clock of bedroom: not in step with any time server",
    ),
    Told(
        "F17 F20",
        "sensor daemon hangs",
        sensors_hang,
        "Sensors Down since 23:05 (",
        f"FAIL sensors of bedroom: {SINCE}",
    ),
    Told(
        "F18",
        "push endpoint down",
        the_phone_cannot_be_reached,
        "do not arrive: there is no connection to the server. Look at its address, and try it",
        "monitor (alerts to phone): Messages to 'phone' do not arrive",
    ),
    Told(
        "F19",
        "upgrade killed half-way",
        of_schema(2),
        "What to do: start nightroom-monitor, which brings it up to date.",
        "start nightroom-monitor, which brings it up to date",
    ),
    Told(
        "F19",
        "store of a newer version",
        of_schema(99),
        "upgrade nightroom or restore an older backup",
        "upgrade nightroom or restore an older backup",
    ),
)
OF_PARTS = (
    *(
        Told("F14/F15", f"{part} {name}", plays(f"{part} {name}"), words, words)
        for part, faults in PLAYED.items()
        for name, words in faults.items()
    ),
    *(
        Told("F14/F15", f"microphone {flag}", hears(flag), words, f"microphone of bedroom: {words}")
        for flag, words in HEARD.items()
    ),
    Told(
        "F14/F15",
        "a baby camera's infrared",
        sees_infrared,
        "mostly infrared light, so the true value is lower",
        "light of bedroom: mostly infrared light, so the true value is lower",
    ),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ToldHouse]:
    with told_house(tmp_path) as made:
        yield made


@pytest.mark.parametrize("told", FAULTS, ids=lambda told: f"{told.rows}: {told.fault}")
def test_both_say_what_happened_and_what_to_do(told: Told, house: ToldHouse) -> None:
    assert told.status.casefold() not in house.status()
    assert told.doctor.casefold() not in house.doctor()

    told.bring(house)

    assert told.status.casefold() in house.status()
    assert told.doctor.casefold() in house.doctor()


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldHouse]:
    """Yield a house whose parts are well again as soon as its room says so."""
    with told_house(tmp_path_factory.mktemp("furnished")) as made:
        yield made


@pytest.mark.parametrize("told", OF_PARTS, ids=lambda told: told.fault)
def test_both_say_what_ails_a_part_until_it_is_well(told: Told, furnished: ToldHouse) -> None:
    told.bring(furnished)
    said = furnished.status(), furnished.doctor()
    furnished.turn()

    assert told.status.casefold() in said[0]
    assert told.doctor.casefold() in said[1]
    assert told.status.casefold() not in furnished.status()
    assert told.doctor.casefold() not in furnished.doctor()


def test_every_fault_that_can_be_played_has_its_words() -> None:
    assert {part: set(faults) for part, faults in PLAYED.items()} == {
        part: set(faults) for part, faults in PARTS.items()
    }
    assert set(TROUBLES) == set(Trouble)


@pytest.mark.parametrize("flag", sorted(set(Flag) - {Flag.NOT_GIVEN}))  # which is no part's
def test_every_flag_has_its_words_in_the_table(flag: Flag) -> None:
    words = flags_words((flag,)).casefold()
    assert any(told.status.casefold() in words for told in OF_PARTS)
