"""Houses whose nights can be: courses of a room, judged by scoring, moved to their evenings.

Ten years are 3,650 nights; judging each from its minutes takes minutes. A zone without summer
time lets a night that was judged once stand for all that went like it, with its times moved.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import cos, tau
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from monitor.contract.record import Flag, MarkKind, Minute, epoch_ms
from monitor.night.household import Household, PageMark
from monitor.score.offline import score_series
from monitor.score.result import NightScore, Span
from monitor.score.state import score_state
from tests.fakes import nights
from tests.fakes.bedroom import MINUTE_MS, ZONE, a_state, climate_now, light_now, sound_now
from tests.fakes.full_house import DAY_MS, EVENING_MS, MORNING_MS, a_house, hear
from tests.fakes.house import FakeHouse

NEWEST: Final = date(2026, 11, 22)
TEN_YEARS: Final = 3_650
# How many of the newest nights have all their minutes; of the others one is kept, which says
# that something is there.
WHOLE: Final = 5
WITHOUT_MICROPHONE_BEFORE: Final = date(2017, 5, 1)
FROM_HOUR: Final = 19
NIGHT_MIN: Final = 915
DAY_MIN: Final = 1_440
FLOOR_DB: Final = 29.0
HOUSEHOLD: Final = Household(zone=ZONE)
# Source: docs/operations.md, a year of minutes in 100 MB.
RECORD_BYTES: Final = 190
# Source: docs/operations.md, what the card bears.
WRITTEN_BYTES: Final = 12_000_000
OFFSET_S: Final = 13 * 3_600  # of ZONE


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a room goes from seven in the evening on; counted in minutes from there.

    cars: (minute, LASmax in dB). unlit: from the lights' going out to their coming on.
    climate_lost: the sensor does not answer. lost: nothing is recorded at all.
    """

    evening_c: float = 20.5
    steady_db: float | UnsetType = 30.5
    cars: tuple[tuple[int, float], ...] = ()
    dawn_lx: float = 0.0
    unlit: range = range(244, 722)
    climate_lost: range = range(0)
    lost: range = range(0)

    def minutes(self, evening: date, length_min: int = NIGHT_MIN) -> list[Minute]:
        """Return what is recorded from seven in the evening on, until 10:15 if not told else."""
        start_ms = start_of(evening)
        made = nights.night(
            length_min,
            temperature_c=lambda at: self.evening_c - 2.5 * min(1.0, at / 700) + 0.05 * (at % 2),
            light_lx=self._light_lx,
            laeq_db=self.steady_db if self.steady_db is UNSET else self._level_db,
            floor_db=FLOOR_DB,
            calibrated=False,
            events={at: (nights.event(db, background_db=31.0),) for at, db in self.cars},
            start_ms=start_ms,
        )
        silent = nights.climate(None, None, n=0, flags=(Flag.NO_REPLY,))
        return [
            replace(minute, climate=silent) if at in self.climate_lost else minute
            for at, minute in enumerate(made)
            if at not in self.lost
        ]

    def _level_db(self, at: int) -> float:
        assert not isinstance(self.steady_db, UnsetType)
        return self.steady_db + (0.8 if at in self.unlit else 6.0) * (at * 7 % 11) / 10

    def _light_lx(self, at: int) -> float:
        if at not in self.unlit:
            dims_at = self.unlit.start - 75
            return 12.0 if dims_at <= at < self.unlit.start else 60.0
        dawn = max(0.0, at - 620) / 100  # from 05:20 on
        return 0.03 + self.dawn_lx * dawn


def start_of(evening: date) -> int:
    """Return when a night's minutes begin."""
    at = datetime(evening.year, evening.month, evening.day, FROM_HOUR, tzinfo=ZoneInfo(ZONE))
    return epoch_ms(at)


@cache
def judged(course: Course) -> NightScore:
    """Return the newest night as scoring makes it of a course; its light says when it began."""
    (found,) = score_series(course.minutes(NEWEST), HOUSEHOLD)
    assert found.score is not None
    return found.score


def moved(score: NightScore, days: int) -> NightScore:
    """Return the same night so many days earlier, to the same minute of the clock."""
    window, by_ms = score.window, days * DAY_MS
    return replace(
        score,
        window=replace(
            window,
            night=str(date.fromisoformat(window.night) - timedelta(days=days)),
            lights_out_ms=window.lights_out_ms - by_ms,
            get_up_ms=window.get_up_ms - by_ms,
        ),
        spans=tuple(_moved_span(span, by_ms) for span in score.spans),
    )


def _moved_span(span: Span, by_ms: int) -> Span:
    return replace(
        span,
        start_ms=span.start_ms - by_ms,
        end_ms=span.end_ms - by_ms,
        detail={
            name: value - by_ms if name.endswith("_ms") else value
            for name, value in span.detail.items()
        },
    )


CARS: Final = ((300, 52.0), (391, 58.0), (575, 61.0))
# A week of a household, Monday first, and what comes now and then.
WEEK: Final = (
    Course(),
    Course(steady_db=31.0, unlit=range(231, 722)),
    Course(cars=CARS[:1]),
    Course(steady_db=33.5, unlit=range(252, 724)),
    Course(steady_db=36.0, cars=CARS, unlit=range(281, 771)),
    Course(steady_db=33.0, dawn_lx=5.0, unlit=range(288, 790)),
    Course(dawn_lx=2.0, cars=CARS[1:], unlit=range(237, 719)),
)
HEAT: Final = Course(evening_c=24.0, steady_db=33.0, cars=CARS[1:])
FAN: Final = Course(evening_c=19.0, steady_db=38.0)
POWER_CUT: Final = Course(lost=range(420, 540))
SWITCHED_OFF: Final = Course(lost=range(360, 915))


def course_of(evening: date) -> Course:
    """Return how the room went on an evening of the ten years."""
    number = evening.toordinal()
    # The southern summer is warmest in the third week of January.
    season = cos(tau * (evening.timetuple().tm_yday - 20) / 365)
    warmer_c = 5.0 * (round(1.5 * season + 0.5) - 0.5) / 1.5
    course = WEEK[evening.weekday()]
    if is_with_fan(evening):
        course = FAN
    elif number % 13 == 0 and warmer_c > 0:
        course = HEAT
    elif number % 89 == 0:
        course = SWITCHED_OFF
    elif number % 61 == 0:
        course = POWER_CUT
    steady_db = UNSET if evening < WITHOUT_MICROPHONE_BEFORE else course.steady_db
    return dataclasses.replace(
        course,
        cars=() if steady_db is UNSET else course.cars,
        evening_c=course.evening_c + warmer_c,
        steady_db=steady_db,
    )


def is_with_fan(evening: date) -> bool:
    """Tell whether a fan ran: on some nights of the warm months."""
    return evening.month in (12, 1, 2, 11) and evening.toordinal() % 5 == 0


def is_away(evening: date) -> bool:
    """Tell whether nobody was there and the box was switched off: a fortnight of each July."""
    return evening.month == 7 and evening.day <= 14


def ten_years() -> FakeHouse:
    """Return the house on a morning after ten years of nights, some of them with a fan."""
    house = a_house(MORNING_MS)
    minutes: list[Minute] = []
    for days in reversed(range(TEN_YEARS)):
        evening = NEWEST - timedelta(days=days)
        if is_away(evening):
            continue
        course = course_of(evening)
        house.store.put(moved(judged(course), days))
        length_min = DAY_MIN if 0 < days < WHOLE else 1 if days else NIGHT_MIN
        minutes += course.minutes(evening, length_min)
        if is_with_fan(evening):
            house.household.tagged["bedroom", str(evening)] = ("fan",)
    house.store.kept["bedroom"] = minutes
    house.store.recorded = TEN_YEARS * DAY_MIN
    house.store.bytes = house.store.recorded * RECORD_BYTES
    awake_ms = start_of(NEWEST) + 493 * MINUTE_MS
    house.household.said.append(
        ("bedroom", PageMark(mark_id="one", at_ms=awake_ms, kind=MarkKind.AWAKE))
    )
    hear_now(house, temperature_c=19.4, illuminance_lx=120.0)
    return house


def sensor_out() -> FakeHouse:
    """Return the house on the evening after the temperature went, at four past one in a night."""
    house = a_house(EVENING_MS)
    minutes: list[Minute] = []
    for evening, course in _until_it_went():
        days = (NEWEST - evening).days
        house.store.put(moved(judged(course), days))
        minutes += course.minutes(evening, DAY_MIN)
    tonight = Course(climate_lost=range(DAY_MIN))
    minutes += tonight.minutes(NEWEST, (EVENING_MS - start_of(NEWEST)) // MINUTE_MS)
    house.store.kept["bedroom"] = minutes
    house.store.bytes = len(minutes) * RECORD_BYTES
    hear_now(house, temperature_c=None, illuminance_lx=20.0)
    return house


def _until_it_went() -> Iterator[tuple[date, Course]]:
    for days in range(16, 1, -1):
        evening = NEWEST - timedelta(days=days)
        yield evening, course_of(evening)
    yield NEWEST - timedelta(days=1), Course(climate_lost=range(364, DAY_MIN))


def hear_now(house: FakeHouse, *, temperature_c: float | None, illuminance_lx: float) -> None:
    """Let the bedroom say what it is like, and scoring what that is worth."""
    now_ms = house.clock.now_ms()
    flags = () if temperature_c is not None else (Flag.NO_REPLY,)
    state = a_state(
        now_ms,
        sound=sound_now(now_ms, 34.2),
        climate=climate_now(now_ms, temperature_c, flags=flags),
        light=light_now(now_ms, illuminance_lx),
    )
    house.system_offset_s = OFFSET_S
    since_midnight_ms = now_ms % DAY_MS  # in UTC, as it is counted
    hear(
        house,
        state=state,
        score=score_state(state, HOUSEHOLD, now_ms),
        written_today_bytes=WRITTEN_BYTES * since_midnight_ms // DAY_MS,
    )
