"""The sending side of the transfer protocol, rule by rule."""

import itertools
import random
from dataclasses import replace

import pytest
from msgspec import UNSET

from firmware.holdings import Holdings, Hole, Span
from firmware.sender import Sender
from firmware.transfer import (
    Acknowledged,
    Action,
    Connected,
    Disconnected,
    Journalled,
    KeepPosition,
    NewStream,
    Note,
    PublishBatch,
    PublishHello,
    Tick,
    Topic,
    Trim,
)
from monitor.contract.messages import Stored
from monitor.contract.record import instant

DEVICE = "nightroom-bedroom"
STREAM = "00000000000000aa"
STORE = "00000000000000c0"
OTHER_STORE = "00000000000000c1"
DAY_MS = 86_400_000


def holding(
    next_seq: int = 101,
    *,
    lowest_seq: int = 1,
    holes: tuple[Hole, ...] = (),
    stream: str = STREAM,
    acknowledged_seq: int = 0,
    days: tuple[int, ...] = (),
    milestones: tuple[tuple[int, int], ...] = (),
    short_of_space: bool = False,
) -> Holdings:
    """Return holdings; with days, a segment of ten records each; milestones are (day, seq)."""
    spans = tuple(
        Span(first_seq=1 + 10 * place, last_seq=10 + 10 * place, end_ms=day * DAY_MS)
        for place, day in enumerate(days)
    )
    return Holdings(
        stream=stream,
        lowest_seq=lowest_seq,
        next_seq=next_seq,
        holes=holes,
        spans=spans,
        acknowledged_seq=acknowledged_seq,
        milestones=tuple((day * DAY_MS, seq) for day, seq in milestones),
        short_of_space=short_of_space,
    )


def acknowledged(
    seq: int,
    *,
    store: str = STORE,
    stream: str = STREAM,
    device: str = DEVICE,
    stored_crc: int | None = None,
    held_crc: int | None = None,
) -> Acknowledged:
    return Acknowledged(
        stored=Stored(
            v=1,
            at=instant(0),
            sequence=1,
            store=store,
            device=device,
            stream=stream,
            stored_seq=seq,
            stored_crc=UNSET if stored_crc is None else stored_crc,
        ),
        held_crc=held_crc,
    )


def a_sender(holdings: Holdings) -> Sender:
    return Sender(DEVICE, holdings, random.Random(1))


def connected(holdings: Holdings, seq: int = 0) -> tuple[Sender, list[Action]]:
    """Return a sender that was connected and told its position at 0 s, and what it then did."""
    sender = a_sender(holdings)
    sender.handle(Connected(), 0.0)
    return sender, sender.handle(acknowledged(seq), 0.0)


def batches(actions: list[Action]) -> list[PublishBatch]:
    return [action for action in actions if isinstance(action, PublishBatch)]


def ranges(actions: list[Action]) -> list[tuple[int, int]]:
    return [(batch.first_seq, batch.last_seq) for batch in batches(actions)]


# rule 1: one batch in flight, only while connected, only from a known position


def test_nothing_is_sent_while_disconnected() -> None:
    sender = a_sender(holding())
    assert sender.handle(Tick(), 0.0) == []
    assert sender.handle(Journalled(holdings=holding(102)), 99.0) == []
    assert sender.wake_at_s is None


def test_a_connected_sender_asks_for_its_position_and_sends_nothing_else() -> None:
    sender = a_sender(holding(lowest_seq=5))
    assert sender.handle(Connected(), 0.0) == [
        PublishHello(stream=STREAM, lowest_seq=5, next_seq=101)
    ]
    assert sender.handle(Journalled(holdings=holding(102)), 1.0) == []


def test_the_question_is_repeated_after_5_s_and_then_ever_more_slowly() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    asked = [t for t in range(400) if sender.handle(Tick(), float(t))]
    waits = [later - earlier for earlier, later in itertools.pairwise([0, *asked])]
    assert waits[0] == 5
    assert 7 <= waits[1] <= 11
    assert all(45 <= wait <= 61 for wait in waits[4:])


def test_a_known_position_starts_the_first_batch_behind_it() -> None:
    _, actions = connected(holding(), seq=30)
    assert ranges(actions) == [(31, 90)]


def test_a_batch_has_at_most_60_records() -> None:
    _, actions = connected(holding(1000))
    assert ranges(actions) == [(1, 60)]


def test_while_a_batch_is_in_flight_no_other_is_sent() -> None:
    sender, _ = connected(holding(1000))
    assert sender.handle(Journalled(holdings=holding(1001)), 1.0) == []
    assert sender.handle(Tick(), 4.9) == []
    assert sender.handle(acknowledged(0), 4.9) == []


def test_an_acknowledgement_releases_the_next_batch_at_once() -> None:
    sender, _ = connected(holding(100))
    assert ranges(sender.handle(acknowledged(60), 1.0)) == [(61, 99)]
    assert ranges(sender.handle(acknowledged(99), 2.0)) == []
    assert sender.backlog == 0
    assert sender.wake_at_s is None


def test_a_batch_of_which_only_a_part_fitted_goes_on_behind_that_part() -> None:
    sender, _ = connected(holding(100))
    assert ranges(sender.handle(acknowledged(20), 1.0)) == [(21, 80)]


def test_a_new_record_is_sent_at_once_when_nothing_is_in_flight() -> None:
    sender, _ = connected(holding(11), seq=10)
    assert ranges(sender.handle(Journalled(holdings=holding(12)), 60.0)) == [(11, 11)]


def test_a_lost_batch_is_sent_again_after_5_s_then_more_slowly_up_to_a_minute() -> None:
    sender, _ = connected(holding(11))
    times = [tenth / 10 for tenth in range(1, 4000)]
    sent = [0.0, *(now_s for now_s in times if batches(sender.handle(Tick(), now_s)))]
    waits = [later - earlier for earlier, later in itertools.pairwise(sent)]
    assert waits[0] == pytest.approx(5.0)
    assert 7.5 <= waits[1] <= 10.0
    assert 15.0 <= waits[2] <= 20.0
    assert all(45.0 <= wait <= 60.1 for wait in waits[4:])
    assert len(set(waits[4:])) > 1
    assert sender.counts.timeouts == len(waits)


def test_progress_ends_the_slowness() -> None:
    sender, _ = connected(holding(1000))
    for now_s in (5.0, 15.0, 40.0):
        assert batches(sender.handle(Tick(), now_s))
    sender.handle(acknowledged(60), 41.0)
    assert sender.wake_at_s == 46.0


def test_a_disconnection_forgets_the_flight_and_the_position() -> None:
    sender, _ = connected(holding())
    assert sender.handle(Disconnected(), 1.0) == []
    assert sender.handle(acknowledged(60), 2.0) == []
    assert [type(action) for action in sender.handle(Connected(), 3.0)] == [PublishHello]
    assert ranges(sender.handle(acknowledged(0), 3.0)) == [(1, 60)]


def test_the_sender_says_when_it_wants_to_be_woken() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 10.0)
    assert sender.wake_at_s == 15.0
    sender.handle(acknowledged(0), 11.0)
    assert sender.wake_at_s == 16.0


# rule 2: every batch says what is lost


def test_a_batch_names_the_lowest_seq_still_held() -> None:
    _, actions = connected(holding(lowest_seq=41))
    (batch,) = batches(actions)
    assert (batch.first_seq, batch.lowest_seq, batch.holes) == (41, 41, ())


def test_a_batch_ends_before_a_hole_and_the_next_declares_it() -> None:
    sender, actions = connected(holding(holes=((21, 25),)))
    assert ranges(actions) == [(1, 20)]
    (batch,) = batches(sender.handle(acknowledged(20), 1.0))
    assert (batch.first_seq, batch.holes) == (26, ((21, 25),))


def test_lost_records_are_no_backlog() -> None:
    sender, _ = connected(holding(holes=((21, 25),)), seq=10)
    assert sender.backlog == 85


# rule 3: only an acknowledgement by the store counts, and it has to be ours


@pytest.mark.parametrize(
    "foreign", [acknowledged(60, stream="0" * 16), acknowledged(60, device="nightroom-attic")]
)
def test_an_acknowledgement_to_somebody_else_is_nothing(foreign: Acknowledged) -> None:
    sender, _ = connected(holding())
    assert sender.handle(foreign, 1.0) == []
    assert sender.backlog == 100


def test_an_acknowledgement_that_names_our_record_s_crc_is_kept_by_the_journal() -> None:
    sender, _ = connected(holding())
    proof = acknowledged(30, stored_crc=7, held_crc=7)
    assert KeepPosition(seq=30) in sender.handle(proof, 1.0)
    assert KeepPosition(seq=30) not in sender.handle(proof, 1.0)


def test_an_acknowledgement_without_a_proof_is_obeyed_but_not_kept() -> None:
    sender, actions = connected(holding(), seq=30)
    assert sender.backlog == 70
    assert not any(isinstance(action, KeepPosition) for action in actions)


# rule 4: obeying and trimming


def test_a_lower_acknowledgement_is_obeyed_after_5_s_and_told() -> None:
    sender, _ = connected(holding(acknowledged_seq=100), seq=100)
    actions = sender.handle(acknowledged(40), 10.0)
    assert [action for action in actions if isinstance(action, Note)] == [
        Note(topic=Topic.POSITION_FELL, fields=(("from_seq", 100), ("to_seq", 40)))
    ]
    assert KeepPosition(seq=40) in actions
    assert batches(actions) == []
    assert ranges(sender.handle(Tick(), 15.0)) == [(41, 100)]
    assert sender.counts.positions_fallen == 1


def test_a_first_acknowledgement_lower_than_the_kept_one_is_obeyed_at_once() -> None:
    _, actions = connected(holding(acknowledged_seq=90), seq=40)
    assert KeepPosition(seq=40) in actions
    assert ranges(actions) == [(41, 100)]


def test_two_stores_that_contradict_each_other_do_not_make_the_sender_race() -> None:
    sender, _ = connected(holding(), seq=100)
    sent = 0
    for tenth in range(600):
        sent += len(batches(sender.handle(acknowledged(40), tenth / 10)))
        sent += len(batches(sender.handle(acknowledged(100), tenth / 10)))
        sent += len(batches(sender.handle(Tick(), tenth / 10)))
    assert sent <= 12


def test_an_acknowledgement_above_the_last_record_is_not_obeyed_and_opens_a_new_stream() -> None:
    sender, _ = connected(holding(), seq=30)
    actions = sender.handle(acknowledged(101), 1.0)
    assert NewStream() in actions
    assert sender.backlog == 70
    assert sender.counts.not_ours == 1


def test_the_store_s_record_with_another_crc_is_another_history_and_opens_a_new_stream() -> None:
    sender, _ = connected(holding(), seq=30)
    other = acknowledged(60, stored_crc=7, held_crc=8)
    assert NewStream() in sender.handle(other, 2.0)


@pytest.mark.parametrize(("stored_crc", "held_crc"), [(7, None), (None, 8)])
def test_a_crc_that_only_one_side_has_proves_nothing(
    stored_crc: int | None, held_crc: int | None
) -> None:
    sender, _ = connected(holding(), seq=30)
    actions = sender.handle(acknowledged(90, stored_crc=stored_crc, held_crc=held_crc), 1.0)
    assert ranges(actions) == [(91, 100)]
    assert not any(isinstance(action, KeepPosition | NewStream) for action in actions)
    assert sender.backlog == 10


def test_at_most_one_new_stream_an_hour() -> None:
    sender, _ = connected(holding(), seq=30)
    opened = [
        now_s
        for now_s in range(0, 7300, 10)
        if NewStream() in sender.handle(acknowledged(900), float(now_s))
    ]
    assert opened == [0, 3600, 7200]
    assert sender.counts.new_streams == 3


def test_a_new_stream_asks_for_its_own_position_and_sends_from_its_start() -> None:
    sender, _ = connected(holding(), seq=30)
    sender.handle(acknowledged(900), 1.0)
    fresh = holding(71, stream="0" * 16)
    assert sender.handle(Journalled(holdings=fresh), 1.0) == [
        PublishHello(stream="0" * 16, lowest_seq=1, next_seq=71)
    ]
    assert ranges(sender.handle(acknowledged(0, stream="0" * 16), 2.0)) == [(1, 60)]


def test_another_store_is_ignored_while_the_known_one_is_heard() -> None:
    sender, _ = connected(holding(), seq=30)
    for now_s in range(0, 1200, 60):
        sender.handle(acknowledged(30), float(now_s))
        sender.handle(acknowledged(90, store=OTHER_STORE), float(now_s))
    assert sender.counts.other_store == 20
    assert sender.backlog == 70


def test_another_store_is_adopted_when_the_known_one_has_been_silent_for_ten_minutes() -> None:
    sender, _ = connected(holding(acknowledged_seq=90), seq=90)
    assert batches(sender.handle(acknowledged(0, store=OTHER_STORE), 599.0)) == []
    actions = sender.handle(acknowledged(0, store=OTHER_STORE), 600.0)
    assert Note(topic=Topic.NEW_STORE, fields=(("store", OTHER_STORE),)) in actions
    assert KeepPosition(seq=0) in actions
    assert ranges(sender.handle(Tick(), 606.0)) == [(1, 60)]


def test_a_store_cannot_be_heard_while_we_are_away_so_that_time_does_not_count() -> None:
    sender, _ = connected(holding(), seq=90)
    sender.handle(Disconnected(), 1.0)
    sender.handle(Connected(), 5000.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 5001.0)
    assert sender.backlog == 10


def test_a_repeated_fault_is_noted_once_a_minute() -> None:
    sender, _ = connected(holding(), seq=30)
    notes = [
        now_s
        for now_s in range(180)
        for action in sender.handle(acknowledged(900), float(now_s))
        if isinstance(action, Note)
    ]
    assert notes == [0, 60, 120]


def trims(actions: list[Action]) -> list[Trim]:
    return [action for action in actions if isinstance(action, Trim)]


def proven(held: Holdings, seq: int) -> list[Action]:
    """Return what a connected sender does when the store proves to hold seq."""
    sender, _ = connected(held, seq=held.acknowledged_seq)
    return sender.handle(acknowledged(seq, stored_crc=7, held_crc=7), 1.0)


def full(held: Holdings) -> list[Action]:
    """Return what a connected sender does when it hears that the disk is full."""
    sender, _ = connected(replace(held, short_of_space=False), seq=held.acknowledged_seq)
    return sender.handle(Journalled(holdings=held), 1.0)


def test_a_segment_goes_when_it_has_been_acknowledged_for_14_days() -> None:
    held = holding(31, acknowledged_seq=30, days=(0, 1, 15), milestones=((0, 0), (1, 10), (2, 20)))
    assert trims(proven(held, 30)) == [Trim(up_to_seq=10)]


def test_a_segment_does_not_go_before_the_store_has_spoken_again() -> None:
    held = holding(31, acknowledged_seq=30, days=(0, 1, 15), milestones=((1, 10),))
    sender = a_sender(held)
    assert trims(sender.handle(Connected(), 0.0)) == []
    assert trims(sender.handle(Journalled(holdings=held), 1.0)) == []
    assert trims(sender.handle(acknowledged(5, stored_crc=7, held_crc=7), 2.0)) == []


def test_an_old_segment_that_was_acknowledged_only_lately_stays() -> None:
    held = holding(31, acknowledged_seq=30, days=(0, 1, 30), milestones=((0, 0), (29, 20)))
    assert trims(proven(held, 30)) == []


def test_an_old_segment_that_is_no_longer_acknowledged_stays() -> None:
    held = holding(31, acknowledged_seq=20, days=(0, 1, 30), milestones=((1, 20),))
    assert trims(proven(held, 5)) == []


def test_an_acknowledgement_without_a_proof_trims_nothing() -> None:
    held = holding(31, days=(0, 1, 30), milestones=((1, 20),), short_of_space=True)
    sender, actions = connected(held, seq=30)
    assert sender.backlog == 0
    assert trims(actions) == []


def test_a_full_disk_gets_the_oldest_acknowledged_segment_and_no_more() -> None:
    held = holding(31, acknowledged_seq=25, days=(1, 2, 3), short_of_space=True)
    assert trims(full(held)) == [Trim(up_to_seq=10)]


def test_a_full_disk_gets_nothing_that_is_not_acknowledged() -> None:
    held = holding(31, acknowledged_seq=9, days=(1, 2, 3), short_of_space=True)
    assert trims(full(held)) == []


def test_a_disk_that_was_full_from_the_start_has_nothing_to_give() -> None:
    assert trims(full(holding(1, short_of_space=True))) == []


def test_an_acknowledgement_within_a_hole_leaves_the_batch_behind_it_in_flight() -> None:
    sender, actions = connected(holding(holes=((1, 20),)))
    assert ranges(actions) == [(21, 80)]
    assert batches(sender.handle(acknowledged(5), 1.0)) == []
    assert ranges(sender.handle(acknowledged(80), 2.0)) == [(81, 100)]
