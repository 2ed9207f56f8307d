"""One killable child a bus, with children small enough to be read here."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path
from textwrap import dedent

import pytest

from firmware.sensors.base import ClimateReading, Fault
from firmware.worker import START_LIMIT_S, BusWorker, WorkerSensor, bus_program
from monitor.contract.record import Flag
from monitor.runtime.clock import RealClock, VirtualClock

READING = b'r{"temperature_c":18.5,"humidity_pct":50.0,"pressure_hpa":1013.0}'
ANSWERING = f"""\
import sys
print("ready", flush=True)
for name in sys.stdin:
    print({READING.decode()!r}, flush=True)
"""
# Asleep, not spinning: a hundred of them must not starve the machine that is to start them.
HANGING = """\
print("ready", flush=True)
import time
time.sleep(1e6)
"""


def worker_of(tmp_path: Path, body: str, *, deadline_s: float = 5.0) -> BusWorker:
    script = tmp_path / "child.py"
    script.write_text(dedent(body))
    command = (sys.executable, "-S", "-E", str(script))
    return BusWorker(command, name="I2C bus 1", clock=RealClock(), deadline_s=deadline_s)


def climate_of(worker: BusWorker) -> WorkerSensor[ClimateReading]:
    return WorkerSensor(worker, "climate", ClimateReading)


def children() -> set[int]:
    """Return the process ids of this process's children, zombies included."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_reading_comes_back_as_the_child_wrote_it(tmp_path: Path) -> None:
    worker = worker_of(tmp_path, ANSWERING)
    sensor = climate_of(worker)
    expected = ClimateReading(temperature_c=18.5, humidity_pct=50.0, pressure_hpa=1013.0)
    assert [sensor.sample(), sensor.sample()] == [expected, expected]
    before = children()
    sensor.close()
    assert children() < before


def test_a_child_that_hangs_is_killed_and_the_next_one_answers(tmp_path: Path) -> None:
    before = children()
    worker = worker_of(tmp_path, HANGING, deadline_s=0.3)
    sensor = climate_of(worker)
    fault = sensor.sample()
    assert isinstance(fault, Fault)
    assert fault.flag is Flag.BUS_STUCK
    assert "climate gave no answer in 0.3 s" in fault.message
    assert children() == before
    (tmp_path / "child.py").write_text(ANSWERING)
    worker = worker_of(tmp_path, ANSWERING)
    assert isinstance(climate_of(worker).sample(), ClimateReading)
    worker.close()


def test_a_child_that_talks_without_end_overruns_too(tmp_path: Path) -> None:
    body = 'print("ready", flush=True)\nwhile True: print("x" * 100, end="", flush=True)'
    fault = climate_of(worker_of(tmp_path, body)).sample()
    assert isinstance(fault, Fault)
    assert "does not stop talking" in fault.message


def test_drops_of_an_answer_do_not_extend_the_deadline(tmp_path: Path) -> None:
    body = """\
        import time
        print("ready", flush=True)
        while True:
            time.sleep(0.1)
            print("r", end="", flush=True)
        """
    clock = RealClock()
    start_s = clock.monotonic_s()
    fault = climate_of(worker_of(tmp_path, body, deadline_s=0.5)).sample()
    assert isinstance(fault, Fault)
    assert fault.flag is Flag.BUS_STUCK
    assert clock.monotonic_s() - start_s < 2


def test_the_last_words_of_a_child_that_dies_are_told(tmp_path: Path) -> None:
    sensor = climate_of(worker_of(tmp_path, 'raise SystemExit("gpiod is missing")'))
    fault = sensor.sample()
    assert fault == Fault(flag=Flag.FAULT, message="I2C bus 1: its process ended: gpiod is missing")
    again = sensor.sample()
    assert again == fault


def test_what_is_no_answer_is_a_fault_and_not_a_value(tmp_path: Path) -> None:
    for answer in ('r{"temperature_c":"warm"}', "r{}", "nonsense", ""):
        body = f'import sys\nprint("ready", flush=True)\nfor _ in sys.stdin: print({answer!r}, flush=True)'  # noqa: E501
        fault = climate_of(worker_of(tmp_path, body)).sample()
        assert isinstance(fault, Fault), answer
        assert "stammers" in fault.message


def test_a_slow_start_is_no_reason_to_kill_until_it_is_hopeless(tmp_path: Path) -> None:
    before = children()
    clock = VirtualClock(start_ms=0)
    script = tmp_path / "child.py"
    script.write_text("input()")
    command = (sys.executable, "-S", "-E", str(script))
    worker = BusWorker(command, name="bus", clock=clock, deadline_s=0.0)
    first = worker.ask("climate")
    assert isinstance(first, Fault)
    assert first.flag is Flag.STARTING
    assert len(children()) == len(before) + 1
    clock.wait(START_LIMIT_S + 1)
    second = worker.ask("climate")
    assert isinstance(second, Fault)
    assert second.flag is Flag.FAULT
    assert children() == before


def test_a_program_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    worker = BusWorker((str(tmp_path / "none"),), name="bus", clock=RealClock())
    fault = worker.ask("climate")
    assert isinstance(fault, Fault)
    assert "No such file" in fault.message
    worker.close()


def test_a_child_that_does_not_leave_is_made_to(tmp_path: Path) -> None:
    before = children()
    worker = worker_of(tmp_path, ANSWERING + "while True:\n    pass\n")
    assert worker.ask("climate") == READING
    worker.close()
    assert children() == before


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def survive_kills(kills: int) -> None:
    # A shell is there in a millisecond; a hundred starts of Python are a minute of a busy machine.
    command = ("sh", "-c", "echo ready; exec sleep 1000000")
    sensor = climate_of(BusWorker(command, name="bus", clock=RealClock(), deadline_s=0.05))
    for _ in range(10):
        sensor.sample()
    sensor.close()
    gc.collect()
    before, before_mib = (children(), descriptors(), threading.active_count()), resident_mib()
    while kills > 0:
        fault = sensor.sample()
        assert isinstance(fault, Fault)
        kills -= fault.flag is Flag.BUS_STUCK  # a busy machine may still be starting it
    sensor.close()
    assert (children(), descriptors(), threading.active_count()) == before
    assert resident_mib() - before_mib <= 2.0


@pytest.mark.slow
def test_a_hundred_kills_leave_nothing_behind() -> None:
    survive_kills(100)


@pytest.mark.soak
def test_five_thousand_kills_leave_nothing_behind() -> None:
    survive_kills(5_000)


@pytest.mark.parametrize("parts", [("climate",), ("climate", "light")])
def test_the_program_of_this_machine_answers_although_no_bus_is_there(
    parts: tuple[str, ...],
) -> None:
    worker = BusWorker(bus_program(250, parts), name="I2C bus 250", clock=RealClock())
    fault = climate_of(worker).sample()
    worker.close()
    assert isinstance(fault, Fault)
    assert fault.flag is Flag.NO_REPLY
    assert "dtparam=i2c_arm=on" in fault.message


def test_a_child_the_kernel_holds_gets_no_second_one_beside_it(tmp_path: Path) -> None:
    worker = worker_of(tmp_path, ANSWERING)
    with subprocess.Popen((sys.executable, "-S", "-E", "-c", "input()"), stdin=-1) as held:
        worker._dying = held
        before = children()
        fault = worker.ask("climate")
        assert isinstance(fault, Fault)
        assert "does not let go" in fault.message
        assert children() == before
    assert worker.ask("climate") == READING
    worker.close()
