"""The one versioned table of the score: constants, weights, bands and lamps with reasons.

The curves are in anchors.py, what makes a night and its noise events in monitor/night/model.py;
all together are model version 1. A change of any value in them is a new version: it makes
every stored score stale.
"""

import math
from dataclasses import dataclass
from typing import Final

from monitor.night.model import DEFINITION, Constant

SCORE_MODEL_VERSION: Final = 1  # Source: this table; raised with any change of a value


@dataclass(frozen=True, slots=True)
class Band:
    """What a shown integer of at least `low` is called by its key in phrases.py."""

    low: int
    key: str
    stars: int


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light source and its melanopic daylight efficacy ratio."""

    key: str
    name: str
    der: float


# Source: each entry names its own.
WEIGHT_QUIET: Final = Constant(
    0.40, "", "weight of Quiet", "noise cost the most sleep efficiency (4.7 % less)", "Basner 2023"
)
WEIGHT_COOL: Final = Constant(
    0.30, "", "weight of Cool", "temperature came second (3.4 % less)", "Basner 2023"
)
WEIGHT_DARK: Final = Constant(
    0.30, "", "weight of Dark", "not in that study; given the same as temperature"
)
CAP: Final = Constant(
    15, "points", "cap above the weakest part", "two good parts must not hide a bad one"
)
PART_FLOOR: Final = Constant(
    1, "points", "floor of a part inside the rating", "a geometric mean must not collapse to 0"
)
MEAN_SHARE: Final = Constant(
    0.7, "", "share of the mean of the minutes", "most of a night is its usual minute"
)
WORST_SHARE: Final = Constant(
    0.3, "", "share of the worst hour", "a bad hour is remembered, and is hidden by a mean"
)
WORST_MINUTES: Final = Constant(
    60, "min", "length of the worst hour", "the hour is the epoch of the field study", "Basner 2023"
)
WORST_VALID: Final = Constant(
    45, "min", "valid minutes an hour needs to be the worst", "three quarters known"
)
FULL_COVERAGE: Final = Constant(0.9, "", "coverage of a full part", "at most 48 min of 8 h unknown")
PARTIAL_COVERAGE: Final = Constant(
    0.6, "", "coverage below which a part has no number", "less is guessing"
)
GAP_PERCENTILE: Final = Constant(
    0.1, "", "rank of the minutes that stand for a gap", "missing data must never flatter"
)
VALID_SHARE: Final = Constant(0.5, "", "share of due samples that makes a minute valid", "half")
FULL_NIGHT: Final = Constant(
    240, "min", "shortest window of a full-night rating", "half of a usual night"
)
FILL_TEMPERATURE: Final = Constant(
    30, "min", "longest temperature gap filled, linear", "walls are slow"
)
FILL_LIGHT: Final = Constant(3, "min", "longest light gap filled, held", "a lamp is fast")
DEW_POINT: Final = Constant(
    16.8, "°C", "dew point above which heat feels hotter", "humidity limit", "ASHRAE 55"
)
HUMID_HEAT: Final = Constant(
    0.25,
    "K/K",
    "effective warming per degree of dew point above it",
    "a muggy night is not a dry one",
)
HUMID_HEAT_FROM: Final = Constant(
    22, "°C", "temperature from which humid heat counts", "in full from 2 K above"
)
HUMID_HEAT_WIDTH: Final = Constant(2, "K", "width over which it sets in", "no step in a score")
MAGNUS_A: Final = Constant(17.62, "", "Magnus coefficient", "dew point over water", "Magnus")
MAGNUS_B: Final = Constant(
    243.12, "", "Magnus coefficient for temperatures in °C", "dew point over water", "Magnus"
)
HUMIDITY_FADE_NONE: Final = Constant(
    14, "°C", "no deduction for humid air at and below", "cold air holds little water"
)
HUMIDITY_FADE_FULL: Final = Constant(
    18, "°C", "full deduction for humid air at and above", "no step in a score"
)
HUMIDITY_UNKNOWN: Final = Constant(
    70,
    "%RH",
    "humidity that the low end of the range assumes where none is measured",
    "few bedrooms are more humid all night",
)
DER_UNKNOWN: Final = Constant(
    0.6, "", "melanopic ratio without a picked lamp", "about an LED of 4000 K", "CIE S 026"
)
DER_DAYLIGHT: Final = Constant(
    1.0, "", "melanopic ratio from civil dawn to dusk", "daylight whatever the lamp", "CIE S 026"
)
CIVIL_TWILIGHT: Final = Constant(
    -6, "°", "sun's elevation at civil dawn and dusk", "civil twilight", DEFINITION
)
DAYLIGHT_BEFORE_WAKE: Final = Constant(
    30, "min", "daylight begins before the usual wake time where no place is set", "a guess"
)
DAYLIGHT_LASTS: Final = Constant(
    750, "min", "daylight lasts where no place is set", "12 h after the usual wake time"
)
PEAK_SHARE: Final = Constant(
    4,
    "",
    "a minute's light is at least its largest 10-s mean divided by this",
    "short light acts longer than it lasts",
    "Rahman 2017",
)
RISE_HALF_TIME: Final = Constant(
    5,
    "min",
    "half-time of harm rising while light is on",
    "short light acts, but not at once in full",
)
DECAY_HALF_TIME: Final = Constant(
    46, "min", "half-time of harm fading after light", "recovery after a pulse", "Rahman 2019"
)
QUIET_SECONDS: Final = Constant(
    10, "s", "event-free seconds a minute needs for the steady level", "a sixth of it"
)
QUIET_MINUTES: Final = Constant(
    60, "min", "such minutes a night needs, else LA90 of the night stands in", "one hour"
)
ALARM_CLOCK: Final = Constant(
    5, "min", "events in the last minutes of the window are not counted", "the alarm clock"
)
P_SQUARE: Final = Constant(
    1.894e-3, "%/dB²", "awakenings by LASmax, square term", "fit of a field study", "Basner 2006"
)
P_LINEAR: Final = Constant(
    4.008e-2, "%/dB", "awakenings by LASmax, linear term", "fit of a field study", "Basner 2006"
)
P_CONSTANT: Final = Constant(
    -3.3243, "%", "awakenings by LASmax, constant", "fit of a field study", "Basner 2006"
)
P_FROM: Final = Constant(32.7, "dB", "no awakenings below", "lower end of the fit", "Basner 2006")
P_TO: Final = Constant(
    73, "dB", "flagged as extrapolated above", "upper end of the fit", "Basner 2006"
)
P_MAX: Final = Constant(20, "%", "most that one event can count", "far beyond the fit")
EMERGENCE: Final = Constant(
    6,
    "dB",
    "emergence above the background from which an event counts",
    "what hardly stands out hardly wakes; in full from twice this",
)
AWAKENINGS_HALF: Final = Constant(
    0.667,
    "awakenings",
    "expected awakenings that halve Quiet",
    "puts WHO's 10-15 events of 45 dB on the Good/Fair border; stricter than the one"
    " awakening of airport planning",
)
FLOOR_MISSING: Final = Constant(
    35,
    "dB",
    "microphone floor above which minutes below it are missing",
    "such a microphone cannot tell a quiet room",
)
Z: Final = Constant(
    1.645, "sd", "half-width of the 5-95 % range", "normal distribution", DEFINITION
)
SD_SOUND_CALIBRATED: Final = Constant(
    1.5, "dB", "sd of a calibrated microphone", "as class 2, with placement"
)
SD_SOUND: Final = Constant(
    3, "dB", "sd of a microphone by its data sheet", "sensitivity ±1 dB, port and placement"
)
SD_TEMPERATURE: Final = Constant(0.5, "K", "sd of temperature", "data sheet and placement")
SD_LIGHT: Final = Constant(
    math.log(1.6), "ln", "sd of light, a factor of 1.6", "±25 % and lamp, direction"
)
SAME_SOUND: Final = Constant(0.3, "dB", "sd between nights of one microphone", "drift")
SAME_TEMPERATURE: Final = Constant(0.1, "K", "sd between nights of one thermometer", "drift")
SAME_LIGHT: Final = Constant(
    math.log(1.1), "ln", "sd between nights of one light sensor, 1.1", "drift"
)
TELL_POINTS: Final = Constant(
    3, "points", "cost from which a cause gets its sentence", "below it nobody would notice"
)
LEAST_GAIN: Final = Constant(
    1, "points", "gain from which a change is advised", "what rounds to nothing is not worth it"
)
HOT: Final = Constant(
    26,
    "°C",
    "temperature from which, Cool being weakest, no steady sound is advised against",
    "it may be a fan: moving air is not measured",
)
JOIN: Final = Constant(
    10, "min", "shorter breaks of one cause are told as one", "lamps and sounds come and go"
)
JOIN_SLOW: Final = Constant(
    30, "min", "the same for temperature and humidity", "air warms and cools slowly"
)
TELLING_SHARE: Final = Constant(
    0.05,
    "",
    "share of its worst minute's cost from which a slow stretch is told",
    "its first and last minutes cost next to nothing; their points still count",
)
PERCENTILE_NIGHTS: Final = Constant(
    30, "nights", "nights that the own percentile looks back", "a month"
)
PERCENTILE_MIN: Final = Constant(
    7, "nights", "nights that the own percentile needs", "a week, as for regularity"
)

# Source: docs/scoring.md: one meaning on all scales, 90 strict guideline, 75 main guideline,
# 60 measurable in studies, 40 clearly disturbing.
BANDS: Final = (
    Band(90, "excellent", 5),
    Band(75, "good", 4),
    Band(60, "fair", 3),
    Band(40, "poor", 2),
    Band(0, "bad", 1),
)
WEIGHTS: Final = {"quiet": WEIGHT_QUIET.value, "cool": WEIGHT_COOL.value, "dark": WEIGHT_DARK.value}
# Source: CIE S 026 (melanopic daylight efficacy ratios of common sources).
LAMPS: Final = (
    Lamp("candle", "candle", 0.27),
    Lamp("led_2700k", "LED 2700 K (warm white)", 0.41),
    Lamp("led_3000k", "LED 3000 K", 0.46),
    Lamp("incandescent", "incandescent", 0.50),
    Lamp("led_4000k", "LED 4000 K (neutral white)", 0.63),
    Lamp("led_5000k", "LED 5000 K", 0.69),
    Lamp("led_6500k", "LED 6500 K (cool white)", 0.86),
    Lamp("daylight", "daylight", 1.00),
    Lamp("sodium", "sodium street lamp", 0.2),
    Lamp("led_amber", "amber LED", 0.02),
    Lamp("red", "red light", 0.002),
)


def shown(score: float) -> int:
    """Return the integer that is shown: half up, after rounding to 6 decimals.

    >>> shown(74.5), shown(74.49999999), shown(74.49)
    (75, 75, 74)
    """
    return int(round(score, 6) + 0.5)


def band(score: float) -> Band:
    """Return the band of the integer that is shown.

    >>> band(89.5).key
    'excellent'
    """
    integer = shown(score)
    return next(found for found in BANDS if integer >= found.low)
