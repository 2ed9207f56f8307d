"""A recorded series as a room: each row stands for the step before its time."""

from bisect import bisect_left
from typing import Final

from firmware.simulation.room import (
    CLIMATE_ABSENT,
    LIGHT_ABSENT,
    MICROPHONE_SILENT,
    RoomValues,
)
from monitor.contract.series import JITTER, Series

# The recordings hold no second channel; a lamp with little infrared is the plainest case.
IR_RATIO: Final = 0.14
# Judgement: what gives no row for a day is a logger that was off, not a sensor that failed.
OFF_FROM_MS: Final = 86_400_000

_PARTS: Final = (
    ("temperature_c", CLIMATE_ABSENT),
    ("illuminance_lx", LIGHT_ABSENT),
    ("laeq_db", MICROPHONE_SILENT),
)


class Replay:
    """The room of a recorded series.

    Between rows farther apart than their step there is a gap: no values, and the parts
    do not answer. A part whose column is missing is not fitted at all.
    """

    def __init__(self, series: Series) -> None:
        self._series = series
        self._at_ms = series.at_ms
        self._nothing = (None,) * len(series.at_ms)
        self._laeq_db = self._column("laeq_db")
        self._lafmax_db = self._column("lafmax_db")

    @property
    def fitted(self) -> frozenset[str]:
        """Return the quantities of the series: "temperature_c", "laeq_db"."""
        return frozenset(self._series.columns)

    @property
    def step_s(self) -> float:
        """Return the usual distance of two rows."""
        return self._series.step_ms / 1000

    @property
    def start_ms(self) -> int:
        """Return where the first row's stretch begins."""
        return self._at_ms[0] - self._series.step_ms

    @property
    def end_ms(self) -> int:
        """Return where the last row's stretch ends."""
        return self._at_ms[-1]

    def at(self, at_ms: int) -> RoomValues:
        """Return the row's values in whose stretch an instant lies."""
        row = self._row(at_ms)
        return RoomValues(
            temperature_c=self._value("temperature_c", row),
            humidity_pct=self._value("humidity_pct", row),
            pressure_hpa=self._value("pressure_hpa", row),
            illuminance_lx=self._value("illuminance_lx", row),
            ir_ratio=IR_RATIO,
            laeq_db=self._value("laeq_db", row),
            lafmax_db=self._value("lafmax_db", row),
        )

    def levels_at(self, end_ms: int) -> tuple[float, float | None] | None:
        """Return (laeq_db, lafmax_db) of the second that ends at end_ms."""
        row = self._row(end_ms)
        if row is None:
            return None
        laeq_db = self._laeq_db[row]
        return None if laeq_db is None else (laeq_db, self._lafmax_db[row])

    def light_at(self, at_ms: int) -> tuple[float | None, float]:
        """Return (illuminance_lx, ir_ratio) at an instant."""
        return self._value("illuminance_lx", self._row(at_ms)), IR_RATIO

    def off_until(self, at_ms: int) -> int | None:
        """Return until when the machine is without power at an instant; None: it has it.

        Only in a gap of a day or more: the recording machine was off then, and to play
        years without a row would take hours.
        """
        row = bisect_left(self._at_ms, at_ms)
        if not 0 < row < len(self._at_ms):
            return None
        on_ms = self._at_ms[row] - self._series.step_ms
        is_off = at_ms < on_ms and on_ms - self._at_ms[row - 1] >= OFF_FROM_MS
        return on_ms if is_off else None

    def faults(self, at_ms: int) -> frozenset[str]:
        """Return the parts that do not answer at an instant: no row, or an empty cell."""
        row = self._row(at_ms)
        return frozenset(
            fault
            for quantity, fault in _PARTS
            if quantity in self._series.columns and self._value(quantity, row) is None
        )

    def _row(self, at_ms: int) -> int | None:
        row = bisect_left(self._at_ms, at_ms)
        if row == len(self._at_ms):
            return None
        ahead_ms = self._at_ms[row] - at_ms
        if ahead_ms < self._series.step_ms:
            return row
        if row == 0:  # the parts are asked at the very start too, where only this row can tell
            return row if at_ms == self.start_ms else None
        # A row a little late on the one before it still joins it.
        joins = self._distance_ms(row) <= self._series.step_ms * JITTER
        return row if joins else None

    def _distance_ms(self, row: int) -> int:
        return self._at_ms[row] - self._at_ms[row - 1]

    def _column(self, quantity: str) -> tuple[float | None, ...]:
        return self._series.columns.get(quantity, self._nothing)

    def _value(self, quantity: str, row: int | None) -> float | None:
        return None if row is None else self._column(quantity)[row]
