"""Keeps what was worked out minute by minute, for a night that is judged again as it grows."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

R = TypeVar("R")


@dataclass(slots=True)
class Carry:
    """Columns of results by key, each with the inputs that it was worked out from.

    A column may only depend on its key and, at each minute, on the inputs up to there.
    """

    _kept: dict[Hashable, tuple[Sequence[object], list[object]]] = field(default_factory=dict)

    def column(
        self, key: Hashable, inputs: Sequence[object], rest: Callable[[list[R]], list[R]]
    ) -> list[R]:
        """Return a copy of the column of key for inputs.

        Args:
            key: names the rule.
            inputs: one a minute.
            rest: receives the results that still hold, for the first minutes; returns those
                of the minutes after them.
        """
        old_inputs, old = self._kept.get(key, ((), []))
        same = _alike(old_inputs, inputs)
        known: list[R] = old[:same]  # type: ignore[assignment]  # this key holds only R
        found = known + rest(known)
        self._kept[key] = inputs, list[object](found)
        return found


def _alike(old: Sequence[object], new: Sequence[object]) -> int:
    """Return how many minutes from the start on are the same in both."""
    if list(new[: len(old)]) == list(old):
        return len(old)
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))
