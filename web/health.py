"""What the status page says of one room: records, coverage, sensors, disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET, UnsetType

from monitor.contract.messages import ClimateState, LightState, SoundState, State
from monitor.contract.record import Minute, epoch_ms
from monitor.score.series import Sample, is_valid
from monitor.store.live_words import CLOCK_WORDS, backlog_words, conflict_words, refused_words
from monitor.store.wear import yearly_bytes
from web.present import DASH, STALE_S, age_text, ago_text, bytes_text, flags_text, share_text
from web.processes import ProcessNow, are_gone, is_monitor_there, processes
from web.site import Site
from web.sources import LiveRoom

Sampled = ClimateState | LightState | SoundState
DAY_MS: Final = 86_400_000
# Judgement: two machines with synchronised clocks are never a minute apart.
CLOCKS_APART_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHealth:
    """One sensor in words."""

    name: str
    part: str
    state: str
    good: bool
    coverage: str
    age: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One room's health in words."""

    last_record: str
    backlog: str
    refused: str
    conflicts: str
    sensors: tuple[SensorHealth, ...]
    disk: str
    clock: str
    written: str
    findings: tuple[tuple[str, bool], ...]
    processes: tuple[ProcessNow, ...]


def health(site: Site, room: str) -> Health:
    """Return how a room's recording does."""
    now_ms = site.clock.now_ms()
    live = site.live.read(room)
    newest_ms = site.store.newest_end_ms(room, now_ms + CLOCKS_APART_MS)
    minutes = site.store.minutes(room, now_ms - DAY_MS, now_ms)
    return Health(
        last_record=_last_record(newest_ms, now_ms),
        backlog=_if_heard(live, now_ms, lambda it: backlog_words(it.backlog)),
        refused=refused_words(0 if live is None else live.refused),
        conflicts=conflict_words(0 if live is None else live.conflicts),
        sensors=(
            _sensor("Microphone", "quiet", live, minutes, now_ms, lambda it: it.sound),
            _sensor(
                "Temperature and humidity", "cool", live, minutes, now_ms, lambda it: it.climate
            ),
            _sensor("Light", "dark", live, minutes, now_ms, lambda it: it.light),
        ),
        clock=_if_heard(live, now_ms, lambda it: CLOCK_WORDS[it.clock]),
        disk=_disk(site),
        written=_written(0 if live is None else live.written_today_bytes),
        findings=() if live is None else _told(site, live),
        processes=processes(live, now_ms, site.zone(room)),
    )


def _if_heard(live: LiveRoom | None, now_ms: int, words: Callable[[State], str]) -> str:
    """Return what the sensors say of themselves now, or why nobody knows it.

    What they said last is no news: while nobody hears them all that they measure waits.
    """
    if live is None or live.state is None:
        return "not known: the sensors have not been heard"
    if not is_monitor_there(live, now_ms):
        return "not known while nightroom-monitor is down"
    age_s = (now_ms - _heard_ms(live, live.state)) / 1000
    if are_gone(live) or age_s > STALE_S:
        return f"not known: the sensors were last heard {ago_text(age_s)}"
    return words(live.state)


def _heard_ms(live: LiveRoom, state: State) -> int:
    return live.received_ms if live.received_ms is not None else epoch_ms(state.at)


def _told(site: Site, live: LiveRoom) -> tuple[tuple[str, bool], ...]:
    """Return what was found, temperatures in the household's unit, and whether it is serious."""
    unit = site.unit()
    return tuple((unit.said(it.text), it.serious) for it in live.findings)


def _disk(site: Site) -> str:
    """Return what the store takes now and what it will take a year."""
    size_bytes = site.store.size_bytes()
    year = yearly_bytes(site.store.content_bytes(), site.store.records(), len(site.store.rooms()))
    growth = "a year’s size is known after the first day" if year is None else ""
    return f"{bytes_text(size_bytes)}; {growth or f'about {bytes_text(year or 0)} a year'}"


def _written(today_bytes: int) -> str:
    if today_bytes == 0:
        return "not known"
    return f"{bytes_text(today_bytes)} today (UTC) by the monitor"


def _last_record(newest_ms: int | None, now_ms: int) -> str:
    if newest_ms is None:
        return "none kept"
    return ago_text((now_ms - newest_ms) / 1000)


def _sensor(
    name: str,
    part: str,
    live: LiveRoom | None,
    minutes: Sequence[Minute],
    now_ms: int,
    pick: Callable[[Minute], Sample | UnsetType],
) -> SensorHealth:
    sample, age_s = _live_sample(part, live), _age_s(part, live, now_ms)
    state, good = _state(sample, age_s)
    # One without a value is no age of a value: it only says when the fault was last seen.
    has_value = isinstance(sample, Sampled) and _value(sample) is not None
    return SensorHealth(
        name=name,
        part=part,
        state=state,
        good=good,
        coverage=_coverage(minutes, pick),
        age=ago_text(age_s) if has_value else DASH,
    )


def _age_s(part: str, live: LiveRoom | None, now_ms: int) -> float:
    """Return how old a sensor's last sample is, as it was when its state was made."""
    sample = _live_sample(part, live)
    if live is None or live.state is None or not isinstance(sample, Sampled):
        return 0.0
    older_ms = max(0, epoch_ms(live.state.at) - epoch_ms(sample.at))
    return (now_ms - _heard_ms(live, live.state) + older_ms) / 1000


def _live_sample(part: str, live: LiveRoom | None) -> Sampled | UnsetType | None:
    if live is None or live.state is None:
        return None
    state = live.state
    return {"quiet": state.sound, "cool": state.climate, "dark": state.light}[part]


def _state(sample: Sampled | UnsetType | None, age_s: float) -> tuple[str, bool]:
    if sample is None:
        return "Not heard yet.", False
    if isinstance(sample, UnsetType):
        return "Not fitted.", True
    if age_s > STALE_S:
        # What it said before is no news of a sensor that is not heard now.
        last = flags_text(sample.flags)
        return f"Not heard for {age_text(age_s)}.{last and f' Before that: {last}'}", False
    if sample.flags:
        return flags_text(sample.flags), False
    if _value(sample) is None:
        return "No valid value.", False
    return "Working.", True


def _value(sample: Sampled) -> float | None:
    """Return what a sensor is there for; None where it gave none."""
    if isinstance(sample, ClimateState):
        return sample.temperature_c
    if isinstance(sample, LightState):
        return sample.illuminance_lx
    return sample.laeq_db


def _coverage(minutes: Sequence[Minute], pick: Callable[[Minute], Sample | UnsetType]) -> str:
    """Return the share of the last 24 hours with valid minutes."""
    valid_ms = 0
    for minute in minutes:
        sample = pick(minute)
        if sample is not UNSET and is_valid(sample):
            valid_ms += epoch_ms(minute.end) - minute.start_ms
    return share_text(min(1.0, valid_ms / DAY_MS))
