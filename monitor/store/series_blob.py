"""A night's series as one sealed blob, a hundredth of the price of reading its minutes again.

JSON of columns, packed by zlib. Times take most of the room: quantities that stood in the same
minutes share a table of them, each as the pause before it and its length.
"""

import zlib
from collections.abc import Sequence
from itertools import accumulate
from operator import add, sub
from typing import Final

import msgspec

from monitor.contract.record import Mark
from monitor.score.series import Heard, NightSeries, Steps
from monitor.store.nights_db import sealed_bytes, unsealed

LEVEL: Final = 6  # judgement: written once a night; 9 saves a hundredth


# Columns of hundreds are sequences here: msgspec makes lists of them, in half of a tuple's time.
class _Times(msgspec.Struct, frozen=True, array_like=True):
    """Starts and ends of steps: milliseconds between them, and of each."""

    first_ms: int
    pauses_ms: Sequence[int]
    lengths_ms: Sequence[int]


class _Column(msgspec.Struct, frozen=True, array_like=True):
    """Steps without their times, which are the table of this number."""

    times: int
    values: Sequence[float]
    peaks: Sequence[float | None]
    hidden: Sequence[bool]


class _Blob(msgspec.Struct, frozen=True, array_like=True):
    """NightSeries: noise, temperature, humidity and light are columns, in this order."""

    times: tuple[_Times, ...]
    columns: tuple[_Column | None, ...]
    events: tuple[Heard, ...]
    floor_db: float | None
    marks: tuple[Mark, ...]
    calibrations_ms: tuple[int, ...]


_Ends = tuple[tuple[int, ...], tuple[int, ...]]
_blob: Final = msgspec.json.Decoder(_Blob)


def pack_series(series: NightSeries) -> bytes:
    """Return a series as it is kept; unpacking gives an equal one."""
    quantities = (
        series.noise_db,
        series.temperature_c,
        series.humidity_pct,
        series.illuminance_lx,
    )
    tables = list(dict.fromkeys(_times(it) for it in quantities if it is not None))
    columns = [
        None if it is None else _Column(tables.index(_times(it)), it.values, it.peaks, it.hidden)
        for it in quantities
    ]
    blob = _Blob(
        tuple(tables),
        tuple(columns),
        series.events,
        series.floor_db,
        series.marks,
        series.calibrations_ms,
    )
    return sealed_bytes(zlib.compress(msgspec.json.encode(blob), LEVEL))


def unpack_series(kept: bytes) -> NightSeries:
    """Return the series of a blob.

    Raises:
        ValueError: the bytes have changed.
    """
    blob = _blob.decode(zlib.decompress(unsealed(kept)))
    times = [_starts_and_ends(it) for it in blob.times]
    noise, warmth, humidity, light = (
        None if it is None else _steps(times[it.times], it) for it in blob.columns
    )
    return NightSeries(
        noise_db=noise,
        temperature_c=warmth,
        humidity_pct=humidity or Steps(),
        illuminance_lx=light,
        events=blob.events,
        floor_db=blob.floor_db,
        marks=blob.marks,
        calibrations_ms=blob.calibrations_ms,
    )


def _steps(times: _Ends, column: _Column) -> Steps:
    return Steps(*times, tuple(column.values), tuple(column.peaks), tuple(column.hidden))


def _times(steps: Steps) -> _Times:
    starts_ms, ends_ms = steps.starts_ms, steps.ends_ms
    first_ms = starts_ms[0] if starts_ms else 0
    return _Times(
        first_ms,
        tuple(map(sub, starts_ms, (first_ms, *ends_ms[:-1]))),
        tuple(map(sub, ends_ms, starts_ms)),
    )


def _starts_and_ends(times: _Times) -> _Ends:
    both = map(add, times.pauses_ms, times.lengths_ms)
    ends_ms = tuple(accumulate(both, initial=times.first_ms))[1:]
    return tuple(map(sub, ends_ms, times.lengths_ms)), ends_ms
