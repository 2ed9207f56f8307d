"""A data folder in which everything has happened that a store keeps, made by the monitor itself."""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.contract.record import ClockState, Minute, Record
from monitor.night.household import Correction
from monitor.runtime.clock import RealClock, VirtualClock
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.serving import serve
from monitor.store.errors import CorruptFileError
from monitor.store.held_minutes import IMPORTED
from monitor.store.household_writer import HouseholdWriter
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.set_aside import is_condemned
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.sensor import FakeSensor
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, OTHER_STREAM, STREAM, event, minute
from tests.fakes.stored import record as a_record

MINUTES: Final = 600
MORNING_MS: Final = EVENING_MS + 12 * 60 * MINUTE_MS
SERIES: Final = "5e21e55e21e55e21"
BEFORE: Final = "be4e" * 4
AFTER: Final = "af7e" * 4
LOST: Final = range(241, 261)
CORRECTED: Final = range(301, 321)
DELETED: Final = range(401, 421)
# Of the card that was replaced, and of an imported series, before the night.
EARLIER: Final = 60
# Judgement: a start may take ten seconds; salvage and the deletions follow in the background.
WORKS_WITHIN_S: Final = 20.0
STARTS: Final = 3


def at_ms(number: int) -> int:
    """Return when the minute of a number ended."""
    return EVENING_MS + number * MINUTE_MS


def records() -> list[Record]:
    """Return all that the store was given and has not lost, the deleted included."""
    return [
        *(
            a_record(
                seq,
                minute=minute(at_ms(seq), events=(event(),) * (seq % 9)),
                revision=int(seq in CORRECTED),
                clock=ClockState.CORRECTED if seq in CORRECTED else ClockState.SYNCED,
            )
            for seq in range(1, MINUTES + 1)
            if seq not in LOST
        ),
        *(
            a_record(seq, stream=stream, minute=minute(at_ms(seq - back)))
            for stream, back in ((OTHER_STREAM, 300), (SERIES, 500))
            for seq in range(1, EARLIER + 1)
        ),
        first_of(BEFORE),
    ]


def make_lived_in(folder: Path) -> None:
    """Fill a folder; the night is judged, the deletion carried out, the alerts have their time."""
    of: dict[str, list[Record]] = {}
    for one in records():
        of.setdefault(one.stream, []).append(one)
    with closing(NightsWriter.open(folder / "nights.db", new_id=lambda: "5" * 16)) as writer:
        writer.put_back("bedroom", IMPORTED, SERIES, of[SERIES])
        for stream in (OTHER_STREAM, STREAM):
            for first in range(0, MINUTES, 60):
                sent = [one for one in of[stream] if first < one.seq <= first + 60]
                uncertain = [
                    a_record(one.seq, minute=one.minute, clock=ClockState.UNSYNCED)
                    for one in sent
                    if one.revision
                ]
                for batch in filter(None, (uncertain, sent)):
                    writer.store_batch(
                        room="bedroom",
                        device=DEVICE,
                        stream=stream,
                        records=batch,
                        gaps=[(LOST[0], LOST[-1])] if LOST[0] <= batch[-1].seq - 20 < 300 else (),
                        stored_seq=batch[-1].seq,
                    )
    with closing(HouseholdWriter.open(folder / "household.db")) as household:
        household.set_value("lamp", "candle", valid_from_ms=1)
        said = Correction(lights_out_ms=at_ms(10))
        household.correct("bedroom", "2026-11-22", said, made_ms=MORNING_MS)
        household.diary().delete(
            "bedroom", at_ms(DELETED[0] - 1), at_ms(DELETED[-1]), made_ms=MORNING_MS
        )
        household.keep_copy()
    run_monitor(folder, BEFORE, lambda reader: reader.newest_night("bedroom") is not None)


@dataclass(kw_only=True)
class Run:
    """How the monitor fared: how often it was started, how long until it worked."""

    starts: int = 0
    started_within_s: float = 0.0
    took_the_new_minute: bool = False


def run_monitor(
    folder: Path, stream: str, is_done: Callable[[NightsReader], bool] = lambda _: True
) -> Run:
    """Run the monitor's own composition until it is done, started anew where it gives up.

    A sensor of a stream offers one minute.
    """
    run, clock = Run(), VirtualClock(start_ms=MORNING_MS)
    settings = Settings(monitor=MonitorSettings(data_dir=folder, runtime_dir=folder / "run"))
    while run.starts < STARTS and not run.took_the_new_minute:
        broker = FakeBroker()
        stop = _Until(folder, FakeSensor(broker, stream=stream), is_done, run)
        run.starts += 1
        try:
            serve(settings, clock, stop, connect=lambda filters, at=broker: FakeLink(at, filters))
        except CorruptFileError:
            run.took_the_new_minute = False
        if is_condemned(folder / "nights.db"):
            run.took_the_new_minute = False
    return run


class _Until(threading.Event):
    """Stops the loop once its store is at rest, with the sensor's minute in it."""

    def __init__(
        self, folder: Path, sensor: FakeSensor, is_done: Callable[[NightsReader], bool], run: Run
    ) -> None:
        super().__init__()
        self._path = folder / "nights.db"
        self._sensor = sensor
        self._is_done = is_done
        self._run = run
        self._clock = RealClock()
        self._since_s = self._clock.monotonic_s()
        self._looks = 0

    def is_set(self) -> bool:
        self._looks += 1
        if self._looks == 1:
            passed_s = self._clock.monotonic_s() - self._since_s
            self._run.started_within_s = max(self._run.started_within_s, passed_s)
        if self._looks % 20 == 1:
            self._sensor.send(first_of(self._sensor.stream))
        if 1 in self._sensor.acknowledged():
            self._run.took_the_new_minute = True
        if super().is_set() or self._clock.monotonic_s() - self._since_s > WORKS_WITHIN_S:
            return True
        return self._looks % 20 == 0 and self._run.took_the_new_minute and self._is_at_rest()

    def _is_at_rest(self) -> bool:
        if any(one.name == "salvage" for one in threading.enumerate()):
            return False  # it copies back, then looks at every row
        with NightsReader.open(self._path) as reader:
            return self._is_done(reader)


def first_of(stream: str) -> Record:
    """Return what a sensor sends that was put in today."""
    end_ms = MORNING_MS - (stream == BEFORE) * MINUTE_MS
    return a_record(1, stream=stream, minute=minute(end_ms))


def shown(folder: Path) -> dict[int, Minute]:
    """Return what is in sight, by when it ended."""
    with NightsReader.open(folder / "nights.db") as reader:
        return {one.end_ms: one for one in reader.minutes("bedroom", 0, 2**60)}
