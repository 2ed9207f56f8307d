import pytest

from firmware.sensors.presses import Press, PressReader


def read(*edges: tuple[float, bool], until_s: float = 60.0) -> list[tuple[float, Press]]:
    """Return the presses of edges, asked every 10 ms as a busy loop would."""
    reader, found, waiting = PressReader(), [], list(edges)
    for tick in range(round(until_s * 100)):
        now_s = tick / 100
        while waiting and waiting[0][0] <= now_s:
            at_s, down = waiting.pop(0)
            reader.edge(at_s, down=down)
        found += reader.presses(now_s)
    return found


def tap(at_s: float, length_s: float = 0.15) -> tuple[tuple[float, bool], ...]:
    return (at_s, True), (at_s + length_s, False)


def test_a_tap_is_short_and_dated_at_its_start() -> None:
    assert read(*tap(1.0)) == [(1.0, Press.SHORT)]


def test_a_hold_is_long_and_told_while_it_is_held() -> None:
    assert read((1.0, True), until_s=2.0) == [(1.0, Press.LONG)]
    assert read(*tap(1.0, 5.0)) == [(1.0, Press.LONG)]


def test_two_taps_are_one_double_press() -> None:
    assert read(*tap(1.0), *tap(1.4)) == [(1.0, Press.DOUBLE)]


def test_two_taps_far_apart_are_two_short_ones() -> None:
    assert read(*tap(1.0), *tap(2.0)) == [(1.0, Press.SHORT), (2.0, Press.SHORT)]


def test_three_quick_taps_are_a_double_and_a_short_one() -> None:
    assert read(*tap(1.0), *tap(1.3), *tap(1.6)) == [(1.0, Press.DOUBLE), (1.6, Press.SHORT)]


@pytest.mark.parametrize("settled_s", [1.0, 1.15])
def test_contacts_that_bounce_make_no_second_press(settled_s: float) -> None:
    bounces = [(settled_s + step / 200, step % 2 == 0) for step in range(6)]
    edges = sorted([*tap(1.0), *bounces])
    assert [press for _, press in read(*edges, (1.3, False))] == [Press.SHORT]


def test_a_button_that_jams_is_one_long_press_and_then_silent() -> None:
    assert read((1.0, True), until_s=50.0) == [(1.0, Press.LONG)]
    assert read(*tap(1.0, 20.0), *tap(30.0)) == [(1.0, Press.LONG), (30.0, Press.SHORT)]


def test_a_release_without_a_press_is_nothing() -> None:
    assert read((1.0, False), (1.0, True), (1.2, False)) == [(1.0, Press.SHORT)]


def test_a_loop_that_was_held_up_reads_the_same_presses() -> None:
    reader = PressReader()
    for at_s, down in (*tap(1.0), *tap(5.0, 2.0), *tap(10.0), *tap(10.3)):
        reader.edge(at_s, down=down)
    assert reader.presses(60.0) == [
        (1.0, Press.SHORT),
        (5.0, Press.LONG),
        (10.0, Press.DOUBLE),
    ]
