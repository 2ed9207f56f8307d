"""What is sent next, and how long a failed channel is left alone."""

from dataclasses import replace
from typing import Final

import pytest

from monitor.alerts.channels import Answer, Outcome
from monitor.alerts.outbox import (
    DIGEST_LINES,
    DIGEST_TITLE,
    Now,
    aged,
    next_sending,
    retry_in_s,
)
from monitor.store.alerts_db import WAITING, DecisionRow, OutboxRow
from tests.fakes.stored import EVENING_MS

NOW_S: Final = 100_000.0
RETRY: Final = Answer(outcome=Outcome.RETRYABLE, words="later")


def row(
    number: int = 1,
    *,
    age_s: float = 1.0,
    urgency: str = "normal",
    attempts: int = 0,
    next_s: float = 0.0,
    what: str = "began",
) -> OutboxRow:
    decision = DecisionRow(
        room="bedroom",
        at_ms=EVENING_MS,
        night="2026-11-22",
        kind="too_warm",
        what=what,
        fate="now",
        why="",
        title=f"Title {number}",
        body=f"Body {number}.",
    )
    return OutboxRow(
        message_id=number,
        channel="phone",
        urgency=urgency,
        made_s=NOW_S - age_s,
        next_s=next_s,
        attempts=attempts,
        status=WAITING,
        answer="",
        done_ms=None,
        decision=decision,
    )


def sent_next(*rows: OutboxRow, is_quiet: bool = False) -> tuple[str, list[int], str] | None:
    sending = next_sending(rows, NOW_S, is_quiet=is_quiet, zone="UTC")
    if sending is None:
        return None
    return sending.title, [one.message_id for one in sending.rows], sending.urgency


def test_messages_of_one_moment_go_one_by_one() -> None:
    assert sent_next(row(1), row(2)) == ("Title 1", [1], "normal")


def test_what_piled_up_while_the_server_was_away_goes_as_one_digest() -> None:
    rows = (row(1, attempts=3), row(2))

    assert sent_next(*rows) == (DIGEST_TITLE, [1, 2], "normal")
    sending = next_sending(rows, NOW_S, is_quiet=False, zone="Europe/Berlin")
    assert sending is not None
    assert sending.body == "00:00 Title 1. Body 1.\n00:00 Title 2. Body 2."


def test_one_message_that_failed_stays_what_it_is_while_it_is_news() -> None:
    assert sent_next(row(attempts=3, age_s=7200)) == ("Title 1", [1], "normal")
    assert sent_next(row(attempts=3, age_s=7201, urgency="wake")) == (DIGEST_TITLE, [1], "normal")


def test_a_channel_that_has_just_failed_is_left_alone() -> None:
    assert sent_next(row(1, attempts=1, next_s=NOW_S + 1), row(2)) is None
    assert sent_next(row(1, attempts=1, next_s=NOW_S)) is not None


def test_while_people_sleep_only_fresh_messages_meant_for_the_night_go() -> None:
    evening, silent, old = row(1), row(2, urgency="silent"), row(3, urgency="wake", age_s=9000)

    assert sent_next(evening, old, is_quiet=True) is None
    assert sent_next(evening, silent, old, is_quiet=True) == ("Title 2", [2], "silent")


def test_a_digest_is_as_loud_as_its_loudest_news() -> None:
    rows = (row(1, attempts=1, urgency="silent"), row(2, urgency="wake"))

    assert sent_next(*rows, is_quiet=True) == (DIGEST_TITLE, [1, 2], "wake")


def test_a_fresh_note_is_never_part_of_a_digest() -> None:
    old, note = row(1, age_s=9000), row(2, attempts=1, what="note")

    assert sent_next(old, note) == (DIGEST_TITLE, [1], "normal")
    assert sent_next(note) == ("Title 2", [2], "normal")
    assert sent_next(replace(note, made_s=0.0)) == (DIGEST_TITLE, [2], "normal")


def test_a_long_digest_counts_what_it_leaves_out() -> None:
    rows = [row(number, attempts=1) for number in range(DIGEST_LINES + 3)]

    sending = next_sending(rows, NOW_S, is_quiet=False, zone="UTC")

    assert sending is not None
    lines = sending.body.splitlines()
    assert len(lines) == DIGEST_LINES + 1
    assert lines[-1] == "and 3 more, see the status page"
    assert len(sending.rows) == DIGEST_LINES + 3


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    waits = [retry_in_s(attempts, RETRY) for attempts in range(1, 8)]

    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert retry_in_s(5000, RETRY) == 900


@pytest.mark.parametrize(("asked_s", "wait_s"), [(3600.0, 3600.0), (1.0, 30.0)])
def test_a_server_s_wish_lengthens_the_wait(asked_s: float, wait_s: float) -> None:
    assert retry_in_s(1, asking(asked_s)) == wait_s


def asking(asked_s: float) -> Answer:
    return Answer(outcome=Outcome.RETRYABLE, words="429", retry_after_s=asked_s)


def after_a_reboot(up_s: float, later_ms: int | None) -> Now:
    """Return a moment after row(1, age_s=1.0 + up_s) was left; later_ms: than it was decided."""
    now_ms = None if later_ms is None else EVENING_MS + later_ms
    return Now(now_s=NOW_S, boot_began_s=NOW_S - up_s, now_ms=now_ms)


def test_what_an_earlier_boot_left_is_as_old_as_the_wall_clock_says() -> None:
    left, fresh = row(1, age_s=101.0), row(2, age_s=99.0)

    old, same = aged([left, fresh], after_a_reboot(100.0, later_ms=3 * 3_600_000))
    assert NOW_S - old.made_s == 3 * 3600
    assert same == fresh
    (young,) = aged([left], after_a_reboot(100.0, later_ms=90_000))
    assert NOW_S - young.made_s == 90
    assert sent_next(*aged([left], after_a_reboot(100.0, later_ms=-5_000))) is not None


def test_it_waits_for_the_time_while_what_is_new_goes_out() -> None:
    left, fresh = row(1, age_s=101.0, next_s=NOW_S + 800), row(2, age_s=99.0)

    assert aged([left, fresh], after_a_reboot(100.0, later_ms=None)) == [fresh]


def test_after_ten_minutes_without_time_it_is_no_news() -> None:
    left = row(1, age_s=700.0)

    assert aged([left], after_a_reboot(599.0, later_ms=None)) == []
    late = aged([left], after_a_reboot(600.0, later_ms=None))
    assert sent_next(*late) == (DIGEST_TITLE, [1], "normal")
    assert sent_next(*late, is_quiet=True) is None
