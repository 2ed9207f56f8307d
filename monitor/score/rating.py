"""A night judged: the one entry of night scoring."""

from collections.abc import Sequence

import msgspec

from monitor.contract.record import Minute
from monitor.night.household import Household
from monitor.night.window import Window
from monitor.score import model, phrases, telling, words
from monitor.score.accounting import account, in_points, minute_points, rating_of
from monitor.score.aggregate import status_of
from monitor.score.carry import Carry
from monitor.score.grid import MINUTE_MS, minutes_in
from monitor.score.part import Costs, PartNight
from monitor.score.quiet_night import QuietNight
from monitor.score.result import PARTS, NightScore, PartScore, Sentence, Span, Status
from monitor.score.spans import gap_stretches, spans_of
from monitor.score.stated import stated_rating, stated_score
from monitor.score.sums import NightSums
from monitor.score.uncertainty import part_range, rating_range, shifts


def score_night(minutes: Sequence[Minute], window: Window, household: Household) -> NightScore:
    """Return the night of a window judged from its minutes, in any order or sampling.

    Minutes outside the window are ignored but for noise events that started inside it.

    Raises:
        UnknownProfileError: the household's profile is not in the table.
        UnknownLampError: the household's lamp is not in the table.
    """
    sums = NightSums(window.start_ms, minutes_in(window))
    for minute in minutes:
        sums.add(minute)
    return judge(sums, window, household, Carry())


def judge(sums: NightSums, window: Window, household: Household, carry: Carry) -> NightScore:
    """Return the night of a window judged from the sums of its records, see score_night."""
    nights = sums.nights(window, household, carry)
    parts = tuple(_part(name, nights, window) for name in PARTS)
    blank = NightScore(
        score_model_version=model.SCORE_MODEL_VERSION,
        window=window,
        parts=parts,
        rating=None,
        provisional=_provisional(nights, parts, window),
        label=label_of(parts),
        headline=phrases.NO_RATING,
        sentences=(_nothing_known(parts),),
        profile=household.profile,
        offset_k=household.offset_k,
    )
    if all(part.score is None for part in parts):
        return blank
    judged = _told(_rated(blank, nights), nights)
    notes = sums.noticed.notes(window)
    return msgspec.structs.replace(judged, sentences=(*judged.sentences, *notes))


def label_of(parts: Sequence[PartScore]) -> str | None:
    """Return what a rating is made of where parts are not fitted, None where all are."""
    missing = [part.part for part in parts if part.status is Status.NOT_FITTED]
    if not missing or len(missing) == len(parts):
        return None
    return words.label(len(parts) - len(missing), missing)


def band_of(sure: float, *, at_most: bool) -> tuple[str, int]:
    """Return word and stars; what is only an upper limit takes no Excellent."""
    found = model.band(sure)
    if at_most and found is model.BANDS[0]:
        found = model.BANDS[1]
    return phrases.BAND_WORDS[found.key], found.stars


def _part(name: str, nights: dict[str, PartNight], window: Window) -> PartScore:
    night = nights.get(name)
    if night is None:
        status = Status.NOT_FITTED if minutes_in(window) else Status.MISSING
        return PartScore(part=name, status=status, score=None, coverage=0.0)
    status = status_of(night.coverage)
    if status is Status.MISSING:
        return PartScore(part=name, status=status, score=None, coverage=night.coverage)
    calibrated = isinstance(night, QuietNight) and night.calibrated
    shift = shifts(name, calibrated=calibrated)
    score, sure = night.score(), night.sure_score()
    low, high = part_range(night, shift.full, score)
    same_low, same_high = part_range(night, shift.same, score)
    word, stars = band_of(sure, at_most=night.at_most)
    return PartScore(
        part=name,
        status=status,
        score=score,
        low=low,
        high=high,
        at_most=night.at_most,
        at_least=night.at_least,
        coverage=night.coverage,
        sure_score=sure,
        same_low=same_low,
        same_high=same_high,
        word=word,
        stars=stars,
    )


def _provisional(
    nights: dict[str, PartNight], parts: Sequence[PartScore], window: Window
) -> str | None:
    reasons = []
    if window.provisional:
        reasons.append(phrases.RUNNING)
    if minutes_in(window) < model.FULL_NIGHT.value:
        reasons.append(words.too_short(minutes_in(window)))
    if all(part.status is Status.NOT_FITTED for part in parts):
        reasons.append(phrases.NO_SENSOR)
    reasons += [
        words.no_values(part.part, _gaps(nights[part.part], window), window.zone)
        for part in parts
        if part.status is Status.MISSING and part.part in nights
    ]
    return words.reasons(reasons) or None


def _gaps(night: PartNight, window: Window) -> list[tuple[int, int]]:
    return [
        (window.start_ms + first * MINUTE_MS, window.start_ms + (last + 1) * MINUTE_MS)
        for first, last in gap_stretches(night.gaps)
    ]


def _nothing_known(parts: Sequence[PartScore]) -> Sentence:
    return words.check([part.part for part in parts if part.status is Status.MISSING])


def _rated(blank: NightScore, nights: dict[str, PartNight]) -> NightScore:
    """Return the night with its rating, range and points by part."""
    known = [part for part in blank.parts if part.score is not None]
    scores = {part.part: part.score or 0.0 for part in known}
    sure = rating_of({part.part: part.sure_score or 0.0 for part in known})
    missing = tuple(part.part for part in blank.parts if part.status is Status.MISSING)
    full = {part.part: (part.low or 0.0, part.high or 0.0) for part in known}
    same = {part.part: (part.same_low or 0.0, part.same_high or 0.0) for part in known}
    unseen = {
        part: part_range(nights[part], 0.0, score)
        for part, score in scores.items()
        if _is_open(nights[part])
    }
    low, high = rating_range(scores, full, missing, unseen)
    same_low, same_high = rating_range(scores, same, missing, unseen)
    limited = any(part.at_most for part in known)
    word, stars = band_of(sure, at_most=limited)
    full_night = not missing and minutes_in(blank.window) >= model.FULL_NIGHT.value
    found = account(scores)
    capped = found.held_back_points > 0
    return msgspec.structs.replace(
        blank,
        parts=tuple(
            msgspec.structs.replace(part, points_lost=found.points.get(part.part, 0.0))
            for part in blank.parts
        ),
        rating=found.rating,
        low=low,
        high=high,
        at_most=bool(missing) or limited,
        at_least=any(part.at_least for part in known),
        sure_rating=sure,
        same_low=same_low,
        same_high=same_high,
        word=word if full_night else None,
        stars=stars if full_night else None,
        held_back_by=found.weakest if capped else None,
        held_back_points=found.held_back_points,
    )


def _is_open(night: PartNight) -> bool:
    """Tell whether something of the night was not seen, so that it opens the range."""
    return bool(night.gaps) or night.at_least or night.name == "cool"  # humidity may lack


def _told(night: NightScore, nights: dict[str, PartNight]) -> NightScore:
    """Return the night with its spans, minute costs and words."""
    window = night.window
    costs: dict[str, Costs] = {
        part.part: in_points(nights[part.part].costs(), part.points_lost)
        for part in night.parts
        if part.score is not None
    }
    spans: list[Span] = []
    for name, cost in costs.items():
        judged = nights[name]
        listed = judged.listed if isinstance(judged, QuietNight) else ()
        spans += spans_of(judged, cost, window.start_ms, listed)
    told = telling.Told(
        zone=window.zone,
        parts=night.parts,
        nights=nights,
        spans=tuple(spans),
        rating=night.rating or 0.0,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
    )
    length = minutes_in(window)
    return msgspec.structs.replace(
        night,
        headline=words.headline(
            night.word, _told_back(night), telling.dearest(told.spans), window.zone
        ),
        sentences=(
            *telling.costs(told),
            *telling.good(told),
            telling.change(told),
            *_notes(night, nights),
        ),
        spans=told.spans,
        minute_costs={
            name: minute_points(cost, window.start_ms, length) for name, cost in costs.items()
        },
    )


def _told_back(night: NightScore) -> str | None:
    """Return the part that holds the rating back by enough points to be told."""
    return night.held_back_by if night.held_back_points >= model.TELL_POINTS.value else None


def _notes(night: NightScore, nights: dict[str, PartNight]) -> list[Sentence]:
    found = []
    back = _told_back(night)
    if back is not None:
        rating = stated_rating(night).value or 0.0
        found.append(words.held_back(rating, back, night.held_back_points))
    for part in night.parts:
        if part.score is None:
            continue
        judged = nights[part.part]
        if part.status is Status.PARTIAL:
            gaps = _gaps(judged, night.window)
            found.append(words.partial(part.part, part.coverage, gaps, night.window.zone))
        if part.at_most:
            found.append(words.at_most(part.part, stated_score(part).value or 0.0))
        if isinstance(judged, QuietNight) and part.at_least:
            found.append(words.at_least(part.sure_score or 0.0, judged.floor_db()))
    return found
