"""What a salvage knows of streams when the page that names them is lost."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.store.database import PAGE_BYTES
from monitor.store.missed_rows import Told
from monitor.store.names_file import keep_names, read_names
from monitor.store.nights_writer import NightsWriter
from monitor.store.salvage import Names
from monitor.store.salvor import Salvor
from monitor.store.set_aside import bad_files, condemn
from tests.fakes.folder import Folder, data_folder
from tests.fakes.salvage import salvaged
from tests.fakes.stored import (
    DEVICE,
    EVENING_MS,
    MINUTE_MS,
    OTHER_STREAM,
    STREAM,
    minute,
    record,
)

NAMES = (("bedroom", DEVICE, STREAM),)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_the_names_of_streams_are_kept_beside_the_file(folder: Folder) -> None:
    store(folder)

    assert read_names(folder.path / "nights.db") == NAMES
    assert (folder.path / "nights.db-names").stat().st_mode & 0o777 == 0o600


def test_with_the_page_of_names_wiped_every_minute_comes_back(folder: Folder) -> None:
    store(folder)
    wipe_pages_of_names(folder.path / "nights.db")

    writer = folder.nights_writer()
    salvor = Salvor(
        writer, clock=VirtualClock(start_ms=0), stop=threading.Event(), report=lambda _words: None
    )
    salvor.run()

    assert len(folder.nights_reader().minutes("bedroom", 0, 2**60)) == 30
    assert writer.streams() == NAMES


def with_a_changed_name(folder: Folder) -> str:
    """Change one byte of the name in the row of a stream, and not in its index."""
    store(folder)
    path, changed = folder.path / "nights.db", f"{STREAM[:-1]}6"
    content = path.read_bytes()
    row = content.index(STREAM.encode() + DEVICE.encode())
    path.write_bytes(content[:row] + changed.encode() + content[row + len(STREAM) :])
    return changed


def with_every_minute(folder: Folder) -> bool:
    with folder.nights_reader() as reader:
        minutes, gaps = reader.minutes("bedroom", 0, 2**60), reader.gaps("bedroom", 0, 2**60)
    return (len(minutes), gaps) == (30, ())


def test_with_a_changed_byte_in_a_streams_name_every_minute_comes_back(folder: Folder) -> None:
    with_a_changed_name(folder)

    with closing(folder.nights_writer()) as writer:
        (bad,) = bad_files(writer.path)
        assert read_names(bad) == NAMES, "not overwritten with what the row says"
        words = salvaged(writer)[-1]
        assert writer.streams() == NAMES, "and none is begun under the other name"

    assert words == "30 minutes were copied back from nights.db.bad-1"
    assert with_every_minute(folder)


def test_the_index_tells_the_name_where_what_is_kept_beside_is_wrong_too(folder: Folder) -> None:
    changed = with_a_changed_name(folder)
    keep_names(folder.path / "nights.db", [("bedroom", DEVICE, changed)])

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    assert with_every_minute(folder)


def test_a_changed_byte_in_a_rooms_name_is_found_and_mended(folder: Folder) -> None:
    store(folder)
    path = folder.path / "nights.db"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"bedroom", b"\xffedroom", 1))

    with closing(folder.nights_writer()) as writer:
        salvaged(writer)

    assert with_every_minute(folder)
    with folder.nights_reader() as reader:
        assert reader.rooms() == ("bedroom",)


def shown_c(folder: Folder) -> set[float | None]:
    with folder.nights_reader() as reader:
        found = reader.minutes("bedroom", 0, 2**60)
    return {one.climate.temperature_c for one in found if one.climate}


@pytest.mark.parametrize("is_kept_beside", [True, False])
def test_the_newer_of_two_streams_is_shown_as_before(
    folder: Folder, *, is_kept_beside: bool
) -> None:
    """The older one's minutes are on the earlier pages, and the newer one's sensor sends first."""
    for stream, temperature_c, first in ((STREAM, 18.5, 51), (OTHER_STREAM, 25.0, 1)):
        with closing(folder.nights_writer()) as writer:
            send(writer, stream, temperature_c, first)
    assert shown_c(folder) == {25.0}
    condemn(folder.path / "nights.db")
    if not is_kept_beside:
        (folder.path / "nights.db-names").unlink()

    with closing(folder.nights_writer()) as writer:
        salvor = Salvor(
            writer, clock=VirtualClock(start_ms=0), stop=threading.Event(), report=print
        )
        salvor.begin()
        if is_kept_beside:
            send(writer, OTHER_STREAM, 25.0, 1, up_to=1)
        salvor.run()
        assert [stream for *_, stream in writer.streams()] == [STREAM, OTHER_STREAM]

    assert shown_c(folder) == {25.0}


def send(
    writer: NightsWriter, stream: str, temperature_c: float, first: int, up_to: int = 150
) -> None:
    records = [
        record(
            seq, stream=stream,
            minute=minute(EVENING_MS + MINUTE_MS * seq, temperature_c=temperature_c),
        )
        for seq in range(first, up_to + 1)
    ]  # fmt: skip
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=stream, records=records, gaps=(), stored_seq=up_to
    )


def test_a_minute_with_another_streams_id_does_not_rename_that_one() -> None:
    names = Names(
        streams={1: (STREAM, DEVICE, 1), 2: (OTHER_STREAM, DEVICE, 1)},
        told={STREAM: Told(9, 9, 0), OTHER_STREAM: Told(1, 1, 0)},
    )
    names.fit(2, STREAM, DEVICE)
    names.correct()
    assert names.streams[2][0] == OTHER_STREAM, "one row is not believed"

    names.fit(2, STREAM, DEVICE)
    names.correct()

    assert list(names.streams) == [1], "two are, and there is one of this name already"
    assert names.told == {STREAM: Told(9, 9, 0)}


@pytest.mark.parametrize(
    "change",
    [
        "rooms SET room = 'bed oom'",
        "rooms SET room = 'bedroon'",
        "rooms SET room = CAST(x'62656472efbf6d' AS TEXT)",
        "streams SET stream = '001122334455667g'",
        "streams SET device = 'nightroom-bedrOom'",
        "streams SET room_id = 2",
    ],
)
def test_one_changed_character_of_a_name_costs_no_minute_and_no_declaration(
    folder: Folder, change: str
) -> None:
    with closing(folder.nights_writer()) as writer:
        records = [record(seq) for seq in range(1, 31) if seq not in (11, 12)]
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=records, gaps=[(11, 12)],
            stored_seq=30,
        )  # fmt: skip
    path = folder.path / "nights.db"
    with closing(folder.raw("nights.db")) as raw:
        raw.execute(f"UPDATE {change}")
        raw.commit()

    writer = folder.nights_writer()
    if not bad_files(path):  # it might be a name: then the look at every row finds it
        assert folder.nights_reader().changed_minutes()
        writer.condemn()
        writer.close()
        writer = folder.nights_writer()
    words = salvaged(writer)

    assert "28 minutes were copied back from nights.db.bad-1" in words[-1]
    assert "cannot be read" not in words[-1]
    assert writer.streams() == NAMES
    reader = folder.nights_reader()
    assert reader.rooms() == ("bedroom",)
    assert len(reader.minutes("bedroom", 0, 2**60)) == 28
    assert [(gap.first_seq, gap.last_seq) for gap in reader.gaps("bedroom", 0, 2**60)] == [(11, 12)]
    assert len(bad_files(path)) == 1


@pytest.mark.parametrize("content", [b"", b"crcx[]", b"\x00" * 40])
def test_names_that_are_damaged_are_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nights.db-names").write_bytes(content)

    assert read_names(tmp_path / "nights.db") == ()


def test_names_that_cannot_be_kept_fail_nothing(tmp_path: Path) -> None:
    (tmp_path / "nights.db-names.unfinished").mkdir()

    keep_names(tmp_path / "nights.db", NAMES)

    assert read_names(tmp_path / "nights.db") == ()


def store(folder: Folder) -> None:
    writer = folder.nights_writer()
    writer.store_batch(
        room="bedroom",
        device=DEVICE,
        stream=STREAM,
        records=[record(seq) for seq in range(1, 31)],
        gaps=(),
        stored_seq=30,
    )
    writer.close()


def wipe_pages_of_names(path: Path) -> None:
    """Wipe the pages behind the first: schema, rooms, streams and their indexes."""
    content = path.read_bytes()
    named = [at for at in range(0, len(content), PAGE_BYTES) if is_named(content, at)]
    assert named
    for at in named:
        content = content[:at] + bytes(PAGE_BYTES) + content[at + PAGE_BYTES :]
    path.write_bytes(content)


def is_named(content: bytes, at: int) -> bool:
    page = content[at : at + PAGE_BYTES]
    return STREAM.encode() in page or b"bedroom" in page
