"""`nightroom calibrate temperature` and `light`: live readings in, a dated setting out."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from monitor.cli.calibrate_sound import refuse_if_unsettled
from monitor.cli.keep_settings import keep_settings
from monitor.contract.messages import ClimateState, LightState, State
from monitor.contract.record import ClimateMinute, Flag, Minute
from monitor.night.household import Household
from monitor.night.sensor_calibration import (
    SensorCalibrationError,
    factor_against,
    offset_against,
    offset_of,
    warm_up,
)
from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.runtime.settings import Settings
from monitor.store.handover import CalibrationKey
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader, in_force_ms
from monitor.store.live import LIVE_FOLDER, LiveFiles, LiveRoom
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader

# Judgement: the climate part is read every 10 s: six readings; the light every second.
TEMPERATURE_S: Final = 60.0
LIGHT_S: Final = 30.0
LOOK_S: Final = 0.25
# Judgement: the slowest daemon asks its climate part every 60 s and speaks every 5 s.
PATIENCE_S: Final = 90.0
MINUTE_MS: Final = 60_000
OFFSET: Final = "temperature_offset_k"
FACTOR: Final = "illuminance_factor"
HOLDS: Final = (
    "It holds from the daemon's next minute on; what is stored keeps its values and the number"
    " of the calibration they were made with."
)

Given = ParamSpec("Given")
Result = TypeVar("Result")
Pick = Callable[[State], tuple[datetime, float | None, tuple[Flag, ...]] | None]


class Listener:
    """Collects a room's readings through the running daemon, which goes on recording.

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

    def collect(self, pick: Pick, duration_s: float, unit: str) -> list[float]:
        """Return the readings of the next duration_s, each once.

        Raises:
            OperatorError: no reading came, one has a flag, or stop was set.
        """
        seen = self._at(pick)
        start_s = heard_s = self._clock.monotonic_s()
        readings: list[float] = []
        while (past_s := self._clock.monotonic_s() - start_s) < duration_s:
            if self._clock.wait(LOOK_S, self._stop):
                raise OperatorError("stopped; nothing was changed")
            picked = self._picked(pick)
            if picked is not None and picked[0] != seen:
                seen, heard_s = picked[0], self._clock.monotonic_s()
                readings.append(_good(picked[1], picked[2]))
                self._show(past_s / duration_s, f"{readings[-1]:.4g} {unit}")
            elif self._clock.monotonic_s() - heard_s > PATIENCE_S:
                break
        if not readings:
            raise OperatorError(
                "no reading came: is the sensor daemon running and the part fitted?"
                " `nightroom doctor` says more"
            )
        self._show(1.0, f"{len(readings)} readings")
        return readings

    def _at(self, pick: Pick) -> datetime | None:
        picked = self._picked(pick)
        return None if picked is None else picked[0]

    def _picked(self, pick: Pick) -> tuple[datetime, float | None, tuple[Flag, ...]] | None:
        live = self._live()
        return None if live is None or live.state is None else pick(live.state)


def _good(value: float | None, flags: tuple[Flag, ...]) -> float:
    if value is None or flags:
        told = ", ".join(flags) or "no value"
        raise OperatorError(f"the sensor is not well ({told}): `nightroom doctor` says more")
    return value


def temperature_of(state: State) -> tuple[datetime, float | None, tuple[Flag, ...]] | None:
    """Return when a temperature was taken, the value and its flags."""
    climate = state.climate
    if not isinstance(climate, ClimateState):
        return None
    return climate.at, climate.temperature_c, climate.flags


def light_of(state: State) -> tuple[datetime, float | None, tuple[Flag, ...]] | None:
    """Return when a light was taken, the value and its flags."""
    light = state.light
    return (light.at, light.illuminance_lx, light.flags) if isinstance(light, LightState) else None


class Calibrator:
    """Calibrates one room of a machine.

    Args:
        settings: where the store and the live files are, and which room.
        clock: the real one.
        listen: collects readings.
    """

    def __init__(self, settings: Settings, clock: Clock, listen: Listener) -> None:
        self._room = settings.room.slug
        self._folder = settings.monitor.data_dir
        self._clock = clock
        self._listen = listen

    def temperature(self, reference_c: float, *, duration_s: float = TEMPERATURE_S) -> str:
        """Calibrate against a thermometer; return what was done in words."""
        before_k = self._in_force(OFFSET).temperature_offset_k
        readings = self._listen.collect(temperature_of, duration_s, "°C")
        return self._keep_offset(before_k, _told(offset_against, readings, reference_c, before_k))

    def warm_up(self, minutes: float) -> str:
        """Calibrate from the stored minutes since a cold start `minutes` ago."""
        household = self._in_force(OFFSET)
        now_ms = self._clock.now_ms()
        since_ms = now_ms - round(minutes * MINUTE_MS)
        with NightsReader.open(self._folder / NIGHTS_FILE) as reader:
            stored = reader.minutes(self._room, since_ms, now_ms)
        if len({minute.cal for minute in stored}) > 1:
            raise OperatorError(
                "the calibration was changed meanwhile: wait until all of it has one calibration"
            )
        readings = raw_readings(stored, household.temperature_offset_k)
        warm = _told(warm_up, readings)
        told = self._keep_offset(household.temperature_offset_k, _told(offset_of, warm))
        return (
            f"From {warm.cold_c:.1f} °C it warmed itself by {warm.rise_k:.2f} K, most of it in"
            f" {warm.time_constant_min:.0f} min. {told}"
        )

    def light(self, reference_lx: float, *, duration_s: float = LIGHT_S) -> str:
        """Calibrate against a lux meter, or this sensor without its window."""
        before = self._in_force(FACTOR).illuminance_factor
        readings = self._listen.collect(light_of, duration_s, "lx")
        after = _told(factor_against, readings, reference_lx, before)
        self._keep(FACTOR, after)
        return f"Light factor from {before:g} to {after:g}. {HOLDS}"

    def _keep_offset(self, before_k: float, after_k: float) -> str:
        self._keep(OFFSET, after_k)
        return (
            f"Temperature offset from {before_k:+.2f} to {after_k:+.2f} K; humidity follows through"
            f" the vapour pressure. {HOLDS}"
        )

    def _in_force(self, key: str) -> Household:
        """Return the settings, once the last change of this one is in what is read."""
        reader = HouseholdReader(self._path)
        try:
            refuse_if_unsettled(reader.last_set_ms(self._room, (key,)), self._clock.now_ms())
            return reader.household(self._room, in_force_ms(self._clock, reader))
        finally:
            reader.close()

    def _keep(self, key: CalibrationKey, value: float) -> None:
        keep_settings(self._folder, self._room, {key: value}, self._clock)

    @property
    def _path(self) -> Path:
        return self._folder / HOUSEHOLD_FILE


def raw_readings(minutes: Sequence[Minute], in_force_k: float) -> list[tuple[float, float]]:
    """Return (minutes since the first, °C without the offset) of minutes that have one."""
    known = [
        (minute.end_ms, minute.climate.temperature_c)
        for minute in minutes
        if isinstance(minute.climate, ClimateMinute) and minute.climate.temperature_c is not None
    ]
    return [((end_ms - known[0][0]) / MINUTE_MS, value - in_force_k) for end_ms, value in known]


def calibrator_of(
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    show: Callable[[float, str], None],
) -> Calibrator:
    """Return the calibrator of the room that settings name."""
    files = LiveFiles(settings.monitor.runtime_dir / LIVE_FOLDER)
    room = settings.room.slug
    listen = Listener(lambda: files.read(room), clock=clock, stop=stop, show=show)
    return Calibrator(settings, clock, listen)


def _told(judge: Callable[Given, Result], *values: Given.args, **more: Given.kwargs) -> Result:
    try:
        return judge(*values, **more)
    except SensorCalibrationError as error:
        raise OperatorError(f"{error}; nothing was changed") from error
