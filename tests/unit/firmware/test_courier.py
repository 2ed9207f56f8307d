"""The courier does what the sender says, and survives what the journal refuses."""

import itertools
import random
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from firmware.courier import Courier
from firmware.dating import Dating
from firmware.journal import Journal
from firmware.segment_log import TRIES
from monitor.contract.codec import MAX_BATCH_BYTES, decode, encode
from monitor.contract.errors import PayloadError
from monitor.contract.messages import Batch, Hello, Stored, Trouble
from monitor.contract.record import ClimateMinute, ClockState, Flag, Minute, instant
from monitor.contract.topics import Leaf
from monitor.runtime.clock import VirtualClock
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk
from tests.fakes.transfer_records import BOOT, FIRST_END_MS, a_minute

FOLDER = Path("/journal")
DEVICE = "nightroom-bedroom"
STORE = "00000000000000c0"
DAY = 1440


@dataclass
class Sensor:
    """A courier with a disk that can fail, and what it published and reported."""

    disk: FaultyDisk = field(default_factory=lambda: FaultyDisk(FakeDisk()))
    published: list[tuple[Leaf, bytes]] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    read_later: list[str] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(start_ms=FIRST_END_MS))

    def __post_init__(self) -> None:
        ids = itertools.count(1)
        self.journal = Journal.open(FOLDER, disk=self.disk, new_id=lambda: f"{next(ids):016x}")
        self.courier = Courier(
            self.journal,
            device=DEVICE,
            session="00000000000000d0",
            clock=self.clock,
            rng=random.Random(1),
            publish=lambda leaf, payload: self.published.append((leaf, payload)),
            report=self.reported.append,
            dating=Dating.open(FOLDER, self.disk, self.journal),
            read_later=lambda: self.read_later.append(self.journal.stream),
        )

    def keep(self, *numbers: int, minute: Minute | None = None, sync: bool = True) -> None:
        for number in numbers:
            self.courier.keep(
                minute or a_minute(number),
                boot=BOOT,
                boottime_s=60.0 * number,
                clock=ClockState.SYNCED,
                sync=sync,
            )

    def stored(
        self,
        seq: int,
        *,
        is_proven: bool = False,
        stream: str | None = None,
        answers: int | None = None,
    ) -> None:
        proof = {} if answers is None else {"answers": answers}
        if is_proven:
            held = self.journal.record_at(seq)
            proof["stored_crc"] = held.crc if held else 0
        message = Stored(
            v=1,
            at=instant(FIRST_END_MS),
            sequence=1,
            store=STORE,
            device=DEVICE,
            stream=stream or self.journal.stream,
            stored_seq=seq,
            **proof,
        )
        self.courier.receive(encode(message))

    def batches(self) -> list[Batch]:
        return [decode(payload, Batch) for leaf, payload in self.published if leaf is Leaf.RECORDS]

    def hellos(self) -> list[Hello]:
        return [decode(payload, Hello) for leaf, payload in self.published if leaf is Leaf.HELLO]


def a_connected_sensor(*numbers: int, seq: int = 0) -> Sensor:
    sensor = Sensor()
    sensor.keep(*numbers)
    sensor.courier.connected()
    sensor.stored(seq, is_proven=seq > 0)
    return sensor


def test_connecting_says_hello_with_what_is_held() -> None:
    sensor = Sensor()
    sensor.keep(1, 2)
    sensor.courier.connected()
    (hello,) = sensor.hellos()
    assert (hello.device, hello.stream) == (DEVICE, sensor.journal.stream)
    assert (hello.lowest_seq, hello.next_seq) == (1, 3)


def test_an_answer_starts_the_records_and_each_message_has_its_number() -> None:
    sensor = a_connected_sensor(1, 2, 3, seq=1)
    (batch,) = sensor.batches()
    assert [record.seq for record in batch.records] == [2, 3]
    assert batch.sequence > sensor.hellos()[0].sequence


def test_a_kept_minute_is_published_at_once_when_nothing_is_in_flight() -> None:
    sensor = a_connected_sensor(1, seq=1)
    sensor.keep(2)
    assert [record.seq for record in sensor.batches()[-1].records] == [2]


def test_minutes_that_wait_are_published_once_they_are_durable() -> None:
    sensor = a_connected_sensor(1, seq=1)
    sensor.keep(2, 3, sync=False)
    assert sensor.batches() == []
    sensor.courier.sync()
    assert [record.seq for record in sensor.batches()[-1].records] == [2, 3]


def test_a_lost_batch_is_published_again_by_a_tick() -> None:
    sensor = a_connected_sensor(1)
    sensor.clock.wait(5.0)
    sensor.courier.tick()
    assert len(sensor.batches()) == 2


def test_a_correction_is_taken_away_by_the_answer_to_its_own_batch_alone() -> None:
    clock = VirtualClock(
        start_ms=FIRST_END_MS, boottime_s=700.0, boot_id=BOOT, state=ClockState.UNSYNCED
    )
    sensor = Sensor(clock=clock)
    sensor.courier.keep(a_minute(1), boot=BOOT, boottime_s=700.0, clock=ClockState.UNSYNCED)
    sensor.courier.connected()
    sensor.stored(0)
    sensor.stored(1)
    clock.step(3600.0)
    clock.set_state(ClockState.SYNCED)
    sensor.courier.tick()
    lost = sensor.batches()[-1]
    assert [record.clock for record in lost.records] == [ClockState.CORRECTED]

    sensor.stored(1, answers=lost.sequence - 1)
    clock.wait(10.0)
    sensor.courier.tick()
    again = sensor.batches()[-1]
    assert again.sequence > lost.sequence
    assert again.records == lost.records

    sensor.stored(1, answers=again.sequence)
    clock.wait(70.0)
    sensor.courier.tick()
    assert sensor.batches()[-1] == again


def test_nothing_is_published_after_a_disconnection() -> None:
    sensor = a_connected_sensor(1, seq=1)
    sensor.courier.disconnected()
    sensor.keep(2)
    assert sensor.batches() == []


def a_long_minute(number: int) -> Minute:
    """Return a minute whose record is longer than 1 KiB."""
    minute = a_minute(number)
    assert isinstance(minute.climate, ClimateMinute)
    flagged = msgspec.structs.replace(minute.climate, flags=(Flag.NO_REPLY,) * 80)
    return msgspec.structs.replace(minute, climate=flagged)


def test_of_records_that_are_too_long_as_many_are_sent_as_fit_a_batch() -> None:
    sensor = Sensor()
    for number in range(1, 61):
        sensor.keep(number, minute=a_long_minute(number))
    sensor.courier.connected()
    sensor.stored(0)
    payload = sensor.published[-1][1]
    assert MAX_BATCH_BYTES - 2048 < len(payload) <= MAX_BATCH_BYTES
    sent = sensor.batches()[-1].records
    assert len(sent) < 60
    sensor.stored(len(sent))
    assert sensor.batches()[-1].records[0].seq == len(sent) + 1


def test_a_line_found_damaged_on_the_way_out_is_declared_with_the_batch_behind_it() -> None:
    sensor = Sensor()
    sensor.keep(1, 2, 3)
    (name,) = [name for name in sensor.disk.names(FOLDER) if name.endswith(".log")]
    content = sensor.disk.read(FOLDER / name)
    sensor.disk.write(FOLDER / name, content.replace(b'"seq":1,', b'"seq":7,'))
    sensor.courier.connected()
    sensor.stored(0)
    (batch,) = sensor.batches()
    assert ([record.seq for record in batch.records], batch.holes) == ([2, 3], ((1, 1),))
    assert sensor.courier.sender.backlog == 2


def test_a_journal_found_damaged_throughout_publishes_nothing() -> None:
    sensor = Sensor()
    sensor.keep(1)
    (name,) = [name for name in sensor.disk.names(FOLDER) if name.endswith(".log")]
    sensor.disk.write(FOLDER / name, b"\0" * len(sensor.disk.read(FOLDER / name)))
    sensor.courier.connected()
    sensor.stored(0)
    assert sensor.batches() == []
    assert sensor.courier.sender.backlog == 0


def test_a_refusing_disk_is_reported_once_and_its_end_is_seen() -> None:
    sensor = Sensor()
    sensor.disk.is_full = True
    sensor.keep(1, 2)
    sensor.courier.sync()
    assert len(sensor.reported) == 1
    assert "space" in sensor.courier.fault
    sensor.disk.is_full = False
    sensor.courier.sync()
    assert sensor.courier.fault == ""
    assert sensor.journal.next_seq == 3


def test_a_disk_that_cannot_be_read_delays_a_batch_and_loses_none() -> None:
    sensor = Sensor()
    sensor.keep(1)
    sensor.courier.connected()
    sensor.disk.always = Fault()
    sensor.stored(0)
    assert (sensor.batches(), sensor.journal.holes) == ([], ())
    sensor.disk.always = None
    sensor.clock.wait(5.0)
    sensor.courier.tick()
    assert len(sensor.batches()) == 1


def test_a_bad_spot_that_comes_at_work_is_told_and_after_an_hour_the_rest_is_sent() -> None:
    sensor = Sensor()
    sensor.keep(1, DAY + 1, 2 * DAY + 1)
    (_, bad, _) = [name for name in sensor.disk.names(FOLDER) if name.endswith(".log")]
    sensor.courier.connected()
    sensor.stored(1, is_proven=True)
    sensor.published.clear()
    sensor.disk.bad_spots = frozenset({bad})
    for minute in range(1, TRIES + 3):
        sensor.clock.wait(60.0)
        sensor.keep(2 * DAY + 1 + minute)
        sensor.courier.tick()
    assert sensor.reported == [
        (
            "journal_fault=journal /journal: cannot read: Input/output error;"
            " replace the card if this stays"
        ),
        f"journal unreadable={bad}",
        f"journal set_aside={bad}.bad",
        "journal hole=2-2",
    ]
    assert sensor.courier.troubles == (Trouble.JOURNAL_DAMAGED,)
    assert sensor.courier.fault == ""
    (batch, *_) = sensor.batches()
    assert (batch.holes, batch.records[0].seq) == (((2, 2),), 3)


def test_who_wants_what_was_before_is_told_once_it_can_be_read() -> None:
    sensor = Sensor()
    sensor.keep(1, 2)
    (name,) = (name for name in sensor.disk.names(FOLDER) if name.endswith(".log"))
    sensor.disk.bad_spots = frozenset({name})
    sensor = Sensor(disk=sensor.disk)
    sensor.keep(3, 4)
    assert sensor.read_later == []
    sensor.disk.bad_spots = frozenset()
    sensor.keep(5, 6)
    assert sensor.read_later == [sensor.journal.stream]


def test_so_it_is_once_a_journal_has_opened_late() -> None:
    full = Sensor(disk=FaultyDisk(FakeDisk(), is_full=True))
    full.keep(1)
    assert full.read_later == []
    full.disk.is_full = False
    full.keep(2, 3)
    assert full.read_later == [full.journal.stream]


def test_a_fault_that_comes_each_minute_is_reported_once_an_hour() -> None:
    sensor = Sensor()
    sensor.disk.is_full = True
    for number in range(1, 122):
        sensor.clock.wait(60.0)
        sensor.keep(number)
    assert len(sensor.reported) == 3


def test_an_acknowledgement_that_cannot_be_compared_is_let_go() -> None:
    sensor = a_connected_sensor(1, 2)
    sensor.disk.always = Fault()
    sensor.stored(2)
    assert sensor.courier.sender.backlog == 2
    sensor.disk.always = None
    sensor.stored(2)
    assert sensor.courier.sender.backlog == 0


def test_one_in_a_segment_that_stays_unreadable_is_obeyed_and_none_above_the_last_record_is() -> (
    None
):
    sensor = a_connected_sensor(1, 2)
    sensor.disk.bad_spots = frozenset(sensor.disk.names(FOLDER))
    sensor.stored(1)
    sensor.keep(3)
    sensor.stored(2)
    assert sensor.courier.sender.backlog == 1
    sensor.stored(99)
    assert Trouble.NOT_OURS in sensor.courier.troubles


def test_a_proven_position_is_kept_by_the_journal() -> None:
    sensor = a_connected_sensor(1, 2)
    sensor.stored(2, is_proven=True)
    assert sensor.journal.holdings().acknowledged_seq == 2


def test_an_acknowledgement_of_another_stream_is_not_even_compared() -> None:
    sensor = a_connected_sensor(1, 2)
    sensor.disk.always = Fault()
    sensor.stored(1, stream="f" * 16)
    assert sensor.reported == []


def test_a_segment_is_removed_when_the_sender_says_so() -> None:
    sensor = a_connected_sensor(1, DAY + 1)
    sensor.stored(2, is_proven=True)
    sensor.clock.wait(15 * 86_400.0)
    sensor.keep(16 * DAY)
    sensor.stored(3, is_proven=True)
    assert sensor.journal.lowest_seq == 3


def test_an_impossible_acknowledgement_is_reported_and_begins_a_new_stream() -> None:
    sensor = a_connected_sensor(1, 2)
    old_stream = sensor.journal.stream
    sensor.stored(99)
    assert sensor.journal.stream != old_stream
    assert sensor.reported == [
        "acknowledgement_not_ours stored_seq=99 next_seq=3",
        f"new_stream={sensor.journal.stream}",
    ]
    assert sensor.hellos()[-1].stream == sensor.journal.stream


def test_what_is_no_acknowledgement_is_the_owner_s_to_count() -> None:
    with pytest.raises(PayloadError):
        Sensor().courier.receive(b"{}")


def test_a_minute_that_breaks_the_contract_is_not_kept() -> None:
    sensor = Sensor()
    with pytest.raises(PayloadError):
        sensor.keep(1, minute=a_minute(1, temperature_c=99.0))
    assert sensor.journal.next_seq == 1


def test_what_befell_the_transfer_is_told_for_a_day() -> None:
    sensor = a_connected_sensor(1, 2, 3, seq=3)
    assert sensor.courier.troubles == ()

    sensor.stored(1)
    sensor.clock.wait(86_400)
    assert sensor.courier.troubles == (Trouble.POSITION_FELL,)

    sensor.clock.wait(1)
    assert sensor.courier.troubles == ()
