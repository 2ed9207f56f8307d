"""Bad input at every door of the real processes: said in a sentence, and nothing is lost."""

import json
import math
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.codec import encode
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from tests.fakes.broker import Listener, wait_until
from tests.fakes.product import ROOM, Product
from tests.fakes.records import batch_of, minute, record

HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000

GOOD = json.loads(encode(batch_of(record(seq=1), record(seq=2))))


def batch(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def with_record(**changes: object) -> bytes:
    return batch(records=[{**GOOD["records"][0], **changes}])


HOSTILE = [
    b"",
    b"\xff\xfe\xfd",
    b"null",
    b"[" * 50_000,
    b'{"v":1}',
    b"\x00" * 70_000,
    b'{"a":' * 20_000,
    b"1" * 1_000_000,
    batch(v=99),
    batch(stream="x"),
    batch(records=[]),
    batch(records=GOOD["records"] * 40),
    batch(unknown=1),
    batch(lowest_seq=-1),
    batch(device="a\nb"),
    with_record(seq="one"),
    with_record(crc=1),
    with_record(seq=0),
    with_record(minute=None),
    batch(records=[math.nan]),
    encode(batch_of(record())).replace(b"18.5", b"NaN"),
    encode(batch_of(record())).replace(b"18.5", b"1e999"),
    encode(batch_of(record(minute=minute(temperature_c=-140.9)))),
    encode(batch_of(record(minute=minute(illuminance_lx=-1.0)))),
]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        made.start("broker")
        yield made


def intruder(product: Product) -> Listener:
    """A client with the sensor daemon's own login: the worst that can happen."""
    user = sensors_user(ROOM)
    link = MqttLink(
        settings=BrokerSettings(port=product.port),
        client_id="intruder",
        username=user,
        password=read_password(product.root / "broker" / f"{user}.password"),
        clock=RealClock(),
    )
    listener = Listener(link)
    link.start()
    return listener


def test_hostile_payloads_store_nothing_and_the_next_good_record_is_stored(
    product: Product,
) -> None:
    product.start("monitor")
    wait_until((product.data_dir / "nights.db").exists, "the store is made")
    listener = intruder(product)
    wait_until(listener.link._client.is_connected, "the intruder connects")

    def is_heard() -> bool:
        listener.link._client.publish(Topics().of(ROOM, Leaf.STATE), b"?")
        return "refused" in product.log("monitor")

    wait_until(is_heard, "the monitor listens")
    for payload in HOSTILE:
        for leaf in (Leaf.RECORDS, Leaf.HELLO, Leaf.STATE, Leaf.AVAILABLE):
            topic = Topics().of(ROOM, leaf)
            listener.link._client.publish(topic, payload, qos=1).wait_for_publish(5)
    assert product.stored() == []
    product.run_virtual(FROM_MS, FROM_MS + HOUR_MS)
    assert product.wait("sensors") == 0, product.log("sensors")
    listener.link.stop()
    assert [one.seq for one in product.stored()] == list(range(1, 61))
    log = product.log("monitor").splitlines()
    assert sum("refused" in text for text in log) <= 2
    assert "Traceback" not in product.log("monitor")


def test_a_retained_hostile_payload_is_survived_by_a_starting_monitor(product: Product) -> None:
    listener = intruder(product)
    wait_until(listener.link._client.is_connected, "the intruder connects")
    for leaf in (Leaf.STATE, Leaf.AVAILABLE, Leaf.HELLO):
        topic = Topics().of(ROOM, leaf)
        listener.link._client.publish(topic, b"\xff{", qos=1, retain=True).wait_for_publish(5)
    listener.link.stop()
    product.start("monitor")
    product.run_virtual(FROM_MS, FROM_MS + HOUR_MS)
    assert product.wait("sensors") == 0
    assert len(product.stored()) == 60


def ends_with_one_sentence(product: Product, name: str, code: int, *words: str) -> None:
    product.start(name)
    assert product.wait(name, 20) == code
    (sentence,) = product.log(name).strip().splitlines()[-1:]
    for word in words:
        assert word in sentence
    assert "Traceback" not in product.log(name)


@pytest.mark.parametrize("name", ["sensors", "monitor", "web"])
def test_every_problem_of_a_configuration_is_said_and_the_exit_code_is_2(
    product: Product, name: str
) -> None:
    product.config.write_text('[web]\nprot = 1\n[room]\nslug = "Bad Room"\n')
    product.start(name)
    assert product.wait(name, 20) == 2
    log = product.log(name)
    assert "did you mean 'port'?" in log
    assert "[room] slug = 'Bad Room'" in log
    assert "Traceback" not in log


def test_a_taken_port_is_one_sentence(product: Product) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", product.web_port))
        taken.listen()
        ends_with_one_sentence(product, "web", 2, str(product.web_port), "another")


def starts_on_a_fresh_store(product: Product, before: bytes) -> None:
    product.start("monitor")
    product.run_virtual(FROM_MS, FROM_MS + HOUR_MS)
    assert product.wait("sensors") == 0, product.log("sensors")
    assert len(product.stored()) == 60
    assert (product.data_dir / "nights.db.bad-1").read_bytes() == before
    assert "Traceback" not in product.log("monitor")


def test_a_foreign_database_is_kept_aside_as_it_is(product: Product) -> None:
    file = product.data_dir / "nights.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()
    starts_on_a_fresh_store(product, file.read_bytes())


def test_a_file_that_is_no_database_is_kept_aside_as_it_is(product: Product) -> None:
    (product.data_dir / "nights.db").write_text("dear diary" * 1000)
    starts_on_a_fresh_store(product, b"dear diary" * 1000)


def test_a_missing_data_folder_is_one_sentence(product: Product) -> None:
    product.sections["monitor"]["data_dir"] = str(product.root / "none" / "deeper")
    product.write_config()
    ends_with_one_sentence(product, "monitor", 1, str(product.root / "none"), "data_dir")


def test_a_missing_password_file_is_one_sentence(product: Product) -> None:
    product.sections["sensors"]["password_file"] = str(product.root / "none")
    product.write_config()
    ends_with_one_sentence(product, "sensors", 2, "password file")


def test_a_journal_folder_that_cannot_be_made_is_one_sentence(product: Product) -> None:
    (product.root / "file").touch()
    product.sections["sensors"]["journal_dir"] = str(product.root / "file" / "journal")
    product.write_config()
    product.start("sensors")
    assert product.wait("sensors", 20) == 1
    assert "journal" in product.log("sensors").splitlines()[-1]
    assert "Traceback" not in product.log("sensors")
