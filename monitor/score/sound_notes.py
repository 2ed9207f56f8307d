"""What the microphone noticed beside the rating: a hum, clipped sounds, one that stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from msgspec import UNSET

from monitor.contract.record import Flag, Minute, SoundMinute
from monitor.night.sound_stop import sound_stop_ms
from monitor.night.window import Window
from monitor.score import words
from monitor.score.result import Sentence

# Source: WHO Community Noise (Berglund 1999): a difference LC - LA above
# 10 dB calls for a look at the low frequencies.
HUM_DB: Final = 10.0
# Judgement: what hums for less than this in all is a lorry or a washing machine.
HUM_MINUTES: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hum:
    """How long LC was more than HUM_DB above LA, and by how much in half of that time."""

    minutes: float
    difference_db: float


def hum(sounds: Sequence[tuple[float, SoundMinute]]) -> Hum | None:
    """Return the hum in records of (duration in minutes, sound); None below HUM_MINUTES.

    Self-noise hides a hum and never makes one: it adds to LA nearly what it adds to LC.
    """
    humming = [
        (minutes, sound.lceq_db - sound.laeq_db)
        for minutes, sound in sounds
        if isinstance(sound.lceq_db, float)
        and sound.laeq_db is not None
        and sound.lceq_db - sound.laeq_db > HUM_DB
    ]
    total = sum(minutes for minutes, _ in humming)
    if total < HUM_MINUTES:
        return None
    return Hum(minutes=total, difference_db=median(above_db for _, above_db in humming))


def sound_notes(minutes: Sequence[Minute], window: Window) -> list[Sentence]:
    """Return what is worth noting of the sound within a night's window."""
    sounds = [
        (minute.duration_s / 60, minute.sound)
        for minute in minutes
        if minute.sound is not UNSET and window.start_ms < minute.end_ms <= window.end_ms
    ]
    notes = []
    found = hum(sounds)
    if found is not None:
        notes.append(words.hum(found.minutes, found.difference_db))
    clipped = sum(Flag.OVERLOAD in sound.flags for _, sound in sounds)
    if clipped:
        notes.append(words.clipped(clipped))
    silent_ms = sound_stop_ms(minutes, window)
    if silent_ms is not None:
        notes.append(words.later_lights_out(window.lights_out_ms, silent_ms, window.zone))
    return notes
