import pytest

from web.login_limit import FORGET_S, REMEMBERED, LoginLimit, last_hop, source_of

OWNER = "192.168.1.20"


def guesses(limit: LoginLimit, source: str, count: int, now_s: float) -> int:
    """Return how many of count guesses at one instant are let through."""
    return sum(limit.ask(source, now_s).wait_s == 0.0 for _ in range(count))


def test_a_person_may_mistype_four_times() -> None:
    assert guesses(LoginLimit(0.0), OWNER, 5, 0.0) == 5


def test_a_flood_from_one_source_is_five_guesses_and_then_five_a_minute() -> None:
    limit = LoginLimit(0.0)
    assert guesses(limit, OWNER, 1000, 0.0) == 5
    assert sum(guesses(limit, OWNER, 10, float(second)) for second in range(1, 61)) == 5


def test_nobody_waits_a_minute_after_a_flood_has_ended() -> None:
    limit = LoginLimit(0.0)
    for second in range(600):
        guesses(limit, OWNER, 20, float(second))
    wait_s = limit.ask(OWNER, 599.5).wait_s
    assert 0 < wait_s < 60
    assert limit.ask(OWNER, 599.5 + wait_s).wait_s == 0.0


def test_waiting_as_long_as_told_is_always_long_enough() -> None:
    for late_s in (0.1, 0.7, 1 / 3, 11.9999):
        limit = LoginLimit(0.0)
        guesses(limit, OWNER, 9, late_s)
        verdict = limit.ask(OWNER, late_s)
        assert limit.ask(OWNER, late_s + verdict.wait_s).wait_s == 0.0


def test_a_flood_from_one_source_does_not_touch_another() -> None:
    limit = LoginLimit(0.0)
    for second in range(600):
        guesses(limit, "192.168.1.66", 50, float(second))
        assert second % 60 or limit.ask(OWNER, float(second)).wait_s == 0.0


def test_eight_sources_at_once_keep_a_new_browser_out_for_a_minute_at_most() -> None:
    limit = LoginLimit(0.0)
    for source in range(8):
        guesses(limit, f"192.168.1.{100 + source}", 50, 0.0)
    inside_s = []
    for second in range(1, 61):
        for source in range(8):
            guesses(limit, f"192.168.1.{100 + source}", 5, second - 0.1)
        if limit.ask(OWNER, float(second)).wait_s == 0.0:
            inside_s.append(second)
    assert inside_s
    assert inside_s[0] <= 60


def test_a_browser_that_knew_the_password_gets_in_through_any_flood() -> None:
    limit = LoginLimit(0.0)
    for second in range(120):
        for source in range(200):
            guesses(limit, f"10.0.{second % 9}.{source}", 3, float(second))
    assert limit.ask("browser-1", 120.0, is_known=True).wait_s == 0.0


def test_a_known_browser_guesses_no_faster_than_others() -> None:
    limit = LoginLimit(0.0)
    through = [limit.ask("browser-1", 0.0, is_known=True).wait_s == 0.0 for _ in range(100)]
    assert sum(through) == 5


def test_an_address_cannot_pass_for_a_browser() -> None:
    limit = LoginLimit(0.0)
    guesses(limit, OWNER, 9, 0.0)
    assert limit.ask(OWNER, 0.0, is_known=True).wait_s == 0.0


def test_all_the_sources_of_a_network_together_get_forty_guesses_a_minute() -> None:
    limit = LoginLimit(0.0)
    through = 0
    for second in range(600):
        for source in range(100):
            through += guesses(limit, f"10.0.0.{source}", 1, float(second))
    assert through <= 25 + 40 * 10


def test_the_right_password_makes_a_source_new_again() -> None:
    limit = LoginLimit(0.0)
    guesses(limit, OWNER, 9, 0.0)
    limit.forgive(OWNER)
    assert limit.ask(OWNER, 0.0).wait_s == 0.0


@pytest.mark.parametrize("is_known", [True, False])
def test_a_guess_that_nobody_checked_is_given_back(is_known: bool) -> None:
    limit = LoginLimit(0.0)
    for _ in range(40):
        assert limit.ask(OWNER, 0.0, is_known=is_known).wait_s == 0.0
        limit.give_back(OWNER, is_known=is_known)
    limit.give_back("never seen")
    assert guesses(limit, OWNER, 9, 0.0) == 5


def test_a_source_that_was_quiet_is_a_rare_guesser_again() -> None:
    limit = LoginLimit(0.0)
    guesses(limit, OWNER, 5, 0.0)
    limit.ask(OWNER, FORGET_S + 1)
    assert limit._visitors[f"source {OWNER}"].guesses == 1


def test_only_the_first_refusal_is_news() -> None:
    limit = LoginLimit(0.0)
    guesses(limit, OWNER, 5, 0.0)
    assert [limit.ask(OWNER, 0.0).is_news for _ in range(3)] == [True, False, False]


def test_a_million_sources_are_not_remembered() -> None:
    limit = LoginLimit(0.0)
    for number in range(3 * REMEMBERED):
        limit.ask(str(number), 0.0)
    assert len(limit._visitors) == REMEMBERED


def test_a_machine_with_many_ipv6_addresses_is_one_source() -> None:
    assert source_of("fd12:3456::1") == source_of("fd12:3456::ffff:2")
    assert source_of("fd12:3456::1") != source_of("fd12:3456:0:1::1")
    assert source_of("fe80::1%wlan0") == source_of("fe80::2")
    assert source_of("no address") == "unknown"


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("10.9.9.9, 192.168.1.7", "192.168.1.7"),
        ("192.168.1.7:4242", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("[::ffff:192.168.1.7]:80", "192.168.1.7"),
        ("fd00::1:2:3:4", "fd00::"),
        ('"[fd00::1:2:3:4]:4242"', "fd00::"),
    ],
)
def test_the_client_behind_a_proxy_is_told_apart_however_it_is_written(
    header: str, source: str
) -> None:
    assert source_of(last_hop(header)) == source


@pytest.mark.parametrize(
    "header", ["", "192.168.1.7, ", ":1.2", "unknown", "[", "10.0.0.1, _x", "a:b"]
)
def test_what_names_no_address_names_nobody(header: str) -> None:
    assert last_hop(header) == ""
