import html5lib
import pytest
from msgspec.structs import replace

from monitor.score.result import NightScore, Status
from tests.fakes.bedroom import a_part
from tests.fakes.full_house import a_house, earlier_night, everything
from tests.fakes.house import FakeLiveRoom
from web.comparison import NOT_ALIKE, compare


def a_night_with(days: int, rating: float, cool_lost: float) -> NightScore:
    parts = (a_part("quiet"), a_part("cool", points_lost=cool_lost), a_part("dark"))
    return replace(earlier_night(days, rating=rating, of=parts), same_low=rating, same_high=rating)


def test_the_better_night_is_named_with_what_made_it_better() -> None:
    found = compare(a_night_with(0, 62.0, 24.0), a_night_with(1, 84.0, 3.5))
    assert found.text == "Sat 21 → Sun 22 Nov was 22 points better: Cool cost 20.5 points less."
    assert found.parts[1] == ("Cool", "24.0 points", "3.5 points")


def test_a_difference_within_what_sensors_can_tell_is_no_victory() -> None:
    first, second = earlier_night(0, rating=78.0), earlier_night(1, rating=75.0)
    assert "the two may be equal" in compare(first, second).text
    assert compare(first, replace(second, rating=78.0)).text == "Both nights have the same rating."


def test_an_upper_limit_is_no_better_night() -> None:
    sure = a_night_with(0, 80.0, 24.0)
    limit = replace(a_night_with(1, 95.0, 3.5), at_most=True)
    found = "Sat 21 → Sun 22 Nov is an upper limit only: which night was better cannot be told."
    assert compare(sure, limit).text == compare(limit, sure).text == found
    assert compare(replace(sure, rating=95.0), limit).text == found
    assert compare(limit, replace(sure, rating=95.0)).text == found


def test_a_night_is_at_least_so_much_better_than_an_upper_limit() -> None:
    limit = replace(a_night_with(0, 62.0, 24.0), at_most=True)
    found = compare(limit, a_night_with(1, 84.0, 3.5)).text
    assert found.startswith("Sat 21 → Sun 22 Nov was at least 22 points better")


def test_where_no_part_gained_none_is_named() -> None:
    found = compare(a_night_with(0, 62.0, 6.0), a_night_with(1, 84.0, 5.96))
    assert found.text == "Sat 21 → Sun 22 Nov was 22 points better."


@pytest.mark.parametrize(
    "other",
    [
        earlier_night(1, provisional="too short"),
        replace(earlier_night(1), score_model_version=99),
        earlier_night(
            1, of=(a_part("quiet", None, status=Status.MISSING), a_part("cool"), a_part("dark"))
        ),
    ],
)
def test_nights_not_measured_alike_are_not_compared_by_number(other: NightScore) -> None:
    assert compare(earlier_night(0), other).text == NOT_ALIKE


def test_of_a_night_without_a_rating_nothing_is_said_of_how_it_was_measured() -> None:
    rated, other = earlier_night(0), earlier_night(1, rating=None)
    for found in (compare(rated, other), compare(other, rated)):
        assert found.text.startswith("Sat 21 → Sun 22 Nov has no rating, so the numbers cannot")
    neither = compare(earlier_night(2, rating=None), other)
    assert neither.text.startswith("Neither night has a rating")


@pytest.mark.parametrize("rating", [78.0, None])
def test_a_night_beside_itself_is_called_that(rating: float | None) -> None:
    night = earlier_night(0, rating=rating)
    assert compare(night, night).text.startswith("This is one night, beside itself")


@pytest.mark.slow
def test_the_page_draws_both_nights_without_two_ids_alike() -> None:
    answer = everything().app().test_client().get("/nights/compare?a=2026-11-22&b=2026-11-20")
    assert answer.status_code == 200
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    pictures = [it for it in tree.iter() if it.get("role") == "img"]
    assert len(pictures) == 2
    titled = [it.get("aria-labelledby") for it in pictures]
    assert titled[0] != titled[1]
    ids = [it.get("id") for it in tree.iter() if it.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_offers_the_nights_there_are() -> None:
    text = everything().app().test_client().get("/nights/compare").text
    assert text.count("<option") == 6
    assert "No nights yet" in a_house().app().test_client().get("/nights/compare").text


def chosen(text: str) -> list[str]:
    """Return the nights that the two boxes of the page stand at."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return [
        str(option.get("value"))
        for box in tree.iter("select")
        for option in box.iter("option")
        if "selected" in option.attrib
    ]


def test_the_boxes_stand_at_the_nights_that_are_shown_running_and_old_ones_too() -> None:
    house = everything()
    house.store.put(earlier_night(700))
    house.live.files["bedroom"] = FakeLiveRoom(night=earlier_night(-1))
    browser = house.app().test_client()
    for nights in (["2024-12-22", "2026-11-20"], ["2026-11-23", "2026-11-22"]):
        text = browser.get("/nights/compare?a={}&b={}".format(*nights)).text
        assert chosen(text) == nights


def test_from_a_night_another_one_is_chosen_to_compare_it_with() -> None:
    browser = everything().app().test_client()
    link = "/nights/compare?a=2026-11-22"
    assert f'href="{link}"' in browser.get("/nights/2026-11-22").text
    assert chosen(browser.get(link).text) == ["2026-11-22", "2026-11-21"]
    assert chosen(browser.get("/nights/compare").text) == ["2026-11-22", "2026-11-21"]


def test_a_night_that_is_not_there_is_not_found() -> None:
    browser = everything().app().test_client()
    for query in ("a=2020-01-01&b=2026-11-22", "a=yesterday"):
        assert browser.get(f"/nights/compare?{query}").status_code == 404


def test_the_difference_is_that_of_the_numbers_that_are_shown() -> None:
    first, second = a_night_with(0, 62.4, 24.0), a_night_with(1, 63.6, 3.5)
    assert compare(first, second).text.startswith("Sat 21 → Sun 22 Nov was 2 points better")
    by_one = compare(first, a_night_with(1, 62.6, 3.5)).text
    assert by_one.startswith("Sat 21 → Sun 22 Nov was 1 point better")
    alike = compare(a_night_with(0, 67.6, 24.0), a_night_with(1, 68.4, 3.5)).text
    assert alike == "Both nights have the same rating."


def test_the_page_compares_what_is_surely_reached_where_it_shows_that() -> None:
    house = a_house()
    for days, sure in ((0, 60.0), (1, 94.0)):
        night = earlier_night(days, rating=95.0)
        house.store.put(replace(night, at_least=True, sure_rating=sure))
    text = house.app().test_client().get("/nights/compare?a=2026-11-22&b=2026-11-21").text
    assert "34 points better" in text
