import pytest

from monitor.night.winddown import EveningLight, WindDown, wind_down

LIGHTS_OUT = 100_000 * 60_000


def evening(*phases: tuple[float | None, int], step_min: int = 1) -> list[EveningLight]:
    """Light of (melanopic lx, for how many minutes) up to lights-out."""
    levels = [lx for lx, length_min in phases for _ in range(length_min // step_min)]
    step_ms = step_min * 60_000
    start_ms = LIGHTS_OUT - len(levels) * step_ms
    return [
        EveningLight(start_ms + index * step_ms, start_ms + (index + 1) * step_ms, lx)
        for index, lx in enumerate(levels)
    ]


def test_the_share_of_bright_minutes_is_told() -> None:
    result = wind_down(evening((40.0, 45), (8.0, 135)), LIGHTS_OUT)
    assert result == WindDown(too_bright_ratio=0.25, coverage_ratio=1.0)


def test_an_hour_seen_twice_is_no_more_than_seen() -> None:
    """A clock that was put back names an hour's minutes twice."""
    seen = evening((8.0, 120), (40.0, 60))
    result = wind_down([*seen, *seen[120:]], LIGHTS_OUT)
    assert result == WindDown(too_bright_ratio=0.5, coverage_ratio=1.0)


def test_ten_melanopic_lux_are_not_too_bright() -> None:
    result = wind_down(evening((10.0, 180)), LIGHTS_OUT)
    assert result is not None
    assert result.too_bright_ratio == 0.0


def test_light_before_the_three_hours_and_after_lights_out_does_not_count() -> None:
    after = EveningLight(LIGHTS_OUT, LIGHTS_OUT + 60_000, 900.0)
    result = wind_down([after, *evening((500.0, 60), (5.0, 180))], LIGHTS_OUT)
    assert result == WindDown(too_bright_ratio=0.0, coverage_ratio=1.0)


@pytest.mark.parametrize(("dark_min", "is_shown"), [(90, True), (91, False)])
def test_a_room_that_was_dark_for_more_than_half_had_nobody_in_it(
    dark_min: int, is_shown: bool
) -> None:
    result = wind_down(evening((0.9, dark_min), (20.0, 180 - dark_min)), LIGHTS_OUT)
    assert (result is not None) is is_shown


@pytest.mark.parametrize(("lost_min", "is_shown"), [(72, True), (73, False)])
def test_an_evening_that_was_hardly_seen_has_no_share(lost_min: int, is_shown: bool) -> None:
    result = wind_down(evening((None, lost_min), (20.0, 180 - lost_min)), LIGHTS_OUT)
    assert (result is not None) is is_shown


def test_the_share_is_of_what_was_seen() -> None:
    result = wind_down(evening((20.0, 60), (None, 60), (2.0, 60)), LIGHTS_OUT)
    assert result is not None
    assert result.too_bright_ratio == 0.5
    assert result.coverage_ratio == pytest.approx(2 / 3)


def test_long_records_count_by_their_duration() -> None:
    result = wind_down(evening((20.0, 60), (2.0, 120), step_min=10), LIGHTS_OUT)
    assert result is not None
    assert result.too_bright_ratio == pytest.approx(1 / 3)


def test_no_data_gives_no_share() -> None:
    assert wind_down([], LIGHTS_OUT) is None
