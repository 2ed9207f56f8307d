"""Faults of simulated parts by name: `bme280 stuck-ff @2min for 5min` to a value. Pure.

The command line reads them to refuse a wrong one at once, the sensor daemon to play them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Final

from monitor.runtime.errors import OperatorError

# Source: hardware.md, faults.
BUS_FAULTS: Final = ("errno-121", "errno-5", "errno-110", "errno-11", "stuck-00", "stuck-ff")
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "bme280": (
        *("absent", *BUS_FAULTS, "brown-out", "zeroed-calibration", "corrupt-calibration"),
        *("status-stuck", "frozen"),
    ),
    "tsl2591": ("absent", *BUS_FAULTS, "brown-out", "saturated", "frozen"),
    "bus": BUS_FAULTS,
}
UNITS_MS: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}

_FAULT: Final = re.compile(
    r"(?P<part>\S+)\s+(?P<name>[^\s@]+)(?:\s+@\s*(?P<start>\S+))?(?:\s+for\s+(?P<length>\S+))?",
    re.IGNORECASE,
)
_LENGTH: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """A fault of a part from start_ms after the start of the run; length_ms None = to its end."""

    part: str
    name: str
    start_ms: int = 0
    length_ms: int | None = None

    def is_on(self, elapsed_ms: int) -> bool:
        """Tell whether it is played so long after the start of the run."""
        since_ms = elapsed_ms - self.start_ms
        return since_ms >= 0 and (self.length_ms is None or since_ms < self.length_ms)

    def overlaps(self, other: "PlannedFault") -> bool:
        """Tell whether there is a time at which both are played."""
        return self.is_on(other.start_ms) or other.is_on(self.start_ms)


class FaultTextError(OperatorError):
    """A fault cannot be understood; the text lists what can be said."""

    exit_code = 2


def parse_fault(text: str) -> PlannedFault:
    """Return the fault that a text names.

    >>> parse_fault("bme280 stuck-ff @2min for 5min")
    PlannedFault(part='bme280', name='stuck-ff', start_ms=120000, length_ms=300000)
    >>> parse_fault("tsl2591 absent").is_on(0)
    True

    Raises:
        FaultTextError: no such part, fault or time.
    """
    found = _FAULT.fullmatch(text.strip())
    if found is None:
        raise _refusal(text, "expected PART FAULT [@START] [for LENGTH]")
    part, name = found["part"].lower(), found["name"].lower()
    if part not in PARTS:
        raise _refusal(text, f"no part {part!r}{_close(part, tuple(PARTS))}")
    if name not in PARTS[part]:
        raise _refusal(text, f"{part} has no fault {name!r}{_close(name, PARTS[part])}")
    length = found["length"]
    length_ms = None if length is None else _ms(text, length)
    if length_ms == 0:
        raise _refusal(text, f"{length!r} is no length: leave it out to play it to the end")
    return PlannedFault(
        part=part, name=name, start_ms=_ms(text, found["start"] or "0s"), length_ms=length_ms
    )


def parse_faults(texts: Iterable[str]) -> tuple[PlannedFault, ...]:
    """Return the faults of a run.

    Raises:
        FaultTextError: one cannot be understood, or two cannot be played together: a chip
            has one state at a time, while those of its bus may come on top.
    """
    faults = tuple(parse_fault(text) for text in texts)
    for one, other in combinations(faults, 2):
        of_the_chip = {one.name, other.name}.isdisjoint(("absent", *BUS_FAULTS))
        if one.part == other.part and of_the_chip and one.overlaps(other):
            raise FaultTextError(
                f"{one.part} {one.name} and {one.part} {other.name} would be played at the same"
                " time: a chip plays one of its own faults at a time; set them apart (@, for)"
            )
    return faults


def _ms(text: str, word: str) -> int:
    found = _LENGTH.fullmatch(word)
    if found is None:
        raise _refusal(text, f"{word!r} is no time: expected such as 30s, 2min or 1.5h")
    return round(float(found[1]) * UNITS_MS[found[2]])


def _close(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _refusal(text: str, what: str) -> FaultTextError:
    known = "\n".join(f"  {part}: {', '.join(names)}" for part, names in PARTS.items())
    return FaultTextError(
        f'fault "{text}": {what}\nFor example "bme280 stuck-ff @2min for 5min"; there are\n{known}'
    )
