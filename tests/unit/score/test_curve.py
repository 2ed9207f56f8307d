import pytest

from monitor.score.curve import Anchor, Curve, CurveTable, curve_of


def test_a_curve_is_linear_between_anchors_and_flat_outside() -> None:
    curve = Curve([(10.0, 80.0), (20.0, 40.0)])
    assert [curve(at) for at in (0.0, 10.0, 15.0, 20.0, 99.0)] == [80.0, 80.0, 60.0, 40.0, 40.0]


def test_a_logarithmic_curve_is_linear_in_decades() -> None:
    curve = Curve([(1.0, 100.0), (100.0, 0.0)], logarithmic=True)
    assert curve(10.0) == pytest.approx(50.0)
    assert curve(0.0) == 100.0


def test_a_column_gives_the_same_scores_as_single_values() -> None:
    curve = Curve([(10.0, 80.0), (20.0, 40.0)])
    assert curve.along([9.0, None, 14.0], shift=1.0) == [curve(10.0), None, curve(15.0)]


@pytest.mark.parametrize("logarithmic", [True, False])
def test_places_of_a_column_are_those_of_its_values(logarithmic: bool) -> None:
    curve = Curve([(1.0, 100.0), (100.0, 0.0)], logarithmic=logarithmic)
    assert curve.places([0.0, None, 7.0]) == [curve.place(0.0), None, curve.place(7.0)]


def test_the_best_is_the_middle_of_the_top() -> None:
    assert Curve([(0.0, 1.0), (10.0, 5.0), (14.0, 5.0), (20.0, 0.0)]).best == 12.0


def test_an_offset_moves_every_anchor() -> None:
    table = CurveTable(
        name="", unit="", meaning="", anchors=(Anchor(0, 100, ""), Anchor(10, 0, ""))
    )
    assert curve_of(table, 2.0)(7.0) == curve_of(table)(5.0) == 50.0
