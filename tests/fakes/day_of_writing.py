"""One simulated day of one room, as each of the processes writes it; then waits to be looked at.

python -m tests.fakes.day_of_writing sensor|monitor|web|backup FOLDER MEMORY. MEMORY stands
for /run; a backup is not of a day but of WEEKS.
"""

import random
import secrets
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from firmware.disk import RealDisk
from firmware.journal import Journal
from monitor.contract.record import ClockState, MarkKind, Minute
from monitor.night.household import Correction, PageMark
from monitor.store.access_rows import Account
from monitor.store.backup import make_backup
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.folder import STORE_ID, data_folder
from tests.fakes.link import FakeBroker
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, event, minute, record
from tests.unit.monitor.test_recorder import Bench

MINUTES: Final = 1_440
WEEKS: Final = 3
NOON_MS: Final = EVENING_MS - 10 * 60 * MINUTE_MS


def minutes(days: int = 1) -> list[Minute]:
    """Return days of a fully fitted room with seventy noise events, a bedroom on a street."""
    rng = random.Random(1)
    return [
        minute(
            NOON_MS + number * MINUTE_MS,
            laeq_db=round(30 + rng.gauss(0, 3), 2),
            events=(event(),) if number % 20 == 0 else (),
        )
        for number in range(1, days * MINUTES + 1)
    ]


def sensor(folder: Path, _memory: Path) -> None:
    """Journal every minute durably, each acknowledged once it is, as a store at hand does."""
    journal = Journal.open(folder, disk=RealDisk(), new_id=lambda: secrets.token_hex(8))
    be_looked_at("open")
    for number, one in enumerate(minutes(), start=1):
        journal.append(one, boot="0" * 16, boottime_s=60.0 * number, clock=ClockState.SYNCED)
        journal.acknowledge(number, STORE_ID)


def monitor(folder: Path, memory: Path) -> None:
    """Receive, store, acknowledge and judge every minute as it comes."""
    (folder / "live").symlink_to(memory, target_is_directory=True)
    with data_folder(folder) as opened:
        bench = Bench(opened, FakeBroker(), now_ms=NOON_MS)
        be_looked_at("open")
        for seq, one in enumerate(minutes(), start=1):
            bench.clock.wait(60.0)
            bench.sensor.state()
            bench.sensor.send(record(seq, minute=one))
            bench.recorder.step()
        assert bench.reader.newest_end_ms("bedroom") == NOON_MS + MINUTES * MINUTE_MS
        bench.steps(60)
        assert bench.reader.newest_night("bedroom") is not None


def web(folder: Path, _memory: Path) -> None:
    """Keep what a household says in a day, and that a browser is seen every hour."""
    with closing(HouseholdWriter.open(folder / "household.db")) as writer:
        be_looked_at("open")
        access = writer.access()
        access.set_account(Account(password="hash", device_key=b"k", changed_ms=1))  # noqa: S106 - no password
        access.add_session(b"s", password="hash", now_ms=1)  # noqa: S106 - no password
        for hour in range(24):
            access.see_session(b"s", hour * 3_600_000)
        for number in range(5):
            mark = PageMark(mark_id=str(number), at_ms=number, kind=MarkKind.AWAKE)
            writer.mark("bedroom", mark, made_ms=number)
        writer.correct("bedroom", "2026-11-22", Correction(get_up_ms=9), made_ms=3)
        writer.diary().write("bedroom", "2026-11-22", tags=["window open"], made_ms=4)
        writer.keep_copy()


def backup(folder: Path, _memory: Path) -> None:
    """Back up a store of some weeks on its own card, as the timer does."""
    with data_folder(folder) as opened:
        opened.household_writer()
        records = [record(seq, minute=one) for seq, one in enumerate(minutes(7 * WEEKS), start=1)]
        opened.nights_writer().put_back("bedroom", DEVICE, STREAM, records)
    be_looked_at("open")
    make_backup(folder, folder / "backups", now_ms=NOON_MS, show=lambda *_: None)


def be_looked_at(state: str) -> None:
    """Say how far this process is and wait for a line."""
    sys.stdout.write(f"{state}\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    {"sensor": sensor, "monitor": monitor, "web": web, "backup": backup}[sys.argv[1]](
        Path(sys.argv[2]), Path(sys.argv[3])
    )
    be_looked_at("done")
