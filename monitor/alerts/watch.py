"""Watches the rooms: facts to the rules, decisions into the store, messages on their way.

Everything is kept in one transaction before anything is sent; while the store refuses, in
memory (monitor.alerts.spared), so that a full disk silences nobody.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from monitor.alerts.channels import Answer, Courier, Outcome
from monitor.alerts.facts import Facts, readings_of
from monitor.alerts.kept_back import kept_back
from monitor.alerts.note import Morning, morning_note
from monitor.alerts.outbox import AGES_WITHIN_S, Now, Outbox
from monitor.alerts.phase import Phase, Tonight
from monitor.alerts.requests import SNOOZE, TEST, Snooze, last_stale
from monitor.alerts.room import AlertRoom
from monitor.alerts.rules import UNSEEN_S, is_timing, snooze, step
from monitor.alerts.spared import SparedAlerts
from monitor.alerts.states import AlertState
from monitor.alerts.steady import SteadyClock
from monitor.alerts.turn import Findings, Nights, Turn
from monitor.contract.messages import State
from monitor.contract.record import LATEST_MS, ClockState, Record
from monitor.night.alert_choices import Kind
from monitor.night.view_choices import room_title
from monitor.runtime.clock import Clock
from monitor.runtime.sampled import SampledLog
from monitor.score.errors import ScoreError
from monitor.score.result import Live, NightScore
from monitor.score.telling import without_checks
from monitor.score.units import TemperatureUnit
from monitor.store.alerts_db import OutboxRow
from monitor.store.alerts_writer import AlertsWriter
from monitor.store.deletion import between, in_force, is_deleted
from monitor.store.errors import StoreError
from monitor.store.household_reader import HouseholdReader, Request, in_force_ms

# Judgement: an alert is decided within 1 s of its dwell time.
EVERY_S: Final = 1.0
# Judgement: a night is closed 15 min after get-up; a minute later is as good.
NOTE_EVERY_S: Final = 60.0
# Judgement: each try at a locked household.db may wait half a second for it.
RETRY_S: Final = 5.0
TRY_IT: Final = "Look at its address, and try it with `nightroom alert-test`."


class Watch:
    """The alerts' shell, stepped by the monitor's loop; it never raises a StoreError.

    Args:
        writer: of alert states, decisions and the outbox.
        household: what people chose and asked for.
        nights: of every room.
        courier: makes attempts to send.
        clock: everything is timed by it.
        free_bytes: tells what is left of the store's disk.
        newest_end_ms: tells the end of a room's newest minute by an instant, None without one.
        rooms: known from the start.
        findings: shown where people look for what is wrong.
        sampled: told of what fails.
    """

    def __init__(  # noqa: PLR0913 - a shell is handed everything it touches
        self,
        *,
        writer: AlertsWriter,
        household: HouseholdReader,
        nights: Nights,
        courier: Courier,
        clock: Clock,
        free_bytes: Callable[[], float],
        newest_end_ms: Callable[[str, int], int | None],
        rooms: Sequence[str],
        findings: Findings,
        sampled: SampledLog,
    ) -> None:
        self._writer = SparedAlerts(writer, clock)
        self._household = household
        self._nights = nights
        self._clock = clock
        self._free_bytes = free_bytes
        self._newest_end_ms = newest_end_ms
        self._findings = findings
        self._sampled = sampled
        self._troubled: set[str] = set()
        self._outbox = Outbox(writer=self._writer, courier=courier, clock=clock, told=self._told)
        self._steady = SteadyClock(clock, writer.anchor())
        self._requests_seen = writer.requests_seen()
        self._states = writer.states()
        self._knew_time = self._knows_time()
        self._rooms: dict[str, AlertRoom] = {}
        for room in (*rooms, *self._states):
            self._room(room)
        self._next_s, self._looked_s = 0.0, self._steady.now_s()

    def scored(self, room: str, state: State, live: Live | None, now_ms: int) -> None:
        """Take a live state of a room and its score, None where it has none."""
        self._room(room).took_state(state, self._steady.now_s())
        known_ms = now_ms if self._knows_time() else None
        try:
            household = self._nights.settings(room, in_force_ms(self._clock, self._household))
            readings = readings_of(state, live, household, known_ms)
        except (StoreError, ScoreError) as error:
            self._sampled.warn("alerts cannot read the room", error)
            return
        self._room(room).took_readings(readings, self._steady.now_s())

    def minutes_arrived(self, room: str, records: Sequence[Record]) -> None:
        """Take that records of a room came."""
        self._room(room).took_records(
            records, self._steady.now_s(), self._clock.now_ms(), knows_time=self._knows_time()
        )

    def step(self) -> None:
        """Decide, keep, send; once a second at most, never waiting for a channel."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_s:
            return
        self._next_s = now_s + EVERY_S
        self._look_for_a_standstill()
        try:
            self._step()
        except StoreError as error:
            self._next_s = now_s + RETRY_S
            self._sampled.warn("alerts wait", error)
            self._findings.find("alerts", f"No alert can be sent: {error}. It is tried again.")
            return
        if self._writer.trouble:
            text = f"Alerts are sent, but kept in memory only: {self._writer.trouble}."
            self._findings.find("alerts", text)
        else:
            self._findings.clear("alerts")

    def stop(self) -> None:
        """End what is being sent, after a moment of grace."""
        self._outbox.stop(self._steady.now_s())

    def _knows_time(self) -> bool:
        return self._clock.state() is not ClockState.UNSYNCED

    def _newest_by_ms(self) -> int:
        """Return by when to ask for a newest minute: a clock of then would find none."""
        return self._clock.now_ms() if self._knows_time() else LATEST_MS

    def _look_for_a_standstill(self) -> None:
        """Take it like a start where this process was held up: the rooms may have spoken."""
        before_s, self._looked_s = self._looked_s, self._steady.now_s()
        if self._looked_s - before_s > UNSEEN_S:
            for room in self._rooms.values():
                room.stood_still(self._looked_s)

    def _time_found(self) -> None:
        """Ask anew when the rooms' newest minutes ended, which was asked by a false date."""
        for slug, room in self._rooms.items():
            stored_ms = self._newest_end_ms(slug, self._clock.now_ms())
            room.time_found(stored_ms, self._steady.now_s(), self._clock.now_ms())

    def _step(self) -> None:
        knows_time = self._knows_time()
        if knows_time and not self._knew_time:
            self._time_found()
        self._knew_time = knows_time
        at_ms = in_force_ms(self._clock, self._household)
        turn = Turn(
            now_s=self._steady.now_s(),
            now_ms=self._clock.now_ms(),
            in_force_ms=at_ms,
            choices=self._household.alert_choices(at_ms),
            requests=self._asked(),
            unit=TemperatureUnit(self._household.view_choices("", at_ms).temperature_unit),
        )
        for number, room in enumerate(sorted(self._rooms)):
            # The disk is the house's: one room speaks of it.
            self._look(turn, self._rooms[room], None if number else self._free_bytes())
        for request in turn.requests:
            if request.kind == TEST:
                turn.ask_for_test()
        self._keep(turn)
        channels = {channel.name: channel for channel in turn.choices.alert_channels}
        for name in self._troubled - channels.keys():
            self._told(name, Answer(outcome=Outcome.SENT, words="removed"))
        now = Now(
            now_s=turn.now_s,
            boot_began_s=self._steady.boot_began_s(),
            now_ms=turn.now_ms if self._knew_time else None,
        )
        self._outbox.step(
            channels,
            now,
            is_quiet=turn.is_quiet,
            zone=turn.zone,
            deleted=partial(self._deleted_of, now),
        )

    def _look(self, turn: Turn, room: AlertRoom, free_bytes: float | None) -> None:
        household = self._nights.settings(room.slug, turn.in_force_ms)
        running = self._nights.running(room.slug)
        window = None if running is None else running.window
        tonight = room.tonight(household, window, now_s=turn.now_s, now_ms=turn.now_ms)
        given = self._household.view_choices(room.slug, turn.in_force_ms).room_name
        facts = room.facts(
            household, tonight, title=room_title(room.slug, given), unit=turn.unit,
            now_s=turn.now_s, now_ms=turn.now_ms, free_bytes=free_bytes,
            knows_time=self._knew_time, boot_began_s=self._steady.boot_began_s(),
        )  # fmt: skip
        state, decisions = step(room.state, facts, turn.choices)
        turn.decisions += [(room.slug, decision) for decision in decisions]
        for request in turn.requests:
            if request.kind == SNOOZE:
                state = self._snoozed(turn, room.slug, state, facts, request)
        if turn.now_s - room.looked_s >= NOTE_EVERY_S and self._may_tell_of_nights(turn.now_s):
            state = self._note(turn, state, room, facts, tonight, household.zone)
        turn.states[room.slug] = state
        turn.is_quiet = turn.is_quiet or facts.phase is Phase.NIGHT
        turn.zone = household.zone

    def _may_tell_of_nights(self, now_s: float) -> bool:
        """Tell whether a night that is over is over: a boot without time may soon know better."""
        return self._knew_time or now_s - self._steady.boot_began_s() >= AGES_WITHIN_S

    def _snoozed(
        self, turn: Turn, room: str, state: AlertState, facts: Facts, request: Request
    ) -> AlertState:
        try:
            asked = msgspec.json.decode(request.value, type=Snooze)
        except msgspec.MsgspecError as error:
            self._sampled.warn("snooze refused", error)
            return state
        age_s = max(0, turn.now_ms - request.made_ms) / 1000
        state, decision = snooze(state, facts, asked.kinds, max(0.0, asked.for_s - age_s))
        turn.decisions.append((room, decision))
        return state

    def _note(
        self,
        turn: Turn,
        state: AlertState,
        room: AlertRoom,
        facts: Facts,
        tonight: Tonight,
        zone: str,
    ) -> AlertState:
        room.looked_s = turn.now_s
        score = self._nights.last_night(room.slug)
        room.closed = "" if score is None else score.window.night
        if score is not None and self._is_deleted_of(room.slug, score):
            score = without_checks(score)
        morning = Morning(
            now_ms=turn.now_ms,
            night=facts.night,
            zone=zone,
            wake_ms=tonight.wake_ms,
            score=score,
            wanted=turn.choices.alert_morning_note,
            room=facts.title if len(self._rooms) > 1 else "",
            unit=turn.unit,
            untold=self._untold_of(room.slug, state),
            knows_time=self._knew_time,
            now_s=turn.now_s,
        )
        state, note = morning_note(state, morning)
        if note is not None:
            turn.decisions.append((room.slug, note))
        return state

    def _untold_of(self, room: str, state: AlertState) -> frozenset[Kind]:
        """Return the kinds held for the note that began in what people deleted, and are over."""
        over = {kind: one.first_ms for kind, one in state.held.items() if not one.is_open}
        deletions = in_force(self._household.deletions()) if over else ()
        return frozenset(kind for kind in over if is_deleted(deletions, room, over[kind]))

    def _is_deleted_of(self, room: str, score: NightScore) -> bool:
        """Tell whether people deleted something of a night."""
        known, window = in_force(self._household.deletions()), score.window
        return bool(between(known, room, window.start_ms, window.end_ms))

    def _deleted_of(self, now: Now, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Return those messages that tell of what was deleted."""
        known = in_force(self._household.deletions())
        settings = self._nights.settings
        return kept_back(rows, known, settings, now=now, clock_ms=self._clock.now_ms())

    def _asked(self) -> tuple[Request, ...]:
        """Return what is asked for anew; in a fresh store, which knows of none, only of late.

        So it is of a household.db that is a copy of before: its numbers are given a second time.
        """
        seen = self._requests_seen
        if seen is None or not self._household.has_reached_request(seen):
            asked = self._household.requests_after(0)
            seen = self._requests_seen = last_stale(asked, self._clock.now_ms())
        return self._household.requests_after(seen)

    def _keep(self, turn: Turn) -> None:
        """Write what was decided and all states with it, or what is worth keeping alone."""
        is_due = bool(turn.decisions or turn.requests) or any(
            self._rooms[room].is_worth_keeping(state, turn.now_s, timing=is_timing(state))
            for room, state in turn.states.items()
        )
        seen = turn.requests[-1].request_id if turn.requests else self._requests_seen
        if is_due:
            self._writer.keep(
                states=turn.kept_states(),
                anchor=self._steady.anchor(),
                decisions=turn.rows(),
                messages=turn.messages(),
                made_s=turn.now_s,
                requests_seen=seen,
            )
        self._requests_seen = seen
        for room, state in turn.states.items():
            self._rooms[room].state = state
            if is_due:
                self._rooms[room].kept(state, turn.now_s)

    def _told(self, channel: str, answer: Answer) -> None:
        code = f"alerts to {channel}"
        if answer.outcome is Outcome.SENT:
            self._troubled.discard(channel)
            self._findings.clear(code)
            return
        self._troubled.add(channel)
        self._sampled.warn(code, answer.words)
        text = f"Messages to {channel!r} do not arrive: {answer.words}. {TRY_IT}"
        self._findings.find(code, text)

    def _room(self, room: str) -> AlertRoom:
        if room not in self._rooms:
            self._rooms[room] = AlertRoom(
                slug=room,
                began_s=self._steady.now_s(),
                newest_end_ms=self._newest_end_ms(room, self._newest_by_ms()),
                state=self._remembered(room),
            )
        return self._rooms[room]

    def _remembered(self, room: str) -> AlertState:
        kept = self._states.get(room)
        if kept is None:
            return AlertState()
        try:
            return msgspec.json.decode(kept, type=AlertState)
        except msgspec.MsgspecError as error:
            # Of another version: better one message twice than a monitor that never starts.
            self._sampled.warn("alert state begun anew", error)
            return AlertState()
