"""The curves of the model: every anchor with its reason and source."""

from typing import Final

from monitor.score.curve import Anchor, CurveTable

# Source: named at each anchor; without a name it is a judgement, and the reason says why.
STEADY_LEVEL: Final = CurveTable(
    name="Quiet, steady level",
    unit="dB",
    meaning="LAeq of the event-free seconds of a minute; about 3 points a dB (Röösli 2019)",
    anchors=(
        Anchor(25, 100, "quieter than most bedrooms; nothing to gain below"),
        Anchor(30, 90, "guideline value inside bedrooms", "WHO 1999"),
        Anchor(35, 75, "upper class limit for bedrooms", "EN 16798-1"),
        Anchor(40, 60, "3 points a dB onwards", "Röösli 2019"),
        Anchor(45, 45, "3 points a dB onwards", "Röösli 2019"),
        Anchor(50, 30, "3 points a dB still; pink noise of this level costs REM sleep"),
        Anchor(55, 18, "flattens: little sleep is left to lose"),
        Anchor(60, 8, "the level of talk at 1 m"),
        Anchor(70, 0, "nobody sleeps well beside a vacuum cleaner"),
    ),
)
PEAK_LEVEL: Final = CurveTable(
    name="Quiet, single peak (live value only)",
    unit="dB",
    meaning="LAFmax of a minute",
    anchors=(
        Anchor(33, 100, "threshold of awakenings in the DLR field study", "Basner 2006"),
        Anchor(45, 75, "guideline value for single events", "WHO 1999"),
        Anchor(55, 55, "twice the awakenings of 45 dB", "Basner 2006"),
        Anchor(65, 35, "2 points a dB onwards"),
        Anchor(75, 15, "2 points a dB onwards"),
        Anchor(85, 0, "a smoke alarm"),
    ),
)
_FALLS_GENTLY = "cold falls more gently than heat, because bedding works"
# Common advice: 60 to 67 °F, which is 15.6 to 19.4 °C. The reasons name no number of it: beside
# the column in the house's own unit a second unit, or a rounded one, would only be in the way.
ADULT: Final = CurveTable(
    name="Cool, adult",
    unit="°C",
    meaning="effective temperature of a minute",
    anchors=(
        Anchor(3, 15, "close to freezing, bedding no longer covers the face"),
        Anchor(5, 25, _FALLS_GENTLY, "Tsuzuki 2018"),
        Anchor(8, 45, _FALLS_GENTLY, "Tsuzuki 2018"),
        Anchor(10, 55, _FALLS_GENTLY, "Okamoto-Mizuno 2012"),
        Anchor(12, 65, _FALLS_GENTLY, "Okamoto-Mizuno 2012"),
        Anchor(14, 77, _FALLS_GENTLY, "Okamoto-Mizuno 2012"),
        Anchor(16, 90, "the lower end of common advice"),
        Anchor(17, 100, "the middle of common advice"),
        Anchor(20, 100, "the upper end of common advice, and at least 18 °C", "WHO 2018 housing"),
        Anchor(22, 90, "still inside the comfort of a light duvet"),
        Anchor(24, 75, "bedroom limit above which sleep suffers", "CIBSE"),
        Anchor(25, 65, "upper edge of the best range", "Baniassadi 2023"),
        Anchor(26, 55, "not to be exceeded in bedrooms at night", "CIBSE"),
        Anchor(28, 34, "heat falls faster than cold: bedding does not help"),
        Anchor(30, 15, "heat falls faster than cold: bedding does not help"),
        Anchor(33, 0, "skin temperature: no heat leaves the body by the air"),
    ),
)
_VULNERABLE = "older adults are more vulnerable to cold"
OLDER_ADULT: Final = CurveTable(
    name="Cool, older adult",
    unit="°C",
    meaning="effective temperature of a minute",
    anchors=(
        Anchor(3, 8, _VULNERABLE),
        Anchor(5, 18, _VULNERABLE),
        Anchor(8, 35, _VULNERABLE),
        Anchor(12, 52, _VULNERABLE),
        Anchor(14, 65, _VULNERABLE),
        Anchor(16, 78, _VULNERABLE),
        Anchor(18, 90, "lowest indoor temperature advised", "WHO 2018 housing"),
        Anchor(20, 100, "lower edge of the best range", "Baniassadi 2023"),
        Anchor(24, 100, "inside the best range", "Baniassadi 2023"),
        Anchor(25, 85, "upper edge of the best range", "Baniassadi 2023"),
        Anchor(26, 65, "at most 10 above the adult curve from here up"),
        Anchor(28, 42, "more vulnerable to heat as well: the curves close up"),
        Anchor(30, 22, "more vulnerable to heat as well: the curves close up"),
        Anchor(32, 8, "more vulnerable to heat as well: the curves close up"),
        Anchor(34, 0, "no heat leaves the body by the air"),
    ),
)
HUMIDITY: Final = CurveTable(
    name="Cool, humidity deduction",
    unit="%RH",
    meaning="points taken off after the curve; above 60 %RH fading out from 18 to 14 °C",
    anchors=(
        Anchor(10, 10, "very dry air irritates nose and throat"),
        Anchor(20, 5, "dry air"),
        Anchor(30, 0, "the comfortable range begins"),
        Anchor(60, 0, "the comfortable range ends; above it sweat dries slowly and mould grows"),
        Anchor(70, 5, "humid air"),
        Anchor(85, 10, "very humid air"),
    ),
)
MELANOPIC: Final = CurveTable(
    name="Dark",
    unit="melanopic lx",
    meaning="melanopic equivalent daylight illuminance of a minute",
    logarithmic=True,
    anchors=(
        Anchor(0.1, 100, "a tenth of the guideline: starlight through a curtain"),
        Anchor(1, 90, "at most this where people sleep", "Brown 2022"),
        Anchor(2, 75, "3-5 lx photopic: health effects in cohorts", "Obayashi 2016"),
        Anchor(5, 55, "5-10 lx photopic: sleep measurably lighter", "Cho 2016"),
        Anchor(10, 40, "ceiling for activities at night", "Brown 2022"),
        Anchor(25, 22, "half of the melatonin is suppressed hereabouts", "Phillips 2019"),
        Anchor(50, 10, "100 lx photopic: heart rate and insulin resistance up", "Mason 2022"),
        Anchor(100, 0, "a lit living room"),
    ),
)
PROFILES: Final[dict[str, CurveTable]] = {"adult": ADULT, "older_adult": OLDER_ADULT}
CURVES: Final = (STEADY_LEVEL, PEAK_LEVEL, ADULT, OLDER_ADULT, HUMIDITY, MELANOPIC)
