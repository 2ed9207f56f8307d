"""Reading a night or a year does not depend on how many years are stored."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, minute, record, score

ROOM = "bedroom"
GROWTH = 1.5
NIGHTS_A_YEAR = 365
# A stored year has a week of minutes every season: ./test is not to be long.
MINUTES_A_YEAR = 4 * 7 * 1_440
YEAR_MS = 365 * 86_400_000
NEWEST = date(2026, 11, 22)
ROUNDS = 15


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[int, Path]]:
    """Return a store of one year and one of ten."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        made = {years: Path(folder) / str(years) / "nights.db" for years in (1, 10)}
        for years, path in made.items():
            fill(path, years)
        yield made


def fill(path: Path, years: int) -> None:
    with closing(NightsWriter.open(path, new_id=lambda: "5" * 16)) as writer:
        records = [
            record(seq, minute=minute(EVENING_MS + seq * MINUTE_MS)) for seq in range(1, 481)
        ]
        writer.store_batch(
            room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=480
        )
        writer.save_night(ROOM, score(str(NEWEST)), inputs_hash="0" * 32, computed_ms=1)
    with closing(sqlite3.connect(path)) as raw:
        newest = f"room_id = 1 AND end_ms > {EVENING_MS}"
        columns = [row[1] for row in raw.execute("PRAGMA table_info(minutes)")]
        for number in range(years * MINUTES_A_YEAR // 480):
            back_ms = (number + 1) * YEAR_MS * years * 480 // (years * MINUTES_A_YEAR)
            moved = {"end_ms": f"end_ms - {back_ms}", "seq": f"seq + {480 * (number + 1)}"}
            cells = ", ".join(moved.get(name, name) for name in columns)
            raw.execute(f"INSERT INTO minutes SELECT {cells} FROM minutes WHERE {newest}")  # noqa: S608 - our names
        earlier = [str(NEWEST - timedelta(days=back)) for back in range(1, years * NIGHTS_A_YEAR)]
        raw.executemany(
            "INSERT INTO nights SELECT NULL, room_id, ?, rating, score_model_version, inputs_hash,"
            " computed_ms, outline FROM nights WHERE night_id = 1",
            [(night,) for night in earlier],
        )
        raw.execute(
            "INSERT INTO night_scores SELECT night_id, (SELECT score FROM night_scores) FROM nights"
            " WHERE night_id > 1"
        )
        raw.commit()


def questions(reader: NightsReader) -> dict[str, Callable[[], int]]:
    year_ago = str(NEWEST - timedelta(days=NIGHTS_A_YEAR - 1))
    night_ms = 8 * 60 * MINUTE_MS
    return {
        "one night judged": lambda: len([reader.night(ROOM, str(NEWEST))]),
        "a year of nights": lambda: len(reader.nights(ROOM, year_ago, str(NEWEST))),
        "the minutes of a night": lambda: len(
            reader.minutes(ROOM, EVENING_MS, EVENING_MS + night_ms)
        ),
        "the newest minute": lambda: len([reader.newest_end_ms(ROOM)]),
    }


def test_ten_years_are_read_as_fast_as_one(stores: dict[int, Path]) -> None:
    """Interleaved, and the quickest of each: another process may be slow, not this comparison."""
    clock = RealClock()
    readers = {years: NightsReader.open(path) for years, path in stores.items()}
    asked = {years: questions(reader) for years, reader in readers.items()}
    assert [ask() for ask in asked[10].values()] == [1, 365, 480, 1]
    spent_s: dict[tuple[int, str], float] = {}
    for _ in range(ROUNDS):
        for years, of_store in asked.items():
            for name, ask in of_store.items():
                since_s = clock.monotonic_s()
                ask()
                took_s = clock.monotonic_s() - since_s
                spent_s[years, name] = min(took_s, spent_s.get((years, name), took_s))
    for reader in readers.values():
        reader.close()

    # A question of some 30 µs is as long as a clock's own grain; it may not grow either.
    growth = {name: (spent_s[10, name] + 1e-5) / (spent_s[1, name] + 1e-5) for name in asked[1]}
    assert {name: ratio for name, ratio in growth.items() if ratio > GROWTH} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM minutes WHERE room_id = 1 AND end_ms > 5 AND end_ms <= 9",
        "SELECT 1 FROM minutes WHERE stream_id = 1 AND seq = 4",
        "SELECT night_id FROM nights WHERE room_id = 1 AND night BETWEEN '2026' AND '2027'",
        "SELECT score FROM night_scores WHERE night_id = 4",
        "SELECT 1 FROM gaps WHERE room_id = 1 AND end_ms > 4",
    ],
)
def test_no_question_walks_a_table(stores: dict[int, Path], sql: str) -> None:
    with closing(sqlite3.connect(stores[10])) as raw:
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert all(step.startswith("SEARCH") for step in plan), plan
