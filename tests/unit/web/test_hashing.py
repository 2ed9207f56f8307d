import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.runtime.passwords import hash_password, is_password
from web.errors import TooBusyError
from web.hashing import WAITING, Hashing


@pytest.mark.slow
def test_the_real_hash_knows_its_password_again() -> None:
    hashing = Hashing()
    kept = hashing.hashed("a lamp, a fan, a cat", b"0123456789abcdef")
    assert hashing.matches("a lamp, a fan, a cat", kept)
    assert not hashing.matches("a lamp, a fan, a dog", kept)
    hashing.close()


def test_one_hash_runs_at_a_time_whoever_asks() -> None:
    running: list[int] = []
    most: list[int] = []

    def check(_password: str, _kept: str) -> bool:
        running.append(threading.get_ident())
        most.append(len(running))
        running.pop()
        return True

    hashing = Hashing(check=check)
    with ThreadPoolExecutor(WAITING) as people:
        assert all(people.map(lambda _: hashing.matches("", ""), range(WAITING)))
    hashing.close()
    assert max(most) == 1


def test_a_flood_is_refused_at_once_instead_of_taking_every_thread() -> None:
    go = threading.Event()
    hashing = Hashing(check=lambda *_: go.wait(10))
    with ThreadPoolExecutor(WAITING) as people:
        waiting = [people.submit(hashing.matches, "", "") for _ in range(WAITING)]
        while hashing._places.acquire(blocking=False):
            hashing._places.release()
        with pytest.raises(TooBusyError):
            hashing.matches("", "")
        go.set()
        assert all(future.result() for future in waiting)
    assert hashing.matches("", "")
    hashing.close()


def test_a_flood_of_strangers_leaves_a_place_for_a_browser_that_has_logged_in_before() -> None:
    go = threading.Event()
    hashing = Hashing(check=lambda *_: go.wait(10))
    with ThreadPoolExecutor(WAITING + 1) as people:
        waiting = [people.submit(hashing.matches, "", "") for _ in range(WAITING)]
        while hashing._places.acquire(blocking=False):
            hashing._places.release()
        known = people.submit(hashing.matches, "", "", is_known=True)
        go.set()
        assert known.result()
        assert all(future.result() for future in waiting)
    hashing.close()


def test_a_machine_that_has_no_memory_to_hash_in_is_busy() -> None:
    def fail(_password: str, _kept: str) -> bool:
        raise OSError(12, "Cannot allocate memory")

    hashing = Hashing(check=fail)
    for _ in range(WAITING + 1):
        with pytest.raises(TooBusyError):
            hashing.matches("", "")
    hashing.close()


@pytest.mark.slow
def test_every_salt_makes_another_hash() -> None:
    assert hash_password("same", b"a" * 16) != hash_password("same", b"b" * 16)


@pytest.mark.slow
def test_the_same_letters_in_two_encodings_are_the_same_password() -> None:
    kept = hash_password("schl\u00e4frig und m\u00fcde", b"a" * 16)
    assert is_password("schla\u0308frig und mu\u0308de", kept)


@pytest.mark.parametrize(
    "kept",
    ["", "x", "scrypt$14$8$5$!$!", "scrypt$30$8$5$YQ==$YQ==", "plain$14$8$5$YQ==$YQ==",
     "scrypt$14$8$5$YQ==$YQ==$more", "scrypt$a$8$5$YQ==$YQ=="],
)  # fmt: skip
def test_a_line_that_is_no_hash_of_ours_opens_nothing(kept: str) -> None:
    assert not is_password("", kept)
