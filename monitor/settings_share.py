"""Tells each room's sensor daemon what the household set for it, retained on the broker."""

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from monitor.contract.codec import encode
from monitor.contract.messages import SCHEMA_VERSION, RoomSettings
from monitor.contract.record import instant
from monitor.contract.topics import Leaf
from monitor.night.household import Household
from monitor.runtime.clock import Clock
from monitor.runtime.sampled import SampledLog
from monitor.store.errors import StoreError
from monitor.store.household_reader import HouseholdReader, in_force_ms

# Judgement: a change is noticed within a second (PRAGMA data_version).
LOOK_S: Final = 1.0
# Judgement: a setting dated in advance comes into force within a minute.
RENEW_S: Final = 60.0


class Publish(Protocol):
    """Hands a retained message to the broker; False when it could not."""

    def __call__(self, room: str, leaf: Leaf, payload: bytes, *, qos: int = 0) -> bool:
        """Publish once."""
        ...


class SettingsShare:
    """Publishes a room's settings when they differ from what was published last.

    Args:
        household: what people chose.
        clock: dates the messages, spaces the looks.
        publish: hands a message to the broker.
        sampled: told of a household that cannot be read.
    """

    def __init__(
        self,
        household: HouseholdReader,
        clock: Clock,
        publish: Publish,
        sampled: SampledLog,
    ) -> None:
        self._household = household
        self._clock = clock
        self._publish = publish
        self._sampled = sampled
        self._told: dict[str, RoomSettings] = {}
        self._seen = -1
        self._look_at_s = 0.0
        self._renew_at_s = 0.0
        self._sequence = 0

    def forget(self) -> None:
        """Tell everything again: the broker may have lost its memory."""
        self._told.clear()
        self._look_at_s = self._renew_at_s = 0.0

    def step(self, rooms: Iterable[str]) -> None:
        """Publish what has changed; does nothing for most of a second, and never raises."""
        now_s = self._clock.monotonic_s()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_S
        try:
            self._tell_changes(rooms, now_s)
        except StoreError as error:
            self._sampled.warn("settings not told", error)

    def _tell_changes(self, rooms: Iterable[str], now_s: float) -> None:
        version = self._household.data_version()
        new = [room for room in rooms if room not in self._told]
        if version == self._seen and now_s < self._renew_at_s and not new:
            return
        for room in rooms:
            self._tell(room)
        self._seen = version
        self._renew_at_s = now_s + RENEW_S

    def _tell(self, room: str) -> None:
        at_ms = in_force_ms(self._clock, self._household)
        household = self._household.household(room, at_ms)
        cal = self._household.calibration_id(room, at_ms)
        settings = room_settings(household, cal=cal)
        if self._told.get(room) == settings:
            return
        self._sequence += 1
        dated = msgspec.structs.replace(
            settings, at=instant(self._clock.now_ms()), sequence=self._sequence
        )
        if self._publish(room, Leaf.SETTINGS, encode(dated), qos=1):
            self._told[room] = settings


def room_settings(household: Household, *, cal: int) -> RoomSettings:
    """Return what of a household a daemon needs, not dated yet; cal names the calibration."""
    return RoomSettings(
        v=SCHEMA_VERSION,
        at=instant(0),
        sequence=0,
        cal=cal,
        temperature_offset_k=household.temperature_offset_k,
        illuminance_factor=household.illuminance_factor,
        sound_offset_db=household.sound_offset_db,
        sound_calibrated=household.sound_calibrated,
        floor_db=household.floor_db,
        bedtime=household.schedule.bedtime,
        wake_time=household.schedule.wake_time,
        lamp=household.lamp,
    )
