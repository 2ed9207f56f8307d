import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from monitor.alerts.watch import Watch
from monitor.contract.codec import decode
from monitor.contract.messages import LiveScore, NightSummary
from monitor.contract.record import ClockState
from monitor.contract.topics import Leaf, Topics
from monitor.deleting import Deleter
from monitor.night.household import Household
from monitor.nightly import Nightly
from monitor.recorder import (
    LIVE_A_STEP,
    TRANSFERS_A_STEP,
    Recorder,
    log,
    subscriptions,
)
from monitor.runtime.clock import VirtualClock
from monitor.runtime.link import Inbound
from monitor.runtime.sampled import SampledLog
from monitor.score.model import SCORE_MODEL_VERSION
from monitor.score.rating import score_night
from monitor.score.result import Live
from monitor.score.running import RunningNight
from monitor.score.state import score_state
from monitor.store.live import LiveFiles, LiveRoom
from monitor.store.live_board import LiveBoard
from tests.fakes.courier import FakeCourier
from tests.fakes.folder import Folder, data_folder
from tests.fakes.link import FakeBroker, FakeLink
from tests.fakes.sensor import SESSION, FakeSensor
from tests.fakes.stored import EVENING_MS, MINUTE_MS, OTHER_STREAM, minute, record

HOUR_MS = 60 * MINUTE_MS


class Bench:
    """A recorder on real files and an in-memory broker, with one sensor."""

    def __init__(
        self,
        folder: Folder,
        broker: FakeBroker,
        now_ms: int = EVENING_MS,
        clock: VirtualClock | None = None,
    ) -> None:
        self.folder = folder
        self.broker = broker
        self.clock = clock or VirtualClock(start_ms=now_ms)
        self.sensor = FakeSensor(broker)
        self.link = FakeLink(broker, subscriptions(Topics()))
        self.writer = folder.nights_writer()
        self.reader = folder.nights_reader()
        self.files = LiveFiles(folder.path / "live")
        self.courier = FakeCourier()
        sampled = SampledLog(log, self.clock)
        self.household = household = folder.household_reader()
        nightly = Nightly(
            writer=self.writer,
            reader=self.reader,
            household=household,
            score=score_night,
            follow=RunningNight,
            score_model_version=SCORE_MODEL_VERSION,
            sampled=sampled,
        )
        board = LiveBoard(self.files, self.clock, sampled, self.reader.rooms())
        self.recorder = Recorder(
            link=self.link,
            clock=self.clock,
            topics=Topics(),
            writer=self.writer,
            nightly=nightly,
            score_now=score_state,
            board=board,
            watch=Watch(
                writer=self.writer.alerts(),
                household=household,
                nights=nightly,
                courier=self.courier,
                clock=self.clock,
                free_bytes=lambda: 1e12,
                newest_end_ms=self.reader.newest_end_ms,
                rooms=self.reader.rooms(),
                findings=board,
                sampled=sampled,
            ),
            deleter=Deleter(self.writer, household, nightly.check_soon),
            household=household,
            sampled=sampled,
        )
        self.link.start()

    def steps(self, count: int = 6) -> None:
        for _ in range(count):
            self.clock.wait(1.1)
            self.recorder.step()

    def steps_of_a_second(self, count: int) -> None:
        for _ in range(count):
            self.clock.wait(1)
            self.recorder.step()

    @property
    def live(self) -> LiveRoom:
        found = self.files.read("bedroom")
        assert found is not None
        return found

    def stored(self) -> int:
        return len(self.reader.minutes("bedroom", 0, 2**60))

    def published(self, leaf: Leaf) -> list[bytes]:
        topic = Topics().of("bedroom", leaf)
        return [one.payload for one in self.link.published if one.topic == topic]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


@pytest.fixture
def bench(folder: Folder) -> Bench:
    return Bench(folder, FakeBroker())


def test_a_batch_is_stored_and_then_acknowledged_retained(bench: Bench) -> None:
    bench.sensor.send(record(1), record(2))

    bench.recorder.step()

    assert bench.stored() == 2
    assert bench.sensor.acknowledged() == [2]
    assert Topics().of("bedroom", Leaf.STORED) in bench.broker.retained


def test_a_hello_is_answered_with_the_position(bench: Bench) -> None:
    bench.sensor.hello()
    bench.recorder.step()
    bench.sensor.send(record(1))
    bench.recorder.step()

    bench.sensor.hello()
    bench.recorder.step()

    assert bench.sensor.acknowledged() == [0, 1, 1]


def test_a_batch_sent_twice_is_stored_once_and_acknowledged_twice(bench: Bench) -> None:
    bench.sensor.send(record(1))
    bench.sensor.send(record(1))

    bench.recorder.step()

    assert bench.stored() == 1
    assert bench.sensor.acknowledged() == [1, 1]


def test_a_hole_in_the_journal_is_declared_and_passed(bench: Bench) -> None:
    bench.sensor.send(record(1))
    bench.sensor.send(record(5), lowest_seq=5)

    bench.recorder.step()

    (gap,) = bench.reader.gaps("bedroom", 0, 2**60)
    assert (gap.first_seq, gap.last_seq) == (2, 4)
    assert bench.sensor.acknowledged() == [1, 5]


def test_a_revision_replaces_the_minute_it_corrects(bench: Bench) -> None:
    bench.sensor.send(record(1))
    corrected = record(1, revision=1, minute=minute(EVENING_MS + HOUR_MS))
    bench.sensor.send(corrected)

    bench.recorder.step()

    assert list(bench.reader.records("bedroom", 0, 2**60)) == [corrected]


def test_after_a_restart_the_position_is_told_on_connecting(folder: Folder) -> None:
    broker = FakeBroker()
    first = Bench(folder, broker)
    first.sensor.send(record(1), record(2))
    first.recorder.step()
    first.sensor.acknowledged()
    first.writer.close()
    first.link.stop()

    again = Bench(folder, broker)
    again.sensor.link.drain()
    again.recorder.step()

    assert again.sensor.acknowledged() == [2]
    assert again.live.room == "bedroom"


def test_a_failing_store_acknowledges_nothing_and_live_goes_on(bench: Bench) -> None:
    blocker = bench.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    bench.sensor.send(record(1))
    bench.sensor.state(19.5)

    bench.recorder.step()

    assert bench.sensor.acknowledged() == []
    assert bench.live.state is not None
    bench.steps(1)
    assert [one.code for one in bench.live.findings] == ["store", "alerts"]
    assert "locked" in bench.live.findings[0].text
    assert bench.recorder.counts.store_failures >= 1
    blocker.execute("ROLLBACK")


def test_a_store_that_heals_is_tried_again_without_being_asked(bench: Bench) -> None:
    blocker = bench.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    bench.sensor.send(record(1))
    bench.recorder.step()
    blocker.execute("ROLLBACK")

    bench.steps(3)

    assert bench.sensor.acknowledged() == [1]
    assert bench.live.findings == ()


def test_a_hello_to_a_failing_store_is_not_answered(bench: Bench) -> None:
    bench.writer.close()
    bench.sensor.hello()

    bench.recorder.step()

    assert bench.sensor.acknowledged() == []


def test_nonsense_is_counted_and_the_next_good_record_stored(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(500):
        leaf = (Leaf.RECORDS, Leaf.STATE, Leaf.AVAILABLE, Leaf.HELLO)[number % 4]
        bench.sensor.send_bytes(leaf, b'{"v":1,"at":NaN' * number)
    bench.sensor.send(record(1))

    while bench.recorder.step():
        pass

    assert bench.recorder.counts.refused == 500
    assert bench.sensor.acknowledged() == [1]
    assert len([told for told in caplog.messages if "refused" in told]) == 1


def test_what_is_refused_and_what_contradicts_is_told_to_the_pages(bench: Bench) -> None:
    bench.sensor.send(record(1))
    bench.sensor.send(record(1, minute=minute(EVENING_MS + HOUR_MS)))
    bench.sensor.send_bytes(Leaf.STATE, b"nonsense")

    bench.steps(6)

    assert bench.live.refused == 1
    assert bench.live.conflicts == 1


def test_a_topic_that_is_not_ours_is_refused(bench: Bench) -> None:
    bench.link.deliver(inbound("nightroom/BED ROOM/state"))
    bench.link.deliver(inbound("nightroom/bedroom/score"))

    bench.recorder.step()

    assert bench.recorder.counts.refused == 1


def inbound(topic: str) -> Inbound:
    return Inbound(topic=topic, payload=b"{}", retained=False)


def test_a_state_reaches_the_live_file_with_its_score(bench: Bench) -> None:
    bench.sensor.available(online=True)
    bench.sensor.state(19.0)

    bench.recorder.step()

    assert bench.live.online
    assert bench.live.session == SESSION
    assert bench.live.score is not None
    assert bench.live.score.rating is not None
    sent = decode(bench.published(Leaf.SCORE)[0], LiveScore)
    assert sent.rating == bench.live.score.rating
    assert sent.quiet is msgspec.UNSET, "no microphone is fitted"


def test_an_offline_is_shown(bench: Bench) -> None:
    bench.sensor.state()
    bench.sensor.available(online=False)

    bench.recorder.step()

    assert not bench.live.online


@pytest.mark.parametrize("in_the_queue", [True, False], ids=["waited", "came behind"])
def test_what_came_while_the_monitor_stalled_is_as_old_as_the_stall(
    bench: Bench, *, in_the_queue: bool
) -> None:
    """The link's thread stood still as well, if the whole process did."""
    bench.clock.set_state(ClockState.UNSYNCED)
    bench.recorder.step()
    before_ms = bench.clock.now_ms()
    if in_the_queue:
        bench.sensor.state()
    bench.clock.wait(25)

    bench.recorder.step()
    if not in_the_queue:
        bench.clock.wait(0.1)
        bench.sensor.state()
        bench.recorder.step()
    assert bench.live.received_ms == before_ms

    bench.clock.wait(1.9)
    bench.recorder.step()
    bench.clock.wait(1)
    bench.sensor.state()
    bench.recorder.step()
    assert bench.live.received_ms == bench.clock.now_ms()


@pytest.mark.parametrize(
    ("sensor", "monitor", "late_s"),
    [
        (ClockState.SYNCED, ClockState.SYNCED, 20),
        (ClockState.CORRECTED, ClockState.SYNCED, 20),
        (ClockState.UNSYNCED, ClockState.SYNCED, 0),
        (ClockState.SYNCED, ClockState.UNSYNCED, 0),
    ],
)
def test_what_was_held_up_on_its_way_is_as_old_as_its_stamp_where_clocks_are_right(
    bench: Bench, sensor: ClockState, monitor: ClockState, late_s: int
) -> None:
    bench.clock.set_state(monitor)
    bench.steps(20)
    now_ms = bench.clock.now_ms()
    bench.sensor.state(at_ms=now_ms - 20_000, clock=sensor)
    bench.recorder.step()
    assert bench.live.received_ms == now_ms - late_s * 1000


def test_steps_that_are_all_slow_add_nothing_up(bench: Bench) -> None:
    bench.clock.set_state(ClockState.UNSYNCED)
    for _ in range(30):
        bench.clock.wait(10)
        bench.sensor.state()
        bench.recorder.step()
    assert bench.live.received_ms == bench.clock.now_ms() - 10_000


def test_what_is_made_after_a_stall_is_new_at_once_where_clocks_are_right(bench: Bench) -> None:
    bench.recorder.step()
    bench.clock.wait(25)
    bench.recorder.step()
    bench.sensor.state(at_ms=bench.clock.now_ms())
    bench.recorder.step()
    assert bench.live.received_ms == bench.clock.now_ms()


def ages_s(bench: Bench, *lates_s: float, session: str = SESSION, every_s: int = 5) -> list[float]:
    """Return how old a room's values are called that come so much later than their stamps."""
    found = []
    for late_s in lates_s:
        bench.steps_of_a_second(every_s)
        bench.sensor.state(at_ms=bench.clock.now_ms() - round(late_s * 1000), session=session)
        bench.recorder.step()
        assert bench.live.received_ms is not None
        found.append((bench.clock.now_ms() - bench.live.received_ms) / 1000)
    return found


@pytest.mark.parametrize("behind_s", [31, 145, 400])
def test_by_how_much_all_of_a_room_is_late_is_its_clocks(bench: Bench, behind_s: int) -> None:
    """Two clocks without a source for three weeks, both called synced since their boot."""
    first = ages_s(bench, *[behind_s] * 12)
    assert first == [behind_s] * 12, "something may have held them up"

    assert ages_s(bench, behind_s, behind_s + 25, behind_s) == [0, 25, 0]


def test_after_a_minute_in_which_nothing_came_what_comes_is_as_old_as_its_stamp(
    bench: Bench,
) -> None:
    ages_s(bench, *[0.0] * 30)
    bench.steps_of_a_second(70)
    assert ages_s(bench, 65, 60, 55, every_s=0) == [65, 60, 55]

    bench.steps_of_a_second(150)
    assert ages_s(bench, 145, 140, 135, every_s=0) == [145, 140, 135]


def test_a_room_that_has_begun_anew_is_not_known_to_be_late(bench: Bench) -> None:
    ages_s(bench, *[40.0] * 30)

    assert ages_s(bench, 40, session="0123456789abcdef") == [40]


def test_what_is_steadily_late_by_no_more_than_its_way_may_take_is_so_old(bench: Bench) -> None:
    assert ages_s(bench, *[19.0] * 30)[-1] == 19


@pytest.mark.parametrize("off_ms", [3_600_000, -3_600_000, -5_000])
def test_a_stamp_that_nothing_on_the_way_explains_tells_no_age(bench: Bench, off_ms: int) -> None:
    bench.recorder.step()
    bench.sensor.state(at_ms=bench.clock.now_ms() - off_ms)
    bench.recorder.step()
    assert bench.live.received_ms == bench.clock.now_ms()


def test_a_retained_state_is_not_live_before_the_monitor_knows_the_time(bench: Bench) -> None:
    bench.sensor.state()
    bench.link.drain()
    bench.clock.wait(20)
    bench.clock.set_state(ClockState.UNSYNCED)
    bench.link.connect()

    bench.recorder.step()

    assert bench.live.state is None


def test_a_retained_state_is_shown_but_not_scored(bench: Bench) -> None:
    bench.sensor.state()
    bench.link.drain()
    bench.link.connect()

    bench.recorder.step()

    assert bench.live.state is not None
    assert bench.live.score is None
    assert bench.published(Leaf.SCORE) == []


def test_live_values_do_not_wait_for_a_back_fill(bench: Bench) -> None:
    for seq in range(1, 3 * TRANSFERS_A_STEP + 1):
        bench.sensor.send(record(seq))
    bench.sensor.state(21.0)

    assert bench.recorder.step(), "more is waiting"

    assert bench.live.state is not None
    assert bench.stored() == TRANSFERS_A_STEP


def test_a_step_takes_a_bounded_number_of_live_messages(bench: Bench) -> None:
    for _ in range(LIVE_A_STEP + 1):
        bench.sensor.state()

    assert bench.recorder.step()
    assert not bench.recorder.step()


def test_a_lost_broker_is_a_finding_until_it_is_back(bench: Bench) -> None:
    bench.sensor.state()
    bench.recorder.step()
    bench.broker.stop(lose_retained=True)
    bench.steps(1)
    text = bench.live.findings[0].text
    assert text.startswith("No connection to the broker: broker stopped. The sensors keep")

    bench.broker.restart()
    bench.steps(1)

    assert bench.live.findings == ()


def test_a_broker_that_refuses_for_an_hour_is_ten_lines_of_the_log_at_most(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3600):
            bench.broker.stop(lose_retained=True)
            bench.recorder.step()
            bench.broker.restart()
            bench.recorder.step()
            bench.clock.wait(1.0)

    told = [one for one in caplog.messages if "broker" in one]
    assert 2 <= len(told) <= 10


def test_a_closed_night_is_told_and_told_again_to_a_broker_that_forgot(bench: Bench) -> None:
    night = [record(seq) for seq in range(1, 481)]
    for first in range(0, 480, 60):
        bench.sensor.send(*night[first : first + 60])
    bench.clock.step(9 * 3600)
    bench.steps()
    told = [decode(one, NightSummary) for one in bench.published(Leaf.NIGHT) if one]
    assert [one.night for one in told] == ["2026-11-22"]
    assert told[0].rating is not None

    bench.broker.stop(lose_retained=True)
    bench.broker.restart()
    bench.steps(1)

    assert Topics().of("bedroom", Leaf.NIGHT) in bench.broker.retained


def test_a_night_that_is_deleted_is_told_no_more(bench: Bench) -> None:
    bench.sensor.send(*[record(seq) for seq in range(1, 61)])
    bench.clock.step(15 * 3600)
    bench.steps()
    assert bench.broker.retained[Topics().of("bedroom", Leaf.NIGHT)].payload

    now_ms = bench.clock.now_ms()
    diary = bench.folder.household_writer().diary()
    diary.delete("bedroom", 0, now_ms, made_ms=now_ms)
    bench.steps()

    assert bench.published(Leaf.NIGHT)[-1] == b""


def test_a_broker_that_remembers_a_night_that_is_no_more_is_told_so(bench: Bench) -> None:
    """It was deleted while the broker was away, or this is what it had saved before."""
    topic = Topics().of("bedroom", Leaf.NIGHT)
    bench.sensor.send(record(1))
    bench.steps()
    bench.link.published.clear()
    bench.broker.restart()
    bench.steps(2)

    assert [one.payload for one in bench.link.published if one.topic == topic] == [b""]


def test_the_running_night_is_in_the_live_file(bench: Bench) -> None:
    bench.sensor.send(*[record(seq) for seq in range(1, 61)])
    bench.clock.step(3600)

    bench.steps()

    assert bench.live.night is not None
    assert bench.live.night.minute_costs == {}
    assert not any(bench.published(Leaf.NIGHT))


def test_settings_that_cannot_be_read_are_a_finding_and_minutes_are_kept(bench: Bench) -> None:
    (bench.folder.path / "household.db").write_bytes(b"a letter, not a database" * 99)
    bench.sensor.send(record(1))
    bench.sensor.state()

    bench.steps(3)

    assert bench.sensor.acknowledged() == [1]
    assert bench.live.score is None
    assert [one.code for one in bench.live.findings] == [
        "deletions",
        "nights",
        "alerts",
    ]

    (bench.folder.path / "household.db").unlink()
    bench.steps(8)
    assert bench.live.findings == ()


def test_a_night_that_cannot_be_read_does_not_stop_the_greeting(bench: Bench) -> None:
    bench.sensor.send(*[record(seq) for seq in range(1, 61)])
    bench.clock.step(13 * 3600)
    bench.steps()
    other = bench.folder.raw("nights.db")
    other.execute("UPDATE night_scores SET score = CAST('{}' AS BLOB)")
    other.commit()
    bench.sensor.acknowledged()

    bench.link.connect()
    bench.recorder.step()

    assert bench.sensor.acknowledged() == [60]
    assert bench.recorder.counts.store_failures == 1


def test_two_rooms_are_kept_apart(bench: Bench) -> None:
    attic = FakeSensor(bench.broker, room="attic", stream=OTHER_STREAM)
    bench.sensor.send(record(1))
    attic.send(record(1, stream=OTHER_STREAM), record(2, stream=OTHER_STREAM))

    bench.steps(2)

    assert bench.sensor.acknowledged() == [1]
    assert attic.acknowledged() == [2]
    assert bench.files.rooms() == ("attic", "bedroom")


def test_a_live_directory_that_cannot_be_written_stops_nothing(bench: Bench) -> None:
    (bench.folder.path / "live").write_text("in the way")
    bench.sensor.state()
    bench.sensor.send(record(1))

    bench.steps(2)

    assert bench.sensor.acknowledged() == [1]


class StopAfter(threading.Event):
    """A stop event that sets itself after being looked at a number of times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._left = looks

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_the_loop_steps_until_it_is_stopped_and_shows_that_it_lives(bench: Bench) -> None:
    beats: list[int] = []
    for seq in range(1, 2 * TRANSFERS_A_STEP + 1):
        bench.sensor.send(record(seq))

    bench.recorder.run(StopAfter(5), lambda: beats.append(1))

    assert len(beats) == 5
    assert bench.sensor.acknowledged() == list(range(1, 2 * TRANSFERS_A_STEP + 1))


def test_a_fault_of_our_own_is_logged_and_the_loop_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Live:
        raise ZeroDivisionError

    bench.recorder._score_now = broken
    bench.sensor.state()
    bench.sensor.send(record(1))

    bench.recorder.run(StopAfter(4))

    assert "step failed" in caplog.text
    assert bench.sensor.acknowledged() == [1]


def test_a_fault_of_our_own_that_lasts_is_one_traceback_a_minute(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Live:
        raise ZeroDivisionError

    bench.recorder._score_now = broken
    for _ in range(200):
        bench.sensor.state()
        bench.recorder.run(StopAfter(2))

    minutes = (bench.clock.now_ms() - EVENING_MS) / MINUTE_MS
    told = [one for one in caplog.messages if "step failed" in one]
    assert len(told) <= minutes + 1
    assert "ZeroDivisionError" in caplog.text


def test_a_fault_of_our_own_does_not_delay_the_stop(bench: Bench) -> None:
    stop = threading.Event()

    def broken(*_: object) -> Live:
        stop.set()
        raise ZeroDivisionError

    bench.recorder._score_now = broken
    bench.sensor.state()

    bench.recorder.run(stop)

    assert bench.clock.now_ms() < EVENING_MS + 1000


def test_the_room_now_is_judged_by_the_settings_it_is_given(bench: Bench) -> None:
    bench.sensor.state(25.5)
    bench.recorder.step()
    state = bench.live.state
    assert state is not None

    plain = score_state(state, Household(), EVENING_MS).parts[1].score
    warmer = score_state(state, Household(offset_k=2.0), EVENING_MS).parts[1].score

    assert plain is not None
    assert warmer is not None
    assert warmer > plain
