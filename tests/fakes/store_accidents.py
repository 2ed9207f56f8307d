"""What can befall the product's store in a World, and no other; its choices are its own."""

from collections.abc import Callable

from tests.fakes.product_store import ProductStore, ProductStores
from tests.fakes.world import World

# Of what is deleted on either side of a minute.
LONGEST_MS = 6 * 3_600_000


def take_a_deletion_back(world: World, stores: ProductStores) -> None:
    """Any of the last two weeks: one that is over stays."""
    store = world.store
    assert isinstance(store, ProductStore)
    if those := [one for one in stores.deletions[-20:] if one.undone_ms is None]:
        before = world.ledger.unanswered(store)
        if store.undo(stores.rng.choice(those)):
            world.ledger.take_back(before, store)


def delete_what_is_seen(world: World, stores: ProductStores) -> None:
    """Some hours around a minute of the pages, by the hour that they show."""
    store = world.store
    assert isinstance(store, ProductStore)
    if hours_ms := store.hours_in_sight_ms():
        at_ms = stores.rng.choice(hours_ms)
        store.delete(
            at_ms - stores.rng.randrange(LONGEST_MS), at_ms + stores.rng.randrange(LONGEST_MS)
        )


def restart_the_writer(world: World, _stores: ProductStores) -> None:
    """Between two batches, and at once: nothing that it remembered may have mattered."""
    world.store.restart()


STORE_ACCIDENTS: tuple[Callable[[World, ProductStores], None], ...] = (
    delete_what_is_seen,
    take_a_deletion_back,
    restart_the_writer,
)
