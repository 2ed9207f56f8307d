"""A simulated bedroom: temperature, light and sound as functions of time and a seed.

Evening with a reading lamp, lights-out, a cooling curve, dawn behind a curtain, sleepers
who breathe and turn over, a window ajar and opened after get-up, a lived-in day, sounds.
Nothing is stored from one instant to the next, so any instant can be asked in any order.
The figures are judgement: those of a heated brick house in spring, close enough for a
demo; no score rests on them.
"""

import hashlib
from bisect import bisect_left
from math import cos, exp, log10, pi, sin
from statistics import NormalDist
from typing import Final

from firmware.simulation.nights import NightPlan, Scenario, Sound
from firmware.simulation.room import RoomValues
from firmware.simulation.stories import Hum

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
SPREAD: Final = 4096  # entries of the noise table, a power of two
LAMP_BEFORE_DUSK_MS: Final = 75 * MINUTE_MS
COOLING_H: Final = 2.5
AIRING_K: Final = 1.5
ROOM_LIGHT_LX: Final = 95.0
READING_LX: Final = 22.0
NIGHT_LAMP_LX: Final = 45.0
DAYLIGHT_LX: Final = 240.0
# Channel 1 over channel 0 of the TSL2591: LED light has little infrared, daylight more.
LED_IR_RATIO: Final = 0.14
DAYLIGHT_IR_RATIO: Final = 0.32
REACH: Final = 6.0  # widths from its peak at which a sound is over


class Bedroom:
    """The room of a scenario.

    Args:
        scenario: the plans of its nights.
        seed: of the small fluctuations.
    """

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self._scenario = scenario
        self._noise = _normal_table(seed)
        self._plan = scenario.plan_at(0)
        self._sound_at_ms: list[int] = []
        self._smoothing: dict[int, tuple[int, float, float]] = {}

    def at(self, at_ms: int) -> RoomValues:
        """Return the values at an instant."""
        plan = self._planned(at_ms)
        temperature_c = self._temperature_c(plan, at_ms)
        illuminance_lx, ir_ratio = self._light(plan, at_ms)
        laeq_db, lafmax_db = self.levels_at(at_ms)
        return RoomValues(
            temperature_c=temperature_c,
            humidity_pct=self._humidity_pct(temperature_c, plan, at_ms),
            pressure_hpa=_pressure_hpa(at_ms),
            illuminance_lx=illuminance_lx,
            ir_ratio=ir_ratio,
            laeq_db=laeq_db,
            lafmax_db=lafmax_db,
        )

    def levels_at(self, end_ms: int) -> tuple[float, float]:
        """Return (laeq_db, lafmax_db) of the second that ends at end_ms."""
        plan = self._planned(end_ms)
        second = end_ms // 1000
        laeq_db = self._background_db(plan, end_ms) + 0.5 * self._normal(second, 11)
        if plan.hum is not None and plan.hum_ms[0] <= end_ms < plan.hum_ms[1]:
            laeq_db = 10 * log10(10 ** (laeq_db / 10) + 10 ** (_hum_db(plan.hum, end_ms) / 10))
        crest_db = 1.2 + 0.6 * abs(self._normal(second, 12))
        sound = self._sound_near(plan, end_ms)
        if sound is None:
            return laeq_db, laeq_db + crest_db
        distance = (end_ms - sound.at_ms) / 1000 / sound.width_s
        level_db = sound.peak_db - 4.343 * distance * distance / 2
        total_db = 10 * log10(10 ** (laeq_db / 10) + 10 ** (level_db / 10))
        return total_db, max(laeq_db + crest_db, level_db + sound.crest_db)

    def faults(self, at_ms: int) -> frozenset[str]:
        """Return what fails at an instant."""
        return self._scenario.faults(self._planned(at_ms), at_ms)

    def light_at(self, at_ms: int) -> tuple[float, float]:
        """Return (illuminance_lx, ir_ratio) at an instant, as at() has them."""
        return self._light(self._planned(at_ms), at_ms)

    def off_until(self, at_ms: int) -> int | None:
        """Return until when there is no power at an instant, None while there is."""
        return self._scenario.off_until(self._planned(at_ms), at_ms)

    def _planned(self, at_ms: int) -> NightPlan:
        # Kept only to save drawing the same plan again: it depends on at_ms alone.
        if not (self._plan.noon_ms <= at_ms < self._plan.next_noon_ms and self._sound_at_ms):
            self._plan = self._scenario.plan_at(at_ms)
            self._sound_at_ms = [sound.at_ms for sound in self._plan.sounds]
        return self._plan

    def _temperature_c(self, plan: NightPlan, at_ms: int) -> float:
        evening_c, lights_out_ms = plan.evening_c, plan.lights_out_ms
        if at_ms < lights_out_ms:
            share = _eased(at_ms, plan.noon_ms, lights_out_ms)
            settled_c = plan.noon_c + (evening_c - plan.noon_c) * share
        else:
            cooled_c = _cooled_c(plan, min(at_ms, plan.get_up_ms))
            cooled_c += plan.drift_k * _eased(at_ms, plan.lights_out_ms, plan.get_up_ms)
            share = _eased(at_ms, plan.get_up_ms, plan.next_noon_ms)
            settled_c = cooled_c + (plan.next_noon_c - cooled_c) * share
            settled_c -= AIRING_K * _aired(plan, at_ms)
        return settled_c + 0.06 * self._smooth(at_ms, 7 * MINUTE_MS, 1)

    def _humidity_pct(self, temperature_c: float, plan: NightPlan, at_ms: int) -> float:
        # Warmer air of the same moisture is drier; sleepers add moisture through the night,
        # and the window, opened when they get up, lets it out.
        breath = _eased(at_ms, plan.lights_out_ms, plan.get_up_ms)
        aired = _eased(at_ms, plan.get_up_ms, plan.get_up_ms + HOUR_MS)
        slow = 3.0 * sin(2 * pi * at_ms / (61 * HOUR_MS))
        small = 0.4 * self._smooth(at_ms, 4 * MINUTE_MS, 2)
        moist = plan.moisture_pct * _eased(at_ms, plan.dusk_ms, plan.lights_out_ms)
        return 46.0 + moist - 1.4 * (temperature_c - 20.0) + 6.0 * (breath - aired) + slow + small

    def _light(self, plan: NightPlan, at_ms: int) -> tuple[float, float]:
        daylight_lx = self._daylight_lx(plan, at_ms)
        asleep = plan.lights_out_ms <= at_ms < plan.get_up_ms
        lamp_lx = 0.0
        if not asleep:
            lamp_lx = self._evening_lamp_lx(plan, at_ms)
        elif plan.lamp_ms is not None and plan.lamp_ms[0] <= at_ms < plan.lamp_ms[1]:
            lamp_lx = NIGHT_LAMP_LX
        lamp_lx *= 1 + 0.01 * self._normal(at_ms // 1000, 3)
        if asleep:
            daylight_lx *= plan.curtain
        total_lx = plan.leak_lx * (1 + 0.05 * self._smooth(at_ms, MINUTE_MS, 4))
        total_lx += daylight_lx + lamp_lx
        infrared = DAYLIGHT_IR_RATIO * daylight_lx + LED_IR_RATIO * (total_lx - daylight_lx)
        return total_lx, infrared / total_lx

    def _evening_lamp_lx(self, plan: NightPlan, at_ms: int) -> float:
        if plan.dim_ms <= at_ms < plan.lights_out_ms:
            return READING_LX
        evening = plan.dusk_ms - LAMP_BEFORE_DUSK_MS <= at_ms < plan.dim_ms
        morning = plan.get_up_ms <= at_ms < plan.get_up_ms + 25 * MINUTE_MS
        return ROOM_LIGHT_LX if evening or morning else 0.0

    def _daylight_lx(self, plan: NightPlan, at_ms: int) -> float:
        # The afternoon falls to dusk, the morning rises from dawn; both meet at noon.
        if at_ms < plan.dusk_ms:
            height = cos(pi / 2 * (at_ms - plan.noon_ms) / (plan.dusk_ms - plan.noon_ms))
        elif at_ms > plan.dawn_ms:
            height = sin(pi / 2 * (at_ms - plan.dawn_ms) / (plan.next_noon_ms - plan.dawn_ms))
        else:
            return 0.0
        clouds = 1 + 0.15 * self._smooth(at_ms, 9 * MINUTE_MS, 5)
        return DAYLIGHT_LX * height * height * clouds

    def _background_db(self, plan: NightPlan, at_ms: int) -> float:
        slow_db = 0.7 * self._smooth(at_ms, 11 * MINUTE_MS, 6)
        if plan.lights_out_ms <= at_ms < plan.get_up_ms:
            settled = exp(-(at_ms - plan.lights_out_ms) / (2 * MINUTE_MS))
            return plan.background_db + slow_db + 6.0 * settled
        if plan.dim_ms <= at_ms < plan.lights_out_ms:
            return 31.0 + slow_db
        return 41.0 + 2 * slow_db + 3.0 * self._smooth(at_ms, 8_000, 7)

    def _sound_near(self, plan: NightPlan, at_ms: int) -> Sound | None:
        index = bisect_left(self._sound_at_ms, at_ms)
        nearest = None
        for sound in plan.sounds[max(0, index - 1) : index + 1]:
            distance = abs(at_ms - sound.at_ms) / 1000 / sound.width_s
            if distance < REACH and (nearest is None or distance < nearest[0]):
                nearest = (distance, sound)
        return None if nearest is None else nearest[1]

    def _normal(self, index: int, salt: int) -> float:
        """Return a standard normal draw of an index; salts are independent series."""
        mixed = index * 40_503 + (index >> 12) * 7_919 + salt * 1_361
        return self._noise[(mixed ^ mixed >> 7) & SPREAD - 1]

    def _smooth(self, at_ms: int, scale_ms: int, salt: int) -> float:
        """Return smooth noise of about unit size that changes over scale_ms."""
        index, rest = divmod(at_ms, scale_ms)
        # Kept only to save drawing the same two again: they depend on index and salt alone.
        kept = self._smoothing.get(salt)
        if kept is None or kept[0] != index:
            kept = index, self._normal(index, salt), self._normal(index + 1, salt)
            self._smoothing[salt] = kept
        share = rest / scale_ms
        share = share * share * (3 - 2 * share)
        return kept[1] * (1 - share) + kept[2] * share


def _hum_db(hum: Hum, at_ms: int) -> float:
    return hum.level_db + hum.swing_db * sin(2 * pi * at_ms / 1000 / hum.period_s)


def _cooled_c(plan: NightPlan, at_ms: int) -> float:
    hours = (at_ms - plan.lights_out_ms) / HOUR_MS
    return plan.floor_c + (plan.evening_c - plan.floor_c) * exp(-hours / COOLING_H)


def _aired(plan: NightPlan, at_ms: int) -> float:
    """Return how much the window open after get-up is felt, 0 to 1."""
    opened_ms = plan.get_up_ms + 5 * MINUTE_MS
    felt = _eased(at_ms, opened_ms, opened_ms + 10 * MINUTE_MS)
    return felt - _eased(at_ms, opened_ms + 15 * MINUTE_MS, opened_ms + HOUR_MS)


def _pressure_hpa(at_ms: int) -> float:
    hours = at_ms / HOUR_MS
    return 1013.0 + 6.0 * sin(2 * pi * hours / 131) + 3.0 * sin(2 * pi * hours / 53)


def _eased(at_ms: int, from_ms: int, until_ms: int) -> float:
    """Return 0 before, 1 after, a smooth rise between."""
    share = min(max((at_ms - from_ms) / (until_ms - from_ms), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _normal_table(seed: int) -> tuple[float, ...]:
    inverse = NormalDist().inv_cdf
    return tuple(
        inverse((int.from_bytes(_digest(seed, index), "big") + 0.5) / 2**32)
        for index in range(SPREAD)
    )


def _digest(seed: int, index: int) -> bytes:
    return hashlib.blake2b(f"{seed}/{index}".encode(), digest_size=4).digest()
