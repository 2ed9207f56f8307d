"""What the microphone noticed beside the rating: a hum, clipped sounds, one that stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from monitor.contract.record import Flag, SoundMinute
from monitor.night.floor import is_below_floor
from monitor.night.sound_stop import sound_stop_ms
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hum:
    """How long LC was more than HUM_DB above LA, and by how much in half of that time.

    at_floor: LA was the microphone's own noise then, so the difference is a lower limit and
    LC may be that noise as well.
    """

    minutes: float
    difference_db: float
    at_floor: bool = False


def hum(sounds: Sequence[tuple[float, SoundMinute]]) -> Hum | None:
    """Return the hum in records of (duration in minutes, sound); None below HUM_MINUTES.

    Self-noise hides a quiet hum. White as that of most parts is it makes none: it has 1 dB
    less of LC than of LA. One that rises towards the low frequencies can, and no data sheet
    says: so minutes at the floor are told apart, and only where the others show no hum.
    """
    humming = [
        (minutes, sound.lceq_db - sound.laeq_db, is_below_floor(sound.laeq_db, sound.floor_db))
        for minutes, sound in sounds
        if isinstance(sound.lceq_db, float)
        and sound.laeq_db is not None
        and sound.lceq_db - sound.laeq_db > HUM_DB
    ]
    clear = [one for one in humming if not one[2]]
    at_floor = sum(minutes for minutes, _, _ in clear) < HUM_MINUTES
    told = humming if at_floor else clear
    total = sum(minutes for minutes, _, _ in told)
    if total < HUM_MINUTES:
        return None
    difference_db = median(above_db for _, above_db, _ in told)
    return Hum(minutes=total, difference_db=difference_db, at_floor=at_floor)


def sound_notes(heard: Sequence[tuple[Placed, SoundMinute]], window: Window) -> list[Sentence]:
    """Return what is worth noting of the sound within a night's window."""
    start_ms, end_ms = window.start_ms, window.end_ms
    heard = [(one, sound) for one, sound in heard if start_ms < one.end_ms <= end_ms]
    notes = []
    found = hum([(one.minute.duration_s / 60, sound) for one, sound in heard])
    if found is not None:
        notes.append(words.hum(found.minutes, found.difference_db, at_floor=found.at_floor))
    clipped = sum(OVERLOAD in sound.flags for _, sound in heard)
    if clipped:
        notes.append(words.clipped(clipped))
    levels = [
        (one.end_ms, sound.laeq_db, one.end_ms - one.start_ms)
        for one, sound in heard
        if sound.laeq_db is not None
    ]
    silent_ms = sound_stop_ms(levels, window)
    if silent_ms is not None:
        notes.append(words.later_lights_out(window.lights_out_ms, silent_ms, window.zone))
    return notes
