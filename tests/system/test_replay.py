"""Recorded nights through registers, drivers, journal, broker and store: nothing changes.

The expected values are read from the files here, by another reader than the product's.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import UNSET

from monitor.cli.demo_place import any_free_port
from monitor.contract.record import Minute
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader

pytestmark = pytest.mark.recorded
MINUTE_MS = 60_000
OFFICE = ("2015-02-03T12:00", "2015-02-04T09:00")


def recorded(name: str) -> Path:
    return Path(os.environ["NIGHTROOM_RECORDED"]) / name


def rows(name: str, hours_from_utc: int = 0) -> list[tuple[int, dict[str, str]]]:
    """Return (epoch ms, row) of a file, its naive times at one fixed offset."""
    with gzip.open(recorded(name), "rt", encoding="utf-8") as file:
        return [
            (round((placed(row["time"], hours_from_utc)).timestamp() * 1000), row)
            for row in csv.DictReader(file)
        ]


def placed(naive: str, hours_from_utc: int = 0) -> datetime:
    return datetime.fromisoformat(naive).replace(tzinfo=UTC) - timedelta(hours=hours_from_utc)


def replay(folder: Path, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "demo", "--once", "--replay", str(recorded(name))]
    port = str(any_free_port("127.0.0.1"))
    done = subprocess.run(
        [*command, "--port", port, "--data-dir", str(folder / "demo"), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done


def stored(folder: Path) -> list[Minute]:
    with NightsReader.open(folder / "demo" / "data" / NIGHTS_FILE) as reader:
        return list(reader.minutes("bedroom", 0, 4_000_000_000_000))


def assert_no_minute_lost_or_doubled(minutes: list[Minute], first_ms: int, last_ms: int) -> None:
    ends = [minute.end_ms for minute in minutes]
    assert ends == list(range(first_ms + MINUTE_MS, last_ms + 1, MINUTE_MS))


def test_two_recorded_nights_over_a_spring_that_did_not_happen(tmp_path: Path) -> None:
    first, last = "2016-03-26T12:00", "2016-03-28T12:00"
    options = ("--utc-offset", "+01:00", "--from", first, "--until", last)
    done = replay(tmp_path, "bedroom_teen_10min.csv.gz", *options)
    minutes = stored(tmp_path)
    first_ms, last_ms = (round(placed(at, 1).timestamp() * 1000) for at in (first, last))
    assert_no_minute_lost_or_doubled(minutes, first_ms, last_ms)
    told = [(at, row) for at, row in rows("bedroom_teen_10min.csv.gz", 1) if at > first_ms]
    by_end = {at - back * MINUTE_MS: row for at, row in told if at <= last_ms for back in range(10)}
    assert set(by_end) == {minute.end_ms for minute in minutes}
    for minute in minutes:
        row = by_end[minute.end_ms]
        assert minute.climate.temperature_c == pytest.approx(float(row["temperature_c"]), abs=0.02)
        assert minute.climate.humidity_pct == pytest.approx(float(row["humidity_pct"]), abs=0.1)
    assert "2016-03-26" in done.stdout
    assert "2016-03-27" in done.stdout


def test_the_same_nights_in_the_civil_zone_lose_no_row_either(tmp_path: Path) -> None:
    span = ("--from", "2016-03-26T12:00", "--until", "2016-03-27T12:00")
    replay(tmp_path, "bedroom_teen_10min.csv.gz", "--zone", "Europe/Brussels", *span)
    ends = [minute.end_ms for minute in stored(tmp_path)]
    assert ends == list(range(ends[0], ends[-1] + 1, MINUTE_MS))
    assert len(ends) >= 23 * 60


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which a day and a night of the office were played."""
    folder = tmp_path_factory.mktemp("office")
    first, last = OFFICE
    replay(folder, "office_1min_light.csv.gz", "--from", first, "--until", last)
    return folder


def test_an_office_with_uneven_steps_gives_light_and_warmth(office: Path) -> None:
    minutes = stored(office)
    first_ms, last_ms = (round(placed(at).timestamp() * 1000) for at in OFFICE)
    assert_no_minute_lost_or_doubled(minutes, first_ms, last_ms)
    told = rows("office_1min_light.csv.gz")
    for minute in minutes[10:-10]:
        near = [row for at, row in told if abs(at - minute.end_ms + 30_000) <= 90_000]
        temperatures = [float(row["temperature_c"]) for row in near]
        lights = [float(row["light_lux"]) for row in near]
        assert min(temperatures) - 0.02 <= minute.climate.temperature_c <= max(temperatures) + 0.02
        assert min(lights) * 0.98 - 0.5 <= minute.light.illuminance_lx <= max(lights) * 1.02 + 0.5


def test_a_dark_office_night_is_dark_and_its_warmth_is_scored(office: Path) -> None:
    command = [sys.executable, "-m", "monitor", "nights", "--json"]
    data = str(office / "demo" / "data")
    told = subprocess.run(
        [*command, "--data-dir", data], capture_output=True, text=True, check=True
    )
    (night,) = json.loads(told.stdout)
    parts = {part["part"]: part for part in night["parts"]}
    assert parts["dark"]["score"] > 95
    assert parts["quiet"]["status"] == "not_fitted"
    assert 0 < parts["cool"]["score"] <= 100


def test_volts_are_not_decibels_and_empty_cells_are_not_values(tmp_path: Path) -> None:
    first, last = "2017-12-22T12:00", "2017-12-23T09:00"
    replay(tmp_path, "room30s_node1_dec22.csv.gz", "--from", first, "--until", last)
    log = (tmp_path / "demo" / "logs" / "sensors-past.log").read_text()
    assert "sound_v" in log
    minutes = stored(tmp_path)
    assert all(minute.sound is UNSET for minute in minutes)
    told = rows("room30s_node1_dec22.csv.gz")
    for minute in minutes:
        near = [row for at, row in told if -1_000 <= at - minute.start_ms <= 95_000]
        known = [float(row["temperature_c"]) for row in near if row["temperature_c"]]
        if not known:
            assert minute.climate.temperature_c is None
            assert minute.climate.flags
        elif minute.climate.temperature_c is not None:
            low, high = min(known) - 0.02, max(known) + 0.02
            assert low <= minute.climate.temperature_c <= high


def test_recorded_levels_arrive_as_they_were(tmp_path: Path) -> None:
    span = ("--from", "2025-03-21T20:00", "--until", "2025-03-22T08:00")
    replay(tmp_path, "laeq_1min.csv.gz", *span)
    minutes = stored(tmp_path)
    assert len(minutes) == 12 * 60
    told = {at: float(row["laeq_db"]) for at, row in rows("laeq_1min.csv.gz")}
    for minute in minutes:
        around = [told[at] for at in (minute.end_ms - 30_000, minute.end_ms + 30_000) if at in told]
        assert min(around) - 0.01 <= minute.sound.laeq_db <= max(around) + 0.01
