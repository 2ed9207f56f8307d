"""Backups that can be restored, and files that are refused with the store untouched."""

import errno
import fcntl
import gzip
import hashlib
import io
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from monitor.store.archive import Copied, Manifest, Show, pack, unpack
from monitor.store.backup import checked, keep_newest, make_backup, row_counts
from monitor.store.database import Schema, open_writer
from monitor.store.errors import BackupError, NewerSchemaError, StoreError, StoreInUseError
from monitor.store.restore import Replaced, restore_backup
from monitor.store.schemas import schemas
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, record

MB = 1_000_000
DAY_MS = 86_400_000
LIMIT = 200 * MB
ROOM = "bedroom"
ENDS_WITHIN_S = 20


def shown(_share: float, _words: str) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    with data_folder(tmp_path / "data") as opened:
        yield opened


def store(folder: Folder, *seqs: int) -> None:
    writer = folder.nights_writer()
    writer.store_batch(
        room=ROOM, device=DEVICE, stream=STREAM, records=[record(seq) for seq in seqs], gaps=(),
        stored_seq=max(seqs),
    )  # fmt: skip
    writer.close()


def choose(folder: Folder, lamp: str) -> None:
    writer = folder.household_writer()
    writer.set_value("lamp", lamp, valid_from_ms=1)
    writer.close()


def backup(folder: Folder, now_ms: int = EVENING_MS) -> Path:
    return make_backup(folder.path, folder.path.parent / "kept", now_ms=now_ms, show=shown)


def restore(folder: Folder, archive: Path, up_to_bytes: int = LIMIT) -> tuple[Replaced, ...]:
    return restore_backup(
        archive, folder.path, up_to_bytes=up_to_bytes, now_ms=EVENING_MS, show=shown
    )


def minutes(folder: Folder) -> int:
    return len(folder.nights_reader().minutes(ROOM, 0, 2**60))


def lamp(folder: Folder) -> str | None:
    return folder.household_reader().household(ROOM, 5).lamp


def test_a_backup_brings_both_databases_back(folder: Folder) -> None:
    store(folder, 1, 2, 3)
    choose(folder, "candle")
    archive = backup(folder)
    store(folder, 4, 5)
    choose(folder, "led_2700")

    kept = restore(folder, archive)

    assert (minutes(folder), lamp(folder)) == (3, "candle")
    assert archive.stat().st_mode & 0o777 == 0o600
    assert (folder.path / "nights.db").stat().st_mode & 0o777 == 0o600
    assert [one.path.name for one in kept] == ["nights.db.replaced-1", "household.db.replaced-1"]
    with closing(sqlite3.connect(kept[0].path)) as old:
        assert old.execute("SELECT count(*) FROM minutes").fetchone() == (5,)


def test_a_database_that_has_been_analysed_is_backed_up(folder: Folder) -> None:
    store(folder, 1, 2, 3)
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute("ANALYZE")

    restore(folder, backup(folder))

    assert minutes(folder) == 3


@pytest.mark.parametrize("name", ["nights.db", "household.db"])
def test_a_backup_of_an_older_schema_is_upgraded_once_restored(folder: Folder, name: str) -> None:
    newest = schemas()[name]
    for version in range(1, newest.version + 1):
        older = replace(newest, steps=newest.steps[:version])
        (folder.path / name).unlink(missing_ok=True)
        open_writer(folder.path / name, older).close()

        restore(folder, backup(folder, EVENING_MS + version * 1000))

        with folder.raw(name) as raw:
            assert raw.execute("PRAGMA user_version").fetchone() == (version,)
        open_writer(folder.path / name, newest).close()
        assert checked(folder.path / name, newest, None).schema_version == newest.version


def test_a_backup_is_made_while_both_writers_go_on(folder: Folder) -> None:
    choose(folder, "candle")
    writer = folder.nights_writer()
    stop = threading.Event()

    def go_on() -> None:
        seq = 0
        while not stop.is_set():
            seq += 1
            writer.store_batch(
                room=ROOM, device=DEVICE, stream=STREAM, records=[record(seq)], gaps=(),
                stored_seq=seq,
            )  # fmt: skip

    going = threading.Thread(target=go_on)
    going.start()
    try:
        archives = [backup(folder, EVENING_MS + number * 1000) for number in range(5)]
    finally:
        stop.set()
        going.join()
    writer.close()

    for archive in archives:
        restore(folder, archive)
        stored_seq = folder.nights_writer()
        assert stored_seq.stored_seq(STREAM) in (None, minutes(folder))
        stored_seq.close()


def test_a_backup_goes_into_one_file_and_leaves_nothing_else(folder: Folder) -> None:
    store(folder, 1)

    archive = backup(folder)

    assert archive.name == "nightroom-2026-11-22T230000Z.tar.gz"
    assert list(archive.parent.iterdir()) == [archive]


def test_a_backup_takes_no_other_ones_name(folder: Folder) -> None:
    store(folder, 1)
    first = backup(folder)
    content = first.read_bytes()

    second = backup(folder)

    assert second.name == "nightroom-2026-11-22T230001Z.tar.gz"
    assert first.read_bytes() == content
    assert sorted(first.parent.iterdir()) == [first, second]
    assert [one.path.name for one in restore(folder, second)] == ["nights.db.replaced-1"]


def test_a_backup_takes_not_the_name_of_one_made_meanwhile(folder: Folder) -> None:
    store(folder, 1)
    others: list[Path] = []

    def make_another() -> None:
        others.append(backup(folder))

    made = make_backup(
        folder.path, folder.path.parent / "kept", now_ms=EVENING_MS, show=shown, hold=make_another
    )

    assert sorted(made.parent.iterdir()) == [*others, made]


def test_a_backup_waits_for_nobody_who_holds_a_lock_on_its_folder(folder: Folder) -> None:
    store(folder, 1)
    target_dir = backup(folder).parent
    made: list[Path] = []
    making = threading.Thread(target=lambda: made.append(backup(folder)), daemon=True)
    descriptor = os.open(target_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        making.start()
        making.join(ENDS_WITHIN_S)
        assert [one.name for one in made] == ["nightroom-2026-11-22T230001Z.tar.gz"]
    finally:
        os.close(descriptor)


def test_a_backup_goes_to_a_disk_that_knows_no_links(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    store(folder, 1)

    made = [backup(folder), backup(folder)]

    assert sorted(made[0].parent.iterdir()) == made


def test_what_a_killed_backup_left_is_removed_by_one_a_day_later(folder: Folder) -> None:
    store(folder, 1)
    kept = folder.path.parent / "kept"
    for name, at_ms in (("a", EVENING_MS - DAY_MS - 1000), ("b", EVENING_MS - 1000)):
        left = kept / f".nightroom-unfinished-{name}"
        left.mkdir(parents=True)
        (left / "nights.db").write_bytes(b"half")
        os.utime(left, (at_ms / 1000, at_ms / 1000))
    (kept / ".nightroom-mine").mkdir()
    os.utime(kept / ".nightroom-mine", (0, 0))

    archive = backup(folder)

    assert sorted(kept.iterdir()) == [
        kept / ".nightroom-mine", kept / ".nightroom-unfinished-b", archive
    ]  # fmt: skip


def test_what_a_killed_restore_left_is_removed_by_the_next_one(folder: Folder) -> None:
    store(folder, 1)
    archive = backup(folder)
    left = folder.path / ".restore-killed"
    left.mkdir()
    (left / "nights.db").write_bytes(b"half")

    restore(folder, archive)

    assert not left.exists()


def test_only_the_newest_backups_are_kept(folder: Folder) -> None:
    store(folder, 1)
    made = [backup(folder, EVENING_MS + number * 1000) for number in range(4)]
    (made[0].parent / "nightroom-1.0.0.tar.gz").touch()

    assert keep_newest(made[0].parent, 2, made=made[3]) == tuple(made[:2])
    assert sorted(made[0].parent.iterdir()) == [
        made[0].parent / "nightroom-1.0.0.tar.gz", *made[2:]
    ]  # fmt: skip


def test_the_one_just_made_stays_though_a_clock_was_ahead(folder: Folder) -> None:
    store(folder, 1)
    ahead = [backup(folder, EVENING_MS + days * DAY_MS) for days in (10, 20)]
    made = backup(folder)

    assert keep_newest(made.parent, 2, made=made) == (ahead[0],)
    assert keep_newest(made.parent, 1, made=made) == (ahead[1],)
    assert list(made.parent.iterdir()) == [made]


def test_without_a_store_there_is_nothing_to_back_up(folder: Folder) -> None:
    with pytest.raises(BackupError, match=r"neither nights\.db nor household\.db"):
        backup(folder)


def test_a_backup_without_room_is_not_begun(folder: Folder) -> None:
    store(folder, 1)

    with pytest.raises(BackupError, match=r"0\.0 MB are left: make room, or .* --to"):
        make_backup(folder.path, folder.path, now_ms=5, show=shown, free=lambda _: 1000)


def test_a_backup_that_is_refused_or_ended_leaves_no_folder(folder: Folder) -> None:
    store(folder, 1)
    to = folder.path.parent / "stick" / "backups"

    def hang_up(_share: float, _words: str) -> None:
        raise SystemExit(129)

    with pytest.raises(BackupError, match="make room"):
        make_backup(folder.path, to, now_ms=5, show=shown, free=lambda _: 1000)
    with pytest.raises(SystemExit):
        make_backup(folder.path, to, now_ms=5, show=hang_up)

    assert not to.parent.exists()


def test_a_store_of_which_nearly_all_was_deleted_for_good_is_backed_up(folder: Folder) -> None:
    """What is erased leaves zeros, which pack far beyond what an archive may."""
    store(folder, 1, 2, 3)
    path = folder.path / "nights.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE erased (bytes BLOB)")
        raw.execute("INSERT INTO erased VALUES (zeroblob(8000000))")
        raw.commit()
        raw.execute("DROP TABLE erased")
    assert path.stat().st_size > 8 * MB

    archive = backup(folder)

    assert list(archive.parent.iterdir()) == [archive]
    store(folder, 4)
    restore(folder, archive)
    assert minutes(folder) == 3
    assert path.stat().st_size < MB, "nor does it come back with them"


def test_the_bar_of_a_backup_never_goes_back(folder: Folder) -> None:
    store(folder, 1)
    choose(folder, "candle")
    seen: list[float] = []

    make_backup(
        folder.path, folder.path.parent / "kept", now_ms=EVENING_MS,
        show=lambda share, _: seen.append(share),
    )  # fmt: skip

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_store_that_is_damaged_is_not_called_a_backup(folder: Folder) -> None:
    store(folder, *range(1, 200))
    path = folder.path / "nights.db"
    content = bytearray(path.read_bytes())
    content[60_000:64_000] = bytes(4_000)
    path.write_bytes(content)

    with pytest.raises(StoreError):
        backup(folder)

    assert not (folder.path.parent / "kept").exists()


def with_changed_minutes(folder: Folder) -> str:
    with closing(sqlite3.connect(folder.path / "nights.db")) as raw:
        raw.execute("UPDATE minutes SET temperature_c_e2 = temperature_c_e2 + 400 WHERE seq < 3")
        raw.commit()
    return "nights.db has 2 minutes whose check sum is wrong"


def with_a_changed_setting(folder: Folder) -> str:
    with closing(sqlite3.connect(folder.path / "household.db")) as raw:
        raw.execute("UPDATE settings SET value = '\"led_2700\"'")
        raw.commit()
    return "household.db has what people chose that does not fit its seal"


@pytest.mark.parametrize("change", [with_changed_minutes, with_a_changed_setting])
def test_rows_that_are_not_those_that_were_written_are_no_backup_and_not_restored(
    folder: Folder, change: Callable[[Folder], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder, 1, 2, 3)
    choose(folder, "candle")
    said = change(folder)

    with pytest.raises(BackupError, match=f"{said}: it is no backup. Restart"):
        backup(folder)
    with monkeypatch.context() as before:
        before.setattr("monitor.store.backup.what_has_changed", lambda *_: "")
        archive = backup(folder)

    refused_untouched(folder, archive, said)


def test_what_cannot_be_read_back_is_not_called_a_backup(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(folder, 1)

    def written_badly(target: Path, folder: Path, manifest: Manifest, show: Show) -> None:
        pack(target, folder, manifest, show)
        content = bytearray(target.read_bytes())
        content[len(content) // 2] ^= 1
        target.write_bytes(content)

    monkeypatch.setattr("monitor.store.backup.pack", written_badly)
    with pytest.raises(BackupError, match=r"is not a whole backup|is not what was"):
        backup(folder)
    assert not (folder.path.parent / "kept").exists()


def test_a_copy_with_other_rows_is_not_called_a_backup(folder: Folder) -> None:
    store(folder, 1)

    with pytest.raises(BackupError, match="has not the rows of minutes"):
        checked(folder.path / "nights.db", schemas()["nights.db"], {"minutes": 2} | others(folder))


def others(folder: Folder) -> dict[str, int]:
    found = checked(folder.path / "nights.db", schemas()["nights.db"], None).rows
    return {name: count for name, count in found.items() if name != "minutes"}


def test_a_restore_beside_a_running_writer_names_the_unit_to_stop(folder: Folder) -> None:
    store(folder, 1)
    choose(folder, "candle")
    archive = backup(folder)

    running = folder.nights_writer()
    with pytest.raises(StoreInUseError, match="stop nightroom-monitor first"):
        restore(folder, archive)
    running.close()
    folder.household_writer()
    with pytest.raises(StoreInUseError, match="stop nightroom-web first"):
        restore(folder, archive)


def test_a_damaged_store_is_set_aside_by_a_restore(folder: Folder) -> None:
    store(folder, 1, 2)
    archive = backup(folder)
    (folder.path / "nights.db").write_bytes(b"a letter " * 500)

    kept = restore(folder, archive)

    assert [one.path.name for one in kept] == ["nights.db.bad-1"]
    assert minutes(folder) == 2


class Forged:
    """An archive of a backup, its members changed before it is packed again."""

    def __init__(self, archive: Path) -> None:
        self.path = archive.with_name("forged.tar.gz")
        with tarfile.open(archive) as tar:
            self.members = [
                (member, file.read() if (file := tar.extractfile(member)) else b"")
                for member in tar
            ]

    def named(self, name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        info.size = len(content) if kind == tarfile.REGTYPE else 0
        self.members.append((info, content))

    def written(self) -> Path:
        with tarfile.open(self.path, "w:gz") as tar:
            for member, content in self.members:
                tar.addfile(member, io.BytesIO(content))
        return self.path


def with_a_symbolic_link(forged: Forged) -> None:
    forged.named("household.db", kind=tarfile.SYMTYPE)


def with_a_hard_link(forged: Forged) -> None:
    forged.named("household.db", kind=tarfile.LNKTYPE)


def with_an_absolute_path(forged: Forged) -> None:
    forged.named("/etc/cron.d/nightroom")


def with_a_parent_path(forged: Forged) -> None:
    forged.named("../nights.db")


def with_a_device(forged: Forged) -> None:
    forged.named("household.db", kind=tarfile.CHRTYPE)


def with_a_stranger(forged: Forged) -> None:
    forged.named("notes.txt")


def with_a_member_twice(forged: Forged) -> None:
    forged.members.append(forged.members[-1])


def with_changed_bytes(forged: Forged) -> None:
    info, content = forged.members[1]
    forged.members[1] = info, content[:5000] + b"\xff" + content[5001:]


def with_other_tables(forged: Forged, script: str) -> None:
    """Change the database as somebody would who also writes a manifest that fits."""
    path = forged.path.with_name("nights.db")
    path.write_bytes(forged.members[1][1])
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script)
        rows = row_counts(raw)
    with_contents(forged, path.read_bytes(), rows)
    path.unlink()


def with_contents(forged: Forged, content: bytes, rows: dict[str, int]) -> None:
    info = forged.members[1][0]
    info.size = len(content)
    forged.members[1] = info, content
    one = Copied(
        name="nights.db",
        schema_version=schemas()["nights.db"].version,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows,
    )
    with_files(forged, (one,))
    del forged.members[2:]


def with_files(forged: Forged, files: tuple[Copied, ...]) -> None:
    info, written = forged.members[0]
    manifest = msgspec.structs.replace(msgspec.json.decode(written, type=Manifest), files=files)
    content = msgspec.json.encode(manifest)
    info.size = len(content)
    forged.members[0] = info, content


def with_a_trigger(forged: Forged) -> None:
    with_other_tables(
        forged, "CREATE TRIGGER t AFTER INSERT ON minutes BEGIN DELETE FROM minutes; END"
    )


def with_a_view_for_a_table(forged: Forged) -> None:
    with_other_tables(forged, "DROP TABLE night_scores; CREATE VIEW night_scores AS SELECT 1")


def with_a_column_less(forged: Forged) -> None:
    with_other_tables(forged, "ALTER TABLE minutes DROP COLUMN exact")


def with_an_index_that_swallows(forged: Forged) -> None:
    with_other_tables(
        forged, "CREATE UNIQUE INDEX one_a_room ON minutes (room_id) WHERE end_ms > 1900000000000"
    )


def with_a_check_that_swallows(forged: Forged) -> None:
    # What its columns are does not show it.
    with_other_tables(
        forged,
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET"
        " sql = replace(sql, 'PRIMARY KEY (', 'CHECK (end_ms < 1900000000000), PRIMARY KEY (')"
        " WHERE name = 'minutes'; PRAGMA writable_schema = OFF",
    )


def with_a_trigger_by_a_name_of_sqlites_own(forged: Forged) -> None:
    with_other_tables(
        forged,
        "CREATE TRIGGER t BEFORE INSERT ON minutes BEGIN SELECT RAISE(IGNORE); END;"
        " PRAGMA writable_schema = ON; UPDATE sqlite_master SET name = 'sqlite_t', sql ="
        " replace(sql, 'TRIGGER t', 'TRIGGER sqlite_t') WHERE name = 't';"
        " PRAGMA writable_schema = OFF",
    )


def with_a_view_besides(forged: Forged) -> None:
    with_other_tables(forged, "CREATE VIEW mine AS SELECT 1")


def with_an_empty_database(forged: Forged) -> None:
    with_contents(forged, b"", {})


def with_no_database_named(forged: Forged) -> None:
    with_files(forged, ())


def with_a_database_named_twice(forged: Forged) -> None:
    one = msgspec.json.decode(forged.members[0][1], type=Manifest).files[0]
    with_files(forged, (one, one))
    del forged.members[2:]


def without_a_database(forged: Forged) -> None:
    del forged.members[1]


def without_its_manifest(forged: Forged) -> None:
    del forged.members[0]


def with_a_manifest_of_nonsense(forged: Forged) -> None:
    info = tarfile.TarInfo("backup.json")
    info.size = 2
    forged.members[0] = info, b"[]"


def without_anything(forged: Forged) -> None:
    forged.members.clear()


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (with_a_symbolic_link, "holds a link"),
        (with_a_hard_link, "holds a link"),
        (with_an_absolute_path, "leads elsewhere"),
        (with_a_parent_path, "leads elsewhere"),
        (with_a_device, "which no backup of nightroom has"),
        (with_a_stranger, "notes.txt, which no backup of nightroom has"),
        (with_a_member_twice, "twice"),
        (with_changed_bytes, "nights.db is not what was backed up"),
        (with_a_trigger, "has triggers, which nightroom never has \\('t'\\)"),
        (with_a_view_for_a_table, r"has not the tables of schema \d+ \('night_scores'\)"),
        (with_a_column_less, r"has not the tables of schema \d+ \('minutes'\)"),
        (with_an_index_that_swallows, r"has what schema \d+ has not \('one_a_room'\)"),
        (with_a_check_that_swallows, r"has not the tables of schema \d+ \('minutes'\)"),
        (with_a_trigger_by_a_name_of_sqlites_own, r"has triggers, .* \('sqlite_t'\)"),
        (with_a_view_besides, r"has what schema \d+ has not \('mine'\)"),
        (with_an_empty_database, "nights.db is empty"),
        (with_no_database_named, "names no database, or one twice"),
        (with_a_database_named_twice, "names no database, or one twice"),
        (without_a_database, "nights.db is not what was backed up"),
        (without_its_manifest, "does not begin with its backup.json"),
        (with_a_manifest_of_nonsense, "cannot be read"),
        (without_anything, "is empty"),
    ],
)
def test_an_archive_that_no_backup_is_is_refused_and_the_store_untouched(
    folder: Folder, forge: Callable[[Forged], None], said: str
) -> None:
    store(folder, 1, 2)
    forged = Forged(backup(folder))
    forge(forged)

    refused_untouched(folder, forged.written(), said)


@pytest.mark.parametrize(
    "headers",
    [
        {"GNU.sparse.map": "0,0,x", "GNU.sparse.size": "abc"},
        {"GNU.sparse.map": "0,1", "GNU.sparse.size": "-5"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "x"},
        {"GNU.sparse.size": "9" * 5_000},
        {"GNU.sparse.map": f"0,{'9' * 30}", "GNU.sparse.size": "10"},
        {"GNU.sparse.map": f"{'9' * 30},1", "GNU.sparse.size": "10"},
        {"GNU.sparse.map": "-9,3", "GNU.sparse.size": "10"},
        {"size": "-1"},
        {"size": "1e3"},
    ],
)
def test_an_archive_whose_headers_tell_of_nonsense_is_refused(
    folder: Folder, headers: dict[str, str]
) -> None:
    store(folder, 1, 2)
    forged = Forged(backup(folder))
    forged.members[1][0].pax_headers = headers

    refused_untouched(folder, forged.written(), "is not a whole backup|is damaged")


def test_a_sparse_member_is_refused_before_it_unpacks_to_more_than_was_read(
    folder: Folder,
) -> None:
    store(folder, 1, 2)
    forged = Forged(backup(folder))
    info, _ = forged.members[1]
    info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(190 * MB)}
    info.size = 1
    forged.members[1] = info, b"x"

    refused_untouched(folder, forged.written(), r"an extended header, as no backup has")


def test_an_extended_header_is_refused_before_its_content_is_searched(
    folder: Folder, tmp_path: Path
) -> None:
    """Of twice as many digits the search took four times as long: hours, both writers locked."""
    store(folder, 1, 2)
    digits = b"1" * 50_000
    info = tarfile.TarInfo("PaxHeaders/backup.json")
    info.type, info.size = tarfile.XHDTYPE, len(digits)
    written = info.tobuf(tarfile.USTAR_FORMAT) + digits + bytes(-len(digits) % 512 + 1024)
    path = tmp_path / "hostile.tar.gz"
    path.write_bytes(gzip.compress(written + os.urandom(5_000)))

    refused_untouched(folder, path, "backup.json is an extended header, as no backup has")


@pytest.mark.parametrize("size_bytes", [0, -(10**12), 1])
def test_a_member_of_another_size_than_promised_is_refused_before_it_is_written(
    folder: Folder, tmp_path: Path, size_bytes: int
) -> None:
    store(folder, 1, 2)
    forged = Forged(backup(folder))
    one = msgspec.json.decode(forged.members[0][1], type=Manifest).files[0]
    with_files(forged, (msgspec.structs.replace(one, size_bytes=size_bytes),))
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(BackupError, match=r"nights\.db is not what was backed up"):
        unpack(forged.written(), out, up_to_bytes=LIMIT, free_bytes=10**9, show=shown)

    assert list(out.iterdir()) == []


def refused_untouched(folder: Folder, archive: Path, said: str, up_to_bytes: int = LIMIT) -> None:
    before = contents(folder)
    with pytest.raises(StoreError, match=said):
        restore(folder, archive, up_to_bytes)
    assert contents(folder) == before


def contents(folder: Folder) -> dict[str, bytes]:
    """Return every file of the data folder but the empty locks."""
    return {one.name: one.read_bytes() for one in folder.path.iterdir() if one.suffix != ".lock"}


def test_an_archive_over_the_limit_is_refused_with_the_way_out(folder: Folder) -> None:
    store(folder, *range(1, 500))

    refused_untouched(folder, backup(folder), r"over the limit.*--up-to-mb", up_to_bytes=50_000)


@pytest.mark.slow
def test_an_archive_that_swells_beyond_all_reason_is_refused(folder: Folder) -> None:
    store(folder, 1)
    forged = Forged(backup(folder))
    forged.named("household.db", bytes(150 * MB))

    refused_untouched(folder, forged.written(), "more than 100 times its size")


@pytest.mark.slow
def test_a_bomb_inside_a_header_is_refused_before_it_is_read(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder, 1)
    bomb = tarfile.TarInfo("x")
    bomb.type, bomb.size = tarfile.XHDTYPE, 190 * MB
    path = tmp_path / "bomb.tar.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(bomb.tobuf())
        for _ in range(190):
            file.write(bytes(MB))

    refused_untouched(folder, path, "an extended header, as no backup has")


@pytest.mark.parametrize(
    "content",
    [b"", b"a letter", gzip.compress(b"a letter" * 99, mtime=0)],
    ids=["nothing", "a letter", "a packed letter"],
)
def test_what_is_no_archive_is_refused(folder: Folder, tmp_path: Path, content: bytes) -> None:
    store(folder, 1)
    path = tmp_path / "letter"
    path.write_bytes(content)

    refused_untouched(folder, path, "is not a whole backup|is empty")


def test_an_archive_cut_off_anywhere_is_refused(folder: Folder, tmp_path: Path) -> None:
    store(folder, 1, 2)
    content = backup(folder).read_bytes()
    for length in range(1, len(content), len(content) // 20):
        path = tmp_path / f"cut-{length}"
        path.write_bytes(content[:length])
        refused_untouched(folder, path, "is not a whole backup|is not what was|is empty")


def test_an_archive_that_is_not_there_is_said_so(folder: Folder, tmp_path: Path) -> None:
    refused_untouched(folder, tmp_path / "nothing.tar.gz", "is not there")


def test_a_backup_of_a_newer_nightroom_is_refused(folder: Folder, tmp_path: Path) -> None:
    store(folder, 1)
    with folder.raw("nights.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    made = tmp_path / "made"
    made.mkdir()
    with closing(sqlite3.connect(folder.path / "nights.db")) as newer:
        newer.execute(f"VACUUM INTO '{made / 'nights.db'}'")
    archive = tmp_path / "newer.tar.gz"
    one = checked(made / "nights.db", schema_of_later(), None)
    pack(archive, made, Manifest(made="2030-01-01T00:00:00Z", files=(one,)), shown)

    with pytest.raises(NewerSchemaError, match="schema 99"):
        restore(folder, archive)
    assert not list(folder.path.glob("*.replaced-*"))


def schema_of_later() -> Schema:
    return replace(schemas()["nights.db"], steps=(*schemas()["nights.db"].steps, *("",) * 95))


def test_an_archive_that_needs_more_room_than_there_is_is_refused(
    folder: Folder, tmp_path: Path
) -> None:
    store(folder, *range(1, 300))
    archive = backup(folder)
    (tmp_path / "out").mkdir()

    with pytest.raises(BackupError, match=r"needs 8\.\d MB, 8\.4 MB are free: make room first"):
        unpack(archive, tmp_path / "out", up_to_bytes=LIMIT, free_bytes=10, show=shown)
