"""The alert rules: state and facts in, state and decisions out. Pure and serialisable.

An episode begins when a value has been beyond its threshold for the dwell time, and ends
when it has been better than the clearing threshold for CLEARS_S. Each of the two is one
decision: told now, held for the morning note, or muted, and why.
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from monitor.alerts import words
from monitor.alerts.facts import Facts
from monitor.alerts.phase import Phase
from monitor.alerts.states import (
    AlertState,
    Decision,
    Episode,
    Fate,
    Held,
    RuleState,
    Urgency,
    What,
)
from monitor.alerts.table import RULES, Rule
from monitor.night.alert_choices import AfterLightsOut, AlertChoices, Kind, RuleChoice

# Judgement: at most 3 messages a night a kind.
MESSAGES_A_NIGHT: Final = 3
# Judgement: long enough that a curtain moved or a door opened ends no episode.
CLEARS_S: Final = 120.0
# Judgement: looked at every second; after this long without, nothing is known to have lasted.
UNSEEN_S: Final = 120.0
DAY_S: Final = 86_400.0
EVERYTHING: Final = "*"
URGENCIES: Final = {
    AfterLightsOut.SILENT: Urgency.SILENT,
    AfterLightsOut.WAKE: Urgency.WAKE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One rule looked at: its state before, the facts, what people chose."""

    rule: Rule
    before: RuleState
    facts: Facts
    choice: RuleChoice
    is_snoozed: bool

    @property
    def kind(self) -> Kind:
        return self.rule.kind

    @property
    def is_watched(self) -> bool:
        return self.choice.enabled and self.rule.watched(self.facts)

    @property
    def limit(self) -> float:
        return self.rule.on if self.choice.threshold is None else self.choice.threshold

    @property
    def dwell_s(self) -> float:
        return self.rule.dwell_s if self.choice.dwell_s is None else self.choice.dwell_s

    @property
    def over_s(self) -> float:
        """Return when an episode that ends now was over: when its clearing began."""
        clearing_s = self.before.clearing_s
        return self.facts.now_s if clearing_s is None else clearing_s

    @property
    def urgency(self) -> Urgency | None:
        """Return how a message would go out now, None where it is to be held."""
        if self.facts.phase is not Phase.NIGHT:
            return Urgency.NORMAL
        return URGENCIES.get(self.choice.after_lights_out)


def step(
    state: AlertState, facts: Facts, choices: AlertChoices
) -> tuple[AlertState, tuple[Decision, ...]]:
    """Look once: return the state after, and what was decided, in the table's order."""
    state = _caught_up(state, facts)
    decisions: list[Decision] = []
    for rule in RULES:
        case = _Case(
            rule=rule,
            before=state.rules.get(rule.kind, RuleState()),
            facts=facts,
            choice=choices.rule(rule.kind),
            is_snoozed=not state.snoozed.keys().isdisjoint({rule.kind, EVERYTHING}),
        )
        going_on = case.before.episode
        after, decision = _quiet(case) if going_on is None else _running(case, going_on)
        if after != case.before:
            state = replace(state, rules={**state.rules, rule.kind: after})
        episode = after.episode or going_on
        if decision is not None and episode is not None:
            decisions.append(decision)
            state = _holding(state, decision, episode, case.over_s - episode.since_s)
    return state, tuple(decisions)


def snooze(
    state: AlertState, facts: Facts, kinds: tuple[Kind, ...], for_s: float
) -> tuple[AlertState, Decision]:
    """Mute kinds, or everything where none is named, for a while from now on."""
    names = kinds or (EVERYTHING,)
    until_s = dict.fromkeys(names, facts.now_s + for_s)
    decision = Decision(
        at_ms=facts.now_ms,
        night=facts.night,
        kind=", ".join(names),
        what=What.SNOOZE,
        fate=Fate.MUTED,
        why=f"asked for, {words.lasting(for_s)}",
        title="Snoozed",
    )
    return replace(state, snoozed={**state.snoozed, **until_s}), decision


def is_timing(state: AlertState) -> bool:
    """Tell whether a dwell time is running, which goes on although no value changes."""
    return any(
        rule.pending_s is not None or rule.clearing_s is not None for rule in state.rules.values()
    )


def _caught_up(state: AlertState, facts: Facts) -> AlertState:
    """Return the state without what time has made void."""
    if facts.knows_time and not state.knew_time:
        state = _dated(state, facts)
    rules = state.rules
    if facts.now_s - state.seen_s > UNSEEN_S:
        rules = {
            kind: replace(rule, pending_s=None, clearing_s=None) for kind, rule in rules.items()
        }
    night, night_s, is_sure = state.night, state.night_s, state.is_night_sure
    is_another = _is_another_night(state, facts)
    if is_another or facts.knows_time:
        night, is_sure = facts.night, facts.knows_time
    if is_another:
        night_s = facts.now_s
        rules = {kind: replace(rule, sent=0, begun=0) for kind, rule in rules.items()}
    held = state.held
    if facts.phase is Phase.EVENING:
        # Yesterday's, for which no morning note came: nothing of it is news any more.
        held = {kind: one for kind, one in held.items() if one.night in (night, facts.night)}
    snoozed = {name: until_s for name, until_s in state.snoozed.items() if until_s > facts.now_s}
    return replace(
        state, night=night, night_s=night_s, is_night_sure=is_sure, seen_s=facts.now_s,
        rules=rules, held=held, snoozed=snoozed, phase=facts.phase, knew_time=facts.knows_time,
    )  # fmt: skip


def _dated(state: AlertState, facts: Facts) -> AlertState:
    """Return the state with the true hour of what began in this boot before the time was found."""
    rules, held = dict(state.rules), dict(state.held)
    for kind, rule in state.rules.items():
        episode = rule.episode
        if episode is not None and episode.since_s >= facts.boot_began_s:
            since_ms = facts.at_ms(episode.since_s)
            rules[kind] = replace(rule, episode=replace(episode, since_ms=since_ms))
    for kind, one in state.held.items():
        if one.first_s is not None and one.first_s >= facts.boot_began_s:
            held[kind] = replace(one, night=facts.night, first_ms=facts.at_ms(one.first_s))
    return replace(state, rules=rules, held=held)


def _is_another_night(state: AlertState, facts: Facts) -> bool:
    """Tell whether messages are counted anew.

    A clock that does not know the time may name any night, go back and come again: where one
    of the two dates is such a clock's, it is the same night still until a day has passed.
    """
    if state.night == facts.night:
        return False
    are_sure = facts.knows_time and state.is_night_sure
    return are_sure or not state.night or facts.now_s - state.night_s >= DAY_S


def _quiet(case: _Case) -> tuple[RuleState, Decision | None]:
    """Look at a rule without an episode."""
    before, now_s = case.before, case.facts.now_s
    value = case.rule.value(case.facts) if case.is_watched else None
    is_spent = case.rule.once and before.begun > 0
    if value is None or is_spent or not _is_beyond(case, value, case.limit):
        return replace(before, pending_s=None), None
    pending_s = now_s if before.pending_s is None else before.pending_s
    if now_s - pending_s < case.dwell_s:
        return replace(before, pending_s=pending_s), None
    fate, why = _fate(case)
    lasted_s = now_s - pending_s + (value if case.rule.is_duration else 0.0)
    episode = Episode(
        since_s=now_s - lasted_s,
        since_ms=case.facts.at_ms(now_s - lasted_s),
        fate=fate,
        rose_s=lasted_s,
    )
    limit_why = words.threshold_why(
        case.rule.name, value, above=case.rule.above, limit=case.limit, unit=case.rule.unit,
        dwell_s=case.dwell_s,
    )  # fmt: skip
    after = replace(
        before,
        pending_s=None,
        episode=episode,
        begun=before.begun + 1,
        sent=before.sent + (fate is Fate.NOW),
    )
    body = words.began(case.kind, case.facts, lasted_s)
    if fate is Fate.NOW and after.sent == MESSAGES_A_NIGHT:
        body = f"{body} {words.LAST_TONIGHT}"
    return after, _decision(case, What.BEGAN, fate, f"{limit_why}; {why}", body)


def _running(case: _Case, episode: Episode) -> tuple[RuleState, Decision | None]:
    """Look at a rule whose episode goes on."""
    before, now_s = case.before, case.facts.now_s
    if not case.is_watched:
        return _end(case, episode, Fate.HELD, "no longer watched")
    value = case.rule.value(case.facts)
    margin = -case.rule.margin if case.rule.above else case.rule.margin
    if value is None or _is_beyond(case, value, case.limit + margin):
        return replace(before, clearing_s=None), None
    clearing_s = now_s if before.clearing_s is None else before.clearing_s
    if now_s - clearing_s < CLEARS_S:
        return replace(before, clearing_s=clearing_s), None
    return _end(case, episode, *_fate(case))


def _end(case: _Case, episode: Episode, fate: Fate, why: str) -> tuple[RuleState, Decision]:
    if episode.fate is not Fate.NOW:
        fate, why = episode.fate, "as its beginning was"
    elif case.rule.once:
        fate, why = Fate.MUTED, "said once, its end is not news"
    elif fate is Fate.MUTED:
        fate = Fate.HELD
    lasted_s = case.over_s - episode.since_s
    after = replace(
        case.before,
        clearing_s=None,
        episode=None,
        sent=case.before.sent + (fate is Fate.NOW),
    )
    body = words.ended(case.facts.title, case.kind, lasted_s)
    why = f"lasted {words.lasting(lasted_s)}; {why}"
    ended = _decision(case, What.ENDED, fate, why, body)
    rise_to_ms = episode.since_ms + round(episode.rose_s * 1000)
    return after, replace(ended, rise_from_ms=episode.since_ms, rise_to_ms=rise_to_ms)


def _fate(case: _Case) -> tuple[Fate, str]:
    """Return what becomes of a message that is due now."""
    if case.is_snoozed:
        return Fate.MUTED, "snoozed"
    if case.urgency is None:
        return Fate.HELD, "after lights-out"
    if case.before.sent >= MESSAGES_A_NIGHT:
        return Fate.HELD, f"{MESSAGES_A_NIGHT} messages were sent tonight"
    return Fate.NOW, f"{case.facts.phase}"


def _is_beyond(case: _Case, value: float, limit: float) -> bool:
    return value > limit if case.rule.above else value < limit


def _decision(case: _Case, what: What, fate: Fate, why: str, body: str) -> Decision:
    began, ended = words.TITLES[case.kind]
    return Decision(
        at_ms=case.facts.now_ms,
        night=case.facts.night,
        kind=case.kind,
        what=what,
        fate=fate,
        why=why if case.facts.knows_time else f"{why}; {words.WITHOUT_TIME}",
        title=began if what is What.BEGAN else ended,
        body=body,
        urgency=case.urgency or Urgency.NORMAL,
    )


def _holding(
    state: AlertState, decision: Decision, episode: Episode, lasted_s: float
) -> AlertState:
    """Return the state with a held beginning or end in what the morning note will say."""
    if decision.fate is not Fate.HELD:
        return state
    kind = Kind(decision.kind)
    held = state.held.get(kind)
    if held is None:
        since_ms, since_s = episode.since_ms, episode.since_s
        held = Held(night=decision.night, episodes=1, first_ms=since_ms, first_s=since_s)
    elif not held.is_open:
        held = replace(held, episodes=held.episodes + 1, is_open=True)
    if decision.what is What.ENDED:
        held = replace(held, lasted_s=held.lasted_s + lasted_s, is_open=False)
    return replace(state, held={**state.held, kind: held})
