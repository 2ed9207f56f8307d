"""F7: household.db cut, spoiled, emptied or replaced by something else, in process."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, PageMark
from monitor.runtime.clock import RealClock
from monitor.store.access_rows import Account, TokenKind
from monitor.store.condition import store_findings
from monitor.store.errors import CorruptFileError
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter
from monitor.store.set_aside import bad_files, salvage_words
from tests.contract.test_corruption import (
    FILES,
    KINDS,
    STARTS_WITHIN_S,
    spoil_text,
    texts_of,
)
from tests.fakes.stored import EVENING_MS, MINUTE_MS

CHANGES = 60
LAMPS = ("candle", "led_2700")


def told(path: Path) -> list[Any]:
    """Return all that people have chosen and said, as every reader has it."""
    with closing(HouseholdReader(path)) as reader:
        return [
            [reader.household("bedroom", at_ms) for at_ms in range(CHANGES + 1)],
            [reader.correction("bedroom", f"2026-11-{day:02}") for day in range(1, 31)],
            reader.marks("bedroom", 0, 2**60),
            reader.deletions(),
        ]


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house of two months; the copy of the day before is as new as the file."""
    path = tmp_path_factory.mktemp("genuine") / "household.db"
    with closing(HouseholdWriter.open(path)) as writer:
        for change in range(1, CHANGES + 1):
            writer.set_values(
                {"lamp": LAMPS[change % 2], "temperature_offset_k": change / 10},
                valid_from_ms=change,
            )
        for day in range(1, 31):
            said = Correction(lights_out_ms=EVENING_MS + day)
            writer.correct("bedroom", f"2026-11-{day:02}", said, made_ms=day)
            at_ms = EVENING_MS + day * MINUTE_MS
            mark = PageMark(mark_id=f"mark {day}", at_ms=at_ms, kind=MarkKind.AWAKE)
            writer.mark("bedroom", mark, made_ms=at_ms)
        writer.diary().delete("bedroom", 5, 9, made_ms=10)
        writer.keep_copy()
    return path


@pytest.mark.parametrize("files", FILES)
def test_a_damaged_household_starts_keeps_the_bad_file_and_serves_no_wrong_value(
    files: int, genuine: Path, tmp_path: Path
) -> None:
    content, right, clock = genuine.read_bytes(), told(genuine), RealClock()
    rng = random.Random(files)
    set_aside = 0
    for number in range(files):
        folder = tmp_path / str(number)
        shutil.copytree(genuine.parent, folder)
        path = folder / genuine.name
        spoiled = rng.choice(KINDS)(rng, content)
        path.write_bytes(spoiled)
        since_s = clock.monotonic_s()
        HouseholdWriter.open(path).close()
        assert clock.monotonic_s() - since_s <= STARTS_WITHIN_S
        bad = bad_files(path)
        set_aside += len(bad)
        assert [one.read_bytes() for one in bad] in ([], [spoiled])
        assert told(path) == right
        shutil.rmtree(folder)
    assert set_aside > files / 2


def test_a_changed_byte_inside_a_value_is_found_and_the_copy_used(
    genuine: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    shutil.copytree(genuine.parent, folder)
    path = folder / genuine.name
    content = path.read_bytes()
    said = b'"lights_out_ms":1795388400030'
    assert content.count(said) == 1
    path.write_bytes(content.replace(said, said[:-1] + b"9"))

    HouseholdWriter.open(path).close()

    (bad,) = bad_files(path)
    assert "what was chosen or written since then is missing" in salvage_words(bad)
    assert told(path) == told(genuine)


def test_an_index_that_lost_its_order_hides_nothing_and_is_built_anew(
    genuine: Path, tmp_path: Path
) -> None:
    path = tmp_path / "household.db"
    shutil.copy(genuine, path)
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as raw:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'marks_in_time'"
        (root,) = raw.execute(sql).fetchone()
        (page_bytes,) = raw.execute("PRAGMA page_size").fetchone()
    page = content[(root - 1) * page_bytes : root * page_bytes]
    at = (root - 1) * page_bytes + page.rindex(b"bedroom")
    content[at] ^= 0x80
    path.write_bytes(content)
    assert told(path) != told(genuine)

    HouseholdWriter.open(path).close()

    assert told(path) == told(genuine)
    assert bad_files(path) == ()


def test_a_value_that_changed_at_work_is_told_and_no_later_choice_seals_it(tmp_path: Path) -> None:
    path = tmp_path / "household.db"
    with closing(HouseholdWriter.open(path)) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)
        assert [one.ok for one in store_findings(tmp_path) if one.what == path.name] == [True]
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE settings SET value = replace(value, 'candle', 'bundle')")
            raw.commit()

        (found,) = (one for one in store_findings(tmp_path) if one.what == path.name)
        assert not found.ok
        assert found.fix == "restart nightroom-web, which brings back the copy of the day before"
        with pytest.raises(CorruptFileError, match="does not fit its seal"):
            writer.set_value("lamp", "led_2700", valid_from_ms=2)

    HouseholdWriter.open(path).close()
    assert len(bad_files(path)) == 1


def test_a_copy_whose_seal_does_not_fit_is_not_used(genuine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "house"
    shutil.copytree(genuine.parent, folder)
    path = folder / genuine.name
    copy = path.with_name("household.db.copy")
    copy.write_bytes(copy.read_bytes().replace(b"mark 30", b"mark 39"))
    path.write_bytes(b"not a database at all" * 50)

    HouseholdWriter.open(path).close()

    (bad,) = bad_files(path)
    assert "all settings are the defaults" in salvage_words(bad)


def test_over_any_text_that_is_none_any_more_the_copy_is_used(
    genuine: Path, tmp_path: Path
) -> None:
    """Who may come in and what was asked for have no seal that would tell."""
    with closing(HouseholdWriter.open(genuine)) as writer:
        writer.access().set_account(Account(password="a", device_key=b"k" * 32, changed_ms=1))  # noqa: S106 - opens nothing
        writer.access().add_token(b"d" * 32, kind=TokenKind.API, name="kitchen", now_ms=1)
        writer.request("send_test", made_ms=1)
        writer.keep_copy()
    right = told(genuine)
    for number, text in enumerate(texts := texts_of(genuine)):
        folder = tmp_path / str(number)
        shutil.copytree(genuine.parent, folder)
        path = folder / genuine.name
        spoil_text(path, *text)

        with closing(HouseholdWriter.open(path)) as writer:
            assert [one.name for one in writer.access().tokens()] == ["kitchen"], text
        assert len(bad_files(path)) == 1, text
        assert told(path) == right
        shutil.rmtree(folder)
    assert {table for table, _, _ in texts} >= {"account", "tokens", "requests", "settings"}
