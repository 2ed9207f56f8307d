import pytest

from firmware.sound.levels import SecondLevels
from firmware.sound.summary import summarise


def second(level_db: float, *, overload: bool = False, duration_s: float = 1.0) -> SecondLevels:
    return SecondLevels(
        end_sample=0,
        duration_s=duration_s,
        laeq_db=level_db,
        laf_db=level_db,
        las_db=level_db,
        lafmax_db=level_db + 3,
        lasmax_db=level_db + 1,
        lceq_db=level_db + 5,
        lcpeak_db=level_db + 12,
        overload=overload,
        still=False,
    )


def test_means_go_by_energy_and_maxima_by_the_loudest_second() -> None:
    summary = summarise([second(40.0), second(60.0)])
    assert summary.laeq_db == pytest.approx(57.03, abs=0.01)
    assert summary.lceq_db == pytest.approx(62.03, abs=0.01)
    assert (summary.lafmax_db, summary.lasmax_db, summary.lcpeak_db) == (63.0, 61.0, 72.0)


def test_the_exposure_is_all_the_energy_in_one_second() -> None:
    assert summarise([second(50.0)]).lae_db == pytest.approx(50.0)
    assert summarise([second(50.0)] * 100).lae_db == pytest.approx(70.0)


def test_la10_is_exceeded_a_tenth_of_the_time() -> None:
    summary = summarise([second(float(level_db)) for level_db in range(101)])
    assert (summary.la10_db, summary.la50_db, summary.la90_db) == pytest.approx((90, 50, 10))


def test_one_overloaded_second_marks_the_whole() -> None:
    assert summarise([second(40.0), second(50.0, overload=True)]).overload
    assert not summarise([second(40.0)]).overload


def test_half_a_second_holds_half_the_energy() -> None:
    summary = summarise([second(50.0), second(60.0, duration_s=0.5)])
    assert summary.duration_s == 1.5
    # 1e5 over a second and 1e6 over half of one.
    assert summary.lae_db == pytest.approx(57.782, abs=0.001)
    assert summary.laeq_db == pytest.approx(56.021, abs=0.001)
    assert summary.lceq_db == pytest.approx(61.021, abs=0.001)


def test_what_is_left_at_the_end_is_in_no_percentile_but_of_itself() -> None:
    rest = second(90.0, duration_s=0.1)
    assert summarise([second(40.0)] * 5 + [rest]).la10_db == pytest.approx(40.0)
    assert summarise([rest]).la10_db == pytest.approx(90.0)
