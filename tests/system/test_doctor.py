"""`nightroom doctor` beside the running product."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.broker import wait_until
from tests.fakes.product import Product


def doctor(product: Product, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "monitor", "doctor", "--config", str(product.config))
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        yield made


def findings(product: Product) -> dict[str, dict[str, object]]:
    report = json.loads(doctor(product, "--json").stdout)
    return {finding["what"]: finding for finding in report["findings"]}


def test_it_reaches_sensors_and_broker_and_says_in_words_what_is_wrong(product: Product) -> None:
    product.start("broker")
    product.start("monitor")
    product.start("web")
    wait_until((product.data_dir / "nights.db").exists, "the monitor runs")
    wait_until((product.data_dir / "household.db").exists, "the pages run")
    found = findings(product)
    assert found["BME280"]["words"] == "at 0x76, chip id 0x60"
    assert found["broker"]["ok"]
    assert [one for what, one in found.items() if what != "clock" and not one["ok"]] == []

    product.stop("broker")
    product.sections["simulation"]["faults"] = ["tsl2591 absent"]
    product.write_config()
    done = doctor(product)
    assert done.returncode == 1
    assert "FAIL TSL2591: nobody at 0x29" in done.stdout
    assert "FAIL broker" in done.stdout
    assert "systemctl status nightroom-broker" in done.stdout


def test_asking_does_not_throw_the_monitor_off_the_broker(product: Product) -> None:
    product.start("broker")
    product.start("monitor")
    wait_until(lambda: "broker connected" in product.log("monitor"), "the monitor is connected")

    assert all(findings(product)["broker"]["ok"] for _ in range(2))

    assert "no broker" not in product.log("monitor")


def test_a_wrong_configuration_is_exit_code_2(product: Product) -> None:
    product.sections["climate"]["buss"] = 1
    product.write_config()
    done = doctor(product)
    assert done.returncode == 2
    assert "did you mean 'bus'?" in done.stderr
