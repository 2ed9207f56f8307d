"""F8 and F11 on the real processes: a broker that refuses, is half-open, slow; and poison."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.contract.codec import encode
from monitor.contract.messages import Batch
from monitor.contract.record import Record
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.link import Connected, Outbound
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from tests.contract.test_poison import HEAD, SEEDS, SESSION
from tests.fakes.broker import Listener, wait_until
from tests.fakes.mutation import mutated
from tests.fakes.product import ROOM, Product
from tests.fakes.proxy import Proxy, Way
from tests.fakes.stored import STREAM, record

HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z
MINUTES = 1_440
NEXT_S = 1.0


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        yield made


@pytest.mark.parametrize("way", [Way.REFUSING, Way.HALF_OPEN, Way.SLOW])
def test_a_bad_way_to_the_broker_costs_no_minute_and_few_words(product: Product, way: Way) -> None:
    with Proxy(product.port) as proxy:
        product.sections["broker"] |= {"port": proxy.port, "keepalive_s": 5}
        product.write_config()
        product.start_broker()
        product.start("monitor")
        product.run_virtual(FROM_MS, FROM_MS + MINUTES * 60_000)
        product.wait_for_stored(60)
        proxy.turn(way)
        if way is Way.SLOW:
            RealClock().wait(5)
        else:
            wait_until(lambda: "broker gone" in product.log("sensors"), "it is noticed", 30)
        proxy.turn(Way.GOOD)
        assert product.wait("sensors") == 0, product.log("sensors")
        assert [one.minute.end_ms for one in product.stored()] == [
            FROM_MS + 60_000 * minute for minute in range(1, MINUTES + 1)
        ]
        lines = [
            line
            for line in product.log("sensors").splitlines()
            if "broker" in line and not line.startswith("progress")
        ]
        assert len(lines) <= 10, lines
        product.stop("monitor")


class Poisoner:
    """Speaks with a sensor daemon's own login."""

    def __init__(self, product: Product) -> None:
        user = sensors_user(ROOM)
        self.link = MqttLink(
            settings=BrokerSettings(port=product.port),
            client_id=user,
            username=user,
            password=read_password(product.root / "broker" / f"{user}.password"),
            clock=RealClock(),
        )
        listener = Listener(self.link)
        self.link.start()
        wait_until(lambda: listener.count(Connected) > 0, "the poisoner connects")

    def send(self, leaf: Leaf, payload: bytes) -> None:
        self.link.publish(Outbound(topic=Topics().of(ROOM, leaf), payload=payload))

    def send_records(self, *records: Record) -> None:
        batch = Batch(**HEAD, **SESSION, stream=STREAM, lowest_seq=1, records=records)
        self.send(Leaf.RECORDS, encode(batch))

    def is_stored(self, product: Product, wanted: Record) -> bool:
        """Offer a record once more, as a sensor daemon does of one that is not acknowledged."""
        self.send_records(wanted)
        RealClock().wait(0.5)
        return product.stored() == [wanted]


BY_HAND = (
    b"\xff\xfe not UTF-8 \x00",
    b'{"v":1,"temperature_c":NaN}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"v":' + b"9" * 100_000 + b"}",
    b"x" * (2**20 - 1_024),  # the broker itself hangs up on more
    b"",
    b"null",
)


def test_poison_stops_no_real_process_and_the_next_record_is_stored_within_a_second(
    product: Product,
) -> None:
    rng = random.Random(11)
    with ExitStack() as stack:
        product.start_broker()
        monitor = product.start("monitor")
        poisoner = Poisoner(product)
        stack.callback(poisoner.link.stop)
        wait_until(lambda: "broker connected" in product.log("monitor"), "the monitor connects")
        for payload in BY_HAND:
            for leaf in (Leaf.STATE, *SEEDS):
                poisoner.send(leaf, payload)
        for _ in range(600):
            leaf = rng.choice((Leaf.HELLO, Leaf.AVAILABLE))
            poisoner.send(leaf, mutated(rng, SEEDS[leaf]))
        assert product.stored() == []
        wait_until(lambda: poisoner.is_stored(product, record(1)), "it still stores", 30)
        poisoner.send(Leaf.RECORDS, BY_HAND[0])
        poisoner.send_records(record(1), record(2))
        product.wait_for_stored(2, NEXT_S)
        assert product.stored() == [record(1), record(2)]
        assert monitor.poll() is None
    refusals = product.log("monitor").count("message refused")
    assert 1 <= refusals <= 3, "sampled: once a minute at most"
    assert "Traceback" not in product.log("monitor")
