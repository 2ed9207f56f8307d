"""What holds of alerts whatever the room does and whenever the monitor is started again."""

from collections import Counter
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.phase import Phase
from monitor.alerts.rules import MESSAGES_A_NIGHT, step
from monitor.alerts.states import AlertState, Decision, Fate, What
from monitor.night.alert_choices import AfterLightsOut, AlertChoices, Kind, RuleChoice
from tests.fakes.alert_evening import Evening

LEVELS = st.one_of(st.none(), st.floats(0, 100))
STRETCHES = st.lists(
    st.fixed_dictionaries(
        {
            "minutes": st.integers(1, 30),
            "cool": LEVELS,
            "quiet": LEVELS,
            "dark": LEVELS,
            "light_fault": st.sampled_from((None, False, True)),
            "silence_s": st.one_of(st.none(), st.floats(0, 1000)),
        }
    ),
    max_size=25,
)
PHASES = st.lists(st.sampled_from(tuple(Phase)), min_size=1, max_size=25)
CHOICES = st.builds(
    AlertChoices,
    alert_rules=st.dictionaries(
        st.sampled_from(tuple(Kind)),
        st.builds(
            RuleChoice, enabled=st.booleans(), after_lights_out=st.sampled_from(AfterLightsOut)
        ),
    ),
)


def lived(
    stretches: list[dict[str, object]], phases: list[Phase], choices: AlertChoices
) -> Evening:
    evening = Evening(choices)
    for number, stretch in enumerate(stretches):
        evening.phase = phases[number % len(phases)]
        evening.night = f"2026-11-{22 + number // 10}"
        values = {name: value for name, value in stretch.items() if name != "minutes"}
        evening.lasts(stretch["minutes"], 30.0, **values)
    return evening


@settings(max_examples=60)
@given(STRETCHES, PHASES, CHOICES)
def test_no_kind_begins_twice_without_ending_between(
    stretches: list[dict[str, object]], phases: list[Phase], choices: AlertChoices
) -> None:
    decisions = lived(stretches, phases, choices).decisions

    for kind in Kind:
        whats = [one.what for one in decisions if one.kind == kind]
        assert whats[:1] in ([], [What.BEGAN])
        assert all(first is not second for first, second in pairwise(whats))


@settings(max_examples=60)
@given(STRETCHES, PHASES, CHOICES)
def test_no_kind_sends_more_than_its_messages_a_night(
    stretches: list[dict[str, object]], phases: list[Phase], choices: AlertChoices
) -> None:
    decisions = lived(stretches, phases, choices).decisions

    sent = Counter((one.night, one.kind) for one in decisions if one.fate is Fate.NOW)
    assert all(count <= MESSAGES_A_NIGHT for count in sent.values())


@settings(max_examples=60)
@given(STRETCHES, CHOICES)
def test_nothing_is_told_at_night_that_people_want_held(
    stretches: list[dict[str, object]], choices: AlertChoices
) -> None:
    for one in lived(stretches, [Phase.NIGHT], choices).decisions:
        if one.fate is Fate.NOW:
            chosen = choices.rule(Kind(one.kind)).after_lights_out
            assert chosen is not AfterLightsOut.HOLD


@settings(max_examples=60)
@given(STRETCHES, PHASES, st.sets(st.integers(0, 29)))
def test_a_state_read_back_from_the_store_decides_as_it_would_have(
    stretches: list[dict[str, object]], phases: list[Phase], restarts: set[int]
) -> None:
    evening = lived(stretches, phases, AlertChoices())
    state, before, decided = evening.state, len(evening.decisions), list[Decision]()
    for number in range(30):
        evening.once(30.0, cool=30.0)
        if number in restarts:
            state = msgspec.json.decode(msgspec.json.encode(state), type=AlertState)
        state, more = step(state, evening.facts(cool=30.0), AlertChoices())
        decided += more

    assert state == evening.state
    assert decided == evening.decisions[before:]
