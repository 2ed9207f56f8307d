import pytest
from flask.testing import FlaskClient

from monitor.night.view_choices import SelfLight
from tests.fakes.full_house import a_house, everything, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, opened

PATH = "/bedside/self-light"
DIM = {"black": [0.1, 0.1, 0.1], "lit": [0.3, 0.3, 0.3]}


def said(browser: FlaskClient, seen: object, path: str = PATH) -> str:
    answer = browser.post(path, json=seen, headers=OWN)
    assert answer.status_code == 200
    assert answer.json is not None
    return str(answer.json["text"])


def kept(house: FakeHouse, room: str = "bedroom") -> SelfLight | None:
    return house.household.view_choices(room, 0).self_light


def test_what_a_page_saw_is_told_and_kept_for_its_room() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    assert said(browser, DIM) == (
        "The night display adds 0.20 lx at the sensor. For sleeping that is dark."
    )
    found = kept(house)
    assert found is not None
    assert found.added_lx == pytest.approx(0.2)
    assert kept(house, "guest") is None
    said(browser, {"black": [1, 1], "lit": [91, 91]}, f"{PATH}?room=guest")
    settings = browser.get("/settings").text
    assert "Bedroom: adds 0.20 lx at the sensor; Guest: adds 90 lx at the sensor" in settings


def test_the_settings_lead_to_the_test_and_say_what_it_found() -> None:
    house = everything()
    browser = opened(house)
    assert f'href="{PATH}"' in browser.get("/settings").text
    assert "not measured yet" in browser.get("/settings").text
    said(browser, DIM)
    assert '<span class="range">adds 0.20 lx at the sensor</span>' in browser.get("/settings").text


def test_a_bright_screen_is_told_what_to_do() -> None:
    assert said(opened(everything()), {"black": [1, 1], "lit": [91, 91]}).endswith(
        "adds 90 lx at the sensor. Dim the screen or turn it away."
    )


def test_a_room_too_bright_to_tell_is_told_to_be_darkened() -> None:
    seen = {"black": [10, 200], "lit": [10, 200]}
    assert said(opened(everything()), seen).endswith("Try again in a darker room.")


def test_too_few_values_say_so_and_are_not_kept() -> None:
    house = everything()
    assert said(opened(house), {"black": [], "lit": []}).startswith("Too few values came")
    assert kept(house) is None
    assert said(opened(a_house()), DIM).startswith("Too few values came")


@pytest.mark.parametrize(
    "seen",
    ["dark", {"black": [-1, 0], "lit": [0, 0]}, {"black": [1e9], "lit": []}, {"lit": [0.1] * 201}],
)
def test_values_that_are_none_are_refused(seen: object) -> None:
    assert opened(everything()).post(PATH, json=seen, headers=OWN).status_code == 400


def test_a_light_that_leaps_tells_nothing_and_is_no_fault_of_ours() -> None:
    house = everything()
    seen = {"black": [0, 200_000], "lit": [0, 200_000]}
    assert said(opened(house), seen).endswith("Try again in a darker room.")
    found = kept(house)
    assert found is not None
    assert found.told_from_lx == 200_000


def test_tests_that_follow_faster_than_one_can_be_made_are_not_kept() -> None:
    house = everything()
    hear(house, "guest")
    browser = opened(house)
    said(browser, DIM)
    house.clock.wait(40)
    again = browser.post(PATH, json={"black": [1, 1], "lit": [91, 91]}, headers=OWN)
    assert again.status_code == 429
    assert again.json is not None
    assert "takes a minute" in again.json["text"]
    assert len(house.household.rows) == 1
    said(browser, DIM, f"{PATH}?room=guest")
    house.clock.wait(20)
    said(browser, {"black": [1, 1], "lit": [91, 91]})
    found = kept(house)
    assert found is not None
    assert found.added_lx == 90


def test_values_of_another_site_are_refused() -> None:
    browser = everything().app().test_client()
    assert browser.post(PATH, json=DIM, headers=OWN).status_code == 403
