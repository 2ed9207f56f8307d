"""What a day of one room writes to the card, by the kernel's own count of each process.

python benchmarks/card_wear.py [--json FILE]. Each process does a simulated day as the real
one does it, a durable write a minute, in a folder on a disk; what its start writes (an empty
database) is left out. The broker has no persistence and writes nothing. A backup on the same
card is told for itself: it grows with the store.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from monitor.store.wear import own_written_bytes

DAY_MB: Final = 20.0
RECORD_BYTES: Final = 200.0
BACKUP_SHARE: Final = 1.5
WRITERS: Final = ("sensor", "monitor", "web")
MB: Final = 1_000_000
MINUTES: Final = 1_440
ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Result:
    """One figure with its unit and its target, None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None


def main() -> None:
    """Run the day of each process, print a table and write JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path, default=Path("test-output/card_wear.json"))
    parser.add_argument("--disk", type=Path, default=Path(), help="a folder on the disk to try")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=chosen.disk) as disk,
        tempfile.TemporaryDirectory(dir="/dev/shm") as memory,
    ):
        written = {role: written_by(role, Path(disk) / role, memory) for role in WRITERS}
        stored_bytes = (Path(disk) / "monitor" / "nights.db").stat().st_size
        backup_bytes = written_by("backup", Path(disk) / "backup", memory)
        backed_up_bytes = (Path(disk) / "backup" / "nights.db").stat().st_size
    results = [
        Result(f"written a day, {role}", count / MB, "MB") for role, count in written.items()
    ]
    total = sum(written.values()) / MB
    results.append(Result("written a day, all processes", total, "MB", DAY_MB))
    a_minute = stored_bytes / MINUTES
    results.append(Result("file a minute, its night included", a_minute, "B", RECORD_BYTES))
    share = backup_bytes / backed_up_bytes
    results.append(Result("written a backup, of the store", share, "1", BACKUP_SHARE))
    a_year = a_minute * MINUTES * 365 / MB
    weekly = total + share * a_year / 7
    results.append(Result("written a day, with the backup of a year", weekly, "MB"))
    for one in results:
        target = "" if one.target is None else f"  (target {one.target:g})"
        print(f"{one.name:<40} {one.value:10.2f} {one.unit}{target}")
    chosen.json.parent.mkdir(exist_ok=True)
    chosen.json.write_text(json.dumps([asdict(one) for one in results], indent=1))


def written_by(role: str, folder: Path, memory: str) -> int:
    """Run a process through its day and return what the kernel says that it wrote."""
    folder.mkdir()
    place = [str(folder.resolve()), memory]
    command = [sys.executable, "-m", "tests.fakes.day_of_writing", role, *place]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        counts = []
        for state in ("open", "done"):
            assert child.stdout.readline() == f"{state}\n"
            counts.append(own_written_bytes(Path(f"/proc/{child.pid}/io")))
            child.stdin.write("\n")
            child.stdin.flush()
    assert child.returncode == 0
    return counts[1] - counts[0]


if __name__ == "__main__":
    main()
