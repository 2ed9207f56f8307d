"""A forged acknowledgement over a store that has been salvaged costs a detour and no minute."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from firmware import known_store
from firmware.sender import Sender
from monitor.contract.codec import encode
from monitor.contract.messages import Stored
from monitor.contract.record import instant
from tests.fakes.product_store import ProductStore, ProductStores
from tests.fakes.stranger import Manner, Stranger
from tests.fakes.world import DEVICE, World

MINUTES = 70
NEVER_SENT = 20
PURGED_DAYS = 8


@pytest.fixture
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, closing(ProductStores(1, Path(folder))) as stores:
        made = World(1, Path(folder), stores=stores)
        made.open_journal()
        made.peaceful = True
        yield made


def live(world: World, minutes: int) -> None:
    """Let minutes pass in which all that is said arrives."""
    for _ in range(minutes):
        world.clock.wait(60.0)
        world._start_what_is_down()
        world.store.pass_time()
        world._with_sensor(world._keep_a_minute)
        world.tick()
        while world.up or world.down:
            world._move_one_message()


def forge(world: World, store: str, seq: int) -> None:
    """Claim in a store's name that a sensor has been answered for up to a seq."""
    assert world.journal is not None
    forged = Stored(
        v=1,
        at=instant(world.clock.now_ms()),
        sequence=1,
        store=store,
        device=DEVICE,
        stream=world.journal.stream,
        stored_seq=seq,
    )
    world.publish_down(encode(forged))


def salvage(world: World, *, is_deleted: bool) -> str:
    """Fill a store, have it found damaged and salvaged; return the name it had.

    is_deleted: its newest minutes were purged: nothing proves its position then.
    """
    live(world, MINUTES)
    store = world.store
    assert isinstance(store, ProductStore)
    if is_deleted:
        store.delete(0, world.clock.now_ms())
        world.clock.wait(PURGED_DAYS * 86_400.0)
        live(world, 1)
        store.delete(0, world.clock.now_ms())
        world.clock.wait(PURGED_DAYS * 86_400.0)
        store.pass_time()
    before = store.store_id
    world.kill_the_monitor()
    store.salvage(world.new_id())
    assert store.store_id != before
    return before


@pytest.mark.parametrize("above", [-30, NEVER_SENT, 1_000])
@pytest.mark.parametrize("name", ["of before", "of the salvaged"])
@pytest.mark.parametrize("is_deleted", [False, True])
def test_it_costs_no_minute(world: World, name: str, above: int, *, is_deleted: bool) -> None:
    before = salvage(world, is_deleted=is_deleted)
    assert world.journal is not None
    position = world.journal.next_seq - 1
    world.cut_the_sensor_off()
    world.away_until_s = world.clock.monotonic_s() + NEVER_SENT * 60.0
    live(world, NEVER_SENT - 1)
    store = before if name == "of before" else world.store.store_id
    for _ in range(3):
        live(world, 1)
        forge(world, store, position + above)

    world.settle()

    world.store.judge()
    assert len(world.ledger.keys) >= MINUTES + NEVER_SENT
    assert not world.ledger.unanswered(world.store)
    assert not world.ledger.lost_with_store


@pytest.mark.parametrize("manner", Manner)
def test_nor_do_those_of_a_stranger_who_never_falls_silent(world: World, manner: Manner) -> None:
    salvage(world, is_deleted=False)
    world.bystander = Stranger(1, manner).speak

    world.settle()

    assert not world.ledger.unanswered(world.store)


def never_adopt_another_store(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(known_store, "STORE_SILENCE_S", 1e12)


def obey_an_acknowledgement_above_the_last_record(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sender, "_is_of_another_history", lambda *_: False)


@pytest.mark.parametrize(
    ("rule", "above"),
    [(never_adopt_another_store, -30), (obey_an_acknowledgement_above_the_last_record, 1_000)],
)
def test_without_a_rule_it_costs_some(
    world: World,
    rule: Callable[[pytest.MonkeyPatch], None],
    above: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule(monkeypatch)
    with pytest.raises(AssertionError, match="not settled"):
        test_it_costs_no_minute(world, "of before", above, is_deleted=False)
