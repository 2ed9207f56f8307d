"""What a microphone read becomes what is put on its levels."""

import pytest

from monitor.night.sound_calibration import (
    CalibrationError,
    SoundCalibration,
    against_reading,
    against_tone,
    with_floor,
)

FRESH = SoundCalibration()


def test_a_calibrator_makes_the_level_right() -> None:
    found = against_tone([92.4] * 6, 94.0, FRESH)
    assert found == SoundCalibration(offset_db=1.6, calibrated=True)


def test_a_second_calibration_adds_to_the_first() -> None:
    first = SoundCalibration(offset_db=1.6, calibrated=True)
    assert against_tone([114.3] * 6, 114.0, first).offset_db == pytest.approx(1.3)
    assert against_tone([114.0] * 6, 114.0, first).offset_db == 1.6


def test_a_measured_floor_moves_with_the_offset() -> None:
    before = SoundCalibration(offset_db=1.0, floor_db=30.0)
    assert against_tone([90.0] * 6, 94.0, before) == SoundCalibration(
        offset_db=5.0, calibrated=True, floor_db=34.0
    )


def test_levels_are_averaged_by_energy() -> None:
    found = against_reading([60.0, 62.0] * 3, 60.0, FRESH, floor_db=29.0)
    assert found.offset_db == -1.1


@pytest.mark.parametrize(
    ("levels_db", "words"),
    [
        ([94.0] * 4, "only 4 levels"),
        ([93.6, 94.0, 94.2, 94.0, 94.0], "wander by 0.6 dB"),
        ([40.0] * 6, "is the sound on"),
    ],
)
def test_a_calibrator_that_is_loose_off_or_brief_is_refused(
    levels_db: list[float], words: str
) -> None:
    with pytest.raises(CalibrationError, match=words):
        against_tone(levels_db, 94.0, FRESH)


def test_a_reading_of_another_meter_may_wander_more_but_not_near_the_floor() -> None:
    assert against_reading([50.0, 52.9] * 4, 51.7, FRESH, floor_db=29.0).calibrated
    with pytest.raises(CalibrationError, match="at least 39 dB"):
        against_reading([38.9] * 6, 40.0, FRESH, floor_db=29.0)
    with pytest.raises(CalibrationError, match="radio hiss"):
        against_reading([50.0, 53.1] * 4, 51.7, FRESH, floor_db=29.0)


def test_the_floor_is_what_a_twentieth_of_the_time_stays_below() -> None:
    levels = [30.0 + index / 100 for index in range(100)]
    found = with_floor([*reversed(levels)], SoundCalibration(offset_db=2.0, calibrated=True))
    assert found == SoundCalibration(offset_db=2.0, calibrated=True, floor_db=30.1)


def test_a_passing_car_does_not_raise_the_floor() -> None:
    assert with_floor([29.4] * 100 + [55.0] * 20, FRESH).floor_db == 29.4


@pytest.mark.parametrize(
    ("levels_db", "words"),
    [
        ([29.0] * 59, "only 59 levels"),
        ([29.0] * 40 + [31.1] * 60, "not quiet"),
        ([46.0] * 60, "not quiet"),
        ([-3.0] * 60, "which no microphone does"),
    ],
)
def test_a_box_that_lets_sound_in_shows_no_floor(levels_db: list[float], words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        with_floor(levels_db, FRESH)
