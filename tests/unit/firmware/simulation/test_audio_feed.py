import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.simulation.audio_feed import AudioFeed
from firmware.sound.capture import I2S_FORMAT
from monitor.runtime.clock import Clock, RealClock, VirtualClock
from tests.fakes.arecord import eventually

PERIOD_BYTES = I2S_FORMAT.period_bytes
NOW_MS = 1_700_000_000_000


def steady(_at_ms: int) -> float:
    return 40.0


@contextmanager
def playing(
    directory: Path,
    *,
    clock: Clock | None = None,
    level: Callable[[int], float] | None = None,
    seed: int = 0,
) -> Iterator[AudioFeed]:
    feed = AudioFeed(
        directory=directory,
        clock=clock or VirtualClock(start_ms=NOW_MS),
        level=level,
        seed=seed,
    )
    feed.start()
    try:
        yield feed
    finally:
        feed.close()


def read(directory: Path, at_most: int = 1 << 20) -> bytes:
    """Return what waits in the FIFO."""
    (fifo,) = directory.glob("*.fifo")
    fd = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(fd, at_most)
    except BlockingIOError:
        return b""
    finally:
        os.close(fd)


def test_given_samples_are_played_in_whole_periods(tmp_path: Path) -> None:
    pcm = bytes(range(256)) * 400
    with playing(tmp_path) as feed:
        feed.play(pcm)
        played = read(tmp_path)
    assert len(played) == 3 * PERIOD_BYTES
    assert played == pcm.ljust(len(played), b"\0")


def test_given_samples_are_played_as_fast_as_asked_for(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=NOW_MS)
    with playing(tmp_path, clock=clock) as feed:
        feed.play(bytes(11 * PERIOD_BYTES), speed_ratio=20.0)
    assert clock.monotonic_s() == pytest.approx(1.0 / 20.0)


def test_samples_that_nobody_reads_are_given_up(tmp_path: Path) -> None:
    with playing(tmp_path) as feed, pytest.raises(TimeoutError, match="is arecord running"):
        feed.play(bytes(40 * PERIOD_BYTES))


@pytest.mark.parametrize("name", ["two words", "a:b"])
def test_a_path_that_libasound_would_split_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="without space or colon"):
        AudioFeed(directory=Path(name), clock=VirtualClock(start_ms=NOW_MS))


def test_a_slow_reader_loses_nothing_of_given_samples(tmp_path: Path) -> None:
    pcm = os.urandom(40 * PERIOD_BYTES)
    with playing(tmp_path, clock=RealClock()) as feed:
        player = threading.Thread(target=feed.play, args=(pcm,), kwargs={"speed_ratio": 1e3})
        player.start()
        played = bytearray()

        def all_came() -> bool:
            played.extend(read(tmp_path, PERIOD_BYTES))
            return len(played) == len(pcm)

        assert eventually(all_came)
        player.join()
    assert bytes(played) == pcm


def test_the_level_is_asked_for_every_period(tmp_path: Path) -> None:
    asked_ms: list[int] = []

    def level(at_ms: int) -> float:
        asked_ms.append(at_ms - NOW_MS)
        return 40.0

    with playing(tmp_path, level=level):
        assert eventually(lambda: len(asked_ms) >= 4)
    assert asked_ms[:4] == [0, 100, 200, 300]


def test_time_that_was_lost_is_not_made_up_for(tmp_path: Path) -> None:
    asked_ms: list[int] = []
    clock = VirtualClock(start_ms=NOW_MS)

    def level(at_ms: int) -> float:
        asked_ms.append(at_ms - NOW_MS)
        if len(asked_ms) == 1:
            clock.wait(60.0)  # the machine slept
        return 40.0

    with playing(tmp_path, clock=clock, level=level):
        assert eventually(lambda: len(asked_ms) >= 4)
    assert asked_ms[:4] == [0, 60_000, 60_100, 60_200]


def test_what_nobody_reads_is_dropped_in_whole_periods(tmp_path: Path) -> None:
    with playing(tmp_path, level=steady) as feed:
        assert eventually(lambda: feed.dropped_periods > 10)
        waiting = read(tmp_path)
    assert 0 < len(waiting) <= 5 * PERIOD_BYTES
    assert len(waiting) % PERIOD_BYTES == 0


def test_the_same_seed_plays_the_same_samples(tmp_path: Path) -> None:
    heard = []
    for seed in (1, 1, 2):
        with playing(tmp_path, level=steady, seed=seed) as feed:
            assert eventually(lambda feed=feed: feed.dropped_periods > 0)
            heard.append(read(tmp_path, PERIOD_BYTES))
    assert heard[0] == heard[1] != heard[2]


def test_given_samples_take_the_place_of_the_noise(tmp_path: Path) -> None:
    pcm = os.urandom(20 * PERIOD_BYTES)
    with playing(tmp_path, clock=RealClock(), level=steady) as feed:
        player = threading.Thread(target=feed.play, args=(pcm,), kwargs={"speed_ratio": 50.0})
        played = bytearray()

        def all_came() -> bool:
            played.extend(read(tmp_path, PERIOD_BYTES))
            return pcm in played

        player.start()
        # What follows the given samples is noise again.
        assert eventually(all_came)
        assert eventually(lambda: bool(read(tmp_path, PERIOD_BYTES)))
        player.join()


def test_no_noise_comes_between_given_samples(tmp_path: Path) -> None:
    asked_ms: list[int] = []

    def level(at_ms: int) -> float:
        asked_ms.append(at_ms)
        return 40.0

    with playing(tmp_path, clock=RealClock(), level=level) as feed:
        player = threading.Thread(
            target=feed.play, args=(bytes(60 * PERIOD_BYTES),), kwargs={"speed_ratio": 1e6}
        )
        player.start()
        assert eventually(lambda: feed._backlog() > 13 * PERIOD_BYTES)
        asked_ms.clear()
        assert not eventually(lambda: bool(asked_ms), within_s=0.25)
    player.join(5.0)


def test_closing_ends_a_play_that_waits_for_a_reader(tmp_path: Path) -> None:
    with playing(tmp_path, clock=RealClock()) as feed:
        player = threading.Thread(
            target=feed.play, args=(bytes(60 * PERIOD_BYTES),), kwargs={"speed_ratio": 1e6}
        )
        player.start()
        assert eventually(lambda: feed._backlog() > 13 * PERIOD_BYTES)
    player.join(5.0)
    assert not player.is_alive()


def test_the_device_is_a_fifo_that_closing_removes(tmp_path: Path) -> None:
    with playing(tmp_path, level=steady) as feed:
        config = Path(feed.environment["ALSA_CONFIG_PATH"])
        assert f"pcm.{feed.device}" in config.read_text(encoding="utf-8")
        kinds = {path.suffix: path.stat().st_mode for path in tmp_path.iterdir()}
        assert stat.S_ISFIFO(kinds.pop(".fifo"))
        assert list(kinds) == [config.suffix]
    assert list(tmp_path.iterdir()) == []


def test_a_fifo_left_behind_by_a_crash_is_replaced(tmp_path: Path) -> None:
    with playing(tmp_path):
        (fifo,) = tmp_path.glob("*.fifo")
    fifo.write_bytes(b"no fifo")
    with playing(tmp_path) as feed:
        feed.play(bytes(PERIOD_BYTES))
        assert len(read(tmp_path)) == PERIOD_BYTES


def test_a_feed_that_is_not_started_plays_nothing_and_can_be_closed(tmp_path: Path) -> None:
    feed = AudioFeed(directory=tmp_path, clock=VirtualClock(start_ms=NOW_MS))
    with pytest.raises(ValueError, match="not started"):
        feed.play(b"\0")
    feed.close()
