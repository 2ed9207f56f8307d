"""Runs as root on the booted machine: installs, looks, hangs, breaks, uninstalls.

Standard library only; every fact goes into one JSON file that the tests judge.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

UNITS = ("nightroom-broker", "nightroom-sensors", "nightroom-monitor", "nightroom-web")
PRODUCT = UNITS[1:]
SHOWN = ("ActiveState", "NRestarts", "MainPID", "StatusText", "Result")
CONFIG = Path("/etc/nightroom/nightroom.toml")
HIDDEN = "/etc/nightroom/broker/monitor.password"
WITHIN_S = 45


def run(*command: str) -> dict[str, object]:
    environment = os.environ | {"PYTHON": "/trial/installing-python", "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return {"code": done.returncode, "said": done.stdout + done.stderr}


def states() -> dict[str, dict[str, str]]:
    return {unit: state(unit) for unit in UNITS}


def state(unit: str) -> dict[str, str]:
    said = str(run("systemctl", "show", unit, f"--property={','.join(SHOWN)}")["said"])
    return dict(line.split("=", 1) for line in said.splitlines())


def pid(unit: str) -> str:
    return state(unit)["MainPID"]


def from_inside(unit: str, *command: str) -> dict[str, object]:
    """Run a command as a service's user in its user namespace, seeing the files it sees."""
    inside = ("nsenter", "--target", pid(unit), "--mount", "--user", "--preserve-credentials")
    return run(
        *inside, "setpriv", "--reuid=nightroom", "--regid=nightroom", "--keep-groups", *command
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait a bounded time; the facts that follow say whether it has come."""
    until = time.monotonic() + WITHIN_S
    while not condition() and time.monotonic() < until:
        time.sleep(0.5)


def all_are(*wanted: str) -> bool:
    return all(state(unit)["ActiveState"] in wanted for unit in PRODUCT)


def page(host: str) -> int:
    asked = urllib.request.Request(f"http://{host}:8080/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own loopback
        return int(answer.status)


def hang() -> dict[str, float]:
    """Make all three processes hang; return after how long each was ended.

    Of the first its loop alone hangs, in its next system call, as on a bus that does not answer.
    A process that is stopped as a whole runs on while it writes where it stood, and may crash.
    """
    hung = {unit: pid(unit) for unit in PRODUCT}
    looping, *stopped = hung.values()
    began = time.monotonic()
    delay = f"inject=all:delay_enter={2 * WITHIN_S}s"
    holding = subprocess.Popen(["strace", "-o", "/dev/null", "-e", delay, "-p", looping])
    for number in stopped:
        os.kill(int(number), signal.SIGSTOP)
    ended: dict[str, float] = {}

    def look() -> bool:
        for unit, number in hung.items():
            if unit not in ended and pid(unit) != number:
                ended[unit] = time.monotonic() - began
        if state(PRODUCT[0])["Result"] == "watchdog":
            # It has said where it stood; one that is held cannot end.
            holding.kill()
        return len(ended) == len(hung)

    wait_for(look)
    holding.kill()
    holding.wait()
    return ended


def look_into(facts: dict[str, object]) -> None:
    """Try what each service may see and do."""
    web, monitor = "nightroom-web", "nightroom-monitor"
    facts["monitor reads its password"] = from_inside(monitor, "head", "-c1", HIDDEN)
    facts["web reads it"] = from_inside(web, "head", "-c1", HIDDEN)
    aside = f"/proc/{pid(monitor)}/root{HIDDEN}"
    facts["web reads it through the monitor"] = from_inside(web, "head", "-c1", aside)
    facts["web writes its data"] = from_inside(web, "touch", "/var/lib/nightroom/x")
    facts["web writes elsewhere"] = from_inside(web, "touch", "/opt/x", "/etc/x", "/run/x")


def main() -> None:
    facts: dict[str, object] = {}
    install = ("sh", "/trial/checkout/systemd/install", "--yes")
    facts["install"] = run(*install)
    facts["started"] = states()
    facts["install again"] = run(*install)
    facts["hostname"] = socket.gethostname()
    facts["page"] = page("127.0.0.1")
    # Another address of this machine, which its own network has too.
    facts["page on another address"] = page("127.0.0.2")
    look_into(facts)
    facts["ended after_s"] = hang()
    wait_for(lambda: all_are("active"))
    facts["after the hang"] = states()
    began = time.monotonic()
    facts["stop"] = run("systemctl", "stop", "nightroom.target", *UNITS)
    facts["stopped after_s"] = time.monotonic() - began
    facts["stopped"] = states()
    facts["journal"] = run("journalctl", "--no-pager", "--output=cat", "--unit=nightroom*")["said"]
    good = CONFIG.read_text()
    CONFIG.write_text(good.replace("[web]", "[wbe]"))
    run("systemctl", "start", "nightroom.target")
    # One that were to be started again would be "activating", not "failed".
    wait_for(lambda: all_are("failed"))
    facts["misconfigured"] = states()
    CONFIG.write_text(good)
    facts["uninstall"] = run(*install, "--uninstall")
    facts["left units"] = run("systemctl", "list-units", "--all", "--no-legend", "nightroom*")[
        "said"
    ]
    facts["left data"] = sorted(path.name for path in Path("/var/lib/nightroom").iterdir())
    Path("/trial/out/facts.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
