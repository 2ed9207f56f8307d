"""A monitor's alerts on real databases, a virtual clock and a courier that obeys the test."""

from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from monitor.alerts.channels import Answer
from monitor.alerts.watch import Watch
from monitor.contract.messages import ClimateState, LightState, State
from monitor.contract.record import ClockState, instant
from monitor.night.alert_choices import Channel
from monitor.night.household import Household
from monitor.night.window import Source, Window
from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import SampledLog
from monitor.score.errors import ScoreError
from monitor.score.result import NightScore
from monitor.score.state import score_state
from monitor.serving import log
from monitor.store.alerts_db import DecisionRow, OutboxRow
from monitor.store.alerts_reader import AlertsReader
from monitor.store.errors import StoreUnavailableError
from tests.fakes.courier import FakeCourier
from tests.fakes.folder import Folder
from tests.fakes.sensor import SESSION
from tests.fakes.stored import DEVICE, minute, record, score

HOUR_MS: Final = 3_600_000
# 2026-11-22T23:00:00Z, the bedtime of a household in UTC with the default schedule.
BEDTIME_MS: Final = 1_795_388_400_000
PHONE: Final = Channel(name="phone", url="ntfy://host/topic")
HOUSEHOLD: Final = Household()


@dataclass
class FakeNights:
    """What the nightly loop would say, set by the test."""

    household: Household = HOUSEHOLD
    now: NightScore | None = None
    last: NightScore | None = None
    broken: bool = False

    def settings(self, room: str, at_ms: int) -> Household:
        del room, at_ms
        if self.broken:
            raise StoreUnavailableError("household.db: disk I/O error")
        return self.household

    def running(self, room: str) -> NightScore | None:
        del room
        return self.now

    def last_night(self, room: str) -> NightScore | None:
        del room
        return self.last


@dataclass
class FakeFindings:
    shown: dict[str, str] = field(default_factory=dict)

    def find(self, code: str, text: str) -> None:
        self.shown.setdefault(code, text)

    def clear(self, code: str) -> None:
        self.shown.pop(code, None)


class AlertHouse:
    """One room and its monitor; kill() is what a power cut leaves of it."""

    def __init__(self, folder: Folder, *, before_bedtime_h: float = 2.0) -> None:
        self.folder = folder
        self.clock = VirtualClock(start_ms=BEDTIME_MS - round(before_bedtime_h * HOUR_MS))
        self.nights = FakeNights()
        self.findings = FakeFindings()
        self.courier = FakeCourier()
        self.free_bytes = 1e12
        self.household = folder.household_writer()
        self.reader: AlertsReader | None = None
        self._start()

    def _start(self) -> None:
        self.writer = self.folder.nights_writer()
        nights = self.folder.nights_reader()
        self.watch = Watch(
            writer=self.writer.alerts(),
            household=self.folder.household_reader(),
            nights=self.nights,
            courier=self.courier,
            clock=self.clock,
            free_bytes=lambda: self.free_bytes,
            newest_end_ms=nights.newest_end_ms,
            rooms=nights.rooms(),
            findings=self.findings,
            sampled=SampledLog(log, self.clock),
        )

    def kill(self, off_s: float = 0.0) -> None:
        """End without a word and start again."""
        self.writer.close()
        self.clock.wait(off_s)
        self._start()

    def loses_power(self, off_s: float, *, behind_s: float = 0.0) -> None:
        """Boot again after a while; behind_s: of the clock, which then does not know the time."""
        self.writer.close()
        self.clock.wait(off_s)
        self.clock = VirtualClock(
            start_ms=self.clock.now_ms() - round(behind_s * 1000),
            boottime_s=20.0,
            boot_id="b007" * 4,
            state=ClockState.UNSYNCED if behind_s else ClockState.SYNCED,
        )
        self._start()

    def finds_time(self, behind_s: float) -> None:
        self.clock.step(behind_s)
        self.clock.set_state(ClockState.SYNCED)

    def choose(self, key: str, value: object) -> None:
        self.household.set_value(key, value, valid_from_ms=self.clock.now_ms())

    def names(self, name: str) -> None:
        """Let people have named the bedroom."""
        now_ms = self.clock.now_ms()
        self.household.set_value("room_name", name, valid_from_ms=now_ms, room="bedroom")

    def deletes(self) -> int:
        """Let people delete what has been until now; return the deletion's number."""
        now_ms = self.clock.now_ms()
        return self.household.diary().delete(
            "bedroom", now_ms - 12 * HOUR_MS, now_ms, made_ms=now_ms
        )

    def state(self, temperature_c: float | None = 18.0, lux: float | None = 1.0) -> State:
        at = instant(self.clock.now_ms())
        return State(
            v=1,
            at=at,
            sequence=1,
            device=DEVICE,
            session=SESSION,
            clock=ClockState.SYNCED,
            backlog=0,
            climate=ClimateState(at=at, temperature_c=temperature_c, humidity_pct=45.0),
            light=LightState(at=at, illuminance_lx=lux),
            sound=UNSET,
        )

    def says(self, state: State) -> None:
        now_ms = self.clock.now_ms()
        try:
            live = score_state(state, self.nights.household, now_ms)
        except ScoreError:
            live = None
        self.watch.scored("bedroom", state, live, now_ms)

    def lasts(
        self,
        minutes: float,
        temperature_c: float | None = 18.0,
        lux: float | None = 1.0,
        *,
        every_s: float = 5.0,
        records: bool = True,
    ) -> None:
        for number in range(round(minutes * 60 / every_s)):
            self.clock.wait(every_s)
            self.says(self.state(temperature_c, lux))
            if records and number % round(60 / every_s) == 0:
                self.recorded(self.clock.now_ms())
            self.watch.step()

    def recorded(self, end_ms: int, clock: ClockState = ClockState.SYNCED) -> None:
        self.watch.minutes_arrived("bedroom", [record(minute=minute(end_ms), clock=clock)])

    def lasts_by_another_clock(
        self, minutes: int, ahead_ms: int, temperature_c: float, *, records: bool = True
    ) -> None:
        """Let a sensor without time say values and send minutes; ahead of the monitor or behind."""
        for _ in range(minutes):
            for _ in range(12):
                self.clock.wait(5)
                state = self.state(temperature_c)
                at = instant(self.clock.now_ms() + ahead_ms)
                climate = replace(state.climate, at=at)
                self.says(replace(state, at=at, clock=ClockState.UNSYNCED, climate=climate))
                self.watch.step()
            if records:
                self.recorded(self.clock.now_ms() + ahead_ms, ClockState.UNSYNCED)

    def waits(self, seconds: float, every_s: float = 5.0) -> None:
        """Let time pass in which the room says nothing."""
        for _ in range(round(seconds / every_s)):
            self.clock.wait(every_s)
            self.watch.step()

    def sleeps(self, out_ms: int | None = None) -> None:
        """Let the light say that the lights went out."""
        out_ms = self.clock.now_ms() if out_ms is None else out_ms
        window = Window(
            night="2026-11-22",
            zone="UTC",
            lights_out_ms=out_ms,
            get_up_ms=BEDTIME_MS + 8 * HOUR_MS,
            lights_out_source=Source.LIGHT,
            get_up_source=Source.SCHEDULE,
        )
        self.nights.now = replace(score(), window=window)

    def gets_up(self, waits_s: float = 15 * 60) -> None:
        """Let the night be over a quarter of an hour after now."""
        assert self.nights.now is not None
        ended = replace(self.nights.now.window, get_up_ms=self.clock.now_ms())
        self.nights.last = replace(self.nights.now, window=ended)
        self.nights.now = replace(self.nights.now, window=ended)
        self.waits(waits_s)
        self.nights.now = None

    def answers(self, answer: Answer | None) -> None:
        self.courier.answers = lambda _: answer

    def decisions(self) -> tuple[DecisionRow, ...]:
        return tuple(reversed(self._reader().decisions("bedroom", 10_000)))

    def messages(self) -> tuple[OutboxRow, ...]:
        return tuple(reversed(self._reader().messages(10_000)))

    def _reader(self) -> AlertsReader:
        if self.reader is None:
            self.reader = self.folder.alerts_reader()
        return self.reader
