"""Fills in what scoring says: the strings themselves are in phrases.py, for a translator."""

import math
from collections.abc import Sequence
from typing import Final

from monitor.score import phrases
from monitor.score.figures import (
    capitalised,
    clock,
    count_text,
    counted,
    duration_text,
    lux_text,
    points_text,
    stretch_text,
    whole,
)
from monitor.score.result import Sentence, Span

MINUTE_S: Final = 60.0


def cost(spans: Sequence[Span], zone: str) -> Sentence:
    """Return the sentence of one or several stretches of one cause."""
    worst = max(spans, key=lambda span: span.points)
    points = sum(span.points for span in spans)
    phrase, begin, value = phrases.CAUSES[worst.cause]
    if worst.cause == "gap":
        begin = phrases.GAP_BEGINS.format(sensor=phrases.SENSORS[worst.part])
    evidence = worst.detail
    told = value.format(
        **evidence,
        lux=lux_text(evidence.get("illuminance_lx", 0.0)),
        at=clock(evidence.get("at_ms", worst.start_ms), zone),
    )
    if len(spans) == 1:
        when = stretch_text(worst.start_ms, worst.end_ms, zone)
    else:
        minutes = sum(span.end_ms - span.start_ms for span in spans) / 60_000
        first, last = spans[0].start_ms, max(span.end_ms for span in spans)
        when = phrases.STRETCHES.format(
            count=count_text(len(spans)),
            begin=clock(first, zone),
            end=clock(last, zone),
            lasted=duration_text(minutes),
        )
    return Sentence(
        kind="cost",
        text=phrases.COST.format(begin=begin, when=when, value=told, points=points_text(points)),
        points=points,
        calm=phrases.COST_CALM.format(cause=capitalised(phrase)),
    )


def events(spans: Sequence[Span], zone: str) -> Sentence:
    """Return the sentence of all counted noise events of a night."""
    points = sum(span.points for span in spans)
    beyond = any(span.detail["extrapolated"] for span in spans)
    text = phrases.EVENTS.format(
        sounds=_sounds(spans, zone),
        awakenings=sum(span.detail["awakenings"] for span in spans),
        estimate=phrases.BEYOND_STUDIES if beyond else "",
        points=points_text(points),
    )
    return Sentence(kind="cost", text=text, points=points, calm=phrases.EVENTS_CALM)


def _sounds(spans: Sequence[Span], zone: str) -> str:
    """Return how many sounds there were, how loud, when and for how long."""
    loudest = max(spans, key=lambda span: span.detail["lasmax_db"])
    softest_db = min(span.detail["lasmax_db"] for span in spans)
    seconds = sum(span.end_ms - span.start_ms for span in spans) / 1000
    lasted = (
        duration_text(seconds / 60)
        if seconds >= MINUTE_S
        else phrases.SECONDS.format(seconds=seconds)
    )
    level, at = whole(loudest.detail["lasmax_db"]), clock(loudest.start_ms, zone)
    peak = phrases.PEAK.format(level=level, time=at)
    if len(spans) == 1:
        return phrases.SOUND.format(peak=peak, lasted=lasted)
    return phrases.SOUNDS.format(
        count=capitalised(count_text(len(spans))),
        softest=whole(softest_db),
        begin=clock(spans[0].start_ms, zone),
        end=clock(spans[-1].start_ms, zone),
        lasted=lasted,
        peak=peak,
    )


def good(part: str, when: str, typical: dict[str, float], points: float) -> Sentence:
    """Return what went well in one part, with its usual values."""
    told = phrases.TYPICAL[part].format(
        **typical,
        lux=lux_text(typical.get("illuminance_lx", 0.0)),
        at_most=phrases.AT_MOST_LEVEL if typical.get("bounded") else "",
    )
    name = phrases.PART_WORDS[part]
    return Sentence(
        kind="good",
        text=phrases.GOOD.format(part=name, when=when, value=told, points=points_text(points)),
        points=points,
        calm=phrases.GOOD_CALM.format(part=name),
    )


def change(cause: str, gain: float) -> Sentence:
    """Return the one change with the points that it can win."""
    advice = phrases.CHANGES[cause]
    return Sentence(
        kind="change",
        text=phrases.CHANGE.format(advice=advice, points=points_text(gain)),
        points=gain,
        calm=phrases.CHANGE_CALM.format(advice=capitalised(advice)),
    )


def check(parts: Sequence[str]) -> Sentence:
    """Return the change when nothing is worth changing but sensors gave no values."""
    if not parts:
        nothing = phrases.NOTHING_TO_CHANGE
        return Sentence(kind="change", text=nothing, calm=nothing)
    sensors = phrases.AND.join(phrases.SENSORS[part] for part in parts)
    text, calm = (it.format(sensors=sensors) for it in (phrases.CHECK, phrases.CHECK_CALM))
    return Sentence(kind="change", text=text, calm=calm)


def headline(word: str | None, part: str | None, spans: Sequence[Span], zone: str) -> str:
    """Return the night in one line; part is set where the cap holds the rating back.

    spans is what cost most: one stretch, or all single sounds in order; it may be empty.
    """
    rest = _dearest(part, spans, zone) if spans else phrases.UNDISTURBED
    if word:
        return phrases.HEADLINE_RATED.format(word=word, rest=rest)
    return phrases.HEADLINE_UNRATED.format(rest=rest)


def _dearest(part: str | None, spans: Sequence[Span], zone: str) -> str:
    begin, last = clock(spans[0].start_ms, zone), spans[-1]
    is_sound, is_one = last.cause == "event", len(spans) == 1
    end = clock(last.start_ms if is_sound else last.end_ms, zone)
    cause = phrases.CAUSES[last.cause][0]
    if is_sound:
        several = phrases.HEADLINE_COUNT.format(count=count_text(len(spans)))
        cause = phrases.HEADLINE_SOUND if is_one else several
    when = (
        phrases.AT.format(time=begin)
        if is_sound and begin == end
        else phrases.FROM_TO.format(begin=begin, end=end)
    )
    if part is not None:
        name = phrases.PART_WORDS[part]
        return phrases.HEADLINE_HELD_BACK.format(part=name, cause=cause, when=when)
    return counted(phrases.HEADLINE_COST, "", one=is_one, cause=cause, when=when)


def held_back(rating: float, part: str, points: float) -> Sentence:
    """Return what the cap took."""
    name = phrases.PART_WORDS[part]
    text = phrases.HELD_BACK.format(rating=whole(rating), part=name, points=points_text(points))
    return _note(text, phrases.HELD_BACK_CALM.format(part=name), points)


def _note(text: str, calm: str, points: float = 0.0) -> Sentence:
    return Sentence(kind="note", text=text, points=points, calm=calm)


def no_values(part: str, gaps: Sequence[tuple[int, int]], zone: str) -> str:
    """Return why a part has no number; gaps as (start_ms, end_ms), at least one."""
    first, last = max(gaps, key=lambda gap: gap[1] - gap[0])
    stretch = phrases.FROM_TO.format(begin=clock(first, zone), end=clock(last, zone))
    sensor = phrases.SENSORS[part]
    if len(gaps) == 1:
        return phrases.NO_VALUES.format(sensor=sensor, stretch=stretch)
    lasted = duration_text(sum(end - start for start, end in gaps) / 60_000)
    return phrases.NO_VALUES_OFTEN.format(sensor=sensor, lasted=lasted, stretch=stretch)


def too_short(minutes: int) -> str:
    """Return why a short window has no full-night rating."""
    return phrases.TOO_SHORT.format(lasted=duration_text(minutes))


def reasons(of_night: Sequence[str]) -> str:
    """Return several reasons as one."""
    return phrases.BETWEEN_REASONS.join(of_night)


def partial(part: str, coverage: float, gaps: Sequence[tuple[int, int]], zone: str) -> Sentence:
    """Return the note of a part that was seen in part only."""
    name, seen = phrases.PART_WORDS[part], math.floor(coverage * 100)
    text = phrases.PARTIAL.format(part=name, seen=seen, no_values=no_values(part, gaps, zone))
    return _note(text, phrases.PARTIAL_CALM.format(part=name))


def at_least(score: float, floor_db: float) -> Sentence:
    """Return the note of a night that was quieter than the microphone itself."""
    text = phrases.AT_LEAST.format(floor=whole(floor_db), score=whole(score))
    return _note(text, phrases.AT_LEAST_CALM)


def at_most(part: str, score: float) -> Sentence:
    """Return the note of a part that may have been worse than what was measured."""
    reason, calm = phrases.AT_MOST_REASONS[part]
    name = phrases.PART_WORDS[part]
    return _note(phrases.AT_MOST.format(reason=reason, part=name, score=whole(score)), calm)


def clipped(minutes: int) -> Sentence:
    """Return in how many minutes the microphone was at its end."""
    told = counted(phrases.CLIPPED_MINUTES, count_text(minutes), one=minutes == 1)
    return _note(phrases.CLIPPED.format(minutes=told), phrases.CLIPPED_CALM)


def hum(minutes: float, above_db: float, *, at_floor: bool = False) -> Sentence:
    """Return what lies in C-weighted levels, above_db above A-weighted ones.

    at_floor: those were the microphone's own noise, and above_db a lower limit.
    """
    text, calm = phrases.HUM, phrases.HUM_CALM
    if at_floor:
        text, calm = phrases.HUM_AT_FLOOR, phrases.HUM_AT_FLOOR_CALM
    return _note(text.format(lasted=duration_text(minutes), above=whole(above_db)), calm)


def later_lights_out(lights_out_ms: int, silent_ms: int, zone: str) -> Sentence:
    """Return the question whether the night began when a sound stopped."""
    later = duration_text((silent_ms - lights_out_ms) / 60_000)
    text = phrases.LATER.format(time=clock(silent_ms, zone), later=later)
    return _note(text, phrases.LATER_CALM)


def label(fitted: int, missing: Sequence[str]) -> str:
    """Return what the rating is made of where parts are not fitted."""
    measured = phrases.AND.join(phrases.MEASURED[part] for part in missing)
    return counted(phrases.OF_PARTS, str(fitted), one=fitted == 1, measured=measured)


def percentile(better_than: int, nights: int) -> Sentence:
    """Return how the night compares with the household's own."""
    is_good = better_than * 2 > nights
    calm = phrases.PERCENTILE_GOOD_CALM if is_good else phrases.PERCENTILE_POOR_CALM
    return _note(phrases.PERCENTILE.format(better=better_than, nights=nights), calm)


def no_value_now(part: str) -> str:
    """Return the phrase of a part that has no value now."""
    return phrases.NO_VALUE_NOW.format(sensor=phrases.SENSORS[part])


def quiet_now(
    level_db: float, *, below_floor: bool, peak_db: float | None, fine: bool, air: bool
) -> str:
    """Return the phrase of Quiet; peak_db is given where a peak is what lowers it.

    air: it is so hot that a steady sound may be a fan, which nobody is told to silence.
    """
    level = phrases.LEVEL_AT_MOST if below_floor else phrases.LEVEL
    now = level.format(level=whole(level_db))
    if fine:
        return phrases.FINE_NOW["quiet"].format(now=now)
    if peak_db is not None:
        return phrases.PEAKS_NOW.format(level=whole(peak_db))
    return (phrases.FAN_NOW if air else phrases.STEADY_NOW).format(now=now)


def cool_now(
    temperature_c: float, *, warm: bool, fine: bool, best_c: float, cooling_min: float | None
) -> str:
    """Return the phrase of Cool; cooling_min is the time to best_c with the window open."""
    now = phrases.TEMPERATURE.format(temperature_c=temperature_c)
    if fine:
        return phrases.FINE_NOW["cool"].format(now=now)
    if not warm:
        return phrases.COLD_NOW.format(now=now)
    if cooling_min is None:
        return phrases.WARM_NOW.format(now=now)
    lasted = duration_text(cooling_min)
    return phrases.WARM_NOW_FOR.format(now=now, best=whole(best_c), lasted=lasted)


def dark_now(illuminance_lx: float, *, fine: bool) -> str:
    """Return the phrase of Dark."""
    now = lux_text(illuminance_lx)
    return (phrases.FINE_NOW["dark"] if fine else phrases.BRIGHT_NOW).format(now=now)
