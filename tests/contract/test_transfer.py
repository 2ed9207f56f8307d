"""Journal, courier, sender and receiver together, through every accident, from seeds."""

import tempfile
from pathlib import Path

import pytest

from tests.fakes.simulation import simulate
from tests.fakes.stranger import Stranger

STEPS = 2_000
IN_TEST, IN_SOAK = 150, 5_000
STRANGERS_STEPS = 400
IN_TEST_WITH_STRANGER, IN_SOAK_WITH_STRANGER = 60, 1_000
# Each has found a fault that is mended; docs/no-loss.md says where they are told of.
FOUND_FAULTS = (228, 237, 311, 473, 530, 668, 676, 709, 1810, 2919, 3862)
# They were runs of a sensor that knows the time always, and are kept as that.
SEEDS = [
    *range(IN_TEST),
    *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(IN_TEST, IN_SOAK)),
]
WITH_STRANGER = [
    pytest.param(seed, marks=[pytest.mark.soak] if seed >= IN_TEST_WITH_STRANGER else [])
    for seed in range(IN_SOAK_WITH_STRANGER)
]
# Real files all the same; in memory a run takes a second, on a busy card ten.
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@pytest.mark.parametrize("seed", SEEDS)
def test_every_journalled_minute_ends_stored_once_or_declared(seed: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        simulate(seed, Path(folder), STEPS)


@pytest.mark.parametrize("seed", FOUND_FAULTS)
def test_so_do_the_runs_that_have_found_a_fault(seed: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        simulate(seed, Path(folder), STEPS, timeless=True)


@pytest.mark.parametrize("seed", WITH_STRANGER)
def test_nor_does_a_stranger_who_never_falls_silent_keep_one_from_it(seed: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        simulate(seed, Path(folder), STRANGERS_STEPS, bystander=Stranger(seed), timeless=True)
