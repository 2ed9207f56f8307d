"""Pure: the one number that stands for a score wherever it is told, and which bound it is."""

from dataclasses import dataclass

from monitor.score import phrases
from monitor.score.model import shown
from monitor.score.result import Live, NightScore, PartScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A score as it is told, unrounded; bound: "at most", "at least" or ''."""

    value: float | None = None
    bound: str = ""

    @property
    def text(self) -> str:
        """Return its integer, '' where there is no number."""
        return "" if self.value is None else str(shown(self.value))

    @property
    def words(self) -> str:
        """Return the integer with its bound, as a sentence has it.

        >>> Stated(value=85.9, bound="at least").words
        'at least 86'
        """
        return f"{self.bound} {self.text}".strip()


def stated_rating(score: NightScore | Live | None) -> Stated:
    """Return how a rating is told."""
    if score is None:
        return Stated()
    bounds = (score.at_most, score.at_least)
    return _stated(score.rating, score.sure_rating, score.high, *bounds)


def stated_score(part: PartScore | None) -> Stated:
    """Return how the score of a part is told."""
    if part is None:
        return Stated()
    return _stated(part.score, part.sure_score, part.high, part.at_most, part.at_least)


def _stated(
    score: float | None,
    sure: float | None,
    high: float | None,
    at_most: bool,  # noqa: FBT001 - of one kind with what is before it
    at_least: bool,  # noqa: FBT001
) -> Stated:
    """Return a score as what it surely is.

    What is only surely reached is told as just that. A score that is at_least is the middle of
    what the microphone's own noise leaves open: where it is at_most, too, no more than the
    upper end of its range bounds it.

    >>> _stated(88.2, 85.9, 94.1, at_most=False, at_least=True)
    Stated(value=85.9, bound='at least')
    >>> _stated(88.2, 85.9, 94.1, at_most=True, at_least=True)
    Stated(value=94.1, bound='at most')
    >>> _stated(88.2, 88.2, 94.1, at_most=True, at_least=False)
    Stated(value=88.2, bound='at most')
    """
    if score is None:
        return Stated()
    if at_most:
        is_open = at_least and high is not None
        return Stated(value=high if is_open else score, bound=phrases.BOUND_MOST)
    if at_least and sure is not None:
        return Stated(value=sure, bound=phrases.BOUND_LEAST)
    return Stated(value=score)
