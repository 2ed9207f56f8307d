from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.contract.record import Mark, MarkKind
from monitor.night.window import Window
from monitor.score.series import Heard, NightSeries, Steps, picture_span, read_series
from monitor.store.series_blob import pack_series, unpack_series
from monitor.store.series_rows import MadeOf
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, event, minute, record, score

ROOM = "bedroom"
COUNT = 60


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


@st.composite
def steps(draw: st.DrawFn) -> Steps:
    pauses = st.tuples(st.integers(0, 5_000), st.integers(1, 600_000))
    both = draw(st.lists(pauses, max_size=6))
    starts_ms, ends_ms, at_ms = [], [], EVENING_MS
    for pause_ms, length_ms in both:
        starts_ms.append(at_ms + pause_ms)
        at_ms += pause_ms + length_ms
        ends_ms.append(at_ms)
    values = st.floats(allow_nan=False, allow_infinity=False)
    count = len(both)

    def column(values: st.SearchStrategy[object]) -> tuple[object, ...]:
        return tuple(draw(st.lists(values, min_size=count, max_size=count)))

    return Steps(
        starts_ms=tuple(starts_ms),
        ends_ms=tuple(ends_ms),
        values=column(values),  # type: ignore[arg-type] # as drawn
        peaks=column(st.none() | values) if draw(st.booleans()) else (),  # type: ignore[arg-type] # as drawn
        hidden=column(st.booleans()) if draw(st.booleans()) else (),  # type: ignore[arg-type] # as drawn
    )


@given(
    quantities=st.tuples(st.none() | steps(), st.none() | steps(), steps(), st.none() | steps()),
    floor_db=st.none() | st.floats(0, 60),
    calibrations_ms=st.lists(st.integers(0, 2**45), max_size=3).map(tuple),
)
def test_a_series_comes_back_as_it_was(
    quantities: tuple[Steps | None, Steps | None, Steps, Steps | None],
    floor_db: float | None,
    calibrations_ms: tuple[int, ...],
) -> None:
    noise, warmth, humidity, light = quantities
    series = NightSeries(
        noise_db=noise,
        temperature_c=warmth,
        humidity_pct=humidity,
        illuminance_lx=light,
        events=(Heard(start_ms=EVENING_MS, event=event()),),
        floor_db=floor_db,
        marks=(Mark(at_ms=EVENING_MS, kind=MarkKind.JERK),),
        calibrations_ms=calibrations_ms,
    )
    assert unpack_series(pack_series(series)) == series


def test_quantities_of_the_same_minutes_share_their_times() -> None:
    whole = read_series([minute(EVENING_MS + number * MINUTE_MS) for number in range(480)])
    assert whole.temperature_c is not None
    later = tuple(at_ms + 1 for at_ms in whole.temperature_c.ends_ms)
    apart = replace(whole, temperature_c=replace(whole.temperature_c, ends_ms=later))
    assert len(pack_series(apart)) > len(pack_series(whole))


def a_kept_night(folder: Folder) -> tuple[Window, MadeOf]:
    """Store an hour and its judgement with its series; return what the series is of."""
    writer = folder.nights_writer()
    records = [
        record(seq, minute=minute(EVENING_MS + seq * MINUTE_MS)) for seq in range(1, COUNT + 1)
    ]
    writer.store_batch(
        room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=COUNT
    )
    judged = score()
    writer.save_night(ROOM, judged, inputs_hash="1", computed_ms=1)
    span = picture_span(judged.window)
    reader = folder.nights_reader()
    made_of = MadeOf(*span, *reader.minutes_mark(ROOM, *span))
    series = read_series(reader.minutes(ROOM, *span))
    writer.series().save(ROOM, judged.window.night, made_of, series)
    writer.close()
    return judged.window, made_of


def test_a_kept_series_tells_what_its_minutes_do(folder: Folder) -> None:
    window, made_of = a_kept_night(folder)
    reader = folder.nights_reader()
    assert made_of.records > 0
    assert reader.series(ROOM, window) == read_series(reader.minutes(ROOM, *picture_span(window)))


def test_who_knows_the_mark_of_the_minutes_gets_the_series_of_just_these(folder: Folder) -> None:
    window, made_of = a_kept_night(folder)
    reader = folder.nights_reader()
    mark = made_of.records, made_of.crcs
    assert reader.series(ROOM, window, mark) == reader.series(ROOM, window)
    assert reader.series(ROOM, window, (made_of.records, made_of.crcs + 1)) is None


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM minutes WHERE seq = 7",
        "UPDATE minutes SET crc = crc + 1 WHERE seq = 7",
        "UPDATE night_series SET end_ms = end_ms + 1",
        "UPDATE night_series SET series = CAST(substr(series, 1, 90) AS BLOB)",
        "UPDATE night_series SET series = X''",
        "DELETE FROM nights",
    ],
)
def test_a_series_of_other_minutes_or_of_changed_bytes_is_none(folder: Folder, change: str) -> None:
    window, _ = a_kept_night(folder)
    raw = folder.raw("nights.db")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute(change)
    raw.commit()
    assert folder.nights_reader().series(ROOM, window) is None


def test_any_changed_byte_of_a_series_is_noticed(folder: Folder) -> None:
    window, _ = a_kept_night(folder)
    raw = folder.raw("nights.db")
    (kept,) = raw.execute("SELECT series FROM night_series").fetchone()
    for place in range(0, len(kept), 7):
        changed = bytearray(kept)
        changed[place] ^= 16
        raw.execute("UPDATE night_series SET series = ?", (bytes(changed),))
        raw.commit()
        assert folder.nights_reader().series(ROOM, window) is None


def test_a_night_that_is_not_judged_keeps_no_series(folder: Folder) -> None:
    window, made_of = a_kept_night(folder)
    writer = folder.nights_writer()
    series = folder.nights_reader().series(ROOM, window)
    assert series is not None

    writer.series().save(ROOM, "2020-01-01", made_of, series)

    assert writer.series().made_of(ROOM, "2020-01-01") is None
    assert writer.series().made_of(ROOM, window.night) == made_of


def test_nights_without_a_series_are_named_newest_first(folder: Folder) -> None:
    window, _ = a_kept_night(folder)
    writer = folder.nights_writer()
    for name in ("2026-01-01", "2026-01-03", "2026-01-02"):
        named = replace(score(), window=replace(window, night=name))
        writer.save_night(ROOM, named, inputs_hash="1", computed_ms=1)
    assert writer.series().missing(2) == ((ROOM, "2026-01-03"), (ROOM, "2026-01-02"))
