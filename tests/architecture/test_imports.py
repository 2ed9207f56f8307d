"""Importing one process's package does not drag in another's weight."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"scipy", "pandas", "sqlalchemy", "board", "apprise", "requests"}
LOADED = "import sys, json; print(json.dumps([it for it, found in sys.modules.items() if found]))"


def modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; {LOADED}"],
        capture_output=True,
        text=True,
        check=True,
        # Measuring coverage loads modules of its own.
        env={key: value for key, value in os.environ.items() if "COV" not in key},
    )
    return set(json.loads(done.stdout))


def roots(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


def test_the_sensor_daemon_loads_neither_scoring_nor_store_nor_flask() -> None:
    modules = modules_after("import firmware.__main__")
    assert not {"monitor.score", "monitor.store", "monitor.nightly", "monitor.recorder"} & modules
    assert not {"flask", "sqlite3", *HEAVY} & roots(modules)


def test_the_monitor_loads_neither_hardware_nor_pages_nor_numpy() -> None:
    modules = modules_after("import monitor.serving, monitor.__main__")
    assert not {"firmware", "web", "flask", "numpy", "gpiozero", *HEAVY} & roots(modules)


def test_the_dashboard_holds_no_mqtt_client() -> None:
    modules = modules_after("import web.__main__")
    assert not {"paho", "firmware", "numpy", *HEAVY} & roots(modules)


def test_the_dashboard_loads_nothing_only_because_it_is_there() -> None:
    modules = modules_after("import web.__main__")
    assert {"flask", "waitress", "msgspec", "web.app"} <= modules
    spared = {"typing_extensions", "ssl", "_ssl", "_hashlib", "bz2", "lzma"}
    assert not (spared | {"zipfile", "email.message", "http.server", "html.entities"}) & modules


@pytest.mark.parametrize("module", ["firmware.__main__", "monitor.serving", "web.__main__"])
def test_no_daemon_loads_a_test_tool(module: str) -> None:
    assert not {"pytest", "hypothesis"} & roots(modules_after(f"import {module}"))
