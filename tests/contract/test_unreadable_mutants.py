"""The simulation with bad spots would notice: each rule of them taken away breaks one."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware import journal_identity, opening, segment_log
from firmware.disk import Disk, io_error
from firmware.journal_identity import State
from firmware.segment import Scan, first_of, unread
from firmware.segment_log import SegmentLog
from tests.fakes.simulation import SimulationError, simulate
from tests.fakes.world import LIMITS

Patch = pytest.MonkeyPatch
STEPS = 150


def open_once_all_can_be_read(patch: Patch) -> None:
    def refuse(*_: object) -> Scan:
        raise io_error()

    patch.setattr(segment_log, "unread", refuse)


def write_on_what_cannot_be_read(patch: Patch) -> None:
    want_another_although(patch, "tries", 0)


def insist_on_what_cannot_be_written(patch: Patch) -> None:
    want_another_although(patch, "is_closed", False)


def want_another_although(patch: Patch, name: str, value: object) -> None:
    """Let the last segment be judged as if it were another in this."""
    original = SegmentLog.wants_another

    def wants_another(self: SegmentLog, day: str, seq: int, segment_records: int) -> bool:
        if not self.segments:
            return True
        before = getattr(self.segments[-1], name)
        setattr(self.segments[-1], name, value)
        wanted = original(self, day, seq, segment_records)
        setattr(self.segments[-1], name, before)
        return wanted

    patch.setattr(SegmentLog, "wants_another", wants_another)


def give_again_what_the_last_one_may_have(patch: Patch) -> None:
    def none_in(path: Path, last_seq: int, line_bytes: int | None) -> Scan:
        first_seq = first_of(path.name)
        is_last = last_seq == first_seq + LIMITS.most_in_segment - 1
        return unread(path, first_seq - 1 if is_last else last_seq, line_bytes)

    patch.setattr(segment_log, "unread", none_in)


def give_up_at_once(patch: Patch) -> None:
    patch.setattr(segment_log, "TRIES", 1)


def never_give_up(patch: Patch) -> None:
    patch.setattr(segment_log, "TRIES", 10**9)


def begin_a_stream_without_what_cannot_be_read(patch: Patch) -> None:
    readable = opening._readable

    def at_once(disk: Disk, directory: Path, names: list[str], *, gives_up: bool) -> list[str]:
        del gives_up
        return readable(disk, directory, names, gives_up=True)

    patch.setattr(opening, "_readable", at_once)


def keep_no_identity_beside(patch: Patch) -> None:
    patch.setattr(journal_identity, "_state_of", lambda *_: State.NONE)


# Each with the first seed that meets it, and what is said then.
MUTANTS: tuple[tuple[Callable[[Patch], None], int, str], ...] = (
    (open_once_all_can_be_read, 0, "waits although it knows"),
    (write_on_what_cannot_be_read, 17, "is written on, which cannot be read"),
    (insist_on_what_cannot_be_written, 5, "minutes wait in memory"),
    (give_again_what_the_last_one_may_have, 5, "was given to"),
    (give_up_at_once, 0, "was given up too soon"),
    (never_give_up, 13, "not settled"),
    (begin_a_stream_without_what_cannot_be_read, 2, "was given up too soon"),
    (keep_no_identity_beside, 20, "minutes wait in memory"),
)


@pytest.mark.parametrize(("mutant", "seed", "said"), MUTANTS)
def test_a_rule_of_what_cannot_be_read_taken_away_is_noticed(
    mutant: Callable[[Patch], None], seed: int, said: str, monkeypatch: Patch
) -> None:
    mutant(monkeypatch)
    with pytest.raises(SimulationError, match=said) as caught, tempfile.TemporaryDirectory() as one:
        simulate(seed, Path(one), STEPS, unreadable=True)
    assert isinstance(caught.value.__cause__, AssertionError), caught.value
