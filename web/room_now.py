"""Pure: a room's live values into what the page and the API say of it now."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from monitor.contract.messages import ClimateState, LightState, SoundState, State
from monitor.contract.record import Flag, epoch_ms, instant
from monitor.night.floor import without_floor
from monitor.night.view_choices import room_title
from monitor.score.figures import capitalised, figure
from monitor.score.phrases import MEASURED, PART_WORDS
from monitor.score.result import PARTS, Live, PartScore, Status
from monitor.score.stated import stated_rating, stated_score
from monitor.score.units import TemperatureUnit
from web.present import (
    DASH,
    DIMMEST_LX,
    LOST_S,
    ROOM_WORDS,
    STALE_S,
    age_text,
    ago_text,
    band,
    clock_text,
    flags_text,
    lux_text,
    zone_note,
)
from web.processes import STORE, are_gone, down_text, is_stored
from web.sources import LiveRoom

Sample = ClimateState | LightState | SoundState
NO_SCORE_YET: Final = "A score needs a whole minute of values."
NOT_FITTED: Final = "Not fitted. The rating is made of the other parts."


class Condition(StrEnum):
    """How far what is shown can be relied on now."""

    LIVE = "live"
    STALE = "stale"  # older than 30 s or offline: greyed, with its age
    LOST = "lost"  # older than 10 min: a dash
    FAULT = "fault"  # the sensor gives no valid value
    STARTING = "starting"
    NOT_FITTED = "not_fitted"
    WAITING = "waiting"  # nothing has ever come


# Older than that, a score is no score of now.
RELIABLE: Final = frozenset({Condition.LIVE, Condition.STALE})
NOT_STORED: Final = "Nothing is being stored."


class Display(StrEnum):
    """Which face the page beside the bed shows."""

    EVENING = "evening"
    NIGHT = "night"


class PartNow(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the room now; score is the shown one unrounded.

    Texts are as shown: value is in unit, which for a temperature is the household's, and so
    is what note and detail say. The number itself is in RoomNow.values.
    """

    part: str
    name: str
    condition: Condition
    bound: str = ""
    value: str = DASH
    unit: str = ""
    detail: str = ""
    score: float | None = None
    score_bound: str = ""
    shown: str = DASH
    band: str = ""
    stars: int = 0
    note: str = ""
    age: str = ""
    age_s: float | None = None


class RoomNow(msgspec.Struct, frozen=True, kw_only=True):
    """The room now. values holds the raw readings, named with their units: °C, whatever is shown.

    None of them is older than ten minutes.
    rating is the shown one unrounded; with a score_bound it is that bound.
    trouble is what is wrong with the machine and at stake, in words; empty where all is well.
    is_recording: values come and there is a monitor that can store them.
    """

    v: int = 1
    at: datetime
    room: str
    title: str
    clock: str
    zone: str
    zone_note: str
    condition: Condition
    word: str
    note: str
    label: str
    rating: float | None
    score_bound: str
    shown: str
    band: str
    stars: int
    parts: tuple[PartNow, ...]
    values: dict[str, float]
    trouble: str = ""
    display: Display = Display.EVENING
    is_recording: bool = False


def room_now(
    room: str,
    live: LiveRoom | None,
    zone: str,
    now_ms: int,
    system_offset_s: int,
    *,
    title: str = "",
    unit: TemperatureUnit = TemperatureUnit.CELSIUS,
) -> RoomNow:
    """Return what is to be said of a room at now_ms; live is None before the first value."""
    age_s = _heard_s(live, now_ms)
    condition = Condition.WAITING if age_s is None else _by_age(age_s, live)
    score = live.score if live is not None and condition in RELIABLE else None
    figures = stated_rating(score)
    called = None if score is None else band(score.word, score.stars)
    word, note = _word(condition, age_s, score, is_gone=are_gone(live))
    # Where the newest value is half a minute old none comes, though it is shown, with its age.
    is_recording = condition is Condition.LIVE and is_stored(live, now_ms)
    if condition in RELIABLE and not is_stored(live, now_ms):
        note = NOT_STORED
    return RoomNow(
        at=instant(now_ms),
        room=room,
        title=title or room_title(room),
        clock=clock_text(now_ms, zone),
        zone=zone,
        zone_note=zone_note(now_ms, zone, system_offset_s),
        condition=condition,
        word=word,
        note=note,
        label="" if score is None else score.label or "",
        rating=figures.value,
        score_bound=figures.bound,
        shown=figures.text or DASH,
        band=called.word if called else "",
        stars=called.stars if called else 0,
        parts=tuple(_part(name, live, now_ms, unit) for name in PARTS),
        values=_values(live, now_ms),
        trouble=unit.said(_trouble(live, now_ms, zone)),
        is_recording=is_recording,
    )


def _trouble(live: LiveRoom | None, now_ms: int, zone: str) -> str:
    found = [] if live is None else [one for one in live.findings if one.serious]
    # That nothing is stored is worse than what follows from it.
    found.sort(key=lambda one: one.code != STORE)
    serious = [one.text for one in found]
    if down := down_text(live, now_ms, zone):
        serious.insert(1 if found and found[0].code == STORE else 0, down)
    more = f" {len(serious) - 1} more on the status page." if len(serious) > 1 else ""
    return serious[0] + more if serious else ""


def _heard_s(live: LiveRoom | None, now_ms: int) -> float | None:
    """Return how long ago the room was last heard, by this machine's clock."""
    if live is None or live.state is None:
        return None
    at_ms = epoch_ms(live.state.at) if live.received_ms is None else live.received_ms
    return max(0.0, (now_ms - at_ms) / 1000)


def _by_age(age_s: float, live: LiveRoom | None) -> Condition:
    """Return how far values are to be relied on; of sensors that are gone none is live."""
    if age_s > LOST_S:
        return Condition.LOST
    return Condition.STALE if are_gone(live) or age_s > STALE_S else Condition.LIVE


def _age_s(sample: Sample, state: State, heard_s: float) -> float:
    """Return a sample's age: how much older than its state, and how old that is.

    The sensor's clock may differ from this machine's; its differences do not.
    """
    return heard_s + max(0.0, (epoch_ms(state.at) - epoch_ms(sample.at)) / 1000)


def _word(
    condition: Condition, age_s: float | None, score: Live | None, *, is_gone: bool
) -> tuple[str, str]:
    """Return the room's word and the sentence below it."""
    if age_s is None:
        return "Waiting for the first values", "They appear here as soon as the sensors run."
    age = age_text(age_s)
    if condition is Condition.LOST:
        return "No recent values", f"The room was last heard {age} ago. Is the sensor box on?"
    late = f"These values are {age} old." if condition is Condition.STALE else ""
    if is_gone:
        late = f"The sensors are offline: last heard {ago_text(age_s)}."
    if score is None or score.rating is None:
        return "No score yet", late or NO_SCORE_YET
    if score.word is None:
        unknown = [MEASURED[part.part] for part in score.parts if part.status is Status.MISSING]
        return "Not fully known", late or f"No score for {' and '.join(unknown)} now."
    return ROOM_WORDS[score.word], late


def _part(name: str, live: LiveRoom | None, now_ms: int, unit: TemperatureUnit) -> PartNow:
    title = PART_WORDS[name]
    heard_s = _heard_s(live, now_ms)
    if live is None or live.state is None or heard_s is None:
        return PartNow(part=name, name=title, condition=Condition.WAITING, note="No data yet.")
    sample = _sample(name, live.state)
    if isinstance(sample, UnsetType):
        note = _index_note(live.state) if name == "quiet" else NOT_FITTED
        return PartNow(part=name, name=title, condition=Condition.NOT_FITTED, note=note)
    age_s = _age_s(sample, live.state, heard_s)
    condition = _by_age(age_s, live)
    reading = _reading(sample, unit)
    # A fault is heard just now, and no value is: its age would be taken for that of one.
    age = DASH if reading is None else ago_text(age_s)
    known = PartNow(part=name, name=title, condition=condition, age=age, age_s=age_s)
    if condition is Condition.LOST:
        return msgspec.structs.replace(known, note="No recent value.")
    if reading is None:
        return msgspec.structs.replace(known, **_fault(sample.flags, condition))
    score = _score(name, live)
    figures = stated_score(score)
    called = None if score is None else band(score.word, score.stars)
    return msgspec.structs.replace(
        known,
        **reading,
        score=figures.value,
        score_bound=figures.bound,
        shown=figures.text or DASH,
        band=called.word if called else "",
        stars=called.stars if called else 0,
        note=flags_text(sample.flags) or unit.said(_advice(score, live)),
    )


def _index_note(state: State) -> str:
    """Return what is said instead of a sound level: an index is none and is not scored."""
    index = state.loudness
    if isinstance(index, UnsetType):
        return NOT_FITTED
    if index.loudness_pct is None:
        return f"Loudness index: no value. {flags_text(index.flags)}".strip()
    return f"Loudness index {figure(index.loudness_pct)} %: no decibels, so not scored."


def _fault(flags: tuple[Flag, ...], condition: Condition) -> dict[str, str]:
    if condition is Condition.STALE:
        return {"note": flags_text(flags)}
    kind = Condition.STARTING if flags == (Flag.STARTING,) else Condition.FAULT
    return {"condition": kind, "note": flags_text(flags) or "The sensor gives no valid value."}


def _sample(name: str, state: State) -> Sample | UnsetType:
    return {"quiet": state.sound, "cool": state.climate, "dark": state.light}[name]


def _reading(sample: Sample, unit: TemperatureUnit) -> dict[str, str] | None:
    """Return the texts of a valid value, None where there is none."""
    if isinstance(sample, SoundState):
        return _sound(sample)
    if isinstance(sample, ClimateState):
        return _climate(sample, unit)
    return _light(sample)


def _sound(sample: SoundState) -> dict[str, str] | None:
    if sample.laeq_db is None:
        return None
    level = without_floor(sample.laeq_db, sample.floor_db)
    return {
        "bound": "≤" if level.below_floor else "",
        "value": figure(level.level_db),
        "unit": "dB(A)",
        "detail": ", ".join(_sound_details(sample)),
    }


def _sound_details(sample: SoundState) -> list[str]:
    peak = [] if sample.lafmax_db is None else [f"peak {figure(sample.lafmax_db)} dB(A)"]
    return peak if sample.calibrated else [*peak, "estimated"]


def _climate(sample: ClimateState, unit: TemperatureUnit) -> dict[str, str] | None:
    if sample.temperature_c is None:
        return None
    humidity = sample.humidity_pct
    detail = f"{figure(humidity)} % humidity" if isinstance(humidity, float) else ""
    return {"value": unit.text(sample.temperature_c), "unit": unit.symbol, "detail": detail}


def _light(sample: LightState) -> dict[str, str] | None:
    if sample.illuminance_lx is None:
        return None
    shown_lx = max(sample.illuminance_lx, DIMMEST_LX)
    bound = "" if shown_lx == sample.illuminance_lx else "<"
    bound = "≥" if Flag.SATURATED in sample.flags else bound
    bound = "≤" if Flag.IR_DOMINATED in sample.flags else bound
    return {"bound": bound, "value": lux_text(shown_lx), "unit": "lx"}


def _score(name: str, live: LiveRoom) -> PartScore | None:
    if live.score is None:
        return None
    return next((part for part in live.score.parts if part.part == name), None)


def _advice(score: PartScore | None, live: LiveRoom) -> str:
    if score is None or live.score is None:
        return ""
    if score.score is None:
        return NO_SCORE_YET
    return capitalised(live.score.advice.get(score.part, ""))


def _values(live: LiveRoom | None, now_ms: int) -> dict[str, float]:
    """Return the raw readings, none of a sensor whose part is a dash for its age."""
    heard_s = _heard_s(live, now_ms)
    if live is None or live.state is None or heard_s is None:
        return {}
    state = live.state
    return {
        field: value
        for sample in (state.sound, state.climate, state.light)
        if sample is not UNSET and _age_s(sample, state, heard_s) <= LOST_S
        for field in sample.__struct_fields__
        if isinstance(value := getattr(sample, field), float)
    }
