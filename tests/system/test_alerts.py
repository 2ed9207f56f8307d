"""Alerts as they really travel: from a warm room to a push server on loopback, and the command."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.channels import ChildCourier
from monitor.cli.alerts import set_channel
from monitor.cli.demo_place import any_free_port
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import RealClock
from monitor.store.alerts_db import FAILED, SENT
from tests.fakes.alert_house import AlertHouse
from tests.fakes.folder import data_folder
from tests.fakes.http_receiver import HttpReceiver, http_receiver

WARM_C = 28.0


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, receiver: HttpReceiver) -> Iterator[AlertHouse]:
    with data_folder(tmp_path) as folder:
        made = AlertHouse(folder)
        made.courier = ChildCourier(RealClock())
        made.choose(
            "alert_channels", (Channel(name="phone", url=f"ntfy://{receiver.address}/topic"),)
        )
        made.kill()
        yield made


def until_answered(house: AlertHouse, attempts: int) -> None:
    """Step in real time, the room's own clock hardly moving, until an attempt is settled."""
    real = RealClock()
    until_s = real.monotonic_s() + 30
    while not ((row := house.messages()[-1]).attempts >= attempts and row.status != "sending"):
        assert real.monotonic_s() < until_s
        house.waits(1.0, every_s=1.0)
        real.wait(0.05)


def test_a_warm_room_arrives_at_an_ntfy_server(house: AlertHouse, receiver: HttpReceiver) -> None:
    house.lasts(10.1, WARM_C)
    until_answered(house, 1)

    (arrived,) = receiver.arrived
    assert json.loads(arrived.body) == {
        "topic": "topic",
        "title": "Too warm",
        "message": "Bedroom: 28.0 °C: open the window.",
    }
    assert house.messages()[0].status == SENT


def test_a_server_that_asks_for_patience_gets_it(house: AlertHouse, receiver: HttpReceiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    house.lasts(10.1, WARM_C)
    until_answered(house, 1)
    receiver.status = 200
    house.waits(500)
    assert len(receiver.arrived) == 1

    house.waits(120)
    until_answered(house, 2)

    assert len(receiver.arrived) == 2
    assert house.messages()[0].status == SENT


def test_a_refusal_is_given_up_at_once(house: AlertHouse, receiver: HttpReceiver) -> None:
    receiver.status = 403
    house.lasts(10.1, WARM_C)
    until_answered(house, 1)
    house.waits(3600)

    assert len(receiver.arrived) == 1
    assert house.messages()[0].status == FAILED
    assert "403" in house.findings.shown["alerts to phone"]


def test_a_server_that_hangs_never_holds_up_the_monitor(
    house: AlertHouse, receiver: HttpReceiver
) -> None:
    receiver.hangs = True
    real = RealClock()
    house.lasts(9.9, WARM_C)
    steps_s = []
    for _ in range(40):
        begin_s = real.monotonic_s()
        house.lasts(1 / 12, WARM_C)
        steps_s.append(real.monotonic_s() - begin_s)
    house.watch.stop()

    assert house.messages()[0].attempts >= 1, "it was being sent meanwhile"
    assert sorted(steps_s)[-3] < 0.1


def alert_test(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", "alert-test", "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_sends_a_test_through_every_channel(
    tmp_path: Path, receiver: HttpReceiver
) -> None:
    set_channel(tmp_path, "phone", f"ntfy://{receiver.address}/topic", RealClock())
    set_channel(tmp_path, "hook", f"json://{receiver.address}/hook", RealClock())

    done = alert_test(tmp_path)

    assert done.returncode == 0
    assert done.stdout == "phone (ntfy://…): sent.\nhook (json://…): sent.\n"
    assert [one.path for one in receiver.arrived] == ["/", "/hook"]


def test_the_command_tells_wrong_dead_refusing_and_failing_apart(
    tmp_path: Path, receiver: HttpReceiver
) -> None:
    receiver.status = 500
    dead = any_free_port("127.0.0.1")
    set_channel(tmp_path, "wrong", "gibberish://host", RealClock())
    set_channel(tmp_path, "dead", f"json://127.0.0.1:{dead}/hook", RealClock())
    set_channel(tmp_path, "failing", f"json://{receiver.address}/hook", RealClock())

    done = alert_test(tmp_path)

    assert done.returncode == 1
    wrong, off, failing = done.stdout.splitlines()
    assert "not one that Apprise knows" in wrong
    assert "no connection" in off
    assert "answered 500" in failing
    assert done.stderr == "nightroom: no test arrived through: wrong, dead, failing\n"


def test_the_command_without_channels_says_how_to_add_one(tmp_path: Path) -> None:
    done = alert_test(tmp_path)

    assert done.returncode == 1
    assert "alert-channel" in done.stderr
