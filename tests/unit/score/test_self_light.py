import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.night.view_choices import SelfLight
from monitor.score.self_light import is_dark, measured, self_light_text

SEEN = st.lists(st.floats(min_value=0, max_value=200_000), min_size=2, max_size=9)


def text(black_lx: list[float], lit_lx: list[float]) -> str:
    found = measured(black_lx, lit_lx)
    assert found is not None
    return self_light_text(found)


def test_what_a_dim_red_screen_adds_is_dark_for_sleeping() -> None:
    found = measured([0.10, 0.11, 0.10, 0.10], [0.15, 0.16, 0.15, 0.16])
    assert found is not None
    assert found.added_lx == pytest.approx(0.0525)
    assert self_light_text(found) == "adds 0.05 lx at the sensor"
    assert is_dark(found)


def test_a_glaring_screen_is_not_dark() -> None:
    found = measured([0.1, 0.1], [90.0, 90.1])
    assert found is not None
    assert self_light_text(found) == "adds 90 lx at the sensor"
    assert not is_dark(found)


@given(SEEN, SEEN)
def test_whatever_was_seen_gives_what_can_be_kept(black: list[float], lit: list[float]) -> None:
    found = measured(black, lit)
    assert found is not None
    assert msgspec.convert(msgspec.to_builtins(found), SelfLight) == found


@pytest.mark.parametrize(("added_lx", "dark"), [(0.0, True), (0.99, True), (1.01, False)])
def test_dark_ends_at_one_lux(added_lx: float, dark: bool) -> None:
    assert is_dark(SelfLight(added_lx=added_lx, told_from_lx=0.01)) is dark


def test_a_difference_within_the_scatter_is_no_finding() -> None:
    # Both have the standard error sqrt(0.5 / 3 / 4) = 0.204: twice their root sum of squares.
    assert text([0.1, 0.9, 0.2, 0.8], [0.3, 1.0, 0.2, 0.9]).startswith("adds less than 0.58 lx")
    # What a scatter of lamps hides might be bright: nobody can call that dark.
    lamps = measured([10.0, 200.0], [10.0, 200.0])
    assert lamps is not None
    assert not is_dark(lamps)


def test_nothing_added_is_told_with_what_the_sensor_can_tell() -> None:
    for lit in ([0.1] * 10, [0.05] * 10):
        assert text([0.1] * 10, lit).startswith("adds less than 0.01 lx")
    assert measured([0.1] * 10, [0.05] * 10) == SelfLight(added_lx=0.0, told_from_lx=0.01)


@pytest.mark.parametrize(
    ("black", "lit"), [([], []), ([0.1], [0.2, 0.2]), ([0.1, 0.1], [0.2]), ([0.1, 0.1], [])]
)
def test_too_few_values_are_no_measurement(black: list[float], lit: list[float]) -> None:
    assert measured(black, lit) is None
