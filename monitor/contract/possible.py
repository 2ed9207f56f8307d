"""Tells quickly whether every number of a message is finite and one its part can report. Pure.

A live message has some sixty fields: which of them hold what is worked out once a type.
"""

import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, get_args

import msgspec

from monitor.contract.quantities import quantity_of
from monitor.contract.record import EPOCH, LATEST

# Not a duration of ours: how long a machine has been up.
UNBOUNDED: Final = "boottime_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Which fields of a struct hold floats (with their bounds), structs, tuples, instants."""

    numbers: tuple[tuple[str, float, float], ...]
    structs: tuple[str, ...]
    tuples: tuple[str, ...]
    instants: tuple[str, ...]


def is_possible(message: msgspec.Struct) -> bool:
    """Tell whether every number in a message, however deep, is possible."""
    plan = _plan(type(message))
    for name, low, high in plan.numbers:
        value = getattr(message, name)
        # NaN compares false with everything, and infinity lies outside every bound.
        if value.__class__ is float and not low <= value <= high:
            return False
    for name in plan.structs:
        value = getattr(message, name)
        if isinstance(value, msgspec.Struct) and not is_possible(value):
            return False
    for name in plan.tuples:
        for item in getattr(message, name):
            if isinstance(item, msgspec.Struct) and not is_possible(item):
                return False
    return all(EPOCH <= getattr(message, name) < LATEST for name in plan.instants)


def bounds_of(field: str) -> tuple[float, float]:
    """Return (low, high) of a float field by its name."""
    quantity = None if field == UNBOUNDED else quantity_of(field)
    if quantity is None:
        return -sys.float_info.max, sys.float_info.max
    return quantity.low, quantity.high


@cache
def _plan(kind: type[msgspec.Struct]) -> _Plan:
    parts = {field.name: _parts(field.type) for field in msgspec.structs.fields(kind)}
    return _Plan(
        numbers=tuple((name, *bounds_of(name)) for name, found in parts.items() if float in found),
        structs=tuple(name for name, found in parts.items() if any(map(_is_struct, found))),
        tuples=tuple(name for name, found in parts.items() if tuple in found),
        instants=tuple(name for name, found in parts.items() if datetime in found),
    )


def _parts(annotation: Any) -> set[Any]:  # noqa: ANN401 - whatever a field may be declared as
    """Return the plain types that an annotation is made of, a tuple as tuple alone."""
    origin = getattr(annotation, "__origin__", annotation)
    if origin is tuple:
        return {tuple}
    inner = [one for one in get_args(annotation) if not isinstance(one, msgspec.Meta)]
    return set().union(*map(_parts, inner)) if inner else {annotation}


def _is_struct(one: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(one, type) and issubclass(one, msgspec.Struct)
