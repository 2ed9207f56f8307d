"""The BME280's arithmetic, both ways: converter codes to values and values to codes.

Pure. The forward formulas are Bosch's; the way back is a bisection over the codes, so it
cannot drift away from them.
"""

import struct
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CODE_BITS: Final = 20
HUMIDITY_BITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A part's trimming words: dig_T1..3, dig_P1..9, dig_H1..6 (data sheet, table 16)."""

    t: tuple[int, int, int]
    p: tuple[int, int, int, int, int, int, int, int, int]
    h: tuple[int, int, int, int, int, int]

    def block(self) -> bytes:
        """Return registers 0x88..0xA1, then 0xE1..0xE7: 33 bytes."""
        h1, h2, h3, h4, h5, h6 = self.h
        low = struct.pack("<HhhHhhhhhhhhxB", *self.t, *self.p, h1)
        # H4 and H5 have 12 bits each and share 0xE5.
        shared = (h4 & 0x0F) | (h5 & 0x0F) << 4
        return low + struct.pack("<hBbBbb", h2, h3, h4 >> 4, shared, h5 >> 4, h6)


# Source: T and P are the worked example of Bosch's BMP280 data sheet (BST-BMP280-DS001,
# 3.12), the same arithmetic; H, which has no published example, is in the usual range.
EXAMPLE_CALIBRATION: Final = Calibration(
    t=(27504, 26435, -1000),
    p=(36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000),
    h=(75, 355, 0, 325, 50, 30),
)


def fine_temperature(calibration: Calibration, code: float) -> float:
    """Return t_fine, 1/5120 °C, of a 20-bit code.

    Source: BME280 data sheet BST-BME280-DS002, 8.1 (double precision formulas).
    """
    t1, t2, t3 = calibration.t
    linear = (code / 16384.0 - t1 / 1024.0) * t2
    return linear + (code / 131072.0 - t1 / 8192.0) ** 2 * t3


def temperature_code(calibration: Calibration, temperature_c: float, bits: int) -> int:
    """Return the 20-bit code nearest to a temperature, at a resolution of bits."""
    shift = CODE_BITS - bits
    step = _nearest(
        temperature_c * 5120.0, bits, lambda step: fine_temperature(calibration, step << shift)
    )
    return step << shift


def pressure_code(calibration: Calibration, pressure_hpa: float, t_fine: float, bits: int) -> int:
    """Return the 20-bit code nearest to a pressure, at a resolution of bits.

    The pressure falls with the code, so the bisection runs on its negative.
    """
    shift = CODE_BITS - bits
    pressure_pa = pressure_curve(calibration, t_fine)
    step = _nearest(pressure_hpa * -100.0, bits, lambda step: -pressure_pa(step << shift))
    return step << shift


def humidity_code(calibration: Calibration, humidity_pct: float, t_fine: float) -> int:
    """Return the 16-bit code nearest to a relative humidity."""
    return _nearest(humidity_pct, HUMIDITY_BITS, humidity_curve(calibration, t_fine))


def pressure_curve(calibration: Calibration, t_fine: float) -> Callable[[float], float]:
    """Return code -> Pa at one temperature; all that depends on it is worked out once.

    Source: BME280 data sheet BST-BME280-DS002, 8.1.
    """
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = calibration.p
    x = t_fine / 2.0 - 64000.0
    offset = (x * x * p6 / 32768.0 + x * p5 * 2.0) / 4.0 + p4 * 65536.0
    slope = (1.0 + (p3 * x * x / 524288.0 + p2 * x) / 524288.0 / 32768.0) * p1
    zero = 1048576.0 - offset / 4096.0
    gain = 6250.0 / slope
    square, linear, constant = p9 / 2147483648.0 / 16.0, 1.0 + p8 / 32768.0 / 16.0, p7 / 16.0

    def pressure_pa(code: float) -> float:
        p = (zero - code) * gain
        return (square * p + linear) * p + constant

    return pressure_pa


def humidity_curve(calibration: Calibration, t_fine: float) -> Callable[[float], float]:
    """Return code -> %RH, not clamped, at one temperature.

    Source: BME280 data sheet BST-BME280-DS002, 8.1.
    """
    h1, h2, h3, h4, h5, h6 = calibration.h
    x = t_fine - 76800.0
    offset = h4 * 64.0 + h5 / 16384.0 * x
    bend = 1.0 + h3 / 67108864.0 * x
    gain = h2 / 65536.0 * (1.0 + h6 / 67108864.0 * x * bend) * bend
    square = h1 / 524288.0

    def humidity_pct(code: float) -> float:
        h = (code - offset) * gain
        return h * (1.0 - square * h)

    return humidity_pct


def _nearest(target: float, bits: int, value_of: Callable[[int], float]) -> int:
    """Return the step of 0..2^bits-1 whose rising value is nearest to target."""
    above = min(bisect_left(range(1 << bits), target, key=value_of), (1 << bits) - 1)
    if above > 0 and target - value_of(above - 1) < value_of(above) - target:
        return above - 1
    return above
