"""The simulation would notice: each rule taken away loses, doubles or stops something."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from firmware import known_store, milestones, segment_log, sender
from firmware.courier import Courier
from firmware.rekey import Rekeying
from firmware.sender import Sender
from firmware.transfer import Action
from monitor import receiver
from monitor.contract.messages import Batch, Stored
from monitor.receiver import Committed, Receiver, StoreBatch
from tests.fakes.simulation import SimulationError, simulate
from tests.fakes.world import World

SEEDS = 60
STEPS = 120

Patch = pytest.MonkeyPatch


def trim_on_any_acknowledgement(patch: Patch) -> None:
    original = Sender._obey

    def obey(self: Sender, seq: int, now_s: float, *, is_proven: bool) -> list[Action]:
        del is_proven
        return original(self, seq, now_s, is_proven=True)

    patch.setattr(Sender, "_obey", obey)
    patch.setattr(milestones, "KEPT_MS", 0)


def trim_without_waiting_two_weeks(patch: Patch) -> None:
    patch.setattr(milestones, "KEPT_MS", 0)


def acknowledge_before_the_commit(patch: Patch) -> None:
    original = World._carry_out

    def carry_out(self: World, action: receiver.Action) -> None:
        if isinstance(action, StoreBatch):
            before = dict(self.store.positions)
            self.store.positions[action.source.stream] = action.position
            self._monitor_does(Committed(storing=action))
            self.store.positions = before
        original(self, action)

    patch.setattr(World, "_carry_out", carry_out)


def obey_only_a_higher_acknowledgement(patch: Patch) -> None:
    original = Sender._obey

    def obey(self: Sender, seq: int, now_s: float, *, proven_by: str | None) -> list[Action]:
        return original(self, max(seq, self._obeyed_seq), now_s, proven_by=proven_by)

    patch.setattr(Sender, "_obey", obey)


def obey_an_acknowledgement_above_the_last_record(patch: Patch) -> None:
    patch.setattr(Sender, "_is_of_another_history", lambda *_: False)


def believe_a_position_without_its_crc(patch: Patch) -> None:
    original = Courier.receive

    def receive(self: Courier, payload: bytes) -> None:
        stored = msgspec.json.decode(payload, type=Stored)
        bare = msgspec.structs.replace(stored, stored_crc=UNSET)
        original(self, msgspec.json.encode(bare))

    patch.setattr(Courier, "receive", receive)


def declare_no_holes(patch: Patch) -> None:
    original = Receiver._sort

    def sort(self: Receiver, source: receiver.Source, batch: Batch) -> StoreBatch | None:
        return original(self, source, msgspec.structs.replace(batch, holes=()))

    patch.setattr(Receiver, "_sort", sort)


def take_what_is_missing_as_lost(patch: Patch) -> None:
    original = Receiver._sort

    def sort(self: Receiver, source: receiver.Source, batch: Batch) -> StoreBatch | None:
        first_seq = batch.records[0].seq
        return original(self, source, msgspec.structs.replace(batch, lowest_seq=first_seq))

    patch.setattr(Receiver, "_sort", sort)


def never_send_again(patch: Patch) -> None:
    patch.setattr(sender, "FIRST_TIMEOUT_S", 1e9)
    patch.setattr(sender, "LAST_TIMEOUT_S", 1e9)


def never_adopt_another_store(patch: Patch) -> None:
    patch.setattr(known_store, "STORE_SILENCE_S", 1e12)


def carry_nothing_into_a_new_stream(patch: Patch) -> None:
    patch.setattr(Rekeying, "carry", lambda _self, _data: [])


def give_a_torn_seq_again(patch: Patch) -> None:
    original = segment_log.SegmentLog.load

    def load(self: segment_log.SegmentLog, floor_seq: int) -> int:
        torn_bytes = original(self, floor_seq)
        last = self.segments[-1].last_seq if self.segments else 0
        self.next_seq = last + 1
        self.holes = [(first, end) for first, end in self.holes if end <= last]
        return torn_bytes

    patch.setattr(segment_log.SegmentLog, "load", load)


MUTANTS: tuple[Callable[[Patch], None], ...] = (
    trim_on_any_acknowledgement,
    trim_without_waiting_two_weeks,
    acknowledge_before_the_commit,
    obey_only_a_higher_acknowledgement,
    obey_an_acknowledgement_above_the_last_record,
    believe_a_position_without_its_crc,
    declare_no_holes,
    take_what_is_missing_as_lost,
    never_send_again,
    never_adopt_another_store,
    carry_nothing_into_a_new_stream,
    give_a_torn_seq_again,
)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_taken_away_is_noticed(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    with pytest.raises(SimulationError):
        simulate_all()


def simulate_all() -> None:
    for seed in range(SEEDS):
        with tempfile.TemporaryDirectory() as directory:
            simulate(seed, Path(directory), STEPS)
