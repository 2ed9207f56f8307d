"""The child that sends: started at once, never waited for, its secrets nowhere to be seen."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts import channels
from monitor.alerts.channels import (
    DEADLINE_S,
    Answer,
    ChildCourier,
    Flight,
    Letter,
    Outcome,
)
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import RealClock, VirtualClock
from tests.fakes.broker import wait_until
from tests.fakes.http_receiver import HttpReceiver, http_receiver

SECRET = "a-very-secret-topic"  # noqa: S105 - what must not be seen

UNATTENDED = """
import signal
from monitor.alerts import send
signal.alarm = lambda seconds: print(seconds)
send.main()
"""


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as running:
        yield running


def letter(url: str) -> Letter:
    return Letter(url=url, title="Too warm", body="24.1 °C", urgency="normal")


def answered(flight: Flight) -> Answer:
    clock = RealClock()
    until_s = clock.monotonic_s() + 30
    while (answer := flight.answer()) is None:
        assert clock.monotonic_s() < until_s
        clock.wait(0.02)
    return answer


@pytest.mark.slow
def test_a_letter_arrives_through_a_child(receiver: HttpReceiver) -> None:
    flight = ChildCourier(RealClock()).send(letter(f"ntfy://{receiver.address}/{SECRET}"))

    assert answered(flight) == Answer(outcome=Outcome.SENT, words="sent")
    assert SECRET in receiver.arrived[0].body.decode()


def test_starting_a_child_takes_less_than_a_tenth_of_a_second(receiver: HttpReceiver) -> None:
    receiver.hangs = True
    clock = RealClock()
    courier = ChildCourier(clock)
    flights, took_s = [], []
    for _ in range(5):
        begin_s = clock.monotonic_s()
        flights.append(courier.send(letter(f"json://{receiver.address}/hook")))
        flights[-1].answer()
        took_s.append(clock.monotonic_s() - begin_s)
    for flight in flights:
        flight.stop()

    assert sorted(took_s)[2] < 0.1, "the median: other programs share the machine"


def test_the_url_is_in_no_process_list(receiver: HttpReceiver) -> None:
    receiver.hangs = True
    flight = ChildCourier(RealClock()).send(letter(f"json://{receiver.address}/{SECRET}"))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    lines: list[bytes] = []

    def has_started() -> bool:
        # While the kernel replaces a process by its program the command line is empty.
        lines[:] = [Path("/proc", child, "cmdline").read_bytes() for child in children]
        return any(b"monitor.alerts.send" in line for line in lines)

    wait_until(has_started, "the child runs its program")
    environments = [Path("/proc", child, "environ").read_bytes() for child in children]
    flight.stop()

    assert not any(SECRET.encode() in text for text in [*lines, *environments])


def test_a_server_that_hangs_is_given_up_at_the_deadline(receiver: HttpReceiver) -> None:
    receiver.hangs = True
    clock = VirtualClock(start_ms=0)
    flight = ChildCourier(clock).send(letter(f"json://{receiver.address}/hook"))
    assert flight.answer() is None

    clock.wait(DEADLINE_S)

    answer = flight.answer()
    assert answer is not None
    assert answer.outcome is Outcome.RETRYABLE
    assert "20 s" in answer.words


def test_a_child_that_dies_without_a_word_may_be_tried_again() -> None:
    flight = ChildCourier(RealClock(), "monitor.alerts.no_such_module").send(letter("json://h/x"))

    assert answered(flight).outcome is Outcome.RETRYABLE


def test_a_machine_that_can_start_no_process_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(channels.subprocess, "Popen", fails)

    flight = ChildCourier(RealClock()).send(letter("json://h/x"))
    flight.stop()

    assert answered(flight).words == "no process could be started (Cannot allocate memory)"


def test_a_child_that_was_never_told_to_stop_ends_by_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNATTENDED], input=b"", capture_output=True, check=False
    )

    assert done.stdout.strip() == f"{DEADLINE_S:.0f}".encode()


def test_neither_channel_nor_letter_shows_its_url(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    url = f"ntfys://me:{SECRET}@host/{SECRET}"
    logging.getLogger("test").info("%s %r", Channel(name="phone", url=url), letter(url))

    assert SECRET not in caplog.text
    assert "ntfys://…" in caplog.text
