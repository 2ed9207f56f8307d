"""A run of the daemon on a sound that would be recognised: where it went, and where not."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.simulation.audio_feed import AudioFeed
from monitor.runtime.clock import RealClock
from tests.fakes.broker import wait_until
from tests.fakes.marker import Marker, spellings_of
from tests.fakes.product import Product
from tests.fakes.strace import Traced, read_traces, strace_command

SECONDS = 6
CAPTURE = "arecord"
MARKER = Marker()


@dataclass(frozen=True)
class Run:
    """What is left of a run that has ended."""

    folder: Path
    device: Path
    traces: list[Traced]
    core_limits: dict[str, str]

    @property
    def capture(self) -> list[Traced]:
        return [traced for traced in self.traces if traced.program == CAPTURE]

    @property
    def daemon(self) -> list[Traced]:
        return [traced for traced in self.traces if traced.program != CAPTURE]

    @property
    def sent(self) -> bytes:
        return b"".join(bytes(traced.written) for traced in self.daemon)


def core_limits(daemon_pid: int) -> dict[str, str]:
    children = Path(f"/proc/{daemon_pid}/task/{daemon_pid}/children").read_text().split()
    for task in Path(f"/proc/{daemon_pid}/task").iterdir():
        children += (task / "children").read_text().split()
    limits = {}
    for pid in {str(daemon_pid), *children}:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        (line,) = (
            line
            for line in Path(f"/proc/{pid}/limits").read_text().splitlines()
            if line.startswith("Max core file size")
        )
        limits[name] = line.split()[4]
    return limits


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root, traces = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("traces") / "of"
    device = tmp_path_factory.mktemp("device")
    feed = AudioFeed(directory=device, clock=RealClock())
    feed.start()
    temporary = root / "tmp"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch, Product(root, scenario="") as product:
        for name, value in {**feed.environment, "TMPDIR": str(temporary)}.items():
            patch.setenv(name, value)
        # A daemon whose lines are counted writes a file of its own: this one is as shipped.
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        patch.delenv("COVERAGE_PROCESS_START", raising=False)
        product.sections["microphone"] = {"device": feed.device}
        product.sections["climate"] = product.sections["light"] = {"fitted": False}
        product.write_config()
        product.start("broker")
        product.start("monitor")
        # A store that does not listen yet is asked again after 5 s, when this run is over.
        log = root / "monitor.log"
        wait_until(lambda: b"broker connected" in log.read_bytes(), "the store listens")
        product._commands["sensors"] = (*strace_command(traces), *product._commands["sensors"])
        daemon = product.start("sensors")
        feed.play(MARKER.stereo() * SECONDS, speed_ratio=2.0)
        wait_until(lambda: CAPTURE in core_limits(daemon.pid), "arecord runs")
        limits = core_limits(daemon.pid)
        product.stop("sensors")
        product.wait_for_stored(1)
    feed.close()
    return Run(folder=root, device=device, traces=read_traces(traces), core_limits=limits)


def test_the_marker_was_heard_and_would_be_found(run: Run) -> None:
    assert len(run.capture) == 1
    assert MARKER.is_in(bytes(run.capture[0].written))
    assert b'"laeq_db":' in run.sent


def test_the_capture_child_opens_nothing_for_writing_and_no_socket(run: Run) -> None:
    (capture,) = run.capture
    allowed = {"/dev/null", str(run.device / "microphone.fifo")}
    opened = {path for path in capture.opened_for_writing if not path.startswith("/dev/snd/")}
    assert opened <= allowed
    assert capture.sockets == 0


def test_the_daemon_writes_into_its_journal_only(run: Run) -> None:
    opened = {Path(path) for traced in run.daemon for path in traced.opened_for_writing}
    journal = {path for path in opened if path.is_relative_to(run.folder / "journal")}
    assert journal
    assert opened - journal <= {Path("/dev/null")}


def test_nothing_that_the_daemon_hands_to_the_kernel_holds_the_sound(run: Run) -> None:
    assert len(run.sent) > 1000
    assert not MARKER.is_in(run.sent)


def test_no_file_of_any_process_holds_the_sound(run: Run) -> None:
    files = [file for file in run.folder.rglob("*") if file.is_file()]
    assert {"nights.db", "sensors.log"} <= {file.name for file in files}
    assert [file for file in files if MARKER.is_in(file.read_bytes())] == []


def test_neither_the_daemon_nor_its_child_can_dump_its_memory(run: Run) -> None:
    assert CAPTURE in run.core_limits
    assert len(run.core_limits) >= 2
    assert {int(limit) for limit in run.core_limits.values()} <= {0, 1}


@pytest.mark.parametrize("spelling", range(len(list(spellings_of(MARKER.counts[:12])))))
def test_the_sound_is_recognised_however_it_is_spelt(spelling: int) -> None:
    every = MARKER.counts[1000:9000]
    spelt = list(spellings_of(every))[spelling]
    assert MARKER.is_in(b"some bytes before" + spelt)
    assert not Marker(seed=21).is_in(spelt)
