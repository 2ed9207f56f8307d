import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.night.household import Household, Place, Schedule
from monitor.night.view_choices import ViewChoices
from monitor.score.units import TemperatureUnit
from web.setting_fields import (
    Field,
    calibration_fields,
    display_fields,
    night_fields,
    person_fields,
    wanted_calibration,
    wanted_display,
    wanted_night,
    wanted_person,
)

CELSIUS, FAHRENHEIT = TemperatureUnit.CELSIUS, TemperatureUnit.FAHRENHEIT
UNITS = st.sampled_from(TemperatureUnit)


def form(fields: tuple[Field, ...], **written: str) -> dict[str, str]:
    """Return what a browser sends of a form; a box without its tick sends nothing."""
    sent = {it.name: it.value for it in fields if it.kind != "checkbox" or it.value}
    return sent | written


def test_a_form_that_nobody_touched_says_what_is_in_force() -> None:
    household = Household(lamp="candle", place=Place(latitude_deg=-36.8, longitude_deg=174.7))
    night = wanted_night(form(night_fields(household)))
    person = wanted_person(form(person_fields(household, CELSIUS)), CELSIUS)
    sensors = wanted_calibration(form(calibration_fields(household, CELSIUS)), CELSIUS)
    assert (night.problems, person.problems, sensors.problems) == ({}, {}, {})
    for key, value in (night.values | person.values | sensors.values).items():
        assert value == getattr(household, key), key


@given(st.integers(min_value=-20, max_value=20), UNITS)
def test_an_offset_survives_the_way_through_any_unit(tenths: int, unit: TemperatureUnit) -> None:
    offset_k = tenths / 10
    household = Household(offset_k=offset_k, temperature_offset_k=offset_k)
    person = wanted_person(form(person_fields(household, unit)), unit)
    sensors = wanted_calibration(form(calibration_fields(household, unit)), unit)
    assert person.values["offset_k"] == pytest.approx(offset_k, abs=1e-4)
    assert sensors.values["temperature_offset_k"] == pytest.approx(offset_k, abs=1e-4)


def test_an_offset_in_fahrenheit_is_a_difference() -> None:
    written = form(person_fields(Household(), FAHRENHEIT), offset="0.9")
    assert wanted_person(written, FAHRENHEIT).values["offset_k"] == pytest.approx(0.5)


def test_each_weekday_has_its_own_times() -> None:
    written = form(night_fields(Household()), bed_4="00:30", wake_5="09:15")
    schedule = wanted_night(written).values["schedule"]
    assert isinstance(schedule, Schedule)
    assert schedule.bedtime[4] == "00:30"
    assert schedule.wake_time[5] == "09:15"


@pytest.mark.parametrize(
    ("bedtime", "wake_time", "is_told"),
    [
        ("23:00", "11:59", False),
        ("23:00", "12:00", True),
        ("23:00", "22:00", True),
        ("12:00", "00:00", False),
        ("05:30", "05:31", False),
        ("05:30", "05:30", True),
    ],
)
def test_a_wake_time_that_cannot_end_its_night_is_told(
    bedtime: str, wake_time: str, *, is_told: bool
) -> None:
    # Of the night from Sunday to Monday.
    written = form(night_fields(Household()), bed_6=bedtime, wake_0=wake_time)
    assert set(wanted_night(written).problems) == ({"wake_0"} if is_told else set())


def test_every_entry_that_cannot_be_is_told_at_once() -> None:
    written = form(night_fields(Household()), bed_1="late", wake_6="25:00", zone="Mars/Olympus")
    assert set(wanted_night(written).problems) == {"bed_1", "wake_6", "zone"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("offset", "much"),
        ("offset", "2.5"),
        ("offset", "nan"),
        ("offset", "1e3"),
        ("profile", "vampire"),
        ("lamp", "sun"),
        ("latitude", "91"),
        ("latitude", ""),
    ],
)
def test_what_a_person_cannot_be_is_told_at_its_entry(name: str, text: str) -> None:
    place = {"latitude": "48", "longitude": "11"}
    written = form(person_fields(Household(), CELSIUS), **(place | {name: text}))
    wanted = wanted_person(written, CELSIUS)
    assert set(wanted.problems) == {name}
    assert len(wanted.values) == 3


def test_a_number_may_be_written_with_a_comma_and_a_real_minus() -> None:
    written = form(person_fields(Household(), CELSIUS), offset="−0,5")
    assert wanted_person(written, CELSIUS).values["offset_k"] == -0.5


def test_a_place_left_empty_is_no_place() -> None:
    assert wanted_person(form(person_fields(Household(), CELSIUS)), CELSIUS).values["place"] is None


def test_an_empty_floor_is_that_of_the_data_sheet() -> None:
    written = form(calibration_fields(Household(floor_db=31.0), CELSIUS), floor_db="")
    wanted = wanted_calibration(written | {"sound_calibrated": "yes"}, CELSIUS)
    assert wanted.values["floor_db"] is None
    assert wanted.values["sound_calibrated"] is True


def test_a_unit_is_one_of_two() -> None:
    assert wanted_display(form(display_fields(ViewChoices()))).values == {
        "temperature_unit": "celsius"
    }
    assert "temperature_unit" in wanted_display({"temperature_unit": "kelvin"}).problems


@pytest.mark.parametrize(
    ("unit", "ends"),
    [(CELSIUS, ("−2 to 2", "−10 to 10")), (FAHRENHEIT, ("−3.6 to 3.6", "−18 to 18"))],
)
def test_a_difference_out_of_bounds_is_told_both_bounds_in_the_unit_it_is_written_in(
    unit: TemperatureUnit, ends: tuple[str, str]
) -> None:
    person = wanted_person(form(person_fields(Household(), unit), offset="-50"), unit)
    warm = form(calibration_fields(Household(), unit), temperature_offset="50")
    sensors = wanted_calibration(warm, unit)
    assert person.problems == {"offset": f"Write a number from {ends[0]}."}
    assert sensors.problems == {"temperature_offset": f"Write a number from {ends[1]}."}


@pytest.mark.parametrize(
    ("name", "written", "ends"),
    [
        ("illuminance_factor", "0", "0.01 to 100"),
        ("sound_offset_db", "-21", "−20 to 20"),
        ("floor_db", "90", "0 to 80"),
    ],
)
def test_a_calibration_out_of_bounds_is_told_both_bounds(
    name: str, written: str, ends: str
) -> None:
    fields = calibration_fields(Household(), CELSIUS)
    wanted = wanted_calibration(form(fields, **{name: written}), CELSIUS)
    assert wanted.problems == {name: f"Write a number from {ends}."}


@pytest.mark.parametrize(
    ("latitude", "longitude", "why"),
    [("91", "0", "Write a latitude from −90 to 90."),
     ("0", "-181", "Write a longitude from −180 to 180.")],
)  # fmt: skip
def test_a_place_off_the_map_is_told_which_of_its_numbers_it_is(
    latitude: str, longitude: str, why: str
) -> None:
    fields = person_fields(Household(), CELSIUS)
    sent = form(fields, latitude=latitude, longitude=longitude)
    assert wanted_person(sent, CELSIUS).problems == {"latitude": why}
