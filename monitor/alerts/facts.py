"""What the rules look at: a room's last values, judged, and the moment they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from msgspec import UNSET, UnsetType

from monitor.alerts.phase import Phase
from monitor.contract.messages import State
from monitor.contract.record import ClockState, Flag, epoch_ms
from monitor.night.household import Household
from monitor.night.light import BRIGHT_LX
from monitor.score.cool import cool_curve
from monitor.score.result import Live
from monitor.score.state import OLDEST_MS, live_input
from monitor.score.units import TemperatureUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """A room's values; None is not fitted or not known, which is never good nor bad.

    quiet, cool and dark are live scores. best_c: the temperature that Cool likes best.
    A *_fault is True where a fitted sensor gives no valid value. silence_s: since the last
    fresh record. free_bytes: of the monitor's disk.
    """

    quiet: float | None = None
    cool: float | None = None
    dark: float | None = None
    temperature_c: float | None = None
    best_c: float = 0.0
    humidity_pct: float | None = None
    is_lit: bool = False
    climate_fault: bool | None = None
    light_fault: bool | None = None
    microphone_fault: bool | None = None
    silence_s: float | None = None
    free_bytes: float | None = None
    advice: Mapping[str, str] = field(default_factory=dict)


NOTHING: Final = Readings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A room at one moment: now_s never steps and survives restarts, now_ms is for words.

    title: what the room is called. knows_time: now_ms and night come from a time source.
    boot_began_s: when this boot did. unit: what messages say temperatures in.
    """

    title: str
    now_s: float
    now_ms: int
    night: str
    phase: Phase
    bedtime_ms: int
    readings: Readings = NOTHING
    unit: TemperatureUnit = TemperatureUnit.CELSIUS
    knows_time: bool = True
    boot_began_s: float = 0.0

    def at_ms(self, at_s: float) -> int:
        """Return the wall time of a moment of this boot, as far as now_ms is known."""
        return self.now_ms - round((self.now_s - at_s) * 1000)

    @property
    def in_sleep_window(self) -> bool:
        """Tell whether the room ought to be watched because somebody sleeps or soon will."""
        stays_up = self.phase is Phase.EVENING and self.now_ms >= self.bedtime_ms
        return self.phase is Phase.NIGHT or stays_up


class _Sample(Protocol):
    @property
    def flags(self) -> tuple[Flag, ...]: ...


def readings_of(
    state: State, live: Live | None, household: Household, now_ms: int | None
) -> Readings:
    """Return the values of a state; one that was not made just now says nothing at all.

    Args:
        state: it has just come. The stamp of a sensor without time tells nothing of its age.
        live: its score, None where it has none.
        household: the settings in force.
        now_ms: wall time, None where this machine has none that it can compare with.

    Raises:
        ScoreError: the household's profile is not in the table.
    """
    made_ms = epoch_ms(state.at)
    told_ms = made_ms if now_ms is None or state.clock is ClockState.UNSYNCED else now_ms
    if abs(told_ms - made_ms) > OLDEST_MS:
        return NOTHING
    values = live_input(state, made_ms)
    scores = {} if live is None else {part.part: part.score for part in live.parts}
    climate, light, sound = state.climate, state.light, state.sound
    return Readings(
        quiet=scores.get("quiet"),
        cool=scores.get("cool"),
        dark=scores.get("dark"),
        temperature_c=_known(values.temperature_c),
        best_c=cool_curve(household).best,
        humidity_pct=_known(values.humidity_pct),
        is_lit=(_known(values.illuminance_lx) or 0.0) >= BRIGHT_LX,
        climate_fault=None if climate is UNSET else _fault(climate, climate.temperature_c),
        light_fault=None if light is UNSET else _fault(light, light.illuminance_lx),
        microphone_fault=None if sound is UNSET else _fault(sound, sound.laeq_db),
        advice={} if live is None else live.advice,
    )


def _known(value: float | UnsetType | None) -> float | None:
    return None if value is UNSET else value


def _fault(sample: _Sample, value: float | None) -> bool | None:
    """Tell whether a sensor is at fault; one that has just been started is neither."""
    if sample.flags == (Flag.STARTING,):
        return None
    return value is None
