"""The simulation over the product's store would notice: each of its rules taken away breaks one."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.contract.record import Record
from monitor.store import gap_rows, minute_rows, position_rows, restore, uncertain_rows
from monitor.store.deleted_minutes import DeletedMinutes
from monitor.store.deletion import Deletion, Honoured, Sorted
from tests.fakes.simulation import SimulationError, simulate

Patch = pytest.MonkeyPatch
MINUTE_MS = 60_000


def apply_no_revision(patch: Patch) -> None:
    patch.setattr(minute_rows, "_replace", lambda *_: 0)


def move_the_position_past_a_record_that_is_not_kept(patch: Patch) -> None:
    original = minute_rows.insert

    def insert(*arguments: Any) -> minute_rows.Inserted:  # noqa: ANN401 - as the original
        connection, room_id, stream_id, (kept, hidden, dropped), recall = arguments
        return original(connection, room_id, stream_id, (kept[:-1], hidden, dropped), recall)

    patch.setattr(minute_rows, "insert", insert)


def declare_no_gap(patch: Patch) -> None:
    patch.setattr(gap_rows, "declare", lambda *_: 0)


def hide_nothing_that_is_there(patch: Patch) -> None:
    patch.setattr(DeletedMinutes, "hide", lambda *_: 0)


def keep_in_sight_what_arrives_deleted(patch: Patch) -> None:
    def unsorted(_self: Honoured, _room: str, records: Iterable[Record]) -> Sorted:
        return tuple(records), (), ()

    patch.setattr(Honoured, "sorted", unsorted)


def bring_nothing_back(patch: Patch) -> None:
    patch.setattr(DeletedMinutes, "bring_back", lambda *_: 0)


def purge_all_but_the_end_of_a_deletion(patch: Patch) -> None:
    original = DeletedMinutes.purge

    def purge(self: DeletedMinutes, deletion: Deletion) -> int:
        begun = max(deletion.start_ms + 1, deletion.end_ms - 90 * MINUTE_MS)
        return original(self, replace(deletion, end_ms=begun))

    patch.setattr(DeletedMinutes, "purge", purge)


def purge_what_is_taken_back(patch: Patch) -> None:
    def take_over(self: DeletedMinutes, deletions: tuple[Deletion, ...]) -> None:
        original(self, tuple(replace(one, undone_ms=None) for one in deletions))

    original = DeletedMinutes.take_over
    patch.setattr(DeletedMinutes, "take_over", take_over)


def count_by_its_place_what_is_being_added(patch: Patch) -> None:
    patch.setattr(
        uncertain_rows, "settle", lambda connection, **_: position_rows.settle(connection)
    )


def forget_in_a_restore_what_was_deleted_and_taken_back(patch: Patch) -> None:
    patch.setattr(restore, "carry_over", lambda *_, **__: None)


# Each with the first seed that meets it, its steps, and what is said then.
MUTANTS: tuple[tuple[Callable[[Patch], None], int, int, str], ...] = (
    (apply_no_revision, 0, 120, "not at their time"),
    (move_the_position_past_a_record_that_is_not_kept, 0, 120, "acknowledged and not stored"),
    (declare_no_gap, 0, 120, "acknowledged and not stored"),
    (hide_nothing_that_is_there, 4, 150, "is in sight and deleted"),
    (bring_nothing_back, 0, 150, "is out of sight and not deleted"),
    (purge_all_but_the_end_of_a_deletion, 0, 150, "was deleted for good"),
    (purge_what_is_taken_back, 0, 150, "not stored"),
    (keep_in_sight_what_arrives_deleted, 15, 250, "is in sight and deleted"),
    (forget_in_a_restore_what_was_deleted_and_taken_back, 14, 250, "has forgotten"),
    (count_by_its_place_what_is_being_added, 5, 120, "records and lost"),
)


@pytest.mark.parametrize(("mutant", "seed", "steps", "said"), MUTANTS)
def test_a_rule_of_the_store_taken_away_is_noticed(
    mutant: Callable[[Patch], None], seed: int, steps: int, said: str, monkeypatch: Patch
) -> None:
    mutant(monkeypatch)
    with pytest.raises(SimulationError, match=said) as caught, tempfile.TemporaryDirectory() as one:
        simulate(seed, Path(one), steps, stored=True)
    assert isinstance(caught.value.__cause__, AssertionError), caught.value
