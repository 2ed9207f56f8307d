"""A module of tests.fakes as a process of its own, whose memory is that of what it runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def run_apart(module: str, *arguments: object) -> dict[str, Any]:
    """Run python -m module and return the JSON it says; what it fails with is shown.

    Coverage, too, remembers: it stays outside.
    """
    done = subprocess.run(
        (sys.executable, "-m", module, *map(str, arguments)),
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said
