import re

from monitor.score.series import Steps
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS
from web.scales import TimeAxis
from web.shapes import Places, areas, bar, combs, outline, polylines

START_MS = LIGHTS_OUT_MS // MINUTE_MS * MINUTE_MS
AXIS = TimeAxis(start_ms=START_MS, end_ms=START_MS + 60 * MINUTE_MS, zone="Europe/Berlin")
Point = tuple[float, float]


def steps(*numbers: int) -> Steps:
    return Steps(
        starts_ms=tuple(START_MS + (number - 1) * MINUTE_MS for number in numbers),
        ends_ms=tuple(START_MS + number * MINUTE_MS for number in numbers),
        values=(1.0,) * len(numbers),
    )


def points(data: str) -> list[list[Point]]:
    """Return the corners of each piece of path data, as a browser follows it."""
    pieces: list[list[Point]] = []
    for letter, numbers in re.findall(r"([MVlZ])([-\d., ]*)", data):
        values = [float(it) for it in re.split("[ ,]", numbers) if it]
        if letter == "M":
            pieces.append([(values[0], values[1])])
        elif letter == "V":
            pieces[-1].append((pieces[-1][-1][0], values[0]))
        elif letter == "l":
            for across, down in zip(values[::2], values[1::2], strict=True):
                x, y = pieces[-1][-1]
                pieces[-1].append((x + across, y + down))
    return pieces


def test_a_line_goes_from_its_first_edge_over_every_middle_to_its_last_edge() -> None:
    (line,) = points(outline(polylines(Places(AXIS).runs(steps(1, 2, 3)), [100, 70, 90])))
    assert line == [(0, 100), (5, 100), (15, 70), (25, 90), (30, 90)]


def test_a_line_breaks_at_a_gap_and_goes_on_where_values_do() -> None:
    lines = points(outline(polylines(Places(AXIS).runs(steps(1, 2, 5)), [10, 20, 30])))
    assert lines == [[(0, 10), (5, 10), (15, 20), (20, 20)], [(40, 30), (45, 30), (50, 30)]]


def test_the_area_is_what_lies_between_the_line_and_the_floor() -> None:
    (piece,) = points(areas(polylines(Places(AXIS).runs(steps(1, 2)), [10, 20]), 128))
    assert piece == [(0, 128), (0, 10), (5, 10), (15, 20), (20, 20), (20, 128)]


def test_a_comb_goes_up_to_each_peak_and_along_the_line_of_the_values() -> None:
    (comb,) = points(outline(combs(Places(AXIS).runs(steps(1, 2, 3)), [50, 60, 40], [30, 0, 35])))
    assert comb[:5] == [(5, 50), (5, 20), (5, 50), (15, 60), (15, 60)]
    assert comb[5:] == [(15, 60), (25, 40), (25, 5), (25, 40), (25, 40)]


def test_a_step_that_began_before_the_axis_is_held_to_it() -> None:
    early = Steps(
        starts_ms=(START_MS - 3 * MINUTE_MS, START_MS + MINUTE_MS),
        ends_ms=(START_MS + MINUTE_MS, START_MS + 2 * MINUTE_MS),
        values=(1.0, 1.0),
    )
    (line,) = points(outline(polylines(Places(AXIS).runs(early), [10, 20])))
    assert line == [(0, 10), (0, 10), (15, 20), (20, 20)]


def test_quantities_measured_at_other_times_stand_at_their_own_places() -> None:
    x = Places(AXIS)
    assert [run.xs for run in x.runs(steps(1, 2))] == [(0, 5, 15, 20)]
    assert [run.xs for run in x.runs(steps(3))] == [(20, 25, 30)]
    assert x.runs(Steps()) == ()


def test_a_bar_is_placed_to_a_hundredth_of_a_percent() -> None:
    assert 'x="33.3333%" width="66.6667%" y="24" height="104"' in bar("cost", 100 / 3, 100, 24, 104)
