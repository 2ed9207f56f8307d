"""What happens in each simulated night: a plan a night, drawn from a seed. Pure.

Scenario `demo` counts back from now: the night just over was good, the one before too
warm with a lamp at three, the one before that had no light sensor; the running one is
good with a few sounds. All others are ordinary and differ a little.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from firmware.simulation.room import LIGHT_ABSENT
from monitor.contract.record import instant

# The usual times of the household; judgement: those of settings nobody has changed.
BEDTIME: Final = time(23, 0)
WAKE_TIME: Final = time(7, 0)
NOON: Final = time(12, 0)
MINUTE_MS: Final = 60_000


class Story(StrEnum):
    """What a night is an example of."""

    GOOD = "good"
    WARM_WITH_LAMP = "warm with lamp"
    BLIND = "light sensor out"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One sound: it rises to peak_db at at_ms and falls, each over about width_s."""

    at_ms: int
    peak_db: float
    width_s: float
    crest_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPlan:
    """From one noon to the next, with everything in it; all times UTC.

    dim_ms is when the room light gives way to the reading lamp; lamp is (from, until)
    of a light inside the night; blind the same of the light sensor being out.
    """

    story: Story
    noon_ms: int
    next_noon_ms: int
    dusk_ms: int
    dim_ms: int
    lights_out_ms: int
    dawn_ms: int
    get_up_ms: int
    noon_c: float
    next_noon_c: float
    evening_c: float
    floor_c: float
    background_db: float
    leak_lx: float
    lamp_ms: tuple[int, int] | None
    blind_ms: tuple[int, int] | None
    sounds: tuple[Sound, ...]


class Scenario:
    """The plans of all nights of one seed, in one zone, told from one moment.

    Args:
        seed: other seeds give other jitter, the same stories.
        zone: IANA name; evenings and mornings are local.
        now_ms: the moment from which past nights are counted.
        demo: without it every night is ordinary.
    """

    def __init__(self, *, seed: int, zone: str, now_ms: int, demo: bool = True) -> None:
        self._seed = seed
        self._zone = ZoneInfo(zone)
        self._demo = demo
        evening = self.evening_of(now_ms)
        # A night whose get-up lies behind now is over, although its noon is yet to come.
        over = self.plan(evening, Story.ORDINARY).get_up_ms <= now_ms
        self._running = evening + timedelta(days=1) if over else evening

    def evening_of(self, at_ms: int) -> date:
        """Return the local date of the evening to which an instant belongs, noon to noon."""
        local = instant(at_ms).astimezone(self._zone)
        return local.date() if local.time() >= NOON else local.date() - timedelta(days=1)

    def story_of(self, evening: date) -> Story:
        """Return what the night that begins on an evening is an example of."""
        if not self._demo:
            return Story.ORDINARY
        stories = {
            0: Story.GOOD,
            1: Story.GOOD,
            2: Story.WARM_WITH_LAMP,
            3: Story.BLIND,
        }
        return stories.get((self._running - evening).days, Story.ORDINARY)

    def plan_at(self, at_ms: int) -> NightPlan:
        """Return the plan in force at an instant."""
        evening = self.evening_of(at_ms)
        return self.plan(evening, self.story_of(evening))

    def plan(self, evening: date, story: Story) -> NightPlan:
        """Return the plan of one night."""
        morning = evening + timedelta(days=1)
        draw = Draw(self._seed, evening)
        lights_out_ms = self._local_ms(evening, BEDTIME) + draw.ms("lights out", 0, 18)
        get_up_ms = self._local_ms(morning, WAKE_TIME) + draw.ms("get up", -6, 9)
        warm = story is Story.WARM_WITH_LAMP
        lamp_ms = self._local_ms(morning, time(3, 0)) + draw.ms("lamp", 0, 4)
        blind_ms = (self._local_ms(evening, time(21, 40)), self._local_ms(morning, time(8, 20)))
        return NightPlan(
            story=story,
            noon_ms=self._local_ms(evening, NOON),
            next_noon_ms=self._local_ms(morning, NOON),
            dusk_ms=self._local_ms(evening, time(19, 30)),
            dim_ms=lights_out_ms - draw.ms("reading", 35, 60),
            lights_out_ms=lights_out_ms,
            dawn_ms=self._local_ms(morning, time(5, 50)) + draw.ms("dawn", -5, 5),
            get_up_ms=get_up_ms,
            noon_c=Draw(self._seed, evening).between("noon", 20.6, 21.6),
            next_noon_c=Draw(self._seed, morning).between("noon", 20.6, 21.6),
            evening_c=26.4 if warm else draw.between("evening", 20.0, 20.8),
            floor_c=24.6 if warm else draw.between("floor", 17.2, 18.3),
            background_db=draw.between("background", 24.0, 26.0),
            leak_lx=draw.between("leak", 0.012, 0.03),
            lamp_ms=(lamp_ms, lamp_ms + draw.ms("lamp on", 14, 20)) if warm else None,
            blind_ms=blind_ms if story is Story.BLIND else None,
            sounds=_sounds(draw, lights_out_ms, get_up_ms),
        )

    def faults(self, plan: NightPlan, at_ms: int) -> frozenset[str]:
        """Return what fails at an instant of a plan."""
        blind = plan.blind_ms is not None and plan.blind_ms[0] <= at_ms < plan.blind_ms[1]
        return frozenset({LIGHT_ABSENT}) if blind else frozenset()

    def _local_ms(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, self._zone).timestamp()) * 1000


class Draw:
    """Reproducible draws, each named, so that adding one changes no other."""

    def __init__(self, seed: int, evening: date) -> None:
        self._start = f"{seed}/{evening.isoformat()}/"

    def between(self, name: str, low: float, high: float) -> float:
        """Return a value from a uniform distribution."""
        digest = hashlib.blake2b((self._start + name).encode(), digest_size=8).digest()
        return low + (high - low) * int.from_bytes(digest, "big") / 2**64

    def ms(self, name: str, low_min: float, high_min: float) -> int:
        """Return a duration in milliseconds between two in minutes."""
        return round(self.between(name, low_min, high_min) * MINUTE_MS)


def _sounds(draw: Draw, lights_out_ms: int, get_up_ms: int) -> tuple[Sound, ...]:
    """Draw the night's sounds: cars, one door, turning over; in order of time."""
    length_min = (get_up_ms - lights_out_ms) / MINUTE_MS
    sounds: list[Sound] = []
    # (kind, how many, loudest at the pillow dB, width s, crest dB): judgement, those of a
    # bedroom on a side street with the window ajar.
    kinds = (("car", 3, (41.0, 47.0), 6.0, 1.5), ("turn", 9, (36.0, 42.0), 0.7, 5.0))
    for kind, count, (low_db, high_db), width_s, crest_db in kinds:
        for number in range(count):
            name = f"{kind} {number}"
            at_ms = lights_out_ms + draw.ms(name, 12, length_min - 12)
            peak_db = draw.between(f"{name} peak", low_db, high_db)
            sounds.append(Sound(at_ms=at_ms, peak_db=peak_db, width_s=width_s, crest_db=crest_db))
    door_ms = lights_out_ms + draw.ms("door", 30, 90)
    sounds.append(Sound(at_ms=door_ms, peak_db=49.0, width_s=0.6, crest_db=8.0))
    return tuple(sorted(sounds, key=lambda sound: sound.at_ms))
