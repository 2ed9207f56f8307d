"""Builders of minutes as a light sensor would give them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.contract.record import LightMinute, Mark, MarkKind, Minute, epoch_ms, instant

FAILED = "the sensor gives no value"
GAP = "no record at all"


def at(local: str, zone: str = "UTC") -> int:
    """Epoch ms of a local time such as '2026-01-12 23:00'."""
    return epoch_ms(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)))


def light_minute(end_ms: int, lx: float | None, *, duration_s: float = 60.0, n: int = 60) -> Minute:
    return Minute(
        end=instant(end_ms),
        duration_s=duration_s,
        light=LightMinute(
            illuminance_lx=lx,
            illuminance_max_lx=lx,
            illuminance_max10s_lx=lx,
            visible_ir_counts=None,
            ir_counts=None,
            n=n,
            due=60,
        ),
    )


def light(start_ms: int, *phases: tuple[float | str, int], step_s: int = 60) -> list[Minute]:
    """Minutes of a room: (lux, FAILED or GAP; for how many minutes) after start_ms."""
    minutes: list[Minute] = []
    now_ms = start_ms
    for lx, length_min in phases:
        for _ in range(length_min * 60 // step_s):
            now_ms += step_s * 1000
            if lx != GAP:
                value = None if isinstance(lx, str) else lx
                minutes.append(light_minute(now_ms, value, duration_s=step_s))
    return minutes


def pressed(at_ms: int, kind: MarkKind) -> Minute:
    end_ms = -(-at_ms // 60_000) * 60_000
    return Minute(end=instant(end_ms), duration_s=60, marks=(Mark(at_ms=at_ms, kind=kind),))
