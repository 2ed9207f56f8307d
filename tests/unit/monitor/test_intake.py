"""What the monitor is told of records that are stored."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from monitor.contract.messages import SCHEMA_VERSION, Batch
from monitor.contract.record import Record, instant
from monitor.intake import Intake, receiver_of
from monitor.receiver import BatchReceived
from tests.fakes.folder import data_folder
from tests.fakes.link import FakeBroker
from tests.fakes.sensor import SESSION
from tests.fakes.stored import DEVICE, record
from tests.unit.monitor.test_recorder import Bench

ROOM = "bedroom"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with data_folder(tmp_path) as folder:
        yield Bench(folder, FakeBroker())


def told_of(bench: Bench, *records: Record) -> list[int]:
    """Return the seqs that the nights are told of when a batch is stored."""
    told: list[int] = []

    def stored(_room: str, kept: Sequence[Record]) -> None:
        told.extend(one.seq for one in kept)

    intake = Intake(
        writer=bench.writer,
        receiver=receiver_of(bench.writer),
        clock=bench.clock,
        publish=lambda _room, _stored: None,
        stored=stored,
        failed=pytest.fail,
        healed=lambda: None,
    )
    batch = Batch(
        v=SCHEMA_VERSION,
        at=instant(bench.clock.now_ms()),
        sequence=1,
        device=DEVICE,
        session=SESSION,
        stream=records[0].stream,
        lowest_seq=1,
        records=records,
    )
    intake.take(BatchReceived(room=ROOM, batch=batch))
    return told


def test_of_what_people_deleted_no_night_is_told_when_it_arrives(bench: Bench) -> None:
    deleted, kept = record(1), record(2)
    diary = bench.folder.household_writer().diary()
    until_ms = deleted.minute.end_ms
    diary.delete(ROOM, 0, until_ms, made_ms=bench.clock.now_ms())
    bench.steps()
    assert told_of(bench, deleted, kept) == [2]
    assert bench.writer.stored_seq(deleted.stream) == 2
