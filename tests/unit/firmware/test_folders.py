"""A folder where a file of the journal should be, and the journal's own folder removed."""

import errno
import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.dating import COPY_NAME as DATES_COPY_NAME
from firmware.dating import DATES_NAME, Dating, Found
from firmware.disk import RealDisk, fresh_of
from firmware.errors import JournalError, refusal
from firmware.journal import Journal
from firmware.journal_identity import COPY_NAME, META_NAME
from monitor.contract.record import ClockState
from tests.fakes.journalled import keep, kept
from tests.fakes.transfer_records import BOOT, a_minute

DAY = 1440
DISK = RealDisk(durable=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


IDS = (f"{number:016x}" for number in itertools.count(1))


def opened(folder: Path) -> Journal:
    return Journal.open(folder, disk=DISK, new_id=lambda: next(IDS))


def a_journal_of_days(folder: Path) -> Journal:
    journal = opened(folder)
    keep(journal, 1, 2, DAY + 1, DAY + 2, 2 * DAY + 1)
    return journal


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"))


def make_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "somebody's").write_text("own")


# a folder in a file's place


@pytest.mark.parametrize("name", [META_NAME, COPY_NAME])
def test_a_folder_in_place_of_the_identity_is_set_aside_and_all_is_carried_on(
    folder: Path, name: str
) -> None:
    a_journal_of_days(folder)
    make_folder(folder / name)
    journal = opened(folder)
    keep(journal, 2 * DAY + 2)
    assert kept(journal) == [1, 2, DAY + 1, DAY + 2, 2 * DAY + 1, 2 * DAY + 2]
    assert f"set_aside={name}.bad" in journal.findings
    assert (folder / f"{name}.bad" / "somebody's").read_text() == "own"
    assert not [one for one in opened(folder).findings if one.startswith("set_aside=")]


@pytest.mark.parametrize("has_identity", [True, False])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_folder_in_place_of_a_segment_is_set_aside_and_the_others_are_read(
    folder: Path, at: int, *, has_identity: bool
) -> None:
    a_journal_of_days(folder)
    place = segments(folder)[at]
    make_folder(place)
    if not has_identity:
        (folder / META_NAME).unlink()
    journal = opened(folder)
    keep(journal, 2 * DAY + 2)
    days = [[1, 2], [DAY + 1, DAY + 2], [2 * DAY + 1]]
    del days[at]
    assert kept(journal) == [*itertools.chain(*days), 2 * DAY + 2]
    assert f"set_aside={place.name}.bad" in journal.findings


def test_it_is_set_aside_beside_what_was_before(folder: Path) -> None:
    a_journal_of_days(folder)
    for _ in range(3):
        make_folder(folder / META_NAME)
        assert len(kept(opened(folder))) == 5
    (folder / META_NAME).write_text("spoiled")
    journal = opened(folder)
    assert len(kept(journal)) == 5
    aside = sorted(path.name for path in folder.glob("journal.json*.bad"))
    told = [f"{META_NAME}.2.bad", f"{META_NAME}.3.bad", f"{META_NAME}.4.bad", f"{META_NAME}.bad"]
    assert aside == told
    assert f"set_aside={META_NAME}.4.bad" in journal.findings


def test_of_too_many_that_are_set_aside_a_folder_stays(folder: Path) -> None:
    a_journal_of_days(folder)
    for number in range(70):
        make_folder(folder / f"z{number:02}.bad")
    (folder / META_NAME).write_text("spoiled")
    assert len(kept(opened(folder))) == 5


def the_identity(folder: Path) -> Path:
    return folder / META_NAME


def the_fresh_identity(folder: Path) -> Path:
    return fresh_of(folder / META_NAME)


def the_last_segment(folder: Path) -> Path:
    return segments(folder)[-1]


@pytest.mark.parametrize("place", [the_identity, the_fresh_identity, the_last_segment])
def test_one_that_is_made_at_work_keeps_the_minutes_waiting_for_one_minute(
    folder: Path, place: Callable[[Path], Path]
) -> None:
    journal = a_journal_of_days(folder)
    make_folder(place(folder))
    begins_another = place is not the_last_segment
    with pytest.raises(JournalError, match="set aside"):
        keep(journal, begins_another * DAY + 2 * DAY + 2)
    keep(journal, 3 * DAY + 3)
    assert (journal.waiting, journal.findings[-1][:10]) == (0, "set_aside=")
    again = opened(folder)
    assert (again.stream, kept(again)[-1]) == (journal.stream, 3 * DAY + 3)
    assert kept(again)[-2] == begins_another * DAY + 2 * DAY + 2


@pytest.mark.parametrize("name", [DATES_NAME, DATES_COPY_NAME])
@pytest.mark.parametrize("is_fresh", [False, True])
def test_a_folder_in_place_of_dates_is_set_aside_though_one_was_before(
    folder: Path, name: str, *, is_fresh: bool
) -> None:
    journal = a_journal_of_days(folder)
    place = fresh_of(folder / name) if is_fresh else folder / name
    found = Found(boot=BOOT, at_s=90.0, ahead_ms=1_767_225_600_000)
    for _ in range(2):
        make_folder(place)
        dating = Dating.open(folder, DISK, journal)
        assert any(dating.found_time(found, journal.holdings()) for _ in range(3))
    assert (folder / name).is_file()


# the journal's own folder


def test_a_folder_that_is_removed_at_work_is_made_again_with_the_next_minute(folder: Path) -> None:
    journal = a_journal_of_days(folder)
    before = journal.stream
    shutil.rmtree(folder)
    with pytest.raises(JournalError, match="begins anew with the next minute"):
        keep(journal, 2 * DAY + 2)
    assert (journal.waiting, journal.findings[-2:]) == (1, [f"folder_gone={folder}", "hole=1-5"])
    keep(journal, 2 * DAY + 3)
    assert (journal.waiting, kept(journal)) == (0, [2 * DAY + 2, 2 * DAY + 3])
    assert journal.stream != before
    assert (journal.lowest_seq, journal.next_seq, journal.holes) == (1, 3, ())
    again = opened(folder)
    assert (again.stream, kept(again)) == (journal.stream, [2 * DAY + 2, 2 * DAY + 3])


def test_an_orderly_stop_makes_it_at_once(folder: Path) -> None:
    journal = a_journal_of_days(folder)
    shutil.rmtree(folder)
    journal.append(a_minute(7), boot=BOOT, boottime_s=420.0, clock=ClockState.SYNCED, sync=False)
    journal.close()
    assert kept(opened(folder)) == [7]


def test_found_gone_by_who_reads_it_is_made_again_as_well(folder: Path) -> None:
    journal = a_journal_of_days(folder)
    shutil.rmtree(folder)
    with pytest.raises(JournalError):
        journal.records(1)
    keep(journal, 2 * DAY + 2)
    assert kept(opened(folder)) == [2 * DAY + 2]


def test_one_that_cannot_be_made_again_yet_keeps_what_waits(folder: Path) -> None:
    journal = a_journal_of_days(folder)
    shutil.rmtree(folder)
    folder.write_text("a file")
    for number in (2 * DAY + 2, 2 * DAY + 3):
        with pytest.raises(JournalError, match="move it away"):
            keep(journal, number)
    folder.unlink()
    keep(journal, 2 * DAY + 4)
    assert kept(opened(folder)) == [2 * DAY + number for number in (2, 3, 4)]
    assert sum(one.startswith("folder_gone=") for one in journal.findings) == 1


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOENT, "begins anew with the next minute"),
        (errno.EISDIR, "set aside"),
        (errno.EEXIST, "a file lies where its folder should be"),
        (errno.EACCES, "must own it"),
        (errno.EPERM, "must own it"),
        (errno.EROFS, "mount the card writable again"),
        (errno.ENOSPC, "free space"),
        (errno.EDQUOT, "free space"),
        (errno.EIO, "replace the card if this stays"),
        (errno.EINVAL, "free space on the card or replace it"),
    ],
)
def test_what_the_card_refuses_is_told_with_what_helps(code: int, advice: str) -> None:
    told = str(refusal("journal: cannot append", OSError(code, os.strerror(code))))
    assert told.startswith(f"journal: cannot append: {os.strerror(code)}; ")
    assert advice in told
