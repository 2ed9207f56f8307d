"""The transfer without faults: journal, courier and receiver, joined by hand."""

import itertools
import random
from pathlib import Path

from firmware.courier import Courier
from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.contract.codec import decode, encode
from monitor.contract.messages import Batch, Hello
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf
from monitor.receiver import (
    BatchReceived,
    Committed,
    HelloReceived,
    Receiver,
    StoreBatch,
)
from monitor.runtime.clock import VirtualClock
from tests.fakes.store import MemoryStore
from tests.fakes.transfer_records import BOOT, FIRST_END_MS, a_minute


def test_what_is_journalled_is_stored_and_acknowledged(tmp_path: Path) -> None:
    ids = itertools.count(1)
    journal = Journal.open(tmp_path, disk=RealDisk(), new_id=lambda: f"{next(ids):016x}")
    store = MemoryStore("00000000000000c0")
    receiver = Receiver(store.store_id, store)
    answers: list[bytes] = []

    def publish(leaf: Leaf, payload: bytes) -> None:
        event = (
            HelloReceived(room="bedroom", hello=decode(payload, Hello))
            if leaf is Leaf.HELLO
            else BatchReceived(room="bedroom", batch=decode(payload, Batch))
        )
        actions = receiver.handle(event, instant(FIRST_END_MS))
        while actions:
            action = actions.pop()
            if isinstance(action, StoreBatch):
                store.commit(action)
                actions += receiver.handle(Committed(storing=action), instant(FIRST_END_MS))
            else:
                answers.append(encode(action.stored))

    courier = Courier(
        journal,
        device="nightroom-bedroom",
        session="00000000000000d0",
        clock=VirtualClock(start_ms=FIRST_END_MS),
        rng=random.Random(1),
        publish=publish,
        report=print,
    )
    for number in range(1, 151):
        courier.keep(a_minute(number), boot=BOOT, boottime_s=60.0 * number, clock=ClockState.SYNCED)
    courier.connected()
    while answers:
        courier.receive(answers.pop(0))

    assert sorted(seq for _, seq in store.rows) == list(range(1, 151))
    assert courier.sender.backlog == 0
