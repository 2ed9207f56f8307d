"""F12/F13 on the real processes: stores and cards replaced, restored, cloned; forged answers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.codec import encode
from monitor.contract.messages import Stored
from monitor.contract.record import instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import MONITOR_USER
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from tests.fakes.broker import Listener, wait_until
from tests.fakes.product import ROOM, Product

HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        made.start("broker")
        made.start("monitor")
        yield made


def live_through(product: Product, first_h: int, last_h: int) -> None:
    """Let the sensor daemon live from hour to hour and deliver all of it."""
    product.run_virtual(FROM_MS + first_h * HOUR_MS, FROM_MS + last_h * HOUR_MS)
    assert product.wait("sensors") == 0, product.log("sensors")


def minutes_of(hours: int) -> list[int]:
    return [FROM_MS + 60_000 * minute for minute in range(1, 60 * hours + 1)]


def read_minutes(product: Product) -> list[int]:
    """Return the ends of the stored minutes, as every reader sees them."""
    return [one.end_ms for one in product.minutes()]


def swap_store(product: Product, replacement: Path | None) -> None:
    product.kill("monitor")
    for path in product.data_dir.glob("nights.db*"):
        path.unlink()
    if replacement is not None:
        for path in replacement.iterdir():
            shutil.copy(path, product.data_dir / path.name)
    product.start("monitor")


def copy_of(folder: Path, name: str) -> Path:
    copy = folder.with_name(name)
    shutil.copytree(folder, copy)
    return copy


def test_a_store_restored_from_earlier_is_filled_up_again(product: Product) -> None:
    live_through(product, 0, 2)
    product.stop("monitor")
    backup = copy_of(product.data_dir, "backup")
    product.start("monitor")
    live_through(product, 2, 4)
    swap_store(product, backup)
    live_through(product, 4, 5)
    assert read_minutes(product) == minutes_of(5)
    assert len(product.stored()) == 300


def test_a_store_replaced_by_an_empty_one_is_filled_from_the_journal(product: Product) -> None:
    live_through(product, 0, 3)
    swap_store(product, None)
    live_through(product, 3, 4)
    assert read_minutes(product) == minutes_of(4)


def test_a_new_card_goes_on_where_the_old_one_had_arrived(product: Product) -> None:
    live_through(product, 0, 2)
    shutil.rmtree(product.journal_dir)
    live_through(product, 2, 4)
    assert read_minutes(product) == minutes_of(4)


def test_a_card_cloned_back_loses_and_doubles_no_minute(product: Product) -> None:
    live_through(product, 0, 2)
    clone = copy_of(product.journal_dir, "clone")
    live_through(product, 2, 4)
    shutil.rmtree(product.journal_dir)
    clone.rename(product.journal_dir)
    live_through(product, 4, 6)
    assert read_minutes(product) == minutes_of(6)
    assert "new_stream=" in product.log("sensors")


def forger(product: Product) -> Listener:
    """A client with the monitor's own login."""
    link = MqttLink(
        settings=BrokerSettings(port=product.port),
        client_id="forger",
        username=MONITOR_USER,
        password=read_password(product.root / "broker" / f"{MONITOR_USER}.password"),
        clock=RealClock(),
    )
    listener = Listener(link)
    link.start()
    wait_until(link._client.is_connected, "the forger connects")
    return listener


@pytest.mark.parametrize("stored_seq", [0, 5, 179, 180, 100_000])
def test_a_forged_acknowledgement_costs_a_detour_and_no_minute(
    product: Product, stored_seq: int
) -> None:
    live_through(product, 0, 3)
    genuine = product.journalled()[-1]
    listener = forger(product)
    for store in ("f" * 16, product.store_id()):
        forged = Stored(
            v=1,
            at=instant(FROM_MS),
            sequence=1,
            store=store,
            device="nightroom-bedroom",
            stream=genuine.stream,
            stored_seq=stored_seq,
            stored_crc=1,
        )
        topic = Topics().of(ROOM, Leaf.STORED)
        listener.link._client.publish(topic, encode(forged), qos=1, retain=True).wait_for_publish(5)
    listener.link.stop()
    live_through(product, 3, 4)
    assert read_minutes(product) == minutes_of(4)
