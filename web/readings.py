"""Pure: a night minute by minute as it is read out when somebody scrubs through its picture."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import msgspec

from monitor.contract.record import Mark
from monitor.night.window import Window
from web.charts import axis_of
from web.mark_strip import SPOKEN
from web.present import clock_text, figure, lux_text
from web.series import Heard, NightSeries, Step
from web.units import TemperatureUnit

MINUTE_MS: Final = 60_000
_end_ms: Final = attrgetter("end_ms")


class MinuteReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One minute as shown; a text that is not there is a value that is not known."""

    clock: str
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
    rows = []
    for start_ms in range(axis.start_ms, axis.end_ms, MINUTE_MS):
        at_ms = start_ms + MINUTE_MS // 2
        noise = _step(series.noise_db or (), at_ms)
        warm = _step(series.temperature_c or (), at_ms)
        humid = _step(series.humidity_pct, at_ms)
        light = _step(series.illuminance_lx or (), at_ms)
        rows.append(
            MinuteReading(
                clock=clock_text(start_ms, window.zone),
                noise=_noise(noise),
                peak=_peak(noise),
                temperature=f"{unit.text(warm.value)} {unit.symbol}" if warm else "",
                humidity=f"{figure(humid.value)} %" if humid else "",
                light=f"{lux_text(light.value)} lx" if light else "",
                lost=_lost(costs, (at_ms - window.start_ms) // MINUTE_MS),
                heard=_heard(series.events, start_ms),
                marks=", ".join(
                    SPOKEN[mark.kind]
                    for mark in marks
                    if start_ms <= mark.at_ms < start_ms + MINUTE_MS
                ),
            )
        )
    return tuple(rows)


def _step(steps: Sequence[Step], at_ms: int) -> Step | None:
    """Return the step that an instant lies in; between steps there is none."""
    index = bisect_right(steps, at_ms, key=_end_ms)
    found = steps[index] if index < len(steps) else None
    return found if found is not None and found.start_ms <= at_ms else None


def _noise(step: Step | None) -> str:
    if step is None:
        return ""
    return f"{'≤ ' if step.hidden else ''}{figure(step.value)} dB(A)"


def _peak(step: Step | None) -> str:
    return "" if step is None or step.peak is None else f"{figure(step.peak)} dB(A)"


def _lost(costs: dict[str, tuple[float, ...]], index: int) -> str:
    """Return the points an hour like this minute would cost, '' where nothing is known."""
    known = [minutes[index] for minutes in costs.values() if 0 <= index < len(minutes)]
    return f"{figure(sum(known) * 60, 1)} points an hour" if known else ""


def _heard(events: Sequence[Heard], start_ms: int) -> str:
    inside = [it.event for it in events if start_ms <= it.start_ms < start_ms + MINUTE_MS]
    if not inside:
        return ""
    loudest = max(inside, key=lambda event: event.lasmax_db)
    more = f" and {len(inside) - 1} more" if len(inside) > 1 else ""
    return f"{figure(loudest.lasmax_db)} dB(A) for {figure(loudest.duration_s)} s{more}"
