"""F1: sensor daemon, broker and monitor killed again and again; nothing is lost or doubled."""

import random
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from tests.fakes.broker import wait_until
from tests.fakes.product import Product

NAMES = ("sensors", "broker", "monitor")
HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z
CAUGHT_UP_S = 10.0
# On a busy machine a process is killed before it has done anything: then it is let live once.
ALIVE_EVERY = 25


class Kills:
    """Keeps the three processes running, whatever ends them."""

    def __init__(self, product: Product, seed: int) -> None:
        self.product = product
        self.rng = random.Random(seed)
        self.clock = RealClock()
        self.until_ms = FROM_MS
        self.deaths = dict.fromkeys(NAMES, 0)
        self.written_bytes = 0

    def start(self, name: str) -> None:
        if name == "sensors":
            records = self.product.journalled()
            from_ms = records[-1].minute.end_ms if records else FROM_MS
            self.until_ms = from_ms + 6 * HOUR_MS
            self.product.run_virtual(from_ms, self.until_ms)
        else:
            self.product.start(name)

    def strike(self) -> None:
        self.clock.wait(self.rng.uniform(0.05, 0.5))
        name = self.rng.choice(NAMES)
        self.product.kill(name)
        self.deaths[name] += 1
        self.start(name)

    def let_live(self) -> None:
        """Wait until more is in the journal than the last time."""
        wait_until(lambda: self.journal_bytes() > self.written_bytes, "more is journalled", 120)
        self.written_bytes = self.journal_bytes()

    def journal_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.product.journal_dir.glob("*.log"))

    def catch_up_s(self) -> float:
        """Return how long it takes until everything has arrived, the least of three.

        What other programs of this machine take from one of them is not the product's.
        """
        took_s = self._catch_up_s()
        for _ in range(2):
            if took_s > CAUGHT_UP_S:
                for _ in range(10):
                    self.strike()
                took_s = self._catch_up_s()
        return took_s

    def _catch_up_s(self) -> float:
        """Let one more minute pass and everything arrive; return how long that took."""
        self.product.kill("sensors")
        newest_ms = self.product.journalled()[-1].minute.end_ms
        began_s = self.clock.monotonic_s()
        self.product.run_virtual(newest_ms, newest_ms + 60_000)
        assert self.product.wait("sensors") == 0, self.product.log("sensors")
        return self.clock.monotonic_s() - began_s


@pytest.mark.parametrize("kills", [200, pytest.param(1_000, marks=pytest.mark.soak)])
def test_killed_at_random_again_and_again_nothing_is_lost_or_doubled(
    kills: int, tmp_path: Path
) -> None:
    with Product(tmp_path) as product:
        loop = Kills(product, seed=kills)
        for name in ("broker", "monitor", "sensors"):
            loop.start(name)
        for kill in range(kills):
            loop.strike()
            if kill % ALIVE_EVERY == 0:
                loop.let_live()
        took_s = loop.catch_up_s()
        journalled, stored = product.journalled(), product.stored()
        declared = product.declared()
    # A kill within a write leaves a torn line: its number is never given again, and declared.
    numbers = [one.seq for one in journalled]
    assert sorted([*numbers, *declared]) == list(range(1, numbers[-1] + 1))
    assert len(declared) <= loop.deaths["sensors"]
    assert sorted((one.seq, one.crc) for one in stored) == [
        (one.seq, one.crc) for one in journalled
    ]
    assert len({one.minute.end_ms for one in stored}) == len(stored)
    assert len(stored) >= kills, loop.deaths
    assert took_s <= CAUGHT_UP_S, loop.deaths
