"""The table of alert rules: what each looks at, when, its threshold and its dwell time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor.alerts.facts import Facts
from monitor.alerts.phase import Phase
from monitor.night.alert_choices import Kind

# Judgement: the evening's light counts within the hour before bedtime.
BEFORE_BED_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. A value above (or below) `on` is bad, one past it by `margin` is clear.

    is_duration: the value itself says for how long it has been so. once: no second one a
    night, and no word of its end.
    """

    kind: Kind
    name: str
    value: Callable[[Facts], float | None]
    watched: Callable[[Facts], bool]
    on: float
    margin: float
    dwell_s: float
    above: bool = False
    is_duration: bool = False
    once: bool = False
    unit: str = ""


def _warm(facts: Facts) -> float | None:
    return _cool(facts, warm=True)


def _cold(facts: Facts) -> float | None:
    return _cool(facts, warm=False)


def _cool(facts: Facts, *, warm: bool) -> float | None:
    """Return the score of Cool for one side of the best temperature, the best on the other."""
    readings = facts.readings
    if readings.temperature_c is None:
        return None
    return readings.cool if (readings.temperature_c > readings.best_c) is warm else 100.0


def _is_bedtime_near(facts: Facts) -> bool:
    near = facts.bedtime_ms - BEFORE_BED_MS <= facts.now_ms < facts.bedtime_ms
    return near and facts.phase is Phase.EVENING


def _awaits_sleep(facts: Facts) -> bool:
    return facts.phase is not Phase.DAY


def _is_night(facts: Facts) -> bool:
    return facts.phase is Phase.NIGHT


def _always(_: Facts) -> bool:
    return True


def _fault(kind: Kind, name: str, value: Callable[[Facts], bool | None]) -> Rule:
    # Judgement: drivers heal most faults within a minute; five are worth getting up for.
    return Rule(
        kind=kind,
        name=name,
        value=value,
        watched=_always,
        on=0.5,
        margin=0.0,
        dwell_s=300.0,
        above=True,
    )


# Judgement (docs/alerts.md). On scores: Dark 40 is 10 melanopic lx. The
# others are judgement: 70 % humidity is where Cool takes points off; a disk with 500 MB left
# lasts 25 days at the budget of 20 MB a day.
RULES: Final = (
    Rule(kind=Kind.TOO_WARM, name="Cool", value=_warm, watched=_awaits_sleep,
         on=60.0, margin=5.0, dwell_s=600.0),
    Rule(kind=Kind.TOO_COLD, name="Cool", value=_cold, watched=_awaits_sleep,
         on=60.0, margin=5.0, dwell_s=600.0),
    Rule(kind=Kind.BRIGHT_EVENING, name="Dark", value=lambda facts: facts.readings.dark,
         watched=_is_bedtime_near, on=40.0, margin=5.0, dwell_s=1200.0, once=True),
    Rule(kind=Kind.TOO_BRIGHT, name="Dark", value=lambda facts: facts.readings.dark,
         watched=_is_night, on=40.0, margin=5.0, dwell_s=120.0),
    Rule(kind=Kind.TOO_LOUD, name="Quiet", value=lambda facts: facts.readings.quiet,
         watched=_awaits_sleep, on=40.0, margin=5.0, dwell_s=300.0),
    Rule(kind=Kind.TOO_HUMID, name="humidity", value=lambda facts: facts.readings.humidity_pct,
         watched=_awaits_sleep, on=70.0, margin=5.0, dwell_s=1200.0, above=True, unit=" %"),
    _fault(Kind.CLIMATE_FAULT, "no temperature", lambda facts: facts.readings.climate_fault),
    _fault(Kind.LIGHT_FAULT, "no light value", lambda facts: facts.readings.light_fault),
    _fault(Kind.MICROPHONE_FAULT, "no sound level",
           lambda facts: facts.readings.microphone_fault),
    Rule(kind=Kind.NO_DATA, name="silence", value=lambda facts: facts.readings.silence_s,
         watched=lambda facts: facts.in_sleep_window, on=300.0, margin=0.0, dwell_s=0.0,
         above=True, is_duration=True, unit=" s"),
    Rule(kind=Kind.DISK_FULL, name="free space", value=lambda facts: facts.readings.free_bytes,
         watched=_always, on=500e6, margin=100e6, dwell_s=60.0, unit=" bytes"),
)  # fmt: skip
