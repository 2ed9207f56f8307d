"""Pure: the settings as fields of a form, and what is written in them back into choices."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.night.household import Household, Place, Schedule
from monitor.night.view_choices import ViewChoices
from monitor.score.anchors import PROFILES
from monitor.score.figures import MINUS
from monitor.score.model import LAMPS
from monitor.score.units import TemperatureUnit
from monitor.store.errors import SettingError
from monitor.store.household_db import setting_json
from web.setting_limits import required_within

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_NUMBER: Final = "Write a number, such as 1.5."
NOON: Final = "12:00"  # a night's span is from noon to noon (monitor/night/window.py)
BOTH_OR_NONE: Final = "Write both, or leave both empty."
# Names what a form showed in a field, to know what somebody changed in it.
SHOWN: Final = "shown_"
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form: value is what it holds, problem what is wrong with that."""

    name: str
    label: str
    value: str
    kind: str = "text"
    unit: str = ""
    hint: str = ""
    options: Options = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a form says: choices by their key, and by its field what cannot be."""

    values: dict[str, object] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, key: str, make: Callable[[], object]) -> None:
        """Take a choice, or note at its field why it cannot be."""
        try:
            value = make()
            setting_json(key, value)
        except ValueError as error:
            self.problems[name] = str(error)
        except SettingError as error:
            _, _, why = str(error).partition(": ")
            self.problems[name] = f"This cannot be: {why or error}."
        else:
            self.values[key] = value


def night_fields(household: Household) -> tuple[Field, ...]:
    """Return the schedule and the zone as fields; bed_0 is Monday evening's."""
    schedule = household.schedule
    times = [
        Field(name=f"{kind}_{day}", label=f"{word}, {weekday}", value=at[day], kind="time")
        for kind, word, at in (
            ("bed", "Bedtime", schedule.bedtime),
            ("wake", "Wake time", schedule.wake_time),
        )
        for day, weekday in enumerate(WEEKDAYS)
    ]
    zone = Field(
        name="zone",
        label="Time zone",
        value=household.zone,
        hint="As in Europe/Berlin; summer time is known by it.",
    )
    return (*times, zone)


def wanted_night(form: Mapping[str, str]) -> Wanted:
    """Return the schedule and the zone that a form says."""
    wanted = Wanted()
    bad = [
        name
        for kind in ("bed", "wake")
        for day in range(7)
        if not _is_clock(form.get(name := f"{kind}_{day}", ""))
    ]
    for name in bad:
        wanted.problems[name] = "Write a time as 23:10."
    if not bad:
        times = [[form[f"{kind}_{day}"] for day in range(7)] for kind in ("bed", "wake")]
        for day in range(7):
            wanted.problems.update(_never_up(day, times[0][day - 1], times[1][day]))
        schedule = Schedule(bedtime=tuple(times[0]), wake_time=tuple(times[1]))
        wanted.take("bed_0", "schedule", lambda: schedule)
    wanted.take("zone", "zone", lambda: form.get("zone", "").strip())
    return wanted


def _never_up(day: int, bedtime: str, wake_time: str) -> dict[str, str]:
    """Return why a morning's wake time cannot end the night before it, empty if it can."""
    if wake_time >= NOON:
        return {f"wake_{day}": "Write a time before 12:00: a night ends by then."}
    if bedtime < NOON and wake_time <= bedtime:
        return {f"wake_{day}": f"Write a time after the bedtime, {bedtime}."}
    return {}


def person_fields(household: Household, unit: TemperatureUnit) -> tuple[Field, ...]:
    """Return for whom Cool is judged, the lamp and the place as fields."""
    place = household.place
    return (
        Field(
            name="profile",
            label="Judge warmth for",
            value=household.profile,
            kind="select",
            options=tuple((key, key.replace("_", " ")) for key in PROFILES),
        ),
        Field(
            name="offset",
            label="You like it warmer by",
            value=_written(unit.difference(household.offset_k)),
            unit=unit.difference_symbol,
            hint=f"Below zero: cooler. At most {_written(unit.difference(2.0))}"
            f" {unit.difference_symbol} either way.",
        ),
        Field(
            name="lamp",
            label="Lamp in this room",
            value=household.lamp or "",
            kind="select",
            options=(("", "not known"), *((lamp.key, lamp.name) for lamp in LAMPS)),
            hint="Its colour decides how much its light keeps awake.",
        ),
        Field(
            name="latitude",
            label="Latitude",
            value="" if place is None else _written(place.latitude_deg),
            unit="°",
            hint="Only dawn and dusk are computed from the place. It never leaves this box.",
        ),
        Field(
            name="longitude",
            label="Longitude",
            value="" if place is None else _written(place.longitude_deg),
            unit="°",
        ),
    )


def wanted_person(form: Mapping[str, str], unit: TemperatureUnit) -> Wanted:
    """Return what a form says of the person, the lamp and the place."""
    wanted = Wanted()
    profile = form.get("profile", "")
    wanted.take("profile", "profile", lambda: _one_of(profile, PROFILES))
    wanted.take("offset", "offset_k", lambda: _kelvin(unit, "offset_k", form.get("offset", "")))
    lamp = form.get("lamp", "")
    wanted.take("lamp", "lamp", lambda: _one_of(lamp, [it.key for it in LAMPS]) if lamp else None)
    wanted.take("latitude", "place", lambda: _place(form))
    return wanted


def display_fields(choices: ViewChoices) -> tuple[Field, ...]:
    """Return how the pages show things as fields."""
    return (
        Field(
            name="temperature_unit",
            label="Temperatures in",
            value=choices.temperature_unit,
            kind="select",
            options=(("celsius", "°C"), ("fahrenheit", "°F")),
        ),
    )


def wanted_display(form: Mapping[str, str]) -> Wanted:
    """Return how a form wants things shown."""
    wanted = Wanted()
    wanted.take("temperature_unit", "temperature_unit", lambda: form.get("temperature_unit", ""))
    return wanted


def calibration_fields(household: Household, unit: TemperatureUnit) -> tuple[Field, ...]:
    """Return what is put on the sensors' readings as fields."""
    floor_db = household.floor_db
    return (
        Field(
            name="temperature_offset",
            label="Add to temperature",
            value=_written(unit.difference(household.temperature_offset_k)),
            unit=unit.difference_symbol,
            hint="What a good thermometer beside the sensor shows, less what is shown here.",
        ),
        Field(
            name="illuminance_factor",
            label="Multiply light by",
            value=_written(household.illuminance_factor),
            hint="What a lux meter shows, divided by what is shown here.",
        ),
        Field(
            name="sound_offset_db",
            label="Add to sound levels",
            value=_written(household.sound_offset_db),
            unit="dB",
        ),
        Field(
            name="sound_calibrated",
            label="Levels were compared with a calibrator or a meter",
            value="yes" if household.sound_calibrated else "",
            kind="checkbox",
        ),
        Field(
            name="floor_db",
            label="The microphone’s own noise",
            value="" if floor_db is None else _written(floor_db),
            unit="dB(A)",
            hint="Empty: as in its data sheet.",
        ),
    )


def wanted_calibration(form: Mapping[str, str], unit: TemperatureUnit) -> Wanted:
    """Return what a form wants put on the sensors' readings."""
    wanted = Wanted()
    take = wanted.take
    warm, light, sound = "temperature_offset", "illuminance_factor", "sound_offset_db"
    take(
        warm,
        "temperature_offset_k",
        lambda: _kelvin(unit, "temperature_offset_k", form.get(warm, "")),
    )
    take(light, light, lambda: _number(light, form.get(light, "")))
    take(sound, sound, lambda: _number(sound, form.get(sound, "")))
    take("sound_calibrated", "sound_calibrated", lambda: form.get("sound_calibrated") == "yes")
    floor = form.get("floor_db", "").strip()
    take("floor_db", "floor_db", lambda: _number("floor_db", floor) if floor else None)
    return wanted


def values_of(fields: Iterable[Field]) -> dict[str, str]:
    """Return what fields hold, by their names."""
    return {it.name: it.value for it in fields}


def as_changed(now: Mapping[str, str], form: Mapping[str, str]) -> dict[str, str]:
    """Return a form in which what nobody changed is as it is now, not as it was shown.

    Two people may have the same page open: the second to save must not take back the first.

    Args:
        now: what each field holds by now, by its name.
        form: what was sent: by its name what a field held then, by SHOWN and its name what
            the page had shown in it.

    >>> as_changed({"bed": "22:00"}, {"bed": "23:00", "shown_bed": "23:00"})
    {'bed': '22:00'}
    """
    return {
        name: value if form.get(SHOWN + name) == form.get(name, "") else form.get(name, "")
        for name, value in now.items()
    }


def as_written(fields: tuple[Field, ...], form: Mapping[str, str]) -> tuple[Field, ...]:
    """Return fields with what somebody wrote in them, to be mended."""
    return tuple(
        Field(
            name=it.name, label=it.label, value=form.get(it.name, "")[:4000], kind=it.kind,
            unit=it.unit, hint=it.hint, options=it.options,
        )
        for it in fields
    )  # fmt: skip


def _place(form: Mapping[str, str]) -> Place | None:
    written = form.get("latitude", "").strip(), form.get("longitude", "").strip()
    if not any(written):
        return None
    if not all(written):
        raise ValueError(BOTH_OR_NONE)
    latitude_deg, longitude_deg = map(written_number, written)
    return Place(
        latitude_deg=_degrees("latitude", latitude_deg),
        longitude_deg=_degrees("longitude", longitude_deg),
    )


def _degrees(name: str, value: float) -> float:
    return required_within(Place, f"{name}_deg", value, what=name)


def _number(key: str, text: str) -> float:
    return required_within(Household, key, written_number(text))


def _kelvin(unit: TemperatureUnit, key: str, text: str) -> float:
    """Return a difference as it is kept; rounded, so that a unit's way there and back is one."""
    value_k = round(unit.kelvin(written_number(text)), 4)
    return required_within(Household, key, value_k, unit.difference)


def written_number(text: str) -> float:
    """Return a number as people write it: with a comma or a point, with either minus."""
    plain = text.strip().replace(",", ".").replace(MINUS, "-")
    if not plain or len(plain) > 20 or set(plain) - set("0123456789.+-"):  # noqa: PLR2004 - longer is no number of a setting
        raise ValueError(NO_NUMBER)
    try:
        return float(plain)
    except ValueError:
        raise ValueError(NO_NUMBER) from None


def _written(value: float) -> str:
    return f"{round(value, 4):g}"


def _one_of(text: str, known: Mapping[str, object] | list[str]) -> str:
    if text not in known:
        raise ValueError("Choose one of the list.")
    return text


def _is_clock(text: str) -> bool:
    hours, colon, minutes = text.partition(":")
    return (
        len(text) == len("23:10")
        and colon == ":"
        and text.replace(":", "").isascii()
        and hours.isdecimal()
        and minutes.isdecimal()
        and int(hours) < 24  # noqa: PLR2004 - hours of a day
        and int(minutes) < 60  # noqa: PLR2004 - minutes of an hour
    )
