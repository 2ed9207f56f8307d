import html5lib
import pytest

from tests.fakes.full_house import a_house, earlier_night, everything, hear
from tests.fakes.house import FakeHouse


def tagged_house() -> FakeHouse:
    """Return a house of 20 nights, every other with a fan; two of the year before, tagged."""
    house = everything()
    for days in range(3, 20):
        house.store.put(earlier_night(days, rating=84.0 if days % 2 else 70.0 + days % 3))
        if days % 2:
            name = earlier_night(days).window.night
            house.household.tagged["bedroom", name] = ("fan", "window & door")
    for days in (500, 1_400):
        house.store.put(earlier_night(days))
        house.household.tagged["bedroom", earlier_night(days).window.night] = ("fan",)
    return house


def page(house: FakeHouse, path: str) -> str:
    answer = house.app().test_client().get(path)
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def test_the_nights_page_offers_every_tag_with_its_count() -> None:
    text = page(tagged_house(), "/nights")
    assert 'href="/nights?tag=fan">fan <small>11</small>' in text
    assert 'href="/nights?tag=window%20%26%20door">window &amp; door <small>9</small>' in text


def test_a_tag_that_nobody_can_write_is_no_error_in_the_page_that_says_so() -> None:
    assert "<h1" in page(tagged_house(), "/nights?tag=fan%00%1b")


def test_a_tag_shows_its_nights_of_twelve_months_alone_and_their_mean() -> None:
    text = page(tagged_house(), "/nights?tag=fan")
    assert text.count('class="night-line"') == 9
    assert "84 on average of 9 nights." in text
    assert 'href="/nights/sets?a=fan"' in text
    assert 'aria-current="true">fan' in text


def test_a_tags_earlier_nights_are_a_step_away_and_lead_back() -> None:
    house = tagged_house()
    earlier = earlier_night(500).window.night
    assert f'rel="prev" href="/nights?tag=fan&amp;until={earlier}"' in page(
        house, "/nights?tag=fan"
    )
    text = page(house, f"/nights?tag=fan&until={earlier}")
    assert text.count('class="night-line"') == 1
    # The next tagged one is of November: the twelve months that begin with it, up to today.
    assert 'rel="next" href="/nights?tag=fan&amp;until=2026-11-23"' in text


def test_nights_of_another_year_say_which() -> None:
    house = tagged_house()
    earlier = earlier_night(500).window.night
    assert "Thu 10 → Fri 11 Jul 2025" in page(house, f"/nights?tag=fan&until={earlier}")
    assert "Thu 10 → Fri 11 Jul 2025" in page(house, f"/nights?until={earlier}")
    newest = page(house, "/nights?tag=fan")
    assert "Thu 19 → Fri 20 Nov<" in newest


def test_nights_behind_a_turn_of_the_year_say_theirs() -> None:
    house = tagged_house()
    last_year = earlier_night(330).window.night
    house.store.put(earlier_night(330))
    house.household.tagged["bedroom", last_year] = ("fan",)
    text = page(house, "/nights?tag=fan")
    assert last_year == "2025-12-27"
    assert "Sat 27 → Sun 28 Dec 2025" in text
    assert "Thu 19 → Fri 20 Nov<" in text


def test_a_way_to_later_nights_ends_with_a_whole_year() -> None:
    house = tagged_house()
    oldest = earlier_night(1_400).window.night
    assert oldest == "2023-01-22"
    assert earlier_night(500).window.night == "2025-07-10"
    text = page(house, f"/nights?tag=fan&until={oldest}")
    assert "Earlier nights" not in text
    assert 'until=2026-06-30">Later nights' in text


def test_a_tag_nobody_gave_has_no_nights() -> None:
    assert "None in these twelve months" in page(tagged_house(), "/nights?tag=<b>none")


def test_a_house_without_rooms_has_no_tagged_nights() -> None:
    assert "No nights yet" in page(a_house(), "/nights?tag=fan")
    assert "No tags yet" in page(a_house(), "/nights/sets?a=fan")


def test_two_sets_of_nights_are_compared_by_a_form_of_links_and_selects() -> None:
    house = tagged_house()
    text = page(house, "/nights/sets?a=fan&b=")
    assert "Nights with “fan” were" in text
    assert "than nights without it" in text
    assert "The 9 nights with “fan”" in text
    assert "Choose" not in text
    house.household.tagged["bedroom", "2026-11-22"] = ("guest",)
    assert "The one night with “guest”" in page(house, "/nights/sets?a=guest")
    other = page(house, "/nights/sets?a=fan&b=window+%26+door")
    assert "Left out: 9 in both sets" in other
    assert "Not enough nights yet: 0 with “fan” and 0 with “window &amp; door”" in other


def test_a_set_says_what_a_nights_number_is_a_bound_of() -> None:
    house = tagged_house()
    house.store.put(earlier_night(3, rating=90.0, at_most=True))
    assert "<span><small>at most</small> 90</span>" in page(house, "/nights/sets?a=fan")


def test_sets_are_asked_for_before_they_are_compared() -> None:
    text = page(tagged_house(), "/nights/sets")
    assert "fan (11)" in text
    assert "<table" not in text
    assert "No tags yet" in page(everything(), "/nights/sets")


@pytest.mark.parametrize("query", ["a=nothing", "a=fan&b=nothing"])
def test_a_set_of_a_tag_that_nobody_gave_is_not_found(query: str) -> None:
    assert tagged_house().app().test_client().get(f"/nights/sets?{query}").status_code == 404


def test_sets_are_of_one_room() -> None:
    house = tagged_house()
    hear(house, "guest")
    assert "No tags yet" in page(house, "/nights/sets?room=guest")
    assert 'href="/nights?tag=fan&amp;room=bedroom"' in page(house, "/nights?room=bedroom")


def test_the_api_filters_as_the_page_does() -> None:
    found = tagged_house().app().test_client().get("/api/v1/nights?tag=fan").json
    assert found is not None
    assert len(found["nights"]) == 9
    assert found["earlier"] == earlier_night(500).window.night
