"""A microphone's calibration out of what it read: its offset, its own noise. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.night.errors import NightError

# Judgement: fewer live levels than this are an accident, not a measurement.
LEAST_LEVELS: Final = 5
LEAST_FLOOR_LEVELS: Final = 60
# Judgement: a seated calibrator holds its level within tenths of a dB; 1 dB is a loose one.
TONE_WANDERS_DB: Final = 0.5
# Judgement: a reading on another meter is good to 1 dB only while the sound holds still.
REFERENCE_WANDERS_DB: Final = 3.0
# 10 dB over the microphone's own noise that noise adds 0.4 dB. Source: sum of powers.
ABOVE_FLOOR_DB: Final = 10.0
# Judgement: data sheets are right within 3 dB, enclosures add some; more is another part.
LARGEST_OFFSET_DB: Final = 20.0
# Source: docs/sound.md, L95: the level exceeded in 95 % of the time.
FLOOR_SHARE: Final = 0.05
# Judgement: self-noise is steady; where half of the time is louder, the box let sound in.
FLOOR_WANDERS_DB: Final = 2.0
# Source: docs/scoring.md, "Microphone floor": above it minutes near the floor are missing.
LARGEST_FLOOR_DB: Final = 45.0
# Source: ISO 389-7: 0 dB is about what a young ear begins to hear; no microphone here is quieter.
LEAST_FLOOR_DB: Final = 0.0
DECIMALS: Final = 1


class CalibrationError(NightError):
    """What was measured makes no calibration; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCalibration:
    """What is put on every level of a room's microphone.

    offset_db is added to what the configured sensitivity says. floor_db is the self-noise as
    it then reads, None where nobody has measured it.
    """

    offset_db: float = 0.0
    calibrated: bool = False
    floor_db: float | None = None


def against_tone(
    levels_db: Sequence[float], tone_db: float, in_force: SoundCalibration
) -> SoundCalibration:
    """Return the calibration after a calibrator's tone of tone_db at 1 kHz.

    Args:
        levels_db: 1-s LAeq while the calibrator was on, with in_force put on them.
        tone_db: what the calibrator gives; A and C weighting leave 1 kHz as it is.
        in_force: what the levels went through; a measured floor moves with the offset.

    Raises:
        CalibrationError: too few levels, or they wander, or are impossibly far off.
    """
    _steady(levels_db, TONE_WANDERS_DB, "seat the calibrator on the microphone and hold still")
    return _moved(levels_db, tone_db, in_force)


def against_reading(
    levels_db: Sequence[float], reading_dba: float, in_force: SoundCalibration, *, floor_db: float
) -> SoundCalibration:
    """Return the calibration after another meter read reading_dba (LAeq) beside it.

    Args:
        levels_db: 1-s LAeq over the same time, with in_force put on them.
        reading_dba: what the other meter showed.
        in_force: as in against_tone.
        floor_db: the microphone's floor as it now reads.

    Raises:
        CalibrationError: as against_tone, or the sound was too near the floor.
    """
    _steady(levels_db, REFERENCE_WANDERS_DB, "use a steady sound, such as radio hiss")
    if energy_mean_db(levels_db) < floor_db + ABOVE_FLOOR_DB:
        raise CalibrationError(
            f"it reads {energy_mean_db(levels_db):.1f} dB, its own noise is {floor_db:.0f} dB:"
            f" use a steady sound of at least {floor_db + ABOVE_FLOOR_DB:.0f} dB"
        )
    return _moved(levels_db, reading_dba, in_force)


def with_floor(levels_db: Sequence[float], in_force: SoundCalibration) -> SoundCalibration:
    """Return the calibration with the floor that levels in a closed padded box show.

    Args:
        levels_db: 1-s LAeq from within the box, with in_force put on them.
        in_force: what holds now.

    Raises:
        CalibrationError: too few levels, or the box was not quiet.
    """
    _enough(levels_db, LEAST_FLOOR_LEVELS)
    ordered = sorted(levels_db)
    floor_db = ordered[int(FLOOR_SHARE * len(ordered))]
    if floor_db < LEAST_FLOOR_DB:
        raise CalibrationError(
            f"it reads {floor_db:.1f} dB, which no microphone does: it mutes itself when it is"
            " quiet, or sensitivity_dbfs in [microphone] is not that of this microphone"
        )
    median_db = ordered[len(ordered) // 2]
    if median_db - floor_db > FLOOR_WANDERS_DB or floor_db > LARGEST_FLOOR_DB:
        raise CalibrationError(
            f"the box was not quiet: half of the time above {median_db:.1f} dB, a twentieth below"
            f" {floor_db:.1f} dB; close and pad it better, or measure in the night"
        )
    return replace(in_force, floor_db=round(floor_db, DECIMALS))


def energy_mean_db(levels_db: Sequence[float]) -> float:
    """Return the level of the mean power of at least one level.

    >>> round(energy_mean_db([40.0, 60.0]), 2)
    57.03
    """
    powers = [10.0 ** (level_db / 10.0) for level_db in levels_db]
    return 10.0 * math.log10(math.fsum(powers) / len(powers))


def _moved(
    levels_db: Sequence[float], truth_db: float, in_force: SoundCalibration
) -> SoundCalibration:
    read_db = energy_mean_db(levels_db)
    change_db = truth_db - read_db
    offset_db = round(in_force.offset_db + change_db, DECIMALS)
    if abs(offset_db) > LARGEST_OFFSET_DB:
        raise CalibrationError(
            f"it reads {read_db:.1f} dB where {truth_db:.1f} dB should be: is the sound on, and"
            " sensitivity_dbfs in [microphone] that of this microphone?"
        )
    floor_db = in_force.floor_db
    if floor_db is not None:
        moved_db = floor_db + offset_db - in_force.offset_db
        floor_db = round(max(LEAST_FLOOR_DB, moved_db), DECIMALS)
    return SoundCalibration(offset_db=offset_db, calibrated=True, floor_db=floor_db)


def _enough(levels_db: Sequence[float], least: int) -> None:
    if len(levels_db) < least:
        raise CalibrationError(
            f"only {len(levels_db)} levels came in, at least {least} are needed: measure for"
            " longer, or shorten state_interval_s in [sensors]"
        )


def _steady(levels_db: Sequence[float], wander_db: float, advice: str) -> None:
    _enough(levels_db, LEAST_LEVELS)
    spread_db = max(levels_db) - min(levels_db)
    if spread_db > wander_db:
        raise CalibrationError(
            f"the levels wander by {spread_db:.1f} dB, at most {wander_db} dB will do: {advice}"
        )
