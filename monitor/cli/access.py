"""`nightroom setup-code` and `nightroom password`: what root may ask of the web process."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.runtime.passwords import (
    CODE_CHARACTERS,
    SALT_BYTES,
    hash_password,
    one_time_code,
    password_problem,
    typed_code,
)
from monitor.store.handover import NewCode, NewPassword, Wish, is_waiting, leave_wish
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader

# Judgement: the web process looks once a second; five looks are enough to know.
TAKEN_WITHIN_S: Final = 5.0
LOOK_S: Final = 0.1


def new_setup_code(folder: Path, *, clock: Clock, random_bytes: Callable[[int], bytes]) -> str:
    """Return a one-time code for the first run, after handing its hash over.

    Raises:
        OperatorError: the household has a password already.
        StoreError: the data folder cannot be used.
    """
    if _has_password(folder):
        raise OperatorError(
            "the household has a password already: sudo nightroom password sets another"
        )
    code = one_time_code(random_bytes(CODE_CHARACTERS))
    hashed = hash_password(typed_code(code), random_bytes(SALT_BYTES))
    leave_wish(folder, NewCode(code=hashed, boot_id=clock.boot_id(), made_s=clock.boottime_s()))
    return code


def reset_password(folder: Path, password: str, *, random_bytes: Callable[[int], bytes]) -> None:
    """Hand another household password over, hashed.

    Raises:
        OperatorError: the password is too weak.
        StoreError: the data folder cannot be used.
    """
    problem = password_problem(password)
    if problem:
        raise OperatorError(problem)
    wish: Wish = NewPassword(password=hash_password(password, random_bytes(SALT_BYTES)))
    leave_wish(folder, wish)


def was_taken(folder: Path, clock: Clock) -> bool:
    """Wait a moment for the web process; tell whether it has taken what was handed over."""
    until_s = clock.monotonic_s() + TAKEN_WITHIN_S
    while is_waiting(folder) and clock.monotonic_s() < until_s:
        clock.wait(LOOK_S)
    return not is_waiting(folder)


def _has_password(folder: Path) -> bool:
    reader = HouseholdReader(folder / HOUSEHOLD_FILE)
    try:
        return reader.has_password()
    finally:
        reader.close()
