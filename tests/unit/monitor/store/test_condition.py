"""Every fault of the store has its words, and what to do."""

import dataclasses
import errno
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.runtime.findings import Finding
from monitor.store.condition import store_findings
from monitor.store.database import open_writer
from monitor.store.deletion import Deletion
from monitor.store.left_behind import LeftBehind, Run
from monitor.store.left_file import keep_left
from monitor.store.missed_rows import Told
from monitor.store.nights_db import nights_schema
from monitor.store.nights_writer import NightsWriter
from monitor.store.salvor import Salvor
from monitor.store.set_aside import condemn, note_salvaged, set_aside
from monitor.store.wear import WearMeter, own_written_bytes
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record

DAY_MS = 86_400_000
MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path / "data") as opened:
        opened.nights_writer().close()
        opened.household_writer().close()
        yield opened


def told(folder: Folder, free_bytes: int = 10**10) -> dict[str, tuple[bool, str, str]]:
    found = store_findings(folder.path, free=lambda _: free_bytes)
    return {one.what: (one.ok, one.words, one.fix) for one in found}


def test_a_store_that_is_well_asks_for_nothing(folder: Folder) -> None:
    found = told(folder)

    assert all(ok and not fix for ok, _, fix in found.values())
    assert found["nights.db"][1] == "opens, schema 8"
    assert found[f"disk of {folder.path}"][1] == "9536 MiB free"


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    (found,) = store_findings(tmp_path / "none")

    assert not found.ok
    assert "start nightroom-monitor" in found.fix


def test_a_folder_that_is_none_or_may_not_be_read_is_a_finding_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()

    (found,) = store_findings(tmp_path / "file")
    assert (found.words, found.ok) == ("is no folder", False)

    def closed(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("monitor.store.condition.os.scandir", closed)
    (found,) = store_findings(tmp_path)
    assert (found.words, found.ok) == ("cannot be read (Permission denied)", False)


def test_a_locked_file_says_what_is_wrong_and_what_to_do(folder: Folder) -> None:
    raw = folder.raw("household.db")
    raw.execute("PRAGMA journal_mode = DELETE")
    raw.execute("BEGIN EXCLUSIVE")

    ok, words, fix = told(folder)["household.db"]

    assert not ok
    assert words == f"{folder.path / 'household.db'}: database is locked"
    assert fix == "check disk space, the file's owner and the disk"


def test_a_file_not_made_yet_names_the_unit_that_makes_it(folder: Folder) -> None:
    (folder.path / "household.db").unlink()

    assert told(folder)["household.db"] == (
        False,
        "is not there yet",
        "start nightroom-web, which makes it",
    )


@pytest.mark.parametrize(
    ("version", "words"),
    [(1, "is of an earlier version (schema 1 of "), (0, "nights.db is empty")],
)
def test_a_file_that_its_writer_has_to_bring_up_to_date_is_not_said_to_be_missing(
    folder: Folder, version: int, words: str
) -> None:
    path = folder.path / "nights.db"
    path.unlink()
    older = dataclasses.replace(nights_schema(), steps=nights_schema().steps[:version])
    open_writer(path, older).close()
    if not version:
        path.write_bytes(b"")

    ok, told_words, fix = told(folder)["nights.db"]

    assert not ok
    assert words in told_words
    assert "is not there" not in told_words
    assert fix == "start nightroom-monitor, which brings it up to date"


def test_an_upgrade_for_which_there_is_no_room_is_not_asked_to_be_started(folder: Folder) -> None:
    path = folder.path / "nights.db"
    path.unlink()
    older = dataclasses.replace(nights_schema(), steps=nights_schema().steps[:1])
    open_writer(path, older).close()

    found = {one.what: one for one in store_findings(folder.path, free=lambda _: 5 * 1024 * 1024)}[
        "nights.db"
    ]

    words = "is of an earlier version; an upgrade needs 9 MiB free, 5 are left: it is not begun"
    assert (found.ok, found.words) == (False, words)
    assert found.fix.startswith("free space")


def test_a_newer_schema_says_upgrade(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute("PRAGMA user_version = 77")

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "schema 77, this program knows up to" in words
    assert fix == "upgrade nightroom or restore an older backup"


def test_a_file_that_is_no_database_says_so(folder: Folder) -> None:
    (folder.path / "nights.db").write_bytes(b"Dear Sir or Madam " * 99)

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "is not a database" in words
    assert fix == "move it away and start again"


def test_a_file_found_damaged_at_work_says_restart(folder: Folder) -> None:
    condemn(folder.path / "nights.db")

    ok, words, fix = told(folder)["nights.db"]

    assert not ok
    assert "found damaged at work" in words
    assert "restart nightroom-monitor" in fix


def test_a_salvage_is_told_while_it_runs_and_when_it_is_done(folder: Folder) -> None:
    bad = set_aside(folder.path / "nights.db")
    folder.nights_writer()

    ok, words, _ = told(folder)[bad.name]
    assert not ok
    assert "is being copied back" in words

    note_salvaged(bad, f"12 minutes were copied back from {bad.name}")
    ok, words, fix = told(folder)[bad.name]
    assert ok
    assert "12 minutes were copied back" in words
    assert f"remove {bad}" in fix


@pytest.mark.parametrize(
    ("free_bytes", "words"),
    [(199 * MIB, "nearly full: 199 MiB free"), (3 * MIB, "full: 3 MiB free")],
)
def test_a_disk_that_fills_says_what_to_do_before_it_is_full(
    folder: Folder, free_bytes: int, words: str
) -> None:
    ok, said, fix = told(folder, free_bytes)[f"disk of {folder.path}"]

    assert (ok, said) == (False, words)
    assert fix.startswith("free space")


def left_behind(folder: Folder, aside: int, there: tuple[int, ...] = ()) -> Path:
    """Store minutes 1 to aside in a store kept aside with its list, and some in the one in use."""
    kept = folder.path / "nights.db.replaced-1"
    everything = range(1, aside + 1)
    with closing(NightsWriter.open(kept, new_id=lambda: "5" * 16)) as writer:
        keep(writer, everything)
    run = Run(first_end_ms=end_ms(1), last_end_ms=end_ms(aside), minutes=aside)
    keep_left(kept, LeftBehind(rooms={"bedroom": (run,)}))
    come(folder, there)
    return kept


def come(folder: Folder, seqs: Iterable[int]) -> None:
    with closing(folder.nights_writer()) as writer:
        keep(writer, seqs)


def keep(writer: NightsWriter, seqs: Iterable[int]) -> None:
    for seq in seqs:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(seq)], gaps=(),
            stored_seq=seq,
        )  # fmt: skip


def end_ms(seq: int) -> int:
    return EVENING_MS + MINUTE_MS * seq


def test_what_a_restore_left_behind_is_told_until_it_is_there(folder: Folder) -> None:
    kept = left_behind(folder, 9, (1, 2, 3))
    file, data = kept, folder.path

    ok, words, fix = told(folder)["nights.db.replaced-1"]

    assert not ok
    assert words == (
        "6 minutes that nights.db lacks since a restore, from 2026-11-22 23:04 to 2026-11-22 23:09"
        " UTC, can be had from this file"
    )
    assert fix == (
        "sensors that are connected send within an hour what they still have. For the rest stop"
        f" nightroom-monitor, run `sudo -u nightroom nightroom export --store {file} --from"
        " 2026-11-22T23:03:59Z --until 2026-11-22T23:09:00Z --to /tmp/left.csv` and `sudo -u"
        f" nightroom nightroom import --data-dir {data} /tmp/left.csv`, and start it again; or"
        f" remove {file} if you do not want them"
    )

    come(folder, range(4, 9))
    assert "1 minute that" in told(folder)[kept.name][1]
    come(folder, (9,))
    assert kept.name not in told(folder)


@pytest.mark.parametrize("room", ["", "bedroom"])
def test_what_people_have_deleted_since_is_not_missing(folder: Folder, room: str) -> None:
    kept = left_behind(folder, 9)
    with closing(folder.household_writer()) as household:
        household.diary().delete(room, end_ms(0), end_ms(7), made_ms=EVENING_MS)

    assert told(folder)[kept.name][1].startswith("2 minutes that nights.db lacks")


def test_a_deletion_that_only_nights_db_remembers_counts(folder: Folder) -> None:
    kept = left_behind(folder, 9)
    one = Deletion(made_ms=EVENING_MS, room="bedroom", start_ms=end_ms(0), end_ms=end_ms(7))
    with closing(folder.nights_writer()) as writer:
        writer.deleted().take_over((one,))
    (folder.path / "household.db").write_bytes(b"Dear Sir or Madam " * 99)

    assert told(folder)[kept.name][1].startswith("2 minutes that nights.db lacks")


def test_a_page_looks_for_so_many_minutes_only_and_says_so(folder: Folder) -> None:
    kept = left_behind(folder, 9, (1, 2, 3))

    def looked_for(at_most: int) -> Finding | None:
        found = store_findings(folder.path, looked_at=at_most)
        return next((one for one in found if one.what == kept.name), None)

    many, first = looked_for(5), looked_for(3)

    assert many is not None
    assert many.words.startswith(
        "at least 2 minutes that nights.db lacks since a restore, from 2026-11-22 23:04 to"
        " 2026-11-22 23:09 UTC"
    )
    assert "--until 2026-11-22T23:09:00Z" in many.fix
    assert first == Finding(
        what=kept.name,
        ok=True,
        words="of 9 minutes that a restore left behind the first 3 are back",
        fix="`nightroom doctor` looks for the others too",
    )
    come(folder, range(4, 10))
    assert looked_for(9) is None


def test_without_the_file_kept_aside_nothing_is_told_of_its_list(folder: Folder) -> None:
    left_behind(folder, 9).unlink()

    assert "nights.db.replaced-1" not in told(folder)


def test_what_could_not_be_listed_is_told_until_the_file_is_removed(folder: Folder) -> None:
    kept = left_behind(folder, 9)
    keep_left(kept, LeftBehind(unlisted="it has schema 99"))

    ok, words, fix = told(folder)[kept.name]

    assert not ok
    assert (
        words
        == "was replaced by a restore, and what it alone holds is not known (it has schema 99)"
    )
    assert f"export --store {kept} --to /tmp/left.csv`" in fix
    assert fix.endswith(f"and start it again; then remove {kept}")


def test_a_store_left_behind_that_is_damaged_can_be_salvaged(folder: Folder) -> None:
    kept = left_behind(folder, 400)
    content = bytearray(kept.read_bytes())
    content[20_000:24_000] = b"\xff" * 4_000
    kept.write_bytes(content)

    ok, words, fix = told(folder)[kept.name]

    assert not ok
    assert words.startswith("holds minutes that a restore left behind, and is damaged (")
    assert fix == (
        "rename it to nights.db.bad-1 and restart nightroom-monitor: it copies back what is intact"
    )

    (folder.path / "nights.db.bad-1").touch()
    assert told(folder)[kept.name][2].startswith("rename it to nights.db.bad-2 and")
    (folder.path / "nights.db.bad-1").unlink()
    kept.rename(folder.path / "nights.db.bad-1")
    with closing(folder.nights_writer()) as writer:
        Salvor(writer, clock=VirtualClock(start_ms=0), stop=threading.Event(), report=print).run()
    assert folder.nights_reader().minute_count("bedroom", 0, end_ms(400)) > 300


def test_a_store_left_behind_of_a_newer_version_says_upgrade(folder: Folder) -> None:
    kept = left_behind(folder, 9)
    with closing(sqlite3.connect(kept)) as newer:
        newer.execute("PRAGMA user_version = 99")

    ok, words, fix = told(folder)[kept.name]

    assert not ok
    assert "has schema 99, this program knows up to" in words
    assert fix == "upgrade nightroom or restore an older backup"


def test_while_the_store_cannot_be_read_only_its_own_finding_stands(folder: Folder) -> None:
    kept = left_behind(folder, 9)
    (folder.path / "nights.db").write_bytes(b"Dear Sir or Madam " * 99)

    assert kept.name not in told(folder)


YEAR_2098 = 1_000_000 * 38  # minutes after the evening


@pytest.mark.parametrize("device", ["import", DEVICE])
def test_one_minute_of_a_far_day_hides_no_loss(folder: Folder, device: str) -> None:
    writer = folder.nights_writer()
    lose(writer, range(1, 5), newest=9)
    far = record(1, stream="0" * 16, minute=record(YEAR_2098).minute)
    writer.put_back("bedroom", device, far.stream, [far])
    writer.close()

    assert told(folder)["gap in bedroom"][1].startswith("4 minutes are declared lost up to 2026")


def test_a_loss_is_told_until_seven_days_have_been_recorded_since(folder: Folder) -> None:
    writer = folder.nights_writer()
    lose(writer, range(1, 5), newest=5)
    days = [10 + 24 * 60 * day for day in (1, 2, 3, 40, 41, 42)]  # it was off for a while
    keep(writer, days)
    assert "gap in bedroom" in told(folder)

    keep(writer, [10 + 24 * 60 * 43])

    writer.close()
    assert "gap in bedroom" not in told(folder)


def test_a_loss_without_a_date_is_told_as_long_as_the_file_is_there_that_had_it(
    folder: Folder,
) -> None:
    with closing(folder.nights_writer()) as writer:
        keep(writer, range(1, 4))
        bad = writer.path.with_name("nights.db.bad-1")
        bad.touch()
        gone = ("bedroom", DEVICE, "0" * 16)
        writer.missed().declare(gone, Told(stored_seq=60, records=60, lost=0), [])
    assert told(folder)["gap in bedroom"][1].startswith("60 minutes are declared lost: ")

    bad.unlink()

    assert "gap in bedroom" not in told(folder)


def lose(writer: NightsWriter, lost: range, *, newest: int) -> None:
    """Have a card declare minutes lost with the one that came after them."""
    writer.store_batch(
        room="bedroom",
        device=DEVICE,
        stream=STREAM,
        records=[record(newest)],
        gaps=[(lost[0], lost[-1])],
        stored_seq=newest,
    )


@pytest.mark.parametrize(("comes_as", "lost"), [(21, ""), (25, "4 minutes are"), (22, "1 minute")])
def test_what_a_card_declares_anew_and_the_store_has_is_not_told_as_lost(
    folder: Folder, comes_as: int, lost: str
) -> None:
    writer = folder.nights_writer()
    keep(writer, range(1, 21))
    other = "0" * 16
    newest = record(11, stream=other, minute=record(comes_as).minute)
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=other, records=[newest], gaps=[(1, 10)],
        stored_seq=11,
    )  # fmt: skip
    writer.close()
    found = told(folder).get("gap in bedroom")
    assert (found is not None) == bool(lost)
    assert found is None or lost in found[1]


def test_a_disk_that_cannot_be_asked_is_said_so(folder: Folder) -> None:
    def failing(_folder: Path) -> int:
        raise OSError(5, "Input/output error")

    (disk,) = [one for one in store_findings(folder.path, free=failing) if "disk" in one.what]

    assert (disk.ok, disk.words) == (False, "cannot be asked (Input/output error)")


def test_what_is_written_counts_from_midnight() -> None:
    written = iter([500, 700, 900, 1_000])
    meter = WearMeter(lambda: next(written))

    assert meter.today_bytes(DAY_MS) == 500, "since its start, the same day"
    assert meter.today_bytes(2 * DAY_MS - 1) == 700
    assert meter.today_bytes(2 * DAY_MS) == 0
    assert meter.today_bytes(2 * DAY_MS + 1) == 100


def test_a_process_knows_what_it_has_written(tmp_path: Path) -> None:
    before = own_written_bytes()
    (tmp_path / "file").write_bytes(secrets.token_bytes(100_000))

    assert own_written_bytes() - before >= (100_000 if on_a_disk(tmp_path) else 0)
    assert own_written_bytes(tmp_path / "none") == 0


def on_a_disk(path: Path) -> bool:
    """Tell whether what is written there counts as written to a disk."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    home = max((one for one in mounts if path.is_relative_to(one[1])), key=lambda one: len(one[1]))
    return home[2] not in {"tmpfs", "ramfs"} and shutil.disk_usage(path).free > 0
