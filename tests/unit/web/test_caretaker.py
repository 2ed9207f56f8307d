import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.handover import FILE, NewSettings, is_waiting, leave_wish
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from tests.fakes.access import CODE, PASSWORD, Door, a_code
from web.auth import Answer, Caller
from web.caretaker import Caretaker


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path, password=None)
    yield made
    made.close()


def caretaker(door: Door) -> Caretaker:
    return Caretaker(door.auth, door.folder, writer=door.writer, clock=door.clock)


def test_a_code_left_by_root_counts_after_one_look(door: Door) -> None:
    leave_wish(door.folder, a_code(door.clock))
    caretaker(door).look()
    assert not is_waiting(door.folder)
    assert door.auth.set_up(CODE, PASSWORD, Caller(source="a")).answer is Answer.WELCOME


def test_expired_sessions_are_cleared_within_the_hour(door: Door) -> None:
    door.apply(a_code(door.clock))
    door.auth.set_up(CODE, PASSWORD, Caller(source="a"))
    looking = caretaker(door)
    looking.look()
    door.clock.wait(31 * 86_400)
    looking.look()
    assert door.writer._connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_a_trouble_is_told_once_until_it_is_over(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    looking = caretaker(door)
    (door.folder / FILE).mkdir()
    for _ in range(5):
        looking.look()
    assert caplog.text.count("access not brought up to date") == 1
    (door.folder / FILE).rmdir()
    looking.look()
    (door.folder / FILE).write_text("no wish")
    looking.look()
    assert caplog.text.count("access not brought up to date") == 2


def test_it_looks_until_it_is_stopped(door: Door) -> None:
    stop = threading.Event()
    leave_wish(door.folder, a_code(door.clock))
    apply = door.auth.apply

    def apply_and_stop(wish: object) -> None:
        apply(wish)  # type: ignore[arg-type] # as it came
        stop.set()

    door.auth.apply = apply_and_stop  # type: ignore[method-assign] # only this test's door
    caretaker(door).run(stop)
    assert door.rows.code() is not None


def a_calibration(value: float = -1.2) -> NewSettings:
    return NewSettings(room="bedroom", valid_from_ms=1000, values={"temperature_offset_k": value})


def offset_k(door: Door) -> float:
    reader = HouseholdReader(door.folder / HOUSEHOLD_FILE)
    try:
        return reader.household("bedroom", 1000).temperature_offset_k
    finally:
        reader.close()


def test_a_calibration_is_taken_with_a_login_or_without(door: Door) -> None:
    leave_wish(door.folder, a_calibration())
    caretaker(door).look()
    assert (is_waiting(door.folder), offset_k(door)) == (False, -1.2)
    leave_wish(door.folder, a_calibration(0.5))
    Caretaker(None, door.folder, writer=door.writer, clock=door.clock).look()
    assert (is_waiting(door.folder), offset_k(door)) == (False, 0.5)


def test_a_calibration_that_cannot_be_is_refused_once(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    leave_wish(door.folder, a_calibration(1000.0))
    caretaker(door).look()
    assert (is_waiting(door.folder), offset_k(door)) == (False, 0.0)
    assert "calibration refused" in caplog.text


def test_without_a_login_a_code_waits_and_that_is_said_once(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    leave_wish(door.folder, a_code(door.clock))
    looking = Caretaker(None, door.folder, writer=door.writer, clock=door.clock)
    for _ in range(3):
        looking.look()
    assert is_waiting(door.folder)
    assert caplog.text.count("ask for no login") == 1
