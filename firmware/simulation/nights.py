"""What happens in each simulated night: a plan a night, drawn from a seed. Pure.

Scenario `demo` counts back from now through the stories of stories.py; the running night
is good with a few sounds. All others are ordinary and differ a little.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from firmware.simulation.stories import TOLD, TWISTS, Hum, SoundKind, Story
from monitor.contract.record import instant

# The usual times of the household; judgement: those of settings nobody has changed.
BEDTIME: Final = time(23, 0)
WAKE_TIME: Final = time(7, 0)
NOON: Final = time(12, 0)
MINUTE_MS: Final = 60_000
# Judgement: the wind-down looks back three hours from 23:00; the get-up is followed.
SWITCHED_ON: Final = time(19, 45)
AFTER_GET_UP_MS: Final = 50 * MINUTE_MS


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
    of a light inside the night. out is (fault, from, until) of a part that fails, off
    (from, until) of the whole machine without power; hum_ms is when the hum sounds.
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
    drift_k: float
    moisture_pct: float
    background_db: float
    leak_lx: float
    curtain: float
    lamp_ms: tuple[int, int] | None
    out: tuple[str, int, int] | None
    off_ms: tuple[int, int] | None
    sounds: tuple[Sound, ...]
    hum: Hum | None
    hum_ms: tuple[int, int]


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
        self._whole_from_ms = self._local_ms(self._running - timedelta(days=1), NOON)

    def evening_of(self, at_ms: int) -> date:
        """Return the local date of the evening to which an instant belongs, noon to noon."""
        local = instant(at_ms).astimezone(self._zone)
        return local.date() if local.time() >= NOON else local.date() - timedelta(days=1)

    def story_of(self, evening: date) -> Story:
        """Return what the night that begins on an evening is an example of."""
        if not self._demo:
            return Story.ORDINARY
        ago = (self._running - evening).days
        if ago == 0:
            return Story.GOOD
        return TOLD[ago - 1] if 0 < ago <= len(TOLD) else Story.ORDINARY

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
        twist = TWISTS[story]
        lamp_ms = None
        if twist.lamp is not None:
            lit_ms = self._local_ms(morning, twist.lamp) + draw.ms("lamp", 0, 4)
            lamp_ms = lit_ms, lit_ms + draw.ms("lamp on", 14, 20)
        out = twist.out and (twist.out[0], *self._span_ms(evening, twist.out[1]))
        return NightPlan(
            story=story,
            noon_ms=self._local_ms(evening, NOON),
            next_noon_ms=self._local_ms(morning, NOON),
            dusk_ms=self._local_ms(evening, time(19, 30)),
            dim_ms=lights_out_ms - draw.ms("reading", 35, 60),
            lights_out_ms=lights_out_ms,
            dawn_ms=self._local_ms(morning, twist.dawn) + draw.ms("dawn", -5, 5),
            get_up_ms=get_up_ms,
            noon_c=Draw(self._seed, evening).between("noon", 20.6, 21.6),
            next_noon_c=Draw(self._seed, morning).between("noon", 20.6, 21.6),
            evening_c=draw.between("evening", *twist.evening_c),
            floor_c=draw.between("floor", *twist.floor_c),
            drift_k=twist.drift_k,
            moisture_pct=twist.moisture_pct,
            background_db=draw.between("background", 24.0, 26.0),
            leak_lx=draw.between("leak", *twist.leak_lx),
            curtain=twist.curtain,
            lamp_ms=lamp_ms,
            out=out,
            off_ms=twist.off and self._span_ms(evening, twist.off),
            sounds=_sounds(draw, twist.sounds, lights_out_ms, get_up_ms),
            hum=twist.hum,
            hum_ms=self._span_ms(evening, twist.hum.span) if twist.hum else (0, 0),
        )

    def faults(self, plan: NightPlan, at_ms: int) -> frozenset[str]:
        """Return what fails at an instant of a plan."""
        if plan.out is None or not plan.out[1] <= at_ms < plan.out[2]:
            return frozenset()
        return frozenset({plan.out[0]})

    def off_until(self, plan: NightPlan, at_ms: int) -> int | None:
        """Return until when the machine is without power at an instant; None: it has it.

        Before the last day and a half it is switched on from evening to morning only: a
        fortnight is made in seconds, and no night needs the day.
        """
        if plan.off_ms is not None and plan.off_ms[0] <= at_ms < plan.off_ms[1]:
            return plan.off_ms[1]
        if not self._demo or at_ms >= self._whole_from_ms:
            return None
        on_ms = self._local_ms(instant(plan.noon_ms).astimezone(self._zone).date(), SWITCHED_ON)
        off_ms = plan.get_up_ms + AFTER_GET_UP_MS
        if at_ms < on_ms:
            return min(on_ms, self._whole_from_ms)
        return None if at_ms < off_ms else min(plan.next_noon_ms, self._whole_from_ms)

    def _span_ms(self, evening: date, span: tuple[time, time]) -> tuple[int, int]:
        first, last = (
            self._local_ms(evening if at >= NOON else evening + timedelta(days=1), at)
            for at in span
        )
        return first, last

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


def _sounds(
    draw: Draw, kinds: tuple[SoundKind, ...], lights_out_ms: int, get_up_ms: int
) -> tuple[Sound, ...]:
    """Draw the night's sounds and one door, in order of time."""
    length_min = (get_up_ms - lights_out_ms) / MINUTE_MS
    sounds: list[Sound] = []
    for kind in kinds:
        for number in range(kind.count):
            name = f"{kind.name} {number}"
            sounds.append(
                Sound(
                    at_ms=lights_out_ms + draw.ms(name, 12, length_min - 12),
                    peak_db=draw.between(f"{name} peak", *kind.peak_db),
                    width_s=kind.width_s,
                    crest_db=kind.crest_db,
                )
            )
    door_ms = lights_out_ms + draw.ms("door", 30, 90)
    sounds.append(Sound(at_ms=door_ms, peak_db=49.0, width_s=0.6, crest_db=8.0))
    return tuple(sorted(sounds, key=lambda sound: sound.at_ms))
