"""Keeps what was worked out minute by minute, for a night that is judged again as it grows."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

R = TypeVar("R")


@dataclass(slots=True)
class Columns:
    """Columns of results by key, all worked out from one column of inputs.

    A column may only depend on its key and, at each minute, on the inputs up to there. It is
    handed out itself and grows in place: copying a night for every new minute of it would
    cost more than the minute. Who asks for a column must not change it.
    """

    inputs: Sequence[object] = ()
    _kept: dict[Hashable, list[object]] = field(default_factory=dict)

    def follow(self, inputs: Sequence[object]) -> None:
        """Forget what was worked out from the first minute on whose input is another now."""
        same = _alike(self.inputs, inputs)
        if same < len(self.inputs):
            for column in self._kept.values():
                del column[same:]
        self.inputs = inputs

    def column(self, key: Hashable, rest: Callable[[list[R]], list[R]]) -> list[R]:
        """Return the column of key.

        Args:
            key: names the rule.
            rest: receives the results that still hold, for the first minutes; returns those
                of the minutes after them.
        """
        found: list[R] = self._kept.setdefault(key, [])  # type: ignore[assignment]  # this key holds only R
        if len(found) < len(self.inputs):
            found += rest(found)
        return found


@dataclass(slots=True)
class Carry:
    """The columns of a night by the name of their inputs."""

    _named: dict[str, Columns] = field(default_factory=dict)

    def of(self, name: str, inputs: Sequence[object]) -> Columns:
        """Return the columns of a name, as far as they hold for inputs (one a minute)."""
        found = self._named.setdefault(name, Columns())
        found.follow(inputs)
        return found


def _alike(old: Sequence[object], new: Sequence[object]) -> int:
    """Return how many minutes from the start on are the same in both."""
    if list(new[: len(old)]) == list(old):
        return len(old)
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))
