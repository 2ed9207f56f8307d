"""`nightroom calibrate sound`, listening to live files that a test writes."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from monitor.cli.calibrate_sound import Wanted, calibrate_sound
from monitor.contract.messages import SoundState, State
from monitor.contract.record import ClockState, Flag, instant
from monitor.night.household import Household
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from monitor.runtime.settings import MonitorSettings, Settings
from monitor.store.errors import StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.household_writer import HouseholdWriter
from monitor.store.live import LIVE_FOLDER, LiveFiles, LiveRoom

NOW_MS = 1_700_000_000_000
STATE_MS = 5_000
TONE = Wanted(duration_s=30, tone_db=94.0)


class SpeakingClock(VirtualClock):
    """The clock of the command: while it waits, the room's daemon speaks."""

    def __init__(self, room: "Bedroom") -> None:
        super().__init__(start_ms=room.clock.now_ms())
        self._room = room

    def wait(self, seconds: float, stop: threading.Event | None = None) -> bool:
        self._room.clock.wait(seconds)
        self._room.speak()
        return super().wait(seconds, stop)


class Bedroom:
    """A room whose daemon speaks every 5 s of virtual time; level says what it hears."""

    def __init__(self, folder: Path, level: Callable[[int], float | None]) -> None:
        self.clock = VirtualClock(start_ms=NOW_MS)
        self.stop = threading.Event()
        self.level = level
        self.flags: tuple[Flag, ...] = ()
        self.online = True
        self.shown: list[tuple[float, str]] = []
        self.settings = Settings(
            monitor=MonitorSettings(data_dir=folder / "data", runtime_dir=folder / "run")
        )
        self._files = LiveFiles(folder / "run" / LIVE_FOLDER)
        self.speak()

    def calibrate(self, wanted: Wanted) -> str:
        return calibrate_sound(
            self.settings, wanted, clock=SpeakingClock(self), stop=self.stop, show=self._show
        )

    def household(self, room: str = "bedroom") -> Household:
        reader = HouseholdReader(self.settings.monitor.data_dir / HOUSEHOLD_FILE)
        household = reader.household(room, self.clock.now_ms())
        reader.close()
        return household

    def _show(self, share: float, words: str) -> None:
        self.shown.append((share, words))

    def speak(self) -> None:
        at_ms = self.clock.now_ms() - self.clock.now_ms() % STATE_MS
        laeq_db = self.level(at_ms)
        sound = SoundState(
            at=instant(at_ms),
            laeq_db=laeq_db,
            lafmax_db=laeq_db,
            laeq_1min_db=None,
            lafmax_1min_db=None,
            floor_db=29.0,
            calibrated=False,
            flags=self.flags,
        )
        state = State(
            v=1,
            at=instant(at_ms),
            sequence=1,
            device="nightroom-bedroom",
            session="8899aabbccddeeff",
            clock=ClockState.SYNCED,
            backlog=0,
            sound=UNSET if laeq_db is None and not self.flags else sound,
        )
        self._files.write(
            LiveRoom(room="bedroom", written_ms=at_ms, state=state, online=self.online)
        )


def hears(folder: Path, *levels_db: float) -> Bedroom:
    return Bedroom(folder, lambda at_ms: levels_db[at_ms // STATE_MS % len(levels_db)])


def test_a_calibrator_becomes_a_dated_setting_of_the_room(tmp_path: Path) -> None:
    room = hears(tmp_path, 92.4)
    words = room.calibrate(TONE)
    household = room.household()
    assert (household.sound_offset_db, household.sound_calibrated) == (1.6, True)
    assert room.household("attic").sound_calibrated is False
    assert "from +0.0 to +1.6 dB" in words
    assert "keep the values they were stored with" in words


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    room = hears(tmp_path, 94.0)
    room.calibrate(TONE)
    shares = [share for share, _ in room.shown]
    assert shares == sorted(shares)
    assert room.shown[-1] == (1.0, "7 levels")
    assert room.clock.now_ms() - NOW_MS == pytest.approx(35_000, abs=1_000)


def test_another_meters_reading_will_do(tmp_path: Path) -> None:
    room = hears(tmp_path, 54.0, 56.0, 55.0)
    room.calibrate(Wanted(duration_s=60, reading_dba=53.0))
    # 13 levels, whose energy mean lies a little above 55 dB.
    assert -2.3 < room.household().sound_offset_db < -2.0


def test_the_floor_is_measured_without_touching_the_offset(tmp_path: Path) -> None:
    room = hears(tmp_path, 31.0, 31.2, 31.4)
    words = room.calibrate(Wanted(duration_s=600))
    household = room.household()
    assert (household.floor_db, household.sound_offset_db) == (31.0, 0.0)
    assert household.sound_calibrated is False
    assert "own noise is 31.0 dB(A)" in words


def test_a_second_calibration_waits_until_the_first_has_reached_the_levels(tmp_path: Path) -> None:
    room = hears(tmp_path, 92.4)
    room.calibrate(TONE)
    with pytest.raises(OperatorError, match="try again in 150 s"):
        room.calibrate(TONE)
    room.clock.wait(150)
    room.level = lambda _at_ms: 94.0
    room.calibrate(TONE)
    assert room.household().sound_offset_db == 1.6


def test_a_calibrator_that_is_not_on_changes_nothing(tmp_path: Path) -> None:
    room = hears(tmp_path, 40.0)
    with pytest.raises(OperatorError, match="is the sound on"):
        room.calibrate(TONE)
    assert room.household() == Household()


def test_a_room_that_is_silent_or_gone_is_said_after_half_a_minute(tmp_path: Path) -> None:
    gone = hears(tmp_path, 94.0)
    gone.online = False
    with pytest.raises(OperatorError, match="no level came in for 30 s"):
        gone.calibrate(TONE)
    deaf = Bedroom(tmp_path / "deaf", lambda _at_ms: None)
    with pytest.raises(OperatorError, match="microphone fitted"):
        deaf.calibrate(TONE)


def test_a_microphone_that_is_starting_is_waited_for(tmp_path: Path) -> None:
    room = Bedroom(tmp_path, lambda _at_ms: None)
    room.flags = (Flag.STARTING,)

    def level(at_ms: int) -> float | None:
        if at_ms >= NOW_MS + 20_000:
            room.flags = ()
        return None if room.flags else 94.0

    room.level = level
    room.calibrate(TONE)
    assert room.household().sound_calibrated


def test_a_sound_that_clips_or_a_fault_is_no_level(tmp_path: Path) -> None:
    room = hears(tmp_path, 118.0)
    room.flags = (Flag.OVERLOAD,)
    with pytest.raises(OperatorError, match="clips"):
        room.calibrate(TONE)
    room.level, room.flags = (lambda _at_ms: None), (Flag.NO_REPLY,)
    with pytest.raises(OperatorError, match="gives no level \\(no_reply\\)"):
        room.calibrate(TONE)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    room = hears(tmp_path, 94.0)
    room.stop.set()
    with pytest.raises(OperatorError, match="nothing was changed"):
        room.calibrate(TONE)


def test_it_keeps_what_it_found_while_the_pages_have_the_household_open(tmp_path: Path) -> None:
    room = hears(tmp_path, 92.4)
    (tmp_path / "data").mkdir()
    with closing(HouseholdWriter.open(tmp_path / "data" / HOUSEHOLD_FILE)):
        room.calibrate(TONE)
        assert room.household().sound_offset_db == 1.6


def test_what_could_not_be_kept_is_not_listened_to(tmp_path: Path) -> None:
    room = hears(tmp_path, 92.4)
    room.settings = msgspec.structs.replace(
        room.settings,
        monitor=msgspec.structs.replace(room.settings.monitor, data_dir=tmp_path / "no" / "disk"),
    )
    with pytest.raises(StoreError, match="mount"):
        room.calibrate(TONE)
    assert room.shown == []


def test_a_floor_below_hearing_is_a_gate_and_not_measured(tmp_path: Path) -> None:
    room = hears(tmp_path, -3.0)
    with pytest.raises(OperatorError, match=r"reads -3\.0 dB, .* mutes"):
        room.calibrate(Wanted(duration_s=600))
    assert room.household().floor_db is None


def test_a_floor_that_moves_below_zero_does_not_halve_a_calibration(tmp_path: Path) -> None:
    room = hears(tmp_path, 3.0)
    room.calibrate(Wanted(duration_s=600))
    room.clock.wait(150)
    room.level = lambda _at_ms: 98.0
    room.calibrate(TONE)
    household = room.household()
    assert (household.sound_offset_db, household.floor_db) == (-4.0, 0.0)
    assert household.sound_calibrated


def test_one_calibration_has_one_date(tmp_path: Path) -> None:
    room = hears(tmp_path, 92.4)
    room.calibrate(TONE)
    with closing(sqlite3.connect(tmp_path / "data" / HOUSEHOLD_FILE)) as file:
        rows = file.execute("SELECT DISTINCT valid_from_ms FROM settings").fetchall()
        keys = {key for (key,) in file.execute("SELECT key FROM settings")}
    assert len(rows) == 1
    assert keys == {"sound_offset_db", "sound_calibrated", "floor_db"}
