"""Recorded nights, scored offline: a table that a reader can check against the file by eye.

The expected values are read from the files here, by another reader than the product's.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

pytestmark = pytest.mark.recorded
BEDROOM = "bedroom_teen_10min.csv.gz"


def recorded(name: str) -> Path:
    return Path(os.environ["NIGHTROOM_RECORDED"]) / name


@cache
def scored(name: str, *options: str) -> list[dict[str, Any]]:
    """Return the nights of a file, which no test changes; a season is scored for two of them."""
    command = [sys.executable, "-m", "monitor", "score", str(recorded(name)), "--json", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return list(json.loads(done.stdout))


def part(night: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in night["parts"] if one["part"] == name)


def nights_of(name: str, column: str) -> dict[str, list[float]]:
    """Return the values of a column from 23:00 to 07:00, by the date of the evening."""
    found: dict[str, list[float]] = {}
    with gzip.open(recorded(name), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"])
            if not time(7) < at.time() <= time(23) and row[column]:
                evening = at.date() if at.time() > time(23) else at.date() - timedelta(days=1)
                found.setdefault(evening.isoformat(), []).append(float(row[column]))
    return found


def test_every_recorded_night_is_there_and_warm_ones_look_warm() -> None:
    nights = {night["window"]["night"]: night for night in scored(BEDROOM)}
    warmth = nights_of(BEDROOM, "temperature_c")
    assert set(nights) == set(warmth)
    assert len(nights) == 81
    means = {night: mean(values) for night, values in warmth.items()}
    for night, mean_c in means.items():
        found = part(nights[night], "cool")["score"]
        if max(warmth[night]) > 24:
            assert found < 85, (night, mean_c)
            assert "warmth" in nights[night]["headline"]
            assert any("Warm from" in one["text"] for one in nights[night]["sentences"])
        if max(warmth[night]) < 20:
            assert found > 85, (night, mean_c)
    assert max(map(max, warmth.values())) > 24


def test_a_warmer_recorded_night_never_looks_cooler_by_much() -> None:
    nights = {night["window"]["night"]: part(night, "cool")["score"] for night in scored(BEDROOM)}
    above = {
        night: mean(values)
        for night, values in nights_of(BEDROOM, "temperature_c").items()
        if min(values) > 20
    }
    ordered = sorted(above, key=lambda night: above[night])
    assert len(ordered) > 10
    for cooler, warmer in pairwise(ordered):
        assert nights[warmer] <= nights[cooler] + 6, (cooler, warmer)


def test_nights_near_a_road_sound_like_it() -> None:
    nights = scored("laeq_1min.csv.gz")
    levels = nights_of("laeq_1min.csv.gz", "laeq_db")
    for night in nights:
        quiet = part(night, "quiet")
        if min(levels[night["window"]["night"]]) > 40:
            assert quiet["score"] <= 60
        assert quiet["at_most"], "nobody listened for single sounds"
        assert part(night, "cool")["status"] == "not_fitted"
    assert len(nights) == 5


def test_one_second_levels_show_single_sounds() -> None:
    (night,) = scored("laeq_1s.csv.gz", "--bedtime", "00:00", "--wake-time", "05:00")
    assert night["window"]["night"] == date(2025, 3, 21).isoformat()
    assert [span for span in night["spans"] if span["cause"] == "event"]
    assert not part(night, "quiet")["at_most"]


def test_a_heated_room_is_warm_and_volts_are_no_decibels() -> None:
    for name in ("room30s_node1_dec22.csv.gz", "room30s_node2_dec22.csv.gz"):
        for night in scored(name):
            assert part(night, "quiet")["status"] == "not_fitted"
            assert "warmth" in night["headline"]
            assert part(night, "cool")["score"] <= 75, "about 25 °C throughout"
