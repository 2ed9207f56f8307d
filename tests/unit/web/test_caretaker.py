import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.handover import FILE, is_waiting, leave_wish
from tests.fakes.access import CODE, PASSWORD, Door, a_code
from web.auth import Answer, Caller
from web.caretaker import Caretaker


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path, password=None)
    yield made
    made.close()


def caretaker(door: Door) -> Caretaker:
    return Caretaker(door.auth, door.folder, clock=door.clock)


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
