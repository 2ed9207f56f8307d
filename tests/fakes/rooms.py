"""A Room that stands still, with faults and a gap to order."""

from collections.abc import Collection

from firmware.simulation.room import RoomValues


class PlainRoom:
    def __init__(
        self,
        *,
        laeq_db: float = 30.0,
        lafmax_db: float | None = 32.0,
        humidity_pct: float | None = 50.0,
        pressure_hpa: float | None = 1013.0,
        words: Collection[str] = (),
        gap_ms: tuple[int, int] = (0, 0),
    ) -> None:
        self.words = frozenset(words)
        self.gap_ms = gap_ms
        self.values = RoomValues(
            temperature_c=18.5,
            humidity_pct=humidity_pct,
            pressure_hpa=pressure_hpa,
            illuminance_lx=12.0,
            ir_ratio=0.2,
            laeq_db=laeq_db,
            lafmax_db=lafmax_db,
        )

    def at(self, at_ms: int) -> RoomValues:
        del at_ms
        return self.values

    def levels_at(self, end_ms: int) -> tuple[float, float | None] | None:
        if self.gap_ms[0] < end_ms <= self.gap_ms[1] or self.values.laeq_db is None:
            return None
        return self.values.laeq_db, self.values.lafmax_db

    def light_at(self, at_ms: int) -> tuple[float | None, float]:
        values = self.at(at_ms)
        return values.illuminance_lx, values.ir_ratio

    def off_until(self, at_ms: int) -> None:
        del at_ms

    def faults(self, at_ms: int) -> frozenset[str]:
        del at_ms
        return self.words
