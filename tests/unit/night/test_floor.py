import pytest

from monitor.night.floor import without_floor


def test_an_unknown_floor_leaves_the_level_as_measured() -> None:
    assert without_floor(31.5, None).level_db == 31.5


def test_twice_the_power_of_the_floor_leaves_the_floor_level() -> None:
    level = without_floor(30.0 + 3.0103, 30.0)
    assert level.level_db == pytest.approx(30.0, abs=0.001)
    assert not level.below_floor


def test_a_loud_room_hides_the_floor() -> None:
    assert without_floor(60.0, 30.0).level_db == pytest.approx(60.0, abs=0.01)


def test_nearer_than_3_db_the_room_is_at_most_as_loud_as_the_floor() -> None:
    level = without_floor(31.5, 30.0)
    assert level.below_floor
    assert level.level_db == 30.0
    assert level.clearance_ratio == pytest.approx(0.5)


def test_a_level_under_the_floor_has_no_clearance() -> None:
    assert without_floor(25.0, 30.0).clearance_ratio == 0.0


def test_a_louder_measurement_is_never_a_quieter_room() -> None:
    levels_db = [without_floor(30.0 + step / 1000, 30.0).level_db for step in range(2900, 3100)]
    assert levels_db == sorted(levels_db)
