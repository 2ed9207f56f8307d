"""household.db removed or replaced under its writer: what is answered for is there afterwards."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.contract.record import MarkKind
from monitor.night.household import Correction, PageMark
from monitor.store import own_file
from monitor.store.access_rows import TokenKind
from monitor.store.errors import CorruptFileError, GoneFileError, StoreUnavailableError
from monitor.store.household_writer import HouseholdWriter
from monitor.store.own_file import file_under
from tests.fakes.folder import Folder, data_folder

MARK = PageMark(mark_id="one", at_ms=100, kind=MarkKind.AWAKE)
WRITES: dict[str, Callable[[HouseholdWriter], object]] = {
    "a mark": lambda it: it.mark("bedroom", MARK, made_ms=1),
    "a mark taken back": lambda it: it.unmark("one", made_ms=1),
    "a setting": lambda it: it.set_value("lamp", "candle", valid_from_ms=1),
    "a correction": lambda it: it.correct(
        "bedroom", "2026-11-22", Correction(lights_out_ms=1), made_ms=1
    ),
    "words": lambda it: it.diary().write("bedroom", "2026-11-22", note="wind", made_ms=1),
    "a deletion": lambda it: it.diary().delete("bedroom", 1, 2, made_ms=1),
    "a request": lambda it: it.request("alert_test", made_ms=1),
    "a token": lambda it: it.access().add_token(b"1", kind=TokenKind.API, name="x", now_ms=1),
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def put_another(path: Path) -> None:
    """Put a household of its own in the place of one, as by hand."""
    other = path.with_name("other.db")
    with closing(HouseholdWriter.open(other)) as writer:
        writer.set_value("lamp", "candle", valid_from_ms=1)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    other.replace(path)


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("how", [Path.unlink, put_another], ids=["removed", "replaced"])
def test_what_is_written_into_a_file_that_is_gone_is_refused(
    folder: Folder, what: str, how: Callable[[Path], None]
) -> None:
    writer = folder.household_writer()
    how(folder.path / "household.db")

    with pytest.raises(GoneFileError, match=r"household.db was re.* at work: what"):
        WRITES[what](writer)
    with pytest.raises(GoneFileError):
        writer.require_in_place()


@pytest.mark.parametrize("and_all_beside_it", [False, True])
def test_what_is_refused_is_kept_after_the_next_start(
    folder: Folder, *, and_all_beside_it: bool
) -> None:
    writer = folder.household_writer()
    for one in folder.path.glob("household.db*" if and_all_beside_it else "household.db"):
        one.unlink()
    with pytest.raises(GoneFileError):
        writer.mark("bedroom", MARK, made_ms=1)

    writer.close()
    with closing(folder.household_writer()) as anew:
        assert anew.mark("bedroom", MARK, made_ms=1)
        anew.require_in_place()

    assert folder.household_reader().marks("bedroom", 0, 200) == (MARK,)


def test_the_file_under_the_name_keeps_its_log_when_the_one_before_is_closed(
    folder: Folder,
) -> None:
    before = folder.household_writer()
    before.set_value("zone", "Etc/GMT-13", valid_from_ms=1)
    for one in folder.path.glob("household.db*"):
        one.unlink()
    anew = folder.household_writer()
    anew.mark("bedroom", MARK, made_ms=1)

    before.close()

    assert (folder.path / "household.db-wal").stat().st_size
    assert folder.household_reader().marks("bedroom", 0, 200) == (MARK,)


def test_a_folder_that_cannot_be_read_refuses_the_write_and_ends_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = folder.household_writer()

    def fail(_path: Path) -> os.stat_result:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(StoreUnavailableError, match="Input/output error") as refused:
        writer.mark("bedroom", MARK, made_ms=1)
    assert not isinstance(refused.value, GoneFileError)
    writer.require_in_place()


def test_a_write_costs_one_look_at_its_name(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = folder.household_writer()
    looks: list[Path] = []

    def look(path: Path) -> tuple[int, int] | None:
        looks.append(path)
        return file_under(path)

    monkeypatch.setattr(own_file, "file_under", look)
    writer.mark("bedroom", MARK, made_ms=1)

    assert looks == [folder.path / "household.db"]


def test_a_reader_goes_on_with_what_was_there_until_there_is_another_file(folder: Folder) -> None:
    writer, reader = folder.household_writer(), folder.household_reader()
    writer.set_value("zone", "Etc/GMT-13", valid_from_ms=1)
    version = reader.data_version()
    assert reader.household("bedroom", 1).zone == "Etc/GMT-13"

    for one in folder.path.glob("household.db*"):
        one.unlink()
    assert reader.household("bedroom", 1).zone == "Etc/GMT-13"
    assert reader.data_version() == version
    (folder.path / "household.db").touch()  # as its writer begins one
    assert reader.household("bedroom", 1).zone == "Etc/GMT-13"

    folder.household_writer().set_value("lamp", "candle", valid_from_ms=1)
    assert reader.household("bedroom", 1).zone == "UTC"
    assert reader.household("bedroom", 1).lamp == "candle"
    assert reader.data_version() != version


def test_a_reader_shows_no_file_with_the_log_of_the_one_before(folder: Folder) -> None:
    with closing(HouseholdWriter.open(folder.path / "other.db")) as other:
        other.set_value("zone", "Etc/GMT-8", valid_from_ms=1)
    writer, reader = folder.household_writer(), folder.household_reader()
    assert folder.raw("household.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    writer.mark("bedroom", MARK, made_ms=1)
    assert reader.marks("bedroom", 0, 200) == (MARK,)

    (folder.path / "other.db").replace(folder.path / "household.db")

    with pytest.raises(CorruptFileError, match="does not fit its seal: restart nightroom-web"):
        reader.household("bedroom", 9)
