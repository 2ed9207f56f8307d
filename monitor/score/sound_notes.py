"""What the microphone noticed beside the rating: a hum, clipped sounds, one that stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from monitor.contract.record import Flag, SoundMinute
from monitor.night.floor import is_below_floor
from monitor.night.sound_stop import Level, sound_stop_ms
from monitor.night.window import Window
from monitor.score import words
from monitor.score.grid import Placed
from monitor.score.result import Sentence

# Source: WHO Community Noise (Berglund 1999): a difference LC - LA above
# 10 dB calls for a look at the low frequencies.
HUM_DB: Final = 10.0
# Bound once: every minute of every night asks for it, and an enum is slow to tell.
OVERLOAD: Final = Flag.OVERLOAD
# Judgement: what hums for less than this in all is a lorry or a washing machine.
HUM_MINUTES: Final = 30.0

# A record's duration in minutes, LC - LA in dB, and whether LA was the microphone's own noise.
Humming = tuple[float, float, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hum:
    """How long LC was more than HUM_DB above LA, and by how much in half of that time.

    at_floor: LA was the microphone's own noise then, so the difference is a lower limit and
    LC may be that noise as well.
    """

    minutes: float
    difference_db: float
    at_floor: bool = False


class Noticed:
    """Collects, record by record, what may be worth a note; each with its end in epoch ms."""

    __slots__ = ("_clipped", "_humming", "_levels")

    def __init__(self) -> None:
        self._levels: list[Level] = []
        self._humming: list[tuple[int, Humming]] = []
        self._clipped: list[int] = []

    def add(self, one: Placed, sound: SoundMinute) -> None:
        """Add one record."""
        laeq_db, lceq_db, end_ms = sound.laeq_db, sound.lceq_db, one.end_ms
        if sound.flags and OVERLOAD in sound.flags:
            self._clipped.append(end_ms)
        if laeq_db is None:
            return
        self._levels.append((end_ms, laeq_db, end_ms - one.start_ms))
        if isinstance(lceq_db, float) and lceq_db - laeq_db > HUM_DB:
            at_floor = is_below_floor(laeq_db, sound.floor_db)
            found = one.minute.duration_s / 60, lceq_db - laeq_db, at_floor
            self._humming.append((end_ms, found))

    def notes(self, window: Window) -> list[Sentence]:
        """Return what is worth noting within a night's window."""
        start_ms, end_ms = window.start_ms, window.end_ms
        notes = []
        found = hum([one for at_ms, one in self._humming if start_ms < at_ms <= end_ms])
        if found is not None:
            notes.append(words.hum(found.minutes, found.difference_db, at_floor=found.at_floor))
        clipped = sum(start_ms < at_ms <= end_ms for at_ms in self._clipped)
        if clipped:
            notes.append(words.clipped(clipped))
        silent_ms = sound_stop_ms(self._levels, window)
        if silent_ms is not None:
            notes.append(words.later_lights_out(window.lights_out_ms, silent_ms, window.zone))
        return notes


def hum(humming: Sequence[Humming]) -> Hum | None:
    """Return the hum in records that had LC well above LA; None below HUM_MINUTES of them.

    Self-noise hides a quiet hum. White as that of most parts is it makes none: it has 1 dB
    less of LC than of LA. One that rises towards the low frequencies can, and no data sheet
    says: so minutes at the floor are told apart, and only where the others show no hum.
    """
    clear = [one for one in humming if not one[2]]
    at_floor = sum(minutes for minutes, _, _ in clear) < HUM_MINUTES
    told = humming if at_floor else clear
    total = sum(minutes for minutes, _, _ in told)
    if total < HUM_MINUTES:
        return None
    difference_db = median(above_db for _, above_db, _ in told)
    return Hum(minutes=total, difference_db=difference_db, at_floor=at_floor)
