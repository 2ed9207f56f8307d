"""Minutes of one boot in a journal, known by the minute since it at which they end."""

from firmware.journal import Journal
from monitor.contract.record import ClockState
from tests.fakes.transfer_records import BOOT, a_minute


def keep(journal: Journal, *numbers: int) -> None:
    for number in numbers:
        journal.append(
            a_minute(number), boot=BOOT, boottime_s=60.0 * number, clock=ClockState.SYNCED
        )


def kept(journal: Journal) -> list[int]:
    found: list[int] = []
    seq = 1
    while run := journal.records(seq):
        found += [round(record.boottime_s / 60) for record in run]
        seq = run[-1].seq + 1
    return found
