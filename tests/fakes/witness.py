"""A third ear on the broker: what a sensor daemon said it holds, what a store said it has."""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from monitor.contract.codec import decode
from monitor.contract.messages import Batch, Stored
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import MONITOR_USER, sensors_user
from monitor.runtime.config import read_password
from tests.fakes.broker import wait_until
from tests.fakes.product import ROOM, Product


@dataclass(slots=True)
class Promises:
    """What was ever said, by stream.

    Attributes:
        published: the highest seq that was ever in a batch: it must have been durable.
        acknowledged: the highest seq that a store said it holds.
        ends_ms: the ends of all minutes that were ever in a batch, whatever the stream.
    """

    ends_ms: set[int] = field(default_factory=set)
    published: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)

    @property
    def progress(self) -> int:
        """Return a number that rises with each acknowledgement."""
        return sum(self.acknowledged.values())


class Witness:
    """Hears each topic with the login that may, as long as it is entered."""

    def __init__(self, product: Product, promises: Promises) -> None:
        self._promises = promises
        self._lock = threading.Lock()
        self._heard: list[tuple[Leaf, bytes]] = []
        self._ears = [
            self._ear(product, MONITOR_USER, Leaf.RECORDS),
            self._ear(product, sensors_user(ROOM), Leaf.STORED),
        ]

    def __enter__(self) -> Self:
        for ear in self._ears:
            ear.loop_start()
        for ear in self._ears:
            wait_until(ear.is_connected, "the witness hears the broker")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for ear in self._ears:
            ear.disconnect()
            ear.loop_stop()

    def listen(self) -> int:
        """Take in what has come since; return how far the promises are now."""
        with self._lock:
            heard, self._heard = self._heard, []
        for leaf, payload in heard:
            if leaf is Leaf.RECORDS:
                batch = decode(payload, Batch)
                self._promises.ends_ms |= {one.minute.end_ms for one in batch.records}
                seq = max(one.seq for one in batch.records)
                raise_to(self._promises.published, batch.stream, seq)
            else:
                stored = decode(payload, Stored)
                raise_to(self._promises.acknowledged, stored.stream, stored.stored_seq)
        return self._promises.progress

    def _ear(self, product: Product, user: str, leaf: Leaf) -> paho.Client:
        ear = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"witness-{leaf}", protocol=paho.MQTTv5
        )
        ear.username_pw_set(user, read_password(product.root / "broker" / f"{user}.password"))
        topic = Topics().of(ROOM, leaf)
        ear.on_connect = lambda *_: ear.subscribe(topic, qos=1)
        ear.on_message = lambda _client, _data, message: self._note(leaf, bytes(message.payload))
        ear.reconnect_delay_set(1, 1)
        ear.connect_async("127.0.0.1", product.port)
        return ear

    def _note(self, leaf: Leaf, payload: bytes) -> None:
        with self._lock:
            self._heard.append((leaf, payload))


def raise_to(positions: dict[str, int], stream: str, seq: int) -> None:
    positions[stream] = max(seq, positions.get(stream, 0))
