"""The table of what makes a night and its noise events: every constant with its reason.

Together with the tables in monitor/score it is one model, rendered and versioned there: a
change of any value is a new SCORE_MODEL_VERSION.
"""

from dataclasses import dataclass
from typing import Final

JUDGEMENT: Final = "judgement"
DEFINITION: Final = "definition"


@dataclass(frozen=True, slots=True)
class Constant:
    """One number of the model; source is a key of SOURCES, JUDGEMENT or DEFINITION."""

    value: float
    unit: str
    name: str
    reason: str
    source: str = JUDGEMENT

    @property
    def ms(self) -> int:
        """Return a duration in milliseconds, by its unit (s, min, h)."""
        return round(self.value * {"s": 1000, "min": 60_000, "h": 3_600_000}[self.unit])


# Source: each entry names its own.
BACKGROUND: Final = Constant(
    10, "min", "time whose LA90 is the background of a noise event", "longer than most sounds"
)
BACKGROUND_AFTER: Final = Constant(
    60, "s", "least time that gives a background", "after a start one minute must do"
)
EVENT_FROM: Final = Constant(
    35,
    "dB",
    "least level that begins a noise event",
    "just above 32.7 dB, where the awakening curve of Basner 2006 begins",
)
EVENT_ABOVE: Final = Constant(
    6, "dB", "rise above the background that begins a noise event", "twice what is just heard"
)
EVENT_UNTIL: Final = Constant(
    3, "dB", "rise above the background down to which an event lasts", "its last trace"
)
EVENT_CLOSED: Final = Constant(
    10, "s", "time below that, after which an event is over", "a car door, then the engine: one"
)
EVENT_LONG: Final = Constant(
    3, "min", "time after which an event counts and goes on as steady sound",
    "what lasts longer no longer wakes by beginning",
)  # fmt: skip
EVENT_STEADY: Final = Constant(
    6, "dB", "LA10 - LA90 of a long sound that has become the background", "then it wavers little"
)
EVENT_BRIEF: Final = Constant(
    6, "s", "events shorter than this may be brief near sounds", "turning over, a sheet, a cough"
)
EVENT_BRIEF_BELOW: Final = Constant(
    55, "dB", "LASmax below which a short event is a brief near sound", "louder wakes all the same"
)
FLOOR_CLEAR: Final = Constant(
    3, "dB", "rise above the microphone's own noise from which a level counts as measured",
    "nearer than that the difference is mostly error",
)  # fmt: skip
BRIGHT: Final = Constant(
    5, "lx", "light that counts as switched on (photopic)",
    "a dim bedside lamp gives it at the pillow, a street lamp behind a curtain does not",
)  # fmt: skip
SPELL: Final = Constant(
    2, "min", "shortest spell of light whose end may be lights-out", "a door opened is no spell"
)
BEFORE_BEDTIME: Final = Constant(
    2, "h", "lights-out is looked for from this long before the usual bedtime", "early is rare"
)
AFTER_BEDTIME: Final = Constant(
    4, "h", "lights-out is looked for until this long after the usual bedtime",
    "people go to bed late more often, and by more, than early",
)  # fmt: skip
DARK_AFTER: Final = Constant(
    60, "min", "time after lights-out that must be dark", "tells a night from a room left"
)
NOT_DARK_AFTER: Final = Constant(5, "min", "of that, time that may be bright", "a glass of water")
PROVISIONAL_AFTER: Final = Constant(
    15, "min", "dark time after which lights-out is taken while the night runs", "back-dated"
)
STEP_FACTOR: Final = Constant(
    5, "", "rise of light that is get-up", "a switch or a blind; dawn is slower"
)
STEP_WITHIN: Final = Constant(
    2, "min", "time within which it must rise", "civil dawn needs ten times as long"
)
STEP_LASTS: Final = Constant(
    5, "min", "time for which it must stay", "a bathroom visit is shorter or in the dark"
)
AROUND_WAKE_TIME: Final = Constant(
    2, "h", "get-up is looked for this long before and after the usual wake time", "a lie-in"
)
HOLD: Final = Constant(3, "min", "longest light gap that is bridged", "as for Dark")
STOP_DROP: Final = Constant(
    10, "dB", "fall of the level that is a sound that stopped (a television)", "half as loud"
)
STOP_AFTER: Final = Constant(
    15, "min", "such a sound went on for at least this long after lights-out", "a quarter hour more"
)
STOP_UNTIL: Final = Constant(
    3, "h", "and stopped at most this long after it", "later it is a sound of the night"
)
STOP_LOUD_SHARE: Final = Constant(
    0.8, "", "share of the time before that is nearer to its level than to silence", "talk pauses"
)
WIND_DOWN: Final = Constant(
    180, "min", "time before lights-out that the wind-down looks at", "as advised", "Brown 2022"
)
TOO_BRIGHT: Final = Constant(
    10, "melanopic lx", "light above which a wind-down minute is too bright", "as advised",
    "Brown 2022",
)  # fmt: skip
NOBODY_BELOW: Final = Constant(
    1, "melanopic lx", "light below which nobody is up", "too dark to read or walk about"
)
NOBODY_SHARE: Final = Constant(
    0.5, "", "share of such minutes above which nobody was there", "most of the evening"
)
REGULAR_NIGHTS: Final = Constant(14, "nights", "nights that regularity looks back", "two weekends")
REGULAR_LEAST: Final = Constant(
    7, "nights", "nights that regularity needs", "the least that holds a rhythm"
)
STEADY_BELOW: Final = Constant(
    30, "min", "standard deviation below which a time is steady", "as exactly as people mean it"
)
FAIRLY_STEADY: Final = Constant(
    60, "min", "standard deviation up to which it is fairly steady", "twice that"
)
