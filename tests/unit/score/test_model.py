import pytest

from monitor.night.model import DEFINITION, JUDGEMENT
from monitor.score import model
from monitor.score.about import constants, night_constants
from monitor.score.sources import SOURCES


def test_every_constant_has_a_name_a_reason_and_a_known_source() -> None:
    for constant in (*constants(), *night_constants()):
        assert constant.name
        assert constant.reason
        assert constant.source in {*SOURCES, JUDGEMENT, DEFINITION}


def test_weights_sum_to_one() -> None:
    assert sum(model.WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("score", "integer", "stars"),
    [
        (100.0, 100, 5),
        (89.5, 90, 5),
        (89.4999999, 90, 5),
        (89.49, 89, 4),
        (74.5, 75, 4),
        (74.4, 74, 3),
        (59.5, 60, 3),
        (39.5, 40, 2),
        (39.4, 39, 1),
        (0.0, 0, 1),
    ],
)
def test_the_band_follows_the_integer_that_is_shown(score: float, integer: int, stars: int) -> None:
    assert model.shown(score) == integer
    assert model.band(score).stars == stars


def test_what_the_page_must_flag_is_flagged_as_judgement() -> None:
    flagged = {
        constant.value
        for constant in (*constants(), *night_constants())
        if constant.source == JUDGEMENT
    }
    assert {0.7, 0.3, 5, 15, 0.25, 0.667, 6} <= flagged
