"""A real systemd on a throw-away copy of this machine, in namespaces of its own.

The copy is an overlay in memory; it has no network but its own loopback. Needs root.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.fakes.package_index import PACKAGES, PYTHON, write_python

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 240
UNIT = """\
[Unit]
Requires=basic.target
After=basic.target

[Service]
Type=oneshot
TimeoutStartSec=infinity
StandardOutput=journal+console
StandardError=journal+console
ExecStart=/trial/python/bin/python3 /trial/trial.py
ExecStopPost=systemctl --no-block poweroff
"""
BOOT = """\
set -eu
place=$1 limit=$2 && shift 2
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/root"
printf '%s' "$UNIT" >"$place/root/etc/systemd/system/trial.service"
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
group=/sys/fs/cgroup/nightroom-trial-$$
mkdir "$group"
( echo 0 >"$group/cgroup.procs" && exec timeout -k 5 "$limit" "$@" -D "$place/root" --boot \
    systemd.unit=trial.service ) || true
find "$group" -depth -type d -exec rmdir {} +
"""


def boot(folder: Path, trial: Path) -> dict[str, Any]:
    """Boot, run a program as root there, return what it wrote to /trial/out/facts.json."""
    out, place = folder / "out", folder / "place"
    out.mkdir()
    place.mkdir()
    python = write_python(
        folder / "python",
        python=Path("/trial/python/bin/python3"),
        packages=Path("/trial/packages"),
    )
    nspawn = [
        *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"),
        # What a unit allows must not be forbidden by the container around it.
        *("--system-call-filter=adjtimex clock_adjtime", f"--machine={folder.name}"),
        *(f"--bind-ro={ROOT}:/trial/checkout", f"--bind-ro={PACKAGES}:/trial/packages"),
        *(f"--bind-ro={PYTHON}:/trial/python", f"--bind-ro={trial}:/trial/trial.py"),
        *(f"--bind-ro={python}:/trial/installing-python", f"--bind={out}:/trial/out"),
    ]
    with (folder / "boot.log").open("wb") as log:
        subprocess.run(
            ["unshare", "--mount", "--propagation=private", "sh", "-c", BOOT, "boot",  # noqa: S607
             place, str(WITHIN_S), *nspawn],
            env=os.environ | {"UNIT": UNIT, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )  # fmt: skip
    facts = out / "facts.json"
    if not facts.exists():
        sys.stderr.write((folder / "boot.log").read_text(errors="replace"))
    facts_of_trial: dict[str, Any] = json.loads(facts.read_text())
    return facts_of_trial
