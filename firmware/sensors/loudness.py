"""The cheapest fallback for noise: an analogue microphone at an MCP3008, by gpiozero.

It tells an index in percent, never decibels: 4 to 8 thousand jittered samples a second,
no weighting, a floor of 35 to 49 dB*, and modules with automatic gain tell nothing at all.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import Any, Final

from firmware.sensors.base import Fault, LoudnessReading
from firmware.sensors.panel import PinFactory, lgpio_factory
from monitor.contract.record import Flag

PART: Final = "loudness (MCP3008)"
# Source: MCP3008 data sheet DS21295, 10 bits.
LAST_CODE: Final = 1023
# Judgement: 256 reads take some 40 ms at 6 kS/s: several periods of all that is loud.
BURST: Final = 256
# Judgement: a microphone module rests at half its supply; its output far from there is
# an open wire or no converter at all.
REST_RATIO: Final = (0.1, 0.9)
# A sine from end to end is 100 %.
FULL_RMS: Final = LAST_CODE / 2 / sqrt(2)


class LoudnessSensor:
    """Sensor[LoudnessReading] of one channel; its pins are opened when it is first asked.

    Args:
        channel: 0 to 7.
        factory: of pins; lgpio on the machine, gpiozero's mock in tests.
        burst: reads a sample.
    """

    def __init__(
        self,
        channel: int,
        *,
        factory: PinFactory | None = None,
        burst: int = BURST,
    ) -> None:
        self._channel = channel
        self._factory = factory or lgpio_factory
        self._burst = burst
        self._pins: Any = None
        self._converter: Any = None

    def sample(self) -> LoudnessReading | Fault:
        """Return the index of one burst, or why there is none."""
        try:
            converter = self._converter or self._open()
            codes = [converter.raw_value for _ in range(self._burst)]
        except Exception as error:  # noqa: BLE001 - lgpio's error derives from Exception alone
            self.close()
            message = f"{PART}: {error}; enable SPI (dtparam=spi=on), check the wires, gpioinfo"
            return Fault(flag=Flag.FAULT, message=message)
        return loudness(codes)

    def close(self) -> None:
        """Release the pins."""
        for device in (self._converter, self._pins):
            if device is not None:
                device.close()
        self._converter = self._pins = None

    def _open(self) -> Any:  # noqa: ANN401 - gpiozero ships no types
        # Imported here: only a machine with this part pays for it.
        from gpiozero import MCP3008  # noqa: PLC0415 - see above

        self._pins = self._factory()
        self._converter = MCP3008(channel=self._channel, pin_factory=self._pins)
        return self._converter


def loudness(codes: Sequence[int]) -> LoudnessReading | Fault:
    """Return the index of samples: their root mean square about their mean, in percent.

    >>> loudness([511, 512] * 100).loudness_pct < 0.2
    True
    >>> round(loudness([0, 1023] * 100).loudness_pct)
    100
    """
    mean = fsum(codes) / len(codes)
    if not REST_RATIO[0] <= mean / LAST_CODE <= REST_RATIO[1]:
        message = f"{PART}: it rests at {mean / LAST_CODE:.0%} of the supply, expected half"
        return Fault(flag=Flag.SILENT, message=f"{message}: check the channel and its wires")
    rms = sqrt(fsum((code - mean) ** 2 for code in codes) / len(codes))
    clipped = 0 in codes or LAST_CODE in codes
    return LoudnessReading(
        loudness_pct=min(100.0, 100.0 * rms / FULL_RMS),
        flags=(Flag.OVERLOAD,) if clipped else (),
    )
