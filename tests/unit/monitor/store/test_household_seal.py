"""The seal of household.db: renewed by the rows that change, and never made to fit damage."""

import hashlib
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, PageMark
from monitor.store.errors import CorruptFileError
from monitor.store.household_seal import require_fitting
from monitor.store.household_writer import HouseholdWriter
from monitor.store.set_aside import bad_files
from tests.fakes.folder import data_folder

DAY_MS = 86_400_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "household.db"


@pytest.fixture
def writer(path: Path) -> Iterator[HouseholdWriter]:
    with closing(HouseholdWriter.open(path)) as made:
        yield made


def mark(at_ms: int = 5) -> PageMark:
    return PageMark(mark_id=str(uuid.uuid4()), at_ms=at_ms, kind=MarkKind.AWAKE)


def require_sealed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        require_fitting(raw, path)


def test_after_every_kind_of_change_the_seal_is_that_of_all_rows(
    path: Path, writer: HouseholdWriter
) -> None:
    diary, first = writer.diary(), mark()
    changes = (
        lambda: writer.set_values({"lamp": "candle", "zone": "Europe/Berlin"}, valid_from_ms=1),
        lambda: writer.correct("bedroom", "2026-11-22", Correction(get_up_ms=9), made_ms=2),
        lambda: writer.mark("bedroom", first, made_ms=3),
        lambda: writer.mark("bedroom", first, made_ms=4),
        lambda: writer.unmark(first.mark_id, made_ms=5),
        lambda: diary.write("bedroom", "2026-11-22", tags=["fan", "guest"], made_ms=6),
        lambda: diary.write("bedroom", "2026-11-22", tags=["guest"], made_ms=7),
        lambda: diary.write("bedroom", "2026-11-22", note="one", made_ms=8),
        lambda: diary.write("bedroom", "2026-11-22", note="two", made_ms=9),
        lambda: diary.write("bedroom", "2026-11-22", words={first.mark_id: "words"}, made_ms=9),
        lambda: diary.delete("bedroom", 0, 9, made_ms=10, night="2026-11-22"),
        lambda: diary.write("bedroom", "2026-11-22", note="anew", made_ms=11),
        lambda: diary.undo_deletion(1, undone_ms=12),
        lambda: diary.delete("", 0, 9, made_ms=13),
        lambda: diary.forget(13 + 8 * DAY_MS),
    )
    with data_folder(path.parent) as folder:
        for change in changes:
            if change is changes[-1]:
                folder.purge()
            change()
            require_sealed(path)


def test_a_change_that_fails_leaves_the_seal_as_it_was(path: Path, writer: HouseholdWriter) -> None:
    writer.mark("bedroom", mark(), made_ms=3)
    with suppress(RuntimeError), writer._seal.changing() as connection:
        connection.execute("DELETE FROM marks")
        raise RuntimeError
    writer.mark("bedroom", mark(), made_ms=4)
    require_sealed(path)


def test_what_a_change_costs_does_not_grow_with_what_is_kept(writer: HouseholdWriter) -> None:
    steps: list[int] = []
    for few in range(2):
        counted = [0]
        writer.mark("bedroom", mark(), made_ms=3)
        writer._connection.set_progress_handler(lambda of=counted: of.__setitem__(0, of[0] + 1), 10)
        writer.mark("bedroom", mark(), made_ms=3)
        writer._connection.set_progress_handler(None, 0)
        steps.append(counted[0])
        with writer._seal.changing() as connection:
            connection.executemany(
                "INSERT INTO marks (mark_id, made_ms, room, at_ms, kind, note)"
                " VALUES (?, 1, 'bedroom', 1, 'awake', '')",
                [(f"{few} {number}",) for number in range(2_000)],
            )
    assert steps[1] < 2 * steps[0]


def test_damage_that_no_check_has_met_is_not_made_to_fit_by_later_changes(
    path: Path, writer: HouseholdWriter
) -> None:
    writer.set_value("lamp", "candle", valid_from_ms=1)
    seen = writer._seal._seen_version
    writer._connection.execute("UPDATE settings SET value = '\"bundle\"'")
    writer._seal._seen_version = seen  # as on a card, where nobody says that a byte has changed
    writer.set_value("zone", "Europe/Berlin", valid_from_ms=2)
    writer._connection.execute("DELETE FROM settings WHERE key = 'zone'")
    writer._seal._seen_version = seen
    writer.mark("bedroom", mark(), made_ms=3)
    with pytest.raises(CorruptFileError):
        require_sealed(path)


@pytest.mark.parametrize("digest", ["NULL", "'x'", "9999999999999", "CAST(x'f0' AS TEXT)"])
def test_a_seal_that_is_no_seal_any_more_fits_nothing(
    path: Path, writer: HouseholdWriter, digest: str
) -> None:
    """As of a page that has become zeros."""
    writer.set_value("lamp", "candle", valid_from_ms=1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(
            "UPDATE sqlite_master SET sql = 'CREATE TABLE seal (one INTEGER PRIMARY KEY, digest)'"
            " WHERE name = 'seal'"
        )
        raw.commit()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"UPDATE seal SET digest = {digest}")  # noqa: S608 - ours
        raw.commit()

    with pytest.raises(CorruptFileError):
        require_sealed(path)


def test_damage_that_the_hourly_check_meets_ends_all_changes(writer: HouseholdWriter) -> None:
    writer.set_value("lamp", "candle", valid_from_ms=1)
    writer.check()
    writer._connection.execute("UPDATE settings SET value = '\"bundle\"'")
    with pytest.raises(CorruptFileError, match="does not fit its seal"):
        writer.check()
    writer._connection.execute("UPDATE settings SET value = '\"candle\"'")
    with pytest.raises(CorruptFileError, match="restart nightroom-web"):
        writer.mark("bedroom", mark(), made_ms=3)


def test_a_file_with_a_seal_of_the_first_kind_is_held_against_it_and_sealed_anew(
    path: Path,
) -> None:
    HouseholdWriter.open(path).close()
    seal_as_first(path, "candle")
    with closing(HouseholdWriter.open(path)) as writer:
        writer.mark("bedroom", mark(), made_ms=3)
    require_sealed(path)
    assert bad_files(path) == ()

    seal_as_first(path, "bundle", of="candle")
    HouseholdWriter.open(path).close()
    assert len(bad_files(path)) == 1


def seal_as_first(path: Path, value: str, of: str | None = None) -> None:
    """Write a setting and seal the file as versions before did, for another value if given."""
    line = "1,1,'bedroom','lamp','\"{}\"'\n"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM marks")
        raw.execute("DELETE FROM settings")
        raw.execute("INSERT INTO settings VALUES (1, 1, 'bedroom', 'lamp', ?)", (f'"{value}"',))
        digest = hashlib.sha256(b"settings" + line.format(of or value).encode())
        for table in ("corrections", "marks", "deletions", "night_tags", "night_notes"):
            digest.update(table.encode())
        raw.execute("INSERT OR REPLACE INTO seal VALUES (1, ?)", (digest.digest(),))
        raw.commit()
