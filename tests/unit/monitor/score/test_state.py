import msgspec
import pytest
from msgspec import UNSET

from monitor.contract.messages import ClimateState, LightState, SoundState, State
from monitor.contract.record import ClockState, Flag, instant
from monitor.night.household import Household
from monitor.score.live import LiveInput, score_now
from monitor.score.state import live_input, score_state
from tests.fakes.stored import DEVICE, EVENING_MS

AT = instant(EVENING_MS)
STATE = State(
    v=1,
    at=AT,
    sequence=1,
    device=DEVICE,
    session="8899aabbccddeeff",
    clock=ClockState.SYNCED,
    backlog=0,
    climate=ClimateState(at=AT, temperature_c=19.0, humidity_pct=None),
    light=LightState(at=AT, illuminance_lx=0.5),
    sound=SoundState(
        at=AT,
        laeq_db=60.0,
        lafmax_db=61.0,
        laeq_1min_db=30.0,
        lafmax_1min_db=35.0,
        floor_db=24.0,
        calibrated=True,
    ),
)


def said_later(by_ms: int) -> State:
    """Return a state whose values are of by_ms before it."""
    return msgspec.structs.replace(STATE, at=instant(EVENING_MS + by_ms))


def test_the_last_minutes_levels_count_not_the_last_seconds() -> None:
    found = live_input(STATE, EVENING_MS)

    assert (found.laeq_db, found.lafmax_db) == (30.0, 35.0)
    assert (found.temperature_c, found.humidity_pct) == (19.0, None)
    assert (found.illuminance_lx, found.floor_db, found.calibrated) == (0.5, 24.0, True)


def test_a_state_is_scored_by_its_values_at_the_time_asked_for() -> None:
    household = Household(profile="older_adult")

    found = score_state(STATE, household, EVENING_MS)

    assert found == score_now(live_input(STATE, EVENING_MS), household)
    assert found != score_now(live_input(STATE, EVENING_MS), Household())
    assert score_state(said_later(600_001), household, EVENING_MS).rating is None


def test_the_clock_of_a_sensor_that_differs_by_weeks_changes_nothing() -> None:
    weeks_ms = 21 * 86_400_000

    there = live_input(STATE, EVENING_MS + weeks_ms)

    assert there == msgspec.structs.replace(
        live_input(STATE, EVENING_MS), at_ms=EVENING_MS + weeks_ms
    )


def test_what_is_not_fitted_stays_absent() -> None:
    bare = msgspec.structs.replace(STATE, climate=UNSET, light=UNSET, sound=UNSET)

    assert live_input(bare, EVENING_MS) == LiveInput(at_ms=EVENING_MS)


def test_a_value_of_ten_minutes_ago_is_the_last_that_counts() -> None:
    assert live_input(said_later(600_000), EVENING_MS).temperature_c == 19.0

    found = live_input(said_later(600_001), EVENING_MS)

    assert (found.temperature_c, found.illuminance_lx, found.laeq_db) == (None, None, None)


@pytest.mark.parametrize("flag", [Flag.SATURATED, Flag.IR_DOMINATED])
def test_light_that_is_only_a_bound_is_said_so(flag: Flag) -> None:
    light = LightState(at=AT, illuminance_lx=0.5, flags=(flag,))

    assert live_input(msgspec.structs.replace(STATE, light=light), EVENING_MS).limited_light
    assert not live_input(STATE, EVENING_MS).limited_light


def test_a_thermometer_without_humidity_has_none_to_give() -> None:
    climate = ClimateState(at=AT, temperature_c=19.0)
    found = live_input(msgspec.structs.replace(said_later(600_001), climate=climate), EVENING_MS)

    assert found.humidity_pct is UNSET
    assert found.temperature_c is None
