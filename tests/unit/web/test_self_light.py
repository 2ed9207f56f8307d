import pytest
from flask.testing import FlaskClient

from tests.fakes.full_house import a_house
from web.self_light import TOO_FEW, verdict


@pytest.fixture
def browser() -> FlaskClient:
    return a_house().app().test_client()


def test_a_dim_red_screen_is_dark_for_sleeping() -> None:
    text = verdict([0.10, 0.11, 0.10, 0.10], [0.15, 0.16, 0.15, 0.16])
    assert text == "The night display adds 0.05 lx at the sensor. For sleeping that is dark."


def test_a_glaring_screen_is_told_to_be_dimmed() -> None:
    assert "Dim the screen" in verdict([0.1, 0.1], [90.0, 90.1], lamp="led_6500k")


def test_a_difference_within_the_scatter_is_no_finding() -> None:
    text = verdict([0.1, 0.9, 0.2, 0.8], [0.3, 1.0, 0.2, 0.9])
    assert "adds less than" in text
    assert "try again in a darker room" in text


def test_nothing_added_is_told_with_what_the_sensor_can_tell() -> None:
    assert "less than 0.01 lx" in verdict([0.1] * 10, [0.1] * 10)
    assert "less than 0.01 lx" in verdict([0.1] * 10, [0.05] * 10)


@pytest.mark.parametrize(("black", "lit"), [([], []), ([0.1], [0.2, 0.2]), ([0.1, 0.1], [])])
def test_too_few_values_are_no_verdict(black: list[float], lit: list[float]) -> None:
    assert verdict(black, lit) == TOO_FEW


def test_the_page_asks_for_the_verdict_of_what_it_gathered(browser: FlaskClient) -> None:
    answer = browser.get("/bedside/self-light/verdict?black=0.1,0.1,0.1&lit=0.3,0.3,0.3")
    assert answer.json["text"].startswith("The night display adds 0.20 lx")


@pytest.mark.parametrize("bad", ["dark", "nan", "-1", "1e9", "inf"])
def test_values_that_are_none_are_refused(browser: FlaskClient, bad: str) -> None:
    assert browser.get(f"/bedside/self-light/verdict?black={bad}&lit=1,1").status_code == 400
