"""`nightroom score`: recorded series from files into nights. Shell: files, progress, notes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timezone
from functools import partial
from heapq import merge
from itertools import combinations
from operator import attrgetter
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from monitor.contract.errors import SeriesError
from monitor.contract.record import Minute, instant
from monitor.contract.series import Series, parse_series
from monitor.contract.series_times import civil_zone, fixed_offset
from monitor.night.errors import NightError
from monitor.night.events import NoiseEvent
from monitor.night.household import Household
from monitor.night.series_events import parse_events
from monitor.night.series_minutes import minutes_of
from monitor.runtime.errors import OperatorError
from monitor.runtime.series_file import series_lines
from monitor.score.errors import ScoreError
from monitor.score.history import all_beside_past
from monitor.score.offline import score_series
from monitor.score.result import NightScore

READING_SHARE: Final = 0.8  # Judgement: of the time, reading takes most
# Judgement: below this a file is read faster than a bar can be looked at.
LONG_FILE_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to score, and how; utc_offset or zone say how times without an offset are read."""

    files: tuple[Path, ...]
    household: Household
    utc_offset: str | None = None
    zone: str | None = None
    events: Path | None = None
    calibrated: bool = False


def score_files(
    asked: Asked, *, note: Callable[[str], None], show: Callable[[float, str], None]
) -> list[NightScore]:
    """Return the nights of recorded series, oldest first, each beside those before it.

    Args:
        asked: files and options.
        note: receives a line for everything that was not used, and why.
        show: receives (share done 0-1, words) now and then where a file is long.

    Raises:
        OperatorError: a file or an option cannot be used; the text names the line.
    """
    is_long = any(file.exists() and file.stat().st_size >= LONG_FILE_BYTES for file in asked.files)
    progress = show if is_long else _unseen
    try:
        zone = _zone_of_times(asked)
        series = [
            _read(file, zone, note, partial(_look, progress, number, asked.files))
            for number, file in enumerate(asked.files)
        ]
        _refuse_twice(asked.files, series)
        events = None if asked.events is None else _events(asked.events, zone, series)
        return all_beside_past(_judged(asked, series, events, note, progress))
    except (SeriesError, NightError, ScoreError) as error:
        raise OperatorError(str(error)) from error


def _unseen(_share: float, _words: str) -> None:
    """Show nothing."""


def _look(
    progress: Callable[[float, str], None], number: int, files: Sequence[Path], share: float
) -> None:
    done = READING_SHARE * (number + share) / len(files)
    progress(done, f"reading {files[number].name}")


def _zone_of_times(asked: Asked) -> timezone | ZoneInfo:
    if asked.utc_offset is not None:
        return fixed_offset(asked.utc_offset)
    return civil_zone(asked.zone or "UTC")


def _read(
    file: Path,
    zone: timezone | ZoneInfo,
    note: Callable[[str], None],
    look: Callable[[float], None],
) -> Series:
    with series_lines(file, look) as lines:
        series = parse_series(lines, zone, name=file.name)
    for column, why in series.ignored.items():
        note(f"{file.name}: column {column} is not used: {why}")
    for text in series.notes:
        note(f"{file.name}: {text}")
    return series


def _refuse_twice(files: Sequence[Path], series: Sequence[Series]) -> None:
    """Refuse two files that tell of one quantity at one time: nobody could tell which holds."""
    for (file, one), (other_file, other) in combinations(zip(files, series, strict=True), 2):
        both = [quantity for quantity in one.columns if quantity in other.columns]
        at_ms = _first_shared_ms(one, other) if both else None
        if at_ms is not None:
            raise SeriesError(
                f"{file.name} and {other_file.name} both hold {both[0]}"
                f" at {instant(at_ms).isoformat()}: give one of them"
            )


def _first_shared_ms(one: Series, other: Series) -> int | None:
    """Return the first time of a row of one that a row of the other stands for as well."""
    for at_ms in one.at_ms[bisect_left(one.at_ms, other.at_ms[0] - other.step_ms) :]:
        following = bisect_left(other.at_ms, at_ms)
        if following == len(other.at_ms):
            return None
        if other.at_ms[following] - other.step_ms < at_ms:
            return at_ms
    return None


def _events(
    file: Path, zone: timezone | ZoneInfo, series: Sequence[Series]
) -> tuple[NoiseEvent, ...]:
    if sum("laeq_db" in one.columns for one in series) != 1:
        raise SeriesError("--events: expected exactly one FILE with a column laeq_db")
    with series_lines(file) as lines:
        return parse_events(lines, zone, name=file.name)


def _judged(
    asked: Asked,
    series: Sequence[Series],
    events: tuple[NoiseEvent, ...] | None,
    note: Callable[[str], None],
    progress: Callable[[float, str], None],
) -> Iterator[NightScore]:
    streams = [
        minutes_of(one, events if "laeq_db" in one.columns else None, calibrated=asked.calibrated)
        for one in series
    ]
    minutes: Iterator[Minute] = merge(*streams, key=attrgetter("end"))
    first_ms = min(one.at_ms[0] for one in series)
    length_ms = max(1, max(one.at_ms[-1] for one in series) - first_ms)
    for night, score in score_series(minutes, asked.household):
        if score is None:
            note(f"{night}: no row between lights-out and get-up, so it is no night")
            continue
        done = min(1.0, max(0.0, (score.window.get_up_ms - first_ms) / length_ms))
        progress(READING_SHARE + (1.0 - READING_SHARE) * done, f"scoring {night}")
        yield score
    progress(1.0, "done")
