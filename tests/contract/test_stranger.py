"""Who keeps an empty or a silent store from being heard, by the monitor's login alone: nobody."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.known_store import KnownStore
from firmware.sender import Sender
from firmware.transfer import Acknowledged
from tests.fakes.store import MemoryStore
from tests.fakes.stranger import Manner, Stranger
from tests.fakes.world import World

MINUTES = 100
OUTAGE_MINUTES = 11  # longer than a store may be silent

Patch = pytest.MonkeyPatch
Scene = Callable[[World, Stranger], None]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def live(world: World, minutes: int) -> None:
    """Let minutes pass in which all that is said arrives."""
    for _ in range(minutes):
        world.clock.wait(60.0)
        world._with_sensor(world._keep_a_minute)
        world._with_sensor(lambda courier: courier.tick())
        hear_all(world)


def hear_all(world: World) -> None:
    while world.up or world.down:
        world._move_one_message()


def connect(world: World) -> None:
    world.sensor_online = True
    world._with_sensor(lambda courier: courier.connected())


def a_fresh_card_meets_him_before_its_monitor(world: World, stranger: Stranger) -> None:
    live(world, MINUTES)
    connect(world)
    for _ in range(3):
        stranger.speak(world)
        hear_all(world)


def the_monitor_is_away_for_longer_than_a_store_may_be(world: World, stranger: Stranger) -> None:
    world._start_what_is_down()
    live(world, MINUTES)
    world.kill_the_monitor()
    live(world, OUTAGE_MINUTES)
    stranger.speak(world)
    hear_all(world)


def what_is_still_to_come_was_deleted_for_good(world: World, stranger: Stranger) -> None:
    del stranger
    live(world, MINUTES)
    world.store.delete(0, world.clock.now_ms())


SCENES = (
    a_fresh_card_meets_him_before_its_monitor,
    the_monitor_is_away_for_longer_than_a_store_may_be,
    what_is_still_to_come_was_deleted_for_good,
)


def play(folder: Path, scene: Scene, manner: Manner) -> World:
    """Return a world in which he never falls silent, and all was answered for in the end."""
    stranger = Stranger(1, manner)
    world = World(1, folder, bystander=stranger)
    world.bystander = None
    world.open_journal()
    world.peaceful = True
    scene(world, stranger)
    # He speaks before each word of the store's, and after it.
    world.bystander = stranger.speak
    world.settle()
    return world


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("scene", SCENES)
def test_all_is_stored_whatever_he_goes_on_to_claim(
    folder: Path, scene: Scene, manner: Manner
) -> None:
    world = play(folder, scene, manner)
    assert len(world.ledger.keys) >= MINUTES
    assert not world.ledger.unanswered(world.store)
    assert not world.store.gaps or scene is SCENES[1], "what was given up was stored before"


def keep_out_who_proves_nothing(patch: Patch) -> None:
    original = Sender._listens_to

    def listens_to(self: Sender, event: Acknowledged, now_s: float, *, is_safe: bool) -> bool:
        is_proven = event.held_crc is not None and event.held_crc == event.stored.stored_crc
        return original(self, event, now_s, is_safe=is_safe and is_proven)

    patch.setattr(Sender, "_listens_to", listens_to)


def forget_the_crc_of_what_is_purged(patch: Patch) -> None:
    def crc_of(self: MemoryStore, stream: str, seq: int) -> tuple[int, int] | None:
        row = self.rows.get((stream, seq))
        return None if row is None else (row.crc, row.revision)

    patch.setattr(MemoryStore, "crc_of", crc_of)


def let_nobody_go_first_by_a_proof(patch: Patch) -> None:
    def admits(self: KnownStore, store: str, *_: object, **__: object) -> bool:
        return self.name in (None, store)

    patch.setattr(KnownStore, "admits", admits)


@pytest.mark.parametrize(
    "rule",
    [
        keep_out_who_proves_nothing,
        forget_the_crc_of_what_is_purged,
        let_nobody_go_first_by_a_proof,
    ],
)
def test_without_any_one_rule_he_keeps_something_out(
    folder: Path, rule: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    rule(monkeypatch)
    kept_out = 0
    for number, scene in enumerate(SCENES):
        for manner in Manner:
            place = folder / f"{number} {manner}"
            place.mkdir()
            try:
                play(place, scene, manner)
            except AssertionError:
                kept_out += 1
    assert kept_out
