import doctest
import secrets

import pytest

from monitor.runtime import passwords
from monitor.runtime.passwords import one_time_code, password_problem, typed_code


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(passwords).failed == 0


def test_a_code_has_sixty_bits_without_letters_that_look_alike() -> None:
    codes = [typed_code(one_time_code(secrets.token_bytes(12))) for _ in range(2000)]
    letters = set("".join(codes))
    assert {len(code) for code in codes} == {12}
    assert len(letters) == 32
    assert not letters & set("ILOU")
    assert len(set(codes)) == 2000


@pytest.mark.parametrize(
    "typed", ["0123-4567-89AB", "0123456789ab", " oi23 4567 89ab ", "ol23456789ab"]
)
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    assert typed_code(typed) == "0123456789AB"


@pytest.mark.parametrize("password", ["correct horse battery", "zwölf Boxkämpfer", "x1y2z3w4v5"])
def test_a_passphrase_is_taken(password: str) -> None:
    assert password_problem(password) == ""


@pytest.mark.parametrize(
    "password", ["", "nine char", "aaaaaaaaaaaaaaa", "abababababab", "x" * 201]
)
def test_what_a_neighbour_would_guess_is_not(password: str) -> None:
    assert password_problem(password) != ""
