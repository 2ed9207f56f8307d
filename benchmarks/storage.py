"""What keeping costs: bytes a stored minute, µs a live message, ms to read nights back.

python benchmarks/storage.py [--years 10] [--json FILE]. Times are CPU time of this
process, the kernel's included; bytes are the file's after everything is written back.
"""

import argparse
import json
import math
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from monitor.contract.codec import decode, encode, seal
from monitor.contract.messages import Batch, Stored
from monitor.contract.record import (
    ClimateMinute,
    ClockState,
    EventKind,
    LightMinute,
    Minute,
    Record,
    SoundEvent,
    SoundMinute,
    instant,
)
from monitor.intake import Intake
from monitor.night.household import Household
from monitor.night.window import Source, Window
from monitor.receiver import BatchReceived, Receiver
from monitor.runtime.clock import VirtualClock
from monitor.score.rating import score_night
from monitor.score.result import NightScore
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter

STREAM: Final = "00112233445566aa"
DEVICE: Final = "nightroom-bedroom"
ROOM: Final = "bedroom"
DAY: Final = 1_440
MINUTE_MS: Final = 60_000
START_MS: Final = 1_767_225_600_000  # 2026-01-01T00:00:00Z
NEWEST_NIGHT: Final = date(2026, 1, 20)
# Judgement: seventy noise events a day is a bedroom on a street.
EVENTS: Final = 0.05
# Source: docs, the targets of reading nights back.
TARGETS_MS: Final = {"one night judged": 2.0, "365 nights": 5.0}
MONTH: Final = 30 * DAY
NIGHT: Final = 480
YEAR: Final = 365
SIZES: Final = ((1, 3_000), (60, 100))  # records a batch, batches


@dataclass(frozen=True)
class Result:
    """One figure with its unit and its target, None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None


def main() -> None:
    """Run all workloads, print a table and write JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--json", type=Path, default=Path("test-output/storage.json"))
    chosen = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        results += kept_bytes(Path(folder))
        results += live_messages(Path(folder))
        results += nights_read(Path(folder), chosen.years)
    for one in results:
        target = "" if one.target is None else f"  (target {one.target:g})"
        print(f"{one.name:<58} {one.value:10.2f} {one.unit}{target}")
    chosen.json.parent.mkdir(exist_ok=True)
    rows = [asdict(one) for one in results]
    chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def kept_bytes(folder: Path) -> Iterator[Result]:
    """Store a month, the first day minute by minute, and look at the files."""
    path = folder / "month.db"
    writer = NightsWriter.open(path, new_id=lambda: "0" * 16)
    records = list(month())
    written = 0
    wal = path.with_name("month.db-wal")
    for record in records[:DAY]:
        store(writer, [record])
        written = max(written, wal.stat().st_size)
    yield Result("write-ahead log after a day of single commits", written / 1e6, "MB")
    for start in range(DAY, MONTH, 60):
        store(writer, records[start : start + 60])
    writer.close()
    yield Result("stored minute, all indexes, a month", path.stat().st_size / MONTH, "B", 200)
    year = path.stat().st_size / MONTH * YEAR * DAY / 1e6
    yield Result("room-year of minutes", year, "MB", 110)


def live_messages(folder: Path) -> Iterator[Result]:
    """Take one-record batches as they come each minute: bytes in, acknowledgement out."""
    writer = NightsWriter.open(folder / "live.db", new_id=lambda: "0" * 16)
    answers: list[bytes] = []

    def acknowledge(_room: str, stored: Stored) -> None:
        answers.append(encode(stored))

    intake = Intake(
        writer=writer,
        receiver=Receiver(writer.store_id, writer),
        clock=VirtualClock(start_ms=START_MS),
        publish=acknowledge,
        stored=lambda _room, _records: None,
        failed=print,
        healed=lambda: None,
    )
    for size, count in SIZES:
        records = list(month(size * count, first=1 if size == 1 else 3_001))
        payloads = [
            encode(batch(records[start : start + size])) for start in range(0, len(records), size)
        ]
        spent_s = cpu_s(partial(take, intake, payloads))
        name = f"a batch of {size}: decode, check, store, commit, acknowledge"
        yield Result(name, spent_s / count * 1e6, "µs", 100 if size == 1 else None)
    assert len(answers) == sum(count for _, count in SIZES)
    sending = [encode(batch([one])) for one in month(3_000, first=9_001)]
    spent_s = cpu_s(lambda: [decode(one, Batch) for one in sending])
    yield Result("of which decode and check", spent_s / 3_000 * 1e6, "µs")
    writer.close()


def take(intake: Intake, payloads: list[bytes]) -> None:
    """Take batches as the recorder does."""
    for payload in payloads:
        intake.take(BatchReceived(room=ROOM, batch=decode(payload, Batch)))


def nights_read(folder: Path, years: int) -> Iterator[Result]:
    """Read one night and a year of nights from one year and from many."""
    path = folder / "years.db"
    writer = NightsWriter.open(path, new_id=lambda: "0" * 16)
    records = list(month())
    for start in range(0, MONTH, 60):
        store(writer, records[start : start + 60])
    minutes = [record.minute for record in records]
    spent_s = cpu_s(lambda: [judge(minutes, night) for night in range(20)])
    yield Result("a night judged from its minutes", spent_s / 20 * 1e3, "ms")
    found: dict[int, dict[str, float]] = {}
    months = nights = 0
    for span in (1, years):
        while months < span * 12:
            months += 1
            repeat_month(path, months)
        while nights < span * YEAR:
            nights += 1
            score = replace(judge(minutes, 3), rating=50.0 + nights % 50)
            named = replace(score.window, night=str(NEWEST_NIGHT - timedelta(days=nights)))
            writer.save_night(
                ROOM, replace(score, window=named), inputs_hash="0" * 32, computed_ms=START_MS
            )
        found[span] = reading(path)
        for name, spent_ms in found[span].items():
            yield Result(f"{name}, {span} y stored", spent_ms, "ms", TARGETS_MS.get(name))
    for name, spent_ms in found[years].items():
        yield Result(f"{name}, {years} y over 1 y", spent_ms / found[1][name], "x", 1.5)
    yield Result(f"file after {years} y", path.stat().st_size / 1e6, "MB")
    writer.close()


def reading(path: Path) -> dict[str, float]:
    """Return ms of CPU a query on a file as it is now."""
    night = str(NEWEST_NIGHT - timedelta(days=30))
    year_ago = str(NEWEST_NIGHT - timedelta(days=YEAR))
    evening_ms = START_MS + 10 * DAY * MINUTE_MS
    with NightsReader.open(path) as reader:
        assert len(reader.nights(ROOM, year_ago, str(NEWEST_NIGHT))) == YEAR
        assert len(reader.minutes(ROOM, evening_ms, evening_ms + NIGHT * MINUTE_MS)) == NIGHT
        queries: dict[str, Callable[[], object]] = {
            "one night judged": lambda: reader.night(ROOM, night),
            "365 nights": lambda: reader.nights(ROOM, year_ago, str(NEWEST_NIGHT)),
            "480 minutes of a night": lambda: reader.minutes(
                ROOM, evening_ms, evening_ms + NIGHT * MINUTE_MS
            ),
        }
        return {name: min(cpu_s(query) for _ in range(25)) * 1e3 for name, query in queries.items()}


def judge(minutes: list[Minute], night: int) -> NightScore:
    """Return the score of the night-th night of a month of minutes."""
    evening = night * DAY + 23 * 60
    window = Window(
        night=str(NEWEST_NIGHT),
        zone="UTC",
        lights_out_ms=START_MS + evening * MINUTE_MS,
        get_up_ms=START_MS + (evening + NIGHT) * MINUTE_MS,
        lights_out_source=Source.SCHEDULE,
        get_up_source=Source.SCHEDULE,
    )
    return score_night(minutes[evening : evening + NIGHT], window, Household())


def month(count: int = MONTH, first: int = 1) -> Iterator[Record]:
    """Yield a month of a fully fitted room: a daily swing, noise on everything, few events."""
    rng = random.Random(first)
    for seq in range(first, first + count):
        dark = seq % DAY < 8 * 60 or seq % DAY > 22 * 60
        light_lx = 0.02 + 0.01 * rng.random() if dark else 180 + 60 * rng.random()
        warm_c = 20 + 2 * math.sin(seq / DAY * 2 * math.pi) + 0.05 * rng.random()
        loud_db = 27 + 4 * rng.random() + (0 if dark else 12)
        yield seal(
            Record(
                stream=STREAM,
                seq=seq,
                boot="b00700000000b007",
                boottime_s=round(1_000 + 60.0004 * seq, 3),
                clock=ClockState.SYNCED,
                minute=a_minute(seq, light_lx, warm_c, loud_db, has_event=rng.random() < EVENTS),
            )
        )


def a_minute(
    seq: int, light_lx: float, warm_c: float, loud_db: float, *, has_event: bool
) -> Minute:
    """Return a minute with every part fitted."""
    event = SoundEvent(
        start_offset_s=-31.0,
        duration_s=9.0,
        lafmax_db=52.1,
        lasmax_db=49.8,
        lae_db=57.3,
        background_db=29.0,
        kind=EventKind.COUNTED,
    )
    return Minute(
        end=instant(START_MS + seq * MINUTE_MS),
        duration_s=60.0,
        climate=ClimateMinute(
            temperature_c=round(warm_c, 2),
            temperature_min_c=round(warm_c - 0.04, 2),
            temperature_max_c=round(warm_c + 0.04, 2),
            humidity_pct=round(45 + warm_c / 3, 2),
            pressure_hpa=round(1_013 + warm_c / 7, 2),
            n=6,
            due=6,
        ),
        light=LightMinute(
            illuminance_lx=round(light_lx, 4),
            illuminance_max_lx=round(light_lx * 1.3, 4),
            illuminance_max10s_lx=round(light_lx * 1.1, 4),
            visible_ir_counts=round(light_lx * 9, 4),
            ir_counts=round(light_lx * 3, 4),
            n=60,
            due=60,
        ),
        sound=SoundMinute(
            laeq_db=round(loud_db, 2),
            laeq_quiet_db=round(loud_db - 0.3, 2),
            quiet_s=58,
            lceq_db=round(loud_db + 11, 2),
            lafmax_db=round(loud_db + 8, 2),
            lasmax_db=round(loud_db + 6, 2),
            la10_db=round(loud_db + 1, 2),
            la50_db=round(loud_db - 0.5, 2),
            la90_db=round(loud_db - 1, 2),
            floor_db=24.0,
            calibrated=True,
            n=60,
            due=60,
            events=(event,) if has_event else (),
        ),
        cal=1,
    )


def batch(records: list[Record]) -> Batch:
    """Return the batch a sender would make of records."""
    return Batch(
        v=1,
        at=instant(START_MS),
        sequence=1,
        device=DEVICE,
        session="8899aabbccddeeff",
        stream=STREAM,
        lowest_seq=1,
        records=tuple(records),
    )


def store(writer: NightsWriter, records: list[Record]) -> None:
    """Store records as the recorder does."""
    writer.store_batch(
        room=ROOM,
        device=DEVICE,
        stream=STREAM,
        records=records,
        gaps=(),
        stored_seq=records[-1].seq,
    )


def repeat_month(path: Path, number: int) -> None:
    """Put the stored month once more into the file, number months earlier."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(minutes)")]
        moved = [
            {
                "end_ms": f"end_ms - {number * MONTH * MINUTE_MS}",
                "seq": f"seq + {number * MONTH}",
            }.get(name, name)
            for name in names
        ]
        connection.execute(
            f"INSERT INTO minutes SELECT {', '.join(moved)} FROM minutes WHERE end_ms > {START_MS}"  # noqa: S608 - constants
        )
        connection.commit()


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds that work took."""
    start_s = time.process_time()
    work()
    return time.process_time() - start_s


if __name__ == "__main__":
    main()
