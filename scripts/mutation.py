"""Mutates the score and tells which share of the mutants its tests notice.

Every fifth mutant is tried (those whose number ends in 3 or 8), which takes some minutes;
`--all` tries each. Fails below 90 %. Constants are not mutated: the tables' own tests hold
them.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MUTMUT: Final = Path(sys.executable).parent / "mutmut"
SAMPLE: Final = ("*_mutmut_*3", "*_mutmut_*8")
LEAST: Final = 0.9
# A mutant that runs on for ever has been noticed as well; one that no test reaches has not.
NOTICED: Final = frozenset({"killed", "timeout", "suspicious", "segfault"})
LINE: Final = re.compile(r"\s*(\S+__mutmut_\d+): (.+)")


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", dest="everything")
    parser.add_argument("--children", type=int, default=2)
    chosen = parser.parse_args()
    names = () if chosen.everything else SAMPLE
    command = (str(MUTMUT), "run", "--max-children", str(chosen.children), *names)
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    told = subprocess.run(
        (str(MUTMUT), "results", "--all", "true"),
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [match.groups() for match in map(LINE.fullmatch, told.splitlines()) if match]
    tried = [(name, verdict) for name, verdict in found if verdict != "not checked"]
    for name, verdict in tried:
        if verdict not in NOTICED:
            print(f"{verdict}: {name}")
    counts = Counter(verdict in NOTICED for _, verdict in tried)
    share = counts[True] / max(1, len(tried))
    print(f"{counts[True]} of {len(tried)} mutants noticed ({share:.1%}), of {len(found)} made")
    return 0 if tried and share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
