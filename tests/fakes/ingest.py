"""Minutes taken in one by one, bytes in, acknowledgement out, in a process of its own.

python -m tests.fakes.ingest MESSAGES says as JSON what it holds after a warm-up and at the end.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from monitor.contract.codec import decode, encode
from monitor.contract.messages import Batch
from monitor.contract.record import Record, instant
from monitor.intake import Intake, receiver_of
from monitor.receiver import BatchReceived
from monitor.runtime.clock import VirtualClock
from tests.fakes.folder import Folder, data_folder
from tests.fakes.held import held
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, event, minute, record

# By then the caches are full: a day's minutes are several times as many bytes.
WARM_UP = 5_000
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


class Door:
    """The monitor's intake on a real store, and the position it last acknowledged."""

    def __init__(self, folder: Folder) -> None:
        self.clock = VirtualClock(start_ms=EVENING_MS)
        writer = folder.nights_writer()
        self.acknowledged = 0
        self.failures = 0
        self.intake = Intake(
            writer=writer,
            receiver=receiver_of(writer),
            clock=self.clock,
            publish=lambda _room, stored: setattr(self, "acknowledged", stored.stored_seq),
            stored=lambda _room, _records: None,
            failed=lambda _error: setattr(self, "failures", self.failures + 1),
            healed=lambda: None,
        )

    def record(self, seq: int) -> Record:
        events = (event(),) if seq % 20 == 0 else ()
        return record(seq, minute=minute(self.clock.now_ms(), events=events))

    def take(self, seq: int) -> None:
        self.clock.wait(60)
        batch = Batch(
            v=1,
            at=instant(self.clock.now_ms()),
            sequence=seq,
            device=DEVICE,
            session="8899aabbccddeeff",
            stream=STREAM,
            lowest_seq=1,
            records=(self.record(seq),),
        )
        payload = encode(batch)
        self.intake.take(BatchReceived(room="bedroom", batch=decode(payload, Batch)))


def main(arguments: list[str]) -> None:
    messages = int(arguments[0])
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as path, data_folder(Path(path)) as folder:
        door = Door(folder)
        for seq in range(1, WARM_UP + 1):
            door.take(seq)
        before = held()
        for seq in range(WARM_UP + 1, WARM_UP + messages + 1):
            door.take(seq)
        after = held()
    told = {
        "acknowledged": door.acknowledged,
        "failures": door.failures,
        "before": asdict(before),
        "after": asdict(after),
    }
    print(json.dumps(told))  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
