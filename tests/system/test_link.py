"""The MQTT shell against the real broker: what it delivers, refuses and survives."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from monitor.runtime.link import Connected, Disconnected, Inbound, Outbound
from tests.fakes.broker import Listener, RealBroker, wait_until

STATE = "nightroom/bedroom/state"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RealBroker]:
    with RealBroker(tmp_path / "broker") as running:
        yield running


@contextmanager
def connected(
    broker: RealBroker, user: str, *topics: str, will: Outbound | None = None
) -> Iterator[Listener]:
    listener = Listener(broker.link(user, topics, will))
    listener.link.start()
    try:
        wait_until(lambda: listener.saw(Connected()), f"{user} connects")
        yield listener
    finally:
        listener.link.stop()


def test_a_message_arrives_as_the_bytes_that_were_sent(broker: RealBroker) -> None:
    with (
        connected(broker, "monitor", STATE) as monitor,
        connected(broker, "sensors-bedroom") as sensors,
    ):
        assert sensors.link.publish(Outbound(topic=STATE, payload=b"\xff\x00 any bytes"))
        arrived = Inbound(topic=STATE, payload=b"\xff\x00 any bytes", retained=False)
        wait_until(lambda: monitor.saw(arrived), "the message")


def test_a_retained_message_meets_a_late_subscriber(broker: RealBroker) -> None:
    with connected(broker, "sensors-bedroom") as sensors:
        sensors.link._client.publish(STATE, b"1", qos=1, retain=True).wait_for_publish(10)
        with connected(broker, "monitor", STATE) as monitor:
            arrived = Inbound(topic=STATE, payload=b"1", retained=True)
            wait_until(lambda: monitor.saw(arrived), "the retained message")


def test_a_sensor_daemon_cannot_acknowledge_or_write_another_room(broker: RealBroker) -> None:
    everything = "nightroom/+/stored", "nightroom/+/state", STATE
    with (
        connected(broker, "monitor", *everything) as monitor,
        connected(broker, "sensors-bedroom") as sensors,
    ):
        for topic in ("nightroom/bedroom/stored", "nightroom/kitchen/state", STATE):
            sensors.link.publish(Outbound(topic=topic, payload=b"x"))
        wait_until(
            lambda: monitor.saw(Inbound(topic=STATE, payload=b"x", retained=False)), "the last one"
        )
        assert {e.topic for e in monitor.events if isinstance(e, Inbound)} == {STATE}


def test_nothing_is_published_while_the_broker_is_away_and_all_is_well_after(
    broker: RealBroker,
) -> None:
    with connected(broker, "sensors-bedroom") as sensors:
        broker.kill()
        wait_until(lambda: sensors.count(Disconnected) > 0, "the loss is noticed")
        assert not sensors.link.publish(Outbound(topic=STATE, payload=b"x"))
        broker.start()
        wait_until(lambda: sensors.count(Connected) == 2, "it reconnects")
        assert sensors.link.publish(Outbound(topic=STATE, payload=b"x"))


def test_the_will_is_published_when_the_client_vanishes(broker: RealBroker) -> None:
    topic = "nightroom/bedroom/available"
    will = Outbound(topic=topic, payload=b"gone", qos=1, retain=True)
    with (
        connected(broker, "monitor", topic) as monitor,
        connected(broker, "sensors-bedroom", will=will) as sensors,
    ):
        sensors.link._hang_up()
        gone = Inbound(topic=topic, payload=b"gone", retained=False)
        wait_until(lambda: monitor.saw(gone), "the will")


def test_a_wrong_password_is_a_refusal_in_words(broker: RealBroker) -> None:
    broker.files.passwords["monitor"].write_text("wrong\n")
    listener = Listener(broker.link("monitor"))
    listener.link.start()
    try:
        wait_until(lambda: listener.count(Disconnected) > 0, "the refusal")
        assert "Not authorized" in str(listener.events[0])
    finally:
        listener.link.stop()


def test_a_broker_that_is_not_there_is_told_once_and_joined_when_it_comes(
    broker: RealBroker,
) -> None:
    broker.kill()
    listener = Listener(broker.link("monitor"))
    listener.link.start()
    try:
        wait_until(lambda: listener.count(Disconnected) > 0, "the absence is told", 20)
        assert f"none answers at 127.0.0.1:{broker.settings.port}" in str(listener.events[0])
        RealClock().wait(3)
        assert listener.count(Disconnected) == 1
        broker.start()
        wait_until(lambda: listener.saw(Connected()), "it is joined", 20)
    finally:
        listener.link.stop()


def test_a_thousand_hostile_payloads_leave_the_link_alive(broker: RealBroker) -> None:
    with (
        connected(broker, "monitor", STATE) as monitor,
        connected(broker, "sensors-bedroom") as sensors,
    ):
        for number in range(1000):
            sensors.link.publish(Outbound(topic=STATE, payload=bytes([number % 256]) * number))
        sensors.link.publish(Outbound(topic=STATE, payload=b"last", qos=1))
        last = Inbound(topic=STATE, payload=b"last", retained=False)
        wait_until(lambda: monitor.saw(last), "the good one after them")
