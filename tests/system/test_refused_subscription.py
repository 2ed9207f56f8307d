"""A broker that refuses a subscription, as one does that loads its rules, is asked again."""

from itertools import pairwise

import pytest

from monitor.runtime.clock import RealClock
from monitor.runtime.link import Connected, Disconnected
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from tests.fakes.broker import wait_until
from tests.fakes.hurried import Hurry, Stamped
from tests.fakes.refusing_broker import RefusingBroker


def link_to(port: int) -> MqttLink:
    return MqttLink(
        settings=BrokerSettings(port=port),
        client_id="monitor",
        subscriptions=("nightroom/+/state",),
        clock=RealClock(),
    )


def test_a_refused_subscription_is_tried_again_with_ever_longer_pauses_until_it_is_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Hurry(monkeypatch)
    with RefusingBroker(refusals=7, topics=2) as broker:
        stamped = Stamped(link_to(broker.port), clock, monkeypatch)
        stamped.link.start()
        try:
            wait_until(stamped.has_connected, "it is granted", 30)
        finally:
            stamped.link.stop()
    refused = [
        (at_s, event.reason)
        for at_s, event in stamped.events[:7]
        if isinstance(event, Disconnected)
    ]
    assert [reason for _, reason in refused] == ["subscription refused: Quota exceeded"] * 7
    assert isinstance(stamped.events[7][1], Connected)
    assert broker.connections == 8
    told_s = [at_s for at_s, _ in refused] + stamped.connected_s()
    pauses_s = [later_s - at_s for at_s, later_s in pairwise(told_s)]
    for pause_s, least_s in zip(pauses_s, (1, 2, 4, 8, 16, 30, 30), strict=True):
        assert pause_s >= least_s
