"""F16: boots without time, steps, daylight saving, another zone; sensor and store together."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.minute_bounds import MinuteBounds, Span
from monitor.contract.codec import encode
from monitor.contract.messages import Stored
from monitor.contract.record import ClockState, Minute, instant
from monitor.night.household import Household, Schedule
from monitor.night.window import Window, night_of, span_of
from monitor.runtime.clock import VirtualClock
from tests.fakes.folder import data_folder
from tests.fakes.in_process import RoomSide
from tests.fakes.link import FakeBroker
from tests.fakes.transfer_records import a_minute
from tests.unit.monitor.test_recorder import Bench

DAY_MS = 86_400_000
TRUTH_MS = 1_795_388_400_000  # 2026-11-22T23:00:00Z
THREE_WEEKS_MS = 21 * 86_400_000
BOOT = "b007" * 4


class House:
    """A sensor on a clock of its own, and a monitor that knows the time."""

    def __init__(self, bench: Bench, folder: Path, *, boottime_s: float = 20.0) -> None:
        self.bench = bench
        self.folder = folder
        self.behind_s = THREE_WEEKS_MS / 1000
        self.clock = VirtualClock(
            start_ms=TRUTH_MS - THREE_WEEKS_MS,
            boottime_s=boottime_s,
            boot_id=BOOT,
            state=ClockState.UNSYNCED,
        )
        self.room = RoomSide(folder, bench.broker, self.clock)
        self.truth: list[int] = []
        self.made: list[Minute] = []

    def live(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.wait(60)
            self.bench.clock.wait(60)
            self.truth.append(TRUTH_MS + round(self.clock.monotonic_s() * 1000))
            self.room.keep()
            self.talk()

    def live_on_whole_minutes(self, minutes: int) -> None:
        """Pass time as the daemon does, whose minutes end where the wall clock's do."""
        clock = self.clock
        bounds = MinuteBounds(now_s=clock.monotonic_s(), now_ms=clock.now_ms(), clock=clock.state())
        for _ in range(minutes * 12):
            clock.wait(5)
            self.bench.clock.wait(5)
            bounds.look(clock.monotonic_s(), clock.now_ms(), clock.state())
            if clock.monotonic_s() >= bounds.span.end_s:
                self._end(bounds.close(clock.monotonic_s(), clock.now_ms()))

    def _end(self, span: Span) -> None:
        minute = replace(a_minute(end_ms=span.end_ms), duration_s=round(span.duration_s, 3))
        boottime_s = self.clock.boottime_s() - (self.clock.monotonic_s() - span.end_s)
        self.room.courier.keep(
            minute, boot=self.clock.boot_id(), boottime_s=boottime_s, clock=span.clock
        )
        self.made.append(minute)
        self.talk()

    def boot(self, clock: VirtualClock) -> None:
        """Cut the power and begin anew on another clock."""
        self.room.kill()
        self.clock = self.room.clock = clock
        self.room.start()

    def seen_seconds(self) -> float:
        return sum(one.duration_s for one in self.stored())

    def talk(self, turns: int = 4) -> None:
        for _ in range(turns):
            self.room.turn()
            self.bench.recorder.step()

    def find_time(self) -> None:
        self.clock.step(self.behind_s)
        self.clock.set_state(ClockState.SYNCED)
        self.talk(40)

    def restart_daemon(self) -> None:
        self.room.kill()
        self.room.start()

    def stored(self) -> tuple[Minute, ...]:
        return self.bench.reader.minutes("bedroom", 0, 2**60)

    def ends_ms(self) -> list[int]:
        return [one.end_ms for one in self.stored()]

    def clocks(self) -> set[ClockState]:
        return {one.clock for one in self.bench.reader.records("bedroom", 0, 2**60)}


def by_end(minute: Minute) -> tuple[int, float]:
    return minute.end_ms, minute.duration_s


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., House]]:
    with data_folder(tmp_path) as folder:
        bench = Bench(folder, FakeBroker(), now_ms=TRUTH_MS)
        yield lambda **given: House(bench, tmp_path / "journal", **given)


def right(house: House) -> bool:
    """Tell whether every minute is stored once, within a second of when it was."""
    ends = house.ends_ms()
    return len(ends) == len(house.truth) and all(
        abs(end - truth) <= 1000 for end, truth in zip(ends, house.truth, strict=True)
    )


def test_minutes_of_a_boot_without_time_wait_for_it_and_get_their_date(
    make: Callable[..., House],
) -> None:
    house = make()
    house.live(5)
    assert house.stored() == ()
    house.find_time()
    assert right(house)
    assert house.clocks() == {ClockState.CORRECTED}
    house.live(5)
    assert right(house)


def test_after_ten_minutes_they_go_out_as_uncertain_and_are_corrected_once(
    make: Callable[..., House],
) -> None:
    house = make()
    house.live(200)
    assert house.clocks() == {ClockState.UNSYNCED}
    assert len(house.stored()) == 200
    house.find_time()
    assert right(house)
    assert house.clocks() == {ClockState.CORRECTED}
    revisions = [one.revision for one in house.bench.reader.records("bedroom", 0, 2**60)]
    assert set(revisions) == {1}


def test_a_daemon_restarted_before_and_after_the_time_is_found_dates_them_the_same(
    make: Callable[..., House],
) -> None:
    house = make()
    house.live(90)
    house.restart_daemon()
    house.live(10)
    house.find_time()
    before = house.ends_ms()
    house.restart_daemon()
    house.clock.step(0.25)
    house.talk(40)
    assert right(house)
    assert house.ends_ms() == before
    assert house.room.courier.sender.counts.new_streams == 0


def test_a_correction_that_gets_lost_is_sent_again(make: Callable[..., House]) -> None:
    house = make()
    house.live(130)
    house.bench.broker.stop()
    house.clock.step(house.behind_s)
    house.clock.set_state(ClockState.SYNCED)
    house.talk()
    house.bench.broker.restart()
    for _ in range(5):
        house.clock.wait(61)
        house.talk(10)
    assert right(house)


def test_a_restored_store_gets_its_corrections_too(make: Callable[..., House]) -> None:
    house = make()
    house.live(100)
    raw = house.bench.folder.raw("nights.db")
    raw.execute("CREATE TABLE backup AS SELECT * FROM minutes WHERE seq <= 90")
    house.find_time()
    corrected = list(house.bench.reader.records("bedroom", 0, 2**60))
    raw.executescript(
        "DELETE FROM minutes; INSERT INTO minutes SELECT * FROM backup;"
        "UPDATE streams SET stored_seq = 90; DROP TABLE backup"
    )
    house.restart_daemon()
    for _ in range(5):
        house.clock.wait(61)
        house.talk(20)
    assert list(house.bench.reader.records("bedroom", 0, 2**60)) == corrected


def test_a_boot_that_never_learns_the_time_loses_nothing(make: Callable[..., House]) -> None:
    house = make()
    house.live(5)
    house.boot(VirtualClock(start_ms=TRUTH_MS + 3_600_000, boot_id="c0de" * 4))
    house.talk(10)
    assert len(house.stored()) == 5
    assert house.clocks() == {ClockState.UNSYNCED}


def begin_a_new_stream(house: House) -> None:
    """Have a stranger claim more than there is: what follows goes out under a new stream."""
    journal, store = house.room.journal, house.bench.writer.store_id
    house.room.courier.receive(
        encode(
            Stored(
                v=1,
                at=instant(0),
                sequence=1,
                store=store,
                device=house.room.identity.device,
                stream=journal.stream,
                stored_seq=9999,
            )
        )
    )
    assert journal.stream != house.bench.reader.streams()[0].stream


@pytest.mark.parametrize("uncertain_again", [0, 30])
def test_a_minute_stored_without_its_date_is_not_left_beside_itself_by_a_new_stream(
    make: Callable[..., House], uncertain_again: int
) -> None:
    house = make()
    house.live(40)
    begin_a_new_stream(house)
    house.live(uncertain_again)
    house.find_time()
    house.live(5)
    assert right(house)
    assert house.clocks() == {ClockState.CORRECTED, ClockState.SYNCED}
    old, new = house.bench.reader.streams()
    assert (old.stored_seq, old.lost, new.lost) == (40, 0, 0)
    assert house.bench.reader.minute_count("bedroom", 0, 2**60) == 45 + uncertain_again


def test_the_nights_in_which_such_a_minute_stood_are_judged_again(
    make: Callable[..., House],
) -> None:
    house = make()
    house.live(40)
    begin_a_new_stream(house)
    for room, day_ms, _ in house.bench.writer.unscored_days():
        house.bench.writer.day_scored(room, day_ms)
    house.find_time()
    changed = {day_ms for _, day_ms, _ in house.bench.writer.unscored_days()}
    assert (TRUTH_MS - THREE_WEEKS_MS) // DAY_MS * DAY_MS in changed


def test_a_card_put_back_does_not_bring_minutes_again_without_their_date(
    make: Callable[..., House], tmp_path: Path
) -> None:
    house = make()
    house.live(40)
    shutil.copytree(house.folder, tmp_path / "card")
    house.find_time()
    house.live(5)
    assert right(house)
    shutil.rmtree(house.folder)
    shutil.copytree(tmp_path / "card", house.folder)
    house.boot(VirtualClock(start_ms=house.clock.now_ms() + 60_000, boot_id="c0de" * 4))
    house.talk(40)
    assert len(house.bench.reader.streams()) == 2
    assert right(house)
    assert house.room.courier.sender.backlog == 0


def test_an_uncertain_minute_gives_way_to_one_whose_time_is_sure(
    make: Callable[..., House],
) -> None:
    house = make()
    house.clock.set_state(ClockState.SYNCED)
    house.live_on_whole_minutes(60)
    sure = house.stored()
    assert len(sure) == 60
    house.boot(
        VirtualClock(
            start_ms=TRUTH_MS - THREE_WEEKS_MS + 20_000,
            boot_id="c0de" * 4,
            state=ClockState.UNSYNCED,
        )
    )
    house.live_on_whole_minutes(90)
    house.talk(20)
    shown = house.stored()
    assert set(sure) <= set(shown)
    ends = sorted(one.end_ms for one in shown)
    assert len(set(ends)) == len(ends) == pytest.approx(90, abs=1)
    assert house.bench.reader.minute_count("bedroom", 0, 2**60) == len(ends)


@pytest.mark.parametrize("by_s", [-7200, 7200, -60, -7200.5])
def test_a_step_of_the_clock_makes_no_minute_double_or_missing(
    make: Callable[..., House], by_s: float
) -> None:
    house = make()
    house.find_time()
    house.live_on_whole_minutes(180)
    house.clock.step(by_s)
    house.live_on_whole_minutes(180)
    house.talk(20)
    assert sorted(house.stored(), key=by_end) == sorted(house.made, key=by_end)
    assert house.seen_seconds() == pytest.approx(house.clock.monotonic_s(), abs=61)
    assert house.bench.reader.minute_count("bedroom", 0, 2**60) == len(house.made)


def test_two_boots_without_time_that_begin_at_the_same_hour_are_both_read(
    make: Callable[..., House],
) -> None:
    house = make()
    house.live_on_whole_minutes(60)
    began_ms = TRUTH_MS - THREE_WEEKS_MS
    house.boot(VirtualClock(start_ms=began_ms, boot_id="c0de" * 4, state=ClockState.UNSYNCED))
    house.live_on_whole_minutes(60)
    house.talk(20)
    assert len({one.end for one in house.made}) < len(house.made)
    assert sorted(house.stored(), key=by_end) == sorted(house.made, key=by_end)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", date(2026, 3, 28)),
        ("Europe/Berlin", date(2026, 10, 24)),
        ("America/New_York", date(2026, 3, 7)),
        ("America/New_York", date(2026, 10, 31)),
        ("Australia/Lord_Howe", date(2026, 4, 4)),
    ],
)
def test_every_minute_around_a_daylight_saving_night_belongs_to_one_night(
    zone: str, first: date
) -> None:
    household = Household(zone=zone)
    nights = [first + timedelta(days=day) for day in range(-1, 3)]
    spans = [span_of(night, household) for night in nights]
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    for night, (start_ms, end_ms) in zip(nights, spans, strict=True):
        minutes = range(start_ms, end_ms, 60_000)
        assert {night_of(at_ms, household) for at_ms in minutes} == {night}
    assert {(end - start) // 1_800_000 for start, end in spans} != {48}


# The same two hours, 23:00 to 01:00 in UTC, for people who rise at 11:30 and lie down at 12:30:
# (night, hours from the first of them to lights-out, to get-up).
NIGHTS_BY_ZONE = {
    "UTC": [("2026-11-22", -10.5, 12.5)],
    "Asia/Tokyo": [("2026-11-22", -19.5, 3.5)],
    "America/Los_Angeles": [("2026-11-22", -2.5, 20.5)],
    "Etc/GMT-12": [("2026-11-22", -22.5, 0.5), ("2026-11-23", 1.5, 24.5)],
}


def test_a_change_of_zone_moves_nights_and_no_minute(make: Callable[..., House]) -> None:
    house = make()
    bench, chosen = house.bench, house.bench.folder.household_writer()
    long_ago_ms = TRUTH_MS - DAY_MS
    rare = Schedule(bedtime=("12:30",) * 7, wake_time=("11:30",) * 7)
    chosen.set_value("schedule", rare, valid_from_ms=long_ago_ms)
    house.find_time()
    house.live(120)
    before = house.stored()
    bench.clock.step(3 * 86_400)
    for zone in (*NIGHTS_BY_ZONE, "UTC"):
        chosen.set_value("zone", zone, valid_from_ms=long_ago_ms)
        bench.steps(60)
        judged = [
            (one.night, one.score.window.zone, *_hours_from_truth(one.score.window))
            for one in bench.reader.nights("bedroom", "2026-01-01", "2027-01-01")
        ]
        assert judged == [(night, zone, *ends) for night, *ends in NIGHTS_BY_ZONE[zone]]
        assert house.stored() == before
    assert len(before) == 120


def _hours_from_truth(window: Window) -> tuple[float, float]:
    hour_ms = 3_600_000
    out_ms, up_ms = window.lights_out_ms, window.get_up_ms
    return (out_ms - TRUTH_MS) / hour_ms, (up_ms - TRUTH_MS) / hour_ms
