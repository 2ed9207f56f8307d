import pytest

from tests.fakes.house import FakeFinding, FakeLiveRoom
from web.processes import down_text, processes

NOW_MS = 1_795_388_400_000  # 2026-11-22T23:00:00Z


def room(**given: object) -> FakeLiveRoom:
    values = {"written_ms": NOW_MS - 1_000, "received_ms": NOW_MS - 2_000} | given
    return FakeLiveRoom(**values)


def test_all_are_up_while_all_are_heard() -> None:
    assert [one.up for one in processes(room(), NOW_MS, "UTC")] == [True, True, True]
    assert down_text(room(), NOW_MS, "UTC") == ""


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ({"written_ms": NOW_MS - 120_000}, "nightroom-monitor"),
        ({"online": False, "received_ms": NOW_MS - 120_000}, "nightroom-sensors"),
        ({"received_ms": NOW_MS - 120_000}, "nightroom-sensors"),
        (
            {"findings": (FakeFinding(text="x", code="broker", since_ms=NOW_MS - 120_000),)},
            "nightroom-broker",
        ),
    ],
)
def test_one_that_is_down_is_named_with_since_when(given: dict[str, object], unit: str) -> None:
    assert down_text(room(**given), NOW_MS, "UTC") == (
        f"{unit}: Down since 22:58 (2 min ago): see journalctl -u {unit}."
    )


def test_what_the_monitor_alone_can_know_is_not_known_without_it() -> None:
    ups = [one.up for one in processes(room(written_ms=NOW_MS - 60_000), NOW_MS, "UTC")]
    assert ups == [False, None, None]


def test_nobody_knows_without_the_broker_whether_the_sensors_run() -> None:
    lost = (FakeFinding(text="x", code="broker", since_ms=NOW_MS - 60_000),)
    for received_ms in (NOW_MS - 2_000, NOW_MS - 60_000):
        sensors = processes(room(findings=lost, received_ms=received_ms), NOW_MS, "UTC")[2]
        assert (sensors.up, sensors.words) == (None, "Not known while nightroom-broker is down.")
    gone = processes(room(findings=lost, online=False), NOW_MS, "UTC")[2]
    assert gone.up is False, "it had said so before"


def test_what_was_never_heard_is_no_trouble_yet() -> None:
    assert processes(None, NOW_MS, "UTC")[0].words == "Not heard yet."
    assert down_text(None, NOW_MS, "UTC") == ""
    assert down_text(room(received_ms=None), NOW_MS, "UTC") == ""
