"""Somebody who has the monitor's login and answers for a store of his own, without end.

He cannot read along: he does not know the CRC of any record. What he says is now and then
possible, and now and then refused.
"""

import random
from enum import StrEnum

from msgspec import UNSET, UnsetType

from firmware.journal import Journal
from monitor.contract.codec import encode
from monitor.contract.messages import MAX_BATCH_RECORDS, Stored
from monitor.contract.record import instant
from tests.fakes.world import DEVICE, World

# He answers about every other step of a world, more often than the store does.
SPEAKS_PER_STEP = 0.5
FAR_ABOVE = 1_000_000

Claim = tuple[int, int | UnsetType]


class Manner(StrEnum):
    """What comes to his mind; nothing; nothing at first and then what he was sent, or too much."""

    ANYTHING = "anything"
    NOTHING = "nothing"
    NOTHING_THEN_A_BATCH = "nothing, then a batch"
    NOTHING_THEN_ALL = "nothing, then all"


class Stranger:
    """Speaks up as a world's bystander; his choices come from a generator of his own.

    Args:
        seed: of his choices, and of his manner where that is not given.
        manner: what he claims.
    """

    def __init__(self, seed: int, manner: Manner | None = None) -> None:
        self._rng = random.Random(f"stranger {seed}")
        self._store = f"{self._rng.getrandbits(64):016x}"
        self._manner = manner or tuple(Manner)[seed % len(Manner)]
        self._streams_told: set[str] = set()

    def __call__(self, world: World) -> None:
        if world.journal is not None and self._rng.random() < SPEAKS_PER_STEP:
            self.speak(world)

    def speak(self, world: World) -> None:
        """Claim something of the present journal."""
        assert world.journal is not None
        for stored_seq, stored_crc in self._claims(world.journal):
            stored = Stored(
                v=1,
                at=instant(world.clock.now_ms()),
                sequence=1,
                store=self._store,
                device=DEVICE,
                stream=world.journal.stream,
                stored_seq=stored_seq,
                stored_crc=stored_crc,
            )
            world.publish_down(encode(stored))

    def _claims(self, journal: Journal) -> list[Claim]:
        next_seq = journal.next_seq
        if self._manner is Manner.ANYTHING:
            seq = self._rng.choice((0, self._rng.randrange(next_seq), next_seq - 1, next_seq))
            return [(seq, self._rng.choice((UNSET, self._rng.getrandbits(32))))]
        if self._manner is Manner.NOTHING:
            return [(0, UNSET)]
        first = [] if journal.stream in self._streams_told else [(0, UNSET)]
        self._streams_told.add(journal.stream)
        is_modest = self._manner is Manner.NOTHING_THEN_A_BATCH
        return [*first, (MAX_BATCH_RECORDS if is_modest else FAR_ABOVE, UNSET)]
