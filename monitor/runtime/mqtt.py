"""The one MQTT shell: paho behind the Link protocol (MQTT 5, clean sessions only).

paho's network thread dies for good by one exception in a callback, so the callbacks
below do nothing but put values on a bounded queue. Nothing is queued while the broker
is away: what matters is resent by the transfer protocol, live values go stale anyway.
"""

import contextlib
import socket
import threading
from collections import deque
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from monitor.contract.topics import Topics
from monitor.runtime.clock import Clock
from monitor.runtime.link import Connected, Disconnected, Inbound, LinkEvent, Outbound
from monitor.runtime.settings import BrokerSettings

MAX_QUEUED: Final = 1_000
MAX_INBOUND_BYTES: Final = 1024 * 1024
RECONNECT_MIN_S: Final = 1
RECONNECT_MAX_S: Final = 30
STOP_WITHIN_S: Final = 1.0
CONNECT_WITHIN_S: Final = 2.0
# Source: MQTT 5.0, 3.14.2.1: another client took over this client id.
SESSION_TAKEN_OVER: Final = 142
TAKEN_OVER_PAUSE_S: Final = 60


# How a message begins that a doctor sends to itself on our ping topic: no twin's mark.
ASKED: Final = b"doctor "


class MqttLink:
    """A Link over paho.

    Args:
        settings: where the broker is.
        client_id: unique in the household; a duplicate backs off for a minute.
        username: empty for an anonymous login.
        password: never logged.
        subscriptions: topic filters, subscribed anew at every connect.
        will: published by the broker when this client vanishes.
        clock: for the liveness echo.
        session: names this run of the process; by it a twin with our client id is noticed.
    """

    def __init__(
        self,
        *,
        settings: BrokerSettings,
        client_id: str,
        username: str = "",
        password: str | None = None,
        subscriptions: tuple[str, ...] = (),
        will: Outbound | None = None,
        clock: Clock,
        session: str = "",
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ping_topic = Topics(prefix=settings.prefix).ping(client_id)
        self._subscriptions = (*subscriptions, self._ping_topic)
        self._events: deque[LinkEvent] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._connected = False
        self._dropped = 0
        self._ping_sent_s: float | None = None
        self._echo_s = 0.0
        self._mute_s = 0.0
        self._refusal, self._refusals = "", 0
        self._session = session.encode()
        self._is_absence_told = False
        self._has_marked = self._is_marked = self._is_doubled = False
        self._client = self._build(client_id, username, password, will)

    @property
    def wake(self) -> threading.Event:
        """Return the event that is set while something waits in drain."""
        return self._wake

    @property
    def dropped(self) -> int:
        """Return how many messages a full queue has turned away since the start."""
        return self._dropped

    def start(self) -> None:
        """Begin connecting in the network thread; an absent broker is tried again."""
        self._client.connect_async(
            self._settings.host,
            self._settings.port,
            keepalive=self._settings.keepalive_s,
            clean_start=True,
        )
        self._client.loop_start()

    def drain(self) -> list[LinkEvent]:
        """Return what happened since the last call; also sends the liveness echo."""
        self._check_echo()
        with self._lock:
            events = list(self._events)
            self._events.clear()
            self._wake.clear()
        return events

    def publish(self, message: Outbound) -> bool:
        """Hand a message to the broker if connected; False drops it."""
        if not self._connected:
            return False
        properties = Properties(PacketTypes.PUBLISH)
        if message.expiry_s is not None:
            properties.MessageExpiryInterval = message.expiry_s
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, properties
        )
        return info.rc == paho.MQTT_ERR_SUCCESS

    def stop(self, farewell: Outbound | None = None) -> None:
        """Publish a last message if connected, disconnect, end the network thread."""
        if farewell is not None and self._connected:
            info = self._client.publish(farewell.topic, farewell.payload, 1, farewell.retain)
            with contextlib.suppress(ValueError, RuntimeError):
                info.wait_for_publish(STOP_WITHIN_S)
        self._client.disconnect()
        self._client.loop_stop()
        self._connected = False

    def _build(
        self, client_id: str, username: str, password: str | None, will: Outbound | None
    ) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        if username:
            client.username_pw_set(username, password)
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
        client.connect_timeout = CONNECT_WITHIN_S
        client.max_queued_messages_set(MAX_QUEUED)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _push(self, event: LinkEvent) -> None:
        with self._lock:
            if len(self._events) >= MAX_QUEUED and isinstance(event, Inbound):
                self._dropped += 1
            else:
                self._events.append(event)
            self._wake.set()

    def _on_connect(
        self,
        client: paho.Client,
        _data: object,
        _flags: object,
        code: ReasonCode,
        _props: object,
    ) -> None:
        if code.is_failure:
            self._push(Disconnected(reason=f"refused: {code}"))
            return
        options = SubscribeOptions(qos=1)
        client.subscribe([(topic, options) for topic in self._subscriptions])

    def _on_connect_fail(self, _client: paho.Client, _data: object) -> None:
        """Tell once that there is no broker; a connection that was lost has been told."""
        if not self._is_absence_told:
            self._is_absence_told = True
            self._push(
                Disconnected(reason=f"none answers at {self._settings.host}:{self._settings.port}")
            )

    def _on_subscribe(
        self,
        client: paho.Client,
        _data: object,
        _mid: int,
        codes: list[ReasonCode],
        _props: object,
    ) -> None:
        refused = sorted({str(code) for code in codes if code.is_failure})
        if refused:
            # Nobody would ask again on this connection: we should stay deaf as long as it lives.
            self._refusal = f"subscription refused: {', '.join(refused)}"
            self._refusals += 1
            self._hang_up()
            return
        self._refusals = 0
        self._connected = True
        self._is_marked = False
        # Its echo comes behind whatever mark the broker keeps on the same topic.
        client.publish(self._ping_topic, b"")
        self._push(Connected())

    def _on_disconnect(
        self,
        client: paho.Client,
        _data: object,
        _flags: object,
        code: ReasonCode,
        _props: object,
    ) -> None:
        self._connected = False
        self._is_absence_told = True
        taken_over = self._is_doubled or code.value == SESSION_TAKEN_OVER
        self._is_doubled = False
        low = TAKEN_OVER_PAUSE_S if taken_over else self._pause_s()
        client.reconnect_delay_set(low, max(low, RECONNECT_MAX_S))
        if taken_over:
            reason = "client id used twice"
        elif self._refusal:
            reason = self._refusal
        elif self._mute_s:
            reason = f"mute: nothing came back for {self._mute_s:g} s"
        else:
            reason = str(code)
        self._mute_s, self._refusal = 0.0, ""
        self._push(Disconnected(reason=reason))

    def _pause_s(self) -> int:
        """Return how long to wait; a connection in between makes paho forget to wait longer."""
        doublings = max(0, min(self._refusals - 1, 5))
        return min(RECONNECT_MIN_S << doublings, RECONNECT_MAX_S)

    def _on_message(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic == self._ping_topic:
            self._took_echo(client, bytes(message.payload))
        elif len(message.payload) <= MAX_INBOUND_BYTES:
            self._push(
                Inbound(
                    topic=message.topic, payload=bytes(message.payload), retained=message.retain
                )
            )

    def _took_echo(self, client: paho.Client, payload: bytes) -> None:
        """Take our own ping, or the mark that the last run under our client id has left.

        mosquitto 2.0.11 (Debian 12) closes a connection that is taken over without a reason.
        Once our mark stood there, another's means a twin: who finds it gives way.
        """
        if not payload:
            self._ping_sent_s = None
            if self._session and not self._is_marked:
                self._has_marked = self._is_marked = True
                client.publish(self._ping_topic, self._session, retain=True)
        elif self._has_marked and payload != self._session and not payload.startswith(ASKED):
            self._is_doubled = True
            self._hang_up()

    def _check_echo(self) -> None:
        """Detect a mute broker: our own echo must come back within two keepalives."""
        now_s = self._clock.monotonic_s()
        limit_s = 2 * self._settings.keepalive_s
        if not self._connected:
            self._ping_sent_s = None
        elif self._ping_sent_s is None and now_s - self._echo_s >= self._settings.keepalive_s:
            self._ping_sent_s = self._echo_s = now_s
            self.publish(Outbound(topic=self._ping_topic, payload=b""))
        elif self._ping_sent_s is not None and now_s - self._ping_sent_s > limit_s:
            self._ping_sent_s = None
            self._mute_s = limit_s
            self._hang_up()

    def _hang_up(self) -> None:
        """Break the connection under paho, whose network thread then reconnects."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
