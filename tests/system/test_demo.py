"""`nightroom demo` as a newcomer uses it: nights, fresh values, a clean stop, clear errors."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.runtime.clock import RealClock
from tests.fakes.broker import wait_until
from tests.fakes.demo import DEMO, RunningDemo


def once(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEMO, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    running = RunningDemo(tmp_path_factory.mktemp("demo"))
    yield running
    running.end()


def test_it_prints_a_fortnight_of_judged_nights_each_with_its_cause(demo: RunningDemo) -> None:
    rows = re.findall(r"^\d{4}-\d{2}-\d{2} .*$", demo.text(), re.MULTILINE)
    assert len(rows) == 14
    text = "\n".join(rows)
    for cause in ("warmth", "cold", "humid air", "a light", "sounds from", "steady sound", "seen"):
        assert cause in text
    assert sum("warmth" in row for row in rows) == 2, "a warm drift, a warm night with a lamp"
    assert not any("warmth" in row and "Good" in row for row in rows)
    for word in ("Excellent", "Good", "Fair", "Poor"):
        assert word in text


def test_the_night_without_light_sensor_has_no_dark_number_and_says_why(demo: RunningDemo) -> None:
    _running, *nights = json.loads(demo.get("/api/v1/nights"))["nights"]
    blind = [night for night in nights if "light sensor" in (night["provisional"] or "")]
    (dark,) = [part for part in blind[0]["parts"] if part["part"] == "dark"]
    assert len(blind) == 1
    assert dark["score"] is None
    assert blind[0]["word"] is None


def test_values_on_the_page_are_fresh_without_reload(demo: RunningDemo) -> None:
    ages = []
    clock = RealClock()
    wait_until(
        lambda: all(age is not None for age in ages_of(demo.now())), "all parts are live", 20
    )
    for _ in range(20):
        ages += ages_of(demo.now())
        clock.wait(0.25)
    assert max(age for age in ages if age is not None) <= 12  # climate is sampled every 10 s


def ages_of(now: dict[str, object]) -> list[float | None]:
    return [part["age_s"] for part in parts_of(now)]


def parts_of(now: dict[str, object]) -> list[dict[str, Any]]:
    parts = now["parts"]
    assert isinstance(parts, list)
    return parts


def test_a_night_corrected_by_hand_is_judged_again_within_seconds(demo: RunningDemo) -> None:
    name = json.loads(demo.get("/api/v1/nights"))["nights"][-1]["window"]["night"]

    def window() -> dict[str, object]:
        found: dict[str, object] = json.loads(demo.get(f"/api/v1/nights/{name}"))["night"]["window"]
        return found

    before = window()["lights_out_ms"]
    demo.post(f"/nights/{name}/times", b"lights_out=23:55&get_up=")
    wait_until(lambda: window()["lights_out_source"] == "correction", "it is judged again", 20)
    assert window()["lights_out_ms"] != before
    demo.post(f"/nights/{name}/times", b"do=undo")
    wait_until(lambda: window()["lights_out_ms"] == before, "the correction is undone", 20)


def test_a_mark_made_on_a_page_is_in_its_night(demo: RunningDemo) -> None:
    mark = {"id": "0b9e4a43-7a43-4a4e-9c1e-2f1b8f2a9d10", "kind": "awake"}
    for _ in range(2):
        demo.post("/api/v1/marks", json.dumps(mark).encode(), kind="application/json")
    name = json.loads(demo.get("/api/v1/nights"))["nights"][0]["window"]["night"]
    marks = json.loads(demo.get(f"/api/v1/marks?night={name}"))["marks"]
    assert [mark["kind"] for mark in marks] == ["awake"]


def test_a_process_that_dies_comes_back(demo: RunningDemo) -> None:
    for pid in demo.children():
        if b"firmware" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "starting it again" in demo.text(), "the demo says so")
    wait_until(
        lambda: all(age is not None and age < 12 for age in ages_of(demo.now())), "values again", 40
    )


def test_a_minute_by_the_machines_own_clocks_is_kept_in_cells(demo: RunningDemo) -> None:
    began_ms = RealClock().now_ms()
    file = f"file:{demo.output.parent / 'demo' / 'data' / 'nights.db'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as store:

        def of_now() -> list[tuple[bytes | None]]:
            return store.execute(
                "SELECT exact FROM minutes WHERE end_ms > ?", (began_ms,)
            ).fetchall()

        wait_until(lambda: bool(of_now()), "a minute of the machine's own time is stored", 90)
        assert of_now() == [(None,)], "a row in cells has no bytes beside them"


def test_temporary_files_lie_in_the_data_folder_where_a_killed_process_may_leave_them(
    demo: RunningDemo,
) -> None:
    scratch = demo.output.parent / "demo" / "tmp"
    wait_until(lambda: any(scratch.iterdir()), "the simulated microphone has its folder", 20)


def test_the_address_is_told_before_the_nights_are_made(demo: RunningDemo) -> None:
    assert f"{demo.address} shows the nights as they are made" in demo.text().split("night  ")[0]


def test_ctrl_c_stops_everything_in_three_seconds(tmp_path: Path) -> None:
    running = RunningDemo(tmp_path, "--nights", "1")
    children = running.children()
    assert len(children) >= 4
    clock = RealClock()
    before_s = clock.monotonic_s()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(10) == 0
    assert clock.monotonic_s() - before_s <= 3
    for pid in children:
        assert not Path(f"/proc/{pid}").exists()


def test_children_end_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    running = RunningDemo(tmp_path, "--nights", "1")
    children = running.children()
    running.process.kill()
    running.process.wait()
    wait_until(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "no child is left"
    )


def test_a_fault_by_name_reaches_the_live_daemon_and_heals(tmp_path: Path) -> None:
    faults = ("--fault", "bme280 stuck-ff for 12s", "--fault", "tsl2591 saturated @1s for 12s")
    running = RunningDemo(tmp_path, "--nights", "1", *faults)
    try:
        assert "It will fail: bme280 stuck-ff for 12s" in running.text()
        wait_until(lambda: now_of(running, "cool", "condition") == "fault", "the climate fails")
        assert "bus is stuck" in str(now_of(running, "cool", "note"))
        wait_until(lambda: now_of(running, "dark", "bound") == "≥", "the light is at least so much")
        wait_until(lambda: now_of(running, "cool", "condition") == "live", "the climate heals", 60)
        wait_until(lambda: now_of(running, "dark", "bound") == "", "the light heals", 60)
    finally:
        running.end()


def test_three_rooms_live_on_one_dashboard_each_with_values_and_a_night(tmp_path: Path) -> None:
    running = RunningDemo(tmp_path, "--rooms", "3", "--nights", "1")
    try:

        def rooms() -> list[dict[str, object]]:
            found: list[dict[str, object]] = json.loads(running.get("/api/v1/rooms"))["rooms"]
            return found

        def are_live() -> bool:
            return len(rooms()) == 3 and all(None not in ages_of(room) for room in rooms())

        wait_until(are_live, "three rooms say something", 60)
        page = running.get("/rooms").decode()
        for room in rooms():
            slug = room["room"]
            assert f'<section class="card" data-room="{slug}" data-condition="live"' in page
            night = json.loads(running.get(f"/api/v1/nights?room={slug}"))["nights"][0]
            assert f'href="/nights/{night["window"]["night"]}?room={slug}"' in page

        def differ() -> bool:
            return len({str(part["value"]) for room in rooms() for part in parts_of(room)}) > 3

        wait_until(differ, "three rooms are not one room shown three times", 60)
    finally:
        running.end()


def now_of(running: RunningDemo, part: str, field: str) -> object:
    parts = parts_of(running.now())
    return next(one[field] for one in parts if one["part"] == part)


def test_a_taken_port_is_passed_over(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = RunningDemo(tmp_path, "--nights", "1", "--port", str(port))
        try:
            address = re.search(r"Open http://127.0.0.1:(\d+)", running.text())
            assert address is not None
            assert int(address[1]) > port
        finally:
            running.end()


def test_a_folder_with_other_files_is_one_sentence_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    done = once("--data-dir", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert "--data-dir" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--replay", "none.csv"), "none.csv"),
        (("--zone", "Europe/Brussels"), "only make sense with --replay"),
        (("--nights", "0"), "1<=x<=60"),
        (("--port", "99999"), "65535"),
        (("--fault", "bme280 stuck-f"), "did you mean 'stuck-ff'?"),
        (("--fault", "bme280 absent", "--once"), "--once leaves out"),
    ],
)
def test_a_wrong_option_is_said_at_once(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = once(*arguments, "--data-dir", str(tmp_path / "demo"), cwd=tmp_path)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
