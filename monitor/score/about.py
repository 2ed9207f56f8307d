"""The table as something to read: what docs/scoring.md and the "about the score" page show."""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Final

from monitor.night import model as night_model
from monitor.night.model import JUDGEMENT, Constant
from monitor.score import model
from monitor.score.anchors import CURVES
from monitor.score.curve import CurveTable
from monitor.score.figures import capitalised
from monitor.score.phrases import BAND_WORDS
from monitor.score.sources import SOURCES

CONSTANT_HEAD: Final = ("What", "Value", "Unit", "Why", "Source")

_INTRODUCTION = """\
# How the score is made

<!-- Made from the table in monitor/score by monitor.score.about.markdown(). Do not edit:
change the table, then write this file anew:
python -c "from monitor.score.about import markdown; print(markdown(), end='')" -->

Score model version {version}. It scores the **room**, never the sleeper: it makes no
diagnosis, knows no sleep stages, and does not claim that a better room means fewer jerks
or better health. Carbon dioxide and particles matter as much as noise and warmth in field
studies; they are not measured here.

Three parts from 0 to 100, Quiet, Cool and Dark, share one meaning: 90 meets the strict
guideline, 75 the main guideline, at 60 effects are measurable in studies, 40 is clearly
disturbing. Minutes are judged on the curves below, linear between anchors (light: linear
in the logarithm) and flat outside them. A part of a night is made of the mean of its
minutes and its worst hour. Quiet is then lowered by single sounds, by the awakenings
that they would be expected to add. The microphone cannot tell who made a sound. The
rating is the weighted geometric mean of the parts, never more than {cap:.0f} points above the
weakest.

How a night is made of it:

- A minute counts with at least half of its due samples. Temperature gaps of up to
  {fill_temperature:.0f} min are filled linearly, light gaps of up to {fill_light:.0f} min
  hold the last value, noise gaps stay gaps.
- Part = {mean:g} x mean of the minutes + {worst:g} x mean of the worst hour.
- Cool: effective temperature = T + {humid:g} x (0 to 1 from 22 to 24 °C) x (dew point above
  {dew:g} °C), then the deduction for dry or humid air.
- Dark: a memory of harm (100 - score) rises with a half-time of {rise:.0f} min while light is
  on and fades with {decay:.0f} min after it; the minute counts 100 - memory.
- Quiet = B x E. B is made of the steady level outside events. E = 2^(-EA/{half:g}), EA being
  the expected awakenings of all events / coverage, each event weighted by how far it
  stands out of the background. Brief near sounds, and events in the last
  {alarm:.0f} min, are listed but not counted.
- A noise event begins at {event_from:.0f} dB or more that is also {above:.0f} dB above the
  background, the LA90 of the last {background:.0f} min; it ends with its last second {until:.0f} dB
  above it, once {closed:.0f} s have been lower. What lasts {long:.0f} min counts once and is steady
  sound from there on. Shorter than {brief:.0f} s and softer than {brief_below:.0f} dB it is a brief
  near sound. Levels in which nobody listened for events are an upper limit: "at most".
- Rating = the smaller of Q^{quiet:g} C^{cool:g} D^{dark:g} and the weakest part + {cap:.0f}.
- A part seen for less than 90 % of the night takes the lower of what was seen and of the
  gap filled with the worst tenth; below 60 % it has no number, and the rating of the
  other parts is provisional: "at most". Where the microphone's own noise hides how quiet it
  was, the number is what is surely reached, "at least"; as an upper limit it is the upper end
  of the range, for the middle of what is hidden bounds nothing.
- The range beside a number (5-95 %): each sensor may be off by {z:g} times its standard
  deviation. Errors of different sensors know nothing of each other: together they move the
  rating as far as errors can whose squares add up to one of them. What was not seen opens the
  range of all parts at once. Two nights are called different when they are
  further apart than the root of the squares of the half-ranges that face each other; between
  nights of the same sensors only their drift counts.
- A sound that goes on after lights-out for {stop_after:.0f} min to {stop_until:.0f} h and then
  falls by {stop_drop:.0f} dB for good (a television) makes the page ask whether that was
  lights-out. It changes nothing by itself.

What is marked *{judgement}* is our own choice, with its reason; the rest has a source.
"""


def constants() -> tuple[Constant, ...]:
    """Return every constant of the score in the order of the table."""
    return _constants_of(model)


def night_constants() -> tuple[Constant, ...]:
    """Return every constant of what makes a night and its noise events, in order."""
    return _constants_of(night_model)


def _constants_of(module: ModuleType) -> tuple[Constant, ...]:
    return tuple(value for value in vars(module).values() if isinstance(value, Constant))


def markdown() -> str:
    """Return the whole table as Markdown, the text of docs/scoring.md."""
    sections = (
        _introduction(),
        _section("Bands", ("From", "Word", "Stars"), _bands()),
        *(_curve(table) for table in CURVES),
        _section("Constants", CONSTANT_HEAD, map(_constant, constants())),
        _section(
            "Noise events, the window, wind-down and regularity",
            CONSTANT_HEAD,
            map(_constant, night_constants()),
        ),
        _section(
            "Lamps (melanopic daylight efficacy ratio, CIE S 026)",
            ("Lamp", "Ratio"),
            ((lamp.name, f"{lamp.der:g}") for lamp in model.LAMPS),
        ),
        _section("Sources", ("Short name", "Source"), SOURCES.items()),
    )
    return "\n".join(sections)


def _introduction() -> str:
    return _INTRODUCTION.format(
        version=model.SCORE_MODEL_VERSION,
        judgement=JUDGEMENT,
        **model.WEIGHTS,
        cap=model.CAP.value,
        mean=model.MEAN_SHARE.value,
        worst=model.WORST_SHARE.value,
        fill_temperature=model.FILL_TEMPERATURE.value,
        fill_light=model.FILL_LIGHT.value,
        humid=model.HUMID_HEAT.value,
        dew=model.DEW_POINT.value,
        rise=model.RISE_HALF_TIME.value,
        decay=model.DECAY_HALF_TIME.value,
        half=model.AWAKENINGS_HALF.value,
        alarm=model.ALARM_CLOCK.value,
        event_from=night_model.EVENT_FROM.value,
        above=night_model.EVENT_ABOVE.value,
        background=night_model.BACKGROUND.value,
        until=night_model.EVENT_UNTIL.value,
        closed=night_model.EVENT_CLOSED.value,
        long=night_model.EVENT_LONG.value,
        brief=night_model.EVENT_BRIEF.value,
        brief_below=night_model.EVENT_BRIEF_BELOW.value,
        z=model.Z.value,
        stop_after=night_model.STOP_AFTER.value,
        stop_until=night_model.STOP_UNTIL.value,
        stop_drop=night_model.STOP_DROP.value,
    )


def _bands() -> Iterator[tuple[str, ...]]:
    for band in model.BANDS:
        yield str(band.low), BAND_WORDS[band.key], str(band.stars)


def _curve(table: CurveTable) -> str:
    rows = (
        (f"{anchor.at:g}", f"{anchor.score:g}", anchor.reason, anchor.source)
        for anchor in table.anchors
    )
    heading = _section(table.name, (table.unit, "Score", "Why", "Source"), rows)
    title, _, rest = heading.partition("\n\n")
    return f"{title}\n\n{capitalised(table.meaning)}.\n\n{rest}"


def value_text(constant: Constant) -> str:
    """Return the value as it is in force: rounded, another number would be published.

    >>> value_text(model.MAGNUS_B), value_text(model.P_CONSTANT)
    ('243.12', '-3.3243')
    """
    return f"{constant.value:.6g}"


def _constant(constant: Constant) -> tuple[str, ...]:
    return (
        capitalised(constant.name),
        value_text(constant),
        constant.unit or "-",
        constant.reason,
        constant.source,
    )


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", _row(head), _row("---" for _ in head), *map(_row, rows), ""]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
