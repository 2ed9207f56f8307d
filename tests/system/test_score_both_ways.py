"""Three synthetic nights judged twice: through chips, journal, broker and store, and offline."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.demo_place import any_free_port
from monitor.contract.record import instant
from tests.fakes.series import csv_text

DAY_MS = 86_400_000
HOUR_S = 3600
# 2026-03-20 21:00 UTC, two hours before the usual bedtime of a past night.
START_MS = 1_774_040_400_000
ROWS = 11 * HOUR_S


def lamp_lx(s: int) -> float:
    """A reading lamp until 23:00."""
    return 25.0 * (s <= 2 * HOUR_S)


def muggy(s: int) -> dict[str, float]:
    return {
        "temperature_c": 27.0 - 0.25 * s / HOUR_S,
        "humidity_pct": 70.0,
        "illuminance_lx": lamp_lx(s),
        "laeq_db": 31.0,
    }


def lamp_at_three(s: int) -> dict[str, float]:
    lit = 6 * HOUR_S < s <= 6 * HOUR_S + 900
    dawn_s = s - 9.5 * HOUR_S
    return {
        "temperature_c": 19.0 + math.sin(s / 7000),
        "humidity_pct": 48.0,
        "illuminance_lx": lamp_lx(s) + 40.0 * lit + max(0.0, dawn_s / 600),
        "laeq_db": 25.0 + math.sin(s / 900),
    }


def noisy(s: int) -> dict[str, float]:
    passing = s > 2.5 * HOUR_S and s % 1900 < 25
    return {
        "temperature_c": 17.5,
        "humidity_pct": 52.0,
        "illuminance_lx": lamp_lx(s),
        "laeq_db": 58.0 if passing else 29.0 + math.sin(s / 40),
    }


def three_nights() -> str:
    texts = []
    for day, story in enumerate((muggy, lamp_at_three, noisy)):
        columns = {name: (lambda s, n=name, of=story: of(s)[n]) for name in story(0)}
        text = csv_text(columns, step_s=1, rows=ROWS, start_ms=START_MS + day * DAY_MS)
        texts.append(text if not day else text.partition("\n")[2])
    return "".join(texts)


def nightroom(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "monitor", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    folder = tmp_path_factory.mktemp("both")
    file = folder / "nights.csv"
    file.write_text(three_nights())
    port = str(any_free_port("127.0.0.1"))
    nightroom("demo", "--once", "--replay", file, "--port", port, "--data-dir", folder / "demo")
    through = json.loads(nightroom("nights", "--json", "--data-dir", folder / "demo" / "data"))
    offline = json.loads(nightroom("score", file, "--json"))
    assert [night["window"]["night"] for night in offline] == [
        instant(START_MS + day * DAY_MS).date().isoformat() for day in range(3)
    ]
    assert len(through) == 3
    return list(zip(through, offline, strict=True))


def test_parts_and_rating_agree_within_a_point(both_ways: list[tuple[Any, Any]]) -> None:
    for through, offline in both_ways:
        assert through["rating"] == pytest.approx(offline["rating"], abs=1)
        for one, other in zip(through["parts"], offline["parts"], strict=True):
            assert one["score"] == pytest.approx(other["score"], abs=1), one["part"]
            assert one["coverage"] == pytest.approx(other["coverage"], abs=0.01)


def test_both_see_the_same_night_and_the_same_reason(both_ways: list[tuple[Any, Any]]) -> None:
    stories = ("warmth", "a light", " sounds from ")
    for story, (through, offline) in zip(stories, both_ways, strict=True):
        assert story in through["headline"]
        assert story in offline["headline"]
        for end in ("lights_out_ms", "get_up_ms"):
            assert abs(through["window"][end] - offline["window"][end]) <= 60_000
        assert through["window"]["lights_out_source"] == "light"


def test_both_count_the_same_sounds(both_ways: list[tuple[Any, Any]]) -> None:
    through, offline = both_ways[2]
    counts = [
        len([span for span in night["spans"] if span["cause"] == "event"])
        for night in (through, offline)
    ]
    assert counts[0] == counts[1] > 10
