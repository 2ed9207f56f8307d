"""A recorded LAeq series folded to minutes and nights, against its publisher's own minutes."""

import csv
import gzip
import math
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from firmware.accumulate import energy_mean_db
from firmware.minute import Due, MinuteSamples, SoundSetup, Traits, make_minute
from firmware.minute_bounds import Span
from monitor.contract.record import ClockState, SoundMinute, epoch_ms
from monitor.score.sound import night_la90_db
from tests.fakes.parts import a_second

pytestmark = pytest.mark.recorded
RECORDED = Path(os.environ.get("NIGHTROOM_RECORDED", "not given"))
DUE = Due(climate=None, light=None, sound=60)
MINUTE_MS = 60_000
# The record keeps hundredths of a dB.
ROUNDING_DB = 0.0051


def series(name: str) -> Iterator[tuple[int, float]]:
    with gzip.open(RECORDED / name, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
            yield epoch_ms(at), float(row["laeq_db"])


@cache
def seconds_by_minute() -> dict[int, list[float]]:
    """Return the 1-s levels by the start of their minute."""
    found: dict[int, list[float]] = {}
    for at_ms, laeq_db in series("laeq_1s.csv.gz"):
        found.setdefault(at_ms - at_ms % MINUTE_MS, []).append(laeq_db)
    return found


@cache
def published() -> dict[int, float]:
    """Return the publisher's minutes by their start; they are stamped in the middle."""
    return {at_ms - MINUTE_MS // 2: laeq_db for at_ms, laeq_db in series("laeq_1min.csv.gz")}


@cache
def folded() -> dict[int, SoundMinute]:
    return {start_ms: fold(start_ms, levels) for start_ms, levels in seconds_by_minute().items()}


def fold(start_ms: int, levels_db: list[float]) -> SoundMinute:
    """Return the minute record of 1-s levels, as the daemon makes it."""
    taken = MinuteSamples()
    for index, laeq_db in enumerate(levels_db, start=1):
        taken.sound.add(a_second(start_ms + index * 1000, laeq_db))
    span = Span(start_s=0.0, end_s=60.0, end_ms=start_ms + MINUTE_MS, clock=ClockState.SYNCED)
    minute = make_minute(span, taken, DUE, Traits(), SoundSetup(), 0)
    assert isinstance(minute.sound, SoundMinute)
    return minute.sound


def of_night(start: str, end: str) -> list[float]:
    from_ms, until_ms = (epoch_ms(datetime.fromisoformat(f"{at}Z")) for at in (start, end))
    return [level for at_ms, level in published().items() if from_ms <= at_ms < until_ms]


def test_twelve_hours_of_seconds_fold_to_the_publishers_minutes() -> None:
    assert len(folded()) == 720
    for start_ms, minute in folded().items():
        assert minute.laeq_db == pytest.approx(published()[start_ms], abs=ROUNDING_DB)


def test_the_arithmetic_mean_would_have_been_too_low_in_every_minute() -> None:
    short_db = [
        published()[start_ms] - sum(levels) / len(levels)
        for start_ms, levels in seconds_by_minute().items()
    ]
    assert min(short_db) > 0
    assert max(short_db) > 1


def test_a_tenth_half_and_nine_tenths_of_the_seconds_exceed_the_percentiles() -> None:
    for start_ms, levels in seconds_by_minute().items():
        minute = folded()[start_ms]
        for level_db, exceeding in (
            (minute.la10_db, 6),
            (minute.la50_db, 30),
            (minute.la90_db, 54),
        ):
            assert isinstance(level_db, float)
            above = sum(level > level_db + ROUNDING_DB for level in levels)
            reaching = sum(level >= level_db - ROUNDING_DB for level in levels)
            assert above <= exceeding <= reaching


def test_lnight_is_the_energy_of_eight_hours_however_it_is_folded() -> None:
    minutes = of_night("2025-03-22T23:00:00", "2025-03-23T07:00:00")
    assert len(minutes) == 480
    power = sum((10 ** (level_db / 20)) ** 2 for level_db in minutes)
    lnight_db = energy_mean_db(minutes)
    assert lnight_db == pytest.approx(10 * math.log10(power / 480), abs=1e-9)
    hours = [energy_mean_db(minutes[start : start + 60]) for start in range(0, 480, 60)]
    assert energy_mean_db([level for level in hours if level is not None]) == pytest.approx(
        lnight_db, abs=1e-9
    )


def test_the_small_hours_are_the_same_from_seconds_and_from_published_minutes() -> None:
    minutes = of_night("2025-03-22T00:00:00", "2025-03-22T07:00:00")
    seconds = [level for levels in list(seconds_by_minute().values())[:420] for level in levels]
    from_records = [minute.laeq_db for minute in list(folded().values())[:420]]
    wanted_db = energy_mean_db(minutes)
    assert energy_mean_db(seconds) == pytest.approx(wanted_db, abs=1e-4)
    assert energy_mean_db([level for level in from_records if level]) == pytest.approx(
        wanted_db, abs=ROUNDING_DB
    )


def test_la90_of_a_night_of_records_is_near_that_of_all_its_seconds() -> None:
    seconds = sorted(
        level for levels in list(seconds_by_minute().values())[:420] for level in levels
    )
    exact_db = seconds[len(seconds) // 10]
    assert night_la90_db(list(folded().values())[:420]) == pytest.approx(exact_db, abs=0.5)
