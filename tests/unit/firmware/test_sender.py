"""The sending side of the transfer protocol, rule by rule."""

import itertools
import random
from dataclasses import replace

import pytest
from msgspec import UNSET

from firmware.holdings import Holdings, Hole, Span
from firmware.known_store import STORE_SILENCE_S
from firmware.sender import NEW_STREAM_INTERVAL_S, Sender
from firmware.transfer import (
    Acknowledged,
    Action,
    Connected,
    Corrected,
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
    short_of_space: bool = False,
) -> Holdings:
    """Return holdings; with days, a segment of ten records for each."""
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
    retained: bool = False,
    answered: Hole | None = None,
    lacks_date: bool = False,
    is_late: bool = False,
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
        retained=retained,
        answered=answered,
        lacks_date=lacks_date,
        is_late=is_late,
    )


def a_sender(holdings: Holdings) -> Sender:
    return Sender(DEVICE, holdings, random.Random(1))


def connected(holdings: Holdings, seq: int = 0) -> tuple[Sender, list[Action]]:
    """Return a sender that was connected and told its position at 0 s, and what it then did."""
    sender = a_sender(holdings)
    sender.handle(Connected(), 0.0)
    proof = 7 if seq else None
    return sender, sender.handle(acknowledged(seq, stored_crc=proof, held_crc=proof), 0.0)


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
    assert KeepPosition(seq=30, store=STORE) in sender.handle(proof, 1.0)
    assert KeepPosition(seq=30, store=STORE) not in sender.handle(proof, 1.0)


def test_an_acknowledgement_without_a_proof_is_obeyed_but_not_kept() -> None:
    sender, _ = connected(holding())
    actions = sender.handle(acknowledged(30), 1.0)
    assert sender.backlog == 70
    assert not any(isinstance(action, KeepPosition) for action in actions)


def test_what_the_broker_remembers_is_obeyed_but_proves_nothing() -> None:
    sender, _ = connected(holding())
    remembered = acknowledged(30, stored_crc=7, held_crc=7, retained=True)
    actions = sender.handle(remembered, 1.0)
    assert sender.backlog == 70
    assert not any(isinstance(action, KeepPosition) for action in actions)


def test_a_store_that_only_the_broker_remembers_is_not_known_by_it() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(90, store=OTHER_STORE, retained=True), 0.0)
    sender.handle(acknowledged(30, stored_crc=7, held_crc=7), 1.0)
    assert sender.backlog == 70


def test_a_position_beyond_what_was_sent_and_without_a_record_is_another_history() -> None:
    # A card restored from a copy: its twin went on to 94, where the household deleted.
    sender = a_sender(holding(acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    actions = sender.handle(acknowledged(94), 0.0)
    assert NewStream() in actions
    assert sender.backlog == 55


def test_a_position_that_was_given_up_and_never_sent_is_another_history() -> None:
    # Its twin went on to 94; this card was full while it was away, and holds 96 to 100. Were
    # that position believed, the loss of its own 46 to 95 would be declared nowhere.
    sender = a_sender(holding(lowest_seq=96, acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    actions = sender.handle(acknowledged(94, stored_crc=7), 0.0)
    assert NewStream() in actions
    assert ranges(actions) == []


def test_a_position_that_was_sent_and_given_up_since_is_believed() -> None:
    sender = a_sender(holding(lowest_seq=96, acknowledged_seq=94))
    sender.handle(Connected(), 0.0)
    assert ranges(sender.handle(acknowledged(94, stored_crc=7), 0.0)) == [(96, 100)]


def test_what_is_sent_behind_a_position_the_broker_remembers_proves_no_deleted_record_ours() -> (
    None
):
    # The twin had gone on to 94 and its last record was deleted; the broker remembers 45.
    sender = a_sender(holding(acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    remembered = acknowledged(45, stored_crc=7, held_crc=7, retained=True)
    assert ranges(sender.handle(remembered, 0.0)) == [(46, 100)]
    assert NewStream() in sender.handle(acknowledged(94), 1.0)


def test_it_does_once_the_store_itself_has_named_that_position() -> None:
    sender = a_sender(holding(acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(45, stored_crc=7, held_crc=7, retained=True), 0.0)
    sender.handle(acknowledged(45, stored_crc=7, held_crc=7), 1.0)
    assert ranges(sender.handle(acknowledged(94), 2.0)) == [(95, 100)]


def test_a_position_whose_record_was_deleted_is_ours_up_to_what_was_proven_before() -> None:
    sender, _ = connected(holding(), seq=90)
    sender.handle(Disconnected(), 1.0)
    sender.handle(Connected(), 2.0)
    assert ranges(sender.handle(acknowledged(90), 3.0)) == [(91, 100)]


def test_a_store_that_only_the_broker_remembers_is_never_adopted() -> None:
    sender, _ = connected(holding(), seq=30)
    sender.handle(acknowledged(90, store=OTHER_STORE, retained=True), 9_000.0)
    assert sender.backlog == 70


def test_no_stream_begins_on_what_only_the_broker_remembers() -> None:
    # The store that said so may be gone; the present one has to be told what was given up.
    sender = a_sender(holding(acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    remembered = sender.handle(acknowledged(254, retained=True), 1.0)
    assert [type(action) for action in remembered] == [Note]
    assert NewStream() in sender.handle(acknowledged(254), 2.0)


def test_a_fresh_store_that_answers_in_place_of_the_remembered_one_hears_of_all() -> None:
    sender = a_sender(holding(lowest_seq=31, acknowledged_seq=45))
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(254, retained=True), 1.0)
    actions = sender.handle(acknowledged(0, store=OTHER_STORE), 2.0)
    assert KeepPosition(seq=0) in actions
    (batch,) = (action for action in actions if isinstance(action, PublishBatch))
    assert (batch.first_seq, batch.lowest_seq) == (31, 31)


def test_a_stream_begun_for_another_store_than_the_one_that_proved_declares_all() -> None:
    # A card restored from a copy of before the store was replaced, and whose twin went on.
    held = replace(holding(lowest_seq=31, acknowledged_seq=45), acknowledged_by=STORE)
    sender = a_sender(held)
    sender.handle(Connected(), 0.0)
    actions = sender.handle(acknowledged(254, store=OTHER_STORE), STORE_SILENCE_S)
    assert actions.index(KeepPosition(seq=0)) < actions.index(NewStream())


def test_no_stream_begins_on_another_s_word_while_the_store_that_proved_may_still_answer() -> None:
    held = replace(holding(lowest_seq=31, acknowledged_seq=45), acknowledged_by=STORE)
    sender = a_sender(held)
    sender.handle(Connected(), 0.0)
    first = sender.handle(acknowledged(254, store=OTHER_STORE), 1.0)
    assert [type(action) for action in first] == [Note]
    assert batches(sender.handle(acknowledged(45), 2.0)) != []
    sender.handle(acknowledged(254), 500.0)  # refused, and yet its word
    second = sender.handle(acknowledged(254, store=OTHER_STORE), STORE_SILENCE_S + 10.0)
    assert KeepPosition(seq=0) not in second


@pytest.mark.parametrize("proven_by", [STORE, None])
def test_a_stream_begun_for_the_store_that_proved_leaves_behind_what_it_has(
    proven_by: str | None,
) -> None:
    held = replace(holding(lowest_seq=31, acknowledged_seq=45), acknowledged_by=proven_by)
    sender = a_sender(held)
    sender.handle(Connected(), 0.0)
    actions = sender.handle(acknowledged(254), 1.0)
    assert NewStream() in actions
    assert not any(isinstance(action, KeepPosition) for action in actions)


# rule 4: obeying and trimming


def test_a_lower_acknowledgement_is_obeyed_after_5_s_and_told() -> None:
    sender, _ = connected(holding(acknowledged_seq=100), seq=100)
    actions = sender.handle(acknowledged(40), 10.0)
    assert [action for action in actions if isinstance(action, Note)] == [
        Note(topic=Topic.POSITION_FELL, fields=(("from_seq", 100), ("to_seq", 40)))
    ]
    assert KeepPosition(seq=40, store=STORE) in actions
    assert batches(actions) == []
    assert ranges(sender.handle(Tick(), 15.0)) == [(41, 100)]
    assert sender.counts.positions_fallen == 1


def test_a_first_acknowledgement_lower_than_the_kept_one_is_obeyed_at_once() -> None:
    _, actions = connected(holding(acknowledged_seq=90), seq=40)
    assert KeepPosition(seq=40, store=STORE) in actions
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


def test_a_record_of_the_store_s_where_we_have_a_hole_is_taken_for_another_history() -> None:
    """Better sent again than lost; but it may have been ours, and nobody is accused."""
    sender, _ = connected(holding(holes=((60, 60),)), seq=30)
    actions = sender.handle(acknowledged(60, stored_crc=7), 1.0)
    assert NewStream() in actions
    (note,) = (one for one in actions if isinstance(one, Note))
    assert (note.topic, sender.counts.not_ours) == (Topic.AT_A_HOLE, 0)


@pytest.mark.parametrize("holes", [(), ((51, 80),)])
def test_a_record_of_the_store_s_where_the_card_cannot_be_read_is_obeyed_without_a_proof(
    holes: tuple[Hole, ...],
) -> None:
    """Nobody can tell what it was, and what can be sent lies behind it."""
    sender = a_sender(replace(holding(holes=holes), unreadable=((51, 80),)))
    sender.handle(Connected(), 0.0)
    actions = sender.handle(acknowledged(60, stored_crc=7), 1.0)
    assert not any(isinstance(action, NewStream | Note | KeepPosition) for action in actions)
    assert sender.backlog == (20 if holes else 40)


def test_a_record_of_the_store_s_that_we_have_given_up_proves_nothing() -> None:
    sender, _ = connected(holding(lowest_seq=61), seq=70)
    assert not any(
        isinstance(action, NewStream) for action in sender.handle(acknowledged(60, stored_crc=7), 1)
    )


def test_a_position_at_which_the_store_keeps_no_record_is_obeyed_without_a_proof() -> None:
    sender, _ = connected(holding(), seq=30)
    actions = sender.handle(acknowledged(90, held_crc=8), 1.0)
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
    assert KeepPosition(seq=0, store=STORE) in actions
    assert ranges(sender.handle(Tick(), 606.0)) == [(1, 60)]


def test_what_one_store_has_proven_says_nothing_of_another_s_records() -> None:
    # Both cards of a twin went on from one copy, each with a store of its own.
    held = replace(holding(lowest_seq=31, acknowledged_seq=45), acknowledged_by=STORE)
    sender = a_sender(held)
    sender.handle(Connected(), 0.0)
    assert batches(sender.handle(acknowledged(20, store=OTHER_STORE), 1.0)) == []
    assert batches(sender.handle(acknowledged(0, store=OTHER_STORE), 2.0)) != []
    sender.handle(acknowledged(60, store=OTHER_STORE), 3.0)
    assert sender.counts.not_ours == 1, "the second is behind what it was sent itself"


def test_what_one_store_was_sent_says_nothing_of_the_next_one_s_records() -> None:
    sender, actions = connected(holding(), seq=30)
    assert ranges(actions) == [(31, 90)]
    sender.handle(acknowledged(0, store=OTHER_STORE), 600.0)
    assert ranges(sender.handle(Tick(), 606.0)) == [(1, 60)]
    assert NewStream() in sender.handle(acknowledged(80, store=OTHER_STORE), 607.0)


def test_what_was_sent_of_one_stream_says_nothing_of_the_next() -> None:
    sender, actions = connected(holding(), seq=30)
    assert ranges(actions) == [(31, 90)]
    fresh = holding(71, stream="0" * 16)
    sender.handle(Journalled(holdings=fresh), 1.0)
    assert NewStream() in sender.handle(acknowledged(50, stream="0" * 16), 2.0)


def test_what_is_refused_takes_nobody_s_place() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sent = 0
    for now_s in range(1, 3600, 9):
        sender.handle(acknowledged(10**6, store=OTHER_STORE), float(now_s))
        actions = sender.handle(acknowledged(30, stored_crc=7, held_crc=7), now_s + 1.0)
        sent += len(batches([*actions, *sender.handle(Tick(), now_s + 8.0)]))
    assert sent > 50, "it is answered by nobody, and sent once a minute"
    assert sender.counts.other_store > 300


def test_who_is_refused_first_keeps_nobody_out_who_has_nothing_to_prove_yet() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(10**6, store=OTHER_STORE), 1.0)
    sender.handle(acknowledged(0), 2.0)
    assert (sender.counts.not_ours, sender.counts.other_store, sender.backlog) == (1, 0, 100)


def test_who_claims_less_goes_before_one_that_has_proven_nothing() -> None:
    # A stranger who never falls silent claims what he was sent; the store has none of it.
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 1.0)
    sender.handle(acknowledged(60, store=OTHER_STORE), 1.0)
    assert sender.backlog == 40
    sender.handle(acknowledged(0), 2.0)
    sender.handle(acknowledged(60, store=OTHER_STORE), 3.0)
    assert (sender.counts.other_store, sender.backlog) == (1, 100)
    assert ranges(sender.handle(Tick(), 8.0)) == [(1, 60)]


def test_a_store_that_must_be_refused_is_heard_beside_one_that_never_falls_silent() -> None:
    # It holds what a twin of this card wrote: only a new stream brings it ours.
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 1.0)
    assert NewStream() in sender.handle(acknowledged(60, stored_crc=8, held_crc=7), 2.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 3.0)
    assert sender.counts.other_store == 0, "what was refused has taken nobody's place"


def test_nobody_goes_before_the_store_that_has_proven_by_claiming_less() -> None:
    sender = a_sender(holding())
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(45, stored_crc=7, held_crc=7), 1.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 2.0)
    assert (sender.counts.other_store, sender.backlog) == (1, 55)


@pytest.mark.parametrize("proven_by", [STORE, None])
def test_the_store_that_proves_goes_before_one_that_spoke_first(proven_by: str | None) -> None:
    sender = a_sender(replace(holding(acknowledged_seq=45), acknowledged_by=proven_by))
    sender.handle(Connected(), 0.0)
    said = sender.handle(acknowledged(0, store=OTHER_STORE), 1.0)
    is_another = Note(topic=Topic.NEW_STORE, fields=(("store", OTHER_STORE),))
    assert (is_another in said) == (proven_by is not None)
    said = sender.handle(acknowledged(45, stored_crc=7, held_crc=7), 70.0)
    assert Note(topic=Topic.NEW_STORE, fields=(("store", STORE),)) in said
    sender.handle(acknowledged(0, store=OTHER_STORE), 71.0)
    sender.handle(acknowledged(9, store=OTHER_STORE, stored_crc=7, held_crc=7), 72.0)
    assert sender.counts.other_store == 2
    assert sender.backlog == 55


def test_the_store_that_has_proven_is_heard_again_also_with_nothing_to_prove() -> None:
    sender = a_sender(replace(holding(acknowledged_seq=45), acknowledged_by=STORE))
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(0, store=OTHER_STORE), 1.0)
    sender.handle(acknowledged(0), 2.0)
    assert sender.backlog == 100


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


class Long:
    """A sender over days: one segment of ten records a day, each day's end acknowledged."""

    def __init__(self) -> None:
        self.days: tuple[int, ...] = (0,)
        self.sender, _ = connected(self.held())
        self.now_s = 0.0

    def held(self, *, short_of_space: bool = False) -> Holdings:
        next_seq = 10 * len(self.days) + 1
        return holding(next_seq, days=self.days, short_of_space=short_of_space)

    def live(self, day: int) -> None:
        """Let a day come, and with it the time of this machine."""
        self.now_s = max(self.now_s, day * 86_400.0)
        self.jump(day)

    def jump(self, day: int) -> None:
        """Have a minute of a later day come at once."""
        self.days = (*self.days, day)
        self.sender.handle(Journalled(holdings=self.held()), self.now_s)

    def prove(self, seq: int, store: str = STORE) -> list[Trim]:
        self.now_s += 1000.0
        proof = acknowledged(seq, store=store, stored_crc=7, held_crc=7)
        return trims(self.sender.handle(proof, self.now_s))

    def fill_the_disk(self) -> list[Trim]:
        full = Journalled(holdings=self.held(short_of_space=True))
        return trims(self.sender.handle(full, self.now_s))


def test_a_segment_goes_when_it_has_been_proven_for_14_days() -> None:
    room = Long()
    assert room.prove(10) == []
    for day in range(1, 14):
        room.live(day)
        assert room.prove(10 * (day + 1)) == []
    room.live(14)
    assert room.prove(150) == [Trim(up_to_seq=10)]


def test_a_backlog_of_weeks_is_kept_for_two_more_once_it_has_arrived() -> None:
    room = Long()
    for day in range(1, 21):
        room.live(day)
    assert room.prove(210) == []
    room.live(33)
    assert room.prove(220) == []
    room.live(34)
    assert room.prove(230) == [Trim(up_to_seq=210)]


def test_weeks_that_the_minutes_jump_over_are_no_weeks_of_proof() -> None:
    room = Long()
    room.jump(1)
    room.prove(20)
    room.jump(30)  # the card was put back, or was full: no minute came for long
    assert room.prove(30) == []
    room.live(31)
    assert room.prove(40) == [Trim(up_to_seq=20)]


def test_a_segment_does_not_go_before_the_store_has_spoken_again() -> None:
    room = Long()
    room.prove(10)
    room.days = (*room.days, 20)
    assert trims(room.sender.handle(Journalled(holdings=room.held()), 1.0)) == []
    assert trims(room.sender.handle(acknowledged(20), 2.0)) == []


def test_a_fall_starts_the_two_weeks_anew_for_what_fell() -> None:
    room = Long()
    room.live(1)
    room.prove(20)
    room.prove(10)
    room.live(15)
    assert room.prove(30) == [Trim(up_to_seq=10)]


def test_another_store_starts_the_two_weeks_anew() -> None:
    room = Long()
    room.live(1)
    room.prove(20)
    room.live(16)
    assert room.prove(30, store=OTHER_STORE) == []


def test_what_was_acknowledged_before_a_restart_is_not_trimmed_for_that() -> None:
    held = holding(31, acknowledged_seq=30, days=(0, 1, 30))
    sender, _ = connected(held, seq=30)
    assert trims(sender.handle(acknowledged(30, stored_crc=7, held_crc=7), 1.0)) == []


def test_nothing_is_trimmed_for_its_age_while_the_newest_minute_has_no_date() -> None:
    sender, _ = connected(holding(31))
    assert trims(sender.handle(acknowledged(30, stored_crc=7, held_crc=7), 1.0)) == []


def test_a_clock_that_runs_wild_leaves_a_bounded_number_of_milestones() -> None:
    room = Long()
    for place in range(300):
        room.live(place % 2 * 10 + place)
        room.prove(10 * (place + 2))
    assert len(room.sender._milestones) <= 84


def test_an_acknowledgement_without_a_proof_trims_nothing() -> None:
    room = Long()
    room.live(1)
    room.sender.handle(Tick(), 10.0)
    room.sender.handle(acknowledged(20), 11.0)
    assert room.sender.backlog == 0
    assert room.fill_the_disk() == []


def test_a_full_disk_gets_the_oldest_proven_segment_and_no_more() -> None:
    room = Long()
    room.live(1)
    room.live(2)
    room.prove(25)
    assert room.fill_the_disk() == [Trim(up_to_seq=10)]


def test_a_full_disk_gets_nothing_that_is_not_acknowledged() -> None:
    room = Long()
    room.live(1)
    room.prove(9)
    assert room.fill_the_disk() == []


def test_a_full_disk_gets_nothing_that_the_store_has_lost_since() -> None:
    room = Long()
    room.live(1)
    room.prove(20)
    room.sender.handle(acknowledged(0), 2000.0)  # an older state of it, which proves nothing
    assert room.fill_the_disk() == []


def test_what_was_proven_of_one_stream_gives_a_full_disk_nothing_of_the_next() -> None:
    room = Long()
    room.live(1)
    room.prove(20)
    fresh = replace(room.held(short_of_space=True), stream="0" * 16)
    assert trims(room.sender.handle(Journalled(holdings=fresh), 2000.0)) == []


def test_a_disk_that_was_full_from_the_start_has_nothing_to_give() -> None:
    sender, _ = connected(holding(1))
    empty = holding(1, short_of_space=True)
    assert trims(sender.handle(Journalled(holdings=empty), 1.0)) == []


def test_an_acknowledgement_within_a_hole_leaves_the_batch_behind_it_in_flight() -> None:
    sender, actions = connected(holding(holes=((1, 20),)))
    assert ranges(actions) == [(21, 80)]
    assert batches(sender.handle(acknowledged(5), 1.0)) == []
    assert ranges(sender.handle(acknowledged(80), 2.0)) == [(81, 100)]


# corrections: records sent before they had their date


def corrected(*ranges: Hole, held: Holdings | None = None, seq: int = 100) -> Sender:
    """Return a sender that has sent up to seq and is told of corrections at 1 s."""
    sender, _ = connected(held or holding(), seq=seq)
    sender.handle(Corrected(ranges=ranges), 1.0)
    return sender


def test_corrections_are_sent_behind_all_that_is_new() -> None:
    sender = corrected((1, 30), seq=90)
    assert ranges(sender.handle(acknowledged(100), 2.0)) == [(1, 30)]


def test_corrections_go_batch_by_batch_as_they_are_answered() -> None:
    sender, _ = connected(holding(201), seq=200)
    assert ranges(sender.handle(Corrected(ranges=((1, 70), (90, 95))), 1.0)) == [(1, 60)]
    assert ranges(sender.handle(acknowledged(200, answered=(1, 60)), 2.0)) == [(61, 70)]
    assert ranges(sender.handle(acknowledged(200, answered=(61, 70)), 3.0)) == [(90, 95)]
    assert ranges(sender.handle(acknowledged(200, answered=(90, 95)), 4.0)) == []
    assert sender.wake_at_s is None


def test_an_answer_to_something_else_takes_no_correction_away() -> None:
    sender = corrected((1, 30))
    for answered in (None, (50, 100)):
        assert ranges(sender.handle(acknowledged(100, answered=answered), 2.0)) == []
    assert sender.wake_at_s == 6.0
    assert ranges(sender.handle(Tick(), 6.0)) == [(1, 30)]


def test_a_correction_without_an_answer_is_sent_again_ever_more_slowly() -> None:
    sender = corrected((1, 30))
    assert ranges(sender.handle(Tick(), 5.9)) == []
    assert ranges(sender.handle(Tick(), 6.0)) == [(1, 30)]
    assert ranges(sender.handle(Tick(), 12.0)) == []
    assert ranges(sender.handle(Tick(), 17.0)) == [(1, 30)]


def test_a_correction_of_what_was_trimmed_or_never_sent_is_none() -> None:
    held = holding(lowest_seq=40)
    sender, _ = connected(held, seq=100)
    assert ranges(sender.handle(Corrected(ranges=((1, 30), (35, 45), (101, 120))), 1.0)) == [
        (40, 45)
    ]
    assert ranges(sender.handle(acknowledged(100, answered=(40, 45)), 2.0)) == []


def test_a_store_that_falls_back_gets_all_corrections_again() -> None:
    sender = corrected((1, 30))
    sender.handle(acknowledged(100, answered=(1, 30)), 2.0)
    sender.handle(acknowledged(90), 3.0)
    assert ranges(sender.handle(Tick(), 8.0)) == [(91, 100)]
    assert ranges(sender.handle(acknowledged(100), 9.0)) == [(1, 30)]


def test_another_store_that_stands_where_the_first_stood_gets_all_corrections_again() -> None:
    sender = corrected((1, 30))
    sender.handle(acknowledged(100, answered=(1, 30)), 2.0)
    proof = acknowledged(100, store=OTHER_STORE, stored_crc=7, held_crc=7)
    assert ranges(sender.handle(proof, 700.0)) == [(1, 30)]


def test_a_correction_is_taken_away_by_a_batch_that_begins_or_ends_elsewhere() -> None:
    sender = corrected((1, 30))
    assert ranges(sender.handle(acknowledged(100, answered=(11, 60)), 2.0)) == [(1, 10)]
    assert ranges(sender.handle(acknowledged(100, answered=(1, 10)), 3.0)) == []
    assert sender.wake_at_s is None


def test_a_correction_of_what_is_lost_in_part_holds_up_no_other() -> None:
    held = holding(holes=((1, 1), (20, 24)))
    sender = corrected((1, 30), (50, 60), held=held)
    assert ranges(sender.handle(acknowledged(100, answered=(2, 19)), 2.0)) == [(25, 30)]
    assert ranges(sender.handle(acknowledged(100, answered=(25, 30)), 3.0)) == [(50, 60)]


def test_a_store_that_has_a_record_as_it_was_before_its_date_gets_the_corrections_again() -> None:
    sender = corrected((1, 30))
    sender.handle(acknowledged(100, answered=(1, 30)), 2.0)
    assert ranges(sender.handle(acknowledged(100, lacks_date=True, retained=True), 3.0)) == []
    assert ranges(sender.handle(acknowledged(100, lacks_date=True), 4.0)) == [(1, 30)]


def test_later_corrections_leave_those_that_are_due() -> None:
    sender = corrected((1, 30))
    sender.handle(Corrected(ranges=((50, 60),)), 1.5)
    assert ranges(sender.handle(acknowledged(100, answered=(1, 30)), 2.0)) == [(50, 60)]


def test_what_waits_for_its_date_is_not_sent_and_no_backlog() -> None:
    sender, actions = connected(holding().waiting(31), seq=20)
    assert ranges(actions) == [(21, 30)]
    assert ranges(sender.handle(acknowledged(30), 1.0)) == []
    assert (sender.backlog, sender.unstored) == (0, 70)
    assert ranges(sender.handle(Journalled(holdings=holding()), 2.0)) == [(31, 90)]


def test_a_position_above_what_waits_is_ours_all_the_same() -> None:
    sender, _ = connected(holding().waiting(31), seq=60)
    assert sender.counts.not_ours == 0


def test_a_new_stream_has_no_corrections_of_the_old_one() -> None:
    sender = corrected((1, 30))
    sender.handle(Journalled(holdings=holding(stream="b" * 16, next_seq=1)), 2.0)
    assert ranges(sender.handle(acknowledged(0, stream="b" * 16), 3.0)) == []
    assert sender.wake_at_s is None


def obeyed_unread(*, up_to_seq: int = 60) -> Sender:
    """Return a sender that obeyed 60 unread, and was then answered up to another."""
    sender = a_sender(replace(holding(), unreadable=((51, 60),)))
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(60, stored_crc=8), 0.0)
    if up_to_seq > 60:
        sender.handle(acknowledged(up_to_seq, stored_crc=7, held_crc=7), 1.0)
    sender.handle(Journalled(holdings=holding()), 2.0)
    return sender


def test_nothing_is_sent_behind_a_position_that_is_found_to_be_a_twin_s_later() -> None:
    """The new stream may be refused for as long as another part cannot be read."""
    sender = obeyed_unread()
    actions = sender.handle(acknowledged(60, stored_crc=8, held_crc=9, is_late=True), 3.0)
    assert NewStream() in actions
    actions = sender.handle(Tick(), 10.0)
    assert [type(action) for action in actions] == [PublishHello]


def test_nor_is_a_proof_behind_it_obeyed_until_the_new_stream_has_begun() -> None:
    sender = obeyed_unread(up_to_seq=100)
    late = acknowledged(60, stored_crc=8, held_crc=9, is_late=True)
    assert NewStream() in sender.handle(late, 3.0)
    ours = acknowledged(100, stored_crc=7, held_crc=7)
    assert KeepPosition(seq=100, store=STORE) not in sender.handle(ours, 4.0)
    assert NewStream() in sender.handle(ours, 3.0 + NEW_STREAM_INTERVAL_S)
    new = holding(stream="00000000000000ab")
    sender.handle(Journalled(holdings=new), 4.0 + NEW_STREAM_INTERVAL_S)
    nothing = acknowledged(0, stream=new.stream)
    actions = sender.handle(nothing, 5.0 + NEW_STREAM_INTERVAL_S)
    assert ranges(actions) == [(1, 60)]


@pytest.mark.parametrize("held_crc", [8, None])
def test_a_position_that_is_compared_late_and_is_ours_changes_nothing(held_crc: int | None) -> None:
    """It was obeyed when it came; what came since counts."""
    unread = () if held_crc else ((60, 60),)
    sender = a_sender(replace(holding(), unreadable=unread))
    sender.handle(Connected(), 0.0)
    sender.handle(acknowledged(80, stored_crc=7, held_crc=7), 1.0)
    late = acknowledged(60, stored_crc=8, held_crc=held_crc, is_late=True)
    assert (sender.handle(late, 2.0), sender.backlog) == ([], 20)
