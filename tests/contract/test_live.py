"""What is shown as live was measured within 30 s, whatever befalls clocks, broker and processes."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from firmware.live import LiveValues, Told
from firmware.minute import SoundSetup, Traits
from firmware.sensors.base import ClimateReading, Fault
from monitor.arrivals import Arrivals
from monitor.contract.messages import State
from monitor.contract.record import epoch_ms
from monitor.store.live import LiveFiles, LiveRoom
from monitor.store.room_now import RoomNow
from tests.fakes.live_world import NotLiveError, live
from web import room_now

SECONDS = 1500
SEEDS: Final = range(16)
Patch = pytest.MonkeyPatch


def run(seed: int) -> float:
    """Return in which share of the time the value was shown as live."""
    with tempfile.TemporaryDirectory() as folder:
        seen = live(seed, SECONDS, Path(folder)).seen
    return seen[True] / sum(seen.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_old_value_is_shown_as_live(seed: int) -> None:
    assert run(seed) > 0.1  # or nothing was tried


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_no_old_value_is_shown_as_live_at_length(first: int) -> None:
    for seed in range(first, first + 50):
        run(seed)


def look_at_no_age(patch: Patch) -> None:
    patch.setattr(room_now, "STALE_S", room_now.LOST_S)


def take_a_message_as_made_when_it_came(patch: Patch) -> None:
    def came_s(_self: Arrivals, _room: str, _state: State, looked_s: float) -> float:
        return looked_s

    patch.setattr(Arrivals, "came_s", came_s)


def believe_a_clock_that_knows_no_time(patch: Patch) -> None:
    def came_s(self: Arrivals, _room: str, state: State, _looked_s: float) -> float:
        late_ms = self._clock.now_ms() - epoch_ms(state.at)
        return self._clock.boottime_s() - late_ms / 1000

    patch.setattr(Arrivals, "came_s", came_s)


def take_what_the_broker_remembers_as_new(patch: Patch) -> None:
    original = RoomNow.took_state

    def took_state(
        self: RoomNow, state: State, *, now_ms: int, boot_s: float, retained: bool
    ) -> None:
        del retained
        original(self, state, now_ms=now_ms, boot_s=boot_s, retained=False)

    patch.setattr(RoomNow, "took_state", took_state)


def take_a_sample_to_be_as_young_as_its_message(patch: Patch) -> None:
    patch.setattr(room_now, "_age_s", lambda _sample, _state, heard_s: heard_s)


def go_by_the_wall_clock_while_the_monitor_runs(patch: Patch) -> None:
    patch.setattr(RoomNow, "live_at", lambda self, _now_ms, _boot_s: self.live)


def go_by_the_wall_clock_while_it_is_down(patch: Patch) -> None:
    def as_written(_self: LiveFiles, found: LiveRoom) -> LiveRoom:
        return found

    patch.setattr(LiveFiles, "_as_now", as_written)


def repeat_the_last_value_for_a_fault(patch: Patch) -> None:
    original = LiveValues.saw_climate

    def saw_climate(
        self: LiveValues, at_s: float, sample: ClimateReading | Fault, traits: Traits
    ) -> None:
        self._climate_s = at_s
        if isinstance(sample, ClimateReading):
            original(self, at_s, sample, traits)

    patch.setattr(LiveValues, "saw_climate", saw_climate)


def stamp_a_sample_when_it_is_told(patch: Patch) -> None:
    original = LiveValues.told

    def told(self: LiveValues, setup: SoundSetup, *, now_s: float, now_ms: int) -> Told:
        self._climate_s = now_s
        return original(self, setup, now_s=now_s, now_ms=now_ms)

    patch.setattr(LiveValues, "told", told)


# Each with a seed that notices it.
MUTANTS: Final[tuple[tuple[Callable[[Patch], None], int], ...]] = (
    (look_at_no_age, 0),
    (take_a_message_as_made_when_it_came, 6),
    (believe_a_clock_that_knows_no_time, 2),
    (take_what_the_broker_remembers_as_new, 0),
    (take_a_sample_to_be_as_young_as_its_message, 0),
    (go_by_the_wall_clock_while_the_monitor_runs, 0),
    (go_by_the_wall_clock_while_it_is_down, 0),
    (repeat_the_last_value_for_a_fault, 7),
    (stamp_a_sample_when_it_is_told, 0),
)


@pytest.mark.parametrize(("mutant", "seed"), MUTANTS)
def test_without_any_one_rule_an_old_value_is_shown_as_live(
    mutant: Callable[[Patch], None], seed: int, monkeypatch: Patch
) -> None:
    mutant(monkeypatch)
    with pytest.raises(NotLiveError, match="is shown as live"):
        run(seed)
