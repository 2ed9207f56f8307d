"""Mutates the score and the alerts and tells which share of the mutants their tests notice.

Every fifth mutant is tried (those whose number ends in 3 or 8), which takes the better part
of an hour; `--all` tries each, `--only monitor/score/cool.py` those of some files. Fails where
a package stays below 90 %. Constants are not mutated: the tables' own tests hold them.
"""

import argparse
import re
import subprocess
import sys
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
    parser.add_argument("--only", action="append", default=[], metavar="FILE")
    parser.add_argument("--children", type=int, default=2)
    chosen = parser.parse_args()
    modules = [module_of(name) for name in chosen.only] or [""]
    endings = ("*_mutmut_*",) if chosen.everything else SAMPLE
    names = tuple(f"{module}{ending}" for module in modules for ending in endings)
    command = (str(MUTMUT), "run", "--max-children", str(chosen.children), *names)
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    told = subprocess.run(
        (str(MUTMUT), "results", "--all", "true"),
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [match.groups() for match in map(LINE.fullmatch, told.splitlines()) if match]
    tried = [
        (name, verdict)
        for name, verdict in found
        if verdict != "not checked" and any(name.startswith(module) for module in modules)
    ]
    return 0 if report(tried) else 1


def module_of(file: str) -> str:
    """Return the module of a file, as mutants are named by it."""
    return file.removesuffix(".py").replace("/", ".") + "."


def report(tried: list[tuple[str, str]]) -> bool:
    """Print what no test noticed and the share of each package; tell whether all suffice."""
    for name, verdict in tried:
        if verdict not in NOTICED:
            print(f"{verdict}: {name}")
    noticed: dict[str, list[bool]] = {}
    for name, verdict in tried:
        noticed.setdefault(".".join(name.split(".")[:2]), []).append(verdict in NOTICED)
    for package, verdicts in sorted(noticed.items()):
        share = sum(verdicts) / len(verdicts)
        print(f"{package}: {sum(verdicts)} of {len(verdicts)} mutants noticed ({share:.1%})")
    return bool(noticed) and all(
        sum(verdicts) >= LEAST * len(verdicts) for verdicts in noticed.values()
    )


if __name__ == "__main__":
    sys.exit(main())
