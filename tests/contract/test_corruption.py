"""F7: databases and journals cut, spoiled, emptied or replaced by something else, in process."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from firmware.dating import Dating, Found
from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.contract.record import ClockState, Record
from monitor.runtime.clock import RealClock
from monitor.store.condition import store_findings
from monitor.store.database import PAGE_BYTES
from monitor.store.nights_reader import NightsReader
from monitor.store.pages import rows_of_page
from monitor.store.salvage import MINUTE_ROW_WIDTH
from monitor.store.set_aside import bad_files
from tests.fakes.lived_in import (
    AFTER,
    DELETED,
    MINUTES,
    at_ms,
    first_of,
    make_lived_in,
    records,
    run_monitor,
    shown,
)
from tests.fakes.transfer_records import BOOT, FIRST_END_MS, a_minute

STARTS_WITHIN_S = 10.0
# nights.db is three of four: the others are small.
SPOILED = ("nights.db",) * 6 + ("nights.db-names", "household.db")
# Of a journal: a minute every eight, so that it has many days.
LINES, FIRST_BOOT, FOUND_BY, EVERY_S = 399, 100, 200, 480.0
NEXT_BOOT = "c0de" * 4
THREE_WEEKS_MS = 21 * 86_400_000
FILES = [150, pytest.param(1_000, marks=pytest.mark.soak)]


def spoil_bytes(rng: random.Random, content: bytes) -> bytes:
    spoiled = bytearray(content)
    for _ in range(rng.choice((1, 10, 200))):
        spoiled[rng.randrange(len(spoiled))] = rng.randrange(256)
    return bytes(spoiled)


def spoil_a_stretch(rng: random.Random, content: bytes) -> bytes:
    at, length = rng.randrange(len(content)), rng.choice((512, 4096, 32_768))
    return content[:at] + rng.randbytes(length) + content[at + length :]


def wipe_a_stretch(rng: random.Random, content: bytes) -> bytes:
    at, length = rng.randrange(len(content)), rng.choice((512, 4096, 32_768))
    return content[:at] + b"\0" * length + content[at + length :]


def cut_off(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def empty(_rng: random.Random, _content: bytes) -> bytes:
    return b""


def foreign(rng: random.Random, content: bytes) -> bytes:
    return rng.choice(
        (b"dear diary\n" * 999, b"SQLite format 3\0" + rng.randbytes(5000))
    ) + b"." * (len(content) % 7)


KINDS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(spoil_bytes, spoil_a_stretch, wipe_a_stretch) * 3,
    cut_off,
    empty,
    foreign,
)


def texts_of(path: Path) -> list[tuple[str, str, str]]:
    """Return (table, column, text) of every text in a database, of many in a column a few."""
    named = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
    some = "SELECT DISTINCT {1} FROM {0} WHERE typeof({1}) = 'text' AND {1} <> '' LIMIT 6"
    with closing(sqlite3.connect(path)) as raw:
        return [
            (table, column, text)
            for table, column in raw.execute(f"{named} WHERE m.type = 'table'").fetchall()
            for (text,) in raw.execute(some.format(table, column)).fetchall()
        ]


def spoil_text(path: Path, table: str, column: str, text: str) -> None:
    """Change the first byte of a text so that it is none."""
    spoiled = f"CAST(x'f0' || substr(CAST({column} AS BLOB), 2) AS TEXT)"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"UPDATE {table} SET {column} = {spoiled} WHERE {column} = ?", (text,))  # noqa: S608 - ours
        raw.commit()


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("genuine")
    make_lived_in(folder)
    shutil.rmtree(folder / "run")
    for left in folder.glob("*.db-shm"):
        left.unlink()
    return folder


def homes_of_rows(path: Path) -> list[set[int]]:
    """Return for each minute the pages that hold it, overflow pages included."""
    content = path.read_bytes()
    pages = [content[at : at + PAGE_BYTES] for at in range(0, len(content), PAGE_BYTES)]
    homes = []
    for number, page in enumerate(pages, start=1):
        chained: set[int] = set()

        def overflow(wanted: int, chained: set[int] = chained) -> bytes:
            chained.add(wanted)
            return pages[wanted - 1]

        for row in rows_of_page(page, is_first=number == 1, overflow=overflow):
            if len(row) == 1 + MINUTE_ROW_WIDTH:
                homes.append({number, *chained})
            chained.clear()
    return homes


def intact_rows(homes: list[set[int]], genuine: bytes, spoiled: bytes) -> int:
    def is_same(number: int) -> bool:
        at = (number - 1) * PAGE_BYTES
        return genuine[at : at + PAGE_BYTES] == spoiled[at : at + PAGE_BYTES]

    return sum(all(map(is_same, home)) for home in homes)


@pytest.mark.parametrize("files", FILES)
def test_over_damaged_files_the_monitor_starts_keeps_them_and_serves_no_wrong_value(
    files: int, genuine: Path, tmp_path: Path
) -> None:
    content = (genuine / "nights.db").read_bytes()
    homes = homes_of_rows(genuine / "nights.db")
    assert len(homes) == len(records())
    rng = random.Random(files)
    set_aside = 0
    for number in range(files):
        folder = tmp_path / str(number)
        shutil.copytree(genuine, folder)
        path = folder / rng.choice(SPOILED)
        spoiled = rng.choice(KINDS)(rng, path.read_bytes())
        path.write_bytes(spoiled)

        run = run_monitor(folder, AFTER)

        assert run.started_within_s <= STARTS_WITHIN_S
        assert run.took_the_new_minute, "it is at work"
        bad = bad_files(folder / "nights.db")
        set_aside += len(bad)
        if path.name == "nights.db" and run.starts == 1:  # else it was at work meanwhile
            assert [one.read_bytes() for one in bad] in ([], [spoiled])
        intact = intact_rows(homes, content, spoiled) if bad else len(homes)
        assert_nothing_is_wrong_or_silently_gone(folder, intact)
        shutil.rmtree(folder)
    assert set_aside > files / 3


@pytest.mark.parametrize(
    "change",
    [
        "rooms SET room = 'bed oom'",
        "rooms SET room = 'bedroon'",
        "streams SET stream = replace(stream, '0011', '001g')",
        "streams SET stream = replace(stream, '0011', '0012')",
    ],
)
def test_over_a_name_of_which_a_character_has_changed_the_monitor_goes_on_and_loses_nothing(
    genuine: Path, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(genuine, folder)
    with closing(sqlite3.connect(folder / "nights.db")) as raw:
        raw.execute(f"UPDATE {change}")
        raw.commit()

    run = run_monitor(folder, AFTER)

    assert run.took_the_new_minute
    assert len(bad_files(folder / "nights.db")) == 1
    assert_nothing_is_wrong_or_silently_gone(folder, len(records()))


def test_over_any_text_that_is_none_any_more_the_monitor_goes_on_and_loses_nothing(
    genuine: Path, tmp_path: Path
) -> None:
    """SQLite checks no text; one byte of it is enough that none of its row can be read."""
    for number, text in enumerate(texts := texts_of(genuine / "nights.db")):
        folder = tmp_path / str(number)
        shutil.copytree(genuine, folder)
        spoil_text(folder / "nights.db", *text)

        run = run_monitor(folder, AFTER)

        assert run.took_the_new_minute, text
        assert_nothing_is_wrong_or_silently_gone(folder, len(records()))
        shutil.rmtree(folder)
    assert {table for table, _, _ in texts} >= {"meta", "alert_states", "streams", "nights"}


def assert_nothing_is_wrong_or_silently_gone(folder: Path, intact: int) -> None:
    kept = (*records(), first_of(AFTER))
    right = {one.minute.end_ms: one.minute for one in kept}
    in_sight = shown(folder)
    assert all(minute == right[end_ms] for end_ms, minute in in_sight.items())
    assert not any(at_ms(number) in in_sight for number in DELETED), "it stays out of sight"
    with NightsReader.open(folder / "nights.db") as reader:
        positions = {one.stream: one.stored_seq for one in reader.streams()}
        gaps = reader.gaps("bedroom", 0, 2**60)
        held = {it: reader.held().crcs(it, range(1, MINUTES + 1)) for it in positions}
    assert sum(map(len, held.values())) - 1 >= 0.99 * intact
    declared = {(gap.stream, seq) for gap in gaps for seq in range(gap.first_seq, gap.last_seq + 1)}
    assert not any(seq in held[stream] for stream, seq in declared), "no loss is invented"
    told = [one.words for one in store_findings(folder) if ".bad-" in one.what]
    assert len(told) == len(bad_files(folder / "nights.db"))
    for one in kept:
        if one.seq in held.get(one.stream, ()) or (one.stream, one.seq) in declared:
            continue
        # Behind the position a sensor sends it again; of a card that is gone the file kept tells.
        assert told
        assert one.seq > positions.get(one.stream, 0)


class Card:
    """A journal of two days and more on real files; neither boot knew the time when it began."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder = folder
        self.rng = rng
        self.disk = RealDisk(durable=False)

    def open(self) -> tuple[Journal, Dating]:
        journal = Journal.open(
            self.folder, disk=self.disk, new_id=lambda: f"{self.rng.getrandbits(64):016x}"
        )
        return journal, Dating.open(self.folder, self.disk, journal)

    def held(self, journal: Journal) -> Iterator[Record]:
        seq = journal.lowest_seq
        while run := journal.records(seq):
            yield from run
            seq = run[-1].seq + 1

    def fill(self) -> None:
        """Keep the minutes; of the first boot nothing but the file of dates knows the time."""
        journal, dating = self.open()
        for number in range(1, LINES + 1):
            boot = BOOT if number <= FIRST_BOOT else NEXT_BOOT
            is_sure = number > FOUND_BY
            journal.append(
                a_minute(end_ms=true_end_ms(number) - (0 if is_sure else THREE_WEEKS_MS)),
                boot=boot,
                boottime_s=EVERY_S * number,
                clock=ClockState.SYNCED if is_sure else ClockState.UNSYNCED,
            )
            if number in (FIRST_BOOT, FOUND_BY):
                found = Found(boot=boot, at_s=EVERY_S * number + 1, ahead_ms=true_end_ms(0))
                assert dating.found_time(found, journal.holdings())


def true_end_ms(number: int) -> int:
    return FIRST_END_MS + round(EVERY_S * 1000) * number


@pytest.mark.parametrize("files", FILES)
def test_a_damaged_journal_opens_and_gives_back_every_intact_line(
    files: int, tmp_path: Path
) -> None:
    rng, clock = random.Random(files), RealClock()
    made = Card(tmp_path / "genuine", rng)
    made.fill()
    genuine = {(one.boot, one.boottime_s): one.minute for one in made.held(made.open()[0])}
    lines_made = lines_in(made.folder)
    for number in range(files):
        card = Card(tmp_path / str(number), rng)
        shutil.copytree(made.folder, card.folder)
        path = rng.choice(sorted(card.folder.iterdir()))
        path.write_bytes(rng.choice(KINDS)(rng, path.read_bytes()))
        intact = len(lines_in(card.folder) & lines_made)
        since_s = clock.monotonic_s()
        opened, dating = card.open()
        assert clock.monotonic_s() - since_s <= STARTS_WITHIN_S
        held = list(card.held(opened))
        assert all(genuine[one.boot, one.boottime_s] == one.minute for one in held)
        assert len(held) >= 0.99 * intact
        assert_dated_right(held, dating)
        fresh = a_minute(9_999)
        opened.append(fresh, boot=NEXT_BOOT, boottime_s=1e6, clock=ClockState.SYNCED)
        assert list(card.held(opened))[-1].minute == fresh
        shutil.rmtree(card.folder)


def assert_dated_right(held: list[Record], dating: Dating) -> None:
    """Whichever file was damaged: there are two of the dates."""
    ends_ms = [(one.boottime_s, dating.dated(one).minute.end_ms) for one in held]
    assert all(end_ms == true_end_ms(round(at_s / EVERY_S)) for at_s, end_ms in ends_ms)


def lines_in(folder: Path) -> set[bytes]:
    lines = [line for path in folder.glob("*.log") for line in path.read_bytes().split(b"\n")]
    return {line for line in lines if line}
