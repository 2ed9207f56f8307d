"""Real processes, each killed once: nothing journalled is lost, nothing stored twice.

The issue-sized proof (thousands of kills, power cuts, corrupted files) builds on these.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.record import Record
from tests.fakes.product import Product

HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z
# Long enough that a daemon is still on its way when the first minutes are stored, also where
# the monitor subscribes too late for its first hello: a day of it passes in four seconds.
LONG_MS = 72 * HOUR_MS
LONG_MINUTES = LONG_MS // 60_000


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        made.start("broker")
        made.start("monitor")
        yield made


def keys(records: list[Record]) -> list[tuple[str, int, int]]:
    return sorted((record.stream, record.seq, record.crc) for record in records)


def finish(product: Product, until_ms: int) -> None:
    """Let a daemon that was killed go on from where its journal ends, up to until_ms."""
    newest_ms = max(record.minute.end_ms for record in product.journalled())
    product.run_virtual(newest_ms, until_ms)
    assert product.wait("sensors") == 0, product.log("sensors")


def assert_all_stored_once(product: Product, minutes: int) -> None:
    journalled, stored = product.journalled(), product.stored()
    assert keys(stored) == keys(journalled)
    assert len({record.minute.end_ms for record in stored}) == len(stored) == minutes


def test_six_hours_arrive_complete_and_bit_for_bit(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        product.start("broker")
        product.start("monitor")
        product.run_virtual(FROM_MS, FROM_MS + 6 * HOUR_MS)
        assert product.wait("sensors") == 0
        assert_all_stored_once(product, 360)
        assert product.stored() == sorted(product.journalled(), key=lambda one: one.minute.end_ms)


def test_a_broker_killed_on_the_way_loses_nothing(product: Product) -> None:
    product.run_virtual(FROM_MS, FROM_MS + LONG_MS)
    product.wait_for_stored(200)
    product.kill("broker")
    product.start("broker")
    assert product.wait("sensors") == 0, product.log("sensors")
    assert_all_stored_once(product, LONG_MINUTES)


def test_a_monitor_killed_on_the_way_loses_nothing(product: Product) -> None:
    product.run_virtual(FROM_MS, FROM_MS + LONG_MS)
    product.wait_for_stored(200)
    product.kill("monitor")
    product.start("monitor")
    assert product.wait("sensors") == 0, product.log("sensors")
    assert_all_stored_once(product, LONG_MINUTES)


def test_a_sensor_daemon_killed_on_the_way_loses_no_journalled_minute(product: Product) -> None:
    product.run_virtual(FROM_MS, FROM_MS + LONG_MS)
    product.wait_for_stored(200)
    assert product.kill("sensors") is None, "it was to be killed on its way"
    finish(product, FROM_MS + LONG_MS)
    assert_all_stored_once(product, LONG_MINUTES)


def test_all_three_killed_together_lose_nothing(product: Product) -> None:
    product.run_virtual(FROM_MS, FROM_MS + LONG_MS)
    product.wait_for_stored(200)
    assert product.kill("sensors") is None, "it was to be killed on its way"
    for name in ("broker", "monitor"):
        product.kill(name)
    for name in ("broker", "monitor"):
        product.start(name)
    finish(product, FROM_MS + LONG_MS)
    assert_all_stored_once(product, LONG_MINUTES)


def test_a_monitor_that_was_away_all_the_time_gets_everything_afterwards(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        product.start("broker")
        product.run_virtual(FROM_MS, FROM_MS + 2 * HOUR_MS)
        product.start("monitor")
        assert product.wait("sensors") == 0, product.log("sensors")
        assert_all_stored_once(product, 120)
