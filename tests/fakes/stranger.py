"""Somebody who has the monitor's login and answers for a store of his own, without end.

He cannot read along: he does not know the CRC of any record. What he says is now and then
possible, and now and then refused.
"""

import random

from msgspec import UNSET

from monitor.contract.codec import encode
from monitor.contract.messages import Stored
from monitor.contract.record import instant
from tests.fakes.world import DEVICE, World

# He answers about every other step of a world, more often than the store does.
SPEAKS_PER_STEP = 0.5


class Stranger:
    """Speaks up as a world's bystander; his choices come from a generator of his own."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"stranger {seed}")
        self._store = f"{self._rng.getrandbits(64):016x}"

    def __call__(self, world: World) -> None:
        if world.journal is None or self._rng.random() >= SPEAKS_PER_STEP:
            return
        next_seq = world.journal.next_seq
        stored = Stored(
            v=1,
            at=instant(world.clock.now_ms()),
            sequence=1,
            store=self._store,
            device=DEVICE,
            stream=world.journal.stream,
            stored_seq=self._rng.choice((0, self._rng.randrange(next_seq), next_seq - 1, next_seq)),
            stored_crc=self._rng.choice((UNSET, self._rng.getrandbits(32))),
        )
        world.publish_down(encode(stored))
