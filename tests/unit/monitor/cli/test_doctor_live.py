"""What the doctor takes from the monitor's live files."""

import pytest

from monitor.cli.doctor_live import live_findings
from monitor.contract.messages import ClimateState, State
from monitor.contract.record import ClockState, Flag, instant
from monitor.store.live import Finding, LiveRoom
from tests.fakes.stored import EVENING_MS

WELL = LiveRoom(
    room="bedroom", written_ms=EVENING_MS, received_ms=EVENING_MS, online=True, session="1" * 16
)
FULL = Finding(code="store", text="Nothing can be stored: the disk is full.", since_ms=1)
MILD = Finding(code="note", text="A night was judged anew.", since_ms=1, serious=False)


def told(*lives: LiveRoom, rooms: tuple[str, ...] = (), now_ms: int = EVENING_MS) -> list[str]:
    found = live_findings(lives, rooms, now_ms)
    assert all(one.fix for one in found if not one.ok)
    return [f"{'ok' if one.ok else 'FAIL'} {one.what}: {one.words}" for one in found]


def replaced(**changes: object) -> LiveRoom:
    return LiveRoom(**{**{name: getattr(WELL, name) for name in WELL.__struct_fields__}, **changes})  # type: ignore[arg-type]  # fields by name


def test_a_house_that_was_never_recorded_has_nobody_to_miss() -> None:
    assert told() == []


def test_a_monitor_without_a_live_file_is_not_running() -> None:
    assert told(rooms=("bedroom",)) == ["FAIL monitor: is not running"]


def test_a_monitor_that_renews_nothing_is_down_and_what_it_said_is_old() -> None:
    old = replaced(findings=(FULL,))
    assert told(old, now_ms=EVENING_MS + 15_000)[-1] == f"FAIL monitor (store): {FULL.text}"
    assert told(old, now_ms=EVENING_MS + 15_001) == [
        "FAIL monitor: not heard since 2026-11-22 23:00:00 UTC"
    ]


def test_what_the_monitor_has_found_is_said_once_for_all_rooms() -> None:
    rooms = replaced(findings=(FULL, MILD)), replaced(room="guestroom", findings=(FULL,))
    assert told(*rooms) == [
        "ok sensors of bedroom: are heard",
        "ok sensors of guestroom: are heard",
        f"FAIL monitor (store): {FULL.text}",
        f"ok monitor (note): {MILD.text}",
    ]


def test_sensors_that_are_gone_hung_or_never_there_are_told_apart_from_those_heard() -> None:
    since = "not heard since 2026-11-22 23:00:00 UTC"
    assert told(replaced(online=False)) == [f"FAIL sensors of bedroom: {since}"]
    hung_ms = EVENING_MS + 30_001
    assert told(replaced(written_ms=hung_ms), now_ms=hung_ms) == [
        f"FAIL sensors of bedroom: {since}"
    ]
    assert told(replaced(received_ms=None)) == [
        "FAIL sensors of bedroom: have not been heard since the monitor started"
    ]


def test_sensors_that_the_broker_alone_keeps_from_being_heard_are_not_looked_for_in_their_log() -> (
    None
):
    hung_ms = EVENING_MS + 30_001
    lost = (Finding(code="broker", text="No connection to the broker.", since_ms=1),)
    for changes, log in (({"findings": lost}, False), ({}, True)):
        room = replaced(written_ms=hung_ms, **changes)
        found = live_findings((room,), (), hung_ms)[0]
        assert (found.ok, "nightroom-sensors" in found.fix) == (False, log)


def a_state(backlog: int, *flags: Flag) -> State:
    at = instant(EVENING_MS)
    return State(
        v=1,
        at=at,
        sequence=1,
        device="nightroom-bedroom",
        session="1" * 16,
        clock=ClockState.CORRECTED,
        backlog=backlog,
        climate=ClimateState(at=at, temperature_c=20.0, flags=flags),
    )


@pytest.mark.parametrize(("backlog", "word"), [(0, "ok"), (60, "ok"), (61, "FAIL")])
def test_what_waits_for_longer_than_an_hour_is_a_fault(backlog: int, word: str) -> None:
    heard, climate, waiting, clock = told(replaced(state=a_state(backlog)))
    assert heard == "ok sensors of bedroom: are heard"
    assert climate == "ok temperature and humidity of bedroom: working"
    assert waiting.startswith(f"{word} backlog of bedroom: ")
    assert clock == "ok clock of bedroom: set right after the start"


def test_of_sensors_that_are_gone_nothing_older_is_told() -> None:
    assert len(told(replaced(online=False, state=a_state(99, Flag.NO_REPLY)))) == 1


def test_what_was_refused_is_told_once_and_the_newest_file_knows() -> None:
    later = replaced(room="guestroom", written_ms=EVENING_MS + 1, refused=1, conflicts=2)
    assert told(replaced(), later)[-2:] == [
        "FAIL messages: 1 message could not be read; the log of nightroom-monitor says why",
        "FAIL records: 2 records came again with other contents; what came first is kept",
    ]
