from web.mark_allowance import DAY_MS, Allowance

NOW_MS = 1_795_388_400_000


def test_each_token_has_its_own_in_each_room_and_each_night() -> None:
    allowance = Allowance(most=2)
    for _ in range(2):
        assert allowance.is_left(1, "bedroom", NOW_MS)
        allowance.use(1, "bedroom", NOW_MS)
    assert not allowance.is_left(1, "bedroom", NOW_MS)
    assert allowance.is_left(2, "bedroom", NOW_MS)
    assert allowance.is_left(1, "guest", NOW_MS)
    assert allowance.is_left(1, "bedroom", NOW_MS - DAY_MS)


def test_a_person_always_may() -> None:
    allowance = Allowance(most=0)
    allowance.use(None, "bedroom", NOW_MS)
    assert allowance.is_left(None, "bedroom", NOW_MS)


def test_what_no_page_could_write_about_any_more_is_forgotten() -> None:
    allowance = Allowance(most=1)
    allowance.use(1, "bedroom", NOW_MS)
    allowance.use(1, "bedroom", NOW_MS + 9 * DAY_MS)
    assert allowance.is_left(1, "bedroom", NOW_MS)
