"""What the doctor takes from the monitor's live files."""

from monitor.cli.doctor_live import live_findings
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
