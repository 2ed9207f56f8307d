"""`nightroom export` and `import` on real files."""

import csv
import dataclasses
import errno
import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest
from click.testing import CliRunner, Result
from msgspec import UNSET
from msgspec.structs import replace

from monitor.cli.commands import nightroom
from monitor.contract.codec import decode
from monitor.contract.minute_csv import COLUMNS
from monitor.contract.record import Minute, Record, instant
from monitor.runtime.clock import RealClock
from monitor.runtime.errors import OperatorError
from monitor.store import gap_rows, nights_writer
from monitor.store.database import Schema
from monitor.store.deletion import UNDO_MS, Deletion
from monitor.store.errors import StoreError
from monitor.store.nights_db import nights_schema
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.set_aside import condemn
from monitor.store.undo_time import Moment, UndoTime, written
from monitor.store.writer_lock import take_writer_lock
from tests.fakes.folder import Folder, data_folder
from tests.fakes.older_store import put_plainly
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

FOREIGN = """Date;Temp;Lux
2026-11-22T22:00;19,51;0,2
2026-11-22T22:01;19,55;
2026-11-22T22:02;19,549999;0,1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path / "data") as opened:
        yield opened


def store(folder: Folder) -> None:
    writer = folder.nights_writer()
    for room, stream in (("bedroom", STREAM), ("attic", OTHER_STREAM)):
        records = [
            record(seq, stream=stream, minute=minute(
                EVENING_MS + seq * 7 * 60 * MINUTE_MS, events=(event(),) * (seq % 3)))
            for seq in range(1, 40)
        ]  # fmt: skip
        records[3] = record(
            4, stream=stream, minute=replace(records[3].minute, duration_s=59.98765)
        )
        writer.store_batch(
            room=room, device=DEVICE, stream=stream, records=records, gaps=(), stored_seq=39
        )
    writer.close()


def run(*arguments: str, data: Path) -> Result:
    return CliRunner().invoke(nightroom, [*arguments, "--data-dir", str(data)])


def said(result: Result) -> str:
    return f"{result.output}{result.exception or ''}"


def rows(path: Path) -> list[tuple[object, ...]]:
    """Return all minutes, their rooms and streams by name."""
    with closing(sqlite3.connect(path / "nights.db")) as connection:
        return sorted(
            connection.execute(
                "SELECT room, stream, device, records, lost, minutes.* FROM minutes"
                " JOIN streams USING (stream_id) JOIN rooms ON rooms.room_id = minutes.room_id"
            ),
            key=repr,
        )


def test_an_export_comes_back_into_an_identical_store(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    file = tmp_path / "all.csv"
    wrote = run("export", "--to", str(file), data=folder.path)
    data = tmp_path / "again"

    read = run("import", str(file), data=data)

    assert "100% written" in wrote.stderr
    assert "78 minutes read: 78 new, 0 were there already." in read.stdout
    assert "100% imported" in read.stderr
    before, after = rows(folder.path), rows(data)
    assert len(after) == 78
    assert [row[:5] for row in after] == [row[:5] for row in before]
    again = run("export", data=data).stdout
    assert sorted(again.splitlines()) == sorted(file.read_text().splitlines())


def test_two_minutes_whose_clock_said_the_same_are_written_and_come_back(
    folder: Folder, tmp_path: Path
) -> None:
    both = [minute(EVENING_MS + MINUTE_MS, temperature_c=warm_c) for warm_c in (18.0, 21.0)]
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom",
            device=DEVICE,
            stream=STREAM,
            records=[record(seq, minute=one) for seq, one in enumerate(both, start=1)],
            gaps=(),
            stored_seq=2,
        )
    written, other = tmp_path / "both.csv", tmp_path / "other"
    other.mkdir()
    assert run("export", "--to", str(written), data=folder.path).exit_code == 0

    assert run("import", str(written), data=other).exit_code == 0

    with NightsReader.open(other / "nights.db") as reader:
        assert reader.minutes("bedroom", 0, 2**60) == tuple(both)


def test_of_two_streams_of_one_minute_the_newer_one_stays_the_newer(
    folder: Folder, tmp_path: Path
) -> None:
    # The newer stream has the earlier minutes: by its rows alone it would come in first.
    writer = folder.nights_writer()
    for stream, ends, warm_c in ((STREAM, (3, 4), 18.0), (OTHER_STREAM, (1, 2, 3, 4), 21.0)):
        records = [
            record(
                seq,
                stream=stream,
                minute=minute(EVENING_MS + end * MINUTE_MS, temperature_c=warm_c),
                of=end,
            )
            for seq, end in enumerate(ends, start=1)
        ]
        writer.store_batch(
            room="bedroom",
            device=DEVICE,
            stream=stream,
            records=records,
            gaps=(),
            stored_seq=len(ends),
        )
    writer.close()
    first, again, other = tmp_path / "first.csv", tmp_path / "again.csv", tmp_path / "other"
    other.mkdir()
    assert run("export", "--to", str(first), data=folder.path).exit_code == 0

    assert run("import", str(first), data=other).exit_code == 0

    assert run("export", "--to", str(again), data=other).exit_code == 0
    assert again.read_bytes() == first.read_bytes()
    with NightsReader.open(other / "nights.db") as reader:
        shown = [it.climate for it in reader.minutes("bedroom", 0, 2**60)]
    assert [getattr(it, "temperature_c") for it in shown] == [21.0] * 4  # noqa: B009 - it may be UNSET


def test_importing_twice_changes_nothing(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    file = tmp_path / "all.csv"
    run("export", "--to", str(file), data=folder.path)
    before = rows(folder.path)

    read = run("import", str(file), data=folder.path)

    assert "78 minutes read: 0 new, 78 were there already." in read.stdout
    assert rows(folder.path) == before


def test_json_holds_every_record_as_it_travelled(folder: Folder) -> None:
    store(folder)

    found = json.loads(run("export", "--format", "json", data=folder.path).stdout)

    assert [one["room"] for one in found] == ["attic"] * 39 + ["bedroom"] * 39
    bedroom = [decode(json.dumps(one["record"]).encode(), Record) for one in found[39:]]
    assert [one.seq for one in bedroom] == list(range(1, 40))


@pytest.mark.parametrize("is_kept", [False, True])
def test_what_is_deleted_is_in_no_export_before_the_monitor_has_worked(
    folder: Folder, *, is_kept: bool
) -> None:
    store(folder)
    household = folder.household_writer()
    household.diary().delete("attic", 0, 2**50, made_ms=1)
    undone = household.diary().delete("bedroom", 0, 2**50, made_ms=2)
    household.diary().undo_deletion(undone, undone_ms=3)
    household.close()

    file = folder.path / "nights.db"
    wrote = (
        CliRunner().invoke(nightroom, ["export", "--store", str(file)])
        if is_kept
        else run("export", data=folder.path)
    )

    assert {line.split(",")[0] for line in wrote.stdout.splitlines()[1:]} == {"bedroom"}


def test_an_export_says_where_nobody_can_tell_what_was_deleted(folder: Folder) -> None:
    store(folder)
    (folder.path / "household.db").write_bytes(b"no database at all" * 100)

    wrote = run("export", data=folder.path)

    assert len(wrote.stdout.splitlines()) == 79
    assert "household.db is not a database" in wrote.stderr
    assert "What was deleted lately may be in the export." in wrote.stderr


@pytest.mark.parametrize("name", ["nights.db", "household.db", "new.csv"])
def test_an_export_is_never_written_among_the_stores_own_files(folder: Folder, name: str) -> None:
    store(folder)
    before = rows(folder.path)

    done = run("export", "--to", str(folder.path / "x" / ".." / name), data=folder.path)
    linked = folder.path.parent / "linked"
    linked.symlink_to(folder.path)
    again = run("export", "--to", str(linked / name), data=folder.path)

    assert "store's own files" in said(again)
    assert done.exit_code == again.exit_code == 1
    assert rows(folder.path) == before
    assert not (folder.path / "new.csv").exists()


def test_an_export_that_cannot_be_finished_leaves_what_was_there(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder)
    file = tmp_path / "all.csv"
    file.write_text("precious")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("monitor.cli.export_file.os.fsync", full)
    done = run("export", "--to", str(file), data=folder.path)

    assert f"cannot write {file}: No space left on device" in said(done)
    assert file.read_text() == "precious"
    assert [one.name for one in tmp_path.glob("*all*")] == ["all.csv"]


def test_an_export_to_where_nothing_can_be_is_one_sentence(folder: Folder, tmp_path: Path) -> None:
    store(folder)

    done = run("export", "--to", str(tmp_path / "no" / "x.csv"), data=folder.path)

    assert isinstance(done.exception, OperatorError)
    assert "No such file or directory" in said(done)


def test_an_export_into_a_device_is_written_as_it_comes(folder: Folder) -> None:
    store(folder)

    assert run("export", "--to", "/dev/null", data=folder.path).exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_an_export_tells_which_minutes_it_leaves_out(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    with folder.raw("nights.db") as raw:
        raw.execute("UPDATE minutes SET crc = crc + 1 WHERE seq IN (10, 11)")

    done = run("export", "--room", "bedroom", "--to", str(tmp_path / "all.csv"), data=folder.path)

    assert done.exit_code == 1
    assert "left out of the export: 2 minutes whose check sum is wrong" in said(done)
    assert (tmp_path / "all.csv").exists()


def test_an_export_that_has_nowhere_to_go_is_one_sentence(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "monitor", "export"]
    where = ["--data-dir", str(folder.path)]

    refused_one = subprocess.run([*closed, *where], check=False, capture_output=True, text=True)
    to = ["--to", str(tmp_path / "all.csv")]
    done = subprocess.run([*closed, *where, *to], check=False, capture_output=True, text=True)

    words = "nightroom: stdout is closed: open it, or name a file with --to\n"
    assert (refused_one.returncode, refused_one.stderr) == (1, words)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 79


def test_json_of_nothing_is_an_empty_array(folder: Folder) -> None:
    store(folder)

    done = run("export", "--format", "json", "--until", "2020-01-01", data=folder.path)

    assert json.loads(done.stdout) == []


def test_a_room_that_is_named_twice_is_written_once(folder: Folder) -> None:
    store(folder)
    once = run("export", "--room", "attic", data=folder.path).stdout

    assert run("export", "--room", "attic", "--room", "attic", data=folder.path).stdout == once


def test_a_range_and_a_room_are_chosen(folder: Folder) -> None:
    store(folder)
    chosen = ("--room", "attic", "--from", "2026-11-24T01:00+01:00", "--until", "2026-11-25")

    lines = run("export", *chosen, data=folder.path).stdout.splitlines()

    assert lines[0] == ",".join(COLUMNS)
    ends = [line.split(",")[:3] for line in lines[1:]]
    assert [room for room, _, _ in ends] == ["attic"] * len(ends)
    assert [end for _, _, end in ends] == [
        "2026-11-24T03:00:00Z",
        "2026-11-24T10:00:00Z",
        "2026-11-24T17:00:00Z",
        "2026-11-25T00:00:00Z",
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--room", "cellar"), "no room cellar"),
        (("--from", "soon"), "expected a date or a time"),
        (
            ("--from", "2026-11-24", "--until", "2026-11-23"),
            "--from 2026-11-24 is not before --until 2026-11-23",
        ),
        (
            ("--from", "2026-11-24T01:00+01:00", "--until", "2026-11-24"),
            "--from 2026-11-24T01:00+01:00 is not before --until 2026-11-24",
        ),
    ],
)
def test_an_export_of_what_there_is_not_is_refused(
    folder: Folder, options: tuple[str, ...], why: str
) -> None:
    store(folder)

    assert why in said(run("export", *options, data=folder.path))


def test_a_foreign_series_comes_in_by_its_own_column_names(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "logger.csv"
    file.write_text(FOREIGN)
    named = ("--map", "time=Date", "--map", "temperature_c=Temp", "--map", "illuminance_lx=Lux")

    done = run("import", str(file), *named, "--utc-offset", "+01:00", data=folder.path)

    assert "3 minutes read: 3 new" in done.stdout, said(done)
    found = folder.nights_reader().minutes("bedroom", 0, 2**60)
    assert found[0].end.isoformat() == "2026-11-22T21:00:00+00:00"
    climates = [one.climate.temperature_c for one in found if one.climate]
    assert climates == [19.51, 19.55, 19.55]
    with folder.raw("nights.db") as raw:
        assert raw.execute("SELECT count(*) FROM minutes WHERE exact IS NOT NULL").fetchone() == (
            0,
        )


MULTILINE = '"temp\n(°C)";"Lux;\r\nlamp";Date\n'


@pytest.mark.parametrize("their", ["temp (°C)", "temp\n(°C)"])
def test_a_name_in_quotes_may_go_over_lines(folder: Folder, tmp_path: Path, their: str) -> None:
    file = tmp_path / "logger.csv"
    file.write_text(f"\n{MULTILINE}19,5;3;2026-11-22 22:00\n19,6;3;2026-11-22 22:01\n", newline="")
    named = ("--map", "time=Date", "--map", f"temperature_c={their}", "--utc-offset", "+01:00")

    done = run("import", str(file), *named, data=folder.path)

    assert "2 minutes read: 2 new" in done.stdout, said(done)
    assert "column Lux; lamp is not used" in said(done)
    found = folder.nights_reader().minutes("bedroom", 0, 2**60)
    assert [one.climate.temperature_c for one in found if one.climate] == [19.5, 19.6]


def test_errors_below_such_a_name_tell_the_lines_of_the_file(
    folder: Folder, tmp_path: Path
) -> None:
    file = tmp_path / "logger.csv"
    file.write_text(f"\n{MULTILINE}19,5;3;2026-11-22 22:00\nwarm;3;2026-11-22 22:01\n", newline="")
    named = ("--map", "time=Date", "--map", "temperature_c=temp (°C)", "--utc-offset", "+01:00")
    store(folder)

    refused(file, "line 6: temperature_c 'warm'", folder.path, *named)


def test_a_name_whose_quote_is_never_closed_is_told_with_its_line(
    folder: Folder, tmp_path: Path
) -> None:
    file = tmp_path / "logger.csv"
    file.write_text('time,"temp\n' + "2026-11-22T22:00Z,1\n" * 5_000)
    store(folder)

    refused(file, "logger.csv, line 1: not CSV", folder.path)


def test_one_column_is_not_two_quantities(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("time,T\n2026-11-22T22:00Z,18\n")

    done = run(
        "import", str(tmp_path / "f.csv"), "--map", "temperature_c=T", "--map", "illuminance_lx=T",
        data=tmp_path / "new",
    )  # fmt: skip

    assert done.exit_code == 1
    assert "--map illuminance_lx=T: column T is given twice" in said(done)
    assert not (tmp_path / "new").exists()


def test_local_times_are_refused_until_it_is_said_how_to_read_them(
    folder: Folder, tmp_path: Path
) -> None:
    file = tmp_path / "logger.csv"
    file.write_text("time,temperature_c\n2026-01-11T17:00:00,18\n")

    refused_one = run("import", str(file), data=folder.path)
    both = run("import", str(file), "--zone", "UTC", "--utc-offset", "+01:00", data=folder.path)
    told = run("import", str(file), "--zone", "UTC", data=folder.path)

    assert "line 2: time '2026-01-11T17:00:00' has no offset from UTC: say" in said(refused_one)
    assert "--utc-offset +01:00" in said(refused_one)
    assert "Nothing was imported" in said(refused_one)
    assert "--utc-offset and --zone exclude each other" in said(both)
    assert "1 minutes read: 1 new" in told.stdout


def test_an_empty_row_of_a_series_is_kept_with_a_flag_that_says_why(
    folder: Folder, tmp_path: Path
) -> None:
    file, again = tmp_path / "logger.csv", tmp_path / "again"
    file.write_text("time,temperature_c,illuminance_lx\n2026-11-22T22:00Z,,\n")
    assert run("import", str(file), data=folder.path).exit_code == 0
    run("export", "--to", str(tmp_path / "all.csv"), data=folder.path)

    run("import", str(tmp_path / "all.csv"), data=again)

    for data in (folder.path, again):
        (row,) = csv.DictReader(run("export", data=data).stdout.splitlines())
        assert [row[f"{part}_flags"] for part in ("climate", "light")] == ["not_given"] * 2
        assert row["temperature_c"] == row["illuminance_lx"] == ""


def test_the_same_foreign_file_again_changes_nothing(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "logger.csv"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,19.5\n2026-11-22T22:01Z,19.5\n")
    run("import", str(file), data=folder.path)

    assert "2 minutes read: 0 new, 2 were" in run("import", str(file), data=folder.path).stdout


def test_a_series_without_a_room_is_of_the_only_one_and_a_new_room_is_told(tmp_path: Path) -> None:
    told = []
    for number, room in enumerate(("attic", "", "cellar", "")):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"time,temperature_c\n2026-11-22T2{number}:00Z,19.5\n")
        asked = ["--room", room] if room else []
        done = run("import", str(file), *asked, data=tmp_path / "data")
        told += [line for line in done.stdout.splitlines() if "no room" in line]

    assert told == [
        "There was no room cellar, but attic: it was made.",
        "There was no room bedroom, but attic, cellar: it was made.",
    ]
    with NightsReader.open(tmp_path / "data" / "nights.db") as reader:
        counts = [reader.minute_count(room, 0, 2**60) for room in ("attic", "cellar", "bedroom")]
    assert counts == [2, 1, 1]


def test_an_export_as_json_is_refused_in_words(folder: Folder, tmp_path: Path) -> None:
    file = tmp_path / "rec.json"
    series = tmp_path / "logger.csv"
    series.write_text("time,temperature_c\n2026-11-22T22:00Z,19.5\n")
    run("import", str(series), data=folder.path)
    file.write_text(run("export", "--format", "json", data=folder.path).stdout)

    assert "rec.json is JSON, which is not taken back: export it as CSV" in said(
        run("import", str(file), data=folder.path)
    )


def test_two_series_that_come_through_pipes_are_two(folder: Folder) -> None:
    for month in ("11", "12"):
        reading, writing = os.pipe()
        os.write(writing, f"time,temperature_c\n2025-{month}-22T22:00Z,19.5\n".encode())
        os.close(writing)

        done = run("import", f"/dev/fd/{reading}", data=folder.path)

        os.close(reading)
        assert "1 minutes read: 1 new, 0 were there already." in done.stdout, said(done)
    assert len(rows(folder.path)) == 2


def test_an_export_that_comes_through_a_pipe_is_refused(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    file, data = tmp_path / "pipe", tmp_path / "again"
    text = run("export", data=folder.path).stdout.encode()
    os.mkfifo(file)
    with ThreadPoolExecutor() as pool:
        pool.submit(file.write_bytes, text)

        done = run("import", str(file), data=data)

    assert "an export is read twice, which a pipe cannot be: write it into a file" in said(done)
    assert "Nothing was imported" in said(done)
    assert not data.exists()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (("--utc-offset", "+02:00"), ("--utc-offset", "+01:00")),
        (("--zone", "Asia/Tokyo"), ("--zone", "Europe/Brussels")),
        (("--map", "time=made", "--zone", "UTC"), ("--map", "time=read", "--zone", "UTC")),
    ],
)
def test_a_series_read_otherwise_is_another_one(
    folder: Folder, tmp_path: Path, wrong: tuple[str, ...], right: tuple[str, ...]
) -> None:
    file = tmp_path / "logger.csv"
    times = "made,read" if "--map" in right else "time,remark"
    row = "2026-11-22T22:00,2026-11-22T18:00,19.5"
    file.write_text(f"{times},temperature_c\n{row}\n")
    run("import", str(file), *wrong, data=folder.path)

    done = run("import", str(file), *right, data=folder.path)
    again = run("import", str(file), *right, data=folder.path)

    assert "1 minutes read: 1 new, 0 were there already." in done.stdout, said(done)
    assert "1 minutes read: 0 new, 1 were there already." in again.stdout
    assert len(rows(folder.path)) == 2


def test_a_series_fills_in_only_where_nothing_is_stored(folder: Folder, tmp_path: Path) -> None:
    writer = folder.nights_writer()
    measured = [record(seq) for seq in (1, 2, 3, 6)]  # 23:01 to 23:03 and 23:06
    writer.put_back("bedroom", DEVICE, STREAM, measured)
    writer.close()
    file = tmp_path / "logger.csv"
    times = ("23:00:30", "23:01:30", "23:02:30", "23:03:30", "23:04:30", "23:05:30", "23:06:30")
    lines = [f"2026-11-22T{time}Z,30" for time in times]
    file.write_text("\n".join(["time,temperature_c", *lines]))

    done = run("import", str(file), data=folder.path)

    assert "7 minutes read: 1 new, 6 were there already." in done.stdout
    found = folder.nights_reader().minutes("bedroom", 0, 2**60)
    climates = [one.climate.temperature_c for one in found if one.climate]
    assert climates == [18.52, 18.52, 18.52, 30.0, 18.52]


def test_a_longer_export_of_the_same_logger_adds_only_its_new_rows(
    folder: Folder, tmp_path: Path
) -> None:
    file = tmp_path / "logger.csv"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,19.5\n2026-11-22T22:01Z,19.5\n")
    run("import", str(file), data=folder.path)
    file.write_text(f"{file.read_text()}2026-11-22T22:02Z,19.5\n")

    assert "3 minutes read: 1 new, 2 were" in run("import", str(file), data=folder.path).stdout
    assert len(rows(folder.path)) == 3


def deleted_long_ago(folder: Folder) -> Deletion:
    """Have a person delete everything, as a clock that was decades behind dates it."""
    household = folder.household_writer()
    household.diary().delete("", 0, 2**50, made_ms=1)
    household.close()
    (deletion,) = folder.household_reader().deletions()
    return deletion


@pytest.mark.parametrize("is_purged", [False, True])
def test_what_is_deleted_for_good_stays_deleted(
    folder: Folder, tmp_path: Path, *, is_purged: bool
) -> None:
    store(folder)
    file = tmp_path / "all.csv"
    run("export", "--to", str(file), data=folder.path)
    deletion, moment = deleted_long_ago(folder), Moment.of(RealClock())
    with closing(folder.nights_writer()) as writer:
        rows = writer.deleted()
        rows.take_over((deletion,))
        if is_purged:
            rows.purged(deletion, now_ms=moment.now_ms)
        else:  # the monitor was stopped just then
            served_ms = {"/".join(map(str, deletion.key)): UNDO_MS}
            time = UndoTime(
                now_ms=moment.now_ms, boot="", boot_s=0.0, is_sure=False, served_ms=served_ms
            )
            rows.keep_undo_time(written(time))

    done = run("import", str(file), data=folder.path)

    assert "78 lie in a time that you have deleted: left out." in done.stdout, said(done)


def test_what_the_monitor_has_not_seen_seven_days_of_can_be_brought_back_after_an_import(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    file, again = tmp_path / "all.csv", tmp_path / "again"
    run("export", "--to", str(file), data=folder.path)
    with data_folder(again) as other:
        deletion = deleted_long_ago(other)

        done = run("import", str(file), data=again)

        assert "left out" not in done.stdout, said(done)
        assert "78 minutes read: 78 new" in done.stdout
        assert rows(again) == []
        with closing(other.nights_writer()) as writer:
            while writer.deleted().bring_back(deletion, ()):
                pass
        assert len(rows(again)) == 78


def test_what_is_taken_back_is_in_an_export_although_it_is_not_in_sight_yet(
    folder: Folder,
) -> None:
    household, now_ms = folder.household_writer(), RealClock().now_ms()
    numbers = [
        household.diary().delete("bedroom", at_ms(first), at_ms(last), made_ms=now_ms + first)
        for first, last in ((0, 20), (15, 25))
    ]
    with closing(folder.nights_writer()) as writer:
        writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 31)])
        deletions = folder.household_reader().deletions()
        writer.deleted().take_over(deletions)
        for one in deletions:
            writer.deleted().hide(one)
    household.diary().undo_deletion(numbers[0], undone_ms=now_ms + 99)
    household.close()

    done = run("export", data=folder.path)
    assert len(done.stdout.splitlines()) == 1 + 15 + 5, said(done)

    raw = folder.raw("nights.db")
    raw.execute("UPDATE deleted_minutes SET crc = crc + 1 WHERE seq IN (3, 18)")
    raw.commit()
    changed = run("export", data=folder.path)
    assert len(changed.stdout.splitlines()) == 1 + 14 + 5
    assert "left out of the export: 1 minute whose check sum is wrong" in said(changed)


def test_what_is_taken_back_stands_in_its_place_of_an_export(folder: Folder) -> None:
    household, now_ms = folder.household_writer(), RealClock().now_ms()
    number = household.diary().delete("bedroom", at_ms(10), at_ms(20), made_ms=now_ms)
    with closing(folder.nights_writer()) as writer:
        writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 31)])
        (deletion,) = folder.household_reader().deletions()
        writer.deleted().take_over((deletion,))
        while writer.deleted().hide(deletion):
            pass
        household.diary().undo_deletion(number, undone_ms=now_ms + 1)
        household.close()
        # What sensors that began another stream sent of the same minutes, out of sight and in it.
        newer = [record(seq, stream=OTHER_STREAM) for seq in (10, 15, 20, 25)]
        writer.put_back("bedroom", DEVICE, OTHER_STREAM, newer)

    lines = csv.DictReader(run("export", data=folder.path).stdout.splitlines())

    told = [(line["end"], line["stream"]) for line in lines]
    assert [end for end, _ in told] == sorted(end for end, _ in told)
    assert len(told) == 30 + len(newer)
    for one in newer:  # the last row counts
        end = f"{instant(one.minute.end_ms):%Y-%m-%dT%H:%M:%SZ}"
        assert told[told.index((end, OTHER_STREAM)) - 1] == (end, STREAM)


def test_a_series_fills_in_nothing_beside_minutes_that_can_still_be_brought_back(
    folder: Folder, tmp_path: Path
) -> None:
    writer = folder.nights_writer()
    writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 31)])
    household = folder.household_writer()
    household.diary().delete("bedroom", at_ms(10), at_ms(20), made_ms=RealClock().now_ms())
    household.close()
    deletions = folder.household_reader().deletions()
    writer.deleted().take_over(deletions)
    while writer.deleted().hide(deletions[0]):
        pass
    writer.close()
    file = tmp_path / "logger.csv"
    lines = [f"{instant(at_ms(seq)).isoformat()},30" for seq in range(1, 31)]
    file.write_text("\n".join(["time,temperature_c", *lines]))

    done = run("import", str(file), data=folder.path)

    assert "30 minutes read: 0 new, 30 were there already." in done.stdout, said(done)
    assert len(rows(folder.path)) == 20


def series(file: Path, seqs: range, off_ms: int = 0) -> Path:
    """Write another instrument's rows of the minutes of those numbers."""
    lines = [f"{instant(at_ms(seq) + off_ms).isoformat()},30" for seq in seqs]
    file.write_text("\n".join(["time,temperature_c", *lines]))
    return file


def household_of_two_series_and_later_minutes(folder: Folder, tmp_path: Path) -> None:
    """Own minutes, a series before and after them, and own ones that came later in its time."""
    with closing(folder.nights_writer()) as writer:
        writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 11)])
    for seqs, off_ms in ((range(11, 31), 30_000), (range(41, 51), 0)):
        file = series(tmp_path / "logger.csv", seqs, off_ms)
        assert run("import", str(file), data=folder.path).exit_code == 0
    with closing(folder.nights_writer()) as writer:
        writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(11, 21)])


@pytest.mark.parametrize("has_own", [False, True])
def test_the_series_of_an_export_comes_back_as_what_it_was(
    folder: Folder, tmp_path: Path, *, has_own: bool
) -> None:
    household_of_two_series_and_later_minutes(folder, tmp_path)
    file, data = tmp_path / "all.csv", tmp_path / "again"
    assert run("export", "--to", str(file), data=folder.path).exit_code == 0
    if has_own:  # as after a restore: what the sensors still had is there again
        with closing(NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16)) as writer:
            writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in range(1, 21)])

    done = run("import", str(file), data=data)

    assert f"50 minutes read: {30 if has_own else 50} new" in done.stdout, said(done)
    for form in ("csv", "json"):
        asked = ("export", "--format", form)
        assert run(*asked, data=data).stdout == run(*asked, data=folder.path).stdout
    with NightsReader.open(data / "nights.db") as reader:
        shown = reader.minutes("bedroom", 0, 2**50)
    assert shown == folder.nights_reader().minutes("bedroom", 0, 2**50)
    assert sum(one.sound is not UNSET for one in shown) == 20
    again = run("import", str(file), data=data)
    assert "50 minutes read: 0 new, 50 were there already." in again.stdout, said(again)


def test_the_series_of_an_export_comes_in_whatever_order_its_rows_have(
    folder: Folder, tmp_path: Path
) -> None:
    file, data = series(tmp_path / "logger.csv", range(1, 31)), tmp_path / "again"
    run("import", str(file), data=folder.path)
    header, *lines = run("export", data=folder.path).stdout.splitlines()
    file.write_text("\n".join([header, *reversed(lines)]))

    done = run("import", str(file), data=data)

    assert "30 minutes read: 30 new" in done.stdout, said(done)
    assert run("export", data=data).stdout == run("export", data=folder.path).stdout


def test_of_two_series_of_one_time_the_one_that_is_there_stays(
    folder: Folder, tmp_path: Path
) -> None:
    file, data = tmp_path / "all.csv", tmp_path / "again"
    run("import", str(series(tmp_path / "one.csv", range(1, 31))), data=folder.path)
    header, *lines = run("export", data=folder.path).stdout.splitlines()
    file.write_text("\n".join([header, *reversed(lines)]))
    run("import", str(series(tmp_path / "two.csv", range(21, 41), 30_000)), data=data)

    done = run("import", str(file), data=data)

    assert "30 minutes read: 20 new, 10 were there already." in done.stdout, said(done)
    with NightsReader.open(data / "nights.db") as reader:
        assert len(reader.minutes("bedroom", 0, 2**50)) == 40


def test_other_minutes_under_the_numbers_of_stored_ones_are_not_said_to_be_there(
    folder: Folder, tmp_path: Path
) -> None:
    file, data = tmp_path / "all.csv", tmp_path / "again"
    writer = folder.nights_writer()
    other = [record(seq, minute=minute(at_ms(seq + 9_000))) for seq in (1, 2)]
    writer.put_back("bedroom", DEVICE, STREAM, [*other, record(3)])
    writer.close()
    run("export", "--to", str(file), data=folder.path)
    with closing(NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16)) as writer:
        writer.put_back("bedroom", DEVICE, STREAM, [record(seq) for seq in (1, 2, 3)])

    done = run("import", str(file), data=data)

    assert "3 minutes read: 0 new, 1 were there already." in done.stdout, said(done)
    assert "2 have the stream and number of other minutes that are stored" in done.stdout


def test_a_card_and_its_clone_in_one_file_are_told_apart(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    exported = run("export", "--room", "bedroom", data=folder.path).stdout
    with data_folder(tmp_path / "clone") as other, closing(other.nights_writer()) as writer:
        clone = record(1, minute=minute(EVENING_MS + 999 * MINUTE_MS))
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[clone], gaps=(), stored_seq=1
        )
        _, others = run("export", data=other.path).stdout.splitlines()
    file = tmp_path / "both.csv"
    file.write_text(f"{exported}{others}\n{others}\n")
    many = exported.count("\n") - 1

    done = run("import", str(file), data=tmp_path / "new")

    assert f"{many + 2} minutes read: {many} new, 0 were there already." in done.stdout, said(done)
    assert "2 have the stream and number of other minutes that are stored" in done.stdout


def test_an_import_of_nothing_new_makes_no_room_and_says_where_it_is(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    exported = run("export", data=folder.path).stdout
    (tmp_path / "kitchen.csv").write_text(exported.replace("bedroom", "kitchen"))

    done = run("import", str(tmp_path / "kitchen.csv"), data=folder.path)

    assert " 0 new, 39 were there already." in done.stdout
    assert "39 are there already, but in the room bedroom: they stay in it." in done.stdout
    assert "kitchen" not in folder.nights_reader().rooms()


def test_minutes_of_before_a_correction_are_there_already(folder: Folder, tmp_path: Path) -> None:
    file, data = tmp_path / "all.csv", tmp_path / "again"
    writer = folder.nights_writer()
    writer.put_back("bedroom", DEVICE, STREAM, [record(1)])
    writer.close()
    run("export", "--to", str(file), data=folder.path)
    with closing(NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16)) as writer:
        corrected = record(1, minute=minute(at_ms(9_000)), revision=1)
        writer.put_back("bedroom", DEVICE, STREAM, [corrected])

    assert "1 minutes read: 0 new, 1 were" in run("import", str(file), data=data).stdout


def test_minutes_whose_deletion_is_undone_are_there_before_the_monitor_has_worked(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    file = tmp_path / "all.csv"
    run("export", "--to", str(file), data=folder.path)
    household, made_ms = folder.household_writer(), RealClock().now_ms()
    gone = household.diary().delete("attic", 0, 2**50, made_ms=made_ms)
    writer = folder.nights_writer()
    (deletion,) = folder.household_reader().deletions()
    writer.deleted().take_over((deletion,))
    while writer.deleted().hide(deletion):
        pass
    writer.close()
    household.diary().undo_deletion(gone, undone_ms=made_ms + 1)
    household.close()

    done = run("import", str(file), data=folder.path)

    assert "78 minutes read: 0 new, 78 were there already." in done.stdout, said(done)
    assert len(rows(folder.path)) == 39
    assert {row[3] for row in rows(folder.path)} == {39}


@pytest.mark.parametrize("off_ms", [0, 30_000, 500])
def test_the_sensors_own_minutes_that_arrive_later_stand_in_a_series_place(
    folder: Folder, tmp_path: Path, off_ms: int
) -> None:
    file = tmp_path / "logger.csv"
    lines = [f"{instant(at_ms(seq) + off_ms).isoformat()},30" for seq in range(1, 31)]
    file.write_text("\n".join(["time,temperature_c", *lines]))
    run("import", str(file), data=folder.path)
    writer = folder.nights_writer()
    own = [record(seq) for seq in range(11, 21)]
    writer.put_back("bedroom", DEVICE, STREAM, own)
    writer.close()

    reader = folder.nights_reader()
    shown = reader.minutes("bedroom", 0, 2**50)

    assert [one for one in shown if one.sound] == [one.minute for one in own]
    overlapped = 11 if off_ms == 30_000 else 10
    assert len(shown) == 30 - overlapped + 10
    assert reader.minute_count("bedroom", 0, 2**50) == len(shown)
    assert len(rows(folder.path)) == 40
    # Also where the span is cut between the two.
    assert reader.minutes("bedroom", at_ms(10), at_ms(20)) == shown_in(shown, 10, 20)


def shown_in(shown: tuple[Minute, ...], after: int, until: int) -> tuple[Minute, ...]:
    return tuple(one for one in shown if at_ms(after) < one.end_ms <= at_ms(until))


def at_ms(seq: int) -> int:
    """Return when the minute of record(seq) ended."""
    return EVENING_MS + seq * MINUTE_MS


def broken(text: str, line: int, old: str, new: str) -> str:
    lines = text.split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)


def test_a_bad_line_of_an_export_is_named_and_nothing_is_imported(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    text = run("export", data=folder.path).stdout
    file, data = tmp_path / "bad.csv", tmp_path / "again"
    NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16).close()
    mistakes = [
        (broken(text, 70, "nightroom-", ",nightroom-"), "line 70: .* cells, expected"),
        (broken(text, 60, "bedroom,", "Bed Room,"), "line 60: Expected `str` matching regex"),
        (broken(text, 50, "2026", "2027"), "line 50: .*CRC .* does not fit"),
        (text[:-400], "line 7[89]: "),
        (text.replace("bedroom", '"bed', 1), "line 2: Expected `str` matching regex"),
    ]  # fmt: skip
    for content, why in mistakes:
        file.write_text(content)
        refused(file, why, data)


def test_a_doubled_column_is_refused_and_makes_no_room(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    header, *lines = run("export", data=folder.path).stdout.splitlines()
    file, data = tmp_path / "twice.csv", tmp_path / "again"
    text = [f"{header},room", *(f"{line},x" for line in lines)]
    file.write_text("\n".join(["", *text]))
    NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16).close()

    refused(file, r"twice\.csv, line 2: the column room is there twice", data)

    with NightsReader.open(data / "nights.db") as reader:
        assert reader.rooms() == ()


def test_spaces_around_the_names_of_an_exports_columns_change_nothing(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    header, *lines = run("export", data=folder.path).stdout.splitlines()
    file = tmp_path / "spaced.csv"
    file.write_text("\n".join([header.replace(",", " , "), *lines]))

    assert "78 minutes read: 0 new" in run("import", str(file), data=folder.path).stdout


def test_of_a_minutes_rows_the_last_is_the_one_that_pages_show(folder: Folder) -> None:
    writer = folder.nights_writer()
    for stream, count, warm_c in ((STREAM, 4, 18.0), (OTHER_STREAM, 6, 21.0)):
        records = [
            record(seq, stream=stream, minute=minute(
                EVENING_MS + seq * MINUTE_MS, temperature_c=warm_c))
            for seq in range(1, count + 1)
        ]  # fmt: skip
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=stream, records=records, gaps=(),
            stored_seq=count,
        )  # fmt: skip
    writer.close()

    found = list(csv.DictReader(run("export", data=folder.path).stdout.splitlines()))

    last = {(row["room"], row["end"]): row["temperature_c"] for row in found}
    shown = folder.nights_reader().minutes("bedroom", 0, 2**60)
    assert (len(found), len(last), len(shown)) == (10, 6, 6)
    assert [float(cell) for cell in last.values()] == [
        one.climate.temperature_c for one in shown if one.climate
    ]


@pytest.mark.parametrize("content", ["time,mood\n2026-11-22,good\n", "time,temperature_c\n1,2\n"])
def test_a_refused_file_makes_no_store_where_there_is_none(tmp_path: Path, content: str) -> None:
    file, there = tmp_path / "bad.csv", tmp_path / "there"
    file.write_text(content)
    there.mkdir()
    (there / "mine.txt").touch()

    for data in (tmp_path / "mistyped", there):
        assert "Nothing was imported" in said(run("import", str(file), data=data))
        assert "cannot be read" in said(run("import", "/nothing.csv", data=data))

    assert sorted(tmp_path.iterdir()) == [file, there]
    assert list(there.iterdir()) == [there / "mine.txt"]


def a_spoiled_page(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4_096] + b"\xff" * 4_096 + content[8_192:])


def a_foreign_file(path: Path) -> None:
    path.write_bytes(b"no database" * 999)


def found_at_work(path: Path) -> None:
    condemn(path)


def not_copied_back(path: Path) -> None:
    shutil.copy(path, f"{path}.bad-1")


@pytest.mark.parametrize("spoil", [a_spoiled_page, a_foreign_file, found_at_work, not_copied_back])
@pytest.mark.parametrize("is_good", [True, False])
def test_an_import_leaves_a_damaged_store_where_it_is(
    folder: Folder, tmp_path: Path, spoil: Callable[[Path], None], is_good: bool
) -> None:
    store(folder)
    (tmp_path / "f.csv").write_text(FOREIGN if is_good else "no series")
    path = folder.path / "nights.db"
    spoil(path)
    before = path.read_bytes()

    done = run(
        "import", str(tmp_path / "f.csv"), "--map", "temperature_c=Temp",
        "--utc-offset", "+00:00", data=folder.path,
    )  # fmt: skip

    assert done.exit_code == 1
    expected = "move it away" if spoil is a_foreign_file else "Start nightroom-monitor, wait until"
    assert expected in said(done)
    assert path.read_bytes() == before


def test_a_store_of_an_earlier_version_is_left_as_it_is(tmp_path: Path) -> None:
    file, data = tmp_path / "good.csv", tmp_path / "data"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,1\n")
    older = dataclasses.replace(nights_schema(), steps=nights_schema().steps[:1])
    NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16, schema=older).close()
    before = (data / "nights.db").read_bytes()

    done = run("import", str(file), data=data)

    assert "is of an earlier version (schema 1 of " in said(done)
    assert "start nightroom-monitor, which brings it up to date; then stop it and" in said(done)
    assert (data / "nights.db").read_bytes() == before
    assert not list(data.glob("*.backup"))


def test_beside_a_store_without_kept_names_a_refused_import_leaves_none(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    (folder.path / "nights.db-names").unlink()
    before = sorted(folder.path.iterdir())
    (tmp_path / "bad.csv").write_text("time,temperature_c\n2026-11-22T22:00Z,warm\n")

    refused(tmp_path / "bad.csv", "line 2: temperature_c 'warm'", folder.path)
    assert sorted(folder.path.iterdir()) == before

    (tmp_path / "good.csv").write_text("time,temperature_c\n2026-11-22T22:00Z,1\n")
    assert "1 minutes read" in run("import", str(tmp_path / "good.csv"), data=folder.path).stdout
    assert (folder.path / "nights.db-names").exists()


@pytest.mark.root
def test_a_store_that_root_makes_by_an_import_is_the_folders_owners(tmp_path: Path) -> None:
    file, data = tmp_path / "good.csv", tmp_path / "data"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,1\n")
    data.mkdir()
    os.chown(data, 65_534, 65_534)

    assert "1 minutes read: 1 new" in run("import", str(file), data=data).stdout

    assert {one.name: one.stat().st_uid for one in data.iterdir() if one.stat().st_uid == 0} == {}


def test_a_new_store_is_told_with_its_folder_and_one_that_is_there_is_not(
    folder: Folder, tmp_path: Path
) -> None:
    file, empty = tmp_path / "good.csv", tmp_path / "empty"
    file.write_text("time,temperature_c\n2026-11-22T22:00Z,1\n")
    folder.nights_writer().close()
    empty.mkdir()

    for data, told in (
        (tmp_path / "new", f"There was no folder {tmp_path / 'new'}: it was made."),
        (empty, f"There was no store in {empty}: a new one was made."),
        (folder.path, ""),
    ):
        done = run("import", str(file), data=data)
        assert "1 minutes read: 1 new" in done.stdout
        assert told in done.stderr
        assert ("There was no" in done.stderr) == bool(told)
        assert "There was no" not in run("import", str(file), data=data).stderr


def interrupting(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Have Ctrl-C come while a step of what is put back is taken."""

    def step(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return taken(*arguments)

    taken = getattr(module, name)
    monkeypatch.setattr(module, name, step)


def test_an_import_that_is_being_committed_ends_with_what_it_has_done(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder)
    exported = run("export", data=folder.path).stdout
    (tmp_path / "all.csv").write_text(exported)
    heard = signal.getsignal(signal.SIGINT)
    interrupting(monkeypatch, gap_rows, "refit")  # the last step before the commit

    done = run("import", str(tmp_path / "all.csv"), data=tmp_path / "new")

    assert done.exit_code == 0, said(done)
    assert "minutes read" in done.output
    assert len(rows(tmp_path / "new")) == 78
    assert signal.getsignal(signal.SIGINT) == heard


def test_an_import_that_is_interrupted_before_leaves_nothing(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder)
    (tmp_path / "all.csv").write_text(run("export", data=folder.path).stdout)
    interrupting(monkeypatch, nights_writer, "settle")  # the first step

    done = run("import", str(tmp_path / "all.csv"), data=tmp_path / "new")

    assert done.exit_code == 130
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), sqlite3.OperationalError("disk full")])
def test_a_store_that_is_interrupted_while_it_is_made_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def interrupted(*_: object) -> None:
        raise error

    data = tmp_path / "data"
    # The first step of the schema is in the file then.
    monkeypatch.setattr("monitor.store.nights_writer.keep_names", interrupted)

    run("import", "/nothing.csv", data=data)

    assert not data.exists()


def test_a_refused_file_leaves_a_store_that_another_began_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def after_another(path: Path, schema: Schema) -> IO[bytes]:
        with closing(NightsWriter.open(path, new_id=lambda: "1" * 16)) as other:
            other.put_back("bedroom", DEVICE, STREAM, [record(1)])
        return take_writer_lock(path, schema)

    monkeypatch.setattr("monitor.cli.import_store.take_writer_lock", after_another)
    assert "cannot be read" in said(run("import", "/nothing.csv", data=data))
    assert len(rows(data)) == 1


def test_an_import_into_a_store_that_another_just_begins_leaves_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def beside_another(path: Path, schema: Schema) -> IO[bytes]:
        others.append(NightsWriter.open(path, new_id=lambda: "1" * 16))
        return take_writer_lock(path, schema)

    others: list[NightsWriter] = []
    monkeypatch.setattr("monitor.cli.import_store.take_writer_lock", beside_another)
    assert "stop nightroom-monitor first" in said(run("import", "/nothing.csv", data=data))
    others[0].close()
    assert rows(data) == []


def test_a_cell_of_endless_brackets_is_refused_with_its_line(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder)
    header, *lines = csv.reader(run("export", data=folder.path).stdout.splitlines())
    lines[5][header.index("events")] = "[" * 100_000
    file, data = tmp_path / "deep.csv", tmp_path / "again"
    with file.open("w", newline="") as written:
        csv.writer(written).writerows([header, *lines])
    NightsWriter.open(data / "nights.db", new_id=lambda: "1" * 16).close()

    refused(file, r"deep\.csv, line 7: events '\[{60}'…: ", data)


def refused(file: Path, why: str, data: Path, *options: str) -> None:
    before = rows(data)
    done = run("import", str(file), *options, data=data)
    assert done.exit_code != 0
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(said(done))
    assert "Nothing was imported" in said(done)
    assert rows(data) == before


@pytest.mark.parametrize(
    ("content", "options", "why"),
    [
        (FOREIGN, ("--map", "time=When"), "line 1: there is no column When; there are Date"),
        (FOREIGN.replace("19,55;", "warm;"), ("--map", "time=Date", "--map", "temperature_c=Temp"),
         "line 3: temperature_c 'warm': expected a number"),
        (FOREIGN.replace("19,55;", "99,5;"), ("--map", "time=Date", "--map", "temperature_c=Temp"),
         "line 3: .*expected -20 to 60 °C"),
        ("time,mood\n2026-11-22,good\n", (), "line 1: expected one of temperature_c"),
        ("", (), "expected a column time"),
        ("time,temperature_c\n2026-11-22T22:00Z,1\n", ("--room", "My Room"), "room 'My Room'"),
    ],
)  # fmt: skip
def test_a_bad_foreign_series_is_named_by_line_and_nothing_is_imported(
    folder: Folder, tmp_path: Path, content: str, options: tuple[str, ...], why: str
) -> None:
    store(folder)
    file = tmp_path / "bad.csv"
    file.write_text(content)

    refused(file, why, folder.path, "--zone", "UTC", *options)


@pytest.mark.parametrize("spoilt", [lambda data: data[:-6] + b"????" + data[-2:],
                                    lambda data: data + b"junk"])  # fmt: skip
def test_a_foreign_series_that_cannot_be_read_to_its_end_is_named_and_not_the_store(
    folder: Folder, tmp_path: Path, spoilt: Callable[[bytes], bytes]
) -> None:
    store(folder)
    file = tmp_path / "bad.csv.gz"
    file.write_bytes(spoilt(gzip.compress(b"time,temperature_c\n2026-11-22T22:00:00Z,18\n")))

    refused(file, r"bad\.csv\.gz: cannot be read as UTF-8 CSV", folder.path)


@pytest.mark.parametrize("text", ["mood=Temp", "temperature_c", "temperature_c="])
def test_a_mapping_that_is_none_is_refused(folder: Folder, text: str) -> None:
    assert "expected OURS=THEIRS" in said(run("import", "x", "--map", text, data=folder.path))


def test_an_option_that_an_export_does_not_heed_is_refused(folder: Folder, tmp_path: Path) -> None:
    store(folder)
    file, data = tmp_path / "all.csv", tmp_path / "again"
    run("export", "--to", str(file), data=folder.path)

    done = run("import", str(file), "--room", "kitchen", "--zone", "UTC", data=data)

    assert "an export itself says what --room, --zone would say: leave that out" in said(done)
    assert not data.exists()


def test_a_column_that_is_mapped_twice_is_refused(folder: Folder) -> None:
    both = ("--map", "temperature_c=T", "--map", "temperature_c=RH")

    assert "--map temperature_c is given twice" in said(run("import", "x", *both, data=folder.path))


def test_the_nights_of_a_room_that_is_not_there_are_refused(folder: Folder) -> None:
    store(folder)

    refused_one = run("nights", "--room", "kitchn", data=folder.path)

    assert "no room kitchn in the store: there are attic, bedroom" in said(refused_one)
    assert (
        "No nights of room 'attic' yet" in run("nights", "--room", "attic", data=folder.path).stdout
    )


def test_an_import_beside_the_monitor_names_the_unit_to_stop(
    folder: Folder, tmp_path: Path
) -> None:
    folder.nights_writer()
    (tmp_path / "x.csv").write_text("time,temperature_c\n2026-11-22T22:00Z,1\n")

    done = run("import", str(tmp_path / "x.csv"), data=folder.path)

    assert "stop nightroom-monitor first" in said(done)


def test_a_file_that_is_not_there_is_said_so(folder: Folder) -> None:
    assert "cannot be read" in said(run("import", "/nothing.csv", data=folder.path))


def test_every_column_is_documented() -> None:
    text = (Path(__file__).parents[4] / "docs" / "export.md").read_text()

    assert [column for column in COLUMNS if f"`{column}`" not in text] == []


@pytest.mark.parametrize("version", range(1, nights_schema().version + 1))
def test_a_nights_db_kept_aside_is_exported_whatever_its_schema(
    tmp_path: Path, version: int
) -> None:
    aside = tmp_path / "nights.db.replaced-1"
    older = dataclasses.replace(nights_schema(), steps=nights_schema().steps[:version])
    NightsWriter.open(aside, new_id=lambda: "5" * 16, schema=older).close()
    put_plainly(aside, [record(1), record(2)])

    wrote = CliRunner().invoke(nightroom, ["export", "--store", str(aside), "--format", "json"])

    assert [decode_record(one) for one in json.loads(wrote.stdout)] == [record(1), record(2)]
    assert [one.name for one in tmp_path.iterdir() if one.suffix in {"-wal", "-shm"}] == []


def decode_record(named: dict[str, object]) -> Record:
    return decode(json.dumps(named["record"]).encode(), Record)


def test_a_store_is_named_by_its_file_or_by_its_folder(folder: Folder) -> None:
    store(folder)

    both = run("export", "--store", str(folder.path / "nights.db"), data=folder.path)

    assert both.exit_code == 2
    assert "--store names the file itself: leave --config and --data-dir out" in said(both)


def test_an_export_of_a_file_kept_aside_stays_out_of_its_folder(folder: Folder) -> None:
    store(folder)

    wrote = CliRunner().invoke(
        nightroom,
        ["export", "--store", str(folder.path / "nights.db"), "--to", str(folder.path / "a.csv")],
    )

    assert "would lie among the store's own files" in said(wrote)


@pytest.mark.parametrize("name", ["nights.db", "household.db-wal", "all.csv"])
def test_an_export_of_a_file_kept_aside_stays_out_of_the_store_in_use(
    folder: Folder, tmp_path: Path, name: str
) -> None:
    store(folder)
    before = rows(folder.path)
    aside = tmp_path / "aside" / "nights.db.replaced-1"
    aside.parent.mkdir()
    shutil.copy(folder.path / "nights.db", aside)
    target = folder.path / name

    wrote = CliRunner().invoke(nightroom, ["export", "--store", str(aside), "--to", str(target)])

    assert "would lie among the store's own files" in said(wrote)
    assert rows(folder.path) == before


def test_a_store_that_cannot_be_opened_is_said_so_by_an_export(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "nights.db").mkdir(parents=True)

    in_use = run("export", data=folder.path)
    kept = CliRunner().invoke(nightroom, ["export", "--store", str(folder.path / "nights.db")])

    assert isinstance(in_use.exception, StoreError)
    assert kept.exit_code == 2
    assert "is a directory" in kept.stderr

    def closed(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr("monitor.store.kept_aside.sqlite3.connect", closed)
    (folder.path / "nights.db").rmdir()
    (folder.path / "nights.db").touch()

    assert "unable to open database file; check" in said(run("export", data=folder.path))


def test_what_is_no_nights_db_of_ours_is_not_exported(folder: Folder) -> None:
    folder.household_writer().close()
    household = folder.path / "household.db"

    for file, words in (
        (folder.path / "none.db", "none.db is not there"),
        (household, "household.db is no nights.db: give one that was kept aside, such as"),
    ):
        refused = CliRunner().invoke(nightroom, ["export", "--store", str(file)])

        assert refused.exit_code == 1
        assert words in said(refused)
