"""A house of one room in one process, and what its status page and its doctor say of it.

Sensor daemon without its parts, monitor, store, live files and pages are the product's own
on real files; only the broker is in memory, and time passes when a test says so.
"""

import errno
import html
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from secrets import token_bytes

from flask import Flask
from msgspec import UNSET

from firmware.disk import RealDisk
from firmware.sampling import Sampler
from firmware.simulation.parts import SoundPath, room_wiring, simulated_parts
from monitor.cli.doctor import broker_findings, clock_finding, monitor_findings
from monitor.contract.codec import encode
from monitor.contract.messages import SoundState, Stored
from monitor.contract.record import Flag, instant
from monitor.contract.topics import Leaf, Topics
from monitor.night.alert_choices import Channel
from monitor.night.events import EventDetector
from monitor.runtime.broker import MONITOR_USER
from monitor.runtime.clock import RealClock, VirtualClock
from monitor.runtime.faults import parse_fault
from monitor.runtime.findings import Report, report_text
from monitor.runtime.link import Outbound
from monitor.runtime.settings import MicrophoneSettings, MonitorSettings, Settings, WebSettings
from monitor.store.condition import store_findings
from monitor.store.live import LIVE_FOLDER, LiveFiles
from tests.fakes.folder import Folder, data_folder
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.stored import EVENING_MS
from tests.fakes.torture import START_MS, MovingRoom
from tests.unit.monitor.test_recorder import Bench
from web.app import create_app
from web.cookies import Cookies
from web.guard import Guard
from web.household import KeptHousehold
from web.kept import KeptNights
from web.site import Site

ROOM = "bedroom"
PING = Topics().ping(MONITOR_USER)
WITHOUT_MICROPHONE = Settings(microphone=MicrophoneSettings(fitted=False))


class StubbornDisk(RealDisk):
    """A real disk that refuses to append while a reason is set, and to read its bad spot."""

    refuses: OSError | None = None
    bad_spot = ""

    def read(self, path: Path, offset: int = 0, length: int = -1) -> bytes:
        if path.name == self.bad_spot:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(path, offset, length)

    def append(self, path: Path, data: bytes) -> None:
        if self.refuses is not None:
            raise self.refuses
        super().append(path, data)


class ToldHouse:
    """The house, well and with five minutes stored, until a fault is brought upon it."""

    def __init__(self, root: Path, folder: Folder, stack: ExitStack) -> None:
        self.folder = folder
        self.clock = VirtualClock(start_ms=EVENING_MS)
        self.broker = FakeBroker()
        self.household = folder.household_writer()
        channel = Channel(name="phone", url="json://localhost:9")
        self.household.set_value("alert_channels", (channel,), valid_from_ms=0)
        self.monitor = Bench(folder, self.broker, clock=self.clock)
        self.disk = StubbornDisk(durable=False)
        self.journal_dir = root / "journal"
        self.room = RoomSide(self.journal_dir, self.broker, self.clock, disk=self.disk)
        self.settings = Settings(monitor=MonitorSettings(data_dir=folder.path))
        self.browser = self._pages(stack).test_client()
        self.live(minutes=5)

    def live(self, minutes: int = 1) -> None:
        """Let minutes pass, each kept, sent and stored."""
        for _ in range(minutes):
            self.clock.wait(60)
            self.room.keep()
            self.turn()

    def turn(self) -> None:
        """Let both sides do what is due, and the room say how it is."""
        for _ in range(3):
            self.room.turn()
            self.monitor.steps(1)
        self.room.say_state()
        self.monitor.steps(1)

    def acknowledge(self, seq: int, *, store: str | None = None) -> None:
        """Say to the room that a store holds all up to a seq."""
        stored = Stored(
            v=1,
            at=instant(self.clock.now_ms()),
            sequence=99,
            store=store or self.monitor.writer.store_id,
            device=self.room.identity.device,
            stream=self.room.journal.stream,
            stored_seq=seq,
        )
        topic = Topics().of(ROOM, Leaf.STORED)
        self.broker.route(Outbound(topic=topic, payload=encode(stored)))
        self.room.turn()

    def plays(self, fault: str) -> None:
        """Let the room's parts meet a fault for a minute and a half, and tell of it."""
        clock, room = VirtualClock(start_ms=START_MS), MovingRoom()
        wiring = room_wiring(room, clock, (parse_fault(f"{fault} @10s"),), seed=1)
        path = SoundPath(real_time=False, arecord=None)
        parts = simulated_parts(room, clock, WITHOUT_MICROPHONE, path=path, seed=1, wiring=wiring)
        sampler = Sampler(parts=parts, clock=clock, detector=EventDetector())
        while clock.now_ms() < START_MS + 90_000:
            sampler.take_due()
            clock.wait(max(0.001, sampler.next_s() - clock.monotonic_s()))
        climate, light = sampler.live.climate, sampler.live.light
        assert climate is not UNSET
        self.room.say_state(climate=climate, light=light)
        self.monitor.steps(1)

    def hears(self, *flags: Flag) -> None:
        """Let the microphone tell of its last second with flags."""
        now = instant(self.clock.now_ms())
        nothing = dict.fromkeys(("laeq_db", "lafmax_db", "laeq_1min_db", "lafmax_1min_db"))
        sound = SoundState(at=now, **nothing, floor_db=24.0, calibrated=False, flags=flags)
        self.room.say_state(sound=sound)
        self.monitor.steps(1)

    def loses_power(self) -> None:
        """Take what is in memory: the live files; nobody runs."""
        shutil.rmtree(self.folder.path / LIVE_FOLDER)

    def status(self) -> str:
        """Return the text of the status page, in small letters."""
        answer = self.browser.get("/status")
        assert answer.status_code == 200
        text = re.sub(r"<[^>]+>", " ", answer.text)
        return re.sub(r"\s+", " ", html.unescape(text)).casefold()

    def doctor(self) -> str:
        """Return what `nightroom doctor` prints but of the hardware itself, in small letters."""
        findings = (
            *broker_findings(self.settings, VirtualClock(start_ms=0), link_of=self._link),
            *store_findings(self.folder.path),
            *monitor_findings(self._runtime(), self.clock),
            clock_finding(self.clock),
        )
        assert all(one.fix for one in findings if not one.ok)
        ok = all(one.ok for one in findings)
        return report_text(Report(ok=ok, findings=findings, versions={})).casefold()

    def _runtime(self) -> MonitorSettings:
        return MonitorSettings(data_dir=self.folder.path, runtime_dir=self.folder.path)

    def _link(self, *_: object) -> FakeLink:
        return FakeLink(self.broker, (PING,))

    def _pages(self, stack: ExitStack) -> Flask:
        path = self.folder.path
        household = KeptHousehold(path / "household.db", self.household)
        site = Site(
            store=stack.enter_context(closing(KeptNights(path / "nights.db"))),
            live=LiveFiles(path / LIVE_FOLDER),
            household=stack.enter_context(closing(household)),
            clock=self.clock,
            system_offset_s=lambda _: 0,
        )
        return create_app(
            settings=WebSettings(),
            hostname="bedside",
            site=site,
            guard=Guard(None, cookies=Cookies(https=False), random_bytes=token_bytes),
            new_id=lambda: str(uuid.uuid4()),
            pace=RealClock(),
        )


@contextmanager
def told_house(root: Path) -> Iterator[ToldHouse]:
    """Yield a house that is well; what it opened is closed at the end."""
    with ExitStack() as stack, data_folder(root) as folder:
        yield ToldHouse(root, folder, stack)
