"""One room's machine, stopped and started at will; what it promised must hold each time."""

import sqlite3
from contextlib import closing

from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.runtime.clock import RealClock
from tests.fakes.broker import wait_until
from tests.fakes.product import Product
from tests.fakes.witness import Promises

HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z


class Machine:
    """Sensor daemon and monitor of one product, loaded beforehand so that starts are short.

    Attributes:
        promises: what a Witness heard of them.
        newest_ms: the end of the newest minute in the journal, or in the store where that has none.
    """

    def __init__(self, product: Product) -> None:
        self.product = product
        self.clock = RealClock()
        self.promises = Promises()
        self.newest_ms = FROM_MS

    def load(self) -> None:
        """Have both programs loaded; what is done meanwhile costs the next start nothing."""
        for name in ("monitor", "sensors"):
            self.product.warm(name)

    def start(self, hours: int) -> None:
        """Start both; the sensors go on from where the journal ends."""
        self.start_monitor()
        self.product.run_virtual(self.newest_ms, self.newest_ms + hours * HOUR_MS)

    def start_monitor(self) -> None:
        """Start it and wait until it hears, or has ended.

        Or the first batch is heard by nobody, and sent again only after the sender's 5 s.
        """
        connected = "broker connected"
        count = self.product.log("monitor").count(connected)
        monitor = self.product.start("monitor")
        wait_until(
            lambda: (
                self.product.log("monitor").count(connected) > count or monitor.poll() is not None
            ),
            "the monitor connects",
            30,
        )

    def is_running(self, name: str) -> bool:
        return self.product.is_running(name)

    def stop(self) -> dict[str, int]:
        """End both at once; return the exit codes of those that had ended by themselves."""
        ended = {}
        for name in ("sensors", "monitor"):
            code = self.product.kill(name)
            if code is not None:
                ended[name] = code
        return ended

    def require_all_that_was_promised(self, *, whole: bool) -> None:
        """Hold journal and store against the promises; whole: no seq was ever given up."""
        journal = self.journal()
        last = journal.record_at(journal.next_seq - 1)
        # Where a day has just begun its segment is empty, and all before may be stored and gone.
        known_ms = self._newest_stored_ms() if last is None else last.minute.end_ms
        self.newest_ms = max(self.newest_ms, known_ms)
        published = self.promises.published.get(journal.stream, 0)
        assert journal.next_seq > published
        if whole:
            assert set(self.promises.published) <= {journal.stream}
            assert journal.lowest_seq == 1
            assert journal.holes == ()
        for stream, (count, position) in self.positions().items():
            assert self.promises.acknowledged.get(stream, 0) <= position
            if whole:
                assert count == position < journal.next_seq

    def journal(self) -> Journal:
        return Journal.open(self.product.journal_dir, disk=RealDisk(), new_id=lambda: "f" * 16)

    def positions(self) -> dict[str, tuple[int, int]]:
        """Return (records, position) of every stream in a store that must be sound."""
        path = self.product.data_dir / "nights.db"
        if not path.exists():
            assert self.promises.progress == 0
            return {}
        with closing(sqlite3.connect(path)) as store:
            assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not store.execute("SELECT 1 FROM sqlite_master").fetchone():
                assert self.promises.progress == 0
                return {}
            rows = [
                (stream, len(kept := seqs(store, number)), reached(kept, written))
                for number, stream, written in store.execute(
                    "SELECT stream_id, stream, stored_seq FROM streams"
                )
            ]
        # Position 0 is what a store says of a stream that it has never heard of.
        promised = {stream for stream, seq in self.promises.acknowledged.items() if seq}
        assert {stream for stream, *_ in rows} >= promised
        return {stream: (count, position) for stream, count, position in rows}

    def _newest_stored_ms(self) -> int:
        return max((one.minute.end_ms for one in self.product.stored()), default=0)

    def catch_up(self) -> float:
        """Let one more minute pass and everything arrive; return how long that took."""
        self.start_monitor()
        began_s = self.clock.monotonic_s()
        self.product.run_virtual(self.newest_ms, self.newest_ms + 60_000)
        self.newest_ms += 60_000
        assert self.product.wait("sensors", 60) == 0, self.product.log("sensors")
        took_s = self.clock.monotonic_s() - began_s
        self.product.stop("monitor")
        return took_s

    def require_all_stored_once(self) -> None:
        """Hold the store against the journal and against all that was ever sent."""
        stored = self.product.stored()
        keys = {(one.stream, one.seq, one.crc) for one in stored}
        journalled = {(one.stream, one.seq, one.crc) for one in self.product.journalled()}
        ends = {one.minute.end_ms for one in stored}
        assert journalled <= keys
        assert self.promises.ends_ms <= ends
        assert len(keys) == len(ends) == len(stored)


def seqs(store: sqlite3.Connection, stream_id: int) -> list[int]:
    """Return the numbers of a stream's minutes, in order."""
    rows = store.execute("SELECT seq FROM minutes WHERE stream_id = ? ORDER BY seq", (stream_id,))
    return [seq for (seq,) in rows]


def reached(kept: list[int], written: int) -> int:
    """Return the position: what stands on the row, and what follows it without a break."""
    known = set(kept)
    while written + 1 in known:
        written += 1
    return written
