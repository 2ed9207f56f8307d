import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from monitor.contract.record import ClockState, MarkKind, Minute
from monitor.night.household import Correction, Household, PageMark, Schedule
from monitor.night.window import Source, Window, span_of
from monitor.nightly import Judged, Nightly
from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import SampledLog
from monitor.score.errors import UnknownProfileError
from monitor.score.result import NightScore
from monitor.score.series import NightSeries, picture_span, read_series
from monitor.store.errors import StoreUnavailableError
from monitor.store.household_reader import NEWEST_MS
from monitor.store.nights_reader import NightsReader
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, MINUTE_MS, STREAM, minute, record

NIGHT = date(2026, 11, 22)
# The household's default zone is UTC, its bedtime 23:00, its wake time 07:00.
BEDTIME_MS = span_of(NIGHT, Household())[0] + 11 * 60 * MINUTE_MS
WAKE_MS = BEDTIME_MS + 8 * 60 * MINUTE_MS
NOON_MS = span_of(NIGHT, Household())[1]
LATER_MS = NOON_MS + 48 * 60 * MINUTE_MS
ROOM = "bedroom"
ALL_NIGHTS = ("2026-01-01", "2027-01-01")


class Bench:
    """A Nightly on real files with a score that counts minutes, and a clock to turn."""

    def __init__(self, folder: Folder, version: int = 1) -> None:
        self.folder = folder
        self.writer = folder.nights_writer()
        self.reader = folder.keep(CountingReader.open(folder.path / "nights.db"))
        self.followed: list[tuple[int, Household]] = []
        self.now_s = 0.0
        self.knows_time = True
        self.calls: list[Window] = []
        self.error: Exception | None = None
        self.seq = self.writer.stored_seq(STREAM) or 0
        self.nightly = Nightly(
            writer=self.writer,
            reader=self.reader,
            household=folder.household_reader(),
            score=self.score,
            follow=partial(Growing, self),
            score_model_version=version,
            sampled=SampledLog(logging.getLogger("test"), VirtualClock(start_ms=0)),
        )
        self.version = version

    def score(self, minutes: Sequence[Minute], window: Window, household: Household) -> NightScore:
        if self.error is not None:
            raise self.error
        self.calls.append(window)
        return NightScore(
            score_model_version=self.version,
            window=window,
            parts=(),
            rating=float(len(minutes)),
            profile=household.profile,
        )

    def store(self, *ends_ms: int) -> None:
        first = self.seq + 1
        self.seq += len(ends_ms)
        records = [
            record(seq, minute=minute(end_ms)) for seq, end_ms in enumerate(ends_ms, start=first)
        ]
        self.writer.store_batch(
            room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=self.seq
        )
        self.nightly.minutes_arrived(ROOM, records, self.now_s)

    def correct(self, *ends_ms: int) -> None:
        """Give the minutes stored first other dates."""
        records = [
            record(seq, revision=1, clock=ClockState.CORRECTED, minute=minute(end_ms))
            for seq, end_ms in enumerate(ends_ms, start=1)
        ]
        self.writer.store_batch(
            room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=self.seq
        )
        self.nightly.minutes_arrived(ROOM, records, self.now_s)

    def store_beside(self, end_ms: int) -> None:
        """Store a minute as salvage does: by a connection of its own, unannounced."""
        writer = self.writer.beside()
        self.seq += 1
        writer.store_batch(
            room=ROOM,
            device=DEVICE,
            stream=STREAM,
            records=[record(self.seq, minute=minute(end_ms))],
            gaps=(),
            stored_seq=self.seq,
        )
        writer.disconnect()

    def kept_series(self) -> NightSeries | None:
        return self.reader.series(ROOM, self.calls[-1])

    def drawn(self) -> NightSeries:
        return read_series(self.reader.minutes(ROOM, *picture_span(self.calls[-1])))

    def settle(self, now_ms: int, steps: int = 12) -> list[Judged]:
        """Step often enough for everything that is due, a second and a bit apart."""
        found = []
        for _ in range(steps):
            self.now_s += 1.1
            judged = self.nightly.step(now_ms=now_ms, now_s=self.now_s, knows_time=self.knows_time)
            found += [] if judged is None else [judged]
        return found


class CountingReader(NightsReader):
    """Counts how often minutes are read."""

    reads = 0
    meanwhile: Callable[[], None] | None = None

    def minutes(self, room: str, start_ms: int, end_ms: int) -> tuple[Minute, ...]:
        self.reads += 1
        found = super().minutes(room, start_ms, end_ms)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return found


class Growing:
    """A running night that scores as its bench does."""

    def __init__(self, bench: Bench, start_ms: int, household: Household) -> None:
        bench.followed.append((start_ms, household))
        self.bench, self.household = bench, household
        self.minutes: list[Minute] = []

    def add(self, minute: Minute) -> None:
        self.minutes.append(minute)

    def score(self, window: Window) -> NightScore:
        return self.bench.score(self.minutes, window, self.household)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def a_night(first_ms: int = BEDTIME_MS, count: int = 480) -> list[int]:
    return [first_ms + MINUTE_MS * number for number in range(1, count + 1)]


def test_a_running_night_is_kept_in_memory_only(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=120))

    assert bench.settle(BEDTIME_MS + 120 * MINUTE_MS + 5_000) == []

    running = bench.nightly.running(ROOM)
    assert running is not None
    assert running.window.get_up_ms == BEDTIME_MS + 120 * MINUTE_MS
    assert bench.reader.nights(ROOM, "2026-01-01", "2027-01-01") == ()


def test_a_running_night_without_new_minutes_still_ages(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=120))
    bench.settle(BEDTIME_MS + 120 * MINUTE_MS)

    bench.now_s += 60
    bench.settle(BEDTIME_MS + 200 * MINUTE_MS)

    running = bench.nightly.running(ROOM)
    assert running is not None
    assert running.window.get_up_ms == BEDTIME_MS + 200 * MINUTE_MS


def test_a_night_closes_a_quarter_of_an_hour_after_get_up(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    assert bench.settle(WAKE_MS + 14 * MINUTE_MS) == []
    assert bench.nightly.running(ROOM) is not None

    bench.now_s += 60
    (judged,) = bench.settle(WAKE_MS + 15 * MINUTE_MS)

    assert judged.newest
    assert judged.score.rating == 480.0
    assert bench.nightly.running(ROOM) is None
    assert bench.nightly.last_night(ROOM) == judged.score


def run_for(bench: Bench, first: int, last: int) -> None:
    """Let minutes first to last of the night come one by one, each judged as it comes."""
    for number in range(first, last + 1):
        bench.store(BEDTIME_MS + number * MINUTE_MS)
        bench.settle(BEDTIME_MS + number * MINUTE_MS + 5_000, steps=2)


def test_a_running_night_reads_the_store_once_and_grows_by_what_arrives(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(BEDTIME_MS - 300 * MINUTE_MS)
    run_for(bench, 1, 2)
    reads = bench.reader.reads
    run_for(bench, 3, 30)

    assert bench.reader.reads == reads
    assert len(bench.followed) == 1
    assert bench.nightly.running(ROOM).rating == 30.0


def test_a_running_night_says_that_it_is_still_running(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=400))
    bench.settle(BEDTIME_MS + 400 * MINUTE_MS)

    assert bench.nightly.running(ROOM).window.provisional


def test_a_minute_that_comes_late_is_read_with_all_the_others(folder: Folder) -> None:
    bench = Bench(folder)
    run_for(bench, 1, 10)
    run_for(bench, 14, 20)
    reads = bench.reader.reads
    for number in (11, 12, 13):
        bench.store(BEDTIME_MS + number * MINUTE_MS)
    bench.settle(BEDTIME_MS + 20 * MINUTE_MS + 8_000)

    assert bench.nightly.running(ROOM).rating == 20.0
    assert bench.reader.reads == reads + 1


def test_a_revised_minute_is_read_with_all_the_others(folder: Folder) -> None:
    bench = Bench(folder)
    run_for(bench, 1, 10)
    reads = bench.reader.reads
    revised = record(11, minute=minute(BEDTIME_MS + 11 * MINUTE_MS), revision=1)
    bench.writer.store_batch(
        room=ROOM, device=DEVICE, stream=STREAM, records=[revised], gaps=(), stored_seq=11
    )
    bench.nightly.minutes_arrived(ROOM, [revised], bench.now_s)
    bench.settle(BEDTIME_MS + 11 * MINUTE_MS + 5_000)

    assert bench.nightly.running(ROOM).rating == 11.0
    assert bench.reader.reads == reads + 1


def test_a_minute_that_salvage_copied_back_is_found_within_a_minute(folder: Folder) -> None:
    bench = Bench(folder)
    run_for(bench, 2, 10)
    salvaged = record(99, minute=minute(BEDTIME_MS + MINUTE_MS))
    bench.writer.put_back(ROOM, DEVICE, STREAM, [salvaged])
    bench.now_s += 60
    bench.settle(BEDTIME_MS + 10 * MINUTE_MS + 8_000)

    assert bench.nightly.running(ROOM).rating == 10.0


def test_a_setting_made_in_the_night_begins_it_anew(folder: Folder) -> None:
    bench = Bench(folder)
    run_for(bench, 1, 5)
    folder.household_writer().set_value("lamp", "candle", valid_from_ms=BEDTIME_MS)
    run_for(bench, 6, 8)

    assert [household.lamp for _, household in bench.followed] == [None, "candle"]
    assert bench.nightly.running(ROOM).rating == 8.0


def test_minutes_of_another_night_do_not_join_the_running_one(folder: Folder) -> None:
    bench = Bench(folder)
    run_for(bench, 1, 5)
    bench.store(BEDTIME_MS - 48 * 60 * MINUTE_MS)
    run_for(bench, 6, 8)

    assert bench.nightly.running(ROOM).rating == 8.0


def test_before_lights_out_no_night_runs(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(BEDTIME_MS - 60 * MINUTE_MS, count=30))

    bench.settle(BEDTIME_MS - 30 * MINUTE_MS)

    assert bench.nightly.running(ROOM) is None
    assert bench.calls == []


def test_a_closed_night_is_judged_again_only_when_its_inputs_change(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    assert len(bench.settle(NOON_MS)) == 1

    bench.store(NOON_MS - 60 * MINUTE_MS)
    assert bench.settle(NOON_MS) == [], "a minute long after get-up is none of its inputs"

    bench.store(BEDTIME_MS + 500)
    assert len(bench.settle(NOON_MS)) == 1


def test_a_back_fill_judges_its_night_once_it_is_complete(folder: Folder) -> None:
    bench = Bench(folder)
    for first in range(0, 480, 60):
        bench.store(*a_night(BEDTIME_MS + first * MINUTE_MS, count=60))
        bench.now_s += 0.2
        bench.nightly.step(now_ms=NOON_MS, now_s=bench.now_s, knows_time=True)

    assert bench.calls == []
    assert len(bench.settle(NOON_MS)) == 1
    assert len(bench.calls) == 1


def test_a_stream_of_minutes_without_an_end_is_judged_now_and_then(folder: Folder) -> None:
    bench = Bench(folder)
    for number in range(70):
        bench.store(BEDTIME_MS + (number + 1) * MINUTE_MS)
        bench.now_s += 0.5
        bench.nightly.step(now_ms=NOON_MS, now_s=bench.now_s, knows_time=True)

    assert len(bench.calls) == 1


def test_two_nights_in_one_batch_are_both_judged_newest_first(folder: Folder) -> None:
    bench = Bench(folder)
    day_ms = 24 * 60 * MINUTE_MS
    bench.store(*a_night(count=60), *a_night(BEDTIME_MS + day_ms, count=60))

    judged = bench.settle(NOON_MS + day_ms)

    assert [one.score.window.night for one in judged] == ["2026-11-23", "2026-11-22"]
    assert [one.newest for one in judged] == [True, False]


def test_a_correction_judges_its_night_again(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    bench.settle(NOON_MS)

    later = Correction(lights_out_ms=BEDTIME_MS + 60 * MINUTE_MS)
    folder.household_writer().correct(ROOM, NIGHT.isoformat(), later, made_ms=NOON_MS)
    (judged,) = bench.settle(NOON_MS)

    assert judged.score.window.lights_out_source is Source.CORRECTION


def test_a_get_up_that_is_taken_back_lets_the_night_run_on(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=120))
    now_ms = BEDTIME_MS + 120 * MINUTE_MS
    up = Correction(get_up_ms=BEDTIME_MS + 90 * MINUTE_MS)
    household = folder.household_writer()
    household.correct(ROOM, NIGHT.isoformat(), up, made_ms=now_ms)
    assert len(bench.settle(now_ms)) == 1
    assert bench.nightly.running(ROOM) is None

    household.correct(ROOM, NIGHT.isoformat(), Correction(), made_ms=now_ms + 1)
    assert bench.settle(now_ms) == []

    running = bench.nightly.running(ROOM)
    assert running is not None
    assert running.window.is_open
    assert bench.reader.nights(ROOM, NIGHT.isoformat(), NIGHT.isoformat()) == ()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_night_judged_again_keeps_the_minutes_of_the_zone_it_was_slept_in(
    folder: Folder, zone: str
) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    (before,) = bench.settle(NOON_MS)
    later_ms = NOON_MS + 5 * 24 * 60 * MINUTE_MS
    writer = folder.household_writer()
    writer.set_value("zone", zone, valid_from_ms=later_ms)
    bench.settle(later_ms)

    earlier = Correction(lights_out_ms=BEDTIME_MS - MINUTE_MS)
    writer.correct(ROOM, NIGHT.isoformat(), earlier, made_ms=later_ms)
    (judged,) = bench.settle(later_ms)

    assert judged.score.window.zone == before.score.window.zone
    assert judged.score.rating == before.score.rating


def test_a_lights_out_marked_on_a_page_judges_its_night_again(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    bench.settle(NOON_MS)

    pressed = PageMark(mark_id="one", at_ms=BEDTIME_MS + 60 * MINUTE_MS, kind=MarkKind.LIGHTS_OUT)
    folder.household_writer().mark(ROOM, pressed, made_ms=NOON_MS)
    (judged,) = bench.settle(NOON_MS)

    assert judged.score.window.lights_out_source is Source.BUTTON
    assert judged.score.window.lights_out_ms == pressed.at_ms


def test_a_setting_judges_the_nights_from_its_start_on_again(folder: Folder) -> None:
    bench = Bench(folder)
    day_ms = 24 * 60 * MINUTE_MS
    for day in range(3):
        bench.store(*a_night(BEDTIME_MS + day * day_ms, count=60))
    bench.settle(NOON_MS + 2 * day_ms)

    folder.household_writer().set_value(
        "profile", "older", valid_from_ms=WAKE_MS + day_ms - MINUTE_MS
    )
    judged = bench.settle(NOON_MS + 2 * day_ms)

    assert [one.score.window.night for one in judged] == ["2026-11-24", "2026-11-23"]
    assert {one.score.profile for one in judged} == {"older"}


def test_a_zone_that_moves_minutes_into_another_night_has_that_one_judged(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=60))
    bench.settle(NOON_MS)
    household = folder.household_writer()
    household.set_value("schedule", Schedule(bedtime=("12:30",) * 7), valid_from_ms=0)

    household.set_value("zone", "Pacific/Kiritimati", valid_from_ms=0)  # 23:00 is 13:00 next day
    bench.settle(NOON_MS + 24 * 60 * MINUTE_MS)

    assert [one.night for one in bench.reader.nights(ROOM, *ALL_NIGHTS)] == ["2026-11-23"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Tokyo"])
def test_a_night_goes_on_where_it_is_day_by_the_zone_chosen_while_it_runs(
    folder: Folder, zone: str
) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=60))
    now_ms = BEDTIME_MS + 60 * MINUTE_MS
    bench.settle(now_ms)
    folder.household_writer().set_value("zone", zone, valid_from_ms=now_ms)
    named = set()
    for minute_of in range(1, 6):
        now_ms += MINUTE_MS
        bench.store(BEDTIME_MS + (60 + minute_of) * MINUTE_MS)
        for _ in range(70):
            bench.settle(now_ms, steps=1)
            running = bench.nightly.running(ROOM)
            named.add(None if running is None else running.window.night)
    assert named == {NIGHT.isoformat()}


def test_settings_of_an_unknown_time_are_what_was_chosen_last(folder: Folder) -> None:
    folder.household_writer().set_value("zone", "Pacific/Kiritimati", valid_from_ms=NOON_MS)

    assert Bench(folder).nightly.settings(ROOM, NEWEST_MS).zone == "Pacific/Kiritimati"


def test_a_setting_made_after_get_up_is_not_that_nights(folder: Folder) -> None:
    bench = Bench(folder)
    folder.household_writer().set_value(
        "schedule", Schedule(bedtime=("01:00",) * 7), valid_from_ms=WAKE_MS + MINUTE_MS, room=ROOM
    )
    bench.store(*a_night())

    (judged,) = bench.settle(NOON_MS)

    assert judged.score.window.lights_out_ms == BEDTIME_MS


def test_what_a_kill_left_unscored_is_scored_at_the_next_start(folder: Folder) -> None:
    first = Bench(folder)
    first.store(*a_night())
    first.writer.close()

    (judged,) = Bench(folder).settle(NOON_MS)

    assert judged.score.window.night == NIGHT.isoformat()


def test_a_boot_in_the_past_takes_no_judged_night_away(folder: Folder) -> None:
    first = Bench(folder)
    first.store(*a_night())
    first.settle(NOON_MS + 24 * 60 * MINUTE_MS)
    first.writer.close()

    behind = Bench(folder)
    behind.knows_time = False
    behind.settle(BEDTIME_MS + 60 * MINUTE_MS)

    assert [one.night for one in behind.reader.nights(ROOM, *ALL_NIGHTS)] == [NIGHT.isoformat()]
    assert behind.nightly.running(ROOM) is None


def test_a_night_that_goes_on_after_all_does_so_without_a_time_source_too(folder: Folder) -> None:
    bench = Bench(folder)
    bench.knows_time = False
    household = folder.household_writer()
    early = Correction(get_up_ms=BEDTIME_MS + 60 * MINUTE_MS)
    household.correct(ROOM, NIGHT.isoformat(), early, made_ms=BEDTIME_MS)
    bench.store(*a_night(count=120))
    assert len(bench.settle(BEDTIME_MS + 120 * MINUTE_MS)) == 1

    household.correct(ROOM, NIGHT.isoformat(), Correction(), made_ms=BEDTIME_MS)
    bench.settle(BEDTIME_MS + 121 * MINUTE_MS)

    assert bench.nightly.running(ROOM) is not None
    assert bench.reader.nights(ROOM, *ALL_NIGHTS) == ()


def test_a_night_that_was_not_over_after_all_is_judged_at_the_next_start(folder: Folder) -> None:
    first = Bench(folder)
    first.store(*a_night())
    first.settle(NOON_MS + 24 * 60 * MINUTE_MS)
    first.now_s += 60
    first.settle(BEDTIME_MS + 60 * MINUTE_MS)
    assert first.reader.nights(ROOM, *ALL_NIGHTS) == ()
    first.writer.close()

    (judged,) = Bench(folder).settle(NOON_MS + 24 * 60 * MINUTE_MS)

    assert judged.score.window.night == NIGHT.isoformat()


def dated_by_a_clock_ahead(folder: Folder, days: int = 3) -> Bench:
    """Return a bench that has judged a night three days too late, and knows the time now."""
    bench = Bench(folder)
    bench.knows_time = False
    ahead_ms = days * 24 * 60 * MINUTE_MS
    bench.store(*(end_ms + ahead_ms for end_ms in a_night()))
    assert len(bench.settle(NOON_MS + ahead_ms)) == 1
    bench.knows_time = True
    bench.now_s += 60
    return bench


def test_a_night_judged_under_a_date_to_come_is_none_once_its_minutes_have_theirs(
    folder: Folder,
) -> None:
    bench = dated_by_a_clock_ahead(folder)

    bench.correct(*a_night())
    bench.settle(NOON_MS)

    assert [one.night for one in bench.reader.nights(ROOM, *ALL_NIGHTS)] == [NIGHT.isoformat()]
    last = bench.nightly.last_night(ROOM)
    assert last is not None
    assert last.window.night == NIGHT.isoformat()


def test_nor_is_one_whose_minutes_nobody_corrects_until_it_has_been(folder: Folder) -> None:
    bench = dated_by_a_clock_ahead(folder)

    bench.settle(NOON_MS)
    assert bench.nightly.last_night(ROOM) is None
    bench.now_s += 60
    bench.settle(NOON_MS + 3 * 24 * 60 * MINUTE_MS)

    assert bench.nightly.last_night(ROOM) is not None


def test_without_a_time_source_no_night_that_seems_to_come_is_taken_away(folder: Folder) -> None:
    bench = dated_by_a_clock_ahead(folder)
    bench.knows_time = False

    bench.settle(NOON_MS)

    assert bench.nightly.last_night(ROOM) is not None


def test_a_change_made_while_the_monitor_was_down_is_found_at_the_next_start(
    folder: Folder,
) -> None:
    first = Bench(folder)
    first.store(*a_night())
    first.settle(NOON_MS + 24 * 60 * MINUTE_MS)
    first.writer.close()
    later = Correction(lights_out_ms=BEDTIME_MS + 60 * MINUTE_MS)
    folder.household_writer().correct(ROOM, NIGHT.isoformat(), later, made_ms=NOON_MS)

    (judged,) = Bench(folder).settle(NOON_MS + 24 * 60 * MINUTE_MS)

    assert judged.score.window.lights_out_source is Source.CORRECTION


@pytest.mark.parametrize("starts_anew", [False, True])
def test_a_correction_is_found_in_a_household_that_is_a_copy_of_before(
    folder: Folder, *, starts_anew: bool
) -> None:
    bench, writer = Bench(folder), folder.household_writer()
    bench.store(*a_night())
    for lamp in ("candle", "led_2700", "candle"):
        writer.correct(ROOM, "2026-01-01", Correction(lights_out_ms=1), made_ms=1)
        writer.set_value("lamp", lamp, valid_from_ms=LATER_MS)
    bench.settle(LATER_MS)
    (folder.path / "household.db").unlink()
    writer.close()
    if starts_anew:
        bench.writer.close()

    later = Correction(lights_out_ms=BEDTIME_MS + 60 * MINUTE_MS)
    writer = folder.household_writer()
    writer.correct(ROOM, NIGHT.isoformat(), later, made_ms=LATER_MS)
    (judged,) = (Bench(folder) if starts_anew else bench).settle(LATER_MS)

    assert judged.score.window.lights_out_source is Source.CORRECTION


def test_once_all_is_judged_a_restart_has_nothing_to_do(folder: Folder) -> None:
    much_later_ms = NOON_MS + 48 * 60 * MINUTE_MS
    first = Bench(folder)
    first.store(*a_night())
    folder.household_writer().set_value("lamp", "candle", valid_from_ms=1)
    first.settle(much_later_ms)
    assert first.writer.unscored_days() == ()
    first.writer.close()

    again = Bench(folder)

    assert again.settle(much_later_ms) == []
    assert again.calls == []


def test_a_day_that_is_not_over_stays_noted(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=30))

    bench.settle(BEDTIME_MS + 30 * MINUTE_MS)

    assert len(bench.writer.unscored_days()) == 1


def test_a_new_score_model_judges_every_stored_night_again(folder: Folder) -> None:
    first = Bench(folder)
    first.store(*a_night())
    first.settle(NOON_MS + 24 * 60 * MINUTE_MS)
    first.writer.close()

    (judged,) = Bench(folder, version=2).settle(NOON_MS + 24 * 60 * MINUTE_MS)

    assert judged.score.score_model_version == 2


def test_minutes_from_a_clock_that_runs_ahead_do_not_end_the_running_night(
    folder: Folder,
) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=60))
    now_ms = BEDTIME_MS + 60 * MINUTE_MS
    bench.settle(now_ms)

    bench.store(NOON_MS + 90 * 24 * 60 * MINUTE_MS)
    bench.settle(now_ms)

    assert bench.nightly.running(ROOM) is not None


def test_a_setting_nobody_can_score_with_is_said_and_the_rest_goes_on(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(folder)
    bench.error = UnknownProfileError("profile 'cat' is unknown")
    bench.store(*a_night())

    assert bench.settle(NOON_MS) == []

    assert "profile 'cat'" in caplog.text


def test_an_unknown_time_zone_falls_back_to_utc(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.household_writer()
    other = folder.raw("household.db")
    other.execute("INSERT INTO settings VALUES (NULL, 0, '', 'zone', '\"Mars/Olympus\"')")
    other.commit()

    household = Bench(folder).nightly.settings(ROOM, NOON_MS)

    assert household.zone == "UTC"
    assert "Mars/Olympus" in caplog.text


@pytest.mark.slow
def test_a_failing_store_leaves_a_night_due(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    blocker = folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError):
        bench.settle(NOON_MS)

    blocker.execute("ROLLBACK")

    assert len(bench.settle(NOON_MS)) == 1


def test_a_fault_of_the_score_is_not_met_again_and_again(folder: Folder) -> None:
    bench = Bench(folder)
    bench.error = ZeroDivisionError()
    bench.store(*a_night())
    with pytest.raises(ZeroDivisionError):
        bench.settle(NOON_MS)

    assert bench.settle(NOON_MS, steps=5) == []


def test_no_records_make_nothing_due(folder: Folder) -> None:
    bench = Bench(folder)

    bench.nightly.minutes_arrived(ROOM, (), 0.0)

    assert bench.settle(NOON_MS) == []
    assert bench.nightly.last_night(ROOM) is None


def test_a_night_without_a_minute_in_its_window_is_not_stored(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(BEDTIME_MS - 6 * 60 * MINUTE_MS)

    assert bench.settle(NOON_MS + MINUTE_MS) == []
    assert bench.calls == []


def test_a_closed_night_keeps_what_its_picture_draws_once_its_last_minutes_have_come(
    folder: Folder,
) -> None:
    bench = Bench(folder)
    bench.store(*a_night(count=509))
    bench.settle(WAKE_MS + 29 * MINUTE_MS)
    assert bench.kept_series() is None, "a minute of the picture is still to come"

    bench.store(WAKE_MS + 30 * MINUTE_MS)
    bench.settle(WAKE_MS + 34 * MINUTE_MS)

    assert bench.kept_series() == bench.drawn()
    assert len(bench.calls) == 1, "what comes after get-up does not judge the night again"


def test_what_a_picture_draws_is_made_again_when_its_minutes_change(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    bench.settle(NOON_MS)
    before = bench.kept_series()

    bench.store(WAKE_MS + 20 * MINUTE_MS)
    assert bench.kept_series() is None, "what is kept is of other minutes"
    assert bench.settle(NOON_MS) == []
    assert bench.kept_series() == bench.drawn() != before

    with folder.raw("nights.db") as raw:
        raw.execute("DELETE FROM minutes WHERE end_ms = ?", (WAKE_MS + 20 * MINUTE_MS,))
    bench.now_s += 60
    bench.settle(NOON_MS)
    assert bench.kept_series() == before


def test_a_night_that_loses_all_its_minutes_keeps_nothing_of_them(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    bench.settle(NOON_MS)
    with folder.raw("nights.db") as raw:
        raw.execute("DELETE FROM minutes")
    bench.now_s += 60
    bench.settle(NOON_MS)
    assert folder.raw("nights.db").execute("SELECT count(*) FROM night_series").fetchone() == (0,)


def test_the_picture_of_a_night_that_ends_at_noon_is_read_beyond_it(folder: Folder) -> None:
    bench = Bench(folder)
    correction = Correction(lights_out_ms=BEDTIME_MS, get_up_ms=NOON_MS - 10 * MINUTE_MS)
    folder.household_writer().correct(ROOM, NIGHT.isoformat(), correction, made_ms=1)
    bench.store(*a_night(count=13 * 60 + 25))
    bench.settle(NOON_MS + 60 * MINUTE_MS)
    series = bench.kept_series()
    assert series == bench.drawn()
    assert series is not None
    assert series.noise_db is not None
    assert series.noise_db.ends_ms[-1] == NOON_MS + 20 * MINUTE_MS


def test_what_is_written_while_a_picture_is_made_is_no_part_of_it(folder: Folder) -> None:
    bench = Bench(folder)
    bench.store(*a_night())
    bench.reader.meanwhile = partial(bench.store_beside, WAKE_MS + MINUTE_MS)
    bench.settle(NOON_MS, steps=1)
    assert folder.raw("nights.db").execute("SELECT count(*) FROM night_series").fetchone() == (0,)

    bench.settle(NOON_MS)
    assert bench.kept_series() == bench.drawn()


def test_nights_of_before_series_were_kept_get_them_little_by_little(folder: Folder) -> None:
    bench = Bench(folder)
    day_ms = 24 * 60 * MINUTE_MS
    for number in range(5):
        bench.store(*a_night(BEDTIME_MS + number * day_ms, count=60))
    bench.settle(NOON_MS + 5 * day_ms, steps=20)
    raw = folder.raw("nights.db")
    raw.execute("DELETE FROM night_series")
    raw.commit()

    counts = []
    for _ in range(3):
        bench.now_s += 3_601
        bench.settle(NOON_MS + 5 * day_ms, steps=20)
        counts.append(raw.execute("SELECT count(*) FROM night_series").fetchone()[0])

    assert counts == [3, 5, 5]
    assert len(bench.calls) == 5
