"""The room now, judged from its last values."""

from collections.abc import Callable, Sequence
from math import exp

import msgspec
from msgspec import UNSET, UnsetType

from monitor.night.floor import without_floor
from monitor.night.household import Household
from monitor.score import model, words
from monitor.score.accounting import account
from monitor.score.cool import cool_curve, minute_score
from monitor.score.dark import dark_curve, melanopic_lx
from monitor.score.daylight import is_daylight
from monitor.score.quiet import live_quiet, live_sure_quiet
from monitor.score.rating import band_of, label_of
from monitor.score.result import Live, PartScore, Status
from monitor.score.uncertainty import Ends, rating_range, shifts


class LiveInput(msgspec.Struct, frozen=True, kw_only=True):
    """The room's last values: UNSET where not fitted, None where there is no valid value.

    laeq_db and lafmax_db are those of the last whole minute. limited_light: the reading
    was dominated by infrared or saturated. cooling_min: minutes until the best
    temperature is reached if the window is opened now, None where that is not known.
    """

    at_ms: int
    temperature_c: float | UnsetType | None = UNSET
    humidity_pct: float | UnsetType | None = UNSET
    illuminance_lx: float | UnsetType | None = UNSET
    limited_light: bool = False
    laeq_db: float | UnsetType | None = UNSET
    lafmax_db: float | UnsetType | None = UNSET
    floor_db: float | None = None
    calibrated: bool = False
    cooling_min: float | None = None


def score_now(live: LiveInput, household: Household) -> Live:
    """Return the room's score now; light without memory, sound as level and peak.

    Raises:
        UnknownProfileError: the household's profile is not in the table.
        UnknownLampError: the household's lamp is not in the table.
    """
    parts = (_quiet(live), _cool(live, household), _dark(live, household))
    air = _needs_air(parts, live)
    advice = {
        part.part: _advice(part, live, household, air=air)
        for part in parts
        if part.status is not Status.NOT_FITTED
    }
    scores = {part.part: part.score for part in parts if part.score is not None}
    blank = Live(
        score_model_version=model.SCORE_MODEL_VERSION,
        parts=parts,
        rating=None,
        word=None,
        advice=advice,
        label=label_of(parts),
    )
    return _rated(blank, scores) if scores else blank


def _rated(blank: Live, scores: dict[str, float]) -> Live:
    known = [part for part in blank.parts if part.score is not None]
    missing = tuple(part.part for part in blank.parts if part.status is Status.MISSING)
    found = account(scores)
    sure = account({part.part: part.sure_score or 0.0 for part in known}).rating
    ends: dict[str, Ends] = {part.part: (part.low or 0.0, part.high or 0.0) for part in known}
    low, high = rating_range(scores, ends, missing)
    limited = any(part.at_most for part in known)
    word, stars = band_of(sure, at_most=limited)
    return msgspec.structs.replace(
        blank,
        parts=tuple(
            msgspec.structs.replace(part, points_lost=found.points.get(part.part, 0.0))
            for part in blank.parts
        ),
        rating=found.rating,
        sure_rating=sure,
        low=low,
        high=high,
        at_most=bool(missing) or limited,
        at_least=any(part.at_least for part in known),
        word=None if missing else word,
        stars=None if missing else stars,
    )


def _quiet(live: LiveInput) -> PartScore:
    laeq_db = live.laeq_db
    if laeq_db is UNSET or laeq_db is None or _is_deaf(laeq_db, live.floor_db):
        return _numberless("quiet", fitted=laeq_db is not UNSET)
    peak_db = None if live.lafmax_db is UNSET else live.lafmax_db
    shift_db = shifts("quiet", calibrated=live.calibrated).full
    score = live_quiet(laeq_db, peak_db, live.floor_db)
    sure = live_sure_quiet(laeq_db, peak_db, live.floor_db)
    hidden = without_floor(laeq_db, live.floor_db).below_floor
    ends = (
        live_sure_quiet(laeq_db, peak_db, live.floor_db, shift_db),
        100.0 if hidden else live_quiet(laeq_db, peak_db, live.floor_db, -shift_db),
    )
    return _part("quiet", score, ends, sure=sure, at_least=hidden)


def _is_deaf(laeq_db: float, floor_db: float | None) -> bool:
    level = without_floor(laeq_db, floor_db)
    return level.below_floor and level.level_db > model.FLOOR_MISSING.value


def _cool(live: LiveInput, household: Household) -> PartScore:
    curve = cool_curve(household)
    temperature_c = live.temperature_c
    if temperature_c is UNSET or temperature_c is None:
        return _numberless("cool", fitted=temperature_c is not UNSET)
    humidity_pct = None if live.humidity_pct is UNSET else live.humidity_pct
    humid_pct = model.HUMIDITY_UNKNOWN.value if humidity_pct is None else humidity_pct
    shift_k = shifts("cool", calibrated=True).full
    shifted = [temperature_c + by * shift_k for by in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    ends = (
        min(minute_score(curve, at_c, humid_pct) for at_c in shifted),
        max(minute_score(curve, at_c, humidity_pct) for at_c in shifted),
    )
    return _part("cool", minute_score(curve, temperature_c, humidity_pct), ends)


def _dark(live: LiveInput, household: Household) -> PartScore:
    lux = live.illuminance_lx
    if lux is UNSET or lux is None:
        return _numberless("dark", fitted=lux is not UNSET)
    seen = melanopic_lx(lux, daylight=is_daylight(live.at_ms, household), lamp=household.lamp)
    factor = exp(shifts("dark", calibrated=True).full)
    ends = dark_curve(seen * factor), dark_curve(seen / factor)
    return _part("dark", dark_curve(seen), ends, at_most=live.limited_light)


def _numberless(name: str, *, fitted: bool) -> PartScore:
    status = Status.MISSING if fitted else Status.NOT_FITTED
    return PartScore(part=name, status=status, score=None, coverage=0.0)


def _part(
    name: str,
    score: float,
    ends: Ends,
    *,
    sure: float | None = None,
    at_most: bool = False,
    at_least: bool = False,
) -> PartScore:
    sure = score if sure is None else sure
    word, stars = band_of(sure, at_most=at_most)
    return PartScore(
        part=name,
        status=Status.FULL,
        score=score,
        low=min(ends[0], score),
        high=max(ends[1], score),
        at_most=at_most,
        at_least=at_least,
        sure_score=sure,
        word=word,
        stars=stars,
    )


def _needs_air(parts: Sequence[PartScore], live: LiveInput) -> bool:
    """Tell whether it is hot and Cool the weakest: no steady sound is advised against then."""
    scores = {part.part: part.score for part in parts if part.score is not None}
    weakest = min(scores, key=lambda part: scores[part], default="")
    return weakest == "cool" and (live.temperature_c or 0.0) >= model.HOT.value


def _advice(part: PartScore, live: LiveInput, household: Household, *, air: bool) -> str:
    if part.score is None:
        return words.no_value_now(part.part)
    fine = part.score >= model.BANDS[1].low
    phrases: dict[str, Callable[[], str]] = {
        "quiet": lambda: _quiet_advice(live, fine=fine, air=air),
        "cool": lambda: _cool_advice(live, household, fine=fine),
        "dark": lambda: words.dark_now(live.illuminance_lx or 0.0, fine=fine),
    }
    return phrases[part.part]()


def _quiet_advice(live: LiveInput, *, fine: bool, air: bool) -> str:
    level = without_floor(live.laeq_db or 0.0, live.floor_db)
    steady = live_quiet(live.laeq_db or 0.0, None, live.floor_db)
    peak_db = live.lafmax_db or 0.0
    peak = steady > live_quiet(live.laeq_db or 0.0, peak_db, live.floor_db)
    return words.quiet_now(
        level.level_db,
        below_floor=level.below_floor,
        peak_db=peak_db if peak else None,
        fine=fine,
        air=air,
    )


def _cool_advice(live: LiveInput, household: Household, *, fine: bool) -> str:
    temperature_c = live.temperature_c or 0.0
    best_c = cool_curve(household).best
    return words.cool_now(
        temperature_c,
        warm=temperature_c > best_c,
        fine=fine,
        best_c=best_c,
        cooling_min=live.cooling_min,
    )
