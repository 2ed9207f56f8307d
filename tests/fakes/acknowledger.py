"""A store at the other end of a FakeBroker: keeps every record and acknowledges at once."""

from monitor.contract.codec import decode, encode
from monitor.contract.messages import Batch, Hello, Stored
from monitor.contract.record import Minute, Record, instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.link import Inbound, Outbound
from tests.fakes.link import FakeBroker, FakeLink


class Acknowledger(FakeLink):
    """Subscribes to one room's records; can be told to keep silent."""

    def __init__(self, broker: FakeBroker, room: str = "bedroom") -> None:
        self.topics = Topics()
        self._room = room
        subscriptions = tuple(self.topics.of(room, leaf) for leaf in (Leaf.RECORDS, Leaf.HELLO))
        super().__init__(broker, subscriptions)
        self.records: dict[int, Record] = {}
        self.silent = False
        self.start()

    @property
    def minutes(self) -> list[Minute]:
        return [self.records[seq].minute for seq in sorted(self.records)]

    def deliver(self, event: object) -> None:
        if not isinstance(event, Inbound) or self.silent:
            return
        _, leaf = self.topics.read(event.topic)
        message = decode(event.payload, Batch if leaf is Leaf.RECORDS else Hello)
        if isinstance(message, Batch):
            self.records |= {record.seq: record for record in message.records}
        stored_seq = 0
        while stored_seq + 1 in self.records:
            stored_seq += 1
        stored = Stored(
            v=1,
            at=instant(0),
            sequence=1,
            store="5" * 16,
            device=message.device,
            stream=message.stream,
            stored_seq=stored_seq,
        )
        topic = self.topics.of(self._room, Leaf.STORED)
        self._broker.route(Outbound(topic=topic, payload=encode(stored), retain=True))
