"""What a page was told by the household: every question with its answer, to be asked again.

A page that is kept holds as long as the answers stay the same. They are noted where they are
given, so that whatever a view, the store in sight or a template asks is among them.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

from web.sources import HouseholdSource

# Answered by household.db alone, so that HouseholdSource.version tells when to ask again.
QUESTIONS: Final = frozenset(
    {
        "alert_choices",
        "correction",
        "deletions",
        "in_force",
        "is_undated",
        "kept_mark",
        "marks",
        "newest_request",
        "note",
        "tag_counts",
        "tagged_nights",
        "tags",
        "view_choices",
    }
)


class Present(int):
    """The instant at which something is asked; asked again later it is a later one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A method of HouseholdSource and its arguments; Present itself stands for the present."""

    name: str
    asked: tuple[object, ...]


Answers = Mapping[Question, object]


def said(answers: Answers) -> bytes:
    """Return what tells answers from others; the answers themselves would fill the memory."""
    return hashlib.blake2b(repr(list(answers.values())).encode(), digest_size=16).digest()


_noted: Final[ContextVar[dict[Question, object] | None]] = ContextVar("noted", default=None)


class AskedHousehold:
    """Asks a household for everybody, and notes the answers for who wants to keep a page.

    Threads may share it: each notes its own.
    """

    def __init__(self, household: HouseholdSource) -> None:
        self._household = household

    @property
    def source(self) -> HouseholdSource:
        """Return the household as all others know it."""
        return cast("HouseholdSource", self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of HouseholdSource
        """Return a method of the household, which notes its answer where somebody notes."""
        method = getattr(self._household, name)
        noted = _noted.get()
        return method if noted is None else _noting(noted, name, method)

    @contextmanager
    def noting(self) -> Iterator[Answers]:
        """Note what this thread is answered meanwhile."""
        answers: dict[Question, object] = {}
        before = _noted.set(answers)
        try:
            yield answers
        finally:
            _noted.reset(before)

    def again(self, questions: Iterable[Question], present_ms: int) -> Answers:
        """Return what the same questions are answered at present."""
        return {
            one: getattr(self._household, one.name)(
                *(present_ms if it is Present else it for it in one.asked)
            )
            for one in questions
        }


def _noting(
    noted: dict[Question, object], name: str, method: Callable[..., object]
) -> Callable[..., object]:
    """Return a method that is asked once a page, so that all of it tells the same."""
    if name not in QUESTIONS:
        raise TypeError(f"{name}: a page that is kept can be made of no such thing")

    def ask(*asked: object) -> object:
        one = Question(name, tuple(Present if isinstance(it, Present) else it for it in asked))
        if one not in noted:
            noted[one] = method(*asked)
        return noted[one]

    return ask
