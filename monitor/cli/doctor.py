"""`nightroom doctor`: looks at the machine and says in words what to do."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from monitor.cli.doctor_live import live_findings
from monitor.cli.doctor_screen import screen_findings
from monitor.cli.processes import python_module
from monitor.contract.record import ClockState
from monitor.contract.topics import Topics
from monitor.runtime.broker import MONITOR_USER
from monitor.runtime.clock import Clock
from monitor.runtime.config import read_password
from monitor.runtime.errors import OperatorError
from monitor.runtime.findings import Finding, Report
from monitor.runtime.link import Connected, Disconnected, Link, Outbound
from monitor.runtime.mqtt import ASKED, MqttLink
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.store.condition import LEAST_FREE_BYTES, store_findings
from monitor.store.errors import CorruptFileError, StoreError
from monitor.store.live import LIVE_FOLDER, LiveFiles
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.wear import yearly_bytes

# Judgement: eight parts that each overrun their 5 s twice, and a slow start.
CHECK_WITHIN_S: Final = 120.0
# Judgement: a broker on the same machine answers in milliseconds.
ECHO_WITHIN_S: Final = 5.0
LOOK_S: Final = 0.1
MB: Final = 1_000_000
EVERYONE: Final = 0o077
OUR_LIBRARIES: Final = ("nightroom", "flask", "msgspec", "paho-mqtt", "waitress")

LinkOf = Callable[[Settings, Clock, str], Link]


def examine(settings: Settings, config: Path, clock: Clock) -> Report:
    """Return everything found, the sensors' side by `python -m firmware --check`."""
    command = python_module("check", "firmware", "--check", "--json", "--config", str(config))
    sensors = sensors_report(command.arguments)
    findings = (
        *sensors.findings,
        *broker_findings(settings, clock),
        *store_findings(settings.monitor.data_dir, looked_at=sys.maxsize),
        *minute_findings(settings.monitor),
        *size_findings(settings.monitor),
        *screen_findings(settings.monitor, clock),
        *monitor_findings(settings.monitor, clock),
        *disk_findings((settings.sensors.journal_dir,)),
        *permission_findings(settings),
        clock_finding(clock),
    )
    versions = {"python": platform.python_version()}
    versions |= {name: version(name) for name in OUR_LIBRARIES} | sensors.versions
    ok = all(finding.ok for finding in findings)
    return Report(ok=ok, simulated=sensors.simulated, findings=findings, versions=versions)


def sensors_report(command: Sequence[str], *, within_s: float = CHECK_WITHIN_S) -> Report:
    """Return what the check of the hardware says; a check that fails is a finding itself."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, capture_output=True, timeout=within_s, check=False
        )
        return msgspec.json.decode(done.stdout, type=Report)
    except subprocess.TimeoutExpired:
        words, fix = f"no answer in {within_s:.0f} s", "cut the sensors' power for ten seconds"
    except msgspec.MsgspecError:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        words, fix = f"its check ended with code {done.returncode}", (said or [""])[-1]
    finding = Finding(what="sensors", ok=False, words=words, fix=fix)
    return Report(ok=False, findings=(finding,), versions={})


def broker_findings(
    settings: Settings, clock: Clock, *, link_of: LinkOf | None = None
) -> list[Finding]:
    """Log in to the broker as the monitor and have a message come back."""
    where = f"{settings.broker.host}:{settings.broker.port}"
    topic = Topics(prefix=settings.broker.prefix).ping(MONITOR_USER)
    try:
        link = (link_of or _link)(settings, clock, topic)
    except OperatorError as error:
        return [Finding(what="broker", ok=False, words="no password", fix=str(error))]
    link.start()
    try:
        words, fix = _echo(link, clock, topic)
    finally:
        link.stop()
    return [Finding(what="broker", ok=not fix, words=f"{where} {words}", fix=fix)]


def _echo(link: Link, clock: Clock, topic: str) -> tuple[str, str]:
    """Return what happened in words, and what to do unless the echo came."""
    payload = ASKED + os.urandom(8).hex().encode()
    until_s = clock.monotonic_s() + ECHO_WITHIN_S
    refusal, is_connected = "", False
    while clock.monotonic_s() < until_s:
        for event in link.drain():
            if isinstance(event, Connected):
                is_connected = True
                link.publish(Outbound(topic=topic, payload=payload))
            elif isinstance(event, Disconnected):
                refusal = event.reason
            elif event.payload == payload:
                return "echoes", ""
        clock.wait(LOOK_S, link.wake)
    if is_connected:
        return "takes messages and returns none", "look at its ACL: the installer writes it anew"
    told = refusal or f"no answer in {ECHO_WITHIN_S:.0f} s"
    fix = "is nightroom-broker running (systemctl status nightroom-broker), is [broker] port right?"
    return f"refuses: {told}", fix


def minute_findings(settings: MonitorSettings) -> list[Finding]:
    """Tell how many minutes have changed on the card; it looks at every one."""
    words = ""
    try:
        with NightsReader.open(settings.data_dir / NIGHTS_FILE) as reader:
            try:
                if changed := reader.changed_minutes():
                    minutes = "1 minute" if changed == 1 else f"{changed} minutes"
                    words = f"{minutes} whose check sum is wrong: pages and exports leave them out"
            except CorruptFileError as error:
                words = f"one cannot be read ({error.__cause__})"
    except StoreError:
        return []  # the store's own finding says why
    fix = (
        "restart nightroom-monitor twice: it finds them, sets the file aside and salvages the rest"
    )
    return [Finding(what="minutes", ok=False, words=words, fix=fix)] if words else []


def size_findings(settings: MonitorSettings) -> list[Finding]:
    """Tell what the store takes, what a year takes, and what was written today."""
    path = settings.data_dir / NIGHTS_FILE
    try:
        with NightsReader.open(path) as reader:
            streams, rooms = reader.streams(), reader.rooms()
            size_bytes = reader.content_bytes()  # the file alone lacks what is in its log
    except StoreError:
        return []  # the store's own finding says why
    year = yearly_bytes(size_bytes, sum(one.records for one in streams), len(rooms))
    growth = "a year's size is known after a day" if year is None else f"{year / MB:.0f} MB a year"
    files = LiveFiles(settings.runtime_dir / LIVE_FOLDER)
    live = next(filter(None, map(files.read, files.rooms())), None)
    today = (
        ""
        if live is None
        else f"; {live.written_today_bytes / MB:.1f} MB written today (UTC) by the monitor"
    )
    words = f"{size_bytes / MB:.1f} MB; {growth}{today}"
    return [Finding(what="store's size", ok=True, words=words)]


def monitor_findings(settings: MonitorSettings, clock: Clock) -> list[Finding]:
    """Tell what the monitor says now: what it has found, and who is not heard."""
    files = LiveFiles(settings.runtime_dir / LIVE_FOLDER, clock)
    lives = [live for room in files.rooms() if (live := files.read(room)) is not None]
    try:
        with NightsReader.open(settings.data_dir / NIGHTS_FILE) as reader:
            rooms = reader.rooms()
    except StoreError:
        rooms = ()  # the store's own finding says why
    return live_findings(lives, rooms, clock.now_ms())


def disk_findings(folders: Iterable[Path]) -> list[Finding]:
    """Tell how much is free where each folder is, or would be made."""
    findings = []
    for folder in folders:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free_bytes = shutil.disk_usage(there).free
        ok = free_bytes >= LEAST_FREE_BYTES
        findings.append(
            Finding(
                what=f"disk of {folder}",
                ok=ok,
                words=f"{free_bytes // 2**20} MiB free",
                fix="" if ok else "free space: nothing of nightroom's is thrown away by itself",
            )
        )
    return findings


def permission_findings(settings: Settings) -> list[Finding]:
    """Tell which files are missing, unreadable or readable by everyone."""
    findings = []
    for path in (settings.monitor.password_file, settings.sensors.password_file):
        if path is None:
            continue
        what = f"password file {path}"
        try:
            mode = path.stat().st_mode
        except OSError as error:
            fix = "run the installer again, it writes passwords that are missing"
            findings.append(Finding(what=what, ok=False, words=error.strerror or "?", fix=fix))
            continue
        ok = not mode & EVERYONE
        fix = "" if ok else f"chmod 600 {path}"
        words = "private" if ok else f"others may read it (mode {mode & 0o777:o})"
        findings.append(Finding(what=what, ok=ok, words=words, fix=fix))
    return findings


def clock_finding(clock: Clock) -> Finding:
    """Tell whether the time comes from a time source."""
    if clock.state() is ClockState.SYNCED:
        return Finding(what="clock", ok=True, words="synchronised")
    fix = "let it reach a time server: minutes wait up to 10 min for it, then say so"
    return Finding(what="clock", ok=False, words="not synchronised", fix=fix)


def _link(settings: Settings, clock: Clock, topic: str) -> Link:
    return MqttLink(
        settings=settings.broker,
        client_id=f"doctor-{os.getpid()}",  # never the monitor's: it would be thrown out
        username=settings.monitor.username,
        password=read_password(settings.monitor.password_file),
        subscriptions=(topic,),
        clock=clock,
    )
