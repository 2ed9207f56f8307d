"""A room's state message as what its live score is made of."""

from typing import Final, Protocol

from msgspec import UNSET, UnsetType

from monitor.contract.messages import State
from monitor.contract.record import Flag, Instant, epoch_ms
from monitor.night.household import Household
from monitor.score.live import LiveInput, score_now
from monitor.score.result import Live

# Judgement: sensors may be asked as rarely as every 600 s (settings.py); older is no value.
OLDEST_MS: Final = 600_000
LIMITS: Final = frozenset({Flag.SATURATED, Flag.IR_DOMINATED})


class _Sample(Protocol):
    @property
    def at(self) -> Instant: ...


def live_input(state: State, now_ms: int) -> LiveInput:
    """Return the last values of a state that has just come; one over 10 min old is no value.

    The sensor's clock may differ from this machine's by weeks; its differences do not.
    """
    made_ms = epoch_ms(state.at)
    climate, light, sound = state.climate, state.light, state.sound

    def fresh(
        sample: _Sample | UnsetType, value: float | UnsetType | None
    ) -> float | UnsetType | None:
        if sample is UNSET or value is UNSET:
            return UNSET
        return value if made_ms - epoch_ms(sample.at) <= OLDEST_MS else None

    return LiveInput(
        at_ms=now_ms,
        temperature_c=fresh(climate, UNSET if climate is UNSET else climate.temperature_c),
        humidity_pct=fresh(climate, UNSET if climate is UNSET else climate.humidity_pct),
        illuminance_lx=fresh(light, UNSET if light is UNSET else light.illuminance_lx),
        limited_light=light is not UNSET and not LIMITS.isdisjoint(light.flags),
        laeq_db=fresh(sound, UNSET if sound is UNSET else sound.laeq_1min_db),
        lafmax_db=fresh(sound, UNSET if sound is UNSET else sound.lafmax_1min_db),
        floor_db=None if sound is UNSET else sound.floor_db,
        calibrated=sound is not UNSET and sound.calibrated,
    )


def score_state(state: State, household: Household, now_ms: int) -> Live:
    """Return the score of a state, see score_now for what it raises."""
    return score_now(live_input(state, now_ms), household)
