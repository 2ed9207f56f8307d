"""The sending side of the transfer protocol: pure, event in, actions out.

One batch in flight, only while connected and the position is known. An acknowledgement
is obeyed, up or down, as long as it can be ours; it is proven when it names the CRC of our
own record at its position. Only what is proven, and has been for two weeks or is in the
way, is trimmed, and for its age only when the store has just spoken: a forged or outdated
acknowledgement costs a detour and no record. A PUBACK is no event.

Records of a boot without time wait for their date: Holdings.waits_from says from where on.
What was sent without one and has one now is named by Corrected, and sent again behind all
that is new, until a batch with it is answered (corrections.py). Nothing here looks into a
record.
"""

import random
from collections import Counter
from dataclasses import replace
from typing import Final

from msgspec import UNSET

from firmware.corrections import Corrections
from firmware.holdings import Holdings
from firmware.known_store import KnownStore
from firmware.milestones import Milestones
from firmware.transfer import (
    Acknowledged,
    Action,
    Connected,
    Corrected,
    Counts,
    Disconnected,
    Event,
    Journalled,
    KeepPosition,
    NewStream,
    Note,
    PublishBatch,
    PublishHello,
    Topic,
    Trim,
)
from monitor.contract.messages import MAX_BATCH_RECORDS, Stored

# judgement: a commit on a slow card takes up to 2 s; past a minute nothing is gained.
FIRST_TIMEOUT_S: Final = 5.0
LAST_TIMEOUT_S: Final = 60.0
# judgement: spreads several rooms that lost the same monitor over a quarter of the wait.
JITTER_RATIO: Final = 0.25
# judgement: a restored card needs one new stream, a forger gets no more than 24 a day.
NEW_STREAM_INTERVAL_S: Final = 3600.0
# judgement: an attack or a fault repeats itself; its first line a minute says it all.
NOTE_INTERVAL_S: Final = 60.0


class Sender:
    """Decides what to publish, what to trim and when, for one device's one journal.

    Args:
        device: this device's id; acknowledgements to others are not ours.
        holdings: what the journal holds at the start.
        rng: for the jitter.
    """

    def __init__(self, device: str, holdings: Holdings, rng: random.Random) -> None:
        self._device, self._rng = device, rng
        self._holdings = holdings
        self._obeyed_seq = self._kept_seq = holdings.acknowledged_seq
        self._store = KnownStore(holdings.acknowledged_by, holdings.acknowledged_seq)
        self._offered_seq = self._proven_seq = 0
        self._milestones = Milestones()
        self._connected_s: float | None = None
        self._is_position_known = self._is_position_told = self._must_leave = False
        self._flight_seq: int | None = None
        self._due_s, self._failures = 0.0, 0
        self._new_stream_from_s: float | None = None
        self._noted_s: dict[Topic, float] = {}
        self._tally: Counter[str] = Counter()
        self._corrections = Corrections()

    @property
    def backlog(self) -> int:
        """Return how many records are held and not acknowledged, of those that may be sent."""
        return self._holdings.count_above(self._obeyed_seq)

    @property
    def unstored(self) -> int:
        """Return the same of all: what waits for its date waits to be stored, too."""
        return replace(self._holdings, waits_from=None).count_above(self._obeyed_seq)

    @property
    def counts(self) -> Counts:
        """Return what happened since the start."""
        return Counts(**self._tally)

    @property
    def wake_at_s(self) -> float | None:
        """Return when a Tick will do something, None if only another event can."""
        if self._connected_s is None or (
            self._is_position_known and not self._has_more() and not self._corrections.due
        ):
            return None
        return self._due_s

    def handle(self, event: Event, now_s: float) -> list[Action]:
        """Take one event and return what to do, in order.

        Args:
            event: what happened.
            now_s: the monotonic clock.
        """
        match event:
            case Connected():
                self._connected_s = now_s
                self._start_over(now_s)
            case Disconnected():
                self._connected_s = None
                self._start_over(now_s)
            case Journalled(holdings=holdings):
                if holdings.stream != self._holdings.stream:
                    self._obeyed_seq = self._kept_seq = holdings.acknowledged_seq
                    self._store.begin(holdings.acknowledged_by, holdings.acknowledged_seq)
                    self._offered_seq, self._must_leave = 0, False
                    self._forget_proofs()
                    self._start_over(now_s)
                    self._corrections = Corrections()
                self._holdings = holdings
                return [*self._trim_for_space(), *self._proceed(now_s)]
            case Corrected(ranges=ranges):
                self._corrections.add(ranges, self._holdings.lowest_seq)
            case Acknowledged():
                return self._acknowledged(event, now_s)
        return self._proceed(now_s)

    def _start_over(self, now_s: float) -> None:
        self._is_position_known = self._is_position_told = False
        self._flight_seq, self._failures, self._due_s = None, 0, now_s

    def _proceed(self, now_s: float) -> list[Action]:
        """Send what is due: a hello, the batch again, or the next one."""
        if self._connected_s is None or now_s < self._due_s:
            return []
        if not self._is_position_known:
            self._due_s = now_s + self._timeout_s()
            self._failures += 1
            held = self._holdings
            return [
                PublishHello(stream=held.stream, lowest_seq=held.lowest_seq, next_seq=held.next_seq)
            ]
        if not self._has_more():
            return self._correct(now_s)
        if self._flight_seq is not None:
            self._tally["timeouts"] += 1
            self._failures += 1
        return [self._batch(now_s)]

    def _correct(self, now_s: float) -> list[Action]:
        """Send the first of what was sent before it had its date; answers take it away."""
        held = self._holdings
        run = self._corrections.first(held, self._obeyed_seq)
        if run is None:
            return []
        self._due_s = now_s + self._timeout_s()
        self._failures += 1
        return [
            PublishBatch(
                stream=held.stream,
                first_seq=run[0],
                last_seq=min(run[0] + MAX_BATCH_RECORDS - 1, run[1]),
                lowest_seq=held.lowest_seq,
                holes=(),
            )
        ]

    def _has_more(self) -> bool:
        return self._holdings.first_above(self._obeyed_seq) < self._holdings.end_seq

    def _batch(self, now_s: float) -> PublishBatch:
        held = self._holdings
        first_seq = held.first_above(self._obeyed_seq)
        last_seq = min(first_seq + MAX_BATCH_RECORDS - 1, held.end_of_run(first_seq))
        self._flight_seq = first_seq
        self._offered_seq = max(self._offered_seq, last_seq)
        if self._is_position_told:
            self._store.sent(last_seq)
        self._due_s = now_s + self._timeout_s()
        return PublishBatch(
            stream=held.stream,
            first_seq=first_seq,
            last_seq=last_seq,
            lowest_seq=held.lowest_seq,
            holes=held.holes_between(self._obeyed_seq, first_seq),
        )

    def _timeout_s(self) -> float:
        longest_s = min(FIRST_TIMEOUT_S * 2.0 ** min(self._failures, 10), LAST_TIMEOUT_S)
        if self._failures == 0:
            return longest_s
        return longest_s * (1.0 - JITTER_RATIO * self._rng.random())

    def _acknowledged(self, event: Acknowledged, now_s: float) -> list[Action]:
        stored, held_crc = event.stored, event.held_crc
        if (
            self._connected_s is None
            or stored.device != self._device
            or stored.stream != self._holdings.stream
        ):
            return []
        # A broker may remember a store that has been replaced since: that proves nothing.
        is_proven = not event.retained and held_crc is not None and held_crc == stored.stored_crc
        is_another = self._must_leave or self._is_of_another_history(stored, held_crc)
        if event.is_late and not is_another:
            return []
        is_safe = is_proven or is_another or stored.stored_seq <= self._obeyed_seq
        if not self._listens_to(event, now_s, is_safe=is_safe):
            self._tally["other_store"] += 1
            return self._note(Topic.OTHER_STORE, now_s, store=stored.store)
        if not event.retained:
            self._store.hear(stored.store, now_s)
        if is_another:
            return self._refuse(event, now_s)
        notes: list[Action] = []
        if not event.retained:
            # Behind a position that only the broker remembers the store may hold a twin's
            # records: what is offered there counts as sent once the store itself has spoken.
            self._store.sent(self._offered_seq)
            self._offered_seq, self._is_position_told = 0, True
            if self._store.adopt(stored.store, now_s):
                notes = self._note(Topic.NEW_STORE, now_s, store=stored.store)
                self._forget_proofs()
                self._corrections.start_over()
            if event.answered is not None and self._corrections.strike(event.answered):
                self._failures = 0
                self._due_s = now_s
            if event.lacks_date:
                self._corrections.note_lack(stored.stored_seq, now_s)
        proven_by = stored.store if is_proven else None
        return [*notes, *self._obey(stored.stored_seq, now_s, proven_by=proven_by)]

    def _listens_to(self, event: Acknowledged, now_s: float, *, is_safe: bool) -> bool:
        store, since_s = event.stored.store, self._connected_s or 0.0
        if event.retained:
            return self._store.name in (None, store)
        return self._store.admits(store, now_s, since_s, is_safe=is_safe)

    def _is_of_another_history(self, stored: Stored, held_crc: int | None) -> bool:
        """Tell whether the store holds what this journal never wrote, or cannot tell."""
        seq = stored.stored_seq
        if seq >= self._holdings.next_seq:
            return True
        if held_crc is None and self._holdings.is_unreadable(seq):
            return False  # nobody can tell, and all that can be sent lies behind it
        if seq < self._holdings.lowest_seq or stored.stored_crc is UNSET:
            # Either we have given up the record there, or the store has deleted it. What we
            # have not sent may be a twin's, from before this card was restored from a copy.
            return seq > self._store.sent_to(stored.store)
        return stored.stored_crc != held_crc  # None is a hole: better sent again than lost

    def _refuse(self, event: Acknowledged, now_s: float) -> list[Action]:
        """Disobey, and leave a stream that somebody else has written to.

        On the store's own word only: what the broker remembers may be of a store that is gone,
        and a stream begun on it would not declare to the present one what was given up since.
        Another store than the one that has proven our position shall hear of all that was
        given up, as if it had nothing: so not before that one is silent.
        """
        stored, held = event.stored, self._holdings
        if event.is_late:  # another part that cannot be read may put the new stream off for hours
            self._must_leave = stored.store == self._store.name
            self._forget_proofs()
            self._start_over(now_s)
        seq, next_seq = stored.stored_seq, held.next_seq
        # In a hole of ours it may well be what has been lost there: nobody is accused of it.
        is_hole = event.held_crc is None and held.lowest_seq <= seq < next_seq
        self._tally["not_ours"] += not is_hole
        topic = Topic.AT_A_HOLE if is_hole else Topic.NOT_OURS
        actions = self._note(topic, now_s, stored_seq=seq, next_seq=next_seq)
        is_keeper = self._store.is_keeper(stored.store)
        since_s = self._connected_s or 0.0
        if event.retained or not (is_keeper or self._store.is_keeper_silent(now_s, since_s)):
            return actions
        if self._new_stream_from_s is None or now_s >= self._new_stream_from_s:
            self._new_stream_from_s = now_s + NEW_STREAM_INTERVAL_S
            self._tally["new_streams"] += 1
            if not is_keeper:
                self._kept_seq = 0
                self._store.keep(None, now_s)
                actions.append(KeepPosition(seq=0))
            actions.append(NewStream())
        return actions

    def _obey(self, seq: int, now_s: float, *, proven_by: str | None) -> list[Action]:
        is_proven = proven_by is not None
        was_known, before = self._is_position_known, self._obeyed_seq
        actions: list[Action] = []
        if seq < before:
            self._tally["positions_fallen"] += 1
            self._corrections.start_over()  # a store of before may have them undated
            actions += self._note(Topic.POSITION_FELL, now_s, from_seq=before, to_seq=seq)
        kept_seq = seq if is_proven else min(seq, self._kept_seq)
        keeper = proven_by or self._store.keeper
        if (kept_seq, keeper) != (self._kept_seq, self._store.keeper):
            actions.append(KeepPosition(seq=kept_seq, store=keeper))
        self._obeyed_seq, self._kept_seq = seq, kept_seq
        if is_proven:
            self._store.keep(proven_by, now_s)
            self._store.sent(seq)
        self._proven_seq = seq if is_proven else min(seq, self._proven_seq)
        self._is_position_known = True
        if was_known and seq < before:
            # Two stores under one id would have us send as fast as they contradict.
            self._flight_seq = None
            self._due_s = now_s + self._timeout_s()
            self._failures += 1
        elif not was_known or (seq > before and seq >= (self._flight_seq or 0)):
            self._flight_seq = None
            self._due_s = now_s
            self._failures = 0
        if is_proven:
            actions += self._trim(self._proven_for_long(now_s))
        return [*actions, *self._proceed(now_s)]

    def _proven_for_long(self, now_s: float) -> int:
        newest_ms = self._holdings.newest_ms
        if newest_ms is None:
            return 0
        return self._milestones.proven_for_long(self._proven_seq, newest_ms, now_s)

    def _forget_proofs(self) -> None:
        self._proven_seq = 0
        self._milestones.forget()

    def _trim_for_space(self) -> list[Action]:
        """Give up the oldest segment alone, and only if it is proven to be stored."""
        spans = self._holdings.spans
        if not self._holdings.short_of_space or not spans:
            return []
        return self._trim(min(spans[0].last_seq, self._proven_seq))

    def _trim(self, up_to_seq: int) -> list[Action]:
        spans = self._holdings.spans
        if len(spans) <= 1 or spans[0].last_seq > up_to_seq:
            return []  # nothing that is whole; the last segment is still written to
        return [Trim(up_to_seq=up_to_seq)]

    def _note(self, topic: Topic, now_s: float, **fields: str | int) -> list[Action]:
        if now_s - self._noted_s.get(topic, -NOTE_INTERVAL_S) < NOTE_INTERVAL_S:
            return []
        self._noted_s[topic] = now_s
        return [Note(topic=topic, fields=tuple(fields.items()))]
