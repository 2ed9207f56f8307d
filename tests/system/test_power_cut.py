"""F2: the power is cut under broker, sensor daemon, monitor and their card, again and again."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.broker import wait_until
from tests.fakes.card import Card
from tests.fakes.machine import FROM_MS, Machine
from tests.fakes.product import Product
from tests.fakes.witness import Witness

pytestmark = pytest.mark.root
CAUGHT_UP_S = 10.0
IN_THE_START = 0.2
# Room for what a thousand half days weigh: a full card is another test's.
CARD_BYTES = 256 * 2**20


class Cuts:
    """Cuts the power of one machine at random moments."""

    def __init__(self, machine: Machine, card: Card, seed: int) -> None:
        self.machine = machine
        self.card = card
        self.rng = random.Random(seed)
        self.without_progress = 0

    def cut(self) -> None:
        machine = self.machine
        before = machine.promises.progress
        machine.product.start_broker()
        # The witness goes with the power: what a process still says while the file system
        # refuses its writes, nobody would have heard. The emulated cut now and then lets a
        # sync that is under way return well; the one of a machine that is dead does not.
        with Witness(machine.product, machine.promises) as witness:
            machine.start(hours=6)
            if self.rng.random() < IN_THE_START:
                machine.clock.wait(self.rng.uniform(0.0, 0.2))
            else:
                wait_until(lambda: witness.listen() > before, "something arrives", 30)
                machine.clock.wait(self.rng.uniform(0.0, 0.2))
            self.without_progress += witness.listen() == before
        self.card.cut_power()
        machine.stop()
        machine.product.kill("broker")
        machine.load()
        self.card.power_up()
        machine.require_all_that_was_promised(whole=True)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    with Card(tmp_path, size_bytes=CARD_BYTES) as made:
        yield made


@pytest.mark.parametrize("cuts", [50, pytest.param(500, marks=pytest.mark.soak)])
def test_no_power_cut_loses_what_was_acknowledged_or_journalled(
    cuts: int, card: Card, tmp_path: Path
) -> None:
    with Product(tmp_path) as product:
        product.live_on(card.folder)
        machine = Machine(product)
        trial = Cuts(machine, card, seed=cuts)
        for _ in range(cuts):
            trial.cut()
        product.start_broker()
        took_s = machine.catch_up()
        machine.require_all_stored_once()
        stored = product.stored()
    assert [one.minute.end_ms for one in stored] == [
        FROM_MS + 60_000 * minute for minute in range(1, len(stored) + 1)
    ]
    assert trial.without_progress <= cuts / 2
    assert took_s <= CAUGHT_UP_S
