"""Run a World from a seed; replay one by

python -m tests.fakes.simulation SEED [STEPS] [timeless] [stored] [unreadable]

timeless: the sensor knows the time always. stored: over the product's own store on real files
(product_store.py), which people delete from and take back; it takes five times as long.
unreadable: the sensor's card has bad spots (spotted_world.py).
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from tests.fakes.accidents import ACCIDENTS
from tests.fakes.product_store import ProductStores
from tests.fakes.spot_accidents import SPOT_ACCIDENTS
from tests.fakes.spotted_world import SpottedWorld
from tests.fakes.store_accidents import STORE_ACCIDENTS
from tests.fakes.time_accidents import TIME_ACCIDENTS
from tests.fakes.world import World

ACCIDENTS_PER_STEP = 0.15
TIME_ACCIDENTS_PER_STEP = 0.06
STORE_ACCIDENTS_PER_STEP = 0.06
SPOT_ACCIDENTS_PER_STEP = 0.08


class SimulationError(AssertionError):
    """A property did not hold; the text has the seed and what had happened."""


def simulate(
    seed: int,
    directory: Path,
    steps: int,
    *,
    bystander: Callable[[World], None] | None = None,
    timeless: bool = False,
    stored: bool = False,
    unreadable: bool = False,
) -> World:
    """Return the world after so many steps with accidents and then peace.

    Args:
        seed: of every choice.
        directory: for the cards, and the stores.
        steps: before there is peace.
        bystander: does something after each step, in peace as well.
        timeless: the sensor knows the time always. The seed then is of the same run as
            before there was time.
        stored: the store is the product's. The seed then makes the same choices for as long
            as that answers as the one in memory does.
        unreadable: the sensor's card has bad spots. The seed then is of another run.

    Raises:
        SimulationError: something was lost, doubled, falsely declared or acknowledged.
    """
    with ExitStack() as stack:
        stores = stack.enter_context(closing(ProductStores(seed, directory))) if stored else None
        kind = SpottedWorld if unreadable else World
        world = kind(seed, directory, bystander=bystander, timeless=timeless, stores=stores)
        try:
            for _ in range(steps):
                world.step()
                _befall(world, stores)
            world.settle()
            world.store.judge()
        except Exception as error:
            history = "\n".join(world.history)
            kinds = {"timeless": timeless, "stored": stored, "unreadable": unreadable}
            how = "".join(f", {name}" for name, is_so in kinds.items() if is_so)
            raise SimulationError(f"{history}\nseed {seed}, {steps} steps{how}: {error}") from error
        return world


def _befall(world: World, stores: ProductStores | None) -> None:
    if world.rng.random() < ACCIDENTS_PER_STEP:
        accident = world.rng.choice(ACCIDENTS)
        world.note(accident.__name__)
        accident(world)
    if world.time is not None and world.time.rng.random() < TIME_ACCIDENTS_PER_STEP:
        of_time = world.time.rng.choice(TIME_ACCIDENTS)
        world.note(of_time.__name__)
        of_time(world)
    if stores is not None and stores.rng.random() < STORE_ACCIDENTS_PER_STEP:
        of_store = stores.rng.choice(STORE_ACCIDENTS)
        world.note(of_store.__name__)
        of_store(world, stores)
    if isinstance(world, SpottedWorld) and world.spot_rng.random() < SPOT_ACCIDENTS_PER_STEP:
        of_card = world.spot_rng.choice(SPOT_ACCIDENTS)
        world.note(of_card.__name__)
        of_card(world)


def main(arguments: list[str]) -> None:
    seed, steps = int(arguments[0]), int((arguments[1:] or ["200"])[0])
    with tempfile.TemporaryDirectory() as directory:
        world = simulate(
            seed,
            Path(directory),
            steps,
            timeless="timeless" in arguments,
            stored="stored" in arguments,
            unreadable="unreadable" in arguments,
        )
    print(f"seed {seed}: {len(world.ledger.keys)} minutes, {len(world.store.rows)} rows")  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
