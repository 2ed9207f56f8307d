"""F5/F6: the store's disk is full, or turns read-only, under the real monitor and pages."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.contract.codec import encode
from monitor.contract.messages import ClimateState, State
from monitor.contract.record import ClockState, instant
from monitor.contract.topics import Leaf, Topics
from monitor.night.alert_choices import AfterLightsOut, Channel, Kind, RuleChoice
from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import RealClock
from monitor.runtime.config import read_password
from monitor.runtime.link import Outbound
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.settings import BrokerSettings
from monitor.store.alerts_reader import AlertsReader
from monitor.store.condition import store_findings
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.broker import wait_until
from tests.fakes.card import Card
from tests.fakes.http_receiver import HttpReceiver, http_receiver
from tests.fakes.product import ROOM, Product

pytestmark = pytest.mark.root
HOUR_MS = 3_600_000
FROM_MS = 1_795_370_400_000  # 2026-11-22T18:00:00Z
SHOWN_S = HEALED_S = 60.0
LIVE_S = 10.0


class House:
    """A monitor and pages on a card of their own; the sensors' journal is on another."""

    def __init__(self, product: Product, card: Card, receiver: HttpReceiver) -> None:
        self.product = product
        self.card = card
        self.receiver = receiver
        self.clock = RealClock()
        self.sequence = 0
        product.data_dir = card.folder / "data"
        product.sections["monitor"]["data_dir"] = str(product.data_dir)
        product.write_config()
        product.data_dir.mkdir()
        self.choose_alerts()
        product.start_broker()
        product.start("monitor")
        product.start("web")
        self.speaker = MqttLink(
            settings=BrokerSettings(port=product.port),
            client_id="speaker",
            username=sensors_user(ROOM),
            password=read_password(product.root / "broker" / f"{sensors_user(ROOM)}.password"),
            clock=self.clock,
        )
        self.speaker.start()
        product.run_virtual(FROM_MS, FROM_MS + HOUR_MS)
        assert product.wait("sensors") == 0, product.log("sensors")

    def choose_alerts(self) -> None:
        """Tell of warmth at once, and not of the little space that a small card has anyway."""
        writer = HouseholdWriter.open(self.product.data_dir / "household.db")
        channel = Channel(name="phone", url=f"ntfy://{self.receiver.address}/topic")
        rules = {
            Kind.DISK_FULL: RuleChoice(enabled=False),
            # The monitor's clock is the machine's: at night it would hold what it tells.
            Kind.CLIMATE_FAULT: RuleChoice(dwell_s=1.0, after_lights_out=AfterLightsOut.WAKE),
        }
        for key, value in (("alert_channels", (channel,)), ("alert_rules", rules)):
            writer.set_value(key, value, valid_from_ms=FROM_MS)
        writer.close()

    def say(self, temperature_c: float | None) -> None:
        """Publish one live state, as the sensors do every few seconds."""
        self.sequence += 1
        now = instant(self.clock.now_ms())
        state = State(
            v=1,
            at=now,
            sequence=self.sequence,
            device="nightroom-bedroom",
            session="8899aabbccddeeff",
            clock=ClockState.SYNCED,
            backlog=0,
            climate=ClimateState(at=now, temperature_c=temperature_c, humidity_pct=45.0),
        )
        self.speaker.publish(Outbound(topic=Topics().of(ROOM, Leaf.STATE), payload=encode(state)))

    def now(self) -> dict[str, object]:
        address = f"http://127.0.0.1:{self.product.web_port}/api/v1/now"
        with urllib.request.urlopen(address, timeout=30) as answer:
            told: dict[str, object] = json.loads(answer.read())
        return told

    def status(self) -> str:
        address = f"http://127.0.0.1:{self.product.web_port}/status"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode())

    def disk_finding(self) -> tuple[bool, str, str]:
        """Return what the doctor says of the disk; itself it would take too long meanwhile."""
        found = {one.what: one for one in store_findings(self.product.data_dir)}
        one = found[f"disk of {self.product.data_dir}"]
        return one.ok, one.words, one.fix

    def shows(self, temperature_c: float) -> bool:
        self.say(temperature_c)
        return self.now()["values"] == {"temperature_c": temperature_c, "humidity_pct": 45.0}

    def has_banner(self) -> bool:
        return "Nothing can be stored" in str(self.now()["trouble"])

    def is_told(self) -> bool:
        self.say(None)
        return bool(self.receiver.arrived)

    def arrived(self) -> list[str]:
        return [str(json.loads(one.body)["title"]) for one in self.receiver.arrived]

    def kept(self) -> list[tuple[str, str]]:
        with ExitStack() as stack:
            reader = AlertsReader.open(self.product.data_dir / "nights.db")
            stack.callback(reader.close)
            return [(row.decision.title, row.status) for row in reader.messages()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        card = stack.enter_context(Card(tmp_path))
        receiver = stack.enter_context(http_receiver())
        product = stack.enter_context(Product(tmp_path))
        made = House(product, card, receiver)
        stack.callback(made.speaker.stop)
        yield made


def live_through_the_fault(house: House) -> None:
    """What must go on while the store refuses: live values, the banner, an alert."""
    house.product.run_virtual(FROM_MS + HOUR_MS, FROM_MS + 3 * HOUR_MS)
    wait_until(house.has_banner, "the banner", SHOWN_S)
    wait_until(lambda: house.shows(21.25), "the live page", LIVE_S)
    wait_until(house.is_told, "an alert from memory", 30)
    assert len(house.product.stored()) < 180
    wait_until(lambda: house.shows(22.5), "the live page goes on", LIVE_S)


def minutes(house: House) -> list[int]:
    return [one.minute.end_ms for one in house.product.stored()]


def test_a_full_disk_stops_neither_live_page_nor_alerts_and_heals_by_itself(house: House) -> None:
    house.card.fill()
    live_through_the_fault(house)
    assert house.disk_finding()[:2] == (False, "full: 0 MiB free")
    assert "full: 0 MiB free" in house.status()
    house.card.make_space()
    assert house.product.wait("sensors", HEALED_S) == 0, house.product.log("sensors")
    assert minutes(house) == [FROM_MS + 60_000 * minute for minute in range(1, 181)]
    wait_until(lambda: not house.now()["trouble"], "the banner goes", HEALED_S)
    wait_until(
        lambda: {status for _, status in house.kept()} == {"sent"},
        "the alert is kept after all",
        HEALED_S,
    )
    assert sorted(title for title, _ in house.kept()) == sorted(house.arrived())
    assert house.product.is_running("monitor")
    assert "Traceback" not in house.product.log("monitor") + house.product.log("web")


def test_a_read_only_disk_stops_neither_and_all_is_stored_once_it_is_mounted_anew(
    house: House,
) -> None:
    house.card.make_read_only()
    live_through_the_fault(house)
    words = "is read-only: nothing can be stored, the sensors keep their minutes"
    fix = "a failing card is often why: copy the data off it, then reboot or replace it"
    assert house.disk_finding() == (False, words, fix)
    assert f"{words}. What to do: {fix}." in house.status()
    for name in ("web", "monitor"):
        house.product.stop(name)
    house.card.power_up()
    house.product.start("monitor")
    assert house.product.wait("sensors", HEALED_S) == 0, house.product.log("sensors")
    assert minutes(house) == [FROM_MS + 60_000 * minute for minute in range(1, 181)]
    assert "Traceback" not in house.product.log("monitor") + house.product.log("web")


def test_the_daemons_own_card_full_keeps_its_minutes_in_memory_and_then_on_the_card(
    tmp_path: Path,
) -> None:
    hours = 23  # less than the day of minutes that memory holds
    with Card(tmp_path) as card, Product(tmp_path) as product:
        product.journal_dir = card.folder / "journal"
        product.sections["sensors"]["journal_dir"] = str(product.journal_dir)
        product.write_config()
        product.start_broker()
        product.start("monitor")
        product.run_virtual(FROM_MS, FROM_MS + hours * HOUR_MS)
        wait_until(product.has_journalled, "the daemon has begun")
        card.fill()
        wait_until(lambda: "journal_fault" in product.log("sensors"), "the card refuses", 60)
        stored = len(product.stored())
        RealClock().wait(1)
        assert product.is_running("sensors")
        assert len(product.stored()) <= stored + 60
        card.make_space()
        assert product.wait("sensors", HEALED_S) == 0, product.log("sensors")
        assert [one.minute.end_ms for one in product.stored()] == [
            FROM_MS + 60_000 * minute for minute in range(1, hours * 60 + 1)
        ]
        assert len(product.journalled()) == hours * 60
        log = product.log("sensors")
    assert log.count("journal_fault") == 1
    assert "No space left" in log
    assert "free space on the card" in log
    assert "Traceback" not in log
