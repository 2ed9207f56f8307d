"""F7: databases and journals cut, spoiled, emptied or replaced by something else, in process."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.contract.record import ClockState, Record
from monitor.runtime.clock import RealClock
from monitor.store.database import PAGE_BYTES
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.pages import rows_of_page
from monitor.store.salvage import MINUTE_ROW_WIDTH
from monitor.store.salvor import Salvor
from monitor.store.set_aside import bad_files
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, event, minute, record
from tests.fakes.transfer_records import BOOT, a_minute

MINUTES = 600
STARTS_WITHIN_S = 10.0
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


def genuine_records() -> list[Record]:
    return [
        record(seq, minute=minute(EVENING_MS + seq * MINUTE_MS, events=(event(),) * (seq % 9)))
        for seq in range(1, MINUTES + 1)
    ]


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("genuine")
    records = genuine_records()
    with closing(NightsWriter.open(folder / "nights.db", new_id=lambda: "5" * 16)) as writer:
        for first in range(0, MINUTES, 60):
            writer.store_batch(
                room="bedroom",
                device=DEVICE,
                stream=STREAM,
                records=records[first : first + 60],
                gaps=(),
                stored_seq=first + 60,
            )
    return folder / "nights.db"


def salvage(writer: NightsWriter) -> None:
    Salvor(
        writer,
        clock=InAHurry(),
        stop=threading.Event(),
        report=lambda _words: None,
    ).run()


class InAHurry(RealClock):
    def wait(self, timeout_s: float, wake: threading.Event | None = None) -> bool:
        del timeout_s
        return wake is not None and wake.is_set()


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
def test_a_damaged_store_starts_keeps_the_bad_file_and_serves_no_wrong_value(
    files: int, genuine: Path, tmp_path: Path
) -> None:
    content, records, clock = genuine.read_bytes(), genuine_records(), RealClock()
    homes = homes_of_rows(genuine)
    assert len(homes) == MINUTES
    by_end = {one.minute.end_ms: one.minute for one in records}
    rng = random.Random(files)
    set_aside = 0
    for number in range(files):
        path = tmp_path / str(number) / "nights.db"
        path.parent.mkdir()
        spoiled = rng.choice(KINDS)(rng, content)
        path.write_bytes(spoiled)
        shutil.copy(genuine.with_name("nights.db-names"), path.with_name("nights.db-names"))
        since_s = clock.monotonic_s()
        with closing(NightsWriter.open(path, new_id=lambda: "6" * 16)) as writer:
            assert clock.monotonic_s() - since_s <= STARTS_WITHIN_S
            bad = bad_files(path)
            set_aside += len(bad)
            assert [one.read_bytes() for one in bad] in ([], [spoiled])
            salvage(writer)
            with NightsReader.open(path) as reader:
                read = reader.minutes("bedroom", 0, 2**60)
                lost = sum(one.lost for one in reader.streams())
            assert len(read) + lost <= MINUTES, "no loss is invented either"
            assert all(one == by_end[one.end_ms] for one in read)
            if bad:
                assert len(read) >= 0.99 * intact_rows(homes, content, spoiled)
        shutil.rmtree(path.parent)
    assert set_aside > files / 2


class Card:
    """A journal of three days on real files."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder = folder
        self.rng = rng

    def open(self) -> Journal:
        return Journal.open(
            self.folder,
            disk=RealDisk(durable=False),
            new_id=lambda: f"{self.rng.getrandbits(64):016x}",
        )

    def held(self, journal: Journal) -> Iterator[Record]:
        seq = journal.lowest_seq
        while run := journal.records(seq):
            yield from run
            seq = run[-1].seq + 1


@pytest.mark.parametrize("files", FILES)
def test_a_damaged_journal_opens_and_gives_back_every_intact_line(
    files: int, tmp_path: Path
) -> None:
    rng, clock = random.Random(files), RealClock()
    made = Card(tmp_path / "genuine", rng)
    journal = made.open()
    for number in range(1, 400):
        journal.append(
            a_minute(8 * number), boot=BOOT, boottime_s=60.0 * number, clock=ClockState.SYNCED
        )
    genuine = {one.minute.end_ms: one.minute for one in made.held(journal)}
    lines_made = lines_in(made.folder)
    for number in range(files):
        card = Card(tmp_path / str(number), rng)
        shutil.copytree(made.folder, card.folder)
        path = rng.choice(sorted(card.folder.iterdir()))
        path.write_bytes(rng.choice(KINDS)(rng, path.read_bytes()))
        intact = len(lines_in(card.folder) & lines_made)
        since_s = clock.monotonic_s()
        opened = card.open()
        assert clock.monotonic_s() - since_s <= STARTS_WITHIN_S
        held = list(card.held(opened))
        assert all(genuine[one.minute.end_ms] == one.minute for one in held)
        assert len(held) >= 0.99 * intact
        opened.append(a_minute(9_999), boot=BOOT, boottime_s=1.0, clock=ClockState.SYNCED)
        assert list(card.held(opened))[-1].minute == a_minute(9_999)
        shutil.rmtree(card.folder)


def lines_in(folder: Path) -> set[bytes]:
    lines = [line for path in folder.glob("*.log") for line in path.read_bytes().split(b"\n")]
    return {line for line in lines if line}
