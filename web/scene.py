"""Gathers what a night's picture, its tables and its readings are made of."""

from monitor.contract.record import Mark
from monitor.night.window import Window
from monitor.score.result import NightScore
from monitor.score.series import NightSeries, picture_span, read_series
from web.readings import MinuteReading, minute_readings
from web.site import Site
from web.strips import NightPicture


def scene_of(
    site: Site, room: str, score: NightScore, mark: tuple[int, int] | None = None
) -> NightPicture:
    """Return a night as it can be drawn, with the presses of its button and of pages.

    mark: the minutes_mark of its picture, where that has been asked for already.
    """
    window = score.window
    kept = site.store.series(room, window, mark)
    series = kept or read_series(site.store.minutes(room, *picture_span(window)))
    return NightPicture(
        window=window,
        series=series,
        costs=score.minute_costs,
        points_lost={part.part: part.points_lost for part in score.parts if part.score is not None},
        marks=_marks(site, room, window, series),
        # The minute that is being measured is no gap: a running night's window ends with the
        # newest one, and with now where that is overdue.
        until_ms=window.get_up_ms if window.is_open else site.clock.now_ms(),
        unit=site.unit(),
    )


def readings_of(scene: NightPicture) -> tuple[MinuteReading, ...]:
    """Return a night minute by minute."""
    return minute_readings(scene.window, scene.series, scene.costs, scene.marks, scene.unit)


def _marks(site: Site, room: str, window: Window, series: NightSeries) -> tuple[Mark, ...]:
    """Return the presses of the button and the marks of pages, in order of time."""
    said = [page.mark for page in site.household.marks(room, *picture_span(window))]
    return tuple(sorted((*series.marks, *said), key=lambda mark: mark.at_ms))
