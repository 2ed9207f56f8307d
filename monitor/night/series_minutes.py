"""A recorded series as the minute records that sensors would have made of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from msgspec import UNSET, UnsetType

from monitor.contract.errors import SeriesError
from monitor.contract.record import ClimateMinute, Flag, LightMinute, Minute, instant
from monitor.contract.series import JITTER, Series
from monitor.contract.series_times import MAX_STEP_MS
from monitor.night.events import NoiseEvent
from monitor.night.series_sound import SoundRow, SoundRows

MINUTE_MS: Final = 60_000
# Source: docs/scoring.md: a minute's light has its largest 10-s mean. Shorter rows are
# gathered into clock minutes for that; longer ones are records of their own.
SLOT_MS: Final = 10_000
NOT_GIVEN: Final = (Flag.NOT_GIVEN,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    end_ms: int
    duration_ms: int
    values: dict[str, float | None]

    def climate(self) -> ClimateMinute | UnsetType:
        return _climate((self,)) if "temperature_c" in self.values else UNSET

    def light(self) -> LightMinute | UnsetType:
        return _light((self,)) if "illuminance_lx" in self.values else UNSET


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    n: int = 0

    def add(self, value: float | None) -> None:
        if value is not None:
            self.total += value
            self.n += 1

    def value(self) -> float | None:
        return self.total / self.n if self.n else None


def minutes_of(
    series: Series,
    events: Sequence[NoiseEvent] | None = None,
    *,
    calibrated: bool = False,
) -> Iterator[Minute]:
    """Yield the minute records of a series in order of time.

    A row stands for the step before its time; a longer distance to the row before is a
    gap. Noise events are those given, else what the levels show where a row is a second;
    longer rows cannot show any.

    Args:
        series: the rows.
        events: from another instrument, by start; None when nobody has looked for any.
        calibrated: whether levels come from a calibrated sound level meter.

    Raises:
        SeriesError: an event lies outside the series.
    """
    last_ms = series.at_ms[-1]
    for event in events or ():
        if not series.at_ms[0] - series.step_ms <= event.start_ms < last_ms:
            at = instant(event.start_ms).isoformat()
            raise SeriesError(f"event of {at}: the series of levels has no such time")
    sounds = SoundRows(series.step_ms, events, calibrated=calibrated, last_ms=last_ms)
    rows = _rows(series)
    if series.step_ms < SLOT_MS:
        due = round(MINUTE_MS / series.step_ms)
        for minute, found in groupby(rows, key=lambda row: -(-row.end_ms // MINUTE_MS)):
            yield _gathered(tuple(found), minute * MINUTE_MS, due, sounds)
        return
    for row in rows:
        yield _record(row, sounds)


def _rows(series: Series) -> Iterator[_Row]:
    names = tuple(series.columns)
    last_ms = 0
    for end_ms, *values in zip(series.at_ms, *series.columns.values(), strict=True):
        distance_ms = end_ms - last_ms
        joins = distance_ms <= series.step_ms * JITTER
        last_ms = end_ms
        yield _Row(
            end_ms=end_ms,
            duration_ms=distance_ms if joins else series.step_ms,
            values=dict(zip(names, values, strict=True)),
        )


def _record(row: _Row, sounds: SoundRows) -> Minute:
    return Minute(
        end=instant(row.end_ms),
        duration_s=min(row.duration_ms, MAX_STEP_MS) / 1000,
        climate=row.climate(),
        light=row.light(),
        sound=sounds.minute((_sound_row(row),), row.end_ms) if "laeq_db" in row.values else UNSET,
    )


def _gathered(rows: tuple[_Row, ...], end_ms: int, due: int, sounds: SoundRows) -> Minute:
    """Return the clock minute that ends at end_ms; rows that it lacks were due."""
    first = rows[0].values
    due = max(len(rows), due)
    sound_rows = tuple(map(_sound_row, rows)) if "laeq_db" in first else ()
    return Minute(
        end=instant(end_ms),
        duration_s=MINUTE_MS / 1000,
        climate=_climate(rows, due) if "temperature_c" in first else UNSET,
        light=_light(rows, due) if "illuminance_lx" in first else UNSET,
        sound=sounds.minute(sound_rows, end_ms, due_s=MINUTE_MS // 1000) if sound_rows else UNSET,
    )


def _sound_row(row: _Row) -> SoundRow:
    return SoundRow(
        end_ms=row.end_ms,
        duration_ms=row.duration_ms,
        laeq_db=row.values["laeq_db"],
        lafmax_db=row.values.get("lafmax_db"),
        lasmax_db=row.values.get("lasmax_db"),
    )


def _climate(rows: Sequence[_Row], due: int = 1) -> ClimateMinute:
    warmth, moisture, pressure = _Mean(), _Mean(), _Mean()
    for row in rows:
        warmth.add(row.values["temperature_c"])
        moisture.add(row.values.get("humidity_pct"))
        pressure.add(row.values.get("pressure_hpa"))
    known = [row.values["temperature_c"] for row in rows]
    temperatures = [value for value in known if value is not None]
    columns = rows[0].values
    humidity_pct = moisture.value() if "humidity_pct" in columns else UNSET
    pressure_hpa = pressure.value() if "pressure_hpa" in columns else UNSET
    return ClimateMinute(
        temperature_c=warmth.value(),
        temperature_min_c=min(temperatures, default=None),
        temperature_max_c=max(temperatures, default=None),
        humidity_pct=humidity_pct,
        pressure_hpa=pressure_hpa,
        n=warmth.n,
        due=due,
        flags=NOT_GIVEN if None in (warmth.value(), humidity_pct, pressure_hpa) else (),
    )


@dataclass(slots=True)
class _Slots:
    """Means of light over 10-s slots of a clock minute."""

    means: dict[int, _Mean] = field(default_factory=dict)

    def add(self, row: _Row, lx: float | None) -> None:
        slot = (row.end_ms - row.duration_ms // 2) // SLOT_MS
        self.means.setdefault(slot, _Mean()).add(lx)

    def largest(self) -> float | None:
        found = [mean.value() for mean in self.means.values()]
        return max((value for value in found if value is not None), default=None)


def _light(rows: Sequence[_Row], due: int = 1) -> LightMinute:
    mean, slots = _Mean(), _Slots()
    for row in rows:
        lx = row.values["illuminance_lx"]
        mean.add(lx)
        slots.add(row, lx)
    values = [row.values["illuminance_lx"] for row in rows]
    return LightMinute(
        illuminance_lx=mean.value(),
        illuminance_max_lx=max((lx for lx in values if lx is not None), default=None),
        illuminance_max10s_lx=slots.largest(),
        visible_ir_counts=None,
        ir_counts=None,
        n=mean.n,
        due=due,
        flags=() if mean.n else NOT_GIVEN,
    )
