"""F17/F20 on the real processes: nothing old is live, and the page says who is down since when."""

import json
import re
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.runtime.clock import RealClock
from tests.fakes.broker import wait_until
from tests.fakes.product import Product

LIVE_S = 30.0
OFFLINE_S = 25.0
# What the page may be behind: its own quarter second, and the sensors' half.
BEHIND_S = 1.0


class Pages:
    """Looks at the pages of a product that runs in real time."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.clock = RealClock()

    def read(self, address: str) -> str:
        url = f"http://127.0.0.1:{self.product.web_port}{address}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())

    def now(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.read("/api/v1/now"))
        return told

    def is_live(self) -> bool:
        now = self.now()
        return now["condition"] == "live" or any(
            part["condition"] == "live" for part in now["parts"]
        )

    def names_down(self, unit: str) -> bool:
        """Tell whether both pages say that a unit is down, and since when."""
        words = re.compile(rf"Down since \d\d:\d\d \(.+ ago\): see journalctl -u {unit}\.")
        return bool(words.search(self.now()["trouble"]) and words.search(self.read("/status")))


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with Product(tmp_path) as product:
        product.start_broker()
        for name in ("monitor", "web", "sensors"):
            product.start(name)
        made = Pages(product)
        wait_until(lambda: answers(made) and made.is_live(), "the room is live", 30)
        yield made


def answers(pages: Pages) -> bool:
    try:
        return bool(pages.now())
    except OSError:
        return False


def test_a_frozen_daemon_is_offline_within_25_s_and_nothing_of_it_live_after_30(
    pages: Pages,
) -> None:
    product, clock = pages.product, pages.clock
    product.signal("sensors", signal.SIGSTOP)
    frozen_s = clock.monotonic_s()
    wait_until(lambda: pages.names_down("nightroom-sensors"), "it is shown", OFFLINE_S)
    wait_until(lambda: not pages.is_live(), "it is no longer live", LIVE_S + BEHIND_S)
    assert clock.monotonic_s() - frozen_s <= LIVE_S + BEHIND_S
    # The broker still has its last state, after a restart too: to a monitor that hears it anew
    # it is as old as it is.
    for name in ("monitor", "broker"):
        count = product.log("monitor").count("broker connected")
        product.stop(name)
        product.start(name)
        wait_until(
            lambda seen=count: product.log("monitor").count("broker connected") > seen,
            f"the {name} has started anew",
            30,
        )
        until_s = clock.monotonic_s() + 3
        while clock.monotonic_s() < until_s:
            assert not pages.is_live()
            clock.wait(0.1)
    product.signal("sensors", signal.SIGCONT)
    wait_until(pages.is_live, "it is live again", 30)
    wait_until(lambda: not pages.names_down("nightroom-sensors"), "it is no longer down", 30)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("sensors", "nightroom-sensors"), ("broker", "nightroom-broker"),
     ("monitor", "nightroom-monitor")],
)  # fmt: skip
def test_of_a_process_that_is_killed_the_pages_say_which_and_since_when(
    pages: Pages, name: str, unit: str
) -> None:
    pages.product.kill(name)
    wait_until(lambda: pages.names_down(unit), f"{unit} is named", OFFLINE_S)
    pages.product.start(name)
    wait_until(lambda: pages.now()["trouble"] == "", "all is well again", 40)


def test_a_monitor_that_was_frozen_calls_none_down_for_it(pages: Pages) -> None:
    """The broker leaves it meanwhile, and it has heard nothing of the sensors."""
    product, clock = pages.product, pages.clock
    product.signal("monitor", signal.SIGSTOP)
    wait_until(lambda: pages.names_down("nightroom-monitor"), "it is named", OFFLINE_S)
    clock.wait(LIVE_S)
    product.signal("monitor", signal.SIGCONT)
    troubles = []

    def is_over() -> bool:
        troubles.append(pages.now()["trouble"])
        return troubles[-1] == ""

    wait_until(is_over, "all is well again", 20)
    assert [one for one in troubles if one and "nightroom-monitor" not in one] == []
