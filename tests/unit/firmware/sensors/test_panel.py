"""Button and LED on gpiozero's mock pins; lgpio's stub and a missing lgpio."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from firmware.sensors.panel import RETRY_S, GpioPanel
from firmware.sensors.panel_rules import LIT_FOR_S
from monitor.contract.record import ClockState, Mark, MarkKind
from monitor.runtime.clock import VirtualClock
from tests.fakes.bedroom import a_minute
from tests.fakes.transfer_records import a_record


class Hand:
    """A panel on mock pins, and a hand on its button."""

    def __init__(self, *, button_pin: int = 17, led_pin: int = 27) -> None:
        self.clock = VirtualClock(start_ms=1_000_000)
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.panel = GpioPanel(
            button_pin=button_pin, led_pin=led_pin, clock=self.clock, factory=lambda: self.pins
        )
        self.panel.drain()

    def tap(self, length_s: float = 0.2) -> None:
        button = self.pins.pin(17)
        button.drive_low()
        self.clock.wait(length_s)
        button.drive_high()
        self.clock.wait(0.2)

    def marks(self) -> list[MarkKind]:
        self.clock.wait(1.0)
        return [mark.kind for mark in self.panel.drain()]

    @property
    def led(self) -> float:
        return float(self.pins.pin(27).state)


@pytest.fixture
def hand() -> Iterator[Hand]:
    made = Hand()
    yield made
    made.panel.close()


def test_short_long_and_double_are_three_marks(hand: Hand) -> None:
    hand.tap()
    assert hand.marks() == [MarkKind.AWAKE]
    hand.tap(1.5)
    assert hand.marks() == [MarkKind.JERK]
    hand.tap()
    hand.tap()
    assert hand.marks() == [MarkKind.LIGHTS_OUT]
    assert hand.marks() == []


def test_a_mark_is_dated_when_the_finger_came_down(hand: Hand) -> None:
    before_ms = hand.clock.now_ms()
    hand.tap()
    hand.clock.wait(5.0)
    assert hand.panel.drain() == [Mark(at_ms=before_ms, kind=MarkKind.AWAKE)]


def test_callbacks_only_enqueue_even_a_storm_of_edges(hand: Hand) -> None:
    storm = threading.Thread(target=lambda: [hand.tap(0.0) for _ in range(5_000)])
    storm.start()
    storm.join()
    assert len(hand.panel._edges) <= 64
    hand.marks()
    hand.clock.wait(10.0)
    hand.marks()
    hand.tap()
    assert hand.marks() == [MarkKind.AWAKE]


def test_the_led_is_off_at_boot_shines_in_the_evening_and_is_off_at_lights_out(
    hand: Hand,
) -> None:
    hand.panel.show(30.0, faulty=False)
    assert hand.led == 0
    hand.clock.wait(LIT_FOR_S + 1)
    hand.panel.show(30.0, faulty=False)
    assert 0 < hand.led < 0.3
    hand.tap()
    hand.tap()
    hand.marks()
    hand.panel.show(30.0, faulty=False)
    assert hand.led == 0


def test_after_a_restart_at_night_the_next_double_press_is_the_get_up(hand: Hand) -> None:
    mark = Mark(at_ms=hand.clock.now_ms() - 1000, kind=MarkKind.LIGHTS_OUT)
    hand.panel.seed([a_record(minute=a_minute(hand.clock.now_ms(), marks=(mark,)))])
    hand.tap()
    hand.tap()
    assert hand.marks() == [MarkKind.GET_UP]


def test_what_can_be_read_only_later_tells_of_the_night_unless_somebody_has_pressed_since(
    hand: Hand,
) -> None:
    mark = Mark(at_ms=hand.clock.now_ms() - 1000, kind=MarkKind.LIGHTS_OUT)
    record = a_record(minute=a_minute(hand.clock.now_ms(), marks=(mark,)))
    hand.panel.seed([])
    hand.tap()
    hand.clock.wait(5.0)
    hand.panel.drain()
    hand.panel.seed([record])
    for told in (MarkKind.GET_UP, MarkKind.LIGHTS_OUT, MarkKind.GET_UP):
        hand.tap()
        hand.tap()
        assert hand.marks() == [told]
        hand.panel.seed([record] if told is MarkKind.GET_UP else [])


def test_a_get_up_that_can_be_read_only_later_ends_the_night(hand: Hand) -> None:
    pressed = [
        Mark(at_ms=hand.clock.now_ms() - 2000, kind=MarkKind.LIGHTS_OUT),
        Mark(at_ms=hand.clock.now_ms() - 1000, kind=MarkKind.GET_UP),
    ]
    records = [a_record(minute=a_minute(hand.clock.now_ms(), marks=(one,))) for one in pressed]
    hand.panel.seed(records[:1])
    hand.panel.seed(records)
    hand.tap()
    hand.tap()
    assert hand.marks() == [MarkKind.LIGHTS_OUT]


@pytest.mark.parametrize(("lasted_h", "then"), [(3, MarkKind.GET_UP), (20, MarkKind.LIGHTS_OUT)])
def test_how_long_the_power_was_cut_is_reckoned_with_once_the_time_is_found(
    hand: Hand, lasted_h: int, then: MarkKind
) -> None:
    hand.clock.step(30 * 86_400.0)  # or the time behind it would lie before 1970
    at_ms = hand.clock.now_ms()
    mark = Mark(at_ms=at_ms, kind=MarkKind.LIGHTS_OUT)
    hand.clock.set_state(ClockState.UNSYNCED)
    hand.clock.step(-20 * 86_400.0)
    hand.panel.seed([a_record(minute=a_minute(at_ms, marks=(mark,)))])
    hand.clock.wait(600.0)
    hand.panel.drain()
    assert hand.panel._turns.is_night(hand.clock.monotonic_s())
    hand.clock.step(20 * 86_400.0 + lasted_h * 3600)
    hand.clock.set_state(ClockState.SYNCED)
    hand.tap()
    hand.tap()
    assert hand.marks() == [then]


def test_a_clock_that_is_put_right_in_the_night_does_not_turn_the_morning_round(
    hand: Hand,
) -> None:
    hand.tap()
    hand.tap()
    assert hand.marks() == [MarkKind.LIGHTS_OUT]
    hand.clock.step(21 * 86_400.0)
    hand.clock.wait(7 * 3600.0)
    hand.tap()
    hand.tap()
    assert hand.marks() == [MarkKind.GET_UP]


def test_a_pin_that_is_not_wired_is_not_opened() -> None:
    hand = Hand(button_pin=0)
    assert set(hand.pins.pins) == {hand.pins.pin(27).info}
    hand.panel.close()
    hand = Hand(led_pin=0)
    hand.panel.show(30.0, faulty=False)
    assert set(hand.pins.pins) == {hand.pins.pin(17).info}
    hand.panel.close()


def test_nothing_is_opened_before_the_first_turn() -> None:
    def refuse() -> object:
        raise AssertionError

    panel = GpioPanel(button_pin=17, led_pin=27, clock=VirtualClock(start_ms=0), factory=refuse)
    panel.show(1.0, faulty=False)
    panel.close()


def test_a_busy_pin_is_told_once_tried_again_and_heals(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = VirtualClock(start_ms=0)
    factories: list[MockFactory] = []

    def factory() -> MockFactory:
        if clock.monotonic_s() < 3 * RETRY_S:
            raise RuntimeError("GPIO busy")
        factories.append(MockFactory(pin_class=MockPWMPin))
        return factories[-1]

    panel = GpioPanel(button_pin=17, led_pin=27, clock=clock, factory=factory)
    for _ in range(600):
        assert panel.drain() == []
        clock.wait(1.0)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "GPIO busy" in told[0]
    assert "works again" in told[1]
    assert len(factories) == 1
    panel.close()


def test_without_lgpio_the_panel_is_silent_and_nothing_else_suffers(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    panel = GpioPanel(button_pin=17, led_pin=27, clock=VirtualClock(start_ms=0))
    assert panel.drain() == []
    assert "lgpio" in caplog.text
    panel.close()
