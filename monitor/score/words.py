"""Every string that scoring says. A sentence has a twin without numbers for the calm mode."""

import math
from collections.abc import Sequence
from typing import Final

from monitor.score.figures import clock, duration_text, lux_text, points_text, stretch_text, whole
from monitor.score.result import Sentence, Span

# Source: docs/scoring.md, bands; the keys are those of model.BANDS.
BAND_WORDS: Final = {
    "excellent": "Excellent",
    "good": "Good",
    "fair": "Fair",
    "poor": "Poor",
    "bad": "Bad",
}
PART_WORDS: Final = {"quiet": "Quiet", "cool": "Cool", "dark": "Dark"}
MEASURED: Final = {"quiet": "noise", "cool": "temperature", "dark": "light"}
SENSORS: Final = {
    "quiet": "the microphone",
    "cool": "the temperature sensor",
    "dark": "the light sensor",
}
# Per cause: the name in running text, how its sentence begins, what its value is called.
CAUSES: Final[dict[str, tuple[str, str, str]]] = {
    "warm": ("warmth", "Warm", "peak {temperature_c:.1f} °C at {at}"),
    "cold": ("cold", "Cold", "lowest {temperature_c:.1f} °C at {at}"),
    "humid": ("humid air", "Humid air", "up to {humidity_pct:.0f} % at {at}"),
    "dry": ("dry air", "Dry air", "down to {humidity_pct:.0f} % at {at}"),
    "steady": ("steady sound", "Steady sound", "{laeq_db:.0f} dB on average"),
    "background": ("background sound", "Background sound", "{laeq_db:.0f} dB on average"),
    "floor": (
        "levels below the microphone's own noise",
        "Below the microphone's own noise",
        "{laeq_db:.0f} dB at most, taken for the middle of what it can have been",
    ),
    "event": ("single sounds", "Sounds", ""),
    "lamp": ("a light", "Light", "up to {lux} at {at}"),
    "glow": ("faint light", "Faint light", "up to {lux} at {at}"),
    "daylight": ("daylight", "Light came in", "up to {lux} at {at}"),
    "gap": ("missing values", "No values", "taken for as poor as the worst tenth of the night"),
}
CHANGES: Final = {
    "warm": "Let the room cool down before bed: open a window or turn the heating down.",
    "cold": "Make the room or the bed a little warmer.",
    "humid": "Air the room before bed.",
    "dry": "Let some moisture into the room's air.",
    "steady": "Find the steady sound and move it away or close the door to it.",
    "background": "Close what lets the background sound in.",
    "event": "Keep single sounds out: close the window, or find what makes them.",
    "lamp": "Keep the light off, or use a dim red one on the way.",
    "glow": "Cover the small lights in the room.",
    "daylight": "Darken the window.",
}
# Per part: why it may have been worse than measured, and the same for the calm mode.
AT_MOST: Final = {
    "quiet": (
        "Nobody listened for single sounds, only for levels",
        "Single sounds were not listened for.",
    ),
    "dark": (
        "Infrared outshone visible light, or light left the sensor's range",
        "The light sensor could not tell all of the light.",
    ),
}
NOTHING_TO_CHANGE: Final = "Change nothing: the room did well."
NO_RATING: Final = "No rating for this night."
RUNNING: Final = "the night is still running"
NO_SENSOR: Final = "no sensor is fitted"
NUMBER_WORDS: Final = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads as the row it is
MINUTE_S: Final = 60.0
READY: Final = {"quiet": "quiet enough", "cool": "right for the night", "dark": "dark enough"}


def count_text(count: int) -> str:
    """Return a count, as a word up to twelve."""
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)


def capitalised(text: str) -> str:
    """Return text with its first letter a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def cost(spans: Sequence[Span], zone: str) -> Sentence:
    """Return the sentence of one or several stretches of one cause."""
    worst = max(spans, key=lambda span: span.points)
    points = sum(span.points for span in spans)
    phrase, begin, value = CAUSES[worst.cause]
    if worst.cause == "gap":
        begin = f"No values from {SENSORS[worst.part]}"
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
        when = (
            f"in {count_text(len(spans))} stretches between {clock(first, zone)} and"
            f" {clock(last, zone)} ({duration_text(minutes)} in all)"
        )
    return Sentence(
        kind="cost",
        text=f"{begin} {when}, {told}: {points_text(points)}.",
        points=points,
        calm=f"{capitalised(phrase)} cost something this night.",
    )


def events(spans: Sequence[Span], zone: str) -> Sentence:
    """Return the sentence of all counted noise events of a night."""
    loudest = max(spans, key=lambda span: span.detail["lasmax_db"])
    softest_db = min(span.detail["lasmax_db"] for span in spans)
    points = sum(span.points for span in spans)
    expected = sum(span.detail["awakenings"] for span in spans)
    seconds = sum(span.end_ms - span.start_ms for span in spans) / 1000
    lasted = duration_text(seconds / 60) if seconds >= MINUTE_S else f"{seconds:.0f} s"
    peak = f"{whole(loudest.detail['lasmax_db'])} dB at {clock(loudest.start_ms, zone)}"
    if len(spans) == 1:
        what = f"One sound of {peak} ({lasted})"
    else:
        first, last = spans[0].start_ms, spans[-1].start_ms
        what = (
            f"{capitalised(count_text(len(spans)))} sounds of {whole(softest_db)} dB and more"
            f" between {clock(first, zone)} and {clock(last, zone)} ({lasted} in all),"
            f" loudest {peak}"
        )
    beyond = any(span.detail["extrapolated"] for span in spans)
    estimate = ", partly beyond the range that was studied" if beyond else ""
    return Sentence(
        kind="cost",
        text=(
            f"{what}: about {expected:.1f} extra awakenings would be expected{estimate};"
            f" {points_text(points)}."
        ),
        points=points,
        calm="Single sounds cost something this night.",
    )


def good(part: str, when: str, typical: dict[str, float], points: float) -> Sentence:
    """Return what went well in one part, with its usual values."""
    told = {
        "quiet": "{at_most}{laeq_db:.0f} dB on average between sounds",
        "cool": "{lowest_c:.1f} to {highest_c:.1f} °C",
        "dark": "{lux} at most",
    }[part].format(
        **typical,
        lux=lux_text(typical.get("illuminance_lx", 0.0)),
        at_most="at most " if typical.get("bounded") else "",
    )
    return Sentence(
        kind="good",
        text=f"{PART_WORDS[part]} went well {when}, {told}: {points_text(points)} lost.",
        points=points,
        calm=f"{PART_WORDS[part]} went well.",
    )


def change(cause: str, gain: float) -> Sentence:
    """Return the one change with the points that it can win."""
    advice = CHANGES[cause]
    return Sentence(
        kind="change",
        text=f"Change one thing tonight: {advice[:1].lower()}{advice[1:-1]}"
        f" (up to {points_text(gain)}).",
        points=gain,
        calm=advice,
    )


def check(parts: Sequence[str]) -> Sentence:
    """Return the change when nothing is worth changing but sensors gave no values."""
    if not parts:
        return Sentence(kind="change", text=NOTHING_TO_CHANGE, calm=NOTHING_TO_CHANGE)
    sensors = " and ".join(SENSORS[part] for part in parts)
    text = f"Change one thing tonight: check {sensors}."
    return Sentence(kind="change", text=text, calm=f"Check {sensors}.")


def headline(word: str | None, part: str | None, spans: Sequence[Span], zone: str) -> str:
    """Return the night in one line; part is set where the cap holds the rating back.

    spans is what cost most: one stretch, or all single sounds in order; it may be empty.
    """
    room = f"{word}." if word else "No full-night rating."
    if not spans:
        return f"{room} Nothing that was measured disturbed the room."
    begin, last = clock(spans[0].start_ms, zone), spans[-1]
    is_sound = last.cause == "event"
    end = clock(last.start_ms if is_sound else last.end_ms, zone)
    name = CAUSES[last.cause][0]
    if is_sound:
        name = f"{count_text(len(spans))} sounds" if len(spans) > 1 else "a single sound"
    when = f"at {begin}" if is_sound and begin == end else f"from {begin} to {end}"
    if part is not None:
        return f"{room} Held back by {PART_WORDS[part]}; most of it {name} {when}."
    return f"{room} What cost most {'were' if len(spans) > 1 else 'was'} {name} {when}."


def held_back(rating: float, part: str, points: float) -> Sentence:
    """Return what the cap took."""
    text = (
        f"Held back to {whole(rating)} by {PART_WORDS[part]}: {points_text(points)} of its"
        " loss come from the rule that two good parts must not hide a bad one."
    )
    return _note(text, f"Held back by {PART_WORDS[part]}.", points)


def _note(text: str, calm: str, points: float = 0.0) -> Sentence:
    return Sentence(kind="note", text=text, points=points, calm=calm)


def no_values(part: str, gaps: Sequence[tuple[int, int]], zone: str) -> str:
    """Return why a part has no number; gaps as (start_ms, end_ms), at least one."""
    first, last = max(gaps, key=lambda gap: gap[1] - gap[0])
    stretch = f"from {clock(first, zone)} to {clock(last, zone)}"
    begin = f"{SENSORS[part]} gave no values"
    if len(gaps) == 1:
        return f"{begin} {stretch}"
    minutes = sum(end - start for start, end in gaps) / 60_000
    return f"{begin} for {duration_text(minutes)}, the longest time {stretch}"


def too_short(minutes: int) -> str:
    """Return why a short window has no full-night rating."""
    return f"only {duration_text(minutes)} of the night, at least 4 h are needed"


def partial(part: str, coverage: float, gaps: Sequence[tuple[int, int]], zone: str) -> Sentence:
    """Return the note of a part that was seen in part only."""
    seen = f"{PART_WORDS[part]} was seen for"
    text = f"{seen} {math.floor(coverage * 100)} % of the night: {no_values(part, gaps, zone)}."
    return _note(text, f"{seen} part of the night only.")


def at_least(score: float, floor_db: float) -> Sentence:
    """Return the note of a night that was quieter than the microphone itself."""
    text = (
        f"The microphone cannot tell levels below {whole(floor_db)} dB: Quiet is at least"
        f" {whole(score)}."
    )
    return _note(text, "The room was quieter than the microphone can tell.")


def at_most(part: str, score: float) -> Sentence:
    """Return the note of a part that may have been worse than what was measured."""
    reason, calm = AT_MOST[part]
    return _note(f"{reason}: {PART_WORDS[part]} is at most {whole(score)}.", calm)


def clipped(minutes: int) -> Sentence:
    """Return in how many minutes the microphone was at its end."""
    calm = "A sound was louder than the microphone can tell."
    when = f"In {count_text(minutes)} {'minute' if minutes == 1 else 'minutes'} a"
    return _note(f"{when}{calm[1:-1]}: its level is a lower limit.", calm)


def hum(minutes: float, above_db: float, *, at_floor: bool = False) -> Sentence:
    """Return what lies in C-weighted levels, above_db above A-weighted ones.

    at_floor: those were the microphone's own noise, and above_db a lower limit.
    """
    lasted, above = duration_text(minutes), whole(above_db)
    if at_floor:
        text = (
            f"Perhaps a low-frequency hum for {lasted}: C-weighted levels lay at least {above} dB"
            " above A-weighted ones, which were as low as the microphone's own noise. A boiler or"
            " traffic far away is like that, and so are some microphones: it may be the microphone"
            " itself, or too low to hear."
        )
        return _note(text, "There may have been a low-frequency hum.")
    text = (
        f"Low-frequency hum for {lasted}: C-weighted levels lay {above} dB above A-weighted ones,"
        " which Quiet follows. A boiler, a transformer or traffic far away sounds like that."
    )
    return _note(text, "There was a low-frequency hum.")


def later_lights_out(lights_out_ms: int, silent_ms: int, zone: str) -> Sentence:
    """Return the question whether the night began when a sound stopped."""
    later = duration_text((silent_ms - lights_out_ms) / 60_000)
    text = (
        f"Lights-out at {clock(silent_ms, zone)}? The room became clearly quieter then,"
        f" {later} after the time that this night is counted from."
    )
    return _note(text, "Lights-out later? The room became clearly quieter some time after it.")


def label(fitted: int, missing: Sequence[str]) -> str:
    """Return what the rating is made of where parts are not fitted."""
    measured = " and ".join(MEASURED[part] for part in missing)
    return f"of {fitted} {'part' if fitted == 1 else 'parts'}, {measured} not measured"


def percentile(better_than: int, nights: int) -> Sentence:
    """Return how the night compares with the household's own."""
    is_good = better_than * 2 > nights
    calm = "Better than most of your nights." if is_good else "Not one of your best nights."
    return _note(f"Better than {better_than} of your last {nights} nights.", calm)


def no_value_now(part: str) -> str:
    """Return the phrase of a part that has no value now."""
    return f"no value from {SENSORS[part]}"


def quiet_now(
    level_db: float, *, below_floor: bool, peak_db: float | None, fine: bool, air: bool
) -> str:
    """Return the phrase of Quiet; peak_db is given where a peak is what lowers it.

    air: it is so hot that a steady sound may be a fan, which nobody is told to silence.
    """
    level = f"{'≤ ' if below_floor else ''}{whole(level_db)} dB"
    if fine:
        return f"{level}: {READY['quiet']}"
    if peak_db is not None:
        return f"peaks of {whole(peak_db)} dB: keep single sounds out"
    if air:
        return f"{level}: a fan or an open window may be worth its sound now"
    return f"{level}: find the steady sound, or close the window"


def cool_now(
    temperature_c: float, *, warm: bool, fine: bool, best_c: float, cooling_min: float | None
) -> str:
    """Return the phrase of Cool; cooling_min is the time to best_c with the window open."""
    now = f"{temperature_c:.1f} °C"
    if fine:
        return f"{now}: {READY['cool']}"
    if not warm:
        return f"{now}: warm the room or the bed a little"
    if cooling_min is None:
        return f"{now}: open the window"
    return f"{now}: open the window, {whole(best_c)} °C takes about {duration_text(cooling_min)}"


def dark_now(illuminance_lx: float, *, fine: bool) -> str:
    """Return the phrase of Dark."""
    if fine:
        return f"{lux_text(illuminance_lx)}: {READY['dark']}"
    return f"{lux_text(illuminance_lx)}: dim or turn off the lamp, close the curtain"
