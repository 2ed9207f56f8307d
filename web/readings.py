"""Pure: a night minute by minute as it is read out when somebody scrubs through its picture."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from monitor.contract.record import Mark
from monitor.night.window import Window
from monitor.score.figures import figure
from monitor.score.series import Heard, NightSeries, Steps
from monitor.score.units import TemperatureUnit
from web.charts import axis_of
from web.mark_strip import SPOKEN
from web.present import clock_text, local_time, lux_text

MINUTE_MS: Final = 60_000
NOT_JUDGED: Final = "not judged"  # a night is judged from lights-out to get-up


class MinuteReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One minute as shown; a text that is not there is a value that is not known.

    Texts hold their unit; a temperature is in the household's. Numbers are in the minutes.
    second: of a clock time that comes twice, as the clocks go back, it is the later one.
    """

    clock: str
    second: bool = False
    noise: str = ""
    peak: str = ""
    temperature: str = ""
    humidity: str = ""
    light: str = ""
    lost: str = ""
    heard: str = ""
    marks: str = ""


def minute_readings(
    window: Window,
    series: NightSeries,
    costs: dict[str, tuple[float, ...]],
    marks: Sequence[Mark],
    unit: TemperatureUnit,
) -> tuple[MinuteReading, ...]:
    """Return one reading a minute of the picture's whole axis, from its left edge on."""
    axis = axis_of(window)
    noise, warmth, light = (
        it or Steps() for it in (series.noise_db, series.temperature_c, series.illuminance_lx)
    )
    humid = series.humidity_pct
    rows = []
    for start_ms in range(axis.start_ms, axis.end_ms, MINUTE_MS):
        at_ms = start_ms + MINUTE_MS // 2
        heard = _step(noise, at_ms)
        rows.append(
            MinuteReading(
                clock=clock_text(start_ms, window.zone),
                second=bool(local_time(start_ms, window.zone).fold),
                noise=_level(noise, heard),
                peak=_peak(noise, heard),
                temperature=_value(warmth, at_ms, unit.text, unit.symbol),
                humidity=_value(humid, at_ms, figure, "%"),
                light=_value(light, at_ms, lux_text, "lx"),
                lost=_lost(window, costs, at_ms),
                heard=_heard(series.events, start_ms),
                marks=", ".join(
                    SPOKEN[mark.kind]
                    for mark in marks
                    if start_ms <= mark.at_ms < start_ms + MINUTE_MS
                ),
            )
        )
    return tuple(rows)


def _step(steps: Steps, at_ms: int) -> int | None:
    """Return the number of the step that an instant lies in; between steps there is none."""
    index = bisect_right(steps.ends_ms, at_ms)
    inside = index < len(steps.ends_ms) and steps.starts_ms[index] <= at_ms
    return index if inside else None


def _value(steps: Steps, at_ms: int, show: Callable[[float], str], unit: str) -> str:
    index = _step(steps, at_ms)
    return "" if index is None else f"{show(steps.values[index])} {unit}"


def _level(noise: Steps, index: int | None) -> str:
    if index is None:
        return ""
    bound = "≤ " if noise.hidden and noise.hidden[index] else ""
    return f"{bound}{figure(noise.values[index])} dB(A)"


def _peak(noise: Steps, index: int | None) -> str:
    peak = noise.peaks[index] if noise.peaks and index is not None else None
    return "" if peak is None else f"{figure(peak)} dB(A)"


def _lost(window: Window, costs: dict[str, tuple[float, ...]], at_ms: int) -> str:
    """Return the points an hour like this minute would cost, '' where nothing is known."""
    if not window.start_ms <= at_ms < window.end_ms:
        return NOT_JUDGED
    index = (at_ms - window.start_ms) // MINUTE_MS
    known = [minutes[index] for minutes in costs.values() if index < len(minutes)]
    return f"{figure(sum(known) * 60, 1)} points an hour" if known else ""


def _heard(events: Sequence[Heard], start_ms: int) -> str:
    inside = [it.event for it in events if start_ms <= it.start_ms < start_ms + MINUTE_MS]
    if not inside:
        return ""
    loudest = max(inside, key=lambda event: event.lasmax_db)
    more = f" and {len(inside) - 1} more" if len(inside) > 1 else ""
    return f"{figure(loudest.lasmax_db)} dB(A) for {figure(loudest.duration_s)} s{more}"
