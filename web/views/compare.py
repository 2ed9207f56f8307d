"""Two nights beside each other."""

from flask import Blueprint, Response, abort, request
from markupsafe import Markup

from web.charts import night_picture
from web.comparison import compare
from web.night_finder import day, find_night, year_nights
from web.night_page import night_text
from web.numbers import as_shown
from web.present import local_time, night_title
from web.scene import scene_of
from web.site import Site, asked_room, page


def compare_views(site: Site) -> Blueprint:
    """Return the view of two nights."""
    views = Blueprint("compare", __name__)

    @views.get("/nights/compare")
    def comparison() -> Response:
        room = asked_room(site)
        wanted = [request.args[name] for name in ("a", "b") if request.args.get(name)]
        if room is None:
            return page("compare.html", site, None, choices=[], chosen=[], shown=[], found=None)
        names = [day(text).isoformat() for text in wanted]
        nights = [find_night(site, room, name) for name in names]
        if None in nights:
            abort(404, "There is no night of this date here.")
        scores = [it.score for it in nights if it is not None]
        unit = site.unit()
        choices = _choices(site, room, names)
        others = [night for night, _ in choices if night not in names]
        return page(
            "compare.html",
            site,
            room,
            choices=choices,
            chosen=[*names, *others][:2],
            found=compare(*map(as_shown, scores)) if len(scores) == 2 else None,  # noqa: PLR2004 - two nights
            shown=[
                (
                    night_text(score, unit),
                    Markup(night_picture(scene_of(site, room, score), name=f"-{place}")),  # noqa: S704 - charts.py escapes its text
                )
                for place, score in enumerate(scores)
            ],
        )

    return views


def _choices(site: Site, room: str, asked: list[str]) -> list[tuple[str, str]]:
    """Return (night, title) of a year's nights and of those asked for, newest first."""
    today = local_time(site.clock.now_ms(), site.zone(room)).date()
    titles = {night: night_title(night) for night in asked}
    for it in year_nights(site, room, today):
        titles[it.window.night] = night_title(it.window.night, short=True)
    return sorted(titles.items(), reverse=True)
