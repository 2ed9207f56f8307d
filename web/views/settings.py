"""What people choose: a page a section, kept as dated rows, told to the room's daemon."""

from collections import Counter
from typing import Final

from flask import Blueprint, Response, abort, request

from monitor.night.view_choices import MAX_NAME, is_name, room_title
from monitor.score.self_light import self_light_text
from monitor.score.units import TemperatureUnit
from web.present import clock_text
from web.rendered import RenderedPages
from web.sections import BY_SLUG, SECTIONS, Section
from web.setting_fields import SHOWN, WEEKDAYS, Field, Wanted, as_changed, as_written, values_of
from web.site import Site, page
from web.told import AT, told_ms
from web.views.attempts import sent

SETTINGS: Final = "/settings"
NAME_FIELD: Final = "name_"
SHOWN_UNIT: Final = f"{SHOWN}unit"


def settings_views(site: Site, rendered: RenderedPages) -> Blueprint:
    """Return the views below /settings that only a person may use."""
    views = Blueprint("settings", __name__, url_prefix=SETTINGS)

    @views.get("")
    def overview() -> Response:
        return page("settings.html", site, None, lines=_overview(site))

    @views.get("/<slug>")
    def section(slug: str) -> Response:
        chosen = _section(slug)
        return _form(site, chosen, _scope(site, chosen))

    @views.post("/<slug>")
    def save(slug: str) -> Response:
        with site.saving:
            return saved(_section(slug))

    def saved(chosen: Section) -> Response:
        scope = _scope(site, chosen)
        now = values_of(_fields(site, chosen, scope))
        wanted = chosen.wanted(as_changed(now, request.form), _unit(site))
        names = _names(site) if chosen.slug == "display" else {}
        wanted.problems.update(_name_problems(names) | _names_twice(site, names))
        if wanted.problems:
            return _form(site, chosen, scope, wanted)
        _keep(site, chosen, scope, wanted)
        for room, name in names.items():
            _keep_changed(site, room, {"room_name": name})
        rendered.look_again()
        query = f"&room={scope}" if scope else ""
        return sent(f"{SETTINGS}/{chosen.slug}?{AT}={site.clock.now_ms()}{query}")

    return views


def _section(slug: str) -> Section:
    return BY_SLUG.get(slug) or abort(404, "There are no such settings.")


def _overview(site: Site) -> list[tuple[str, str, str]]:
    """Return (address, title, what holds now) of every page of settings."""
    at_ms = site.in_force_ms()
    household = site.household.in_force(_only_room(site), at_ms)
    schedule, unit = household.schedule, site.unit()
    alerts = site.household.alert_choices(at_ms)
    offset = unit.difference(household.offset_k)
    now = {
        "night": f"{_span(schedule.bedtime)} to {_span(schedule.wake_time)}, {household.zone}",
        "person": household.profile.replace("_", " ")
        + (f", {offset:+.1f} {unit.difference_symbol}" if offset else "")
        + (f", lamp {household.lamp.replace('_', ' ')}" if household.lamp else ""),
        "display": ", ".join((unit.symbol, *map(site.title, site.rooms()))),
        "calibration": "as delivered" if _is_plain(site) else "set by you",
    }
    lines = [
        (f"{SETTINGS}/{it.slug}", it.title, now[it.slug] + _but(_rooms_apart(site, it)))
        for it in SECTIONS
    ]
    channels = ", ".join(channel.name for channel in alerts.alert_channels)
    return [
        *lines,
        (f"{SETTINGS}/alerts", "Alerts", channels or "no channel yet"),
        ("/bedside/self-light", "How bright is the bedside screen?", _self_light(site)),
        (f"{SETTINGS}/data", "Your data", "delete, take back"),
    ]


def _self_light(site: Site) -> str:
    """Return what the bedside screens were last measured to add."""
    at_ms = site.in_force_ms()
    kept = ((room, site.household.view_choices(room, at_ms).self_light) for room in site.rooms())
    found = [(room, one) for room, one in kept if one is not None]
    if len(found) == 1:
        return self_light_text(found[0][1])
    told = "; ".join(f"{site.title(room)}: {self_light_text(one)}" for room, one in found)
    return told or "not measured yet; it takes a minute"


def _span(times: tuple[str, ...]) -> str:
    return times[0] if len(set(times)) == 1 else f"{min(times)} … {max(times)}"


def _is_plain(site: Site) -> bool:
    fields = _fields(site, BY_SLUG["calibration"], "")
    return [it.value for it in fields] == ["0", "1", "0", "", ""]


def _only_room(site: Site) -> str:
    """Return the room that is the whole house, '' where there are several, or none yet."""
    rooms = site.rooms()
    return rooms[0] if len(rooms) == 1 else ""


def _fields(site: Site, section: Section, scope: str) -> tuple[Field, ...]:
    """Return what holds where a form sets it: a room's own values stand before the house's."""
    return section.fields(site, scope or _only_room(site), _unit(site))


def _unit(site: Site) -> TemperatureUnit:
    """Return the unit in which the form in hand was shown, whatever was chosen since."""
    shown = request.form.get(SHOWN_UNIT)
    return site.unit() if shown not in set(TemperatureUnit) else TemperatureUnit(shown)


def _rooms_apart(site: Site, section: Section) -> list[str]:
    """Return the titles of the rooms in which something else holds than in the house."""
    if not section.of_room or _only_room(site):
        return []
    unit = site.unit()
    of_house = values_of(section.fields(site, "", unit))
    rooms = (it for it in site.rooms() if values_of(section.fields(site, it, unit)) != of_house)
    return [site.title(room) for room in rooms]


def _but(rooms: list[str]) -> str:
    return f"; another in {' and '.join(rooms)}" if rooms else ""


def _scope(site: Site, section: Section) -> str:
    """Return the room that is set, '' for the whole house."""
    room = request.args.get("room", "")
    if not room or not section.of_room:
        return ""
    if room not in site.rooms():
        abort(404, "There is no such room here.")
    return room


def _keep(site: Site, section: Section, scope: str, wanted: Wanted) -> None:
    """Keep what differs from what holds; nothing changed makes no row.

    What is kept of the house holds in its one room too: a command on the machine may have given
    that room a value of its own, which no page could reach.
    """
    before = section.wanted(values_of(_fields(site, section, scope)), _unit(site))
    values = {key: it for key, it in wanted.values.items() if before.values.get(key) != it}
    if not values:
        return
    site.household.choose(scope, values, valid_from_ms=site.clock.now_ms())
    room = _only_room(site)
    if section.of_room and room and not scope:
        holds = site.household.in_force(room, site.in_force_ms())
        own = {key: it for key, it in values.items() if getattr(holds, key) != it}
        if own:
            site.household.choose(room, own, valid_from_ms=site.clock.now_ms())


def _keep_changed(site: Site, room: str, values: dict[str, object]) -> None:
    if site.household.view_choices(room, site.in_force_ms()).room_name != values["room_name"]:
        site.household.choose(room, values, valid_from_ms=site.clock.now_ms())


def _names(site: Site) -> dict[str, str]:
    """Return what the form in hand names rooms anew; a form without a room's field names none."""
    fields = (it for it in _name_fields(site) if it.name in request.form)
    written = as_changed(values_of(fields), request.form)
    return {name.removeprefix(NAME_FIELD): " ".join(text.split()) for name, text in written.items()}


def _name_problems(names: dict[str, str]) -> dict[str, str]:
    return {
        NAME_FIELD + room: f"Give the room a name of at most {MAX_NAME} characters, without any"
        " that is not seen."
        for room, name in names.items()
        if len(name) > MAX_NAME or not is_name(name)
    }


def _names_twice(site: Site, names: dict[str, str]) -> dict[str, str]:
    """Return, at its field, why a new name cannot be: another room has it, or is given it."""
    titles = {room: site.title(room) for room in site.rooms()}
    wanted = titles | {room: room_title(room, name) for room, name in names.items()}
    count = Counter(title.casefold() for title in wanted.values())
    return {
        NAME_FIELD + room: f"Another room is called “{wanted[room]}” too."
        for room in names
        if wanted[room] != titles[room] and count[wanted[room].casefold()] > 1
    }


def _name_fields(site: Site) -> tuple[Field, ...]:
    at_ms = site.in_force_ms()
    return tuple(
        Field(
            name=NAME_FIELD + room,
            label=f"Name of the room “{room}”",
            value=site.household.view_choices(room, at_ms).room_name,
        )
        for room in site.rooms()
    )


def _form(site: Site, section: Section, scope: str, wanted: Wanted | None = None) -> Response:
    fields = _fields(site, section, scope)
    if section.slug == "display":
        fields += _name_fields(site)
    problems = {} if wanted is None else wanted.problems
    shown = as_written(fields, request.form) if problems else fields
    saved_ms = told_ms(site.clock.now_ms())
    response = page(
        "settings_form.html",
        site,
        None,
        section=section,
        week=_week(shown),
        fields=[it for it in shown if it.kind != "time"],
        shown_before={
            SHOWN_UNIT: _unit(site).value,
            **{SHOWN + it.name: request.form.get(SHOWN + it.name, it.value) for it in fields},
        },
        problems=problems,
        scope=scope,
        scopes=_scopes(site) if section.of_room else [],
        apart=[] if scope else _rooms_apart(site, section),
        saved="" if saved_ms is None else clock_text(saved_ms, site.zone("")),
    )
    response.status_code = 400 if problems else 200
    return response


def _scopes(site: Site) -> list[tuple[str, str]]:
    rooms = site.rooms()
    if len(rooms) < 2:  # noqa: PLR2004 - one room is the whole house
        return []
    return [("", "The whole house"), *((room, site.title(room)) for room in rooms)]


def _week(fields: tuple[Field, ...]) -> list[tuple[str, Field, Field]]:
    """Return (night, bedtime, wake time), none where the section has no times.

    A wake time is kept by the weekday of its morning, a night's is that of the next day.
    """
    times = [it for it in fields if it.kind == "time"]
    return [
        (f"{WEEKDAYS[day][:3]} → {WEEKDAYS[morning][:3]}", times[day], times[7 + morning])
        for day, morning in enumerate((1, 2, 3, 4, 5, 6, 0))
        if times
    ]
