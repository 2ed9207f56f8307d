"""What the vendors' libraries need on a Raspberry Pi, with Blinka told that it is on one."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ON_A_PI = {
    **os.environ,
    "BLINKA_FORCECHIP": "BCM2XXX",
    "BLINKA_FORCEBOARD": "RASPBERRY_PI_ZERO_2_W",
}
SAMPLE = """\
from firmware.sensors.climate import ClimateSensor
from firmware.sensors.light import LightSensor
from firmware.simulation.wiring import RoomWiring
from monitor.runtime.clock import VirtualClock
from tests.fakes.rooms import PlainRoom

clock = VirtualClock(start_ms=0)
bus = RoomWiring(PlainRoom(), clock).bus
print(ClimateSensor(bus, clock).sample())
print(LightSensor(bus, clock).sample())
print("board", "board" in sys.modules)
"""
WITHOUT_GPIOD = "import sys; sys.modules['gpiod'] = None\n"
STUB_OF_LGPIO = "import sys, types; sys.modules['lgpio'] = types.ModuleType('lgpio')\n"
PANEL = """\
from firmware.sensors.panel import GpioPanel
from monitor.runtime.clock import VirtualClock

panel = GpioPanel(button_pin=17, led_pin=27, clock=VirtualClock(start_ms=0))
print(panel.drain())
panel.close()
"""


def on_a_pi(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", code),
        env=ON_A_PI,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def requirement(name: str) -> Requirement:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [one for one in map(Requirement, project["dependencies"]) if one.name == name]
    assert len(found) == 1
    return found[0]


def test_with_the_declared_gpiod_both_drivers_read_on_a_pi_and_board_is_not_loaded() -> None:
    done = on_a_pi("import sys\n" + SAMPLE)
    assert done.returncode == 0, done.stderr
    climate, light, board = done.stdout.splitlines()
    assert climate.startswith("ClimateReading(temperature_c=18.5")
    assert light.startswith("LightReading(illuminance_lx=11.9")
    assert board == "board False"


def test_without_gpiod_the_part_says_what_is_missing_and_the_other_goes_on() -> None:
    done = on_a_pi(WITHOUT_GPIOD + SAMPLE)
    assert done.returncode == 0, done.stderr
    climate, light, _ = done.stdout.splitlines()
    assert climate.startswith("Fault(flag=<Flag.FAULT")
    assert "'gpiod' was not found" in climate
    assert light.startswith("LightReading")


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("gpiod", ("1.6.3", "2.0.2", "2.2.1", "3.0.0"), ("2.2.2", "2.3.0")),
        ("lgpio", ("0.0.0.2", "0.2.0.0"), ("0.2.2.0",)),
    ],
)
def test_the_declared_dependency_refuses_what_does_not_work(
    name: str, wrong: tuple[str, ...], right: tuple[str, ...]
) -> None:
    declared = requirement(name)
    assert not [one for one in wrong if declared.specifier.contains(one)]
    assert [one for one in right if declared.specifier.contains(one)] == list(right)
    marker = declared.marker
    assert marker is not None
    assert marker.evaluate({"platform_machine": "aarch64", "python_version": "3.11"})
    assert not marker.evaluate({"platform_machine": "x86_64", "python_version": "3.11"})


def test_the_stub_of_lgpio_leaves_the_panel_silent_with_a_word_in_the_log() -> None:
    done = on_a_pi(STUB_OF_LGPIO + PANEL)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    assert "panel fails" in done.stderr
    assert "lgpio" in done.stderr
