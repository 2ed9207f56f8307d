"""The receiving side of the transfer protocol, rule by rule."""

from datetime import datetime

import pytest
from msgspec import UNSET

from monitor.contract.messages import Batch, Hello
from monitor.contract.record import Record, instant
from monitor.receiver import (
    Action,
    BatchReceived,
    Committed,
    Connected,
    HelloReceived,
    PublishStored,
    Receiver,
    Source,
    StoreBatch,
)
from tests.fakes.store import MemoryStore
from tests.fakes.transfer_records import STREAM, a_minute, a_record

ROOM = "bedroom"
DEVICE = "nightroom-bedroom"
STORE = "00000000000000c0"
SESSION = "00000000000000d0"
NOW: datetime = instant(1_767_225_660_000)


def a_batch(
    *records: Record,
    lowest_seq: int = 1,
    holes: tuple[tuple[int, int], ...] = (),
    room: str = ROOM,
    device: str = DEVICE,
) -> BatchReceived:
    return BatchReceived(
        room=room,
        batch=Batch(
            v=1,
            at=NOW,
            sequence=1,
            device=device,
            session=SESSION,
            stream=records[0].stream,
            lowest_seq=lowest_seq,
            holes=holes,
            records=records,
        ),
    )


def records(first: int, last: int, stream: str = STREAM) -> tuple[Record, ...]:
    return tuple(a_record(seq, stream=stream) for seq in range(first, last + 1))


class Monitor:
    """A receiver with its store; commits at once, as the recorder does."""

    def __init__(self, *sources: Source) -> None:
        self.store = MemoryStore(STORE)
        self.receiver = Receiver(STORE, self.store, sources)

    def take(self, event: BatchReceived | HelloReceived | Connected) -> list[Action]:
        """Return every action, the ones after the commit included."""
        done: list[Action] = []
        for action in self.receiver.handle(event, NOW):
            done.append(action)
            if isinstance(action, StoreBatch):
                self.store.commit(action)
                done += self.receiver.handle(Committed(storing=action), NOW)
        return done


def positions(actions: list[Action]) -> list[int]:
    return [a.stored.stored_seq for a in actions if isinstance(a, PublishStored)]


def stores(actions: list[Action]) -> list[StoreBatch]:
    return [action for action in actions if isinstance(action, StoreBatch)]


def hello(stream: str = STREAM) -> HelloReceived:
    return HelloReceived(
        room=ROOM,
        hello=Hello(
            v=1,
            at=NOW,
            sequence=1,
            device=DEVICE,
            session=SESSION,
            stream=stream,
            lowest_seq=1,
            next_seq=9,
        ),
    )


# rule 3: stored at once, acknowledged after the commit only


def test_a_batch_is_stored_and_nothing_is_acknowledged_before_its_commit() -> None:
    monitor = Monitor()
    actions = monitor.receiver.handle(a_batch(*records(1, 3)), NOW)
    assert actions == [
        StoreBatch(
            source=Source(room=ROOM, device=DEVICE, stream=STREAM),
            records=records(1, 3),
            revisions=(),
            gaps=(),
            position=3,
            answers=1,
        )
    ]


def test_a_batch_is_answered_by_its_number_once_all_of_it_is_stored() -> None:
    monitor = Monitor()
    (storing,) = stores(monitor.receiver.handle(a_batch(*records(1, 3)), NOW))
    monitor.store.commit(storing)
    (published,) = monitor.receiver.handle(Committed(storing=storing), NOW)
    (again,) = monitor.receiver.handle(a_batch(*records(1, 3)), NOW)
    (ahead,) = monitor.receiver.handle(a_batch(*records(7, 9)), NOW)
    answers = [one.stored.answers for one in (published, again, ahead)]
    assert answers == [1, 1, UNSET]


def test_after_the_commit_the_position_is_read_back_from_the_store() -> None:
    monitor = Monitor()
    (storing,) = stores(monitor.receiver.handle(a_batch(*records(1, 3)), NOW))
    monitor.store.positions[STREAM] = 2  # what the store says counts, not what was asked of it
    (published,) = monitor.receiver.handle(Committed(storing=storing), NOW)
    assert isinstance(published, PublishStored)
    assert published.stored.stored_seq == 2


def test_an_acknowledgement_names_the_store_the_device_and_the_last_record_s_crc() -> None:
    monitor = Monitor()
    published = monitor.take(a_batch(*records(1, 3)))[-1]
    assert isinstance(published, PublishStored)
    assert published.room == ROOM
    assert published.stored.store == STORE
    assert published.stored.device == DEVICE
    assert published.stored.stored_crc == a_record(3).crc


def test_a_hello_is_answered_with_the_stored_position_or_zero() -> None:
    monitor = Monitor()
    (unknown,) = monitor.take(hello())
    assert isinstance(unknown, PublishStored)
    assert (unknown.stored.stored_seq, unknown.stored.stored_crc) == (0, UNSET)
    monitor.take(a_batch(*records(1, 3)))
    assert positions(monitor.take(hello())) == [3]


def test_on_connecting_every_room_s_position_is_told_again() -> None:
    attic = Source(room="attic", device="nightroom-attic", stream="0" * 16)
    monitor = Monitor(attic)
    monitor.take(a_batch(*records(1, 3)))
    actions = monitor.take(Connected())
    assert [a.room for a in actions if isinstance(a, PublishStored)] == ["attic", ROOM]
    assert positions(actions) == [0, 3]


def test_a_room_s_new_stream_is_told_in_place_of_its_old_one() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    monitor.take(hello(stream="0" * 16))
    (told,) = monitor.take(Connected())
    assert isinstance(told, PublishStored)
    assert told.stored.stream == "0" * 16


def test_streams_are_kept_apart() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    other = a_batch(*records(1, 2, stream="0" * 16), room="attic", device="nightroom-attic")
    assert positions(monitor.take(other)) == [2]
    assert monitor.store.positions == {STREAM: 3, "0" * 16: 2}


def test_a_commit_that_failed_leaves_the_batch_to_come_again() -> None:
    monitor = Monitor()
    monitor.receiver.handle(a_batch(*records(1, 3)), NOW)
    assert positions(monitor.take(a_batch(*records(1, 3)))) == [3]
    assert monitor.receiver.counts.stored == 3


# first write wins


def test_a_batch_that_came_twice_is_stored_once_and_acknowledged_twice() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    again = monitor.take(a_batch(*records(1, 3)))
    assert (stores(again), positions(again)) == ([], [3])
    assert monitor.receiver.counts.duplicates == 3


def test_of_a_batch_that_overlaps_only_the_new_part_is_stored() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    (storing,) = stores(monitor.take(a_batch(*records(2, 5))))
    assert storing.records == records(4, 5)


def test_another_record_under_a_stored_key_is_a_conflict_and_changes_nothing() -> None:
    monitor = Monitor()
    monitor.take(a_batch(a_record(1)))
    assert stores(monitor.take(a_batch(a_record(1, minute=a_minute(9))))) == []
    assert monitor.store.rows[STREAM, 1] == a_record(1)
    assert monitor.receiver.counts.conflicts == 1


def test_nothing_is_stored_behind_a_conflict_or_the_last_would_prove_the_others_stored() -> None:
    # A card restored from a copy went on from 1, as its twin had done before it.
    monitor = Monitor()
    twin = tuple(a_record(seq, minute=a_minute(seq + 50)) for seq in (2, 3))
    monitor.take(a_batch(a_record(1), *twin))
    answer = monitor.take(a_batch(*records(2, 5)))
    assert stores(answer) == []
    (published,) = answer
    assert isinstance(published, PublishStored)
    assert (published.stored.stored_seq, published.stored.stored_crc) == (3, twin[-1].crc)
    assert published.stored.answers is UNSET
    assert (monitor.receiver.counts.conflicts, monitor.receiver.counts.ahead) == (2, 0)


def test_a_conflict_with_nothing_behind_it_is_answered_and_not_asked_for_again() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    (published,) = monitor.take(a_batch(a_record(1, minute=a_minute(9)), a_record(2)))
    assert isinstance(published, PublishStored)
    assert published.stored.answers == 1


def test_a_higher_revision_replaces_the_stored_record_and_an_equal_one_does_not() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    corrected = a_record(2, minute=a_minute(9), revision=1)
    actions = monitor.take(a_batch(a_record(1), corrected))
    assert stores(actions)[0].revisions == (corrected,)
    assert stores(actions)[0].records == ()
    assert positions(actions) == [3]
    assert monitor.store.rows[STREAM, 2] == corrected
    assert stores(monitor.take(a_batch(a_record(2, minute=a_minute(8), revision=1)))) == []
    assert (monitor.receiver.counts.revisions, monitor.receiver.counts.conflicts) == (1, 1)


def test_a_record_of_a_declared_gap_or_that_is_purged_counts_as_stored() -> None:
    monitor = Monitor()
    monitor.store.positions[STREAM] = 5
    assert positions(monitor.take(a_batch(a_record(4)))) == [5]
    assert monitor.receiver.counts.duplicates == 1


# rule 2: what is lost is declared, what is only missing is asked for


def test_a_batch_ahead_of_the_position_is_not_stored_and_the_position_asks_for_the_rest() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    actions = monitor.take(a_batch(*records(7, 9)))
    assert (stores(actions), positions(actions)) == ([], [3])
    assert monitor.receiver.counts.ahead == 3


def test_nor_is_one_of_which_a_single_record_is_missing() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    actions = monitor.take(a_batch(*records(5, 9)))
    assert (stores(actions), positions(actions)) == ([], [3])


def test_what_lies_below_the_lowest_seq_held_is_declared_lost() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    (storing,) = stores(monitor.take(a_batch(*records(7, 9), lowest_seq=7)))
    assert (storing.gaps, storing.position) == (((4, 6),), 9)
    assert monitor.receiver.counts.declared_lost == 3


def test_a_declared_hole_is_passed_and_becomes_a_gap() -> None:
    monitor = Monitor()
    (storing,) = stores(monitor.take(a_batch(*records(6, 7), holes=((1, 5),))))
    assert storing.gaps == ((1, 5),)


def test_a_hole_that_reaches_below_the_position_declares_only_what_is_not_stored() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    (storing,) = stores(monitor.take(a_batch(*records(9, 9), lowest_seq=5, holes=((2, 8),))))
    declared = {seq for first, last in storing.gaps for seq in range(first, last + 1)}
    assert declared == {4, 5, 6, 7, 8}


@pytest.mark.parametrize("holes", [((5, 8),), ((4, 7),), ((4, 5), (7, 8)), ((10, 20),)])
def test_holes_that_leave_a_record_unexplained_pass_nothing(
    holes: tuple[tuple[int, int], ...],
) -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    actions = monitor.take(a_batch(*records(9, 9), holes=holes))
    assert (stores(actions), positions(actions)) == ([], [3])


def test_holes_that_join_explain_a_range_together() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    (storing,) = stores(monitor.take(a_batch(*records(9, 9), holes=((6, 8), (4, 5)))))
    assert storing.gaps == ((4, 5), (6, 8))


def test_a_hole_declared_beyond_the_batch_is_not_taken_as_lost_yet() -> None:
    monitor = Monitor()
    (storing,) = stores(monitor.take(a_batch(*records(1, 3), holes=((4, 9),))))
    assert (storing.gaps, storing.position) == ((), 3)


def test_an_unknown_stream_that_begins_late_is_stored_behind_a_gap() -> None:
    monitor = Monitor()
    (storing,) = stores(monitor.take(a_batch(*records(500, 501), lowest_seq=500)))
    assert (storing.gaps, storing.position) == (((1, 499),), 501)


def test_a_revision_in_a_batch_ahead_is_stored_while_the_rest_waits() -> None:
    monitor = Monitor()
    monitor.take(a_batch(*records(1, 3)))
    monitor.store.positions[STREAM] = 3
    corrected = a_record(3, minute=a_minute(9), revision=2)
    (storing,) = stores(monitor.take(a_batch(corrected, a_record(4))))
    assert (storing.revisions, storing.records) == ((corrected,), (a_record(4),))
