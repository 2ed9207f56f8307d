"""What scoring says: values only, serialisable, the same in store, API and pages."""

from enum import StrEnum
from typing import Final

import msgspec

from monitor.night.window import Window

PARTS: Final = ("quiet", "cool", "dark")


class Status(StrEnum):
    """How much of a part could be judged."""

    FULL = "full"
    PARTIAL = "partial"
    MISSING = "missing"  # fitted, coverage below 60 %: no number
    NOT_FITTED = "not_fitted"


class PartScore(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a night or of now. score, low and high are 0-100, unrounded.

    low and high are the 5-95 % range, same_low and same_high the range that matters between
    nights of the same sensors. at_most: the truth may be worse. at_least: the microphone's
    floor hides how quiet it was; sure_score is then the low end of what score stands for.
    word and stars follow sure_score as shown, and are None without a number.
    """

    part: str
    status: Status
    score: float | None
    low: float | None = None
    high: float | None = None
    at_most: bool = False
    at_least: bool = False
    coverage: float = 1.0
    points_lost: float = 0.0
    sure_score: float | None = None
    same_low: float | None = None
    same_high: float | None = None
    word: str | None = None
    stars: int | None = None


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Where points went: one cause between two instants. detail carries its evidence."""

    part: str
    cause: str
    start_ms: int
    end_ms: int
    points: float
    detail: dict[str, float] = {}


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence with its points of the rating; kind is cost, good, change or note.

    calm says the same without any number. The store keeps °C; pages, alerts and the API say
    temperatures in the unit that the household reads.
    """

    kind: str
    text: str
    points: float = 0.0
    calm: str = ""


class NightScore(msgspec.Struct, frozen=True, kw_only=True):
    """A night judged. rating is None where nothing could be said, never 0 or 100 for that.

    provisional holds the reason in words where the rating is no full-night rating.
    minute_costs gives, per part, the points lost in each clock minute of the window.
    sure_rating is what word and stars follow (see PartScore). held_back_by names the part
    that the cap follows, held_back_points what the cap took (part of that part's points).
    """

    score_model_version: int
    window: Window
    parts: tuple[PartScore, ...]
    rating: float | None
    low: float | None = None
    high: float | None = None
    at_most: bool = False
    word: str | None = None
    stars: int | None = None
    provisional: str | None = None
    label: str | None = None
    headline: str = ""
    sentences: tuple[Sentence, ...] = ()
    spans: tuple[Span, ...] = ()
    minute_costs: dict[str, tuple[float, ...]] = {}
    profile: str = "adult"
    offset_k: float = 0.0
    at_least: bool = False
    sure_rating: float | None = None
    same_low: float | None = None
    same_high: float | None = None
    held_back_by: str | None = None
    held_back_points: float = 0.0

    @property
    def comparable(self) -> bool:
        """Tell whether the night may enter trends, percentiles and comparisons."""
        return self.rating is not None and self.provisional is None

    @property
    def kind(self) -> tuple[int, tuple[str, ...]]:
        """Return what two nights must share to be compared: the model and the parts judged."""
        judged = tuple(part.part for part in self.parts if part.score is not None)
        return self.score_model_version, judged

    def part(self, name: str) -> PartScore:
        """Return the part of that name: quiet, cool or dark."""
        return next(part for part in self.parts if part.part == name)


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The room now: part scores and rating, with one phrase of advice a part.

    low and high are the 5-95 % range; at_most: a fitted part has no value.
    """

    score_model_version: int
    parts: tuple[PartScore, ...]
    rating: float | None
    word: str | None
    advice: dict[str, str] = {}
    low: float | None = None
    high: float | None = None
    at_most: bool = False
    at_least: bool = False
    stars: int | None = None
    sure_rating: float | None = None
    label: str | None = None
