"""A television that outlasts the light: when the page asks whether that was lights-out."""

from collections.abc import Sequence

import msgspec
import pytest

from monitor.night.sound_stop import sound_stop_ms
from monitor.night.window import Source, Window
from tests.fakes.nights import stepped, window_of

MINUTE_MS = 60_000
START_MS = window_of().start_ms
TELEVISION = stepped((60, 50.0), (420, 28.0))


def asked(levels: Sequence[float | None], window: Window | None = None) -> int | None:
    """Return after how many minutes the sound stopped."""
    heard = [
        (START_MS + index * MINUTE_MS, level_db, MINUTE_MS)
        for index, level_db in enumerate(levels, 1)
        if level_db is not None
    ]
    at_ms = sound_stop_ms(heard, window or window_of())
    return None if at_ms is None else (at_ms - START_MS) // MINUTE_MS


def said_by(source: Source) -> Window:
    return msgspec.structs.replace(window_of(), lights_out_source=source)


def test_a_television_that_outlasts_the_light_is_asked_about() -> None:
    assert asked(TELEVISION) == 60
    assert asked(TELEVISION, said_by(Source.LIGHT)) == 60


@pytest.mark.parametrize("source", [Source.CORRECTION, Source.BUTTON])
def test_who_said_when_the_lights_went_out_is_not_asked(source: Source) -> None:
    assert asked(TELEVISION, said_by(source)) is None


def test_pauses_in_talk_and_a_cough_after_it_change_nothing() -> None:
    levels = [30.0 if minute % 6 == 2 else 50.0 for minute in range(60)]
    after = [45.0 if minute in (20, 21, 40) else 28.0 for minute in range(420)]
    assert asked([*levels, *after]) == 60


@pytest.mark.parametrize(
    "levels",
    [
        stepped((480, 50.0)),
        stepped((480, 28.0)),
        stepped((60, 37.9), (420, 28.0)),
        stepped((60, 34.0), (420, 15.0)),
        stepped((14, 50.0), (466, 28.0)),
        stepped((181, 50.0), (299, 28.0)),
        stepped((60, 50.0), (30, 28.0), (390, 50.0)),
        stepped((30, 28.0), (60, 50.0), (390, 28.0)),
        stepped((60, 50.0), (40, 28.0), (380, None)),
        stepped((480, None)),
    ],
    ids=[
        "never stops", "never loud", "less than 10 dB", "never above 35 dB", "only 14 min",
        "after 3 h", "comes back", "began after lights-out", "hour not seen", "no level",
    ],
)  # fmt: skip
def test_nothing_else_is_a_sound_that_stopped(levels: list[float | None]) -> None:
    assert asked(levels) is None


@pytest.mark.parametrize(("louder_min", "stops"), [(5, 60), (6, None)])
def test_the_hour_after_may_have_five_louder_minutes(louder_min: int, stops: int | None) -> None:
    levels = stepped((60, 50.0), (20, 28.0), (louder_min, 45.0), (395, 28.0))
    assert asked(levels) == stops


@pytest.mark.parametrize(("loud_min", "stops"), [(15, 15), (180, 180)])
def test_a_quarter_of_an_hour_to_three_hours_after_lights_out(loud_min: int, stops: int) -> None:
    assert asked(stepped((loud_min, 50.0), (480 - loud_min, 28.0))) == stops


@pytest.mark.parametrize(("quiet_min", "stops"), [(12, 60), (13, None)])
def test_four_fifths_of_the_time_before_were_loud(quiet_min: int, stops: int | None) -> None:
    levels = [30.0 if minute % 4 == 1 and minute < 4 * quiet_min else 50.0 for minute in range(60)]
    assert asked([*levels, *stepped((420, 28.0))]) == stops


def test_while_the_hour_after_it_is_not_over_nothing_is_asked() -> None:
    assert asked(TELEVISION, window_of(114)) is None
    assert asked(TELEVISION, window_of(115)) == 60


def test_the_order_of_records_and_their_length_do_not_matter() -> None:
    heard = [
        (START_MS + start_s * 1000 + 10_000, 50.0 if start_s < 3600 else 28.0, 10_000)
        for start_s in range(0, 4 * 3600, 10)
    ]
    assert sound_stop_ms(heard[::-1], window_of()) == START_MS + 60 * MINUTE_MS
    assert sound_stop_ms([], window_of()) is None
