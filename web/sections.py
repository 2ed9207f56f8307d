"""The sections of the settings: what each holds now, and what a form of it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.score.units import TemperatureUnit
from web.setting_fields import (
    Field,
    Wanted,
    calibration_fields,
    display_fields,
    night_fields,
    person_fields,
    wanted_calibration,
    wanted_display,
    wanted_night,
    wanted_person,
)
from web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One page of settings; of_room: a room may differ from the house in it.

    fields and wanted take the unit in which temperatures are shown and written.
    """

    slug: str
    title: str
    introduction: str
    of_room: bool
    fields: Callable[[Site, str, TemperatureUnit], tuple[Field, ...]]
    wanted: Callable[[Mapping[str, str], TemperatureUnit], Wanted]


def _night(site: Site, room: str, unit: TemperatureUnit) -> tuple[Field, ...]:
    del unit
    return night_fields(site.household.in_force(room, site.in_force_ms()))


def _person(site: Site, room: str, unit: TemperatureUnit) -> tuple[Field, ...]:
    return person_fields(site.household.in_force(room, site.in_force_ms()), unit)


def _display(site: Site, room: str, unit: TemperatureUnit) -> tuple[Field, ...]:
    del room, unit
    return display_fields(site.household.view_choices("", site.in_force_ms()))


def _calibration(site: Site, room: str, unit: TemperatureUnit) -> tuple[Field, ...]:
    return calibration_fields(site.household.in_force(room, site.in_force_ms()), unit)


SECTIONS: Final = (
    Section(
        slug="night",
        title="Bedtimes",
        introduction="The usual times of each night of the week. Where the light in the room says"
        " when it became dark, that stands before them.",
        of_room=True,
        fields=_night,
        wanted=lambda form, _: wanted_night(form),
    ),
    Section(
        slug="person",
        title="You, the lamp, the place",
        introduction="Whom the room is judged for. A night is judged by what holds at its get-up;"
        " earlier nights stay as they are.",
        of_room=True,
        fields=_person,
        wanted=wanted_person,
    ),
    Section(
        slug="display",
        title="Units and names",
        introduction="How these pages say temperatures, and what they call the rooms.",
        of_room=False,
        fields=_display,
        wanted=lambda form, _: wanted_display(form),
    ),
    Section(
        slug="calibration",
        title="Calibration",
        introduction="What the sensors’ readings are corrected by from now on. On the machine,"
        " “nightroom calibrate temperature”, “light” and “sound” lead through it step by step.",
        of_room=True,
        fields=_calibration,
        wanted=wanted_calibration,
    ),
)
BY_SLUG: Final = {section.slug: section for section in SECTIONS}
