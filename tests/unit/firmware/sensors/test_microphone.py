from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.sensors.base import Fault, SoundSecond, SoundSource
from firmware.sensors.microphone import Microphone
from firmware.sound.arrays import RawSamples
from firmware.sound.levels import LevelMeter, SecondLevels
from monitor.contract.record import Flag
from monitor.runtime.clock import RealClock, VirtualClock
from tests.fakes.arecord import eventually, fake_arecord

NOW_MS = 1_700_000_000_000
# The child has given enough and then stays, as a microphone does.
STAY = "time.sleep(60)"


class Heard(list[SoundSecond | Fault]):
    """What a microphone has said so far."""

    def __init__(self, microphone: Microphone) -> None:
        super().__init__()
        self.microphone = microphone

    def comes_to(self, count: int) -> bool:
        def enough() -> bool:
            self.extend(self.microphone.drain())
            return len(self) >= count

        return eventually(enough)

    @property
    def seconds(self) -> list[SoundSecond]:
        return [result for result in self if isinstance(result, SoundSecond)]

    @property
    def faults(self) -> list[Fault]:
        return [result for result in self if isinstance(result, Fault)]


@contextmanager
def listening(program: tuple[str, ...], clock: RealClock | VirtualClock) -> Iterator[Heard]:
    microphone = Microphone(
        device="hw:CARD=test", sensitivity_dbfs=-26.0, clock=clock, program=program
    )
    microphone.start()
    try:
        yield Heard(microphone)
    finally:
        microphone.close()


def frozen() -> VirtualClock:
    return VirtualClock(start_ms=NOW_MS)


def test_seconds_come_after_a_discarded_period_and_a_settled_second(tmp_path: Path) -> None:
    # 0.1 s is discarded, 1 s settles: 2.05 s of sound are no second yet, 2.1 s are one.
    program = fake_arecord(tmp_path, f"play(2.1); play(0.9); {STAY}")
    with listening(program, frozen()) as heard:
        assert heard.comes_to(1)
        assert not eventually(lambda: bool(heard.microphone.drain()), within_s=0.2)
    assert len(heard.seconds) == 1


def test_a_microphone_is_a_sound_source(tmp_path: Path) -> None:
    source: SoundSource = Microphone(
        device="x", sensitivity_dbfs=-26.0, clock=frozen(), program=fake_arecord(tmp_path, "")
    )
    assert source.drain() == []
    source.close()


def test_a_second_ends_when_its_last_sample_was_taken(tmp_path: Path) -> None:
    program = fake_arecord(tmp_path, f"play(4.1); {STAY}")
    clock = RealClock()
    start_ms = clock.now_ms()
    with listening(program, clock) as heard:
        assert heard.comes_to(3)
    end_ms = clock.now_ms()
    assert all(start_ms - 5_000 < second.end_ms <= end_ms for second in heard.seconds)


def test_the_louder_channel_is_heard(tmp_path: Path) -> None:
    # The signal alternates every sample: all of it is at 24 kHz, where A takes 11.7 dB.
    heard_db = []
    for channel in ("left", "right"):
        program = fake_arecord(tmp_path, f"play(2.1, **{{'left': 0, {channel!r}: 50000}}); {STAY}")
        with listening(program, frozen()) as heard:
            assert heard.comes_to(1)
        heard_db.append(heard.seconds[0].laeq_db)
    assert heard_db[0] == pytest.approx(heard_db[1])
    assert 50.0 < heard_db[0] < 90.0


def test_only_zeros_are_a_fault_and_no_level(tmp_path: Path) -> None:
    with listening(fake_arecord(tmp_path, f"play(3.1, left=0); {STAY}"), frozen()) as heard:
        assert heard.comes_to(2)
    assert [fault.flag for fault in heard.faults] == [Flag.SILENT, Flag.SILENT]
    assert "data line" in heard.faults[0].message


def test_a_clipped_second_is_flagged(tmp_path: Path) -> None:
    body = f"play(2.1, left=2**23 - 1); {STAY}"
    with listening(fake_arecord(tmp_path, body), frozen()) as heard:
        assert heard.comes_to(1)
    assert heard.seconds[0].flags == (Flag.OVERLOAD,)


def test_lost_frames_flag_the_second_they_fall_in_and_are_counted(tmp_path: Path) -> None:
    body = f"""
        play(2.5)
        until_read()
        say("overrun!!! (at least 10.000 ms long)")
        time.sleep(0.1)
        play(1.6)
        {STAY}
    """
    with listening(fake_arecord(tmp_path, body), frozen()) as heard:
        assert heard.comes_to(3)
    assert [second.flags for second in heard.seconds] == [(), (Flag.XRUN,), ()]
    assert heard.microphone.overruns == 1


def test_lost_frames_are_logged_once_a_minute_and_counted_from_the_first_period_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = f"""
        for _ in range(2):
            say("overrun!!! (at least 10.000 ms long)")
        time.sleep(0.1)
        play(1.0)
        until_read()
        say("overrun!!! (at least 10.000 ms long)")
        time.sleep(0.1)
        play(1.1)
        {STAY}
    """
    with listening(fake_arecord(tmp_path, body), frozen()) as heard:
        assert heard.comes_to(1)
    assert heard.microphone.overruns == 3
    assert [record.getMessage() for record in caplog.records] == [
        "audio frames lost unsaid=0: overruns=2"
    ]


def test_a_child_that_cannot_open_the_device_is_no_reply(tmp_path: Path) -> None:
    body = 'say("arecord: audio open error: No such file or directory"); sys.exit(1)'
    with listening(fake_arecord(tmp_path, body), frozen()) as heard:
        assert heard.comes_to(1)
    assert heard.faults[0].flag is Flag.NO_REPLY
    assert "audio open error" in heard.faults[0].message
    assert "status 1" in heard.faults[0].message


def test_a_child_that_ends_is_a_fault_and_is_started_again(tmp_path: Path) -> None:
    with listening(fake_arecord(tmp_path, "play(2.1)"), frozen()) as heard:
        assert heard.comes_to(4)
    kinds = [type(result) for result in heard[:4]]
    assert kinds == [SoundSecond, Fault, SoundSecond, Fault]
    assert heard.faults[0].flag is Flag.FAULT
    assert "it said nothing" in heard.faults[0].message


def test_a_defect_while_measuring_is_a_fault_and_the_next_run_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, blocks = LevelMeter.feed, iter(range(100))

    def fails_at_first(meter: LevelMeter, block: RawSamples) -> list[SecondLevels]:
        if next(blocks) == 0:
            raise FloatingPointError("a defect")
        return feed(meter, block)

    monkeypatch.setattr(LevelMeter, "feed", fails_at_first)
    with listening(fake_arecord(tmp_path, f"play(2.1); {STAY}"), frozen()) as heard:
        assert heard.comes_to(2)
    assert [type(result) for result in heard] == [Fault, SoundSecond]
    assert heard.faults[0].flag is Flag.FAULT
    assert "FloatingPointError: a defect" in heard.faults[0].message


def test_a_missing_program_is_said_and_tried_again() -> None:
    with listening(("/nonexistent/arecord",), frozen()) as heard:
        assert heard.comes_to(2)
    assert {fault.flag for fault in heard.faults} == {Flag.NO_REPLY}
    assert "/nonexistent/arecord cannot be run" in heard.faults[0].message


def test_failures_are_retried_ever_more_slowly_up_to_a_minute() -> None:
    clock = frozen()
    with listening(("/nonexistent/arecord",), clock) as heard:
        assert heard.comes_to(12)
    # 1 + 2 + 4 + 8 + 16 + 32 s, then a minute each: this many waits at least took so long.
    assert clock.monotonic_s() >= 63 + 60 * (12 - 1 - 6)


def test_a_good_run_makes_the_next_failure_wait_a_second_only(tmp_path: Path) -> None:
    clock = frozen()
    count = tmp_path / "runs"
    body = f"""
        with open({str(count)!r}, "a") as runs:
            runs.write("x")
        play(60.1 if os.path.getsize({str(count)!r}) == 3 else 0)
    """
    with listening(fake_arecord(tmp_path, body), clock) as heard:
        assert eventually(lambda: clock.monotonic_s() >= 3)
        assert heard.comes_to(2 + 59 + 1)
        assert clock.monotonic_s() <= 1 + 2 + 1 + 2 + 4 + 8


def test_a_child_that_stops_talking_is_a_fault_and_is_replaced(tmp_path: Path) -> None:
    clock = frozen()
    with listening(fake_arecord(tmp_path, f"play(2.1); {STAY}"), clock) as heard:
        assert heard.comes_to(1)
        clock.wait(4.0)
        assert heard.microphone.drain() == []
        clock.wait(2.0)
        assert heard.comes_to(4)
    assert [type(result) for result in heard[:4]] == [SoundSecond, Fault, Fault, SoundSecond]
    assert heard.faults[0].flag is Flag.NO_REPLY
    assert "no audio for 6 s" in heard.faults[0].message


def test_a_queue_that_nobody_drains_keeps_the_newest_ten_minutes() -> None:
    with listening(("/nonexistent/arecord",), frozen()) as heard:
        assert eventually(lambda: len(heard.microphone._results) == 600)
        assert len(heard.microphone.drain()) >= 600


def test_closing_ends_a_child_that_ignores_signals(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    body = f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open({str(pid)!r}, "w").write(str(os.getpid()))
        play(2.1)
        {STAY}
    """
    with listening(fake_arecord(tmp_path, body), frozen()) as heard:
        assert heard.comes_to(1)
    assert not Path(f"/proc/{pid.read_text()}").exists()
    assert heard.microphone.drain() == []


def test_closing_twice_and_before_the_start_is_harmless(tmp_path: Path) -> None:
    microphone = Microphone(
        device="x", sensitivity_dbfs=-26.0, clock=frozen(), program=fake_arecord(tmp_path, "")
    )
    microphone.close()
    microphone.start()
    microphone.close()
    assert microphone.drain() == []
