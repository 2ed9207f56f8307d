"""The morning note: the rating, the sentence, the one change, and what was held. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from monitor.alerts import words
from monitor.alerts.states import AlertState, Decision, Fate, Held, What
from monitor.night.alert_choices import Kind
from monitor.score.result import NightScore
from monitor.score.stated import stated_rating
from monitor.score.units import TemperatureUnit

# Judgement: at get-up + 15 min.
AFTER_GET_UP_MS: Final = 15 * 60_000
# Judgement: nothing older than 2 h is sent as news.
NEWS_MS: Final = 2 * 3_600_000
# Judgement: by an hour after the usual time a night that could be judged has been.
WITHOUT_RATING_MS: Final = 75 * 60_000
# Judgement: what was told since bedtime was of this night, whatever its clock called it.
SAME_NIGHT_S: Final = 10 * 3600.0
TITLE: Final = "Last night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What a note may be made of; score is the newest closed night, of whatever date.

    room: what it is called, where that has to be said. unit: of temperatures. untold: kinds of
    which what was held tells of what people deleted. knows_time: now_ms and night come from a
    time source. now_s: steady time.
    """

    now_ms: int
    night: str
    zone: str
    wake_ms: int
    score: NightScore | None
    wanted: bool = True
    room: str = ""
    unit: TemperatureUnit = TemperatureUnit.CELSIUS
    untold: frozenset[Kind] = frozenset()
    knows_time: bool = True
    now_s: float = 0.0


def morning_note(state: AlertState, morning: Morning) -> tuple[AlertState, Decision | None]:
    """Return the state after and the note, None while there is none to send.

    One a night at most. Without a judged night it tells what was held, if anything was.
    """
    score = morning.score
    held = {kind: one for kind, one in state.held.items() if kind not in morning.untold}
    # A clock that ran ahead has told of a night that is still to come.
    is_to_come = morning.knows_time and state.noted > morning.night
    has_other_clock = morning.knows_time != state.is_noted_sure
    if (is_to_come or has_other_clock) and _was_told_of_late(state, morning):
        return state, None
    is_void = is_to_come or (morning.knows_time and has_other_clock)
    noted = "" if is_void else state.noted
    if score is not None and score.window.night > noted:
        night, due_ms = score.window.night, score.window.get_up_ms + AFTER_GET_UP_MS
    elif held and morning.night > noted:
        night, due_ms, score = morning.night, morning.wake_ms + WITHOUT_RATING_MS, None
    else:
        return state, None
    if morning.now_ms < due_ms:
        return state, None
    after = replace(state, noted=night, is_noted_sure=morning.knows_time)
    if morning.now_ms > due_ms + NEWS_MS:
        return after, None
    return replace(after, noted_s=morning.now_s, held={}), Decision(
        at_ms=morning.now_ms,
        night=night,
        kind=What.NOTE,
        what=What.NOTE,
        fate=Fate.NOW if morning.wanted else Fate.MUTED,
        why="after get-up" if score is not None else "after the usual wake time, no night judged",
        title=_title(morning.room, score),
        body=_body(held, morning, score),
    )


def _was_told_of_late(state: AlertState, morning: Morning) -> bool:
    return state.noted_s is not None and morning.now_s - state.noted_s < SAME_NIGHT_S


def _title(room: str, score: NightScore | None) -> str:
    whose = f"{TITLE}, {room}" if room else TITLE
    if score is None or score.rating is None:
        return f"{whose}: no rating"
    word = f"{score.word}, " if score.word else ""
    return f"{whose}: {word}{stated_rating(score).words} of 100"


def _body(held: Mapping[Kind, Held], morning: Morning, score: NightScore | None) -> str:
    said = [] if score is None else [score.headline]
    if score is not None:
        said += [one.text for one in score.sentences if one.kind == "change"]
    lines = [morning.unit.said(text) for text in said]
    for kind, one in held.items():
        lasted_s = None if one.is_open else one.lasted_s
        lines.append(words.held(kind, one.episodes, one.first_ms, lasted_s, morning.zone))
    return "\n".join(line for line in lines if line)
