"""Which climate samples a bedroom can have produced, and which only a part at fault.

Pure but for what it remembers of the samples before. The driver raises for none of
these: a part that lost its settings decodes to a warm room at 26.46 °C and 820 hPa, a
line held low to -140 °C, a zeroed calibration to 0.0 °C and 0 %.
"""

from dataclasses import dataclass
from typing import Final

from firmware.sensors.base import ClimateReading, Fault
from firmware.sensors.bus import is_stuck, stuck_fault
from monitor.contract.quantities import HUMIDITY, PRESSURE, TEMPERATURE
from monitor.contract.record import Flag

# Source: BST-BME280-DS002, 5.4.7 to 5.4.9: the data registers after a reset.
RESET_CODE: Final = b"\x80\x00\x00"
RESET_HUMIDITY_CODE: Final = b"\x80\x00"

# Judgement: the lowest and highest sea-level pressures on record are 870 and 1085 hPa,
# with room for 150 m; a house high up sets its own lower limit.
LOWEST_PRESSURE_HPA: Final = 850.0
HIGHEST_PRESSURE_HPA: Final = 1085.0

# Judgement: no bedroom's air changes faster; a hand or a breath on the part may. The
# shortest time keeps the part's noise (0.005 °C) and a quick schedule clear of the limit.
FASTEST_CHANGE_K_PER_S: Final = 2.0 / 60.0
SHORTEST_CHANGE_S: Final = 15.0

# Judgement: the driver measures three times within 30 ms; 1,024 codes are 0.3 °C.
LARGEST_SPREAD_CODES: Final = 1024

# Judgement: at x1 and with the filter off the noise is 9 steps of humidity and more than one
# of pressure (BST-BME280-DS002, tables 1, 9 and 3.4). Each sample in which a register stands
# still is measured twice, so that this long is ten chances to move at 10 s a sample.
FROZEN_AFTER_S: Final = 45.0
# Judgement: so many equal samples, as two of them may be those around a time without any.
FROZEN_SAMPLES: Final = 5
# Judgement: a BMP280 has no humidity; temperature and pressure alone may stand by chance.
FROZEN_WITHOUT_HUMIDITY_AFTER_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSample:
    """The data registers as read: all temperatures of one sample, then P and H."""

    temperatures: tuple[bytes, ...]
    pressure: bytes
    humidity: bytes | None

    def shares(self, before: "RawSample | None") -> bool:
        """Tell whether a register reads as in the sample before."""
        return before is not None and (
            self.temperatures[0] == before.temperatures[0]
            or self.pressure == before.pressure
            or (self.humidity is not None and self.humidity == before.humidity)
        )


class ClimateGates:
    """Judges each sample by itself and against the ones before.

    Args:
        part: first in every message.
        lowest_pressure_hpa: lower where the house stands above some 1,300 m.
        frozen_after_s: how long the raw values may stand still, those of a part without
            humidity FROZEN_WITHOUT_HUMIDITY_AFTER_S at the least.
    """

    def __init__(
        self,
        part: str,
        *,
        lowest_pressure_hpa: float = LOWEST_PRESSURE_HPA,
        frozen_after_s: float = FROZEN_AFTER_S,
    ) -> None:
        self._part = part
        self._lowest_pressure_hpa = max(lowest_pressure_hpa, PRESSURE.low)
        self._frozen_after_s = frozen_after_s
        self._accepted: tuple[float, float] | None = None
        self._still: tuple[RawSample, float] | None = None
        self._equal_samples = 0

    def start_afresh(self) -> None:
        """Forget the last temperature: after a restart of the part any room is believed."""
        self._accepted = None

    def objection(
        self, reading: ClimateReading, raw: RawSample, at_s: float, *, repeated: bool = False
    ) -> Fault | None:
        """Return why a sample is not the room's, None when it may be.

        Args:
            reading: what the driver made of the bytes.
            raw: the bytes.
            at_s: monotonic time of the sample.
            repeated: measured again after a RESET; T or H alone at its reset code is
                then a room that has this value (T at 26.46 °C, say), not a reset.
        """
        fault = self._bytes_at_fault(raw, repeated=repeated) or self._value_at_fault(reading)
        fault = fault or self._jump(reading, at_s) or self._frozen(raw, at_s)
        if fault is None:
            self._accepted = (reading.temperature_c, at_s)
        return fault

    def _bytes_at_fault(self, raw: RawSample, *, repeated: bool) -> Fault | None:
        humidity = () if raw.humidity is None else (raw.humidity,)
        if any(map(is_stuck, (*raw.temperatures, raw.pressure, *humidity))):
            return stuck_fault(self._part)
        reset_t = RESET_CODE in raw.temperatures
        reset_h = RESET_HUMIDITY_CODE in humidity
        one_of_them = reset_t or reset_h
        both_of_them = reset_t and reset_h
        if raw.pressure == RESET_CODE or both_of_them or (one_of_them and not repeated):
            return Fault(
                flag=Flag.RESET,
                message=f"{self._part}: it shows its reset codes: it lost its supply for a "
                "moment; check the 3.3 V wire and its contacts",
            )
        numbers = [int.from_bytes(code, "big") >> 4 for code in raw.temperatures]
        if max(numbers) - min(numbers) > LARGEST_SPREAD_CODES:
            return self._implausible("three temperatures within one sample disagree")
        return None

    def _value_at_fault(self, reading: ClimateReading) -> Fault | None:
        if not TEMPERATURE.allows(reading.temperature_c):
            return self._implausible(
                f"{reading.temperature_c:.1f} °C is outside "
                f"{TEMPERATURE.low:.0f} to {TEMPERATURE.high:.0f} °C"
            )
        pressure_hpa = reading.pressure_hpa
        if pressure_hpa is not None and not (
            self._lowest_pressure_hpa <= pressure_hpa <= HIGHEST_PRESSURE_HPA
        ):
            return self._implausible(
                f"{pressure_hpa:.0f} hPa is outside {self._lowest_pressure_hpa:.0f} to "
                f"{HIGHEST_PRESSURE_HPA:.0f} hPa; a house above 1,300 m needs a lower "
                "lowest_pressure_hpa in [climate]"
            )
        # The driver clamps to 0 and 100, so exactly these two are not measurements.
        humidity_pct = reading.humidity_pct
        if humidity_pct is not None and not HUMIDITY.low < humidity_pct < HUMIDITY.high:
            return self._implausible(f"a relative humidity of exactly {humidity_pct:.0f} %")
        return None

    def _jump(self, reading: ClimateReading, at_s: float) -> Fault | None:
        if self._accepted is None:
            return None
        before_c, before_s = self._accepted
        elapsed_s = max(at_s - before_s, SHORTEST_CHANGE_S)
        change_k = reading.temperature_c - before_c
        if abs(change_k) <= FASTEST_CHANGE_K_PER_S * elapsed_s:
            return None
        return self._implausible(f"a change of {change_k:+.1f} K in {at_s - before_s:.0f} s")

    def _frozen(self, raw: RawSample, at_s: float) -> Fault | None:
        if self._still is None or self._still[0] != raw:
            self._still = (raw, at_s)
            self._equal_samples = 1
            return None
        self._equal_samples += 1
        still_s = at_s - self._still[1]
        longest_s = self._frozen_after_s
        if raw.humidity is None:
            longest_s = max(longest_s, FROZEN_WITHOUT_HUMIDITY_AFTER_S)
        if still_s < longest_s or self._equal_samples < FROZEN_SAMPLES:
            return None
        return Fault(
            flag=Flag.FROZEN,
            message=f"{self._part}: its raw values have not moved for {still_s:.0f} s: "
            "cut its power for ten seconds",
        )

    def _implausible(self, symptom: str) -> Fault:
        return Fault(flag=Flag.IMPLAUSIBLE, message=f"{self._part}: {symptom}: check its wires")
