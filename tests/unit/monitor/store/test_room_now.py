import pytest

from monitor.contract.messages import Availability, State
from monitor.contract.record import ClockState, instant
from monitor.store.room_now import RoomNow
from tests.fakes.stored import DEVICE, EVENING_MS

FIRST = "1" * 16
SECOND = "2" * 16


def state(
    session: str = FIRST,
    at_ms: int = EVENING_MS,
    clock: ClockState = ClockState.SYNCED,
    unwritten: int = 0,
) -> State:
    return State(
        v=1,
        at=instant(at_ms),
        sequence=1,
        device=DEVICE,
        session=session,
        clock=clock,
        backlog=0,
        unwritten=unwritten,
    )


def availability(session: str, *, online: bool) -> Availability:
    return Availability(
        v=1, at=instant(EVENING_MS), sequence=1, device=DEVICE, session=session, online=online
    )


def test_a_live_state_shows_that_its_daemon_is_there() -> None:
    room = RoomNow("bedroom")

    room.took_state(state(), now_ms=EVENING_MS + 3, boot_s=100.0, retained=False)

    assert room.live.online
    assert (room.live.session, room.live.received_ms) == (FIRST, EVENING_MS + 3)


@pytest.mark.parametrize("step_ms", [-7_200_000, 0, 7_200_000])
def test_a_room_that_falls_silent_ages_whatever_the_clock_is_put_to(step_ms: int) -> None:
    room = RoomNow("bedroom")
    room.took_state(state(), now_ms=EVENING_MS, boot_s=100.0, retained=False)
    now_ms = EVENING_MS + 40_000 + step_ms

    live = room.live_at(now_ms, boot_s=140.0)

    assert live.received_ms == now_ms - 40_000


def test_what_the_broker_kept_is_as_old_as_its_stamp_says() -> None:
    room = RoomNow("bedroom")
    assert room.live_at(EVENING_MS, boot_s=1.0).received_ms is None
    room.took_state(state(), now_ms=EVENING_MS + 80_000, boot_s=100.0, retained=True)

    live = room.live_at(EVENING_MS + 90_000, boot_s=110.0)

    assert live.received_ms == EVENING_MS


def test_an_offline_of_an_older_session_is_ignored() -> None:
    room = RoomNow("bedroom")
    room.took_availability(availability(FIRST, online=True))
    room.took_availability(availability(SECOND, online=True))

    room.took_availability(availability(FIRST, online=False))

    assert room.live.online
    assert room.live.session == SECOND


def test_an_offline_of_the_current_session_counts() -> None:
    room = RoomNow("bedroom")
    room.took_state(state(), now_ms=EVENING_MS, boot_s=100.0, retained=False)

    room.took_availability(availability(FIRST, online=False))

    assert not room.live.online


def test_a_state_on_its_way_does_not_undo_the_offline_of_its_session() -> None:
    room = RoomNow("bedroom")
    room.took_availability(availability(FIRST, online=False))

    room.took_state(state(FIRST), now_ms=EVENING_MS, boot_s=100.0, retained=False)

    assert not room.live.online


def test_a_daemon_that_says_online_again_is_there_again() -> None:
    room = RoomNow("bedroom")
    room.took_availability(availability(FIRST, online=False))

    room.took_availability(availability(FIRST, online=True))
    room.took_state(state(FIRST), now_ms=EVENING_MS, boot_s=100.0, retained=False)

    assert room.live.online


def test_a_retained_state_counts_as_received_when_it_was_made() -> None:
    room = RoomNow("bedroom")

    room.took_state(state(), now_ms=EVENING_MS + 80_000, boot_s=100.0, retained=True)

    assert room.live.received_ms == EVENING_MS
    assert not room.live.online


def test_a_retained_state_from_the_future_is_ignored() -> None:
    """This machine's clock is behind: the state may be of before its power was cut."""
    room = RoomNow("bedroom")

    room.took_state(state(at_ms=EVENING_MS + 9), now_ms=EVENING_MS, boot_s=100.0, retained=True)

    assert room.live.state is None


def test_a_retained_state_with_an_unsure_stamp_is_ignored() -> None:
    room = RoomNow("bedroom")

    room.took_state(
        state(clock=ClockState.UNSYNCED), now_ms=EVENING_MS, boot_s=100.0, retained=True
    )

    assert room.live.state is None


def test_a_retained_state_never_replaces_a_live_one() -> None:
    room = RoomNow("bedroom")
    room.took_state(state(), now_ms=EVENING_MS, boot_s=100.0, retained=False)

    room.took_state(state(SECOND), now_ms=EVENING_MS, boot_s=100.0, retained=True)

    assert room.live.session == FIRST
    assert room.live.state == state()


def test_two_daemons_that_take_turns_are_told_from_one_started_anew() -> None:
    room = RoomNow("bedroom")
    for minute, session in enumerate((FIRST, FIRST, SECOND, SECOND)):
        room.took_state(
            state(session), now_ms=EVENING_MS + minute * 60_000, boot_s=100.0, retained=False
        )
    now_ms = EVENING_MS + 240_000
    assert room.findings(now_ms) == ()

    room.took_state(state(FIRST), now_ms=now_ms, boot_s=100.0, retained=False)

    (finding,) = room.findings(now_ms)
    assert (finding.code, finding.since_ms) == ("twins", now_ms)
    assert f"{DEVICE}/{FIRST}" in finding.text
    assert f"{DEVICE}/{SECOND}" in finding.text
    assert "Stop one of them" in finding.text
    room.took_state(state(SECOND), now_ms=now_ms + 60_000, boot_s=100.0, retained=False)
    assert room.findings(now_ms + 240_000) == (finding,)
    assert room.findings(now_ms + 240_001) == ()


def test_a_card_that_refuses_is_told_with_how_much_waits_until_it_takes_again() -> None:
    room = RoomNow("bedroom")
    assert room.findings(EVENING_MS) == ()
    for minutes in (1, 2):
        room.took_state(state(unwritten=minutes), now_ms=EVENING_MS, boot_s=100.0, retained=False)
        (finding,) = room.findings(EVENING_MS + minutes)

    assert finding.since_ms == EVENING_MS + 1
    assert finding.text.startswith("The sensors' card refuses to write: 2 of their minutes wait")
    assert "Free space on it, or replace it." in finding.text

    room.took_state(state(), now_ms=EVENING_MS, boot_s=100.0, retained=False)
    assert room.findings(EVENING_MS + 3) == ()
