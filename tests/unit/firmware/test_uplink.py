"""What the daemon says and hears on the link."""

import logging

import pytest

from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.codec import decode, encode
from monitor.contract.messages import Availability, RoomSettings, State
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Outbound
from tests.fakes.link import FakeBroker, FakeLink

TOPICS = Topics()
ME = Identity(room="bedroom", device="sensors-1", session="a" * 16)
BEFORE = Identity(room="bedroom", device="sensors-1", session="b" * 16)
AVAILABLE = TOPICS.of("bedroom", Leaf.AVAILABLE)


class Carried:
    """Stands for a courier: notes what reaches it."""

    def __init__(self) -> None:
        self.notes: list[object] = []

    def connected(self) -> None:
        self.notes.append("connected")

    def disconnected(self) -> None:
        self.notes.append("disconnected")

    def receive(self, payload: bytes, *, retained: bool = False) -> None:
        self.notes.append((payload, "retained") if retained else payload)


class Line:
    """An Uplink on a FakeLink, and what came of it."""

    def __init__(self, *, is_live: bool = True) -> None:
        self.broker = FakeBroker()
        self.clock = VirtualClock(start_ms=1_700_000_000_000)
        will = availability(TOPICS, ME, online=False, at_ms=0)
        self.link = FakeLink(self.broker, subscriptions(TOPICS, "bedroom"), will)
        self.uplink = Uplink(
            self.link, topics=TOPICS, identity=ME, clock=self.clock, is_live=is_live
        )
        self.courier = Carried()
        self.uplink.serve(self.courier)
        self.settings: list[RoomSettings] = []
        self.uplink.start()

    def receive(self) -> bool:
        return self.uplink.receive(self.settings.append)

    def arrives(self, leaf: Leaf, payload: bytes) -> None:
        self.broker.route(Outbound(topic=TOPICS.of("bedroom", leaf), payload=payload))

    def retained_availability(self) -> Availability:
        return decode(self.broker.retained[AVAILABLE].payload, Availability)


def test_a_connection_is_announced_with_the_session() -> None:
    line = Line()
    assert line.receive()
    assert line.courier.notes == ["connected"]
    assert line.retained_availability().online
    assert line.retained_availability().session == ME.session
    assert not line.receive()


def test_a_virtual_run_says_nothing_about_the_present() -> None:
    line = Line(is_live=False)
    line.receive()
    line.uplink.stop()
    assert AVAILABLE not in line.broker.retained


def test_an_orderly_stop_says_offline() -> None:
    line = Line()
    line.receive()
    line.uplink.stop()
    assert not line.retained_availability().online


def test_a_stale_offline_of_an_older_session_is_put_right() -> None:
    line = Line()
    line.receive()
    line.arrives(
        Leaf.AVAILABLE,
        availability(TOPICS, BEFORE, online=False, at_ms=5).payload,
    )
    line.receive()
    assert len(line.link.published) == 2
    assert line.retained_availability().online
    assert line.retained_availability().session == ME.session


def test_its_own_online_is_not_answered() -> None:
    line = Line()
    line.receive()
    line.receive()
    line.receive()
    assert len(line.link.published) == 1


def test_a_lost_broker_is_told_to_the_courier_and_greeted_again() -> None:
    line = Line()
    line.receive()
    line.broker.stop()
    line.receive()
    line.broker.restart()
    assert line.receive()
    assert line.courier.notes == ["connected", "disconnected", "connected"]
    assert line.retained_availability().online


def test_a_broker_that_comes_and_goes_for_an_hour_makes_at_most_ten_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    line = Line()
    for _ in range(180):
        line.receive()
        line.broker.stop()
        line.receive()
        line.broker.restart()
        line.clock.wait(20)
    assert 2 <= len(caplog.records) <= 10


def test_settings_reach_the_parts_and_acknowledgements_the_courier() -> None:
    line = Line()
    settings = RoomSettings(v=1, at=instant(0), sequence=1, cal=4)
    line.arrives(Leaf.SETTINGS, encode(settings))
    line.arrives(Leaf.STORED, b"acknowledged")
    line.receive()
    assert line.settings == [settings]
    assert b"acknowledged" in line.courier.notes


def test_the_courier_is_told_what_the_broker_only_remembers() -> None:
    line = Line()
    topic = TOPICS.of("bedroom", Leaf.STORED)
    line.broker.route(Outbound(topic=topic, payload=b"acknowledged", retain=True))
    line.receive()
    line.broker.stop()
    line.broker.restart()
    line.receive()
    assert line.courier.notes[1:] == [
        b"acknowledged",
        "disconnected",
        "connected",
        (b"acknowledged", "retained"),
    ]


def test_bad_payloads_are_dropped_and_noted_at_most_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    line = Line()
    for _ in range(5):
        line.arrives(Leaf.SETTINGS, b"\xff{")
        line.receive()
    assert len(caplog.records) == 1
    line.clock.wait(60)
    line.arrives(Leaf.SETTINGS, b"{}")
    line.receive()
    assert "n=6" in caplog.records[-1].getMessage()
    assert line.settings == []


def test_a_topic_that_is_not_ours_is_dropped() -> None:
    line = Line()
    line.broker.route(Outbound(topic="nightroom/BED ROOM/stored", payload=b""))
    assert line.receive()


def test_the_state_is_retained_and_expires() -> None:
    line = Line()
    state = State(
        v=1,
        at=instant(0),
        sequence=line.uplink.next_sequence(),
        device=ME.device,
        session=ME.session,
        clock=ClockState.SYNCED,
        backlog=0,
    )
    line.uplink.publish_state(state)
    sent = line.broker.retained[TOPICS.of("bedroom", Leaf.STATE)]
    assert (sent.qos, sent.retain, sent.expiry_s) == (0, True, 90)
    assert decode(sent.payload, State) == state
    assert line.uplink.next_sequence() == state.sequence + 1


def test_records_go_out_once_and_are_dropped_without_a_broker() -> None:
    line = Line()
    assert line.uplink.publish(Leaf.RECORDS, b"batch")
    line.broker.stop()
    assert not line.uplink.publish(Leaf.RECORDS, b"batch")


def test_without_a_courier_the_link_is_still_served() -> None:
    line = Line()
    line.uplink.serve(None)
    line.arrives(Leaf.STORED, b"")
    line.receive()
    line.broker.stop()
    line.receive()
    assert line.courier.notes == []
