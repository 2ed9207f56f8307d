"""Pure: the table of the score as sections of a page; the same rows as docs/scoring.md.

Temperatures are in the house's unit, as on every page; docs/scoring.md is in °C.
"""

from dataclasses import dataclass, replace

from monitor.night.model import Constant
from monitor.score.about import CONSTANT_HEAD, constants, night_constants
from monitor.score.anchors import CURVES, HUMIDITY
from monitor.score.curve import CurveTable
from monitor.score.figures import capitalised
from monitor.score.model import BANDS, LAMPS, SCORE_MODEL_VERSION
from monitor.score.phrases import BAND_WORDS
from monitor.score.sources import SOURCES
from monitor.score.units import TemperatureUnit

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSection:
    """A table with what it means."""

    title: str
    meaning: str
    head: Row
    rows: tuple[Row, ...]

    def said_in(self, unit: TemperatureUnit) -> "AboutSection":
        """Return it with the temperatures of its sentences in a unit."""
        return replace(
            self,
            meaning=unit.said(self.meaning),
            rows=tuple(tuple(map(unit.said, row)) for row in self.rows),
        )


def about_sections(
    unit: TemperatureUnit = TemperatureUnit.CELSIUS,
) -> tuple[AboutSection, ...]:
    """Return every band, curve, constant, lamp and source of the score in force."""
    sections = (
        AboutSection(
            title="Words and stars",
            meaning="What a rating is called from which number on.",
            head=("From", "Word", "Stars"),
            rows=tuple((str(it.low), BAND_WORDS[it.key], "★" * it.stars) for it in BANDS),
        ),
        *(_curve(table, unit) for table in CURVES),
        AboutSection(
            title="Constants",
            meaning="Everything else the score is made of. What is judgement is our own choice.",
            head=CONSTANT_HEAD,
            rows=tuple(_row(it, unit) for it in constants()),
        ),
        AboutSection(
            title="Sounds and the night",
            meaning="What makes a single sound, and when a night begins and ends.",
            head=CONSTANT_HEAD,
            rows=tuple(_row(it, unit) for it in night_constants()),
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
    return tuple(section.said_in(unit) for section in sections)


def model_version() -> int:
    """Return the version of the score in force."""
    return SCORE_MODEL_VERSION


def _curve(table: CurveTable, unit: TemperatureUnit) -> AboutSection:
    return AboutSection(
        title=table.name,
        meaning=f"{capitalised(table.meaning)}.",
        head=(
            _in_unit(0.0, table.unit, unit)[1],
            "Points off" if table is HUMIDITY else "Score",
            "Why",
            "Source",
        ),
        rows=tuple(
            (
                f"{_in_unit(it.at, table.unit, unit)[0]:.6g}",
                f"{it.score:g}",
                it.reason,
                it.source,
            )
            for it in table.anchors
        ),
    )


def _row(it: Constant, unit: TemperatureUnit) -> Row:
    value, symbol = _in_unit(it.value, it.unit, unit)
    return capitalised(it.name), f"{value:.6g}", symbol or "–", it.reason, it.source


def _in_unit(value: float, symbol: str, unit: TemperatureUnit) -> tuple[float, str]:
    """Return a value of the table and its unit as the house reads it."""
    if symbol == TemperatureUnit.CELSIUS.symbol:
        return unit.of(value), unit.symbol
    kelvin = TemperatureUnit.CELSIUS.difference_symbol
    if symbol == kelvin:
        return unit.difference(value), unit.difference_symbol
    if symbol == f"{kelvin}/{kelvin}":  # a ratio of differences is the same in any unit
        return value, f"{unit.difference_symbol}/{unit.difference_symbol}"
    return value, symbol
