"""The real processes under a supervisor: ready, alive, hung, stopping."""

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from tests.fakes.broker import wait_until
from tests.fakes.product import ROOM, Product
from tests.fakes.supervisor import Supervisor

PROCESSES = ("sensors", "monitor", "web")
START_S = 20.0
# The units' watchdog is 30 s; what pings every 5 s at most cannot miss it by a hair.
PING_S = 6.0
# Pages ping every 5 s, the other loops once a second at least.
SILENCE_S = {"web": 2 * PING_S, "monitor": PING_S, "sensors": PING_S}
VISITORS = 80
DAY_MS = 86_400_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        made.start("broker")
        yield made


@pytest.fixture
def supervisor(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Supervisor]:
    assert product.root == tmp_path  # the broker was started without this supervisor
    with Supervisor(tmp_path) as made:
        monkeypatch.setenv("NOTIFY_SOCKET", str(made.address))
        yield made


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_ready_once_pings_and_says_that_it_stops(
    product: Product, supervisor: Supervisor, name: str
) -> None:
    process = product.start(name)
    assert supervisor.next(START_S).startswith("READY=1\nSTATUS=")
    assert [supervisor.next(PING_S) for _ in range(2)] == ["WATCHDOG=1"] * 2
    clock = RealClock()
    asked_s = clock.monotonic_s()
    process.send_signal(signal.SIGTERM)
    assert supervisor.heard("STOPPING=1", 3.0)
    assert product.wait(name, 3.0) == 0
    assert clock.monotonic_s() - asked_s <= 3.0
    assert not supervisor.heard("READY=1", 0.01)


def test_a_ready_monitor_has_its_store_open(product: Product, supervisor: Supervisor) -> None:
    product.start("monitor")
    assert supervisor.heard("READY=1", START_S)
    with NightsReader.open(product.data_dir / NIGHTS_FILE) as reader:
        assert reader.rooms() == ()


def test_a_monitor_without_its_store_is_never_ready(
    product: Product, supervisor: Supervisor
) -> None:
    other = NightsWriter.open(product.data_dir / NIGHTS_FILE, new_id=lambda: "a" * 16)
    try:
        product.start("monitor")
        assert product.wait("monitor", START_S) == 1
        assert supervisor.next(0.01) == ""
    finally:
        other.close()


def test_ready_pages_answer(product: Product, supervisor: Supervisor) -> None:
    product.start("web")
    assert supervisor.heard("READY=1", START_S)
    address = f"http://127.0.0.1:{product.web_port}/api/v1/now"
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.status == 200


def test_a_ready_sensor_daemon_has_a_journal(product: Product, supervisor: Supervisor) -> None:
    product.start("sensors")
    assert supervisor.heard("READY=1", START_S)
    assert list(product.journal_dir.iterdir())


@pytest.mark.parametrize("name", PROCESSES)
def test_a_wrong_configuration_is_exit_code_2_and_never_ready(
    product: Product, supervisor: Supervisor, name: str
) -> None:
    product.sections["web"]["prot"] = 80
    product.write_config()
    product.start(name)
    assert product.wait(name, START_S) == 2
    assert supervisor.next(0.01) == ""


def test_a_monitor_whose_loop_hangs_pings_no_more(
    product: Product, supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = product.start("monitor")
    assert supervisor.heard("READY=1", START_S)
    monkeypatch.delenv("NOTIFY_SOCKET")
    product.start("sensors")
    # Writing the live file now waits for a reader that never comes.
    hang_at(tmp_path / "run" / "live" / f"{ROOM}.unfinished")
    assert_falls_silent(supervisor, process, SILENCE_S["monitor"])


def test_a_sensor_daemon_whose_loop_hangs_pings_no_more(
    product: Product, supervisor: Supervisor
) -> None:
    process = product.run_virtual(FROM_MS, FROM_MS + 400 * DAY_MS)
    assert supervisor.heard("READY=1", START_S)
    wait_until(lambda: bool(segments(product)), "minutes are journalled")
    # The next minute's write, or the next batch's read, now waits for its other end.
    hang_at(segments(product)[-1])
    assert_falls_silent(supervisor, process, SILENCE_S["sensors"])


def test_pages_whose_workers_all_hang_ping_no_more(
    product: Product, supervisor: Supervisor
) -> None:
    process = product.start("web")
    assert supervisor.heard("READY=1", START_S)
    with files_that_take_a_minute(process.pid), ExitStack() as visitors:
        for _ in range(VISITORS):
            visit = socket.create_connection(("127.0.0.1", product.web_port))
            visitors.enter_context(visit)
            visit.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert_falls_silent(supervisor, process, SILENCE_S["web"])


@contextmanager
def files_that_take_a_minute(pid: int) -> Iterator[None]:
    """Hold up whatever opens a file in a process, as a disk does that answers no more."""
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-p", str(pid), "-e", "trace=openat",
               "-e", "inject=openat:delay_enter=60000000"]  # fmt: skip
    with subprocess.Popen(command) as tracer:
        status = Path(f"/proc/{pid}/status")
        wait_until(lambda: "TracerPid:\t0" not in status.read_text(), "it is traced")
        try:
            yield
        finally:
            tracer.kill()


def hang_at(path: Path) -> None:
    """Put a pipe without another end where a process opens a file, at once: it may write now."""
    path.parent.mkdir(exist_ok=True)
    pipe = path.with_name(f"{path.name}-pipe")
    os.mkfifo(pipe)
    pipe.replace(path)


def assert_falls_silent(
    supervisor: Supervisor, process: subprocess.Popen[bytes], after_s: float
) -> None:
    clock = RealClock()
    until_s = clock.monotonic_s() + START_S
    try:
        while supervisor.next(after_s):
            assert clock.monotonic_s() < until_s, "it still pings"
        assert process.poll() is None
    finally:
        process.kill()


def segments(product: Product) -> list[Path]:
    return sorted(product.journal_dir.glob("*.log"))
