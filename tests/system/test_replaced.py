"""F12/F13 on the real processes: stores and cards replaced, restored, cloned; forged answers."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from monitor.contract.codec import decode, encode
from monitor.contract.messages import Batch, Hello, Stored
from monitor.contract.record import instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import MONITOR_USER
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
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


class LiveForger:
    """Somebody with the monitor's login who answers hellos and batches before it can."""

    def __init__(self, product: Product, says: Callable[[int], tuple[str, int]], most: int) -> None:
        self._says, self._left = says, most
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        path = product.root / "broker" / f"{MONITOR_USER}.password"
        self._client.username_pw_set(MONITOR_USER, read_password(path))
        self._client.on_message = self._answer
        self._topics = Topics()
        self._client.connect("127.0.0.1", product.port)
        for leaf in (Leaf.HELLO, Leaf.RECORDS):
            self._client.subscribe(self._topics.of(ROOM, leaf))
        self._client.loop_start()

    def stop(self) -> int:
        """Stop; return how many answers were left to give."""
        self._client.loop_stop()
        self._client.disconnect()
        return self._left

    def _answer(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if self._left == 0:
            return
        self._left -= 1
        if message.topic.endswith(Leaf.HELLO):
            hello = decode(message.payload, Hello)
            device, stream, seq = hello.device, hello.stream, hello.next_seq - 1
        else:
            batch = decode(message.payload, Batch)
            device, stream, seq = batch.device, batch.stream, batch.records[-1].seq
        store, said_seq = self._says(seq)
        forged = Stored(
            v=1, at=instant(FROM_MS), sequence=1, store=store,
            device=device, stream=stream, stored_seq=said_seq,
        )  # fmt: skip
        self._client.publish(self._topics.of(ROOM, Leaf.STORED), encode(forged))


@pytest.mark.parametrize("by", ["a stranger", "many strangers", "the store itself"])
@pytest.mark.parametrize("ahead", [-1_000, 0, 1_000_000])
def test_forged_answers_while_it_runs_cost_a_detour_no_minute_and_no_false_loss(
    product: Product, by: str, ahead: int
) -> None:
    live_through(product, 0, 2)
    rng, itself = random.Random(1), product.store_id()
    names = {
        "a stranger": lambda: "f" * 16,
        "many strangers": lambda: f"{rng.getrandbits(64):016x}",
        "the store itself": lambda: itself,
    }
    forger = LiveForger(product, lambda seq: (names[by](), max(0, seq + ahead)), 8)
    live_through(product, 2, 4)
    assert forger.stop() < 8
    assert read_minutes(product) == minutes_of(4)
    with NightsReader.open(product.data_dir / NIGHTS_FILE) as reader:
        assert reader.gaps(ROOM, 0, FROM_MS + 5 * HOUR_MS) == ()
    if by != "the store itself":
        assert "new_stream=" not in product.log("sensors")
