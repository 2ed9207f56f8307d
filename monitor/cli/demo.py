"""`nightroom demo`: the whole product on simulated buses, started as a supervisor would."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.cli.demo_place import (
    DemoPlace,
    any_free_port,
    free_port,
    fresh_place,
    night_zone,
    noon_before,
    toml_text,
)
from monitor.cli.demo_rooms import (
    FIRST_ROOM,
    THEIR_NIGHTS,
    DemoRoom,
    Sections,
    demo_rooms,
    write_room,
)
from monitor.cli.processes import LEAN, Command, Processes, python_module
from monitor.cli.progress import ProgressLog
from monitor.cli.stored import wait_for_nights
from monitor.cli.table import nights_table
from monitor.contract.record import instant
from monitor.runtime.broker import (
    MONITOR_USER,
    BrokerFiles,
    mosquitto_command,
    sensors_user,
    write_broker,
)
from monitor.runtime.clock import Clock
from monitor.runtime.settings import BrokerSettings
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_writer import HouseholdWriter

HOST: Final = "127.0.0.1"
ROOM: Final = FIRST_ROOM
POLL_S: Final = 0.1
CHECK_S: Final = 0.5
# The demo's values move every second, so that a person sees them move.
DEMO_STATE_INTERVAL_S: Final = 1.0
# Past nights are sampled more sparsely: a fortnight then takes 20 s instead of 60. Sound
# keeps its every second, and light the 10 s whose largest mean counts.
PAST_CLIMATE_INTERVAL_S: Final = 30.0
PAST_LIGHT_INTERVAL_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A recorded series to run instead of the simulated nights."""

    file: Path
    zone: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asked the demo for."""

    data_dir: Path
    port: int
    nights: int
    once: bool
    replayed: Replayed | None
    faults: tuple[str, ...] = ()
    rooms: int = 1


class Demo:
    """Starts broker, monitor and pages, fills the store, then lets the sensors run live.

    Args:
        wish: the command line.
        clock: the real one.
        stop: set by a signal.
        tell: receives lines for the terminal.
        show: receives (share done 0-1, words) while nights are being made.
    """

    def __init__(
        self,
        wish: Wish,
        *,
        clock: Clock,
        stop: threading.Event,
        tell: Callable[[str], None],
        show: Callable[[float, str], None],
    ) -> None:
        self._wish = wish
        self._clock = clock
        self._stop = stop
        self._tell = tell
        self._show = show
        self._now_ms = clock.now_ms()
        replayed = wish.replayed
        self._zone = replayed.zone if replayed else night_zone(self._now_ms)

    def run(self) -> None:
        """Run until stopped (or, with once, until the nights are made); then stop all.

        Raises:
            OperatorError: what is wrong and how to mend it.
        """
        port = free_port(HOST, self._wish.port)
        broker = BrokerSettings(port=any_free_port(HOST))
        with fresh_place(self._wish.data_dir) as place:
            self._run_in(place, port, broker)

    def _run_in(self, place: DemoPlace, port: int, broker: BrokerSettings) -> None:
        files = write_broker(
            place.root / "broker",
            port=broker.port,
            rooms=demo_rooms(self._wish.rooms),
            prefix=broker.prefix,
        )
        self._furnish(place)
        rooms = self._write_config(place, broker=broker, web_port=port, files=files)
        processes = Processes(
            log_dir=place.logs,
            environment={**LEAN, **os.environ, **_temporary(place.scratch)},
            clock=self._clock,
            tell=self._tell,
        )
        try:
            processes.start(
                Command(name="broker", arguments=tuple(mosquitto_command(files.config)))
            )
            processes.start(_process("monitor", "monitor", place, "record"))
            processes.start(_process("web", "web", place))
            address = f"http://{HOST}:{port}"
            if not self._wish.once:
                self._tell(f"{address} shows the nights as they are made.")
            self._make_nights(place, processes)
            for room in rooms:
                self._make_past(place, processes, room)
            if not self._wish.once:
                for room in rooms:
                    processes.start(_sensors(f"sensors-{room.slug}", room.config))
                self._live(place, processes, address)
        finally:
            processes.stop()

    def _furnish(self, place: DemoPlace) -> None:
        """Set what a household would have set: only the zone differs from the defaults."""
        household = HouseholdWriter.open(place.data_dir / HOUSEHOLD_FILE)
        try:
            household.set_value("zone", self._zone, valid_from_ms=0)
        finally:
            household.close()

    def _write_config(
        self, place: DemoPlace, *, broker: BrokerSettings, web_port: int, files: BrokerFiles
    ) -> tuple[DemoRoom, ...]:
        user = sensors_user(ROOM)
        sections: Sections = {
            "broker": {"host": HOST, "port": broker.port, "prefix": broker.prefix},
            "room": {"slug": ROOM, "device": f"nightroom-{ROOM}"},
            "sensors": {
                "journal_dir": str(place.root / "journal"),
                "username": user,
                "password_file": str(files.passwords[user]),
                "state_interval_s": DEMO_STATE_INTERVAL_S,
            },
            "monitor": {
                "data_dir": str(place.data_dir),
                "runtime_dir": str(place.runtime_dir),
                "username": MONITOR_USER,
                "password_file": str(files.passwords[MONITOR_USER]),
            },
            "web": {"host": HOST, "port": web_port},
            "simulation": {"scenario": "demo", "zone": self._zone},
        }
        past = self._write_files(place, sections)
        return tuple(
            write_room(
                place.root,
                slug,
                seed,
                sections,
                past,
                (sensors_user(slug), files.passwords[sensors_user(slug)]),
            )
            for seed, slug in enumerate(demo_rooms(self._wish.rooms)[1:], start=1)
        )

    def _write_files(self, place: DemoPlace, sections: Sections) -> Sections:
        """Write the first room's files; return what the nights of the past are made with."""
        faults = {"simulation": {**sections["simulation"], "faults": self._wish.faults}}
        place.config.write_text(toml_text(sections | faults), encoding="utf-8")
        # A recorded series has no live part: its own run plays the faults.
        past = (
            sections
            | (faults if self._wish.replayed else {})
            | {
                "climate": {"interval_s": PAST_CLIMATE_INTERVAL_S},
                "light": {"interval_s": PAST_LIGHT_INTERVAL_S},
            }
        )
        place.past_config.write_text(toml_text(past), encoding="utf-8")
        return past

    def _make_nights(self, place: DemoPlace, processes: Processes) -> None:
        past = ("--config", str(place.past_config), *self._past_options())
        command = python_module("sensors-past", "firmware", *past)
        log = ProgressLog(processes.log_file(command.name), self._show)

        def while_running() -> None:
            log.follow()
            processes.check()
            self._clock.wait(POLL_S, self._stop)
            if self._stop.is_set():
                raise KeyboardInterrupt

        processes.run(command, while_running)
        log.follow()
        nights = wait_for_nights(place.data_dir, ROOM, clock=self._clock, stop=self._stop)
        self._tell(nights_table(nights))

    def _make_past(self, place: DemoPlace, processes: Processes, room: DemoRoom) -> None:
        command = _sensors(f"past-{room.slug}", room.past_config, *self._virtual(THEIR_NIGHTS))

        def while_running() -> None:
            processes.check()
            self._clock.wait(POLL_S, self._stop)
            if self._stop.is_set():
                raise KeyboardInterrupt

        processes.run(command, while_running)
        wait_for_nights(place.data_dir, room.slug, clock=self._clock, stop=self._stop)
        self._tell(f"{room.slug}: its last {THEIR_NIGHTS} nights are there.")

    def _past_options(self) -> tuple[str, ...]:
        replayed = self._wish.replayed
        if replayed:
            return ("--replay", str(replayed.file), *replayed.options)
        return self._virtual(self._wish.nights)

    def _virtual(self, nights: int) -> tuple[str, ...]:
        start_ms = noon_before(self._now_ms, self._zone, nights)
        return (
            "--virtual-from",
            instant(start_ms).isoformat(),
            "--virtual-until",
            instant(self._clock.now_ms()).isoformat(),
        )

    def _live(self, place: DemoPlace, processes: Processes, address: str) -> None:
        if self._wish.replayed is None:
            processes.start(_process("sensors", "firmware", place))
        self._tell(f"\nOpen {address}")
        self._tell(self._what_to_look_at())
        for fault in self._wish.faults:
            self._tell(f"It will fail: {fault}")
        self._tell("Ctrl-C stops everything.")
        while not self._stop.is_set():
            processes.check()
            self._clock.wait(CHECK_S, self._stop)

    def _what_to_look_at(self) -> str:
        if self._wish.replayed is not None:
            return "Look at: the nights of the recorded series under Nights."
        if self._wish.rooms > 1:
            return "Look at: the rooms beside each other under Rooms."
        return (
            "Look at: the room now (it is about midnight in the demo room,"
            f" zone {self._zone}), and last night under Nights."
        )


def _temporary(folder: Path) -> dict[str, str]:
    """Return what makes a folder that of temporary files, where all that use it can spell it."""
    # libasound understands neither in the path of its configuration.
    return {} if {" ", ":"} & set(str(folder)) else {"TMPDIR": str(folder)}


def _sensors(name: str, config: Path, *arguments: str) -> Command:
    return python_module(name, "firmware", "--config", str(config), *arguments)


def _process(name: str, module: str, place: DemoPlace, *arguments: str) -> Command:
    return python_module(name, module, *arguments, "--config", str(place.config))
