"""F8, F9, F10 on the real processes: a mute broker, packets that get lost, a stolen name."""

import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import RealClock
from tests.fakes.broker import RealBroker, wait_until
from tests.fakes.hurried import Hurry, Stamped
from tests.fakes.network import LossyNetwork
from tests.fakes.product import ROOM, Product

MINUTES = 5
HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        yield made


@pytest.mark.root
def test_a_third_of_the_packets_lost_each_way_loses_no_minute_and_half_a_minute_of_time(
    product: Product,
) -> None:
    clock = RealClock()
    with LossyNetwork(product.port) as network:
        product.prefixes = dict.fromkeys(("broker", "monitor", "sensors"), network.prefix)
        product.start("broker")
        product.start("monitor")
        network.lose(30)
        product.run_virtual(FROM_MS, FROM_MS + HOUR_MS)
        wait_until(product.has_journalled, "the daemon has begun")
        since_s = clock.monotonic_s()
        assert product.wait("sensors") == 0, product.log("sensors")
        took_s = clock.monotonic_s() - since_s
        assert network.lost() > 10
        for name in ("monitor", "broker"):
            product.stop(name)
    assert [one.minute.end_ms for one in product.stored()] == [
        FROM_MS + 60_000 * minute for minute in range(1, 61)
    ]
    assert took_s <= 30


def test_a_broker_that_falls_silent_is_noticed_and_all_arrives_when_it_wakes(
    product: Product,
) -> None:
    product.sections["broker"]["keepalive_s"] = 5
    product.write_config()
    product.start("broker")
    product.start("monitor")
    product.run_virtual(FROM_MS, FROM_MS + 24 * HOUR_MS)
    product.wait_for_stored(60)
    product.signal("broker", signal.SIGSTOP)
    wait_until(lambda: "broker gone" in product.log("sensors"), "it is noticed", 20)
    product.signal("broker", signal.SIGCONT)
    assert product.wait("sensors") == 0, product.log("sensors")
    assert len(product.stored()) == 1440
    assert product.log("sensors").count("broker gone") <= 2


def test_of_two_with_one_name_one_gives_way_for_a_minute_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Hurry(monkeypatch)
    with RealBroker(tmp_path) as broker:
        broker.settings = msgspec.structs.replace(broker.settings, keepalive_s=600)
        twins = [Stamped(broker.link(sensors_user(ROOM)), clock, monkeypatch) for _ in range(2)]
        for twin in twins:
            twin.link.start()
            wait_until(twin.has_connected, "it connects")
        wait_until(lambda: any(twin.gave_way_s() for twin in twins), "one notices")
        first_s = min(at_s for twin in twins for at_s in twin.gave_way_s())
        until_s = first_s + 60 * MINUTES
        wait_until(lambda: clock.monotonic_s() > until_s, "the minutes pass")
        for twin in twins:
            twin.link.stop()
    for twin in twins:
        back_s = [at_s for at_s in twin.connected_s() if first_s < at_s <= until_s]
        assert 1 < len(back_s) <= MINUTES, "at most once a minute, and not never"
        for gave_way_s in twin.gave_way_s():
            later_s = [at_s for at_s in twin.connected_s() if at_s > gave_way_s]
            assert min(later_s, default=until_s) - gave_way_s >= min(60, until_s - gave_way_s)
