"""Children of the demo: started in order, started again, stopped in reverse."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.processes import Command, Processes, python_module
from monitor.runtime.clock import RealClock
from monitor.runtime.errors import OperatorError
from tests.fakes.broker import wait_until

SLEEPER = "import signal, time; print('up', flush=True); signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    "while True: signal.pause()"
)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def processes(tmp_path: Path, told: list[str]) -> Iterator[Processes]:
    made = Processes(
        log_dir=tmp_path / "logs", environment=os.environ, clock=RealClock(), tell=told.append
    )
    yield made
    made.stop()


def python(name: str, code: str) -> Command:
    return Command(name=name, arguments=(sys.executable, "-c", code))


def starts(processes: Processes, name: str, times: int = 1) -> bool:
    log = processes.log_file(name)
    return log.exists() and log.read_text().count("up") >= times


def test_a_child_that_dies_is_started_again_and_said(processes: Processes, told: list[str]) -> None:
    processes.start(python("sleeper", SLEEPER))
    wait_until(lambda: starts(processes, "sleeper"), "it starts")
    os.kill(processes._children[0].process.pid, signal.SIGKILL)

    def again() -> bool:
        processes.check()
        return starts(processes, "sleeper", 2)

    wait_until(again, "it starts again")
    assert len(told) == 1
    assert "sleeper ended with code -9" in told[0]


def test_a_wrong_configuration_is_not_tried_again(processes: Processes) -> None:
    processes.start(python("picky", "import sys; print('key x is wrong'); sys.exit(2)"))
    processes._children[0].process.wait()
    with pytest.raises(OperatorError, match=r"(?s)code 2.*key x is wrong"):
        processes.check()


def test_stopping_leaves_nobody_behind(processes: Processes) -> None:
    for name in ("one", "two"):
        processes.start(python(name, SLEEPER))
        wait_until(lambda name=name: starts(processes, name), "it starts")
    pids = [child.process.pid for child in processes._children]
    processes.stop()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_child_that_ignores_the_request_is_ended_in_time(
    processes: Processes, told: list[str]
) -> None:
    processes.start(python("stubborn", STUBBORN))
    wait_until(lambda: starts(processes, "stubborn"), "it starts")
    clock = RealClock()
    before_s = clock.monotonic_s()
    processes.stop()
    assert clock.monotonic_s() - before_s < 3
    assert told == ["stubborn did not stop in time; ending it"]


def test_a_child_run_to_its_end_keeps_the_caller_going(processes: Processes) -> None:
    turns: list[int] = []
    processes.run(python("short", "pass"), while_running=lambda: turns.append(1))
    assert turns
    assert processes._children == []


def test_a_failed_run_quotes_the_last_words(processes: Processes) -> None:
    with pytest.raises(OperatorError, match=r"(?s)code 1.*ValueError: no"):
        processes.run(python("bad", "raise ValueError('no')"), while_running=lambda: None)


def test_a_run_with_a_wrong_wish_ends_in_its_own_sentence(processes: Processes) -> None:
    picky = python("picky", "import sys; print('reading'); print('x.csv: no rows'); sys.exit(2)")
    with pytest.raises(OperatorError, match=r"^x\.csv: no rows$"):
        processes.run(picky, while_running=lambda: None)


def test_a_silent_failure_is_said_too(processes: Processes) -> None:
    with pytest.raises(OperatorError, match="it said nothing"):
        processes.run(python("mute", "raise SystemExit(1)"), while_running=lambda: None)


def test_an_interrupted_run_is_stopped_with_the_rest(processes: Processes) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run(python("long", SLEEPER), while_running=interrupt)
    (child,) = processes._children
    processes.stop()
    assert child.process.returncode == -signal.SIGTERM


def test_our_own_packages_run_with_this_interpreter() -> None:
    command = python_module("web", "web", "--config", "x")
    assert command.arguments == (sys.executable, "-m", "web", "--config", "x")
