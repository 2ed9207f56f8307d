"""SHELL: asks the parts that are due and turns what they say into minutes.

Every part stands alone: one that fails, or raises, has a flag instead of a value, and
the others are asked as before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from msgspec import UnsetType

from firmware.calibration import calibrated_climate, calibrated_light, calibrated_sound
from firmware.guarded import guarded
from firmware.live import LiveValues
from firmware.minute import Due, MinuteSamples, SoundSetup, Traits, make_minute, moved_second
from firmware.minute_bounds import MinuteBounds, Span
from firmware.parts import SOUND_INTERVAL_S, Parts
from firmware.plausible import checked_climate, checked_light, checked_sound
from firmware.schedule import EARLY_S, Schedule
from firmware.sensors.base import (
    ClimateReading,
    Fault,
    LightReading,
    LoudnessReading,
    Sensor,
    SoundSecond,
)
from monitor.contract.messages import RoomSettings
from monitor.contract.quantities import DURATION
from monitor.contract.record import ClockState, Flag, Minute, instant
from monitor.night.events import EventDetector
from monitor.runtime.clock import Clock
from monitor.runtime.logging import line

log = logging.getLogger(__name__)

CLIMATE: Final = "climate"
LIGHT: Final = "light"
SOUND: Final = "sound"
LOUDNESS: Final = "loudness"
# Judgement: a second of sound arrives up to a block and a turn of the loop after its end;
# the minute waits for its last one.
GRACE_S: Final = 0.3

# Judgement: a loose contact comes and goes by the second; once a minute tells as much.
HEALTH_LOG_S: Final = 60.0
# Judgement: what a microphone's queue holds while the loop stalls; older is a stepped clock.
MAX_SOUND_AGE_S: Final = 600.0
# Judgement: the broker's retained settings are here in a second; more would be worth keeping.
BEGUN_ANEW_S: Final = 5.0
# What holds until the household's settings arrive: values as the parts give them.
NOT_CALIBRATED: Final = RoomSettings(v=1, at=instant(0), sequence=0, cal=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A minute that has ended, CLOCK_BOOTTIME at its end, and how sure its stamp is."""

    minute: Minute
    boottime_s: float
    clock: ClockState


class Sampler:
    """The parts of one room and the minute they are in.

    Args:
        parts: what is fitted.
        clock: says when parts are due and stamps what they say.
        detector: finds noise events; seeded with the background by its owner.
    """

    def __init__(self, *, parts: Parts, clock: Clock, detector: EventDetector) -> None:
        self._parts = parts
        self._clock = clock
        self._detector = detector
        self._traits = Traits()
        self._faulty: set[str] = set()
        self._said: dict[str, tuple[bool, float]] = {}  # health last logged, and when
        self._settings = NOT_CALIBRATED  # of the running minute
        self._next_settings = NOT_CALIBRATED
        # Taken past the end: while the minute waits GRACE_S, or after a stalled loop.
        self._later: list[tuple[float, Callable[[MinuteSamples], object]]] = []
        self._stepped_ms = 0  # by what the wall was put on, or back, since sound was asked for
        self.live = LiveValues()
        self._ask: dict[str, Callable[[], bool]] = {}
        intervals_s: dict[str, float] = {}
        if parts.climate is not None:
            self._ask[CLIMATE] = partial(self._ask_climate, parts.climate)
            intervals_s[CLIMATE] = parts.climate_interval_s
        if parts.light is not None:
            self._ask[LIGHT] = partial(self._ask_light, parts.light)
            intervals_s[LIGHT] = parts.light_interval_s
        if parts.sound is not None:
            self._ask[SOUND] = self._hear
            intervals_s[SOUND] = parts.drain_interval_s
        if parts.loudness is not None:
            self._ask[LOUDNESS] = partial(self._ask_loudness, parts.loudness)
            intervals_s[LOUDNESS] = SOUND_INTERVAL_S
        self._intervals_s = intervals_s
        self._begin()

    @property
    def sound_setup(self) -> SoundSetup:
        """Return floor and calibration in force; the household's word goes first."""
        setup, settings = self._parts.sound_setup, self._settings
        floor_db = settings.floor_db
        if floor_db is None and setup.floor_db is not None:
            # The microphone's noise goes through the offset like every sound.
            floor_db = max(0.0, setup.floor_db + settings.sound_offset_db)
        return replace(
            setup, floor_db=floor_db, calibrated=setup.calibrated or settings.sound_calibrated
        )

    def start(self) -> None:
        """Begin to listen; until a part has said something its live state says so."""
        at_s, starting = self._clock.monotonic_s(), Fault(flag=Flag.STARTING, message="starting")
        if self._parts.climate is not None:
            self.live.saw_climate(at_s, starting, self._traits)
        if self._parts.light is not None:
            self.live.saw_light(at_s, starting)
        if self._parts.sound is not None:
            self.live.saw_sound(at_s, starting)
            self._parts.sound.start()

    def switch_on(self) -> None:
        """Begin anew after a time without power, which no minute tells of."""
        self._begin()
        self.start()

    def _begin(self) -> None:
        clock, now_s = self._clock.state(), self._clock.monotonic_s()
        self._samples = MinuteSamples()
        self._later.clear()
        self._bounds = MinuteBounds(now_s=now_s, now_ms=self._clock.now_ms(), clock=clock)
        self._schedule = Schedule(self._intervals_s, start_s=now_s)

    def calibrate(self, settings: RoomSettings) -> None:
        """Use other settings from the next minute on: one minute has one calibration.

        The first to arrive after a start, while a minute has just begun and no sound is in
        it, begin it anew: or else it would hold raw values beside a calibrated background.
        """
        self._next_settings = settings
        age_s = self._clock.monotonic_s() - self._bounds.span.start_s
        is_first = self._settings is NOT_CALIBRATED and not self._samples.sound.seconds
        if is_first and age_s < BEGUN_ANEW_S:
            marks = self._samples.marks
            self._use(settings)
            self._begin()
            self._samples.marks = marks

    def next_s(self) -> float:
        """Return the monotonic time at which take_due has something to do."""
        return min(self._schedule.next_s(), self._bounds.span.end_s + GRACE_S)

    def take_due(self) -> list[Ended]:
        """Ask what is due now; return the minutes that have ended."""
        self._look_at_the_clocks()
        for name in self._schedule.due(self._clock.monotonic_s()):
            works = self._ask[name]()
            # A part may have taken its time: the slots it overran are not made up.
            mark = self._schedule.succeeded if works else self._schedule.failed
            mark(name, self._clock.monotonic_s())
        self._collect_marks()
        if self._clock.monotonic_s() + EARLY_S >= self._bounds.span.end_s + GRACE_S:
            self._hear()  # the minute's last second
        return self._ended(GRACE_S)

    def cut(self) -> list[Ended]:
        """Return what has ended and the minute that is running, as at an orderly stop."""
        self._look_at_the_clocks()
        self._hear()
        self._collect_marks()
        ended = self._ended(0.0)
        now_s, now_ms = self._clock.monotonic_s(), self._clock.now_ms()
        span = self._bounds.cut(now_s, now_ms)
        if span is None:
            return ended
        self._samples.events += self._detector.close()
        return [*ended, self._made(span)]

    def close(self) -> None:
        """Release the parts, the last one first; one that fails does not keep the others."""
        parts = self._parts
        for name, part in (
            ("panel", parts.panel),
            (LOUDNESS, parts.loudness),
            (SOUND, parts.sound),
            (LIGHT, parts.light),
            (CLIMATE, parts.climate),
        ):
            if part is not None:
                guarded(name, part.close)

    def _look_at_the_clocks(self) -> None:
        state = self._clock.state()  # first: a time found between the two is called uncertain
        now_s = self._clock.monotonic_s()
        if stepped_ms := self._bounds.look(now_s, self._clock.now_ms(), state):
            if now_s <= self._bounds.span.end_s:  # else its minute has kept its stamp, too
                self._samples.moved(stepped_ms)
            self._detector.move(stepped_ms)
            self._stepped_ms += stepped_ms
            log.warning(line("wall clock stepped", minute_end_ms=self._bounds.span.end_ms))

    def _ask_climate(self, part: Sensor[ClimateReading]) -> bool:
        sample = guarded(CLIMATE, part.sample)
        if isinstance(sample, ClimateReading):
            self._traits = self._traits.after_climate(sample)
            sample = checked_climate(calibrated_climate(sample, self._settings_now()))
        at_s = self._clock.monotonic_s()
        self._put(at_s, lambda minute: minute.climate.add(sample))
        self.live.saw_climate(at_s, sample, self._traits)
        return self._told(CLIMATE, sample)

    def _ask_light(self, part: Sensor[LightReading]) -> bool:
        sample = guarded(LIGHT, part.sample)
        if isinstance(sample, LightReading):
            sample = checked_light(calibrated_light(sample, self._settings_now()))
        at_s = self._clock.monotonic_s()
        self._put(at_s, lambda minute: minute.light.add(at_s, sample))
        self.live.saw_light(at_s, sample)
        return self._told(LIGHT, sample)

    def _ask_loudness(self, part: Sensor[LoudnessReading]) -> bool:
        sample = guarded(LOUDNESS, part.sample)
        at_s = self._clock.monotonic_s()
        self._put(at_s, lambda minute: minute.loudness.add(sample))
        self.live.saw_loudness(at_s, sample)
        return self._told(LOUDNESS, sample)

    def _hear(self) -> bool:
        if self._parts.sound is None:
            return True
        heard = guarded(SOUND, self._parts.sound.drain)
        stepped_ms, self._stepped_ms = self._stepped_ms, 0
        for one in (heard,) if isinstance(heard, Fault) else heard:
            sample = moved_second(one, self._clock.now_ms(), stepped_ms)
            # Calibrated and judged once its minute runs: only then is it known with what.
            at_s = self._ended_at_s(sample)
            self._put(at_s, partial(self._take_sound, sample, at_s))
        return True

    def _take_sound(self, sample: SoundSecond | Fault, at_s: float, minute: MinuteSamples) -> None:
        if isinstance(sample, SoundSecond):
            sample = checked_sound(calibrated_sound(sample, self._settings))
        if isinstance(sample, SoundSecond):
            if not (self._traits.lasmax and self._traits.lceq):
                self._traits = self._traits.after_sound(sample)
            if self._settings is NOT_CALIBRATED:
                self._detector.begin(NOT_CALIBRATED.cal, 0.0)
            minute.events += self._detector.second(
                sample.end_ms, sample.laeq_db, sample.lafmax_db, sample.lasmax_db
            )
        else:
            # A gap ends an event; how long it will last must not keep the event from the night.
            minute.events += self._detector.close()
        minute.sound.add(sample, in_event=self._detector.in_event)
        self.live.saw_sound(at_s, sample)
        self._told(SOUND, sample)

    def _ended_at_s(self, sample: SoundSecond | Fault) -> float:
        """Return when a second ended on the monotonic clock; a fault is of now."""
        now_s = self._clock.monotonic_s()
        if isinstance(sample, Fault):
            return now_s
        age_s = (self._clock.now_ms() - sample.end_ms) / 1000
        # A stamp of before a step tells nothing: the second came just now.
        return now_s - age_s if 0 <= age_s <= MAX_SOUND_AGE_S else now_s

    def _collect_marks(self) -> None:
        if self._parts.panel is None:
            return
        light = self.live.light
        illuminance_lx = None if isinstance(light, UnsetType) else light.illuminance_lx
        show = partial(self._parts.panel.show, illuminance_lx, faulty=bool(self._faulty))
        guarded("panel", show)
        marks = guarded("panel", self._parts.panel.drain)
        if not isinstance(marks, Fault):
            self._samples.marks += marks
            self.live.saw_marks(marks)

    def _put(self, at_s: float, add: Callable[[MinuteSamples], object]) -> None:
        if at_s <= self._bounds.span.end_s + EARLY_S:
            add(self._samples)
        else:
            self._later.append((at_s, add))

    def _ended(self, grace_s: float) -> list[Ended]:
        ended: list[Ended] = []
        now_s = self._clock.monotonic_s()
        while now_s + EARLY_S >= self._bounds.span.end_s + grace_s:
            ended.append(self._made(self._bounds.span))
            self._bounds.close(now_s, self._clock.now_ms())
            self._use(self._next_settings)
            self._samples = MinuteSamples()
            later, self._later = self._later, []
            for at_s, add in later:
                self._put(at_s, add)
        return ended

    def _settings_now(self) -> RoomSettings:
        """Return what a reading taken now goes through: its minute may be the next."""
        is_next = self._clock.monotonic_s() > self._bounds.span.end_s + EARLY_S
        return self._next_settings if is_next else self._settings

    def _use(self, settings: RoomSettings) -> None:
        if self._settings is not NOT_CALIBRATED:
            moved_db = settings.sound_offset_db - self._settings.sound_offset_db
            if moved_db:
                self._detector.recalibrate(moved_db)
        elif settings is not NOT_CALIBRATED:
            self._detector.begin(settings.cal, settings.sound_offset_db)
        self._settings = settings

    def _made(self, span: Span) -> Ended:
        minute = make_minute(
            span, self._samples, self._due(span), self._traits, self.sound_setup, self._settings.cal
        )
        self.live.saw_minute(minute.sound)
        since_s = self._clock.monotonic_s() - span.end_s
        boottime_s = DURATION.rounded(self._clock.boottime_s() - since_s)
        return Ended(minute=minute, boottime_s=boottime_s, clock=span.clock)

    def _due(self, span: Span) -> Due:
        parts = self._parts
        slots = self._schedule.slots
        return Due(
            climate=slots(CLIMATE, span.start_s, span.end_s) if parts.climate else None,
            light=slots(LIGHT, span.start_s, span.end_s) if parts.light else None,
            sound=round(span.duration_s) if parts.sound else None,
            loudness=slots(LOUDNESS, span.start_s, span.end_s) if parts.loudness else None,
        )

    def _told(self, name: str, sample: object) -> bool:
        """Log a change of health, at most once in HEALTH_LOG_S; return whether the part works."""
        why = sample if isinstance(sample, Fault) else None
        (self._faulty.discard if why is None else self._faulty.add)(name)
        was_well, said_s = self._said.get(name, (True, -HEALTH_LOG_S))
        now_s = self._clock.monotonic_s()
        if was_well != (why is None) and now_s - said_s >= HEALTH_LOG_S:
            self._said[name] = (why is None, now_s)
            if why is None:
                log.info(line("part works again", part=name))
            else:
                log.warning(line("part fails", part=name, flag=why.flag, why=why.message))
        return why is None
