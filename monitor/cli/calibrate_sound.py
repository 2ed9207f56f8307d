"""`nightroom calibrate sound`: levels from the running daemon, a dated setting in return."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor.cli.keep_settings import keep_settings
from monitor.contract.messages import SoundState
from monitor.contract.record import Flag
from monitor.night.household import Household
from monitor.night.sound_calibration import (
    CalibrationError,
    SoundCalibration,
    against_reading,
    against_tone,
    with_floor,
)
from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.runtime.settings import Settings
from monitor.store.handover import CalibrationKey
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader, in_force_ms
from monitor.store.live import LIVE_FOLDER, LiveFiles, LiveRoom

# Judgement: a value can be seen on the live file a quarter of a second after its writing.
LOOK_S: Final = 0.25
# Judgement: the daemon speaks every 5 s unless told otherwise; slower is not for this.
PATIENCE_S: Final = 30.0
# A setting holds from the daemon's next minute on; until it has reached the levels a second
# calibration would add the first one's change again.
SETTLED_AFTER_MS: Final = 150_000
OUR_SETTINGS: Final = ("sound_offset_db", "sound_calibrated", "floor_db")
# Judgement: six live levels of a tone; a minute of a reading; L95 of ten quiet minutes.
TONE_S: Final = 30.0
READING_S: Final = 60.0
FLOOR_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is measured: a calibrator's tone, another meter's reading, or (neither) the floor."""

    duration_s: float
    tone_db: float | None = None
    reading_dba: float | None = None


class SoundCalibrator:
    """Listens through the daemon, which goes on recording.

    Args:
        live: returns the room as its live file has it.
        clock: paces the looking.
        stop: set to give up.
        show: receives (share done 0-1, words).
    """

    def __init__(
        self,
        live: Callable[[], LiveRoom | None],
        *,
        clock: Clock,
        stop: threading.Event,
        show: Callable[[float, str], None],
    ) -> None:
        self._live = live
        self._clock = clock
        self._stop = stop
        self._show = show

    def measure(self, wanted: Wanted, in_force: SoundCalibration) -> SoundCalibration:
        """Return the calibration that what is heard in wanted.duration_s makes.

        Raises:
            OperatorError: the room is not live, the microphone fails or clips, or what it
                read makes no calibration.
        """
        levels_db, floor_db = self._collect(wanted.duration_s)
        try:
            if wanted.tone_db is not None:
                return against_tone(levels_db, wanted.tone_db, in_force)
            if wanted.reading_dba is not None:
                return against_reading(
                    levels_db, wanted.reading_dba, in_force, floor_db=floor_db or 0.0
                )
            return with_floor(levels_db, in_force)
        except CalibrationError as error:
            raise OperatorError(str(error)) from error

    def _collect(self, duration_s: float) -> tuple[list[float], float | None]:
        """Return the levels of the next duration_s, and the floor beside them."""
        # What is there already may be older than the calibrator's being on.
        sound = self._newer_than(self._sound())
        start_s = self._clock.monotonic_s()
        levels_db = [_level_db(sound)]
        while (past_s := self._clock.monotonic_s() - start_s) < duration_s:
            self._show(past_s / duration_s, f"{levels_db[-1]:.1f} dB(A)")
            sound = self._newer_than(sound)
            levels_db.append(_level_db(sound))
        self._show(1.0, f"{len(levels_db)} levels")
        return levels_db, sound.floor_db

    def _sound(self) -> SoundState | None:
        live = self._live()
        state = None if live is None or not live.online else live.state
        if state is None or not isinstance(state.sound, SoundState):
            return None
        return None if Flag.STARTING in state.sound.flags else state.sound

    def _newer_than(self, last: SoundState | None) -> SoundState:
        start_s = self._clock.monotonic_s()
        while self._clock.monotonic_s() - start_s < PATIENCE_S:
            sound = self._sound()
            if sound is not None and (last is None or sound.at > last.at):
                return sound
            if self._clock.wait(LOOK_S, self._stop):
                raise OperatorError("stopped; nothing was changed")
        raise OperatorError(
            f"no level came in for {PATIENCE_S:.0f} s: is the sensor daemon running and its"
            " microphone fitted? `nightroom calibrate` listens through them"
        )


def _level_db(sound: SoundState) -> float:
    if Flag.OVERLOAD in sound.flags:
        raise OperatorError("the sound clips: it is louder than the microphone can tell")
    if sound.laeq_db is None:
        raise OperatorError(f"the microphone gives no level ({', '.join(sound.flags)})")
    return sound.laeq_db


def calibration_in_force(household: Household) -> SoundCalibration:
    """Return what a household has in force for a room's microphone."""
    return SoundCalibration(
        offset_db=household.sound_offset_db,
        calibrated=household.sound_calibrated,
        floor_db=household.floor_db,
    )


def settings_of(calibration: SoundCalibration) -> dict[CalibrationKey, float | bool | None]:
    """Return a calibration as the household's settings."""
    return {
        "sound_offset_db": calibration.offset_db,
        "sound_calibrated": calibration.calibrated,
        "floor_db": calibration.floor_db,
    }


def refuse_if_unsettled(changed_ms: int | None, now_ms: int) -> None:
    """Refuse to calibrate on levels that may not carry the last calibration yet.

    Raises:
        OperatorError: the last one is less than two and a half minutes old.
    """
    # Of a later date is what was set before a boot without the time: it has long settled.
    if changed_ms is not None and abs(now_ms - changed_ms) < SETTLED_AFTER_MS:
        wait_s = (changed_ms + SETTLED_AFTER_MS - now_ms) / 1000
        raise OperatorError(
            f"the last calibration is still on its way to the daemon: try again in {wait_s:.0f} s"
        )


def told(before: SoundCalibration, after: SoundCalibration) -> str:
    """Return in words what changes, and what does not."""
    if after.offset_db == before.offset_db and after.calibrated == before.calibrated:
        changed = f"The microphone's own noise is {after.floor_db} dB(A)."
    else:
        moved = f"from {before.offset_db:+.1f} to {after.offset_db:+.1f} dB"
        changed = f"Offset {moved}; levels are calibrated."
    return (
        f"{changed} It holds from the next minute on. Minutes and events that are stored keep"
        " the values they were stored with."
    )


def calibrate_sound(
    settings: Settings,
    wanted: Wanted,
    *,
    clock: Clock,
    stop: threading.Event,
    show: Callable[[float, str], None],
) -> str:
    """Measure, keep the calibration as a dated setting of the room, return it in words.

    Raises:
        OperatorError: see SoundCalibrator.measure.
        StoreError: household.db cannot be read or written.
    """
    room, path = settings.room.slug, settings.monitor.data_dir / HOUSEHOLD_FILE
    reader = HouseholdReader(path)
    try:
        refuse_if_unsettled(reader.last_set_ms(room, OUR_SETTINGS), clock.now_ms())
        before = calibration_in_force(reader.household(room, in_force_ms(clock, reader)))
    finally:
        reader.close()
    files = LiveFiles(settings.monitor.runtime_dir / LIVE_FOLDER)
    calibrator = SoundCalibrator(lambda: files.read(room), clock=clock, stop=stop, show=show)
    after = calibrator.measure(wanted, before)
    keep_settings(settings.monitor.data_dir, room, settings_of(after), clock)
    return told(before, after)
