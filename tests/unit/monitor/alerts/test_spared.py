"""What is held in memory while the store refuses reaches it later as it was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from monitor.alerts.spared import RETRY_S, SparedAlerts
from monitor.runtime.clock import VirtualClock
from monitor.store.alerts_db import FAILED, SENDING, SENT, WAITING, DecisionRow, NewMessage
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import EVENING_MS

DONE_MS: Final = EVENING_MS + 90_000
DECISION: Final = DecisionRow(
    room="bedroom",
    at_ms=EVENING_MS,
    night="2026-11-22",
    kind="too_warm",
    what="began",
    fate="now",
    why="",
    title="Too warm",
    body="Bedroom: 28.0 °C: open the window.",
)


class Bench:
    """A store that another process locks and lets go, and a message that it has not taken."""

    def __init__(self, folder: Folder) -> None:
        self.clock = VirtualClock(start_ms=EVENING_MS)
        self.store = folder.nights_writer().alerts()
        self.alerts = SparedAlerts(self.store, self.clock)
        self._blocker = folder.raw("nights.db")

    def lock(self) -> None:
        self._blocker.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        self._blocker.execute("ROLLBACK")
        self.clock.wait(RETRY_S)

    def keep(self, *channels: str) -> None:
        wanted = [NewMessage(decision=0, channel=name, urgency="normal") for name in channels]
        self.alerts.keep(states={}, anchor="a", decisions=[DECISION], messages=wanted, made_s=5.0)

    def pay(self) -> None:
        self.let_go()
        self.alerts.open_messages()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as made:
        yield made


def test_a_held_message_is_one_attempt_further_with_each_claim(folder: Folder) -> None:
    bench = Bench(folder)
    bench.lock()
    bench.keep("phone", "tablet")
    first, second = bench.alerts.open_messages()
    assert (first.channel, second.channel, first.attempts) == ("phone", "tablet", 0)

    bench.alerts.claim([first.message_id])
    bench.alerts.again([first.message_id], "no connection", 35.0)
    bench.alerts.claim([first.message_id])

    held, other = bench.alerts.open_messages()
    assert (held.status, held.attempts, held.answer) == (SENDING, 2, "no connection")
    assert (other.status, other.attempts) == (WAITING, 0)


def test_what_is_to_be_tried_again_is_so_in_the_store_with_why_and_when(folder: Folder) -> None:
    bench = Bench(folder)
    bench.keep("phone")
    (row,) = bench.alerts.open_messages()

    bench.alerts.again([row.message_id], "no connection", 35.0)

    (stored,) = bench.store.open_messages()
    assert (stored.status, stored.answer, stored.next_s) == (WAITING, "no connection", 35.0)


@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("status", [SENT, FAILED])
def test_what_is_over_is_so_in_the_store_with_its_answer_and_its_time(
    folder: Folder, status: str, is_locked: bool
) -> None:
    bench = Bench(folder)
    if is_locked:
        bench.lock()
    bench.keep("phone")
    (row,) = bench.alerts.open_messages()
    bench.alerts.claim([row.message_id])
    settle = bench.alerts.sent if status == SENT else bench.alerts.failed

    settle([row.message_id], "in words", DONE_MS)
    if is_locked:
        bench.pay()

    (stored,) = folder.raw("nights.db").execute("SELECT status, answer, done_ms FROM outbox")
    assert tuple(stored) == (status, "in words", DONE_MS)
