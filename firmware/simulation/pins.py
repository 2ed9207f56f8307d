"""The pins of a simulated machine: gpiozero's own mock, which its drivers take for real ones."""

from typing import Any


def mock_pins() -> Any:  # noqa: ANN401 - gpiozero ships no types
    """Return a factory of pins that nobody touches: a button not pressed, an LED unseen."""
    # Imported here: only a machine with a panel pays for it.
    from gpiozero.pins.mock import MockFactory, MockPWMPin  # noqa: PLC0415 - see above

    return MockFactory(pin_class=MockPWMPin)
