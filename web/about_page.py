"""Pure: the table of the score as sections of a page; the same rows as docs/scoring.md."""

from dataclasses import dataclass

from monitor.night.model import Constant
from monitor.score.about import CONSTANT_HEAD, constants, night_constants, value_text
from monitor.score.anchors import CURVES
from monitor.score.curve import CurveTable
from monitor.score.figures import capitalised
from monitor.score.model import BANDS, LAMPS, SCORE_MODEL_VERSION
from monitor.score.phrases import BAND_WORDS
from monitor.score.sources import SOURCES

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSection:
    """A table with what it means."""

    title: str
    meaning: str
    head: Row
    rows: tuple[Row, ...]


def about_sections() -> tuple[AboutSection, ...]:
    """Return every band, curve, constant, lamp and source of the score in force."""
    return (
        AboutSection(
            title="Words and stars",
            meaning="What a rating is called from which number on.",
            head=("From", "Word", "Stars"),
            rows=tuple((str(it.low), BAND_WORDS[it.key], "★" * it.stars) for it in BANDS),
        ),
        *map(_curve, CURVES),
        AboutSection(
            title="Constants",
            meaning="Everything else the score is made of. What is judgement is our own choice.",
            head=CONSTANT_HEAD,
            rows=tuple(map(_row, constants())),
        ),
        AboutSection(
            title="Sounds and the night",
            meaning="What makes a single sound, and when a night begins and ends.",
            head=CONSTANT_HEAD,
            rows=tuple(map(_row, night_constants())),
        ),
        AboutSection(
            title="Lamps",
            meaning="How much of a lamp’s light the body’s clock sees (CIE S 026).",
            head=("Lamp", "Ratio"),
            rows=tuple((it.name, f"{it.der:g}") for it in LAMPS),
        ),
        AboutSection(
            title="Sources",
            meaning="Where it comes from.",
            head=("Short name", "Source"),
            rows=tuple(SOURCES.items()),
        ),
    )


def model_version() -> int:
    """Return the version of the score in force."""
    return SCORE_MODEL_VERSION


def _curve(table: CurveTable) -> AboutSection:
    return AboutSection(
        title=table.name,
        meaning=f"{capitalised(table.meaning)}.",
        head=(table.unit, "Score", "Why", "Source"),
        rows=tuple((f"{it.at:g}", f"{it.score:g}", it.reason, it.source) for it in table.anchors),
    )


def _row(it: Constant) -> Row:
    return capitalised(it.name), value_text(it), it.unit or "–", it.reason, it.source
