"""The transfer protocol as a model, checked exhaustively by spin; see transfer.pml."""

import re
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("transfer.pml")
RULES = (
    "TRIM_ON_PUBACK",
    "ACK_BEFORE_COMMIT",
    "ONLY_HIGHER",
    "NO_STREAM_ID",
    "NO_HOLES",
    "NO_GRACE",
    "RETAINED_PROVES",
)


def check(directory: Path, *without: str) -> str:
    """Return what an exhaustive check of the model says, the named rules taken away."""
    flags = [f"-D{rule}" for rule in without]
    for command in (
        ["spin", *flags, "-a", str(MODEL)],
        ["gcc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=1500", "-o", "pan", "pan.c"],
    ):
        subprocess.run(command, cwd=directory, check=True, capture_output=True)
    done = subprocess.run(
        ["./pan", "-m100000", "-c1"], cwd=directory, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_no_order_of_three_faults_breaks_a_rule(tmp_path: Path) -> None:
    said = check(tmp_path)
    assert "errors: 0" in said, said
    assert "Search not completed" not in said
    # Every branch of the model was walked: a fault that cannot happen would prove nothing.
    assert "(0 of" in said, said
    states = re.search(r"([\d.e+]+) states, stored", said)
    assert states is not None
    assert float(states[1]) > 1e6


@pytest.mark.parametrize("rule", RULES)
def test_the_model_needs_every_rule(rule: str, tmp_path: Path) -> None:
    said = check(tmp_path, rule)
    assert "errors: 1" in said, said
    assert "assertion violated" in said
