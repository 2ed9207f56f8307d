from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, Household, PageMark
from monitor.store.errors import ForeignFileError
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_writer import NightsWriter
from tests.fakes.stored import EVENING_MS, record, score
from web.household import KeptHousehold
from web.kept import KeptNights


def write(path: Path, room: str = "bedroom", store_id: str = "0" * 16) -> None:
    writer = NightsWriter.open(path, new_id=lambda: store_id)
    one = record()
    writer.store_batch(
        room=room, device="box", stream=one.stream, records=[one], gaps=(), stored_seq=1
    )
    writer.save_night(room, score(), inputs_hash="one", computed_ms=EVENING_MS)
    writer.close()


def test_before_the_monitor_has_made_its_file_the_store_is_empty(tmp_path: Path) -> None:
    store = KeptNights(tmp_path / "nights.db")
    assert store.rooms() == ()
    assert store.minutes("bedroom", 0, 2**53) == ()
    assert store.nights("bedroom", "2026-01-01", "2026-12-31") == ()
    assert store.night("bedroom", "2026-11-22") is None
    assert (store.newest_end_ms("bedroom", 2**60), store.oldest_end_ms("bedroom")) == (None, None)
    assert (store.size_bytes(), store.content_bytes()) == (0, 0)
    store.close()


def test_the_file_is_found_as_soon_as_it_is_there(tmp_path: Path) -> None:
    store = KeptNights(tmp_path / "nights.db")
    assert store.rooms() == ()
    write(tmp_path / "nights.db")
    assert store.rooms() == ("bedroom",)
    assert len(store.minutes("bedroom", 0, 2**53)) == 1
    assert store.newest_end_ms("bedroom", 2**60) == store.oldest_end_ms("bedroom") != None  # noqa: E711 - a chain
    assert store.size_bytes() > store.content_bytes() > 0
    store.close()


def test_a_night_is_read_whole_and_in_outline(tmp_path: Path) -> None:
    write(tmp_path / "nights.db")
    store = KeptNights(tmp_path / "nights.db")
    kept = store.night("bedroom", "2026-11-22")
    assert kept is not None
    assert kept.score == score()
    (outline,) = store.nights("bedroom", "2026-11-01", "2026-11-30")
    assert (outline.score.rating, outline.score.minute_costs) == (81.25, {})
    store.close()


def test_a_restored_file_is_read_instead_of_the_old_one(tmp_path: Path) -> None:
    write(tmp_path / "nights.db")
    store = KeptNights(tmp_path / "nights.db")
    assert store.rooms() == ("bedroom",)
    write(tmp_path / "other.db", room="guest", store_id="1" * 16)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"nights.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "other.db").replace(tmp_path / "nights.db")
    assert store.rooms() == ("guest",)
    store.close()


def test_a_file_that_is_no_database_is_an_error_and_not_an_empty_store(tmp_path: Path) -> None:
    (tmp_path / "nights.db").write_bytes(b"not a database " * 100)
    with pytest.raises(ForeignFileError):
        KeptNights(tmp_path / "nights.db").rooms()


def a_mark(mark_id: str = "one", at_ms: int = EVENING_MS) -> PageMark:
    return PageMark(mark_id=mark_id, at_ms=at_ms, kind=MarkKind.AWAKE)


@contextmanager
def household(folder: Path) -> Iterator[tuple[KeptHousehold, HouseholdWriter]]:
    writer = HouseholdWriter.open(folder / "household.db")
    kept = KeptHousehold(folder / "household.db", writer)
    yield kept, writer
    kept.close()
    writer.close()


def test_a_household_that_chose_nothing_has_the_defaults(tmp_path: Path) -> None:
    with household(tmp_path) as (kept, _):
        assert kept.in_force("bedroom", EVENING_MS) == Household()
        assert kept.correction("bedroom", "2026-11-22") is None


def test_a_choice_is_in_force_from_its_time_on(tmp_path: Path) -> None:
    with household(tmp_path) as (kept, writer):
        writer.set_value("zone", "Etc/GMT-13", valid_from_ms=EVENING_MS)
        assert kept.in_force("bedroom", EVENING_MS).zone == "Etc/GMT-13"
        assert kept.in_force("bedroom", EVENING_MS - 1).zone == "UTC"


def test_what_a_page_says_is_kept_and_changes_the_version(tmp_path: Path) -> None:
    with household(tmp_path) as (kept, _):
        before = kept.version()
        kept.correct("bedroom", "2026-11-22", Correction(lights_out_ms=1), made_ms=2)
        assert kept.correction("bedroom", "2026-11-22") == Correction(lights_out_ms=1)
        assert kept.version() != before


def test_a_mark_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    with household(tmp_path) as (kept, _):
        assert kept.mark("bedroom", a_mark(), made_ms=2)
        assert not kept.mark("bedroom", a_mark(at_ms=EVENING_MS + 5), made_ms=3)
        assert kept.marks("bedroom", 0, 2**53) == (a_mark(),)
