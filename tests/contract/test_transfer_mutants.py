"""The simulation would notice: each rule taken away loses, doubles or stops something."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware import known_store, milestones, segment, segment_log, sender
from firmware.corrections import Corrections
from firmware.courier import Courier
from firmware.dating import Dating
from firmware.holdings import Holdings, Hole, Undated
from firmware.rekey import Rekeying
from firmware.segment import Scan
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

    def obey(self: Sender, seq: int, now_s: float, *, proven_by: str | None) -> list[Action]:
        return original(self, seq, now_s, proven_by=proven_by or self._store.name or "anybody")

    patch.setattr(Sender, "_obey", obey)


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


def believe_a_position_whose_record_is_another(patch: Patch) -> None:
    def is_of_another_history(self: Sender, stored: Stored, _held_crc: int | None) -> bool:
        return stored.stored_seq >= self._holdings.next_seq

    patch.setattr(Sender, "_is_of_another_history", is_of_another_history)


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
    patch.setattr(Rekeying, "carry", lambda _self, _data: iter(()))


def give_a_torn_seq_again(patch: Patch) -> None:
    original = segment_log.scan

    def scan(*arguments: Any) -> Scan:  # noqa: ANN401 - as the original
        found = original(*arguments)
        found.segment.lines -= found.segment.lost_after
        found.segment.lost_after = 0
        return found

    patch.setattr(segment_log, "scan", scan)


def let_what_went_without_a_date_take_its_correction_away(patch: Patch) -> None:
    original = Courier._find_time

    def find_time(self: Courier) -> None:
        flight = self._flight
        original(self)
        self._flight = flight

    patch.setattr(Courier, "_find_time", find_time)


def see_no_undated_line_when_opening(patch: Patch) -> None:
    patch.setattr(segment, "UNDATED", re.compile(rb"(?!)"))


def learn_no_date_from_the_minute_behind(patch: Patch) -> None:
    patch.setattr(Dating, "learn", lambda *_: None)


def find_the_time_once_a_boot(patch: Patch) -> None:
    original = Dating.undated

    def undated(self: Dating, held: Holdings, boot: str) -> tuple[Undated, ...]:
        is_found = any(one.boot == boot for one in self._found)
        return () if is_found else original(self, held, boot)

    patch.setattr(Dating, "undated", undated)


def use_a_date_that_was_not_kept(patch: Patch) -> None:
    patch.setattr(Dating, "_keep", lambda _self: True)


def correct_nothing(patch: Patch) -> None:
    patch.setattr(Corrections, "add", lambda *_: None)


def strike_off_only_what_begins_in_the_batch(patch: Patch) -> None:
    def strike(self: Corrections, batch: Hole) -> bool:
        begun = ((batch[1] + 1 if batch[0] <= one <= batch[1] else one, to) for one, to in self.due)
        before, self.due = self.due, tuple(hole for hole in begun if hole[0] <= hole[1])
        return self.due != before

    patch.setattr(Corrections, "strike", strike)


def strike_off_all_at_any_answer(patch: Patch) -> None:
    def strike(self: Corrections, _batch: Hole) -> bool:
        before, self.due = self.due, ()
        return bool(before)

    patch.setattr(Corrections, "strike", strike)


# Each with the first seed that meets it, and its steps.
OF_TIME: tuple[tuple[Callable[[Patch], None], int, int], ...] = (
    (let_what_went_without_a_date_take_its_correction_away, 13, 120),
    (see_no_undated_line_when_opening, 0, 200),
    (learn_no_date_from_the_minute_behind, 18, 200),
    (find_the_time_once_a_boot, 22, 200),
    (use_a_date_that_was_not_kept, 1, 120),
    (correct_nothing, 13, 120),
    (strike_off_only_what_begins_in_the_batch, 30, 120),
    (strike_off_all_at_any_answer, 14, 120),
)
MUTANTS: tuple[Callable[[Patch], None], ...] = (
    trim_on_any_acknowledgement,
    trim_without_waiting_two_weeks,
    acknowledge_before_the_commit,
    obey_only_a_higher_acknowledgement,
    obey_an_acknowledgement_above_the_last_record,
    believe_a_position_whose_record_is_another,
    declare_no_holes,
    take_what_is_missing_as_lost,
    never_send_again,
    never_adopt_another_store,
    carry_nothing_into_a_new_stream,
    give_a_torn_seq_again,
)


# What short runs do not meet has tests of its own: whom to listen to test_stranger.py, what one
# store has proven of another's records test_sender.py.
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_taken_away_is_noticed(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    with pytest.raises(SimulationError) as caught:
        run_all()
    assert_it_is_a_rule_that_broke(caught.value)


@pytest.mark.parametrize(("mutant", "seed", "steps"), OF_TIME)
def test_a_rule_of_time_taken_away_is_noticed(
    mutant: Callable[[Patch], None], seed: int, steps: int, monkeypatch: Patch
) -> None:
    run(seed, steps, timeless=False)
    mutant(monkeypatch)
    with pytest.raises(SimulationError, match=r"not at their time|wrong date") as caught:
        run(seed, steps, timeless=False)
    assert_it_is_a_rule_that_broke(caught.value)


def run_all() -> None:
    for seed in range(SEEDS):
        run(seed, STEPS)


def run(seed: int, steps: int, *, timeless: bool = True) -> None:
    with tempfile.TemporaryDirectory() as directory:
        simulate(seed, Path(directory), steps, timeless=timeless)


def assert_it_is_a_rule_that_broke(error: SimulationError) -> None:
    """A mutant that breaks the program would be noticed by anything, and prove nothing."""
    assert isinstance(error.__cause__, AssertionError), error
