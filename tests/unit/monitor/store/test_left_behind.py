"""What a replaced nights.db alone holds: found in runs, kept beside it, counted again."""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, Record
from monitor.store import left_behind as module
from monitor.store.archive import Show
from monitor.store.database import open_reader, open_writer
from monitor.store.deletion import Deletion
from monitor.store.errors import ForeignFileError, NewerSchemaError, StoreMissingError
from monitor.store.household_db import household_schema
from monitor.store.kept_aside import open_kept
from monitor.store.left_behind import (
    Lacking,
    LeftBehind,
    Run,
    left_behind,
    runs_lacking,
    still_lacking,
)
from monitor.store.left_file import keep_left, listed_files, read_left
from monitor.store.nights_db import nights_schema
from monitor.store.nights_writer import NightsWriter
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, OTHER_STREAM, STREAM, minute, record


def shown(_share: float, _words: str) -> None:
    pass


def end_ms(seq: int) -> int:
    return EVENING_MS + MINUTE_MS * seq


def run(first: int, last: int, minutes: int | None = None) -> Run:
    count = last - first + 1 if minutes is None else minutes
    return Run(first_end_ms=end_ms(first), last_end_ms=end_ms(last), minutes=count)


def opened(path: Path) -> NightsWriter:
    return NightsWriter.open(path, new_id=lambda: "5" * 16)


def store(
    path: Path,
    ends: Sequence[int],
    *,
    room: str = "bedroom",
    stream: str = STREAM,
    deletions: Sequence[Deletion] = (),
) -> Path:
    """Store minutes, numbered by their place, their ends counted from the evening."""
    with closing(opened(path)) as writer:
        writer.honoured.renew(deletions, lambda one: one.is_final(EVENING_MS))
        records = [
            record(seq, stream=stream, minute=minute(end_ms(end)))
            for seq, end in enumerate(ends, start=1)
        ]
        writer.store_batch(
            room=room, device=DEVICE, stream=stream, records=records, gaps=(),
            stored_seq=len(records),
        )  # fmt: skip
    return path


def found(path: Path, kept: Path, show: Show = shown) -> dict[str, tuple[Run, ...]]:
    return left_behind(path, kept, show=show).rooms


def counted(
    path: Path,
    kept: Path,
    left: LeftBehind,
    deletions: Sequence[Deletion] = (),
    at_most: int = sys.maxsize,
) -> Lacking:
    with closing(open_reader(path, nights_schema())) as connection:
        return still_lacking(
            connection,
            kept,
            left,
            is_deleted=lambda room, end: any(one.covers(room, end) for one in deletions),
            at_most=at_most,
        )


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    """Return where the store in use and the one kept aside go."""
    return tmp_path / "nights.db", tmp_path / "nights.db.replaced-1"


@pytest.mark.parametrize(
    ("held", "there", "runs"),
    [
        ((), (), []),
        ((), (1, 2), []),
        ((1, 2, 3), (), [(1, 3, 3)]),
        ((1, 2, 3), (1, 2, 3), []),
        ((1, 2, 3, 4), (2,), [(1, 1, 1), (3, 4, 2)]),
        ((1, 2, 6, 7), (4,), [(1, 2, 2), (6, 7, 2)]),
        ((1, 2, 6, 7), (9,), [(1, 7, 4)]),
        ((1, 1, 2, 2), (), [(1, 2, 2)]),
        ((5,), (1, 2, 5, 5, 6), []),
        ((5, 5, 6), (1, 5), [(6, 6, 1)]),
    ],
)
def test_runs_end_where_the_other_has_a_minute(
    held: tuple[int, ...], there: tuple[int, ...], runs: list[tuple[int, int, int]]
) -> None:
    lacking = runs_lacking(held, there)

    assert [(one.first_end_ms, one.last_end_ms, one.minutes) for one in lacking] == runs


def test_what_one_alone_holds_is_found_room_by_room(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    store(kept, range(1, 11))
    store(kept, range(1, 4), room="attic", stream=OTHER_STREAM)
    store(path, [1, 2, 5, 20])
    words: list[str] = []

    left = left_behind(path, kept, show=lambda _, told: words.append(told))

    assert left.rooms == {"attic": (run(1, 3),), "bedroom": (run(3, 4), run(6, 10))}
    assert (left.minutes, left.last_end_ms) == (10, end_ms(10))
    assert words == ["comparing attic", "comparing bedroom"]
    for suffix in ("-wal", "-shm"):
        assert not kept.with_name(kept.name + suffix).exists()


def test_a_minute_that_came_again_in_another_stream_is_there(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    store(kept, [1, 2, 3])
    store(path, [2, 3], stream=OTHER_STREAM)

    assert found(path, kept) == {"bedroom": (run(1, 1),)}


def test_a_minute_of_another_room_is_another_minute(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    store(kept, [1, 2])
    store(path, [1, 2], room="attic", stream=OTHER_STREAM)

    assert found(path, kept) == {"bedroom": (run(1, 2),)}


def test_a_hidden_minute_is_missing_as_soon_as_no_deletion_holds_it(
    paths: tuple[Path, Path],
) -> None:
    path, kept = paths
    deletion = Deletion(made_ms=EVENING_MS, room="", start_ms=end_ms(1), end_ms=end_ms(3))
    store(kept, range(1, 5))
    store(path, range(1, 4), deletions=[deletion])

    left = left_behind(path, kept, show=shown)

    assert left.rooms == {"bedroom": (run(2, 4),)}
    assert counted(path, kept, left, [deletion]) == lacking(1, 4, 4, looked_at=3)
    assert counted(path, kept, left) == lacking(3, 2, 4, looked_at=3)


def test_what_is_hidden_in_the_one_kept_aside_is_held_by_it_unless_both_have_it(
    paths: tuple[Path, Path],
) -> None:
    path, kept = paths
    deletion = Deletion(made_ms=EVENING_MS, room="", start_ms=end_ms(1), end_ms=end_ms(5))
    store(kept, range(1, 7), deletions=[deletion])
    store(path, range(1, 4), deletions=[deletion])
    words: list[float] = []

    left = left_behind(path, kept, show=lambda share, _: words.append(share))

    assert left.rooms == {"bedroom": (run(4, 6),)}
    assert words == [1.0]
    assert counted(path, kept, left, [deletion]) == lacking(1, 6, 6, looked_at=3)
    assert counted(path, kept, left) == lacking(3, 4, 6, looked_at=3)


def test_what_was_hidden_at_a_false_hour_is_there_once_it_is_at_its_own(
    paths: tuple[Path, Path],
) -> None:
    path, kept = paths
    deletion = Deletion(made_ms=EVENING_MS, room="", start_ms=0, end_ms=end_ms(9))
    without, with_date = (
        record(1, clock=clock, revision=revision, minute=minute(end_ms(end)))
        for clock, revision, end in ((ClockState.UNSYNCED, 0, 1), (ClockState.CORRECTED, 1, 90))
    )
    with closing(opened(kept)) as writer:
        give(writer, without)
        writer.deleted().take_over((deletion,))
        while writer.deleted().hide(deletion):
            pass
        give(writer, with_date)
    store(path, [], stream=OTHER_STREAM)

    left = left_behind(path, kept, show=shown)
    assert left.rooms == {"bedroom": (run(1, 1),)}

    with closing(opened(path)) as writer:
        give(writer, with_date)
    assert counted(path, kept, left).minutes == 0


def give(writer: NightsWriter, one: Record) -> None:
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=STREAM, records=[one], gaps=(), stored_seq=one.seq
    )


def test_equal_and_empty_stores_leave_nothing_behind(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    opened(kept).close()
    store(path, [1, 2])

    assert found(path, kept) == {}
    assert found(kept, kept) == {}
    assert found(kept, path) == {"bedroom": (run(1, 2),)}


def test_a_minute_whose_time_was_corrected_since_is_not_missing(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    for file, revision, end in ((kept, 0, 1), (path, 1, 90)):
        uncertain = ClockState.CORRECTED if revision else ClockState.UNSYNCED
        moved = record(1, minute=minute(end_ms(end)), revision=revision, clock=uncertain)
        with closing(opened(file)) as writer:
            writer.store_batch(
                room="bedroom", device=DEVICE, stream=STREAM,
                records=[moved, record(2)], gaps=(), stored_seq=2,
            )  # fmt: skip
    store(kept, [], stream=OTHER_STREAM)

    assert found(path, kept) == {}
    assert found(kept, path) == {"bedroom": (run(90, 90),)}


@pytest.mark.parametrize("version", range(1, nights_schema().version + 1))
def test_stores_of_older_schemas_are_compared(paths: tuple[Path, Path], version: int) -> None:
    path, kept = paths
    older = replace(nights_schema(), steps=nights_schema().steps[:version])
    for file in (path, kept):
        open_writer(file, older).close()
    with closing(sqlite3.connect(kept)) as raw:
        raw.execute("INSERT INTO rooms VALUES (7, 'bedroom')")
        raw.execute("INSERT INTO streams VALUES (3, ?, ?, 7, 1, 1, 0)", (STREAM, DEVICE))
        raw.execute(
            "INSERT INTO minutes (room_id, end_ms, stream_id, seq, revision, crc)"
            " VALUES (7, ?, 3, 1, 0, 0)",
            (end_ms(1),),
        )
        raw.commit()

    assert found(path, kept) == {"bedroom": (run(1, 1),)}


def test_of_very_many_runs_the_last_are_joined(
    paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, kept = paths
    monkeypatch.setattr(module, "MOST_RUNS", 3)
    store(kept, range(1, 11))
    store(path, range(2, 11, 2))

    assert found(path, kept) == {"bedroom": (run(1, 1), run(3, 3), run(5, 9, minutes=3))}


def test_what_is_still_missing_is_counted_again_inside_the_runs(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    store(kept, range(1, 11))
    store(path, [1, 2])
    left = left_behind(path, kept, show=shown)

    assert counted(path, kept, left) == lacking(8, 3, 10, looked_at=8)

    store(path, [1, 2, 3, 4, 5, 6])
    assert counted(path, kept, left) == lacking(4, 7, 10, looked_at=8)

    store(path, [9], stream=OTHER_STREAM)
    deleted = Deletion(made_ms=1, room="bedroom", start_ms=end_ms(9), end_ms=end_ms(10))
    undone = Deletion(made_ms=2, room="", start_ms=0, end_ms=end_ms(99), undone_ms=3)
    assert counted(path, kept, left, [deleted, undone]) == lacking(2, 7, 8, looked_at=8)

    store(path, range(1, 11))
    assert counted(path, kept, left).minutes == 0


def lacking(minutes: int, first: int, last: int, *, looked_at: int, is_all: bool = True) -> Lacking:
    return Lacking(minutes, end_ms(first), end_ms(last), looked_at, is_all)


def test_counting_again_stops_where_it_is_told_to(paths: tuple[Path, Path]) -> None:
    path, kept = paths
    store(kept, range(1, 11))
    store(path, [1, 5])
    left = left_behind(path, kept, show=shown)

    assert counted(path, kept, left, at_most=5) == lacking(5, 2, 7, looked_at=5, is_all=False)
    assert counted(path, kept, left, at_most=8).is_all


def test_a_list_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    kept = tmp_path / "nights.db.replaced-1"
    kept.touch()
    left = LeftBehind(rooms={"bedroom": (run(1, 3), run(7, 7)), "attic": (run(2, 2),)})

    keep_left(kept, left)

    beside = tmp_path / "nights.db.replaced-1.left"
    assert read_left(kept) == left
    assert beside.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [kept, beside]

    keep_left(kept, LeftBehind())
    assert not beside.exists(), "of an earlier file of this name"


@pytest.mark.parametrize(
    "spoiled", [b"", b"{", b'{"rooms":{"bedroom":[{"minutes":"3"}]}}', b"\xff"]
)
def test_a_list_that_cannot_be_read_says_so(tmp_path: Path, spoiled: bytes) -> None:
    (tmp_path / "nights.db.replaced-1.left").write_bytes(spoiled)

    left = read_left(tmp_path / "nights.db.replaced-1")

    assert left.unlisted.startswith("nights.db.replaced-1.left cannot be read: ")


def test_only_lists_of_files_that_are_there_and_replaced_count(tmp_path: Path) -> None:
    path = tmp_path / "nights.db"
    for number in ("10", "9", "3", "2", "x"):
        keep_left(tmp_path / f"nights.db.replaced-{number}", LeftBehind(unlisted="why"))
    for name in (
        "nights.db",
        "nights.db.replaced-10",
        "nights.db.replaced-9",
        "nights.db.replaced-x",
    ):
        (tmp_path / name).touch()
    # As a restore leaves it that was killed before the new store came.
    (tmp_path / "nights.db.replaced-3").hardlink_to(path)

    assert [one.name for one in listed_files(path)] == [
        "nights.db.replaced-9", "nights.db.replaced-10"
    ]  # fmt: skip


def test_a_file_kept_aside_must_be_a_nights_db_of_ours(tmp_path: Path) -> None:
    letter, empty, newer = tmp_path / "letter", tmp_path / "empty", tmp_path / "newer"
    letter.write_bytes(b"Dear Sir or Madam " * 99)
    empty.touch()
    open_writer(tmp_path / "household.db", household_schema()).close()
    open_writer(newer, nights_schema()).close()
    with closing(sqlite3.connect(newer)) as raw:
        raw.execute("PRAGMA user_version = 77")

    for path in (letter, empty, tmp_path / "household.db"):
        with pytest.raises(ForeignFileError, match=f"{path} is no nights.db: give one that was"):
            open_kept(path)
    with pytest.raises(NewerSchemaError, match="has schema 77, this program knows up to"):
        open_kept(newer)
    for path, words in ((tmp_path / "none", "is not there"), (tmp_path, "is no file")):
        with pytest.raises(StoreMissingError, match=f"{path} {words}"):
            open_kept(path)


def test_what_is_only_in_the_log_of_a_file_kept_aside_is_read(tmp_path: Path) -> None:
    kept = tmp_path / "nights.db.bad-1"
    writer = opened(kept)
    store_and_stay = [record(1)]
    writer.store_batch(
        room="bedroom", device=DEVICE, stream=STREAM, records=store_and_stay, gaps=(), stored_seq=1
    )
    with closing(writer), closing(open_kept(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM minutes").fetchone() == (1,)
