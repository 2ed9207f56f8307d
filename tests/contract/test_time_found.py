"""F16: the time is found at any moment, after any accident; sensor and store together."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.dating import COPY_NAME, DATES_NAME
from firmware.disk import RealDisk
from firmware.journal_identity import META_NAME
from firmware.journal_limits import Limits
from monitor.contract.codec import encode
from monitor.contract.messages import Stored, Trouble
from monitor.contract.record import ClockState, Record, instant
from monitor.runtime.clock import VirtualClock
from tests.contract.test_time import BOOT, THREE_WEEKS_MS, TRUTH_MS, House
from tests.fakes.disk import FaultyDisk
from tests.fakes.folder import data_folder
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench

STARTED_S = 20.0
NEXT_BOOT = "c0de" * 4


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with data_folder(tmp_path) as folder:
        bench = Bench(folder, FakeBroker(), now_ms=TRUTH_MS)
        yield House(bench, tmp_path / "journal", boottime_s=STARTED_S)


def settle(house: House, turns: int = 30) -> None:
    for _ in range(turns):
        house.clock.wait(61)
        house.bench.clock.wait(61)
        house.talk(5)


def records(house: House, boot: str = BOOT) -> list[Record]:
    every = house.bench.reader.records("bedroom", 0, 2**60)
    return sorted((one for one in every if one.boot == boot), key=lambda one: one.boottime_s)


def misdated(house: House) -> list[int]:
    """Return the seqs of the first boot's records whose end is not when it was."""
    return [one.seq for one in records(house) if is_misdated(one)]


def is_misdated(one: Record) -> bool:
    return abs(one.minute.end_ms - TRUTH_MS - (one.boottime_s - STARTED_S) * 1000) > 1000


def assert_all_is_right(house: House) -> None:
    assert len(records(house)) == len(house.truth)
    assert misdated(house) == []


def restart_with(house: House, spoil: Callable[[Path], object]) -> None:
    house.room.kill()
    spoil(house.folder)
    house.room.start()


def on_a_card_that_fills(house: House) -> FaultyDisk:
    house.room.kill()
    disk = FaultyDisk(RealDisk(durable=False))
    house.room = RoomSide(house.folder, house.bench.broker, house.clock, disk=disk)
    return disk


def power_cut(house: House) -> None:
    """Boot anew, without time as before."""
    house.room.kill()
    house.clock = VirtualClock(
        start_ms=house.bench.clock.now_ms() - THREE_WEEKS_MS,
        boottime_s=STARTED_S,
        boot_id=NEXT_BOOT,
        state=ClockState.UNSYNCED,
    )
    house.room.clock = house.clock
    house.room.start()


def batches_sent(house: House) -> int:
    return sum(one.topic.endswith("records") for one in house.room.link.published)


def test_an_answer_that_is_under_way_while_the_time_is_found_takes_no_correction_away(
    house: House,
) -> None:
    house.bench.broker.stop()
    house.live(50)
    house.bench.broker.restart()
    house.room.turn()
    house.bench.recorder.step()
    house.room.turn()  # all go out without a date
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    house.room.courier.tick()
    house.bench.recorder.step()  # they are stored, and answered
    settle(house, 3)
    assert_all_is_right(house)


def test_minutes_that_a_full_card_kept_in_memory_wait_for_the_time_like_any(house: House) -> None:
    disk = on_a_card_that_fills(house)
    disk.is_full = True
    house.live(5)
    disk.is_full = False
    house.live(1)
    assert records(house) == []
    house.find_time()
    assert_all_is_right(house)


def test_minutes_that_a_full_card_kept_in_memory_until_after_the_time_was_found_are_dated(
    house: House,
) -> None:
    disk = on_a_card_that_fills(house)
    disk.is_full = True
    house.live(5)
    house.find_time()
    disk.is_full = False
    house.live(3)
    assert_all_is_right(house)


@pytest.mark.parametrize("bad", range(3))
@pytest.mark.parametrize("is_identity", [False, True])
def test_a_journal_that_can_be_read_only_after_a_while_sends_its_corrections_then(
    house: House, bad: int, *, is_identity: bool
) -> None:
    house.live(30)
    house.bench.broker.stop()
    house.find_time()
    house.live(1500)
    disk = on_a_card_that_fills(house)
    logs = sorted(path.name for path in house.folder.glob("*.log"))
    house.room.kill()
    if is_identity:
        (house.folder / META_NAME).write_bytes(b"spoiled")
    disk.bad_spots = frozenset({logs[bad]})
    house.room.start()
    house.bench.broker.restart()
    house.live(5)
    disk.bad_spots = frozenset()
    house.live(3)
    settle(house, 60)
    seen = house.bench.reader.minutes("bedroom", 0, 2**60)
    assert (len(seen), misdated(house)) == (len(house.truth), [])


def the_time_found_while_nothing_can_be_read(house: House) -> FaultyDisk:
    house.live(30)
    disk = on_a_card_that_fills(house)
    house.room.kill()
    disk.bad_spots = frozenset(path.name for path in house.folder.glob("*.log"))
    house.room.start()
    house.find_time()
    return disk


@pytest.mark.parametrize("loses_source", [False, True])
def test_a_time_found_for_a_moment_dates_what_cannot_be_read_just_then(
    house: House, *, loses_source: bool
) -> None:
    disk = the_time_found_while_nothing_can_be_read(house)
    if loses_source:
        house.clock.set_state(ClockState.UNSYNCED)
        house.live(1)
        house.truth.pop()  # nobody is to know when that was
    disk.bad_spots = frozenset()
    power_cut(house)
    settle(house, 30)
    dated = [one for one in records(house) if one.clock is not ClockState.UNSYNCED]
    assert (len(dated), [one.seq for one in dated if is_misdated(one)]) == (30, [])


def test_it_is_kept_once_each_time_it_is_found(house: House) -> None:
    the_time_found_while_nothing_can_be_read(house)
    kept = (house.folder / DATES_NAME).read_bytes()
    house.clock.wait(5)
    house.talk(5)
    assert (house.folder / DATES_NAME).read_bytes() == kept


def test_a_daemon_killed_between_any_two_of_its_writes_dates_all_the_same(house: House) -> None:
    house.live(1)
    restart_with(house, lambda folder: (folder / DATES_NAME).unlink(missing_ok=True))
    house.live(3)
    house.find_time()
    assert_all_is_right(house)


def test_dates_that_a_full_card_could_not_keep_are_told_by_the_minutes_behind(
    house: House,
) -> None:
    disk = on_a_card_that_fills(house)
    house.live(30)
    disk.is_full = True
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    house.talk()
    assert len(misdated(house)) == 30
    disk.is_full = False
    house.bench.broker.stop()
    house.room.keep()
    house.truth.append(0)
    house.bench.broker.restart()
    power_cut(house)
    settle(house, 3)
    assert_all_is_right(house)


@pytest.mark.parametrize("spoiled", [b"\x00" * 50, b"", b"[]"])
def test_damaged_dates_of_a_boot_without_time_are_kept_aside_and_told_of(
    house: House, spoiled: bytes
) -> None:
    house.live(30)
    restart_with(house, lambda folder: (folder / DATES_NAME).write_bytes(spoiled))
    assert (house.folder / f"{DATES_NAME}.bad").read_bytes() == spoiled
    assert Trouble.JOURNAL_DAMAGED in house.room.courier.troubles
    house.live(2)
    house.find_time()
    assert_all_is_right(house)


def test_damaged_dates_of_a_boot_that_found_the_time_are_told_by_its_later_minutes(
    house: House,
) -> None:
    house.live(30)
    house.bench.broker.stop()
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    house.live(2)
    house.room.kill()
    spoil(house.folder, DATES_NAME, COPY_NAME)
    house.room.start()
    power_cut(house)
    house.bench.broker.restart()
    settle(house, 3)
    assert_all_is_right(house)


def spoil(folder: Path, *names: str) -> None:
    for name in names:
        dates = folder / name
        dates.write_bytes(dates.read_bytes().replace(b'"ahead_ms":1', b'"ahead_ms":2'))


@pytest.mark.parametrize("minutes_behind", [0, 5])
@pytest.mark.parametrize("begins_a_stream", [False, True])
@pytest.mark.parametrize("spoiled", [(DATES_NAME,), (COPY_NAME,), (DATES_NAME, COPY_NAME)])
def test_damaged_dates_double_no_minute_though_the_clock_has_been_slewed_since(
    house: House, spoiled: tuple[str, ...], minutes_behind: int, *, begins_a_stream: bool
) -> None:
    """Every time client slews the clock: what is learnt anew is another millisecond."""
    house.live(30)
    house.find_time()
    house.clock.step(0.02)
    house.live(minutes_behind)
    settle(house, 2)
    house.room.kill()
    spoil(house.folder, *spoiled)
    if begins_a_stream:
        (house.folder / META_NAME).write_bytes(b"spoiled")
    house.room.start()
    settle(house, 10)
    house.live(3)
    settle(house, 10)
    seen = house.bench.reader.minutes("bedroom", 0, 2**60)
    assert (len(seen), misdated(house)) == (len(house.truth), [])
    if len(spoiled) == 1:
        assert house.room.courier.troubles == (Trouble.JOURNAL_DAMAGED,)
        assert house.room.courier.sender.counts.new_streams == 0


def test_a_damaged_identity_takes_no_date_with_it(house: House) -> None:
    house.live(30)
    restart_with(house, lambda folder: (folder / "journal.json").write_bytes(b"\x00" * 50))
    house.live(2)
    house.find_time()
    settle(house, 40)
    of_stream = [one for one in records(house) if one.stream == house.room.journal.stream]
    assert len(of_stream) == 32
    assert {one.clock for one in of_stream} == {ClockState.CORRECTED}
    assert not any(is_misdated(one) for one in of_stream)


def test_a_boot_without_time_may_outlast_what_the_journal_holds(house: House) -> None:
    house.room.journal._limits = Limits(records=100, segment_records=25)
    house.live(300)
    house.find_time()
    held_from = house.room.journal.lowest_seq
    assert held_from > 100
    assert [seq for seq in misdated(house) if seq >= held_from] == []
    sent = batches_sent(house)
    settle(house)
    assert batches_sent(house) == sent
    assert house.room.courier.sender.wake_at_s is None


def test_a_damaged_line_of_one_boot_keeps_no_other_from_its_date(house: House) -> None:
    house.live(30)
    house.find_time()
    house.room.kill()
    (log,) = house.folder.glob("*.log")
    log.write_bytes(log.read_bytes().replace(b"b007", b"b107", 1))
    house.room.start()
    began_ms = house.bench.clock.now_ms()
    power_cut(house)
    house.live(30)
    house.find_time()
    later = records(house, NEXT_BOOT)
    assert len(later) == 30
    assert [
        one.minute.end_ms - began_ms - round((one.boottime_s - STARTED_S) * 1000) for one in later
    ] == [0] * 30
    sent = batches_sent(house)
    settle(house)
    assert batches_sent(house) == sent


def test_a_boot_that_loses_its_source_again_is_dated_by_the_next_time_found(house: House) -> None:
    house.live(5)
    house.clock.step(house.behind_s - 7200)
    house.clock.set_state(ClockState.SYNCED)
    house.talk(40)
    house.live(5)
    house.clock.step(7200)  # the source puts right what it had wrong
    house.live(30)
    house.clock.set_state(ClockState.UNSYNCED)
    house.live(30)
    assert records(house)[-1].clock is ClockState.UNSYNCED
    house.clock.set_state(ClockState.SYNCED)
    house.talk(20)
    assert records(house)[-1].clock is ClockState.CORRECTED
    assert [seq for seq in misdated(house) if seq > 10] == []


def test_a_store_restored_to_just_before_its_correction_is_corrected_again(house: House) -> None:
    house.live(40)
    raw = house.bench.folder.raw("nights.db")
    raw.execute("CREATE TABLE backup AS SELECT * FROM minutes")
    house.find_time()
    raw.executescript(
        "DELETE FROM minutes; INSERT INTO minutes SELECT * FROM backup; DROP TABLE backup"
    )
    assert len(misdated(house)) == 40
    house.bench.broker.stop()
    house.bench.broker.restart()
    settle(house)
    assert_all_is_right(house)


def test_a_stream_begun_anew_while_the_time_is_unknown_is_dated_as_well(house: House) -> None:
    house.live(40)
    old = house.room.journal.stream
    house.room.courier.receive(encode(forged(house, stored_seq=9_999)))
    house.live(3)
    house.find_time()
    settle(house)
    anew = [one for one in records(house) if one.stream != old]
    assert len(anew) == 43
    assert not any(is_misdated(one) for one in anew)


def forged(house: House, *, stored_seq: int) -> Stored:
    return Stored(
        v=1,
        at=instant(0),
        sequence=1,
        store=house.bench.writer.store_id,
        device=house.room.identity.device,
        stream=house.room.journal.stream,
        stored_seq=stored_seq,
    )
