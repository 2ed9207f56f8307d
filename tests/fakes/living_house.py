"""The whole product in one process, on one clock that a test steers: a house that is lived in.

Real simulated chips, drivers, minutes, journal, transfer, store, scores, alerts and pages;
only the broker is in memory and sound enters at its 1-s levels, as in every virtual night.
"""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from firmware.courier import Courier
from firmware.daemon import Daemon
from firmware.dating import Dating
from firmware.disk import RealDisk
from firmware.journal import Journal
from firmware.sampling import Sampler
from firmware.simulation.bedroom import Bedroom
from firmware.simulation.nights import Scenario
from firmware.simulation.parts import SoundPath, simulated_parts
from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.record import epoch_ms
from monitor.contract.topics import Topics
from monitor.night.alert_choices import Channel
from monitor.night.events import EventDetector
from monitor.runtime.clock import RealClock
from monitor.runtime.link import Link
from monitor.runtime.settings import ClimateSettings, LightSettings, MonitorSettings, Settings
from monitor.serving import serve
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_writer import HouseholdWriter
from monitor.store.live import LIVE_FOLDER, LiveFiles
from monitor.store.nights_db import NIGHTS_FILE
from tests.fakes.browser import served
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.steered_clock import SteeredClock
from web.app import create_app
from web.cookies import Cookies
from web.guard import Guard
from web.household import KeptHousehold
from web.kept import KeptNights
from web.site import Site

ROOM = "bedroom"
# While nobody looks, the loops turn every so many seconds of the house's time.
GRAIN_S = 10.0
MINUTE_MS = 60_000


class LivingHouse:
    """One room, its household and its pages; time passes only when the test says so."""

    def __init__(self, folder: Path, *, start: datetime, zone: str, told_from: datetime) -> None:
        self.zone = zone
        self.clock = SteeredClock(start_ms=epoch_ms(start))
        self.room = Bedroom(Scenario(seed=1, zone=zone, now_ms=epoch_ms(told_from)), seed=1)
        self.folder = folder
        # As on the machine: live files are replaced every few seconds, in memory.
        self._memory = TemporaryDirectory(dir="/dev/shm")
        self.settings = Settings(
            climate=ClimateSettings(interval_s=GRAIN_S),
            light=LightSettings(interval_s=GRAIN_S),
            monitor=MonitorSettings(data_dir=folder / "data", runtime_dir=Path(self._memory.name)),
        )
        for made in ("data", "journal"):
            (folder / made).mkdir()
        self.writer = HouseholdWriter.open(folder / "data" / HOUSEHOLD_FILE)
        self.writer.set_value("zone", zone, valid_from_ms=0)
        self._broker = FakeBroker()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def rings(self, url: str) -> None:
        """Send alerts there."""
        self.writer.set_value("alert_channels", (Channel(name="phone", url=url),), valid_from_ms=0)

    def lives_until(self, day: int, hour: int, minute: int = 0) -> None:
        """Let time pass up to a local time of this month."""
        now = datetime.fromtimestamp(self.clock.now_ms() / 1000, ZoneInfo(self.zone))
        until = now.replace(day=day, hour=hour, minute=minute, second=0, microsecond=0)
        self.clock.pass_until(epoch_ms(until), grain_s=GRAIN_S)

    def lives_while(self, waits_for: Callable[[], bool], step: Callable[[], None]) -> None:
        """Let a second pass at a time until something has come about."""
        real = RealClock()
        until_s = real.monotonic_s() + 60
        while not waits_for():
            assert real.monotonic_s() < until_s, "it never came about"
            self.clock.pass_until(self.clock.now_ms() + 1000)
            step()

    def start(self) -> None:
        self._threads.append(self.clock.thread(self._monitor))
        self._threads.append(self.clock.thread(self._sensors))

    def stop(self) -> None:
        self._stop.set()
        for link in self._broker.links:
            link.wake.set()
        self.clock.end()
        for thread in self._threads:
            thread.join(30)
        self.writer.close()
        self._memory.cleanup()

    def _monitor(self) -> None:
        def connect(filters: tuple[str, ...]) -> Link:
            return FakeLink(self._broker, filters)

        serve(self.settings, self.clock, self._stop, connect=connect, network_clock=RealClock())

    def _sensors(self) -> None:
        identity = Identity(room=ROOM, device=f"nightroom-{ROOM}", session="1" * 16)
        topics, disk = Topics(), RealDisk(durable=False)
        will = availability(topics, identity, online=False, at_ms=self.clock.now_ms())
        link = FakeLink(self._broker, subscriptions(topics, ROOM), will)
        uplink = Uplink(link, topics=topics, identity=identity, clock=self.clock, is_live=True)
        folder = self.folder / "journal"
        journal = Journal.open(folder, disk=disk, new_id=lambda: "2" * 16)
        courier = Courier(
            journal,
            device=identity.device,
            session=identity.session,
            clock=self.clock,
            rng=random.Random(1),
            publish=uplink.publish,
            report=lambda _: None,
            dating=Dating.open(folder, disk, journal),
        )
        uplink.serve(courier)
        path = SoundPath(real_time=False, arecord=None)
        parts = simulated_parts(self.room, self.clock, self.settings, path=path, seed=1)
        sampler = Sampler(parts=parts, clock=self.clock, detector=EventDetector())
        Daemon(
            sampler=sampler,
            courier=courier,
            uplink=uplink,
            clock=self.clock,
            network_clock=self.clock,
        ).run(self._stop)

    @contextmanager
    def pages(self) -> Iterator[str]:
        """Serve the dashboard as the demo does, without a login; yield its address."""
        data_dir = self.settings.monitor.data_dir
        with ExitStack() as stack:
            household = KeptHousehold(data_dir / HOUSEHOLD_FILE, self.writer)
            site = Site(
                store=stack.enter_context(closing(KeptNights(data_dir / NIGHTS_FILE))),
                live=LiveFiles(self.settings.monitor.runtime_dir / LIVE_FOLDER),
                household=stack.enter_context(closing(household)),
                clock=self.clock,
                system_offset_s=lambda _: 3600,
            )
            app = create_app(
                settings=self.settings.web,
                hostname="bedside",
                site=site,
                guard=Guard(None, cookies=Cookies(https=False), random_bytes=token_bytes),
                new_id=lambda: str(uuid.uuid4()),
                pace=RealClock(),
            )
            yield stack.enter_context(served(app))


@contextmanager
def living_house(
    folder: Path, *, start: datetime, zone: str, told_from: datetime
) -> Iterator[LivingHouse]:
    house = LivingHouse(folder, start=start, zone=zone, told_from=told_from)
    try:
        yield house
    finally:
        house.stop()
