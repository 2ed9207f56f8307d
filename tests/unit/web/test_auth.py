import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.runtime.clock import VirtualClock
from monitor.store.access_rows import Token, TokenKind
from tests.fakes.access import CODE, PASSWORD, Door, a_code, a_password
from web.auth import Answer, Attempt, Caller
from web.errors import TooBusyError
from web.sessions import Sessions

DAY_S = 86_400


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.close()


def at_once(count: int, door: Door, password: str, source: str) -> list[Attempt]:
    """Make attempts in as many threads, begun together."""
    start = threading.Barrier(count)
    found: list[Attempt] = []

    def attempt() -> None:
        start.wait()
        found.append(door.auth.log_in(password, Caller(source=source)))

    threads = [threading.Thread(target=attempt) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_forty_guesses_at_once_are_five_guesses(door: Door) -> None:
    door.hashing._places = threading.BoundedSemaphore(40)
    answers = [attempt.answer for attempt in at_once(40, door, "a guess", "192.168.1.66")]
    assert answers.count(Answer.WRONG) == 5
    assert answers.count(Answer.WAIT) == 35


def test_forty_tries_of_a_code_at_once_are_five_tries(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    door.apply(a_code(door.clock))
    kept = door.rows.code()
    assert kept is not None
    taken: list[bool] = []
    threads = [
        threading.Thread(target=lambda: taken.append(door.rows.take_try(kept))) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    door.close()
    assert taken.count(True) == 5


def test_a_code_sets_one_password_even_if_two_are_right_at_once(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    door.apply(a_code(door.clock))
    check = door.hashing._check

    def meanwhile(password: str, kept: str) -> bool:
        door.apply(a_password())
        return check(password, kept)

    door.hashing._check = meanwhile
    attempt = door.auth.set_up(CODE, "another password", Caller(source="192.168.1.20"))
    assert attempt.answer is Answer.NO_CODE
    door.hashing._check = check
    assert door.auth.log_in(PASSWORD, Caller(source="a")).answer is Answer.WELCOME
    door.close()


def test_setting_up_is_limited_by_source_too(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    answers = [door.auth.set_up("x", "y", Caller(source="a")).answer for _ in range(6)]
    door.close()
    assert answers == [Answer.NO_CODE] * 5 + [Answer.WAIT]


def test_a_code_of_another_boot_counts_no_more(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    code = a_code(door.clock)
    door.apply(type(code)(code=code.code, boot_id="f" * 16, made_s=code.made_s))
    attempt = door.auth.set_up(CODE, "another password", Caller(source="a"))
    door.close()
    assert attempt.answer is Answer.NO_CODE


def test_handing_the_same_code_over_twice_gives_no_new_tries(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    door.apply(a_code(door.clock))
    kept = door.rows.code()
    assert kept is not None
    assert door.rows.take_try(kept)
    door.apply(a_code(door.clock))
    again = door.rows.code()
    door.close()
    assert again is not None
    assert again.tries_left == 4


def test_nobody_logs_in_before_there_is_a_password(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    assert door.auth.log_in("", Caller(source="a")).answer is Answer.WRONG
    assert door.auth.change_password("", "b", Caller(source="a")).answer is Answer.WRONG
    door.close()


def test_a_password_replaced_while_it_was_checked_opens_nothing(door: Door) -> None:
    check = door.hashing._check

    def meanwhile(password: str, kept: str) -> bool:
        door.apply(a_password("set by root meanwhile"))
        return check(password, kept)

    door.hashing._check = meanwhile
    assert door.auth.log_in(PASSWORD, Caller(source="a")).answer is Answer.WRONG


def test_the_owners_browser_gets_in_while_its_own_address_is_flooded(door: Door) -> None:
    first = door.auth.log_in(PASSWORD, Caller(source="shared"))
    for _ in range(50):
        door.auth.log_in("a guess", Caller(source="shared"))
    owner = Caller(source="shared", device=first.device)
    assert door.auth.log_in(PASSWORD, owner).answer is Answer.WELCOME


@contextmanager
def full(door: Door) -> Iterator[None]:
    """Have strangers take every place that is theirs."""
    places = door.hashing._places
    door.hashing._places = threading.BoundedSemaphore(1)
    door.hashing._places.acquire()
    yield
    door.hashing._places = places


def test_the_owners_browser_is_let_in_while_strangers_fill_every_place(door: Door) -> None:
    device = door.auth.log_in(PASSWORD, Caller(source="a")).device
    with full(door):
        attempt = door.auth.log_in(PASSWORD, Caller(source="a", device=device))
    assert attempt.answer is Answer.WELCOME


def test_what_was_refused_unchecked_was_no_guess(door: Door) -> None:
    with full(door):
        for _ in range(9):
            with pytest.raises(TooBusyError):
                door.auth.log_in(PASSWORD, Caller(source="a"))
    assert door.auth.log_in(PASSWORD, Caller(source="a")).answer is Answer.WELCOME


def test_what_was_refused_unchecked_was_no_try_of_the_code(tmp_path: Path) -> None:
    door = Door(tmp_path, password=None)
    door.apply(a_code(door.clock))
    with full(door):
        for _ in range(9):
            with pytest.raises(TooBusyError):
                door.auth.set_up(CODE, "another password", Caller(source="a"))
    attempt = door.auth.set_up(CODE, "another password", Caller(source="a"))
    door.close()
    assert attempt.answer is Answer.WELCOME


@pytest.mark.parametrize("device", ["", "x", "x.y", "ü.ü", "." * 200])
def test_a_made_up_device_is_a_stranger(door: Door, device: str) -> None:
    for _ in range(5):
        door.auth.log_in("a guess", Caller(source="shared"))
    caller = Caller(source="shared", device=device)
    assert door.auth.log_in(PASSWORD, caller).answer is Answer.WAIT


def test_a_device_of_an_earlier_password_is_a_stranger(door: Door) -> None:
    first = door.auth.log_in(PASSWORD, Caller(source="a"))
    door.apply(a_password())
    assert (
        door.auth._known_browser(Caller(source="a", device=first.device), door.rows.account())
        is None
    )


def test_a_session_ends_thirty_days_after_it_was_last_seen(door: Door) -> None:
    cookie = door.auth.log_in(PASSWORD, Caller(source="a")).session
    for _ in range(5):
        door.clock.wait(20 * DAY_S)
        assert door.auth.sessions.find(cookie) is not None
    door.clock.wait(30 * DAY_S + 1)
    assert door.auth.sessions.find(cookie) is None


def test_a_session_ends_after_a_year_however_often_it_is_seen(door: Door) -> None:
    cookie = door.auth.log_in(PASSWORD, Caller(source="a")).session
    for _ in range(18):
        door.clock.wait(20 * DAY_S)
        assert door.auth.sessions.find(cookie) is not None
    door.clock.wait(6 * DAY_S)
    assert door.auth.sessions.find(cookie) is None


def test_a_session_in_use_is_written_down_once_a_day(door: Door) -> None:
    cookie = door.auth.log_in(PASSWORD, Caller(source="a")).session
    before = door.writer._connection.total_changes
    for _ in range(48):
        door.clock.wait(3600)
        door.auth.sessions.find(cookie)
    assert door.writer._connection.total_changes - before == 2


def test_the_hundred_and_first_browser_ends_the_longest_unseen(door: Door) -> None:
    cookies = []
    for number in range(101):
        door.clock.wait(30)
        cookies.append(door.auth.log_in(PASSWORD, Caller(source=str(number))).session)
    assert [door.auth.sessions.find(cookie) is None for cookie in cookies] == [True] + [False] * 100


def test_a_kiosk_link_opened_without_end_signs_nobody_else_out(door: Door) -> None:
    person = door.auth.log_in(PASSWORD, Caller(source="a")).session
    other, opened = (a_kiosk(door) for _ in range(2))
    screen = door.auth.sessions.begin_kiosk(other)
    cookies = []
    for _ in range(120):
        door.clock.wait(30)
        cookies.append(door.auth.sessions.begin_kiosk(opened))
    found = [door.auth.sessions.find(cookie) is not None for cookie in cookies]
    assert found == [False] * 112 + [True] * 8
    assert door.auth.sessions.find(person)
    assert door.auth.sessions.find(screen)


def test_a_screen_is_let_in_by_a_full_link_although_the_clock_was_set_back(door: Door) -> None:
    token = a_kiosk(door)
    for _ in range(8):
        door.auth.sessions.begin_kiosk(token)
    back = VirtualClock(start_ms=door.clock.now_ms() - 1000)
    sessions = Sessions(door.rows, clock=back, random_bytes=secrets.token_bytes)
    assert sessions.find(sessions.begin_kiosk(token))


def a_kiosk(door: Door) -> Token:
    secret = door.auth.make_token(TokenKind.KIOSK, "bedside")
    token = door.auth.token(secret, TokenKind.KIOSK)
    assert token is not None
    return token
