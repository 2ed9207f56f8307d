"""What a day of one room writes to the card, by the kernel's own count of each process."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fakes.day_of_writing import MINUTES

ROOT = Path(__file__).resolve().parents[2]
DISK = "/var/tmp"  # noqa: S108 - on a disk, where /tmp may be memory; the name is random
DAY_MB = 20.0
RECORD_BYTES = 200
BACKUP_SHARE = 1.5
YEAR_BYTES = 110_000_000


def test_a_day_of_all_processes_stays_within_its_budget(tmp_path: Path) -> None:
    target = tmp_path / "wear.json"
    command = [sys.executable, str(ROOT / "benchmarks/card_wear.py"), "--json", str(target)]
    with tempfile.TemporaryDirectory(dir=DISK) as disk:
        subprocess.run([*command, "--disk", disk], check=True, cwd=ROOT)
    found = {one["name"]: one["value"] for one in json.loads(target.read_text())}

    least = MINUTES * 4_096 / 1e6  # a page of 4 KiB a minute, or no disk was written to
    assert found["written a day, sensor"] > least
    assert found["written a day, monitor"] > least
    assert found["written a day, all processes"] <= DAY_MB
    # The copy, and what it packs to; it was 2.2 while it was unpacked to be checked.
    assert 1.0 < found["written a backup, of the store"] <= BACKUP_SHARE
    a_minute = found["file a minute, its night included"]
    assert a_minute <= RECORD_BYTES
    assert a_minute * 525_600 <= YEAR_BYTES
