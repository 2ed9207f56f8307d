"""Keeps the running night of every room, closes it in the morning, judges again what changed.

One night at most is judged a step, so that live values never wait for a back-fill.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from monitor.contract.record import Minute, Record
from monitor.due_nights import DueNights
from monitor.kept_night import Follow, KeptNight
from monitor.kept_series import ON_ITS_WAY_MS, KeptSeries
from monitor.night.errors import NightError
from monitor.night.household import Household
from monitor.night.window import Window, find_window, night_of, span_of
from monitor.runtime.sampled import SampledLog
from monitor.score.errors import ScoreError
from monitor.score.inputs import hash_of
from monitor.score.result import NightScore
from monitor.store.errors import StoreError, UnreadableNightError
from monitor.store.household_reader import HouseholdReader
from monitor.store.nights_reader import NightsReader, StoredNight
from monitor.store.nights_writer import NightsWriter
from monitor.store.recall import DAY_MS
from monitor.unscored_days import UnscoredDays

MINUTE_MS: Final = 60_000
# Judgement: people who get up twice have settled by then; the morning note goes out with it.
CLOSES_AFTER_MS: Final = 15 * MINUTE_MS
# Judgement: the wind-down looks back three hours (docs/scoring.md); nothing more.
LOOKS_BACK_MS: Final = 180 * MINUTE_MS
# Judgement: a night without new minutes still ages: once a minute shows it.
RECHECK_S: Final = 60.0
# Judgement: bookkeeping that only saves work after a restart; hourly writes next to nothing.
TIDY_S: Final = 3600.0
# Judgement: a store of before nights' series were kept gets them at half a megabyte a day.
SERIES_AN_HOUR: Final = 3
# Judgement: a change is noticed within a second (PRAGMA data_version).
LOOK_S: Final = 1.0
# Judgement: the zone of now leads to the night's end, the one of that end to the true one.
ZONE_LOOKS: Final = 3
ONE_DAY: Final = timedelta(days=1)
LAST_NIGHT: Final = "9999-12-31"

Score = Callable[[Sequence[Minute], Window, Household], NightScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A closed night that was judged anew and stored; newest: no later one is."""

    room: str
    score: NightScore
    newest: bool


class Nightly:
    """Judges nights as their minutes, settings and corrections come; one thread's.

    Every method that reads or writes may raise StoreError; what was due stays due.

    Args:
        writer: for closed nights.
        reader: a reader of the same file.
        household: what people chose.
        score: judges the minutes of a window.
        follow: begins a running night at (start_ms of its window, settings).
        score_model_version: of the model behind score; other nights are judged again.
        sampled: told of settings that name no night or no score.
    """

    def __init__(
        self,
        *,
        writer: NightsWriter,
        reader: NightsReader,
        household: HouseholdReader,
        score: Score,
        follow: Follow,
        score_model_version: int,
        sampled: SampledLog,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._series = KeptSeries(writer, reader)
        self._household = household
        self._score = score
        self._follow = follow
        self._version = score_model_version
        self._sampled = sampled
        self._due = DueNights()
        self._dropped: set[str] = set()
        self._arrived: list[tuple[str, list[int], float]] = []
        self._running: dict[str, NightScore] = {}
        self._days = UnscoredDays(writer)
        self._kept: dict[str, KeptNight] = {}
        self._seen: tuple[int, int, int] | None = None
        self._seen_version = -1
        self._next_look_s = self._next_check_s = self._next_tidy_s = 0.0

    def settings(self, room: str, at_ms: int) -> Household:
        """Return the settings in force, in UTC where their time zone is unknown here."""
        household = self._household.household(room, at_ms)
        try:
            night_of(at_ms, household)
        except NightError as error:
            self._sampled.warn("settings", error)
            return replace(household, zone="UTC")
        return household

    def minutes_arrived(self, room: str, records: Sequence[Record], now_s: float) -> None:
        """Note that new records are stored; now_s is monotonic. Never raises."""
        self._days.took(room, records)
        if records:
            kept = self._kept.get(room)
            if kept is not None and not kept.take(records):
                del self._kept[room]
            self._arrived.append((room, sorted(one.minute.start_ms for one in records), now_s))

    def check_soon(self) -> None:
        """Look again within a second at what others changed in the store."""
        self._next_check_s = 0.0

    def running(self, room: str) -> NightScore | None:
        """Return the running night's score so far, None outside a night."""
        return self._running.get(room)

    def last_night(self, room: str) -> NightScore | None:
        """Return the newest stored night, None if there is none."""
        found = self._reader.newest_night(room)
        return None if found is None else found.score

    def take_dropped(self) -> set[str]:
        """Return, once, the rooms of which a judged night is no more."""
        dropped, self._dropped = self._dropped, set()
        return dropped

    def step(self, *, now_ms: int, now_s: float, knows_time: bool) -> Judged | None:
        """Judge the newest night that is due; now_ms is wall time, now_s monotonic."""
        while self._arrived:
            self._mark_arrived(*self._arrived[0])
            del self._arrived[0]
        self._look(now_ms, now_s, knows_time)
        ready = self._due.take(now_s)
        if ready is not None:
            try:
                return self._judge(*ready, now_ms, knows_time)
            except (NightError, ScoreError) as error:
                self._sampled.warn("settings", error)
            except StoreError:
                self._due.mark(*ready, now_s)
                raise
        if self._due.is_empty and now_s >= self._next_tidy_s:
            self._next_tidy_s = now_s + TIDY_S
            self._tidy(now_ms, now_s)
        return None

    def _mark_arrived(self, room: str, starts: Sequence[int], now_s: float) -> None:
        """Mark the nights of minutes by their starts, ascending."""
        household = self.settings(room, starts[-1])
        nights = {night_of(start_ms, household) for start_ms in (starts[0], starts[-1])}
        if len(nights) > 1:
            nights = {night_of(start_ms, household) for start_ms in starts}
        for night in nights:
            self._due.mark(room, night, now_s)

    def _judge(self, room: str, night: date, now_ms: int, knows_time: bool) -> Judged | None:  # noqa: FBT001 - as step has it
        """Judge one night: into memory while it runs, into the store once it is over."""
        version = self._series.version()
        window, household, kept = self._window(room, night, now_ms)
        if now_ms < window.get_up_ms + CLOSES_AFTER_MS:
            self._not_over(room, window, household, kept, now_ms, knows_time)
            return None
        last_ms = window.get_up_ms + CLOSES_AFTER_MS
        minutes = kept.between(window.lights_out_ms - LOOKS_BACK_MS, last_ms)
        is_read = kept is not self._kept.get(room)
        running = self._running.get(room)
        if running is not None and running.window.night <= window.night:
            del self._running[room]
            self._kept.pop(room, None)
        if not minutes:
            if self._writer.drop_night(room, window.night):
                self._dropped.add(room)
            return None
        made = self._series.make(room, window, kept, version, now_ms) if is_read else None
        inputs_hash = hash_of(minutes, window, household, self._version)
        stored = self._stored(room, window.night)
        is_judged = stored is not None and stored.inputs_hash == inputs_hash
        if not is_judged:
            score = self._score(minutes, window, household)
            self._writer.save_night(room, score, inputs_hash=inputs_hash, computed_ms=now_ms)
        if made is not None:
            self._series.keep(room, window.night, made)
        if is_judged:
            return None
        newest = self._reader.newest_night(room)
        return Judged(room=room, score=score, newest=newest is None or newest.night == window.night)

    def _not_over(
        self, room: str, window: Window, household: Household, kept: KeptNight, now_ms: int,
        knows_time: bool,  # noqa: FBT001 - as step has it
    ) -> None:  # fmt: skip
        """Let a night run, unless it is still to come."""
        stored = self._stored(room, window.night)
        # A clock that runs ahead makes minutes of nights to come: those do not run yet.
        if kept.night == night_of(now_ms, household):
            if stored is not None and not knows_time and now_ms < stored.computed_ms:
                return  # over: it is this clock that has gone back
            self._run(room, window, household, kept, now_ms)
        elif not knows_time:
            return
        # It was over and is not: a get-up was taken back, somebody lay down again, or a clock that
        # ran ahead has judged it.
        if stored is not None and self._writer.drop_night(room, window.night):
            self._dropped.add(room)

    def _stored(self, room: str, night: str) -> StoredNight | None:
        try:
            stored = self._reader.nights(room, night, night)
        except UnreadableNightError:
            return None
        return stored[0] if stored else None

    def _judged_after(self, room: str, night: date) -> list[date]:
        try:
            stored = self._reader.nights(room, (night + ONE_DAY).isoformat(), LAST_NIGHT)
        except UnreadableNightError:
            return []
        return [date.fromisoformat(one.night) for one in stored]

    def _window(self, room: str, night: date, now_ms: int) -> tuple[Window, Household, KeptNight]:
        """Return a night's window by the settings in force at its get-up."""
        correction = self._household.correction(room, night.isoformat())
        kept = self._kept.get(room)
        at_ms = self._last_ms(room, night, now_ms)
        while True:
            household = self.settings(room, at_ms)
            span = span_of(night, household)
            if kept is None or kept.night != night or kept.span_ms != span:
                kept = KeptNight(night, span, list(self._reader.minutes(room, *span)))
            marks = [page.mark for page in self._household.marks(room, *span)]
            running_ms = now_ms if now_ms < span[1] else None
            window = find_window(night, kept.minutes, household, correction, running_ms, marks)
            if window.get_up_ms >= at_ms:
                return window, household, kept
            # Settings that began after get-up are not this night's; earlier ones converge.
            at_ms = window.get_up_ms

    def _last_ms(self, room: str, night: date, now_ms: int) -> int:
        """Return the end of a night's span by the zone that holds there, at most now."""
        at_ms = now_ms
        for _ in range(ZONE_LOOKS):
            _, end_ms = span_of(night, self.settings(room, at_ms))
            at_ms = min(now_ms, end_ms)
        return at_ms

    def _run(
        self, room: str, window: Window, household: Household, kept: KeptNight, now_ms: int
    ) -> None:
        self._kept[room] = kept
        newest_ms = min(now_ms, kept.minutes[-1].end_ms if kept.minutes else 0)
        known_ms = newest_ms if now_ms - newest_ms < ON_ITS_WAY_MS else now_ms
        so_far = replace(window, get_up_ms=min(window.get_up_ms, known_ms), provisional=True)
        if so_far.end_ms - so_far.start_ms < MINUTE_MS:
            if (running := self._running.get(room)) and running.window.night == window.night:
                del self._running[room]
            return
        first_ms = window.lights_out_ms - LOOKS_BACK_MS
        self._running[room] = kept.score(so_far, household, self._follow, first_ms)

    def _look(self, now_ms: int, now_s: float, knows_time: bool) -> None:  # noqa: FBT001 - same
        """Find what is due for other reasons than new minutes."""
        if now_s < self._next_look_s:
            return
        self._next_look_s = now_s + LOOK_S
        if self._seen is None:
            self._resume(now_ms, now_s)
        version = self._household.data_version()
        if version != self._seen_version:
            self._kept.clear()
            self._mark_changed(now_s)
            self._seen_version = version
        if now_s >= self._next_check_s:
            self._next_check_s = now_s + RECHECK_S
            for room in self._reader.rooms():
                tonight = night_of(now_ms, self.settings(room, now_ms))
                for night in (tonight, *(self._judged_after(room, tonight) if knows_time else ())):
                    self._due.mark(room, night, now_s)
            for room, score in self._running.items():
                self._due.mark(room, date.fromisoformat(score.window.night), now_s)
            self._mark_days(now_ms, now_s)
            self._drop_outdated()

    def _drop_outdated(self) -> None:
        """Forget the minutes of nights to which others added: salvage copies some back."""
        for room, kept in list(self._kept.items()):
            if self._reader.minute_count(room, *kept.span_ms) != len(kept.minutes):
                del self._kept[room]

    def _resume(self, now_ms: int, now_s: float) -> None:
        """Mark what an earlier process left undone."""
        self._mark_days(now_ms, now_s)
        others = self._reader.nights_of_other_models(self._version)
        for room, name in (*others, *self._reader.unreadable_nights()):
            self._due.mark(room, date.fromisoformat(name), now_s)
        self._seen = self._writer.household_seen()

    def _mark_days(self, now_ms: int, now_s: float) -> None:
        """Mark the nights of days in which minutes came or went unannounced."""
        for room, day_ms in self._days.changed(now_ms):
            for night in self._nights_of_day(room, day_ms):
                self._due.mark(room, night, now_s)

    def _mark_changed(self, now_s: float) -> None:
        """Mark the nights that new settings, corrections or marks of a page touch."""
        changes = self._household.changes_after(self._seen or (0, 0, 0))
        rooms = self._reader.rooms()
        for room, name in changes.corrections:
            self._due.mark(room, date.fromisoformat(name), now_s)
        for room, at_ms in changes.marks:
            self._due.mark(room, night_of(at_ms, self.settings(room, at_ms)), now_s)
        for setting_room, from_ms in changes.settings:
            for room in (setting_room,) if setting_room else rooms:
                # A zone that changed with it moves minutes into the nights beside theirs.
                first = night_of(from_ms, self.settings(room, from_ms)) - ONE_DAY
                for stored in self._reader.nights(room, first.isoformat(), LAST_NIGHT):
                    for days in (-ONE_DAY, timedelta(), ONE_DAY):
                        self._due.mark(room, date.fromisoformat(stored.night) + days, now_s)
        self._seen = changes.up_to

    def _tidy(self, now_ms: int, now_s: float) -> None:
        """Forget the days whose nights are all over and stored: nothing is due now."""
        for room, name in self._series.missing(SERIES_AN_HOUR):
            self._due.mark(room, date.fromisoformat(name), now_s)
        for room, day_ms in self._days.looked_at():
            last = max(self._nights_of_day(room, day_ms))
            _, end_ms = span_of(last, self.settings(room, day_ms))
            if now_ms >= end_ms + CLOSES_AFTER_MS:
                self._days.scored(room, day_ms)
        if self._seen is not None and self._seen != self._writer.household_seen():
            self._writer.set_household_seen(self._seen)

    def _nights_of_day(self, room: str, day_ms: int) -> set[date]:
        """Return the nights that share minutes with the UTC day that begins at day_ms."""
        household = self.settings(room, day_ms)
        return {night_of(at_ms, household) for at_ms in (day_ms, day_ms + DAY_MS)}
