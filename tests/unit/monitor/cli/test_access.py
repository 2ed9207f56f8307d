import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import access
from monitor.cli.access import new_setup_code, reset_password, was_taken
from monitor.cli.commands import nightroom
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from monitor.runtime.passwords import is_password, typed_code
from monitor.store.access_rows import Account
from monitor.store.handover import FILE, NewCode, NewPassword, Wish, take_wish
from monitor.store.household_writer import HouseholdWriter

STRONG = "a lamp, a fan, a cat"


def handed_over(folder: Path) -> Wish:
    found: list[Wish] = []
    assert take_wish(folder, found.append)
    return found[0]


def a_house(folder: Path) -> str:
    config = folder / "nightroom.toml"
    config.write_text(f'[monitor]\ndata_dir = "{folder}"\n')
    return str(config)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "TAKEN_WITHIN_S", 0.0)


@pytest.mark.slow
def test_a_code_is_printed_and_only_its_hash_is_handed_over(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=0, boottime_s=77.0)
    code = new_setup_code(tmp_path, clock=clock, random_bytes=secrets.token_bytes)
    assert typed_code(code).encode() not in (tmp_path / FILE).read_bytes()
    wish = handed_over(tmp_path)
    assert isinstance(wish, NewCode)
    assert is_password(typed_code(code), wish.code)
    assert (wish.boot_id, wish.made_s) == (clock.boot_id(), 77.0)


def test_once_there_is_a_password_there_are_no_codes(tmp_path: Path) -> None:
    writer = HouseholdWriter.open(tmp_path / "household.db")
    writer.access().set_account(Account(password="x", device_key=b"", changed_ms=0))  # noqa: S106 - a row
    writer.close()
    with pytest.raises(OperatorError, match="sudo nightroom password"):
        new_setup_code(tmp_path, clock=VirtualClock(start_ms=0), random_bytes=bytes)


def test_a_weak_password_is_refused_before_anything_is_handed_over(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="At least 10"):
        reset_password(tmp_path, "short", random_bytes=bytes)
    assert not (tmp_path / FILE).exists()


@pytest.mark.slow
def test_it_is_said_whether_the_pages_have_taken_it(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=0)
    assert was_taken(tmp_path, clock)
    reset_password(tmp_path, STRONG, random_bytes=bytes)
    assert not was_taken(tmp_path, clock)
    assert 4 < clock.monotonic_s() < 6


@pytest.mark.usefixtures("_at_once")
def test_the_command_prints_the_code_alone_on_its_output(tmp_path: Path) -> None:
    done = CliRunner().invoke(nightroom, ["setup-code", "--config", a_house(tmp_path)])
    assert done.exit_code == 0
    wish = handed_over(tmp_path)
    assert isinstance(wish, NewCode)
    assert is_password(typed_code(done.stdout.strip()), wish.code)
    assert ":8080/setup" in done.stderr
    assert "start it" in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("_at_once")
def test_the_new_password_is_typed_twice_and_never_shown(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        nightroom, ["password", "--config", a_house(tmp_path)], input=f"{STRONG}\n{STRONG}\n"
    )
    assert done.exit_code == 0
    assert STRONG not in done.output
    wish = handed_over(tmp_path)
    assert isinstance(wish, NewPassword)
    assert is_password(STRONG, wish.password)
