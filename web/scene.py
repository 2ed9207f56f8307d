"""Gathers what a night's picture, its tables and its readings are made of."""

from collections.abc import Sequence

from monitor.contract.record import Mark, Minute
from monitor.night.window import Window
from monitor.score.result import NightScore
from web.charts import axis_of
from web.night_finder import night_minutes
from web.readings import MinuteReading, minute_readings
from web.series import calibration_changes, read_series
from web.site import Site
from web.strips import NightPicture


def scene_of(site: Site, room: str, score: NightScore) -> NightPicture:
    """Return a night as it can be drawn, with the presses of its button and of pages."""
    window = score.window
    minutes = night_minutes(site, room, score)
    return NightPicture(
        window=window,
        series=read_series(minutes),
        costs=score.minute_costs,
        points_lost={part.part: part.points_lost for part in score.parts if part.score is not None},
        marks=_marks(site, room, window, minutes),
        until_ms=site.clock.now_ms(),
        calibrations_ms=calibration_changes(minutes),
        unit=site.unit(),
    )


def readings_of(scene: NightPicture) -> tuple[MinuteReading, ...]:
    """Return a night minute by minute."""
    return minute_readings(scene.window, scene.series, scene.costs, scene.marks, scene.unit)


def _marks(site: Site, room: str, window: Window, minutes: Sequence[Minute]) -> tuple[Mark, ...]:
    """Return the presses of the button and the marks of pages, in order of time."""
    axis = axis_of(window)
    pressed = [mark for minute in minutes for mark in minute.marks]
    said = [page.mark for page in site.household.marks(room, axis.start_ms, axis.end_ms)]
    return tuple(sorted((*pressed, *said), key=lambda mark: mark.at_ms))
