"""The parts of a room and the minutes they make, on a virtual clock."""

import dataclasses
import logging

import msgspec
import pytest
from msgspec import UNSET

from firmware.minute import SoundSetup
from firmware.parts import Parts
from firmware.sampling import NOT_CALIBRATED, Ended, Sampler
from firmware.sensors.base import LoudnessReading
from monitor.contract.record import Flag, Mark, MarkKind, Minute, Record
from monitor.night.events import EventDetector
from monitor.runtime.clock import VirtualClock
from monitor.store.rows import pack
from tests.fakes.parts import (
    Presses,
    SaysSensor,
    SteadySound,
    a_climate,
    a_fault,
    a_light,
    a_second,
)
from tests.fakes.room_sound import sound_minute

START_MS = 1_700_000_400_000  # a whole minute


class Room:
    """A Sampler with parts that can be told what to say, and its loop."""

    def __init__(
        self,
        *,
        start_ms: int = START_MS,
        boottime_s: float = 100.0,
        late_s: float = 0.0,
        detector: EventDetector | None = None,
        **parts: object,
    ) -> None:
        self.clock = VirtualClock(start_ms=start_ms, boottime_s=boottime_s)
        self.climate = SaysSensor(a_climate)
        self.light = SaysSensor(a_light)
        self.sound = SteadySound(self.clock, late_s=late_s)
        self.panel = Presses()
        fitted = {
            "climate": self.climate,
            "light": self.light,
            "sound": self.sound,
            "panel": self.panel,
            "sound_setup": SoundSetup(floor_db=29.0),
            **parts,
        }
        self.sampler = Sampler(
            parts=Parts(**fitted), clock=self.clock, detector=detector or EventDetector()
        )
        self.sampler.start()
        self.ended: list[Ended] = []

    @property
    def minutes(self) -> list[Minute]:
        return [ended.minute for ended in self.ended]

    def run(self, seconds: float) -> "Room":
        until_s = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < until_s:
            self.ended += self.sampler.take_due()
            wait_s = self.sampler.next_s() - self.clock.monotonic_s()
            self.clock.wait(min(wait_s, until_s - self.clock.monotonic_s()))
        self.ended += self.sampler.take_due()
        return self

    def raise_error(self) -> None:
        raise ZeroDivisionError("driver defect")


def test_a_minute_holds_every_sample_that_was_due() -> None:
    minute = Room().run(61).minutes[0]
    assert (minute.climate.n, minute.climate.due) == (7, 7)  # the first is taken at once
    minute = Room().run(121).minutes[1]
    assert (minute.climate.n, minute.light.n, minute.sound.n) == (6, 60, 60)
    assert (minute.climate.due, minute.light.due, minute.sound.due) == (6, 60, 60)


def test_a_fitted_part_that_has_said_nothing_yet_is_starting_not_absent() -> None:
    room = Room()
    live = room.sampler.live
    sound = live.sound(SoundSetup(floor_db=29.0))
    assert (live.climate.flags, live.light.flags) == ((Flag.STARTING,), (Flag.STARTING,))
    assert sound.flags == (Flag.STARTING,)
    assert sound.laeq_db is live.climate.temperature_c is live.light.illuminance_lx is None


def test_the_first_minute_is_short() -> None:
    minute = Room(start_ms=START_MS + 43_000).run(20).minutes[0]
    assert minute.duration_s == 17.0
    assert minute.end_ms == START_MS + 60_000


def test_a_minute_of_clocks_that_count_nanoseconds_has_a_row_of_the_store() -> None:
    room = Room(start_ms=START_MS + 117, boottime_s=39_241.570158671)
    room.clock.wait(0.123457)
    room.panel.marks.append(Mark(kind=MarkKind.AWAKE, at_ms=START_MS + 2_345))
    room.run(181.234567)
    assert len(room.ended) == 3
    for seq, ended in enumerate(room.ended, start=1):
        made = Record(
            stream="0" * 16, seq=seq, boot="0" * 16, boottime_s=ended.boottime_s,
            clock=ended.clock, revision=0, minute=ended.minute, crc=0,
        )  # fmt: skip
        assert pack(made)[-1] is None, "it is kept in cells, not as its bytes"


def test_a_second_that_arrives_late_is_still_in_its_minute() -> None:
    minutes = Room(late_s=0.2).run(181).minutes
    assert [minute.sound.n for minute in minutes] == [60, 60, 60]


def test_a_sensor_that_fails_has_a_flag_and_the_others_go_on() -> None:
    room = Room()
    room.light.answer = a_fault
    minute = room.run(121).minutes[1]
    assert (minute.light.illuminance_lx, minute.light.n, minute.light.due) == (None, 0, 60)
    assert minute.light.flags == (Flag.NO_REPLY,)
    assert (minute.climate.temperature_c, minute.sound.n) == (18.0, 60)


def test_a_sensor_that_raises_is_at_fault_and_the_others_go_on() -> None:
    room = Room()
    room.climate.answer = room.raise_error
    minute = room.run(121).minutes[1]
    assert (minute.climate.temperature_c, minute.climate.flags) == (None, (Flag.FAULT,))
    assert minute.light.n == 60


def test_a_microphone_that_raises_is_at_fault_and_the_others_go_on() -> None:
    room = Room()
    room.sound.drain = room.raise_error
    minute = room.run(121).minutes[1]
    assert (minute.sound.laeq_db, minute.sound.flags) == (None, (Flag.FAULT,))
    assert minute.light.n == 60


def test_an_impossible_value_is_none_with_a_flag() -> None:
    room = Room()
    room.climate.answer = lambda: a_climate(85.0)
    room.light.answer = lambda: a_light(-1.0)
    room.sound.laeq_db = 200.0
    minute = room.run(121).minutes[1]
    flags = (minute.climate.flags, minute.light.flags, minute.sound.flags)
    assert flags == ((Flag.IMPLAUSIBLE,),) * 3
    assert minute.sound.laeq_db is None


def test_a_dead_sensor_is_asked_rarely_and_back_within_a_minute() -> None:
    room = Room()
    room.light.answer = a_fault
    room.run(600)
    assert room.light.asked < 40
    room.light.answer = a_light
    room.run(60)
    assert room.sampler.live.light.illuminance_lx == 0.5


def test_health_is_logged_when_it_changes_and_not_per_sample(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    room = Room()
    room.climate.answer = a_fault
    room.run(300)
    room.climate.answer = a_climate
    room.run(300)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "mend it" in told[0]
    assert "works again" in told[1]


def test_a_part_that_comes_and_goes_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    room = Room()
    for _ in range(300):
        room.light.answer = a_fault
        room.run(2)
        room.light.answer = a_light
        room.run(2)
    assert 2 <= len(caplog.records) <= 21
    room.run(120)
    assert "works again" in caplog.records[-1].getMessage()


def test_a_part_not_fitted_is_absent() -> None:
    room = Room(climate=None, light=None, sound=None, panel=None)
    minute = room.run(61).minutes[0]
    assert not minute.climate
    assert not minute.light
    assert not minute.sound
    assert room.sampler.cut()[0].minute.duration_s == 1.0


def test_a_step_of_the_wall_makes_no_minute_double_or_missing() -> None:
    for by_s in (7200.0, -7200.0, 1_800_000.0, -30.0):
        room = Room().run(90)
        room.clock.step(by_s)
        room.run(270)
        total_s = sum(minute.duration_s for minute in room.minutes)
        last_s = room.ended[-1].boottime_s - room.clock.boottime_s() + 360
        assert total_s == pytest.approx(last_s, abs=0.01)
        assert sum(minute.sound.n for minute in room.minutes) == pytest.approx(total_s, abs=2)
        assert all(minute.duration_s <= 120 for minute in room.minutes)


@pytest.mark.parametrize("by_s", [21 * 86_400, -7200, 0])
def test_what_was_heard_and_pressed_before_a_step_keeps_its_place_in_the_minute(
    by_s: int,
) -> None:
    room = Room().run(60)
    room.run(5)
    room.sound.laeq_db = 55.0
    room.run(8)
    room.sound.laeq_db = 30.0
    room.panel.marks.append(Mark(at_ms=room.clock.now_ms(), kind=MarkKind.LIGHTS_OUT))
    room.run(17)
    room.clock.step(by_s)
    room.run(120)
    minute = next(one for one in room.minutes if one.marks)
    (event,) = (one for minute in room.minutes for one in minute.sound.events)
    assert (minute.end_ms - minute.marks[0].at_ms) / 1000 == pytest.approx(47, abs=1.1)
    assert event.start_offset_s == pytest.approx(-55, abs=1.1)
    assert event.duration_s == pytest.approx(8, abs=2.1)


@pytest.mark.parametrize("by_s", [21 * 86_400, 7200, -7200, 300, 5, 0])
@pytest.mark.parametrize(("before_s", "after_s"), [(8, 0), (5, 3)])
@pytest.mark.parametrize("late_s", [0.0, 0.6])
def test_a_noise_that_goes_on_while_the_clock_is_put_right_keeps_its_place_and_its_length(
    by_s: int, before_s: float, after_s: float, late_s: float
) -> None:
    """Also where a second of it is on its way, stamped by the clock of before."""
    room = Room(late_s=late_s).run(240)
    room.run(5)
    room.sound.laeq_db = 55.0
    room.run(before_s)
    if late_s:
        room.sound.hold()
    room.clock.step(by_s)
    room.run(after_s)
    room.sound.laeq_db = 30.0
    room.run(120)
    heard = [(one, event) for one in room.ended for event in one.minute.sound.events]
    ((ended, event),) = heard
    began_s = ended.boottime_s + event.start_offset_s - room.ended[0].boottime_s
    assert began_s == pytest.approx(185, abs=2.1)
    assert event.duration_s == pytest.approx(8, abs=2.1)


def test_boottime_is_that_of_the_minutes_end() -> None:
    room = Room(start_ms=START_MS + 30_000).run(100)
    assert [ended.boottime_s for ended in room.ended] == pytest.approx([130.0, 190.0])


def test_a_stalled_loop_puts_each_second_into_its_own_minute() -> None:
    room = Room().run(59)
    room.clock.wait(150)
    room.run(60)
    assert [minute.sound.n for minute in room.minutes] == [60, 60, 60, 60]


def test_an_event_is_told_and_its_seconds_are_not_quiet() -> None:
    room = Room().run(120)
    room.sound.laeq_db = 55.0
    room.run(8)
    room.sound.laeq_db = 30.0
    room.run(60)
    minute = room.minutes[2]
    assert len(minute.sound.events) == 1
    assert minute.sound.events[0].duration_s == pytest.approx(8.0, abs=1.01)
    assert minute.sound.quiet_s <= 60 - 8
    assert minute.sound.laeq_quiet_db == pytest.approx(30.0)


def test_an_open_event_ends_with_the_process() -> None:
    room = Room().run(120)
    room.sound.laeq_db = 55.0
    room.run(8)
    assert len(room.sampler.cut()[-1].minute.sound.events) == 1


def test_a_microphone_that_fails_ends_an_open_event_in_that_minute() -> None:
    room = Room().run(130)
    room.sound.laeq_db = 55.0
    room.run(8)
    room.sound.drain = lambda: [a_fault()]
    room.run(60)
    (event,) = room.minutes[2].sound.events
    assert event.duration_s == pytest.approx(8.0, abs=1.01)
    assert room.minutes[2].end_ms + event.start_offset_s * 1000 < START_MS + 133_000


def test_an_orderly_stop_keeps_the_minute_so_far() -> None:
    room = Room().run(80)
    cut = room.sampler.cut()[-1].minute
    assert (cut.duration_s, cut.sound.n) == (20.0, 20)
    assert cut.end_ms == START_MS + 80_000


def test_a_stop_at_the_very_end_of_a_minute_makes_no_empty_one() -> None:
    room = Room().run(60)
    assert room.minutes == []
    assert [ended.minute.duration_s for ended in room.sampler.cut()] == [60.0]


def test_a_clipped_second_marks_its_minute() -> None:
    room = Room().run(30)
    clipped = a_second(START_MS + 30_000, 118.0)
    room.sound.extra.append(dataclasses.replace(clipped, flags=(Flag.OVERLOAD,)))
    minutes = room.run(130).minutes
    assert [Flag.OVERLOAD in minute.sound.flags for minute in minutes] == [True, False]


def test_a_new_calibration_of_sound_is_no_event() -> None:
    room = Room()
    room.sound.laeq_db = 36.0
    room.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED))
    room.run(300)
    room.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED, cal=1, sound_offset_db=9.0))
    room.run(600)
    assert {minute.sound.laeq_db for minute in room.minutes} == {36.0, 45.0}
    assert all(minute.sound.events == () for minute in room.minutes)


def test_settings_that_arrive_after_a_start_fit_the_background_it_began_with() -> None:
    detector = EventDetector()
    detector.seed([sound_minute(START_MS - ago * 60_000, 45.0, cal=1) for ago in range(10)])
    room = Room(detector=detector)
    room.sound.laeq_db = 36.0  # 45 dB with the calibration that the seeds have
    room.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED, cal=1, sound_offset_db=9.0))
    room.run(600)
    assert all(minute.sound.events == () for minute in room.minutes)


@pytest.mark.parametrize("offset_db", [-9.0, 9.0])
def test_a_restart_of_a_calibrated_microphone_is_no_event(offset_db: float) -> None:
    detector = EventDetector()
    detector.seed([sound_minute(START_MS - ago * 60_000, 39.0, cal=1) for ago in range(10)])
    room = Room(detector=detector)
    room.sound.laeq_db = 39.0 - offset_db
    room.run(0.5)  # until the broker is there
    settings = msgspec.structs.replace(NOT_CALIBRATED, cal=1, sound_offset_db=offset_db)
    room.sampler.calibrate(settings)
    minutes = room.run(130).minutes
    assert [(m.cal, m.sound.laeq_db, m.sound.events) for m in minutes] == [(1, 39.0, ())] * 2
    assert minutes[0].duration_s == 59.5
    assert (minutes[0].climate.n, minutes[0].light.n) == (minutes[0].climate.due, 60)


def test_a_press_before_the_first_settings_is_not_lost() -> None:
    room = Room()
    room.panel.marks = [Mark(at_ms=START_MS + 100, kind=MarkKind.AWAKE)]
    room.run(0.5)
    room.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED, cal=1))
    assert [len(minute.marks) for minute in room.run(61).minutes] == [1]


def test_settings_that_come_late_or_again_wait_for_the_next_minute() -> None:
    late, again = Room().run(10), Room().run(0.5)
    again.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED, cal=1))
    for room in (late, again):
        room.sampler.calibrate(msgspec.structs.replace(NOT_CALIBRATED, cal=2))
    assert [minute.cal for minute in late.run(120).minutes] == [0, 2]
    assert [minute.cal for minute in again.run(120).minutes] == [1, 2]


def test_calibration_begins_with_a_minute_and_is_named_in_it() -> None:
    room = Room().run(30)
    settings = msgspec.structs.replace(
        NOT_CALIBRATED,
        cal=7,
        temperature_offset_k=-1.0,
        illuminance_factor=2.0,
        sound_offset_db=3.0,
        sound_calibrated=True,
        floor_db=25.0,
    )
    room.sampler.calibrate(settings)
    before, after = room.run(100).minutes
    assert (before.cal, before.climate.temperature_c, before.sound.floor_db) == (0, 18.0, 29.0)
    assert (after.cal, after.climate.temperature_c) == (7, 17.0)
    assert (after.light.illuminance_lx, after.sound.laeq_db) == (1.0, 33.0)
    assert (after.sound.floor_db, after.sound.calibrated) == (25.0, True)


@pytest.mark.parametrize("second", [0.1, 0.25])
def test_a_minute_holds_nothing_of_the_calibration_before_it(second: float) -> None:
    # Seconds, and the climate's slots, end a moment after the minute does.
    room = Room(start_ms=START_MS + 30_000 + round(second * 1000)).run(20)
    room.sampler.calibrate(
        msgspec.structs.replace(
            NOT_CALIBRATED, cal=7, sound_offset_db=-10.0, temperature_offset_k=-1.0
        )
    )
    before, after = room.run(80).minutes
    assert (before.sound.laeq_db, before.climate.temperature_max_c) == (30.0, 18.0)
    assert (after.sound.laeq_db, after.sound.lafmax_db) == (20.0, before.sound.lafmax_db - 10.0)
    assert (after.climate.temperature_c, after.climate.temperature_max_c) == (17.0, 17.0)
    assert after.sound.n == 60


def test_a_configured_floor_reads_with_the_offset_like_all_noise() -> None:
    room = Room().run(30)
    for offset_db, floor_db in ((6.0, 35.0), (-6.0, 23.0)):
        settings = msgspec.structs.replace(NOT_CALIBRATED, cal=7, sound_offset_db=offset_db)
        room.sampler.calibrate(settings)
        assert room.run(120).minutes[-1].sound.floor_db == floor_db
    measured = msgspec.structs.replace(settings, cal=8, floor_db=25.0)
    room.sampler.calibrate(measured)
    assert room.run(120).minutes[-1].sound.floor_db == 25.0


@pytest.mark.parametrize("offset_db", [-9.0, 9.0])
def test_a_restart_without_a_broker_is_no_event(offset_db: float) -> None:
    detector = EventDetector()
    detector.seed([sound_minute(START_MS - ago * 60_000, 39.0, cal=1) for ago in range(10)])
    room = Room(detector=detector)
    room.sound.laeq_db = 39.0 - offset_db
    room.run(400)
    settings = msgspec.structs.replace(NOT_CALIBRATED, cal=1, sound_offset_db=offset_db)
    room.sampler.calibrate(settings)
    minutes = room.run(600).minutes
    assert (minutes[0].cal, minutes[-1].cal, minutes[-1].sound.laeq_db) == (0, 1, 39.0)
    assert all(minute.sound.events == () for minute in minutes)


@pytest.mark.parametrize("seeds_cal", [0, 4])
def test_a_calibration_made_while_the_daemon_was_down_is_no_event(seeds_cal: int) -> None:
    detector = EventDetector()
    before = [sound_minute(START_MS - ago * 60_000, 36.0, cal=seeds_cal) for ago in range(10)]
    detector.seed(before)
    room = Room(detector=detector)
    room.sound.laeq_db = 36.0
    settings = msgspec.structs.replace(NOT_CALIBRATED, cal=5, sound_offset_db=9.0)
    room.sampler.calibrate(settings)
    assert all(minute.sound.events == () for minute in room.run(400).minutes)


def test_presses_are_in_the_minute_and_in_the_live_state() -> None:
    room = Room().run(30)
    mark = Mark(at_ms=START_MS + 30_000, kind=MarkKind.AWAKE)
    room.panel.marks.append(mark)
    assert room.run(31).minutes[0].marks == (mark,)
    assert room.sampler.live.take_marks() == (mark,)


def test_a_loudness_index_is_in_the_minute_and_in_the_live_state() -> None:
    part = SaysSensor(lambda: LoudnessReading(loudness_pct=12.345))
    room = Room(sound=None, loudness=part).run(61)
    loudness = room.minutes[0].loudness
    assert (loudness.loudness_pct, loudness.n, loudness.due) == (12.35, 61, 61)
    assert room.minutes[0].sound is UNSET
    assert room.sampler.live.loudness.loudness_pct == 12.35
    part.answer = a_fault
    room.run(60)
    assert room.sampler.live.loudness.loudness_pct is None
    assert Flag.NO_REPLY in room.sampler.live.loudness.flags
    room.sampler.close()
    assert part.closed


def test_the_panel_is_shown_the_light_and_whether_a_part_fails() -> None:
    room = Room().run(5)
    assert room.panel.shown[-1] == (0.5, False)
    room.climate.answer = a_fault
    room.light.answer = a_fault
    room.run(15)
    assert room.panel.shown[-1] == (None, True)


def test_a_panel_that_raises_is_no_reason_to_stop() -> None:
    room = Room()
    room.panel.drain = room.raise_error
    assert room.run(61).minutes[0].marks == ()


def test_a_stamp_from_before_a_step_counts_as_now() -> None:
    room = Room().run(30)
    room.sound.extra.append(a_second(START_MS - 7_200_000, 30.0))
    assert sum(minute.sound.n for minute in room.run(31).minutes) == 61


def test_every_part_is_closed_even_if_one_refuses() -> None:
    room = Room()
    room.sound.close = room.raise_error
    room.sampler.close()
    assert room.climate.closed
    assert room.light.closed
    assert room.panel.closed


def test_what_a_source_tells_is_learnt_from_it() -> None:
    room = Room()
    room.sound.extra.append(a_second(START_MS, 30.0, lasmax_db=30.5, lceq_db=40.0))
    sound = room.run(61).minutes[0].sound
    assert (sound.lasmax_db, sound.lceq_db) == (30.5, 40.0)
