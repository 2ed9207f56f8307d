import os
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.contract.messages import ClimateState, State
from monitor.contract.record import ClockState, instant
from monitor.runtime.clock import VirtualClock
from monitor.score.result import Live
from monitor.store.errors import StoreUnavailableError
from monitor.store.live import Finding, LiveFiles, LiveRoom
from monitor.store.nights_db import outline_of
from tests.fakes.stored import DEVICE, EVENING_MS, score


def live(written_ms: int = EVENING_MS) -> LiveRoom:
    return LiveRoom(
        room="bedroom",
        written_ms=written_ms,
        state=State(
            v=1,
            at=instant(EVENING_MS),
            sequence=3,
            device=DEVICE,
            session="8899aabbccddeeff",
            clock=ClockState.SYNCED,
            backlog=0,
            climate=ClimateState(at=instant(EVENING_MS), temperature_c=None),
        ),
        received_ms=EVENING_MS,
        online=True,
        session="8899aabbccddeeff",
        score=Live(score_model_version=1, parts=(), rating=None, word=None),
        night=outline_of(score()),
        findings=(Finding(code="disk", text="The disk is full.", since_ms=1),),
    )


def test_a_live_room_comes_back_as_it_was_written(tmp_path: Path) -> None:
    files = LiveFiles(tmp_path / "live")

    files.write(live())

    assert files.read("bedroom") == live()
    assert files.rooms() == ("bedroom",)


def test_a_room_without_a_file_is_none(tmp_path: Path) -> None:
    files = LiveFiles(tmp_path / "live")

    assert files.read("bedroom") is None
    assert files.rooms() == ()
    assert files.changed_ns("bedroom") == 0


@pytest.mark.parametrize("step_s", [-7_200.0, 0.0, 7_200.0])
def test_what_a_frozen_monitor_left_ages_whatever_the_clock_is_put_to(
    tmp_path: Path, step_s: float
) -> None:
    clock = VirtualClock(start_ms=EVENING_MS)
    at_s, boot = clock.boottime_s(), clock.boot_id()
    LiveFiles(tmp_path).write(replace(live(), written_s=at_s, boot=boot))
    clock.wait(40.0)
    clock.step(step_s)

    found = LiveFiles(tmp_path, clock).read("bedroom")

    assert found is not None
    assert found.written_ms == found.received_ms == clock.now_ms() - 40_000


def test_what_another_boot_left_is_read_by_its_stamps(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=EVENING_MS + 40_000)
    left = replace(live(), written_s=90_000.0, boot="f" * 16)
    LiveFiles(tmp_path).write(left)

    assert LiveFiles(tmp_path, clock).read("bedroom") == left


def test_a_half_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "bedroom.json").write_bytes(b'{"room":"bedro')

    assert LiveFiles(tmp_path).read("bedroom") is None


def written(files: LiveFiles, path: Path, changed: bytes, into: bytes) -> None:
    files.write(live())
    content = path.read_bytes()
    assert content.count(changed) >= 1
    path.write_bytes(content.replace(changed, into, 1))


@pytest.mark.parametrize(
    ("changed", "into"),
    [
        (b'"bedroom"', b'"bed\xffoom"'),
        (b'"findings":[', b'"findings":[' + b"[" * 100_000),
        (b'"v":1', b'"x":' + b"[" * 100_000 + b',"v":1'),
        (b'"written_ms":1', b'"written_ms":-99999'),
        (b'"written_ms":1', b'"written_ms":99999'),
        (b'"since_ms":1', b'"since_ms":99999999999999999'),
    ],
)
def test_a_file_of_which_bytes_have_changed_is_none(
    tmp_path: Path, changed: bytes, into: bytes
) -> None:
    files = LiveFiles(tmp_path)

    written(files, tmp_path / "bedroom.json", changed, into)

    assert files.read("bedroom") is None


def test_no_pipe_in_its_place_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bedroom.json")

    assert LiveFiles(tmp_path).read("bedroom") is None


def test_a_write_changes_the_stamp(tmp_path: Path) -> None:
    files = LiveFiles(tmp_path)
    files.write(live())

    assert files.changed_ns("bedroom") > 0


@pytest.mark.slow
def test_a_reader_beside_a_busy_writer_never_sees_a_part(tmp_path: Path) -> None:
    files = LiveFiles(tmp_path)
    files.write(live(0))
    done = threading.Event()

    def keep_writing() -> None:
        for stamp in range(300):
            files.write(live(stamp))
        done.set()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    seen = []
    while not done.is_set():
        seen.append(files.read("bedroom"))
    writer.join()

    assert seen
    assert None not in seen


def test_a_directory_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "live").touch()

    with pytest.raises(StoreUnavailableError, match=r"bedroom\.json"):
        LiveFiles(tmp_path / "live").write(live())
