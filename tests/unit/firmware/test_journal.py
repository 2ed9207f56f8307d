"""The journal keeps every minute it took, tells what it lost, and opens whatever it finds."""

import errno
import itertools
import json
import zlib
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from firmware.disk import Disk
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_identity import META_NAME, read_identity
from firmware.journal_limits import Limits
from monitor.contract.codec import decode, encode
from monitor.contract.errors import PayloadError
from monitor.contract.record import ClockState, Minute, Record
from tests.fakes.disk import FakeDisk, Fault, FaultyDisk
from tests.fakes.transfer_records import BOOT, a_minute

FOLDER = Path("/journal")
DAY = 1440  # minutes
STORE = "00000000000000c0"


def opened(disk: Disk, limits: Limits | None = None, first_id: int = 1) -> Journal:
    ids = itertools.count(first_id)
    return Journal.open(FOLDER, disk=disk, new_id=lambda: f"{next(ids):016x}", limits=limits)


def keep(
    journal: Journal,
    *numbers: int,
    clock: ClockState = ClockState.SYNCED,
    sync: bool = True,
) -> list[Record]:
    return [
        journal.append(
            a_minute(number), boot=BOOT, boottime_s=60.0 * number, clock=clock, sync=sync
        )
        for number in numbers
    ]


def seqs(journal: Journal) -> list[int]:
    """Every seq the journal gives out, run by run."""
    found: list[int] = []
    while run := journal.records(found[-1] + 1 if found else 1):
        found += [record.seq for record in run]
    return found


def minutes(journal: Journal) -> list[Minute]:
    return [record.minute for seq in seqs(journal) for record in journal.records(seq, limit=1)]


def segments(disk: Disk) -> list[Path]:
    return [FOLDER / name for name in disk.names(FOLDER) if name.endswith(".log")]


def edit(disk: FakeDisk, path: Path, old: bytes, new: bytes) -> None:
    content = disk.read(path)
    assert old in content
    disk.write(path, content.replace(old, new, 1))


def tear(disk: FakeDisk) -> None:
    """Leave the card as a power cut does that comes within the last line."""
    path = segments(disk)[-1]
    disk.truncate(path, len(disk.read(path)) - 5)


# appending and reading


def test_records_come_back_as_they_were_given_in_order() -> None:
    journal = opened(FakeDisk())
    given = keep(journal, 1, 2, 3)
    assert journal.records(1) == given
    assert [record.seq for record in given] == [1, 2, 3]
    assert {record.stream for record in given} == {journal.stream}


def test_a_reopened_journal_goes_on_where_it_stopped() -> None:
    disk = FakeDisk()
    given = keep(opened(disk), 1, 2)
    journal = opened(disk, first_id=7)
    given += keep(journal, 3)
    assert journal.records(1) == given
    assert given[2].seq == 3
    assert journal.findings == []


def test_a_line_on_the_disk_is_the_canonical_record_and_a_newline() -> None:
    disk = FakeDisk()
    (record,) = keep(opened(disk), 1)
    assert disk.read(segments(disk)[0]) == encode(record) + b"\n"


def test_a_whole_number_in_place_of_a_float_is_journalled_as_it_will_be_read() -> None:
    journal = opened(FakeDisk())
    minute = msgspec.structs.replace(a_minute(1), duration_s=60)
    record = journal.append(minute, boot=BOOT, boottime_s=5, clock=ClockState.SYNCED)
    assert decode(encode(record), Record) == record


@pytest.mark.parametrize("duration_s", [float("inf"), 0.0])
def test_a_minute_the_receiver_would_refuse_is_not_journalled(duration_s: float) -> None:
    journal = opened(FakeDisk())
    minute = msgspec.structs.replace(a_minute(1), duration_s=duration_s)
    with pytest.raises(PayloadError):
        journal.append(minute, boot=BOOT, boottime_s=5.0, clock=ClockState.SYNCED)
    assert keep(journal, 1)[0].seq == 1


def test_an_impossible_value_is_not_journalled() -> None:
    journal = opened(FakeDisk())
    with pytest.raises(PayloadError, match="temperature_c"):
        journal.append(
            a_minute(1, temperature_c=99.0), boot=BOOT, boottime_s=5.0, clock=ClockState.SYNCED
        )
    assert journal.next_seq == 1


def test_a_run_starts_at_the_seq_asked_for_wherever_it_lies() -> None:
    journal = opened(FakeDisk())
    keep(journal, *range(1, 301))
    for seq in (1, 2, 64, 65, 66, 128, 299, 300):
        assert journal.records(seq)[0].seq == seq
    assert journal.records(301) == []


def test_a_run_is_no_longer_than_asked_in_records_and_in_bytes() -> None:
    journal = opened(FakeDisk())
    line = max(len(encode(record)) for record in keep(journal, *range(1, 101))) + 1
    assert len(journal.records(1)) == 60
    assert len(journal.records(1, limit=7)) == 7
    assert len(journal.records(21, max_bytes=5 * line)) == 5
    assert len(journal.records(1, max_bytes=1)) == 1


def test_a_run_ends_with_its_day_and_the_next_goes_on() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, *range(DAY - 9, DAY + 11))
    assert len(segments(disk)) == 2
    assert seqs(journal) == list(range(1, 21))


def test_a_day_is_the_utc_day_of_the_minute_s_end() -> None:
    disk = FakeDisk()
    minute = msgspec.json.decode(
        encode(a_minute(1)).replace(b"2026-01-01T00:01:00Z", b"2026-01-01T01:30:00+02:00"),
        type=Minute,
    )
    opened(disk).append(minute, boot=BOOT, boottime_s=1.0, clock=ClockState.SYNCED)
    assert segments(disk)[0].name.endswith("-20251231.log")


def test_a_clock_that_steps_back_over_midnight_loses_nothing() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, DAY + 1, 2, DAY + 2)
    assert seqs(journal) == seqs(opened(disk)) == [1, 2, 3, 4]


def test_one_segment_holds_a_bounded_number_of_records() -> None:
    disk = FakeDisk()
    journal = opened(disk, Limits(segment_records=10))
    keep(journal, *range(1, 26))
    assert len(segments(disk)) == 3
    assert seqs(journal) == list(range(1, 26))


def test_the_record_at_a_held_seq_is_told_and_no_other() -> None:
    journal = opened(FakeDisk())
    (record,) = keep(journal, 1)
    assert journal.record_at(1) == record
    assert journal.record_at(0) is None
    assert journal.record_at(2) is None


# durability


def test_a_record_that_waits_for_a_sync_is_not_told_of() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1)
    keep(journal, 2, 3, sync=False)
    assert (journal.next_seq, journal.waiting, journal.record_at(2)) == (2, 2, None)
    journal.sync()
    assert (journal.next_seq, journal.waiting) == (4, 0)
    assert seqs(opened(disk)) == [1, 2, 3]


def test_a_new_segment_survives_a_power_cut() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, DAY + 1)
    disk.cut_power()
    assert seqs(opened(disk)) == [1, 2]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("written", [0, 1, 200])
def test_a_refused_record_waits_and_goes_with_the_next(code: int, written: int) -> None:
    disk = FakeDisk()
    keep(opened(disk), 1)
    faulty = FaultyDisk(disk)
    journal = opened(faulty)
    faulty.faults[faulty.calls + 1] = Fault(errno=code, written=written)
    with pytest.raises(JournalError, match=r"free space|replace the card"):
        keep(journal, 2)
    assert (journal.next_seq, journal.waiting) == (2, 1)
    assert seqs(opened(disk)) == [1]
    keep(journal, 3)
    assert seqs(journal) == seqs(opened(disk)) == [1, 2, 3]


def test_a_torn_part_that_cannot_be_cut_off_at_once_is_cut_off_before_the_next_append() -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk)
    journal = opened(faulty)
    keep(journal, 1)
    faulty.always = Fault(errno=errno.EIO, written=100)
    with pytest.raises(JournalError):
        keep(journal, 2)
    with pytest.raises(JournalError):
        keep(journal, 3)
    faulty.always = None
    assert seqs(journal) == [1]
    journal.sync()
    assert seqs(journal) == seqs(opened(disk)) == [1, 2, 3]
    assert journal.holes == ()


def test_what_waits_is_bounded_and_what_is_given_up_becomes_a_declared_hole() -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk)
    journal = opened(faulty, Limits(waiting=3))
    keep(journal, 1)
    faulty.always = Fault()
    for number in range(2, 8):
        with pytest.raises(JournalError):
            keep(journal, number)
    faulty.always = None
    journal.sync()
    assert journal.holes == opened(disk).holes == ((2, 4),)
    assert seqs(journal) == [1, 5, 6, 7]
    assert journal.dropped == 3


def test_a_full_disk_asks_for_space_until_a_trim_or_an_append_succeeds() -> None:
    faulty = FaultyDisk(FakeDisk())
    journal = opened(faulty)
    keep(journal, 1, DAY + 1, 2 * DAY + 1)
    faulty.faults[faulty.calls + 1] = Fault(errno=errno.ENOSPC)
    with pytest.raises(JournalError):
        keep(journal, 2 * DAY + 2)
    assert journal.holdings().short_of_space
    journal.trim(1)
    assert not journal.holdings().short_of_space
    assert journal.lowest_seq == 2


# damage


def test_a_torn_last_line_is_dropped_said_and_its_seq_is_never_given_again() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    path = segments(disk)[0]
    disk.truncate(path, len(disk.read(path)) - 5)
    journal = opened(disk)
    assert any(finding.startswith("torn_tail_bytes=") for finding in journal.findings)
    assert seqs(journal) == [1, 2]
    assert keep(opened(disk), 4)[0].seq == 4
    assert opened(disk).holes == ((3, 3),)


def test_a_damaged_line_in_the_middle_is_a_hole_known_by_its_neighbours() -> None:
    disk = FakeDisk()
    keep(opened(disk), *range(1, 6))
    edit(disk, segments(disk)[0], b'"seq":3,', b'"seq":8,')
    journal = opened(disk)
    assert journal.holes == ((3, 3),)
    assert "hole=3-3" in journal.findings
    assert seqs(journal) == [1, 2, 4, 5]


def test_a_lost_newline_costs_the_two_lines_it_joined() -> None:
    disk = FakeDisk()
    keep(opened(disk), *range(1, 6))
    edit(disk, segments(disk)[0], b"\n", b" ")
    assert opened(disk).holes == ((1, 2),)


def test_a_damaged_last_line_is_a_hole_and_its_seq_is_never_given_again() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    edit(disk, segments(disk)[0], b'"seq":2,', b'"seq":9,')
    journal = opened(disk)
    assert keep(journal, 3)[0].seq == 3
    assert journal.holes == opened(disk).holes == ((2, 2),)


def test_two_last_lines_that_a_lost_newline_joined_are_both_a_hole() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    first, second, third, _ = disk.read(segments(disk)[0]).split(b"\n")
    for rest in (b"\n", b""):
        disk.write(segments(disk)[0], first + b"\n" + second + b" " + third + rest)
        assert opened(disk).holes == ((2, 3),)


@pytest.mark.parametrize("damaged", [1, 2])
def test_the_first_lines_behind_a_torn_one_are_holes_when_they_are_damaged(damaged: int) -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    tear(disk)
    keep(opened(disk), *range(4, 4 + damaged))
    for seq in range(4, 4 + damaged):
        edit(disk, segments(disk)[-1], b'"seq":%d,' % seq, b'"seq":9,')
    journal = opened(disk)
    assert journal.holes == ((3, 3 + damaged),)
    assert journal.holdings().count_above(0) == 2
    assert keep(journal, 9)[0].seq == 4 + damaged
    assert journal.holes == opened(disk).holes == ((3, 3 + damaged),)


def test_a_seq_whose_line_was_torn_is_never_given_again_however_often_it_happens() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    for seq in range(3, 7):
        assert keep(opened(disk), seq)[0].seq == seq
        tear(disk)
    assert (seqs(opened(disk)), opened(disk).holes) == ([1, 2], ((3, 6),))


def test_a_damaged_line_behind_what_was_given_up_waiting_is_a_hole_of_its_own_seq() -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk)
    journal = opened(faulty, Limits(waiting=1))
    keep(journal, 1)
    faulty.always = Fault()
    for number in (2, 3, 4):
        with pytest.raises(JournalError):
            keep(journal, number)
    faulty.always = None
    journal.sync()
    assert seqs(journal) == [1, 4]
    edit(disk, segments(disk)[-1], b'"seq":4,', b'"seq":9,')
    journal = opened(disk)
    assert (journal.next_seq, journal.holes) == (5, ((2, 4),))


def test_damaged_lines_of_a_new_stream_that_left_a_hole_out_are_holes() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    edit(disk, segments(disk)[0], b'"seq":2,', b'"seq":9,')
    journal = opened(disk, first_id=9)
    journal.new_stream()
    keep(journal, 4)
    for path in segments(disk):
        for seq in (3, 4):
            disk.write(path, disk.read(path).replace(b'"seq":%d,' % seq, b'"seq":9,'))
    journal = opened(disk)
    assert (journal.next_seq, journal.holes) == (5, ((2, 4),))


def test_the_day_goes_on_in_one_file_where_a_damaged_line_keeps_its_place() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    edit(disk, segments(disk)[0], b'"seq":3,', b'"seq":9,')
    keep(opened(disk), 4)
    assert len(segments(disk)) == 1


def test_a_line_damaged_after_opening_becomes_a_hole_when_it_is_read() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, 2, 3)
    edit(disk, segments(disk)[0], b'"seq":2,', b'"seq":8,')
    assert seqs(journal) == [1, 3]
    assert journal.holes == ((2, 2),)
    assert journal.record_at(2) is None


def test_a_lost_segment_is_a_hole() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, DAY + 1, DAY + 2, 2 * DAY + 1)
    disk.remove(segments(disk)[1])
    assert opened(disk).holes == ((3, 4),)


def test_a_tail_of_several_lines_that_reads_as_zeros_is_a_hole_of_them_all() -> None:
    disk = FakeDisk()
    keep(opened(disk), *range(1, 9))
    path = segments(disk)[0]
    whole = disk.read(path)
    kept = len(b"".join(whole.splitlines(keepends=True)[:5])) + 50
    disk.write(path, whole[:kept].ljust(len(whole), b"\0"))
    journal = opened(disk)
    ((first, last),) = journal.holes
    assert (first, last) in ((6, 8), (6, 9))
    assert f"hole={first}-{last}" in journal.findings
    assert keep(journal, 9)[0].seq == last + 1


def test_a_last_segment_of_zeros_is_a_hole_of_what_it_held() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, DAY + 1, DAY + 2, DAY + 3)
    path = segments(disk)[-1]
    disk.write(path, bytes(len(disk.read(path))))
    journal = opened(disk)
    ((first, last),) = journal.holes
    assert (first, last) in ((3, 5), (3, 6))
    assert keep(journal, DAY + 4)[0].seq == last + 1


@pytest.mark.parametrize("left", [0, 1])
def test_a_cut_tail_is_a_hole_as_far_as_the_last_start_knew_of_it(left: int) -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    opened(disk)
    path = segments(disk)[-1]
    disk.truncate(path, len(b"".join(disk.read(path).splitlines(keepends=True)[:left])))
    journal = opened(disk, first_id=9)
    assert f"hole={left + 1}-3" in journal.findings
    assert keep(journal, 4)[0].seq == 4
    # What is below the lowest one held is declared by that one.
    assert opened(disk).holes == (((2, 3),) if left else ())
    assert opened(disk).lowest_seq == (1 if left else 4)


def test_an_emptied_last_segment_of_which_nobody_knows_more_is_told() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, DAY + 1, DAY + 2)
    path = segments(disk)[-1]
    disk.truncate(path, 0)
    assert opened(disk).findings == [f"empty_segment={path.name}"]


def test_a_start_that_finds_nothing_new_writes_nothing() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    opened(disk)
    assert opened(FaultyDisk(disk, is_full=True)).findings == []


def full(disk: FakeDisk) -> FaultyDisk:
    return FaultyDisk(disk, is_full=True)


def test_on_a_full_card_a_first_journal_waits_in_memory_and_begins_once_there_is_space() -> None:
    disk = FakeDisk()
    faulty = full(disk)
    journal = opened(faulty)
    assert journal.findings == ["card_refuses=No space left on device"]
    for number in (1, 2):
        with pytest.raises(JournalError, match=r"free space|replace the card"):
            keep(journal, number)
    assert (journal.waiting, journal.next_seq, journal.records(1)) == (2, 1, [])
    assert journal.holdings().short_of_space
    faulty.is_full = False
    (third,) = keep(journal, 3)
    assert journal.records(1)[2] == third
    assert minutes(opened(disk)) == [a_minute(1), a_minute(2), a_minute(3)]


def test_on_a_full_card_a_journal_with_a_torn_line_opens_and_gives_its_seq_to_nobody() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3)
    tear(disk)
    faulty = full(disk)
    journal = opened(faulty)
    assert (seqs(journal), journal.holes) == ([1, 2], ((3, 3),))
    with pytest.raises(JournalError):
        keep(journal, 4)
    assert opened(full(disk)).holes == ((3, 3),)
    faulty.is_full = False
    assert keep(journal, 5)[0].seq == 5
    assert (seqs(journal), seqs(opened(disk))) == ([1, 2, 4, 5], [1, 2, 4, 5])
    assert opened(disk).holes == ((3, 3),)


@pytest.mark.parametrize("damage", ["spoiled", "gone"])
def test_on_a_full_card_a_journal_without_its_identity_waits_and_then_carries_all(
    damage: str,
) -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    if damage == "gone":
        disk.remove(FOLDER / META_NAME)
    else:
        disk.write(FOLDER / META_NAME, b"{}")
    faulty = full(disk)
    journal = opened(faulty, first_id=9)
    with pytest.raises(JournalError):
        keep(journal, 3)
    journal.acknowledge(0, STORE)  # the monitor answers the hello of a stream that has nothing
    assert META_NAME not in disk.names(FOLDER)
    faulty.is_full = False
    (fourth,) = keep(journal, 4)
    assert fourth.seq == 4
    assert minutes(journal) == minutes(opened(disk)) == [a_minute(n) for n in (1, 2, 3, 4)]


def test_on_a_read_only_card_it_waits_as_well() -> None:
    journal = opened(FaultyDisk(FakeDisk(), always=Fault(errno=errno.EROFS)))
    with pytest.raises(JournalError):
        keep(journal, 1)
    assert (journal.waiting, journal.holdings().short_of_space) == (1, False)


def test_of_what_waits_for_a_journal_to_open_no_more_than_a_day_is_kept() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1)
    disk.remove(FOLDER / META_NAME)
    faulty = full(disk)
    journal = opened(faulty, Limits(waiting=2), first_id=9)
    for number in (2, 3, 4):
        with pytest.raises(JournalError):
            keep(journal, number)
    faulty.is_full = False
    keep(journal, 5)
    assert (journal.dropped, journal.holes) == (2, ((2, 3),))
    assert seqs(opened(disk)) == [1, 4, 5]


def test_a_read_error_is_no_hole() -> None:
    faulty = FaultyDisk(FakeDisk())
    journal = opened(faulty)
    keep(journal, 1)
    faulty.always = Fault()
    with pytest.raises(JournalError, match="read"):
        journal.records(1)
    faulty.always = None
    assert seqs(journal) == [1]


def test_a_disk_that_cannot_be_read_at_all_is_waited_for_and_gets_no_new_journal() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1)
    journal = opened(FaultyDisk(disk, always=Fault()))
    assert journal.findings == ["card_refuses=Input/output error"]
    assert seqs(opened(disk)) == [1]


def test_a_directory_that_may_not_be_used_is_an_error() -> None:
    with pytest.raises(JournalError, match="open"):
        opened(FaultyDisk(FakeDisk(), always=Fault(errno=errno.EACCES)))


def test_an_unreadable_identity_is_set_aside_and_a_new_stream_carries_the_records() -> None:
    disk = FakeDisk()
    old = opened(disk)
    keep(old, 1, 2, 3)
    edit(disk, segments(disk)[0], b'"seq":2,', b'"seq":9,')
    disk.write(FOLDER / "journal.json", b'{"format":1,')
    journal = opened(disk, first_id=9)
    assert journal.stream != old.stream
    assert seqs(journal) == [1, 3]
    assert journal.holes == ((2, 2),)
    assert [record.minute for record in journal.records(1)] == [a_minute(1)]
    assert "journal.json.bad" in disk.names(FOLDER)
    assert segments(disk) == [
        path for path in segments(disk) if path.name.startswith(journal.stream)
    ]


def test_without_an_identity_the_lines_damaged_at_either_end_are_lost_and_told() -> None:
    disk = FakeDisk()
    keep(opened(disk), *range(1, 7))
    edit(disk, segments(disk)[0], b'"seq":1,', b'"seq":9,')
    edit(disk, segments(disk)[0], b'"seq":6,', b'"seq":9,')
    disk.remove(FOLDER / META_NAME)
    journal = opened(disk, first_id=9)
    assert (journal.lowest_seq, seqs(journal), journal.next_seq) == (2, [2, 3, 4, 5], 7)
    assert journal.holes == opened(disk).holes == ((6, 6),)


def test_a_journal_of_a_newer_program_is_set_aside_whole() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1)
    identity = json.loads(disk.read(FOLDER / "journal.json"))
    disk.write(FOLDER / "journal.json", json.dumps({**identity, "format": 2}).encode())
    assert opened(disk, first_id=9).stream == f"{9:016x}"


def test_a_minute_found_in_two_streams_is_carried_once() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    disk.remove(FOLDER / "journal.json")
    keep(opened(disk, first_id=5), 3)
    for name in [name for name in disk.names(FOLDER) if name.endswith(".bad")]:
        disk.rename(FOLDER / name, FOLDER / name.removesuffix(".bad"))
    disk.remove(FOLDER / "journal.json")
    journal = opened(disk, first_id=9)
    assert minutes(journal) == [a_minute(1), a_minute(2), a_minute(3)]


def test_a_segment_of_another_stream_is_set_aside_unread() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1)
    disk.write(FOLDER / f"{'f' * 16}-{1:016d}-20260101.log", b"foreign\n")
    assert seqs(opened(disk)) == [1]
    assert any(name.endswith(".bad") for name in disk.names(FOLDER))


def test_no_more_than_so_many_files_are_kept_aside() -> None:
    disk = FakeDisk()
    opened(disk)
    for number in range(70):
        disk.write(FOLDER / f"{number:016x}-{1:016d}-20260101.log", b"foreign\n")
    opened(disk)
    assert len([name for name in disk.names(FOLDER) if name.endswith(".bad")]) == 64


# giving up


def test_a_trim_removes_whole_segments_and_never_the_last() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, 2, DAY + 1, DAY + 2)
    journal.trim(1)
    assert journal.lowest_seq == 1
    journal.trim(4)
    assert journal.lowest_seq == opened(disk).lowest_seq == 3
    assert seqs(journal) == [3, 4]


def test_a_trim_forgets_the_holes_below() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2, 3, DAY + 1, DAY + 2, DAY + 3)
    for path, seq in zip(segments(disk), (2, 5), strict=True):
        edit(disk, path, b'"seq":%d,' % seq, b'"seq":9,')
    journal = opened(disk)
    journal.trim(3)
    assert journal.holes == ((5, 5),)


def test_a_segment_of_a_read_only_card_is_still_held() -> None:
    faulty = FaultyDisk(FakeDisk())
    journal = opened(faulty)
    keep(journal, 1, DAY + 1)
    faulty.always = Fault(errno=errno.EROFS)
    with pytest.raises(JournalError, match="trim"):
        journal.trim(1)
    assert journal.lowest_seq == 1


def test_a_full_journal_gives_up_its_oldest_segment_and_counts_what_was_unacknowledged() -> None:
    disk = FakeDisk()
    journal = opened(disk, Limits(records=6))
    keep(journal, 1, 2, 3, DAY + 1, DAY + 2, DAY + 3)
    journal.acknowledge(1)
    keep(journal, 2 * DAY + 1)
    assert journal.lowest_seq == opened(disk).lowest_seq == 4
    assert journal.dropped == 2


def test_a_journal_is_bounded_in_bytes_too() -> None:
    disk = FakeDisk()
    journal = opened(disk, Limits(size_bytes=1000))
    keep(journal, 1, 2, 3, 4, DAY + 1)
    assert journal.lowest_seq == 5


def test_a_month_old_segment_is_given_up_only_by_dates_that_can_be_trusted() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, clock=ClockState.UNSYNCED)
    keep(journal, 31 * DAY, clock=ClockState.SYNCED)
    journal.acknowledge(2)
    assert journal.lowest_seq == 1
    keep(journal, 62 * DAY, clock=ClockState.SYNCED)
    assert journal.lowest_seq == 3


def test_a_clock_that_jumps_years_ahead_costs_no_minute_that_waits() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, DAY + 1, 2 * DAY + 1)
    journal.acknowledge(1)
    keep(journal, 4000 * DAY, clock=ClockState.SYNCED)
    assert journal.lowest_seq == 2
    assert journal.dropped == 0


# streams


def test_a_new_stream_carries_all_that_is_held_and_what_still_waits() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    old_stream = journal.stream
    keep(journal, 1, 2, DAY + 1)
    journal.acknowledge(2)
    keep(journal, DAY + 2, sync=False)
    journal.new_stream()
    journal.sync()
    assert journal.stream != old_stream
    assert seqs(journal) == seqs(opened(disk)) == [1, 2, 3, 4]
    assert minutes(journal)[2:] == [a_minute(DAY + 1), a_minute(DAY + 2)]
    assert all(path.name.startswith(journal.stream) for path in segments(disk))
    assert journal.holdings().acknowledged_seq == 0


def test_a_new_stream_keeps_its_holes_and_goes_on_behind_them() -> None:
    disk = FakeDisk()
    keep(opened(disk), *range(1, 7))
    edit(disk, segments(disk)[0], b'"seq":4,', b'"seq":9,')
    journal = opened(disk, first_id=9)
    journal.new_stream()
    assert journal.holes == ((4, 4),)
    assert keep(journal, 7)[0].seq == 7


def test_a_new_stream_begins_behind_what_was_trimmed() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, 2, DAY + 1, DAY + 2)
    journal.acknowledge(3)
    journal.trim(2)
    journal = opened(disk, first_id=9)
    journal.new_stream()
    assert (journal.lowest_seq, seqs(journal)) == (1, [1, 2])


def test_a_new_stream_still_declares_what_was_given_up_unacknowledged() -> None:
    journal = opened(FakeDisk(), Limits(records=3))
    keep(journal, 1, 2, DAY + 1, DAY + 2)
    journal.acknowledge(1)
    journal.new_stream()
    assert (journal.lowest_seq, seqs(journal)) == (2, [2, 3])


def test_a_new_stream_declares_nothing_that_was_acknowledged_before_it_was_given_up() -> None:
    disk = FakeDisk()
    journal = opened(disk, Limits(records=3))
    keep(journal, 1, 2, DAY + 1)
    journal.acknowledge(3)
    keep(journal, DAY + 2)
    journal = opened(disk, first_id=9)
    journal.new_stream()
    assert (journal.lowest_seq, seqs(journal)) == (1, [1, 2])


def test_a_segment_of_nothing_but_damage_is_carried_as_a_hole() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, DAY + 1, 2 * DAY + 1)
    edit(disk, segments(disk)[1], b'"seq":2,', b'"seq":9,')
    journal = opened(disk, first_id=9)
    journal.new_stream()
    assert (journal.holes, seqs(journal)) == (((2, 2),), [1, 3])


def test_an_empty_journal_can_begin_a_new_stream() -> None:
    journal = opened(FakeDisk())
    journal.new_stream()
    assert (journal.stream, journal.next_seq, journal.holes) == (f"{2:016x}", 1, ())


def test_a_record_this_program_cannot_read_is_not_carried() -> None:
    disk = FakeDisk()
    keep(opened(disk), 1, 2)
    path = segments(disk)[0]
    first, second, _ = disk.read(path).split(b"\n")
    body = first.rpartition(b',"crc":')[0].replace(b'"duration_s":60.0', b'"duration_s":999.0')
    disk.write(path, body + b',"crc":%d}\n' % zlib.crc32(body + b"}") + second + b"\n")
    journal = opened(disk, first_id=9)
    journal.new_stream()
    assert seqs(journal) == [2]


def test_a_stream_that_cannot_begin_leaves_the_old_one_whole() -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk)
    journal = opened(faulty)
    keep(journal, 1, DAY + 1)
    stream = journal.stream
    faulty.faults[faulty.calls + 4] = Fault(errno=errno.ENOSPC)
    with pytest.raises(JournalError, match="new stream"):
        journal.new_stream()
    assert (journal.stream, seqs(journal)) == (stream, [1, 2])
    assert len(segments(disk)) == 2


def test_an_empty_segment_is_replaced_by_the_day_that_comes() -> None:
    disk = FakeDisk()
    faulty = FaultyDisk(disk)
    journal = opened(faulty)
    keep(journal, 1)
    faulty.faults[faulty.calls + 6] = Fault(errno=errno.ENOSPC)
    with pytest.raises(JournalError):
        keep(journal, DAY + 1)
    assert len(segments(disk)) == 2
    keep(opened(disk), 2 * DAY + 1)
    assert len(segments(disk)) == 2
    assert seqs(opened(disk)) == [1, 2]


def test_a_position_that_falls_is_kept_at_once() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, 2)
    journal.acknowledge(2)
    assert opened(disk).holdings().acknowledged_seq == 0
    keep(journal, DAY + 1)
    assert opened(disk).holdings().acknowledged_seq == 2
    journal.acknowledge(1)
    assert opened(disk).holdings().acknowledged_seq == 1


def test_a_fall_that_cannot_be_kept_is_an_error() -> None:
    faulty = FaultyDisk(FakeDisk())
    journal = opened(faulty)
    journal.acknowledge(5)
    keep(journal, 1)
    faulty.always = Fault()
    with pytest.raises(JournalError, match="position"):
        journal.acknowledge(1)


def test_the_store_that_proved_a_position_is_kept_with_it() -> None:
    disk = FakeDisk()
    journal = opened(disk)
    keep(journal, 1, 2, 3)
    journal.acknowledge(2, STORE)
    assert opened(disk).holdings().acknowledged_by == STORE
    journal.new_stream()
    assert opened(disk).holdings().acknowledged_by is None


def test_an_identity_of_before_stores_were_kept_is_read() -> None:
    bare = b'{"format":1,"stream":"00000000000000aa","next_seq":7,"acknowledged_seq":3,"crc":0}'
    disk = FakeDisk()
    disk.make_directory(FOLDER)
    disk.write(FOLDER / META_NAME, bare.replace(b'"crc":0', b'"crc":%d' % zlib.crc32(bare)))
    found = read_identity(disk, FOLDER)
    assert found is not None
    assert (found.next_seq, found.acknowledged_seq, found.acknowledged_by) == (7, 3, UNSET)
