"""The event detector, second by second, beside the definition with the whole night in view."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.night.events import EventDetector
from tests.fakes.plain_events import Heard, Levels, plain_events

LEVELS = st.sampled_from([27.0, 28.0, 31.0, 33.0, 35.0, 40.0, 46.0, 52.0, 58.0, 70.0])
STRETCHES = st.one_of(
    st.tuples(LEVELS, st.sampled_from([1, 3, 5, 6, 9, 10, 60, 179, 180, 400])).map(
        lambda told: [told[0]] * told[1]
    ),
    # Snoring, music: what wavers.
    st.tuples(LEVELS, LEVELS, st.integers(1, 60)).map(
        lambda told: [told[0], told[0], told[1], told[1]] * told[2]
    ),
    st.sampled_from([[None], [None] * 5, [None] * 620]),
)
NIGHTS = st.lists(STRETCHES, min_size=3, max_size=14).map(
    lambda stretches: [28.0] * 70 + [level for stretch in stretches for level in stretch]
)


def detected(levels_db: Levels) -> list[Heard]:
    detector = EventDetector()
    events = [
        event
        for second, level_db in enumerate(levels_db, start=1)
        for event in detector.second(second * 1000, level_db)
    ]
    return [
        (one.start_ms // 1000, one.end_ms // 1000, one.kind.value, one.background_db, one.lae_db)
        for one in [*events, *detector.close()]
    ]


@given(NIGHTS)
@settings(max_examples=60)
def test_what_is_found_second_by_second_is_what_the_definition_says(levels_db: Levels) -> None:
    found, wanted = detected(levels_db), plain_events(levels_db)
    assert [one[:4] for one in found] == [one[:4] for one in wanted]
    assert [one[4] for one in found] == pytest.approx([one[4] for one in wanted], abs=1e-6)
