"""The real processes in a folder of a test: broker, monitor, pages, sensor daemon.

Not a fake: it is the product as shipped, on simulated chips, started and killed at will.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.cli.demo_place import any_free_port, toml_text
from monitor.contract.record import Minute, Record, instant
from monitor.runtime.broker import MONITOR_USER, mosquitto_command, sensors_user, write_broker
from monitor.store.errors import StoreError
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from tests.fakes.broker import wait_until

ROOM = "bedroom"
# A process that has loaded its program, and waits to be told its arguments.
WARM = """\
import importlib, json, sys
program, *others = [importlib.import_module(name) for name in sys.argv[1:]]
sys.argv = [program.__name__, *json.loads(sys.stdin.readline())]
sys.exit(program.main())
"""
LOADED = {
    "monitor": ("monitor.__main__", "monitor.cli.commands", "monitor.serving", "paho.mqtt.client"),
    "sensors": ("firmware.__main__",),
}
FOREVER_MS = 4_000_000_000_000
# What hangs is ended by it; a machine with much else to do is given its time.
PATIENCE_S = 240.0
LAST_LINES = 80


class Product:
    """Starts each process by name; every one of them can be killed and started again."""

    def __init__(self, root: Path, *, scenario: str = "ordinary", zone: str = "UTC") -> None:
        self.root = root
        self.port, self.web_port = any_free_port("127.0.0.1"), any_free_port("127.0.0.1")
        files = write_broker(root / "broker", port=self.port, rooms=(ROOM,), prefix="nightroom")
        self.config = root / "nightroom.toml"
        self.data_dir, self.journal_dir = root / "data", root / "journal"
        for folder in (self.data_dir, root / "run"):
            folder.mkdir()
        user = sensors_user(ROOM)
        self.sections: dict[str, dict[str, object]] = {
            "broker": {"port": self.port},
            "sensors": {
                "journal_dir": str(self.journal_dir),
                "username": user,
                "password_file": str(files.passwords[user]),
                "state_interval_s": 0.5,
            },
            "climate": {"interval_s": 60.0},
            "light": {"interval_s": 20.0},
            "monitor": {
                "data_dir": str(self.data_dir),
                "runtime_dir": str(root / "run"),
                "username": MONITOR_USER,
                "password_file": str(files.passwords[MONITOR_USER]),
            },
            "web": {"port": self.web_port},
            "simulation": {"scenario": scenario, "zone": zone},
        }
        self.write_config()
        python = (sys.executable, "-m")
        named = ("--config", str(self.config))
        self._commands: dict[str, tuple[str, ...]] = {
            "broker": tuple(mosquitto_command(files.config)),
            "monitor": (*python, "monitor", "record", *named),
            "web": (*python, "web", *named),
            "sensors": (*python, "firmware", *named),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._warm: dict[str, subprocess.Popen[bytes]] = {}
        self.prefixes: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._say_what_they_said()
        for name in reversed(list(self._running)):
            self.stop(name)
        for process in self._warm.values():
            process.kill()
            process.communicate()

    def live_on(self, folder: Path) -> None:
        """Keep journal and store in another folder, as on a card of their own."""
        self.data_dir, self.journal_dir = folder / "data", folder / "journal"
        self.sections["monitor"]["data_dir"] = str(self.data_dir)
        self.sections["sensors"]["journal_dir"] = str(self.journal_dir)
        self.write_config()

    def write_config(self) -> None:
        self.config.write_text(toml_text(self.sections))

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = (*self._commands[name], *arguments)
        if name in self._warm:
            process = self._warm.pop(name)
            assert process.stdin is not None
            process.stdin.write(json.dumps(self._commands[name][3:] + arguments).encode() + b"\n")
            process.stdin.close()
        else:
            process = self._spawn(name, command, stdin=None)
        self._running[name] = process
        return process

    def warm(self, name: str) -> None:
        """Have the next start of a process begin where its program is loaded already."""
        command = (sys.executable, "-c", WARM, *LOADED[name])
        self._warm[name] = self._spawn(name, command, stdin=subprocess.PIPE)

    def _spawn(
        self, name: str, command: tuple[str, ...], *, stdin: int | None
    ) -> subprocess.Popen[bytes]:
        with (self.root / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                (*self.prefixes.get(name, ()), *command),
                stdin=stdin, stdout=log, stderr=log, env={**os.environ, "PYTHONFAULTHANDLER": "1"},
            )  # fmt: skip

    def start_broker(self) -> None:
        """Start the broker and wait until it answers."""
        self.start("broker")
        wait_until(
            lambda: not self.is_running("broker") or self._broker_answers(),
            "mosquitto answers on its port",
        )
        assert self.is_running("broker"), self.log("broker")

    def kill(self, name: str) -> int | None:
        """End a process as a power cut ends it; return its exit code if it had ended before."""
        process = self._running.pop(name)
        code = process.poll()
        process.kill()
        process.wait()
        return code

    def signal(self, name: str, number: signal.Signals) -> None:
        self._running[name].send_signal(number)

    def is_running(self, name: str) -> bool:
        return self._running[name].poll() is None

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def stop(self, name: str) -> int:
        """End a process as its supervisor does; return its exit code."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGCONT)  # a stopped one would not hear the other
        process.send_signal(signal.SIGTERM)
        return process.wait(10)

    def wait(self, name: str, within_s: float = PATIENCE_S) -> int:
        """Wait for a process that ends by itself; return its exit code."""
        return self._running.pop(name).wait(within_s)

    def run_virtual(self, from_ms: int, until_ms: int) -> subprocess.Popen[bytes]:
        """Let the sensor daemon live through a stretch of virtual time."""
        span = (instant(from_ms).isoformat(), instant(until_ms).isoformat())
        return self.start("sensors", "--virtual-from", span[0], "--virtual-until", span[1])

    def _say_what_they_said(self) -> None:
        """Print how each process stands and what it last said; end those that run by it.

        Under PYTHONFAULTHANDLER an aborted one says where each of its threads was.
        """
        for name, process in list(self._running.items()):
            code = process.poll()
            if code is None:
                process.send_signal(signal.SIGABRT)
                self.wait(name, 10)
            print(f"== {name}: {'ran' if code is None else f'had ended with {code}'}")  # noqa: T201
        for path in sorted(self.root.glob("*.log")):
            last = "\n".join(self.log(path.stem).splitlines()[-LAST_LINES:])
            print(f"== {path.stem} said last:\n{last}")  # noqa: T201 - pytest shows it

    def log(self, name: str) -> str:
        path = self.root / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def journalled(self) -> list[Record]:
        """Return what the sensor daemon has promised; only while it does not run."""
        journal = Journal.open(self.journal_dir, disk=RealDisk(), new_id=lambda: "f" * 16)
        records: list[Record] = []
        seq = journal.lowest_seq
        while found := list(journal.records(seq)):
            records += found
            seq = found[-1].seq + 1
        return records

    def has_journalled(self) -> bool:
        """Return whether a minute is on the card; may be asked while the daemon runs."""
        return any(path.stat().st_size for path in self.journal_dir.glob("*.log"))

    def stored(self) -> list[Record]:
        """Return every stored record in order of time; none where there is no store yet."""
        try:
            with NightsReader.open(self.data_dir / NIGHTS_FILE) as reader:
                return list(reader.records(ROOM, 0, FOREVER_MS))
        except StoreError:
            return []

    def declared(self) -> list[int]:
        """Return the seqs that the store tells as declared lost, ascending."""
        with NightsReader.open(self.data_dir / NIGHTS_FILE) as reader:
            gaps = reader.gaps(ROOM, 0, 2**60)
        return sorted(seq for gap in gaps for seq in range(gap.first_seq, gap.last_seq + 1))

    def minutes(self) -> tuple[Minute, ...]:
        """Return the stored minutes as every reader sees them: each one once."""
        with NightsReader.open(self.data_dir / NIGHTS_FILE) as reader:
            return reader.minutes(ROOM, 0, FOREVER_MS)

    def store_id(self) -> str:
        with NightsReader.open(self.data_dir / NIGHTS_FILE) as reader:
            return reader.store_id()

    def _broker_answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wait_for_stored(self, count: int, within_s: float = PATIENCE_S) -> None:
        wait_until(lambda: len(self.stored()) >= count, f"{count} records stored", within_s)


def environment_without_color() -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}
