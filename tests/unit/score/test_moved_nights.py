"""A night moved to an earlier evening is the one that scoring makes of that evening's minutes."""

from datetime import timedelta

import pytest

from monitor.score.offline import score_series
from tests.fakes.years import CARS, HOUSEHOLD, NEWEST, Course, judged, moved


@pytest.mark.parametrize(
    "course",
    [Course(evening_c=24.0, cars=CARS, dawn_lx=5.0), Course(climate_lost=range(364, 1_440))],
    ids=["whole", "sensor out"],
)
def test_a_moved_night_is_as_scoring_judges_it(course: Course) -> None:
    evening = NEWEST - timedelta(days=400)
    (found,) = score_series(course.minutes(evening), HOUSEHOLD)
    assert moved(judged(course), 400) == found.score
