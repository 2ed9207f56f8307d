"""What is told of a room's machine stands on the status page and is said by the doctor."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.contract.codec import encode
from monitor.contract.messages import ClimateState, State
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf, Topics
from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.link import Outbound
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from tests.fakes.broker import wait_until
from tests.fakes.product import ROOM, Product

WITHIN_S = 20.0
FIRST, SECOND = "1" * 16, "2" * 16


class House:
    """Broker, monitor and pages; what the sensors would say, the test says."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.clock = RealClock()
        user = sensors_user(ROOM)
        self.speaker = MqttLink(
            settings=BrokerSettings(port=product.port),
            client_id="speaker",
            username=user,
            password=read_password(product.root / "broker" / f"{user}.password"),
            clock=self.clock,
        )
        product.start_broker()
        for name in ("monitor", "web"):
            product.start(name)
        self.speaker.start()

    def say(self, *, session: str = FIRST, unwritten: int = 0) -> None:
        now = instant(self.clock.now_ms())
        state = State(
            v=1,
            at=now,
            sequence=1,
            device="nightroom-bedroom",
            session=session,
            clock=ClockState.SYNCED,
            backlog=0,
            climate=ClimateState(at=now, temperature_c=20.0),
            unwritten=unwritten,
        )
        self.speaker.publish(Outbound(topic=Topics().of(ROOM, Leaf.STATE), payload=encode(state)))

    def page(self, address: str) -> str:
        url = f"http://127.0.0.1:{self.product.web_port}{address}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def doctor(self) -> dict[str, tuple[bool, str]]:
        command = (sys.executable, "-m", "monitor", "doctor", "--json", "--config")
        done = subprocess.run(
            (*command, str(self.product.config)), capture_output=True, text=True, check=False
        )
        found = json.loads(done.stdout)["findings"]
        return {one["what"]: (one["ok"], one["words"]) for one in found}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        product = stack.enter_context(Product(tmp_path))
        made = House(product)
        stack.callback(made.speaker.stop)
        yield made


def test_a_card_that_refuses_and_two_daemons_of_one_name_have_their_words(house: House) -> None:
    def shows(words: str, session: str, unwritten: int) -> bool:
        house.say(session=session, unwritten=unwritten)
        return words in house.page("/status")

    card = "card refuses to write: 7 of their minutes wait in memory"
    wait_until(lambda: shows(card, FIRST, 7), "the card on the status page", WITHIN_S)
    assert card in json.loads(house.page("/api/v1/now"))["trouble"]
    wait_until(lambda: not shows(card, SECOND, 0), "the card is well again", WITHIN_S)
    twins = "Two sensor daemons speak for this room and take turns"
    wait_until(lambda: shows(twins, FIRST, 7), "both daemons on the status page", WITHIN_S)

    found = house.doctor()
    assert found["sensors of bedroom"] == (True, "are heard")
    assert not found["monitor (twins)"][0]
    assert twins in found["monitor (twins)"][1]
    assert card in found["monitor (journal)"][1]


def test_the_doctor_says_who_is_down_since_when_as_the_pages_do(house: House) -> None:
    wait_until(lambda: bool(house.say() or "Running." in house.page("/status")), "up", WITHIN_S)
    house.product.kill("broker")
    wait_until(lambda: "monitor (broker)" in house.doctor(), "the broker is missed", WITHIN_S)
    assert "No connection to the broker" in house.doctor()["monitor (broker)"][1]
    house.product.kill("monitor")
    house.clock.wait(16)
    ok, words = house.doctor()["monitor"]
    assert not ok
    assert words.startswith("not heard since ")
