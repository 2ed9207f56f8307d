"""Of a night that was deleted for good no byte is left in the file, its judgement included."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from monitor.deleting import Deleter
from monitor.store.deletion import Deletion
from monitor.store.undo_time import Moment
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record, score

HEADLINE = "a night of sobbing"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_the_judgement_of_a_night_goes_with_its_minutes_bytes_and_all(folder: Folder) -> None:
    night = score()
    deletion = Deletion(
        made_ms=1, room="bedroom", start_ms=EVENING_MS, end_ms=EVENING_MS + 99 * MINUTE_MS
    )
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 61)], gaps=(), stored_seq=60,
        )  # fmt: skip
        told = msgspec.structs.replace(night, headline=HEADLINE)
        writer.save_night("bedroom", told, inputs_hash="0" * 32, computed_ms=5)
    assert HEADLINE.encode() in (folder.path / "nights.db").read_bytes()

    with closing(folder.nights_writer()) as writer:
        deleted = writer.deleted()
        deleted.take_over((deletion,))
        while deleted.hide(deletion):
            pass
        writer.drop_night("bedroom", night.window.night)
        while deleted.purge(deletion):
            pass
        deleted.purged(deletion, now_ms=2)

    assert HEADLINE.encode() not in (folder.path / "nights.db").read_bytes()
    assert not (folder.path / "nights.db-wal").exists()


def test_while_all_goes_on_no_byte_of_what_was_purged_is_left_in_the_log(folder: Folder) -> None:
    boot = bytes.fromhex(record(1).boot)
    with closing(folder.nights_writer()) as writer, closing(folder.household_reader()) as household:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 61)], gaps=(), stored_seq=60,
        )  # fmt: skip
        diary = folder.household_writer().diary()
        diary.write("bedroom", "2026-11-22", note=HEADLINE, made_ms=1)
        diary.delete("", 0, EVENING_MS + 99 * MINUTE_MS, made_ms=EVENING_MS)
        assert boot in everything_of(folder, "nights.db")
        deleter = Deleter(writer, household, lambda: None)
        for day in (0, 8, 9):
            now_ms = EVENING_MS + day * 86_400_000
            moment = Moment(now_ms=now_ms, boot="", boot_s=now_ms / 1000, is_sure=True)
            while deleter.step(moment):
                pass
            diary.forget(now_ms)

        assert boot not in everything_of(folder, "nights.db")
        assert HEADLINE.encode() not in everything_of(folder, "household.db")


def test_what_somebody_reads_is_written_out_of_the_log_a_minute_later(folder: Folder) -> None:
    with closing(folder.nights_writer()) as writer, closing(folder.household_reader()) as household:
        writer.deleted().take_over((Deletion(made_ms=1, room="", start_ms=0, end_ms=9),))
        for one in writer.deleted().known():
            writer.deleted().purged(one, now_ms=2)
        raw = folder.raw("nights.db")
        raw.execute("BEGIN")
        raw.execute("SELECT * FROM meta").fetchall()
        writer.day_scored("bedroom", 0)
        deleter, log = Deleter(writer, household, lambda: None), folder.path / "nights.db-wal"
        sizes = []
        for boot_s in (100.0, 200.0):
            while deleter.step(Moment(now_ms=5, boot="", boot_s=boot_s, is_sure=True)):
                pass
            sizes.append(log.stat().st_size > 0)
            raw.rollback()

        assert sizes == [True, False]


def everything_of(folder: Folder, name: str) -> bytes:
    return b"".join((folder.path / f"{name}{suffix}").read_bytes() for suffix in ("", "-wal"))
