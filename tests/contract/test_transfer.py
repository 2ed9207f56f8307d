"""Journal, courier, sender and receiver together, through every accident, from seeds."""

from pathlib import Path

import pytest

from tests.fakes.simulation import simulate

SEEDS = 200
STEPS = 120


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_journalled_minute_ends_stored_once_or_declared(seed: int, tmp_path: Path) -> None:
    simulate(seed, tmp_path, STEPS)
