"""The command as a person types it: a calibrator on a real daemon's microphone."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.simulation.audio_feed import AudioFeed
from monitor.runtime.clock import RealClock
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from tests.fakes.broker import wait_until
from tests.fakes.product import FOREVER_MS, ROOM, Product

PLAYED_DB = 92.4


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    feed = AudioFeed(directory=tmp_path, clock=RealClock(), level=lambda _at_ms: PLAYED_DB)
    feed.start()
    for name, value in feed.environment.items():
        monkeypatch.setenv(name, value)
    root = tmp_path / "product"
    root.mkdir()
    with Product(root, scenario="") as running:
        running.sections["microphone"] = {"device": feed.device}
        running.sections["climate"] = running.sections["light"] = {"fitted": False}
        running.write_config()
        for name in ("broker", "monitor", "web", "sensors"):
            running.start(name)
        # The pages hold household.db for as long as they run.
        wait_until(lambda: listens(running.web_port), "the pages are up", within_s=60.0)
        yield running
    feed.close()


def listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def calibrate(product: Product, *options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "monitor", "calibrate", "sound")
    return subprocess.run(
        [*command, "--config", str(product.config), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_calibrator_on_the_running_daemon_is_kept(product: Product) -> None:
    done = calibrate(product, "--calibrator", "94", "--seconds", "4")
    assert done.returncode == 0, done.stderr
    assert "levels are calibrated" in done.stdout
    assert "events that are stored keep the values" in done.stdout
    assert "100%" in done.stderr
    reader = HouseholdReader(product.data_dir / HOUSEHOLD_FILE)
    household = reader.household(ROOM, FOREVER_MS)
    reader.close()
    assert household.sound_offset_db == pytest.approx(94.0 - PLAYED_DB, abs=0.11)
    assert household.sound_calibrated


@pytest.mark.parametrize(
    "options", [(), ("--calibrator", "94", "--floor"), ("--calibrator", "100")]
)
def test_what_is_no_calibration_is_said_at_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    command = (sys.executable, "-m", "monitor", "calibrate", "sound", *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert "calibrator" in done.stderr
