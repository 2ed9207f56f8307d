"""The dashboard against a Flask hello on the same server: requests a second, ms, memory.

The dashboard has a password, as installed, and several browsers have given it.

python benchmarks/dashboard.py [--requests 20000] [--json FILE]. Both servers run as
processes of their own; rounds are interleaved, so that both meet the same machine.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode

from flask import Flask
from msgspec.structs import replace
from storage import NEWEST_NIGHT, ROOM, START_MS, Result, judge, month, store

from monitor.cli.demo_place import any_free_port, toml_text
from monitor.cli.processes import LEAN
from monitor.contract.record import LATEST_MS
from monitor.kept_night import KeptNight
from monitor.kept_series import KeptSeries
from monitor.runtime.clock import RealClock
from monitor.runtime.passwords import SALT_BYTES, hash_password
from monitor.runtime.settings import WebSettings
from monitor.store.access_rows import Account
from monitor.store.household_writer import HouseholdWriter
from monitor.store.live import LIVE_FOLDER, LiveFiles, LiveRoom
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from web.serving import listen

CLOCK: Final = RealClock()
HOST: Final = "127.0.0.1"
ROUNDS: Final = 60
BURST: Final = 40
AHEAD: Final = 120  # web/ahead.py draws as many before somebody opens them
NIGHTS: Final = AHEAD + 40
LIVE_PAGES: Final = 50
LOGINS: Final = 3  # the C library keeps a large block from the second on, where it is let
REST_TICKS: Final = 24  # of 1,200 in 12 s: drawing takes a fifth of them, looking a hundredth
PASSWORD: Final = "a lamp, a fan, a cat"  # noqa: S105 - opens only what this has made
PACKED: Final = {"Accept-Encoding": "gzip"}  # as every browser asks
DAYS: Final = 4
DAY: Final = 1_440
# Judgement: the dashboard's targets.
NOW_RATIO: Final = 0.95
KEPT_RATIO: Final = 0.9
FIRST_RENDER_MS: Final = 10.0
RSS_MIB: Final = 40.0
LIVE_RSS_MIB: Final = 60.0
ALL_MINUTES: Final = "from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"

Headers = dict[str, str]


class Client:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=20)
        self._own = f"http://{HOST}:{port}"
        self.cookie = ""

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        self._connection.close()

    def log_in(self) -> None:
        """Give the password, as a browser does, and keep the cookie."""
        self._connection.request("GET", "/login")
        answer = self._connection.getresponse()
        token = re.search(rb'name="form_token" value="([^"]+)"', answer.read())
        assert token is not None
        visitor = answer.getheader("Set-Cookie", "").partition(";")[0]
        fields = {"form_token": token[1].decode(), "password": PASSWORD}
        headers = {
            "Origin": self._own,
            "Cookie": visitor,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection.request("POST", "/login", urlencode(fields), headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status == 303, said
        cookies = answer.headers.get_all("Set-Cookie") or []
        self.cookie = next(it for it in cookies if "session" in it).partition(";")[0]

    def get(self, path: str, headers: Headers | None = None) -> tuple[int, bytes, str]:
        """Return status, body and tag."""
        said = {**(headers or {}), **({"Cookie": self.cookie} if self.cookie else {})}
        self._connection.request("GET", path, headers=said)
        answer = self._connection.getresponse()
        return answer.status, answer.read(), answer.getheader("ETag", "")

    def burst_s(self, path: str, headers: Headers | None = None, expect: int = 200) -> float:
        """Return the seconds a request took, the mean of a burst."""
        start_s = time.perf_counter()
        for _ in range(BURST):
            assert self.get(path, headers)[0] == expect
        return (time.perf_counter() - start_s) / BURST


def main() -> None:
    """Run all workloads, print a table and write JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--json", type=Path, default=Path("test-output/dashboard.json"))
    parser.add_argument("--hello", type=int, metavar="PORT", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.hello:
        serve_hello(chosen.hello)
        return
    with tempfile.TemporaryDirectory() as folder:
        nights = furnish(Path(folder))
        results = list(measure(Path(folder), nights, chosen.requests))
    for one in results:
        target = "" if one.target is None else f"  (target {one.target:g})"
        print(f"{one.name:<58} {one.value:10.2f} {one.unit}{target}")
    chosen.json.parent.mkdir(exist_ok=True)
    rows = [asdict(one) for one in results]
    chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def serve_hello(port: int) -> None:
    """Serve the yardstick: the smallest Flask application on our server's settings."""
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "Hello, World!"

    listen(app, WebSettings(host=HOST, port=port), {}, clock=CLOCK).run()


def furnish(folder: Path) -> list[str]:
    """Make a store with many nights that have minutes, and a live room; return the nights."""
    (folder / "data").mkdir()
    writer = NightsWriter.open(folder / "data" / "nights.db", new_id=lambda: "0" * 16)
    records = list(month(DAYS * DAY))
    for start in range(0, len(records), 60):
        store(writer, records[start : start + 60])
    minutes = [record.minute for record in records]
    reader = NightsReader.open(folder / "data" / "nights.db")
    series = KeptSeries(writer, reader)
    names = []
    for number in range(NIGHTS):
        score = judge(minutes, number % (DAYS - 1))
        name = str(date(2025, 12, 31) - timedelta(days=number))
        window = replace(score.window, night=name)
        writer.save_night(
            ROOM, replace(score, window=window), inputs_hash="0" * 32, computed_ms=START_MS
        )
        names.append(name)
        kept = KeptNight(NEWEST_NIGHT, (0, LATEST_MS), minutes)
        made = series.make(ROOM, window, kept, series.version(), LATEST_MS)
        assert made is not None
        series.keep(ROOM, name, made)
    reader.close()
    writer.close()
    household = HouseholdWriter.open(folder / "data" / "household.db")
    household.access().set_account(
        Account(
            password=hash_password(PASSWORD, os.urandom(SALT_BYTES)),
            device_key=os.urandom(32),
            changed_ms=START_MS,
        )
    )
    household.close()
    LiveFiles(folder / "run" / LIVE_FOLDER).write(LiveRoom(room=ROOM, written_ms=START_MS))
    return names


def measure(folder: Path, nights: list[str], requests: int) -> Iterator[Result]:
    """Yield every figure of the dashboard."""
    port, hello_port = any_free_port(HOST), any_free_port(HOST)
    sections: dict[str, dict[str, object]] = {
        "monitor": {"data_dir": str(folder / "data"), "runtime_dir": str(folder / "run")},
        "web": {"host": HOST, "port": port, "login": "on"},
    }
    config = folder / "nightroom.toml"
    config.write_text(toml_text(sections), encoding="utf-8")
    ours = (sys.executable, "-m", "web", "--config", str(config))
    with child(ours, port) as pid, child((sys.executable, __file__, "--hello", str(hello_port))):
        wait_for(hello_port)
        page, hello = Client(port), Client(hello_port)
        yield Result("memory after the start", rss_mib(pid), "MiB")
        for _ in range(LOGINS):
            page.log_in()
        yield Result(f"memory after {LOGINS} logins", rss_mib(pid), "MiB", RSS_MIB)
        page.close()  # the server does so after a while
        settle(pid)
        yield from first_opened(page, nights[:AHEAD], "first opening of a night", FIRST_RENDER_MS)
        yield from first_opened(page, nights[AHEAD:], "drawing a night of before", None)
        night = f"/nights/{nights[0]}"
        status, body, tag = page.get(night)
        assert status == 200
        yield Result("a night's page", len(body) / 1e3, "kB")
        packed = page.get(night, PACKED)[1]
        yield Result("a night's page, packed", len(packed) / 1e3, "kB", 60)
        asked: dict[str, tuple[Callable[[], float], float]] = {
            "/api/v1/now": (lambda: page.burst_s("/api/v1/now"), NOW_RATIO),
            "a kept night, 200": (lambda: page.burst_s(night, PACKED), KEPT_RATIO),
            "a kept night, 304": (
                lambda: page.burst_s(night, {"If-None-Match": tag}, expect=304),
                KEPT_RATIO,
            ),
        }
        for name, (burst, target) in asked.items():
            yield from against_hello(name, burst, hello, target)
        for number in range(requests):
            page.get(("/api/v1/now", night, "/", "/nights")[number % 4])
        for kind in ("json", "csv"):
            assert page.get(f"/api/v1/minutes?{ALL_MINUTES}&format={kind}")[0] == 200
        yield Result(f"memory after {requests} requests", rss_mib(pid), "MiB", RSS_MIB)
        yield from live_pages(page, port, pid, seconds=5)


def first_opened(
    page: Client, nights: list[str], name: str, target: float | None
) -> Iterator[Result]:
    """Yield how long a night's page takes that nobody has opened yet."""
    page.get("/nights/" + nights[0])  # imports and compiled templates are no night's cost
    taken_ms = []
    for night in nights[1:]:
        start_s = time.perf_counter()
        assert page.get(f"/nights/{night}", PACKED)[0] == 200
        taken_ms.append((time.perf_counter() - start_s) * 1e3)
    taken_ms.sort()
    yield Result(f"{name}, median", median(taken_ms), "ms")
    yield Result(f"{name}, p99", taken_ms[int(0.99 * len(taken_ms))], "ms", target)


def settle(pid: int) -> None:
    """Wait until a process that has work of its own has done it.

    It looks every 5 s, and begins once nothing has been written between two looks.
    """
    before = -1.0
    for _ in range(20):
        CLOCK.wait(12.0)
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        now = float(fields[11]) + float(fields[12])
        if now - before < REST_TICKS:
            return
        before = now
    raise SystemExit("the dashboard does not come to rest")


def against_hello(
    name: str, burst: Callable[[], float], hello: Client, target: float
) -> Iterator[Result]:
    """Yield the time of a request and its rate over hello's."""
    burst()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(burst())
        theirs.append(hello.burst_s("/"))
    # The best burst of each: what other programs took from a burst is not the server's.
    yield Result(f"{name}", min(ours) * 1e6, "µs")
    yield Result(f"{name}, over hello", min(theirs) / min(ours), "x", target)


def live_pages(page: Client, port: int, pid: int, *, seconds: int) -> Iterator[Result]:
    """Hold so many live pages open for a while; each one is sent events."""
    pages = []
    for _ in range(LIVE_PAGES):
        connection = http.client.HTTPConnection(HOST, port, timeout=20)
        connection.request("GET", "/api/v1/events", headers={"Cookie": page.cookie})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.readline()
        pages.append((answer, connection))
    CLOCK.wait(seconds)
    yield Result(f"memory with {LIVE_PAGES} live pages", rss_mib(pid), "MiB", LIVE_RSS_MIB)
    for answer, connection in pages:
        answer.close()
        connection.close()


@contextmanager
def child(command: tuple[str, ...], port: int | None = None) -> Iterator[int]:
    """Run a server in the environment of the demo's children; it has answered once."""
    process = subprocess.Popen(command, env={**os.environ, **LEAN})  # noqa: S603 - our own servers
    try:
        if port is not None:
            wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Wait until a server answers."""
    for _ in range(200):
        try:
            Client(port).get("/")
        except OSError:
            CLOCK.wait(0.05)
        else:
            return
    raise SystemExit(f"port {port} does not answer")


def rss_mib(pid: int) -> float:
    """Return a process's resident memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
