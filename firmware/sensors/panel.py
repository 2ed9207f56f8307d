"""The panel: a push button to ground and an LED, by gpiozero.

gpiozero calls back on a thread of its own, which an exception would end for good: the
callbacks only enqueue. Nothing is opened unless the panel is configured, because
watching a pin costs about 5 % of a core with lgpio*.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from firmware.sensors.panel_rules import LedRule, Moment, Turns
from firmware.sensors.presses import PressReader
from monitor.contract.record import ClockState, Mark, Record
from monitor.runtime.clock import Clock
from monitor.runtime.logging import line

log = logging.getLogger(__name__)

# Judgement: more edges within a turn of the loop than these are a loose contact.
MAX_EDGES: Final = 64
# Judgement: a pin that another program holds is tried again, but the log is not filled.
RETRY_S: Final = 60.0
NO_PIN: Final = 0

PinFactory = Callable[[], Any]
"""Returns a gpiozero pin factory; gpiozero ships no types."""


class GpioPanel:
    """A Panel on this machine's pins; without its pins it is silent and tries again.

    Args:
        button_pin: GPIO number, NO_PIN for none.
        led_pin: the same of the LED.
        clock: dates the presses.
        factory: of pins; lgpio on the machine, gpiozero's mock in tests.
    """

    def __init__(
        self, *, button_pin: int, led_pin: int, clock: Clock, factory: PinFactory | None = None
    ) -> None:
        self._button_pin = button_pin
        self._led_pin = led_pin
        self._clock = clock
        self._factory = factory or lgpio_factory
        self._edges: deque[tuple[float, bool]] = deque(maxlen=MAX_EDGES)
        self._reader = PressReader()
        self._turns = Turns()
        self._rule = LedRule()
        self._pins: Any = None
        self._button: Any = None
        self._led: Any = None
        self._retry_at_s: float | None = None
        self._told = False

    def seed(self, records: Iterable[Record]) -> None:
        """Learn whether it is night from the dated minutes before a restart, also later on."""
        self._turns.seed(records, self._moment())

    def drain(self) -> list[Mark]:
        """Return the presses that were completed since the last call."""
        self._open_if_due()
        for _ in range(len(self._edges)):
            at_s, down = self._edges.popleft()
            self._reader.edge(at_s, down=down)
        if self._turns.is_unsure:
            self._turns.reckon(self._moment())
        now_s, now_ms = self._clock.monotonic_s(), self._clock.now_ms()
        return [
            Mark(at_ms=now_ms - round((now_s - at_s) * 1000), kind=self._turns.kind_of(press, at_s))
            for at_s, press in self._reader.presses(now_s)
        ]

    def show(self, illuminance_lx: float | None, *, faulty: bool) -> None:
        """Set the LED for the room as it is: off at night and while that is not known."""
        now_s = self._clock.monotonic_s()
        brightness = self._rule.brightness(
            now_s, illuminance_lx, is_night=self._turns.is_night(now_s), faulty=faulty
        )
        if self._led is not None and self._led.value != brightness:
            self._led.value = brightness

    def probe(self) -> None:
        """Open the pins and release them; raises whatever keeps them from being opened."""
        try:
            self._open()
        finally:
            self.close()

    def close(self) -> None:
        """Switch the LED off and release the pins."""
        for device in (self._led, self._button, self._pins):
            if device is not None:
                device.close()
        self._led = self._button = self._pins = None

    def _moment(self) -> Moment:
        clock = self._clock
        knows_time = clock.state() is not ClockState.UNSYNCED  # first: it may be found meanwhile
        return Moment(
            now_s=clock.monotonic_s(),
            boot=clock.boot_id(),
            boottime_s=clock.boottime_s(),
            now_ms=clock.now_ms() if knows_time else None,
        )

    def _open_if_due(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._pins is not None or (self._retry_at_s is not None and now_s < self._retry_at_s):
            return
        try:
            self._open()
        except Exception as error:  # noqa: BLE001 - lgpio's error derives from Exception alone
            self.close()
            self._retry_at_s = now_s + RETRY_S
            if not self._told:
                self._told = True
                log.warning(line("panel fails", why=f"{error}; see which program: gpioinfo"))
            return
        if self._told:
            self._told = False
            log.info(line("panel works again"))

    def _open(self) -> None:
        # Imported here: only a machine with a panel pays for it.
        from gpiozero import PWMLED, DigitalInputDevice  # noqa: PLC0415 - see above

        self._pins = self._factory()
        if self._button_pin != NO_PIN:
            button = DigitalInputDevice(self._button_pin, pull_up=True, pin_factory=self._pins)
            self._button = button
            button.when_activated = self._pressed
            button.when_deactivated = self._released
        if self._led_pin != NO_PIN:
            self._led = PWMLED(self._led_pin, pin_factory=self._pins)

    def _pressed(self) -> None:
        self._edges.append((self._clock.monotonic_s(), True))

    def _released(self) -> None:
        self._edges.append((self._clock.monotonic_s(), False))


def lgpio_factory() -> Any:  # noqa: ANN401 - gpiozero ships no types
    """Return gpiozero's factory of this machine's pins."""
    # Imported here: lgpio exists on a Pi only.
    from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - see above

    return LGPIOFactory()


def mock_factory() -> Any:  # noqa: ANN401 - gpiozero ships no types
    """Return gpiozero's pins of a simulated machine: a button at rest, an LED unseen."""
    # Imported here: only a simulated machine with a panel pays for it.
    from gpiozero.pins.mock import MockFactory, MockPWMPin  # noqa: PLC0415 - see above

    return MockFactory(pin_class=MockPWMPin)
