"""F11: mutated payloads on every topic of both sides, in process."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.codec import decode, encode
from monitor.contract.errors import PayloadError
from monitor.contract.messages import Availability, Batch, Hello, RoomSettings, Stored
from monitor.contract.record import Record, instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.link import Outbound
from tests.fakes.folder import data_folder
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.fakes.mutation import mutated
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record
from tests.unit.monitor.test_recorder import Bench

SIZES = [10_000, pytest.param(100_000, marks=pytest.mark.soak)]
GENUINE = (record(1), record(2))
HEAD = {"v": 1, "at": instant(EVENING_MS), "sequence": 7, "device": DEVICE}
SESSION = {"session": "8899aabbccddeeff"}
BATCH = encode(Batch(**HEAD, **SESSION, stream=STREAM, lowest_seq=1, records=GENUINE))
SEEDS = {
    Leaf.RECORDS: BATCH,
    Leaf.HELLO: encode(Hello(**HEAD, **SESSION, stream=STREAM, lowest_seq=1, next_seq=3)),
    Leaf.AVAILABLE: encode(Availability(**HEAD, **SESSION, online=True)),
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with data_folder(tmp_path) as folder:
        yield Bench(folder, FakeBroker())


def genuine_in(payload: bytes) -> tuple[Record, ...]:
    """Return the records of a payload that is right after all: a time or a sequence changed."""
    try:
        return decode(payload, Batch).records
    except PayloadError:
        return ()


@pytest.mark.parametrize("size", SIZES)
def test_mutated_payloads_stop_no_recorder_and_store_nothing(bench: Bench, size: int) -> None:
    rng = random.Random(size)
    harmless = 0
    for _ in range(size):
        leaf = rng.choice(tuple(SEEDS))
        payload = mutated(rng, SEEDS[leaf])
        if leaf is Leaf.RECORDS and genuine_in(payload):
            # Another time or sequence number around untouched records is no wrong value.
            assert set(genuine_in(payload)) <= set(GENUINE)
            harmless += 1
            continue
        bench.sensor.send_bytes(leaf, payload)
        bench.recorder.step()
    assert bench.stored() == 0
    assert bench.recorder.counts.refused > size / 2
    assert harmless < size / 10
    bench.sensor.send(*GENUINE)
    bench.steps(3)
    assert bench.stored() == 2


@pytest.mark.parametrize("size", SIZES)
def test_mutated_answers_stop_no_sensor_and_lose_nothing(
    bench: Bench, size: int, tmp_path: Path
) -> None:
    room = RoomSide(tmp_path / "journal", bench.broker, bench.clock)
    for _ in range(5):
        room.clock.wait(60)
        room.keep()
    held = room.journalled()
    rng = random.Random(size)
    topics = Topics()
    for _ in range(size):
        stored = Stored(**HEAD, store="5" * 16, stream=room.journal.stream, stored_seq=3)
        settings = RoomSettings(v=1, at=instant(EVENING_MS), sequence=1, cal=4)
        leaf, message = rng.choice(((Leaf.STORED, stored), (Leaf.SETTINGS, settings)))
        payload = mutated(rng, encode(message))
        bench.broker.route(Outbound(topic=topics.of("bedroom", leaf), payload=payload))
        room.turn()
        room.clock.wait(1)
    assert room.journalled() == held
    for _ in range(100):
        bench.recorder.step()
        room.turn()
        room.clock.wait(60)
    assert [one.end_ms for one in bench.reader.minutes("bedroom", 0, 2**60)] == held
