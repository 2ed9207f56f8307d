"""What a live state tells the rules."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from monitor.alerts.facts import NOTHING, readings_of
from monitor.contract.messages import ClimateState, LightState, SoundState, State
from monitor.contract.record import ClockState, Flag, instant
from monitor.night.household import Household
from monitor.score.state import score_state

NOW_MS = 1_795_388_400_000
AT = instant(NOW_MS)
FULL = State(
    v=1,
    at=AT,
    sequence=1,
    device="d",
    session="0" * 16,
    clock=ClockState.SYNCED,
    backlog=0,
    climate=ClimateState(at=AT, temperature_c=25.0, humidity_pct=45.0),
    light=LightState(at=AT, illuminance_lx=6.0),
    sound=SoundState(
        at=AT,
        laeq_db=40.0,
        lafmax_db=45.0,
        laeq_1min_db=40.0,
        lafmax_1min_db=45.0,
        floor_db=24.0,
        calibrated=True,
    ),
)


def test_a_whole_state_gives_scores_and_values() -> None:
    live = score_state(FULL, Household(), NOW_MS)

    readings = readings_of(FULL, live, Household(), NOW_MS)

    assert None not in (readings.quiet, readings.cool, readings.dark)
    assert (readings.temperature_c, readings.humidity_pct) == (25.0, 45.0)
    assert readings.is_lit
    assert (readings.climate_fault, readings.light_fault, readings.microphone_fault) == (
        False, False, False,
    )  # fmt: skip
    assert readings.advice["cool"] == "25.0 °C: open the window"


def test_what_is_not_fitted_is_no_fault() -> None:
    bare = replace(FULL, climate=UNSET, light=UNSET, sound=UNSET)

    readings = readings_of(bare, None, Household(), NOW_MS)

    assert readings.climate_fault is None
    assert readings.light_fault is None
    assert readings.microphone_fault is None
    assert not readings.is_lit


def test_no_value_is_a_fault_unless_the_sensor_is_starting() -> None:
    gone = LightState(at=AT, illuminance_lx=None, flags=(Flag.NO_REPLY,))
    begun = LightState(at=AT, illuminance_lx=None, flags=(Flag.STARTING,))

    assert readings_of(replace(FULL, light=gone), None, Household(), NOW_MS).light_fault is True
    assert readings_of(replace(FULL, light=begun), None, Household(), NOW_MS).light_fault is None


def test_a_state_of_another_time_says_nothing() -> None:
    assert readings_of(FULL, None, Household(), NOW_MS + 600_001) == NOTHING
    assert readings_of(FULL, None, Household(), NOW_MS - 600_001) == NOTHING


@pytest.mark.parametrize(
    ("state", "now_ms"),
    [(replace(FULL, clock=ClockState.UNSYNCED), NOW_MS + 10**9), (FULL, None)],
)
def test_where_a_clock_is_not_sure_a_state_is_as_old_as_its_arrival(
    state: State, now_ms: int | None
) -> None:
    readings = readings_of(state, None, Household(), now_ms)
    assert readings == readings_of(FULL, None, Household(), NOW_MS)
    assert readings.temperature_c is not None
