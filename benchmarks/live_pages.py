"""Open live pages: asking twice a second against server-sent events, on our own server.

python benchmarks/live_pages.py [--pages 50] [--seconds 20]. Both are measured on waitress in
a process of its own: CPU, memory, and how long a new value takes to arrive. The result is in
docs/decisions/0013-live-by-asking.md.
"""

import argparse
import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Final

import waitress
from flask import Flask, Response

from monitor.cli.demo_place import any_free_port
from monitor.cli.processes import LEAN
from monitor.runtime.clock import RealClock

HOST: Final = "127.0.0.1"
CLOCK: Final = RealClock()
EVERY_S: Final = 1.0  # how often the room says something new
ASK_S: Final = 0.5
LOOK_S: Final = 0.25
FILLER: Final = "x" * 1_900  # the size of /api/v1/now


def main() -> None:
    """Measure both ways and print a line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--serve", type=int, nargs=2, metavar=("PORT", "THREADS"))
    chosen = parser.parse_args()
    if chosen.serve:
        serve(*chosen.serve)
        return
    for name, threads in (("asking", 8), ("events", chosen.pages + 14)):
        print(measure(name, threads, chosen.pages, chosen.seconds))


def serve(port: int, threads: int) -> None:
    """Serve a value that changes once a second, both ways."""
    app = Flask(__name__)

    def value() -> str:
        return f"{CLOCK.now_ms() // 1000 * 1000} {FILLER}"

    @app.get("/asking")
    def asking() -> str:
        return value()

    @app.get("/events")
    def events() -> Response:
        def follow() -> Iterator[str]:
            told = ""
            while True:
                now = value()
                if now != told:
                    told = now
                    yield f"data: {now}\n\n"
                time.sleep(LOOK_S)  # noqa: TID251 - the yardstick has no clock of ours

        return Response(follow(), mimetype="text/event-stream")

    waitress.serve(app, host=HOST, port=port, threads=threads, _quiet=True)


def measure(name: str, threads: int, pages: int, seconds: float) -> str:
    """Open pages for a while; return what they cost in one line."""
    port = any_free_port(HOST)
    command = [sys.executable, __file__, "--serve", str(port), str(threads)]
    server = subprocess.Popen(command, env={**LEAN, "PYTHONPATH": "."})  # noqa: S603 - our own
    late: list[float] = []
    stop = threading.Event()
    try:
        wait_until_open(port)
        target = ask if name == "asking" else follow
        clients = [
            threading.Thread(target=target, args=(port, late, stop), daemon=True)
            for _ in range(pages)
        ]
        for client in clients:
            client.start()
        CLOCK.wait(3.0)
        late.clear()
        before = cpu_s(server.pid)
        CLOCK.wait(seconds)
        used = (cpu_s(server.pid) - before) / seconds
        memory = rss_mib(server.pid)
        p99_s = quantiles(late, n=100)[98] if len(late) > 1 else float("nan")
        stop.set()
    finally:
        server.kill()
        server.wait()
    return (
        f"{name}: {pages} pages, {threads} threads: {used * 100:.1f} % of a core,"
        f" {memory:.1f} MiB, a value arrives within {p99_s:.2f} s (p99)"
    )


def ask(port: int, late: list[float], stop: threading.Event) -> None:
    """Be a page that asks."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    told = b""
    while not stop.is_set():
        connection.request("GET", "/asking")
        body = connection.getresponse().read()
        if body != told:
            told = body
            late.append(CLOCK.now_ms() / 1000 - int(body.split()[0]) / 1000)
        CLOCK.wait(ASK_S, stop)


def follow(port: int, late: list[float], stop: threading.Event) -> None:
    """Be a page that is told."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    while not stop.is_set():
        line = answer.readline()
        if line.startswith(b"data: "):
            late.append(CLOCK.now_ms() / 1000 - int(line.split()[1]) / 1000)


def wait_until_open(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/asking")
            connection.getresponse().read()
        except OSError:
            CLOCK.wait(0.1)
        else:
            return


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def rss_mib(pid: int) -> float:
    """Return the memory a process holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
