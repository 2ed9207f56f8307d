"""Pure: alert channels and rules as lines of a form, and what a form says back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from monitor.alerts.requests import Snooze
from monitor.alerts.table import RULES, Rule
from monitor.contract.record import epoch_ms
from monitor.night.alert_choices import AfterLightsOut, AlertChoices, Channel, Kind, RuleChoice
from monitor.night.window import NOON
from monitor.store.household_reader import Request
from web.present import local_time
from web.setting_fields import written_number

WORDS: Final = {
    Kind.TOO_WARM: "Too warm",
    Kind.TOO_COLD: "Too cold",
    Kind.BRIGHT_EVENING: "Bright before bedtime",
    Kind.TOO_BRIGHT: "Too bright at night",
    Kind.TOO_LOUD: "Too loud",
    Kind.TOO_HUMID: "Too humid",
    Kind.CLIMATE_FAULT: "No temperature",
    Kind.LIGHT_FAULT: "No light value",
    Kind.MICROPHONE_FAULT: "No sound level",
    Kind.NO_DATA: "Nothing recorded",
    Kind.DISK_FULL: "Disk nearly full",
}
AFTER_WORDS: Final = {
    AfterLightsOut.HOLD: "hold until morning",
    AfterLightsOut.SILENT: "send without a sound",
    AfterLightsOut.WAKE: "wake me",
}
# Their thresholds are a matter of the machine and stay as they are.
_FIXED: Final = frozenset(
    {Kind.CLIMATE_FAULT, Kind.LIGHT_FAULT, Kind.MICROPHONE_FAULT, Kind.NO_DATA, Kind.DISK_FULL}
)
MORNING_NOTE: Final = "morning_note"
MIN_S: Final = 60
HOUR_S: Final = 3600.0
# What people can move are limits on scores and on a humidity in percent.
LARGEST_THRESHOLD: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule as a line of the form; is_fixed: people cannot move its threshold."""

    kind: str
    word: str
    is_fixed: bool
    enabled: bool
    after: str
    threshold: str
    threshold_of: str
    minutes: str


def rule_lines(choices: AlertChoices) -> tuple[RuleLine, ...]:
    """Return every rule as it is in force."""
    return tuple(_line(rule, choices.rule(rule.kind)) for rule in RULES)


def as_written(lines: Iterable[RuleLine], form: Mapping[str, str]) -> tuple[RuleLine, ...]:
    """Return rules as somebody wrote them, to be mended; form has all fields of alert_values."""
    return tuple(
        replace(
            it,
            enabled=form[f"{it.kind}_enabled"] == "yes",
            after=form[f"{it.kind}_after"],
            threshold="" if it.is_fixed else form[f"{it.kind}_on"],
            minutes="" if it.is_fixed else form[f"{it.kind}_min"],
        )
        for it in lines
    )


def alert_values(choices: AlertChoices) -> dict[str, str]:
    """Return all that the form of the rules holds, by its fields, as it is in force."""
    note = ((MORNING_NOTE, "yes" if choices.alert_morning_note else ""),)
    return dict(sum((_held(line) for line in rule_lines(choices)), note))


def wanted_rules(form: Mapping[str, str]) -> dict[Kind, RuleChoice] | str:
    """Return how a form wants the rules, or in words what cannot be.

    A threshold or a time that repeats the rule's own is not kept, so that a better one of a
    later version counts.
    """
    wanted = {}
    for rule in RULES:
        kind = rule.kind
        try:
            wanted[kind] = _choice(rule, form)
        except (ValueError, msgspec.ValidationError):
            return (
                f"{WORDS[kind]}: a threshold is a number from 0 to 100, a time is 0 to 120 min;"
                " nothing was saved."
            )
    return {kind: choice for kind, choice in wanted.items() if choice != RuleChoice()}


def wanted_channel(choices: AlertChoices, name: str, url: str) -> tuple[Channel, ...] | str:
    """Return the channels with another one, or in words why it cannot be."""
    others = [one for one in choices.alert_channels if one.name != name]
    try:
        found = msgspec.convert({"name": name, "url": url}, Channel)
    except msgspec.ValidationError:
        return (
            "A name has small letters, digits, - and _, at most 32; an address is one of"
            " Apprise’s, such as ntfys://ntfy.sh/a-long-secret-topic."
        )
    if not url.isprintable() or "://" not in url:
        return "An address is one of Apprise’s, such as ntfys://ntfy.sh/a-long-secret-topic."
    return (*others, found)


def snooze_for_s(wanted: str, now_ms: int, zone: str) -> float | None:
    """Return how long alerts are to be quiet, seconds; None where nothing we offer is wanted."""
    if wanted == "hour":
        return HOUR_S
    if wanted == "noon":
        now = local_time(now_ms, zone)
        day = now.date() if now.time() < NOON else now.date() + timedelta(days=1)
        noon = datetime.combine(day, NOON, ZoneInfo(zone))
        return (epoch_ms(noon) - now_ms) / 1000
    return 0.0 if wanted == "off" else None


def quiet_until_ms(asked: Request | None, now_ms: int) -> int | None:
    """Return until when the last request has alerts be quiet, None where it does no more."""
    if asked is None:
        return None
    try:
        snooze = msgspec.json.decode(asked.value, type=Snooze)
    except msgspec.MsgspecError:
        return None  # the monitor refuses it as well
    until_ms = asked.made_ms + round(1000 * snooze.for_s)
    return until_ms if until_ms > now_ms else None


def _line(rule: Rule, choice: RuleChoice) -> RuleLine:
    is_fixed = rule.kind in _FIXED
    on = rule.on if choice.threshold is None else choice.threshold
    dwell_s = rule.dwell_s if choice.dwell_s is None else choice.dwell_s
    return RuleLine(
        kind=rule.kind,
        word=WORDS[rule.kind],
        is_fixed=is_fixed,
        enabled=choice.enabled,
        after=choice.after_lights_out,
        threshold="" if is_fixed else f"{on:g}",
        threshold_of=f"{rule.name} {'above' if rule.above else 'below'}",
        minutes="" if is_fixed else f"{dwell_s / MIN_S:g}",
    )


def _held(line: RuleLine) -> tuple[tuple[str, str], ...]:
    held = ("enabled", "yes" if line.enabled else ""), ("after", line.after)
    moved = () if line.is_fixed else (("on", line.threshold), ("min", line.minutes))
    return tuple((f"{line.kind}_{what}", value) for what, value in (*held, *moved))


def _choice(rule: Rule, form: Mapping[str, str]) -> RuleChoice:
    kind = rule.kind
    threshold = dwell_s = None
    if kind not in _FIXED:
        on, minutes = (written_number(form[f"{kind}_{what}"]) for what in ("on", "min"))
        if on > LARGEST_THRESHOLD:
            raise ValueError(on)
        threshold = None if on == rule.on else on
        dwell_s = None if minutes * MIN_S == rule.dwell_s else minutes * MIN_S
    return msgspec.convert(
        {
            "enabled": form.get(f"{kind}_enabled") == "yes",
            "after_lights_out": form.get(f"{kind}_after", AfterLightsOut.HOLD),
            "threshold": threshold,
            "dwell_s": dwell_s,
        },
        RuleChoice,
    )
