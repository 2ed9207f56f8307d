"""What a replaced store alone holds is told until it is back: commands and words on real files."""

import re
import shlex
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from monitor.cli.commands import nightroom
from monitor.contract.record import ClockState, Record
from monitor.deleting import Deleter
from monitor.runtime.clock import RealClock
from monitor.runtime.findings import Finding
from monitor.store.condition import store_findings
from monitor.store.diary_rows import DiaryRows
from monitor.store.undo_time import Moment
from tests.fakes.folder import data_folder
from tests.fakes.stored import (
    DEVICE,
    EVENING_MS,
    MINUTE_MS,
    OTHER_STREAM,
    STREAM,
    event,
    minute,
    record,
)

STREAMS = {"bedroom": STREAM, "attic": OTHER_STREAM}
COMMAND = re.compile("`sudo -u nightroom nightroom ([^`]+)`")


def a_record(room: str, seq: int) -> Record:
    """Return one of many kinds: with events, corrected in time, finer than the columns."""
    made = minute(EVENING_MS + MINUTE_MS * seq, events=(event(),) * (seq % 3))
    if seq % 5 == 0:
        made = replace(made, duration_s=59.98765)
    revision = int(seq % 7 == 0)
    clock = ClockState.CORRECTED if revision else ClockState.SYNCED
    return record(seq, minute=made, stream=STREAMS[room], revision=revision, clock=clock)


def store(data: Path, seqs: Iterable[int], rooms: Iterable[str] = STREAMS) -> None:
    with data_folder(data) as folder:
        writer = folder.nights_writer()
        for room in rooms:
            records = [a_record(room, seq) for seq in seqs]
            writer.store_batch(
                room=room, device=DEVICE, stream=STREAMS[room], records=records, gaps=(),
                stored_seq=records[-1].seq,
            )  # fmt: skip


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(nightroom, [str(one) for one in arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def told(data: Path) -> Finding | None:
    (*found,) = (one for one in store_findings(data) if one.what.startswith("nights.db.replaced-"))
    return found[0] if found else None


def rows(path: Path) -> list[tuple[object, ...]]:
    """Return all minutes but for the numbers by which each file knows rooms and streams."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT room, stream, device, minutes.* FROM minutes JOIN streams USING (stream_id)"
            " JOIN rooms ON rooms.room_id = minutes.room_id"
        )
        left_out = {"room_id", "stream_id"}
        names = [column for column, *_ in found.description]
        return sorted(
            (
                tuple(
                    cell
                    for number, (name, cell) in enumerate(zip(names, row, strict=True))
                    if number < len(STREAMS) + 1 or name not in left_out
                )
                for row in found
            ),
            key=repr,
        )


def test_what_a_restore_left_behind_is_told_until_it_has_come_again_or_been_brought_back(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    store(data, range(1, 4))
    run("backup", "--data-dir", data, "--to", tmp_path / "kept")
    (archive,) = (tmp_path / "kept").iterdir()
    store(data, range(4, 31))

    said = run("restore", archive, "--data-dir", data)

    assert "It alone holds 54 minutes, up to 2026-11-22 23:30 UTC" in said
    found = told(data)
    assert found is not None
    assert found.words.startswith("54 minutes that nights.db lacks since a restore, from 2026")

    # The attic's journal still has all of it, the bedroom's has given most of it up.
    store(data, range(4, 31), ["attic"])
    store(data, range(25, 31), ["bedroom"])

    found = told(data)
    assert found is not None
    assert found.words.startswith(
        "21 minutes that nights.db lacks since a restore, from 2026-11-22 23:04 to 2026-11-22 23:24"
    )

    export, bring = (named(command, tmp_path) for command in COMMAND.findall(found.fix))
    run(*export)
    assert "42 minutes read: 21 new, 21 were there already." in run(*bring)

    assert told(data) is None
    assert rows(data / "nights.db") == rows(data / "nights.db.replaced-1")
    assert len(rows(data / "nights.db")) == 60


def named(command: str, tmp_path: Path) -> list[str]:
    """Return a command as it is named, its file elsewhere than in the folder of everyone."""
    return [str(tmp_path / "left.csv") if one == "/tmp/left.csv" else one  # noqa: S108 - as named
            for one in shlex.split(command)]  # fmt: skip


@pytest.mark.parametrize("name", ["data", "the baby's data"])
def test_the_commands_that_are_named_can_be_pasted(tmp_path: Path, name: str) -> None:
    data = tmp_path / name
    store(data, range(1, 2))
    run("backup", "--data-dir", data, "--to", tmp_path / "kept")
    (archive,) = (tmp_path / "kept").iterdir()
    store(data, range(2, 4))
    run("restore", archive, "--data-dir", data)

    found = told(data)
    assert found is not None
    for command in COMMAND.findall(found.fix):
        run(*named(command, tmp_path))

    assert told(data) is None


@contextmanager
def deleter(data: Path) -> Iterator[tuple[DiaryRows, Callable[[], None]]]:
    """What people delete by, and the monitor that carries it out, at the time of now."""
    with data_folder(data) as folder:
        now_ms = RealClock().now_ms()
        diary = folder.household_writer().diary()
        work = Deleter(folder.nights_writer(), folder.household_reader(), lambda: None)

        def settle() -> None:
            times.append(times[-1] + 100.0)
            now = Moment(now_ms=now_ms, boot="b", boot_s=times[-1], is_sure=True)
            while work.step(now):
                pass

        times = [0.0]
        yield diary, settle


def test_what_was_deleted_and_only_the_replaced_store_has_can_be_taken_back(
    tmp_path: Path,
) -> None:
    data, now_ms = tmp_path / "data", RealClock().now_ms()
    store(data, range(1, 4), ["bedroom"])
    run("backup", "--data-dir", data, "--to", tmp_path / "kept")
    (archive,) = (tmp_path / "kept").iterdir()
    store(data, range(4, 31), ["bedroom"])
    with deleter(data) as (diary, settle):
        diary.delete("bedroom", *(EVENING_MS + MINUTE_MS * seq for seq in (10, 20)), made_ms=now_ms)
        settle()
    before = rows(data / "nights.db")

    assert "It alone holds 27 minutes" in run("restore", archive, "--data-dir", data)
    found = told(data)
    assert found is not None
    assert found.words.startswith("17 minutes that nights.db lacks"), "the others are deleted"

    with deleter(data) as (diary, settle):
        assert diary.undo_deletion(1, undone_ms=now_ms + 1)
        settle()
    found = told(data)
    assert found is not None
    assert found.words.startswith("27 minutes that nights.db lacks")
    export, bring = (named(command, tmp_path) for command in COMMAND.findall(found.fix))
    run(*export)
    assert "27 minutes read: 27 new" in run(*bring)
    assert told(data) is None
    assert len(rows(data / "nights.db")) == 30
    assert set(before) <= set(rows(data / "nights.db"))


def test_where_another_record_has_its_number_a_minute_stays_told(tmp_path: Path) -> None:
    """As after a card was restored from a copy, and the backup knows its twin."""
    data = tmp_path / "data"
    store(data, range(1, 3), ["bedroom"])
    run("backup", "--data-dir", data, "--to", tmp_path / "kept")
    (archive,) = (tmp_path / "kept").iterdir()
    (data / "nights.db").unlink()
    with data_folder(data) as folder:
        twin = [record(1), record(2, minute=minute(EVENING_MS + 99 * MINUTE_MS))]
        folder.nights_writer().store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=twin, gaps=(), stored_seq=2
        )
    run("restore", archive, "--data-dir", data)

    found = told(data)
    assert found is not None
    export, bring = (named(command, tmp_path) for command in COMMAND.findall(found.fix))
    run(*export)

    assert "1 have the stream and number of other minutes" in run(*bring)
    assert told(data) == found
