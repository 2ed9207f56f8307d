"""The installed product under a real systemd: started, looked into, hung, stopped, removed."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import trial
from tests.fakes.booted import boot

pytestmark = pytest.mark.root
Facts = dict[str, Any]
WATCHDOG_S = 30
# How late systemd and a busy machine may be with it.
LATE_S = 5


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return boot(tmp_path_factory.mktemp("machine"), Path(trial.__file__))


def test_it_installs_and_everything_is_up(facts: Facts) -> None:
    assert facts["install"]["code"] == 0, facts["install"]["said"]
    for name, state in facts["started"].items():
        assert (state["ActiveState"], state["NRestarts"]) == ("active", "0"), name
    assert facts["page"] == facts["page on another address"] == 200
    address = f"http://{facts['hostname']}.local:8080/"
    assert f"Open {address}\n" in facts["install"]["said"]
    assert f"Type it at {address}setup" in facts["install"]["said"]


def test_installing_again_changes_nothing(facts: Facts) -> None:
    assert facts["install again"]["code"] == 0
    assert facts["install again"]["said"].endswith("change:\n  nothing\n")


def test_each_process_says_in_words_what_it_does(facts: Facts) -> None:
    said = {name: state["StatusText"] for name, state in facts["started"].items()}
    assert said["nightroom-sensors"] == "room bedroom"
    assert said["nightroom-monitor"] == "recording"
    assert said["nightroom-web"] == f"http://{facts['hostname']}.local:8080/"


def test_the_pages_cannot_read_the_password_which_the_monitor_reads(facts: Facts) -> None:
    assert facts["monitor reads its password"]["code"] == 0
    for way in ("web reads it", "web reads it through the monitor"):
        assert facts[way]["code"] == 1, facts[way]
        assert re.search("Permission denied|No such file", facts[way]["said"])


def test_the_pages_write_their_data_and_nothing_else(facts: Facts) -> None:
    assert facts["web writes its data"]["code"] == 0, facts["web writes its data"]
    assert facts["web writes elsewhere"]["said"].count("cannot touch") == 3


def test_what_hangs_is_ended_by_the_watchdog_and_comes_back(facts: Facts) -> None:
    ended_s = facts["ended after_s"]
    assert set(ended_s) == set(trial.PRODUCT)
    assert all(WATCHDOG_S / 2 < after_s <= WATCHDOG_S + LATE_S for after_s in ended_s.values())
    for name in trial.PRODUCT:
        state = facts["after the hang"][name]
        assert (state["ActiveState"], state["NRestarts"]) == ("active", "1"), name
    assert facts["journal"].count("Failed with result 'watchdog'") == 3


def test_the_journal_says_where_a_process_hung(facts: Facts) -> None:
    assert re.search(r'File "\S+/firmware/daemon.py", line \d+ in', facts["journal"])


def test_all_stop_in_order_within_three_seconds(facts: Facts) -> None:
    assert facts["stop"]["code"] == 0
    assert facts["stopped after_s"] <= 3
    for name, state in facts["stopped"].items():
        assert (state["ActiveState"], state["Result"]) == ("inactive", "success"), name


def test_stopping_is_starting_backwards(facts: Facts) -> None:
    journal = facts["journal"]
    started = re.findall(r"^Started (nightroom-\w+)", journal, re.MULTILINE)[: len(trial.UNITS)]
    stopped = re.findall(r"^Stopped (nightroom-\w+)", journal, re.MULTILINE)[-len(trial.UNITS) :]
    assert started == list(trial.UNITS)
    assert stopped == started[::-1]


def test_a_mistake_in_the_configuration_is_not_tried_again(facts: Facts) -> None:
    for name in trial.PRODUCT:
        state = facts["misconfigured"][name]
        assert (state["ActiveState"], state["NRestarts"]) == ("failed", "0"), name


def test_the_sandbox_hides_no_fault_of_ours(facts: Facts) -> None:
    before_the_hang = facts["journal"].partition("Watchdog timeout")[0]
    assert before_the_hang.partition("Traceback")[2] == ""
    assert "Operation not permitted" not in before_the_hang


def test_uninstalling_leaves_the_data_and_no_unit(facts: Facts) -> None:
    assert facts["uninstall"]["code"] == 0, facts["uninstall"]["said"]
    assert facts["left units"] == ""
    assert "nights.db" in facts["left data"]
