"""One room as the watch knows it: what it last said, and when it last said anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from msgspec.structs import replace as struct_replace

from monitor.alerts.facts import NOTHING, Facts, Readings
from monitor.alerts.phase import Tonight, phase_at
from monitor.alerts.states import AlertState
from monitor.contract.messages import State
from monitor.contract.record import ClockState, Record
from monitor.night.household import Household
from monitor.night.window import Window, night_of, scheduled
from monitor.score.units import TemperatureUnit

# Judgement: a value older than 30 s is no longer live.
LIVE_S: Final = 30.0
# Judgement: a record older than 2 h raises no alert, nor does it end one.
NEWS_MS: Final = 2 * 3_600_000
# Judgement: no record for 5 min; a process that has just begun knows no more.
SILENT_S: Final = 300.0
# Source: docs/decisions/0016: so long a minute without a date waits for it.
WAITS_S: Final = 600.0
# Judgement: a room silent for a day has been taken down, which its people know.
TAKEN_DOWN_MS: Final = 24 * 3_600_000
# Judgement: a dwell time that runs is worth a small write a minute, so that a restart
# costs it a minute at most.
KEEP_S: Final = 60.0
NEVER_S: Final = float("-inf")


@dataclass(slots=True)
class AlertRoom:
    """A room since this process began, or went on; state and closed are what the watch writes.

    closed: the name of the newest closed night that was looked at.
    """

    slug: str
    began_s: float
    newest_end_ms: int | None
    state: AlertState = field(default_factory=AlertState)
    closed: str = ""
    looked_s: float = NEVER_S
    _kept: AlertState = field(default_factory=AlertState)
    _kept_s: float = NEVER_S
    _readings: Readings = NOTHING
    _readings_s: float = NEVER_S
    _record_s: float | None = None
    _undated_session: str = ""
    _undated_s: float = NEVER_S
    _waits_until_s: float = NEVER_S

    def stood_still(self, now_s: float) -> None:
        """Take that nobody listened up to now: what came meanwhile was not heard."""
        self.began_s, self._record_s = now_s, None

    def took_state(self, state: State, now_s: float) -> None:
        """Take that a live state came; of a sensor without time its minutes wait meanwhile.

        They wait once: one that starts again and again without a minute in between is missed.
        """
        if state.clock is not ClockState.UNSYNCED:
            return
        is_heard = self._undated_s == NEVER_S or (self._record_s or NEVER_S) > self._undated_s
        if state.session != self._undated_session and is_heard:
            self._undated_session, self._undated_s = state.session, now_s
        self._waits_until_s = min(now_s, self._undated_s + WAITS_S)

    def took_readings(self, readings: Readings, now_s: float) -> None:
        """Take the values of a live state."""
        self._readings, self._readings_s = readings, now_s

    def took_records(
        self, records: Sequence[Record], now_s: float, now_ms: int, *, knows_time: bool
    ) -> None:
        """Take that records came; only what is news shows that the room is heard.

        What has no date, or comes to a machine that does not know the time, is of now: it
        goes out minute by minute, and a room that is heard is not silent.
        """
        for record in records:
            is_dated = knows_time and record.clock is not ClockState.UNSYNCED
            end_ms = record.minute.end_ms if is_dated else now_ms
            if now_ms - end_ms <= NEWS_MS:
                self._record_s = now_s
                self.newest_end_ms = max(min(end_ms, now_ms), self.newest_end_ms or 0)

    def time_found(self, stored_ms: int | None, now_s: float, now_ms: int) -> None:
        """Take when the newest stored minute ended; what was heard was heard by another clock."""
        ends = [] if stored_ms is None else [stored_ms]
        if self._record_s is not None:
            ends.append(now_ms - round((now_s - self._record_s) * 1000))
        self.newest_end_ms = max(ends, default=None)

    def tonight(
        self, household: Household, window: Window | None, *, now_s: float, now_ms: int
    ) -> Tonight:
        """Return what is known of this night."""
        night = night_of(now_ms, household)
        bedtime_ms, wake_ms = scheduled(night, household)
        is_running = window is not None and date.fromisoformat(window.night) == night
        return Tonight(
            bedtime_ms=bedtime_ms,
            wake_ms=wake_ms,
            window=window if is_running else None,
            is_over=self.closed == night.isoformat(),
            is_lit=self._live_readings(now_s).is_lit,
        )

    def facts(  # noqa: PLR0913 - they are put together here, and nowhere else
        self,
        household: Household,
        tonight: Tonight,
        *,
        title: str,
        unit: TemperatureUnit,
        now_s: float,
        now_ms: int,
        free_bytes: float | None,
        knows_time: bool,
        boot_began_s: float,
    ) -> Facts:
        """Return what the rules look at now; values that are no longer live are not known.

        While a boot may soon know the time, the phase of before goes on: by its clock it may be
        evening while people sleep.
        """
        waits = not knows_time and now_s - boot_began_s < WAITS_S
        return Facts(
            title=title,
            unit=unit,
            now_s=now_s,
            now_ms=now_ms,
            night=night_of(now_ms, household).isoformat(),
            knows_time=knows_time,
            boot_began_s=boot_began_s,
            phase=(waits and self.state.phase) or phase_at(now_ms, tonight),
            bedtime_ms=tonight.bedtime_ms,
            readings=replace(
                self._live_readings(now_s),
                silence_s=self._silence_s(now_s, now_ms),
                free_bytes=free_bytes,
            ),
        )

    def is_worth_keeping(self, after: AlertState, now_s: float, *, timing: bool) -> bool:
        """Tell whether a state without a decision is to be written: once a minute at most."""
        has_changed = struct_replace(after, seen_s=0.0) != struct_replace(self._kept, seen_s=0.0)
        return (has_changed or timing) and now_s - self._kept_s >= KEEP_S

    def kept(self, state: AlertState, now_s: float) -> None:
        """Note that a state is in the store."""
        self._kept, self._kept_s = state, now_s

    def _live_readings(self, now_s: float) -> Readings:
        return self._readings if now_s - self._readings_s <= LIVE_S else NOTHING

    def _silence_s(self, now_s: float, now_ms: int) -> float | None:
        if self.newest_end_ms is None or now_ms - self.newest_end_ms > TAKEN_DOWN_MS:
            return None
        heard_s = self.began_s if self._record_s is None else self._record_s
        # Minutes that wait for their date are no silence, as long as something comes.
        silence_s = now_s - max(heard_s, self._waits_until_s)
        return silence_s if self._record_s is not None or silence_s >= SILENT_S else None
