"""The outbox: what is sent next is decided purely; the shell claims, sends and records.

A message is claimed in the store before its attempt and settled after it. Only a kill
between the server's taking it and that settling makes it arrive twice, the second time
saying so: at least once, and once more a kill at most.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from monitor.alerts import words
from monitor.alerts.channels import Answer, Courier, Flight, Letter, Outcome
from monitor.alerts.spared import SparedAlerts
from monitor.alerts.states import Urgency, What
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import Clock
from monitor.score.figures import clock as clock_text
from monitor.store.alerts_db import SENDING, OutboxRow

# Judgement: nothing older than 2 h is sent as news.
NEWS_S: Final = 7200.0
# Judgement: a time source answers within minutes; as long as a minute waits for its date.
AGES_WITHIN_S: Final = 600.0
# Judgement: a router restarts within a minute or two; a server that is down all night is
# asked four times an hour.
FIRST_RETRY_S: Final = 30.0
LONGEST_RETRY_S: Final = 900.0
# Judgement: what fits a phone's screen.
DIGEST_LINES: Final = 10
DIGEST_TITLE: Final = "Could not be delivered earlier"
INTERRUPTED: Final = "nightroom ended while sending"
DELETED: Final = "what it tells of was deleted"
LOUDNESS: Final = (Urgency.SILENT, Urgency.NORMAL, Urgency.ASKED, Urgency.WAKE)
# Judgement: a clean stop takes 3 s at most; what is under way usually needs one.
STOP_WITHIN_S: Final = 1.5
STOP_LOOK_S: Final = 0.05


Deleted = Callable[[Sequence[OutboxRow]], Sequence[OutboxRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One attempt: these messages as this title and body, on one channel."""

    channel: str
    rows: tuple[OutboxRow, ...]
    title: str
    body: str
    urgency: Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """This moment on both clocks; now_ms is None while the machine does not know the time."""

    now_s: float
    boot_began_s: float
    now_ms: int | None


def aged(rows: Sequence[OutboxRow], now: Now) -> list[OutboxRow]:
    """Return messages by their true age: steady time does not know how long a machine was off.

    What an earlier boot left is as old as the wall clock says. While that does not know the
    time it waits (is left out), and after AGES_WITHIN_S it is no news.
    """
    earlier = [row for row in rows if row.made_s <= now.boot_began_s]
    of_now = [row for row in rows if row.made_s > now.boot_began_s]
    if now.now_ms is not None:
        ages_s = [max(0, now.now_ms - row.decision.at_ms) / 1000 for row in earlier]
    elif now.now_s - now.boot_began_s >= AGES_WITHIN_S:
        ages_s = [inf] * len(earlier)
    else:
        return of_now
    dated = [
        replace(row, made_s=now.now_s - age_s) for row, age_s in zip(earlier, ages_s, strict=True)
    ]
    return [*dated, *of_now]


def next_sending(
    rows: Sequence[OutboxRow], now_s: float, *, is_quiet: bool, zone: str
) -> Sending | None:
    """Return what to send now of one channel's waiting messages, None for nothing.

    A channel that has just failed is left alone until its time has come. What has piled
    up since goes as one digest, and so does what is too old to be news.

    Args:
        rows: of one channel, oldest first.
        now_s: steady time.
        is_quiet: people sleep, so all but fresh silent and waking messages wait.
        zone: of the times in a digest.
    """
    if any(row.next_s > now_s for row in rows):
        return None
    fresh = [row for row in rows if now_s - row.made_s <= NEWS_S]
    due = [row for row in fresh if row.urgency != Urgency.NORMAL] if is_quiet else list(rows)
    # The note and a test stay what they are as long as they are fresh.
    whole = [row for row in due if row in fresh and row.decision.what in (What.NOTE, What.TEST)]
    others = [row for row in due if row not in whole]
    has_failed = len(others) > 1 and any(row.attempts for row in others)
    if has_failed or any(row not in fresh for row in others):
        return _digest(others, fresh, zone)
    if not due:
        return None
    row = (others or whole)[0]
    body = f"{row.decision.body}\n{words.AGAIN}" if row.answer == INTERRUPTED else row.decision.body
    return Sending(
        channel=row.channel,
        rows=(row,),
        title=row.decision.title,
        body=body,
        urgency=Urgency(row.urgency),
    )


def retry_in_s(attempts: int, answer: Answer) -> float:
    """Return how long to wait after an attempt, the `attempts`-th of its oldest message."""
    back_off_s = min(FIRST_RETRY_S * 2.0 ** min(attempts - 1, 10), LONGEST_RETRY_S)
    return max(back_off_s, answer.retry_after_s or 0.0)


def _digest(rows: Sequence[OutboxRow], fresh: Sequence[OutboxRow], zone: str) -> Sending:
    lines = [
        f"{clock_text(row.decision.at_ms, zone)} {row.decision.title}. {row.decision.body}".strip()
        for row in rows
    ]
    news = [Urgency(row.urgency) for row in rows if row in fresh]
    return Sending(
        channel=rows[0].channel,
        rows=tuple(rows),
        title=DIGEST_TITLE,
        body=words.digest(lines, DIGEST_LINES),
        urgency=max(news, key=LOUDNESS.index, default=Urgency.NORMAL),
    )


class Outbox:
    """Sends what waits, one attempt a channel at a time, and never waits for one.

    Args:
        writer: where messages are claimed and settled.
        courier: makes attempts.
        clock: stamps what is settled.
        told: hears of each answer: the channel's name and what it said.
    """

    def __init__(
        self,
        *,
        writer: SparedAlerts,
        courier: Courier,
        clock: Clock,
        told: Callable[[str, Answer], None],
    ) -> None:
        self._writer = writer
        self._courier = courier
        self._clock = clock
        self._told = told
        self._flights: dict[str, tuple[Sending, Flight]] = {}
        self._answers: dict[str, tuple[Sending, Answer]] = {}

    def step(
        self,
        channels: Mapping[str, Channel],
        now: Now,
        *,
        is_quiet: bool,
        zone: str,
        deleted: Deleted,
    ) -> None:
        """Settle what has been answered, and begin what is due.

        deleted: returns those of some messages that tell of what people deleted. They wait, for
        a deletion may be taken back, and are given up once they are no news any more.
        """
        self._settle_all(now.now_s)
        by_channel: dict[str, list[OutboxRow]] = {}
        for row in self._writer.open_messages():
            by_channel.setdefault(row.channel, []).append(row)
        for name, rows in by_channel.items():
            if name in self._flights or name in self._answers:
                continue
            if any(row.status == SENDING for row in rows):
                self._recover(rows)
            elif name not in channels:
                ids = [row.message_id for row in rows]
                self._writer.failed(ids, "the channel was removed", self._clock.now_ms())
            else:
                left = self._without(deleted(rows), rows, now)
                sending = next_sending(aged(left, now), now.now_s, is_quiet=is_quiet, zone=zone)
                if sending is not None:
                    self._begin(channels[name], sending)

    def stop(self, now_s: float) -> None:
        """Give what is under way a moment, then end it; it is sent again at the next start."""
        until_s = self._clock.monotonic_s() + STOP_WITHIN_S
        while self._flights and self._clock.monotonic_s() < until_s:
            self._clock.wait(STOP_LOOK_S)
            self._settle_all(now_s)
        for _, flight in self._flights.values():
            flight.stop()
        self._flights.clear()

    def _without(
        self, gone: Sequence[OutboxRow], rows: Sequence[OutboxRow], now: Now
    ) -> list[OutboxRow]:
        """Return the other messages; what is no news any more is given up."""
        old = [row.message_id for row in aged(gone, now) if now.now_s - row.made_s > NEWS_S]
        if old:
            self._writer.failed(old, DELETED, self._clock.now_ms())
        return [row for row in rows if row not in gone]

    def _recover(self, rows: Sequence[OutboxRow]) -> None:
        """Let messages wait again that a process claimed and never settled."""
        ids = [row.message_id for row in rows if row.status == SENDING]
        self._writer.again(ids, INTERRUPTED, 0.0)

    def _begin(self, channel: Channel, sending: Sending) -> None:
        self._writer.claim([row.message_id for row in sending.rows])
        letter = Letter(
            url=channel.url, title=sending.title, body=sending.body, urgency=sending.urgency
        )
        self._flights[channel.name] = (sending, self._courier.send(letter))

    def _settle_all(self, now_s: float) -> None:
        for name, (sending, flight) in tuple(self._flights.items()):
            answer = flight.answer()
            if answer is not None:
                del self._flights[name]
                self._answers[name] = sending, answer
                self._told(name, answer)
        for name, (sending, answer) in tuple(self._answers.items()):
            self._settle(sending, answer, now_s)
            del self._answers[name]

    def _settle(self, sending: Sending, answer: Answer, now_s: float) -> None:
        ids = [row.message_id for row in sending.rows]
        if answer.outcome is Outcome.SENT:
            self._writer.sent(ids, answer.words, self._clock.now_ms())
        elif answer.outcome is Outcome.RETRYABLE:
            attempts = max(row.attempts for row in sending.rows) + 1
            self._writer.again(ids, answer.words, now_s + retry_in_s(attempts, answer))
        else:
            self._writer.failed(ids, answer.words, self._clock.now_ms())
