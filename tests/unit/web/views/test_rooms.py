from tests.fakes.bedroom import a_night
from tests.fakes.full_house import a_house, earlier_night, everything, hear


def test_every_room_has_a_card_with_its_values_and_its_last_night() -> None:
    house = everything()
    hear(house, "guest_room")
    text = house.app().test_client().get("/rooms").text
    assert text.count('class="card"') == 2
    assert 'href="/?room=guest_room"' in text
    assert 'href="/nights/2026-11-22?room=bedroom"' in text
    assert "Its first night is rated in the morning." in text


def test_a_cards_night_says_what_its_number_is_a_bound_of() -> None:
    house = everything()
    house.store.put(earlier_night(0, rating=90.0, at_most=True))
    text = house.app().test_client().get("/rooms").text
    assert "<small>at most</small> <b>90</b>" in text


def test_a_card_calls_the_night_that_runs_tonight_so_far() -> None:
    house = everything()
    hear(house, night=a_night())
    hear(house, "guest")
    text = house.app().test_client().get("/rooms").text
    assert '<a href="/nights/2026-11-22?room=bedroom">Tonight so far</a>' in text
    hear(house)
    text = house.app().test_client().get("/rooms").text
    assert '<a href="/nights/2026-11-22?room=bedroom">Sun 22 → Mon 23 Nov</a>' in text


def test_rooms_stand_in_the_navigation_once_there_are_several() -> None:
    house = everything()
    assert 'href="/rooms"' not in house.app().test_client().get("/").text
    hear(house, "guest")
    assert 'href="/rooms"' in house.app().test_client().get("/").text


def test_the_row_of_rooms_leads_to_the_same_night_where_a_room_has_it_else_to_its_nights() -> None:
    house = everything()
    hear(house, "guest")
    browser = house.app().test_client()
    for path in ("/nights/2026-11-22", "/nights/2026-11-22/times", "/nights/2026-11-22/diary"):
        text = browser.get(f"{path}?room=bedroom").text
        assert f'href="{path}?room=bedroom"' in text
        assert 'href="/nights?room=guest"' in text
    house.store.put(a_night(), room="guest")
    text = house.app().test_client().get("/nights/2026-11-22?room=bedroom").text
    assert 'href="/nights/2026-11-22?room=guest"' in text
    assert browser.get("/nights/2026-11-22?room=guest").status_code == 200


def test_a_house_without_rooms_says_so() -> None:
    assert "No room yet" in a_house().app().test_client().get("/rooms").text
