"""Mutates the score and the alerts and tells which share of the mutants their tests notice.

Of each package 400 mutants are tried, drawn by `--seed` from all of its modules by their
size, at least five of each; `--sample` draws more, `--all` tries each, `--only
monitor/score/cool.py` those of some files. 400 tell a share of 90 % to three points (95 %).
Fails where a package stays below 90 %. Constants are not mutated: the tables' own tests hold
them. A package takes some twenty minutes of one core.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MUTMUT: Final = Path(sys.executable).parent / "mutmut"
PACKAGES: Final = ("monitor.score.", "monitor.alerts.")
LEAST: Final = 0.9
LEAST_OF_A_MODULE: Final = 5
# A mutant that runs on for ever has been noticed as well; one that no test reaches has not.
NOTICED: Final = frozenset({"killed", "timeout", "suspicious", "segfault"})
LINE: Final = re.compile(r"\s*(\S+__mutmut_\d+): (.+)")


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", dest="everything")
    parser.add_argument("--only", action="append", default=[], metavar="FILE")
    parser.add_argument("--sample", type=int, default=400, metavar="MUTANTS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--children", type=int, default=2)
    chosen = parser.parse_args()
    mutmut("run", "--max-children", str(chosen.children), "none of them")  # makes them all
    known = sorted(verdicts())
    groups = [module_of(name) for name in chosen.only] or PACKAGES
    names: set[str] = set()
    for group in groups:
        of_group = [name for name in known if name.startswith(group)]
        names |= set(of_group if chosen.everything else drawn(of_group, chosen.sample, chosen.seed))
    said = mutmut("run", "--max-children", str(chosen.children), *sorted(names))
    found = verdicts()
    if any(found[name] == "not checked" for name in names):
        print(said[-2000:])
    return 0 if report({name: found[name] for name in sorted(names)}) else 1


def mutmut(*arguments: str) -> str:
    """Run mutmut and return what it printed; that it fails where mutants survive is no error."""
    return subprocess.run(
        (str(MUTMUT), *arguments), cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout


def verdicts() -> dict[str, str]:
    """Return the verdict on every mutant that there is, "not checked" included."""
    lines = mutmut("results", "--all", "true").splitlines()
    return {match[1]: match[2] for match in map(LINE.fullmatch, lines) if match}


def drawn(names: Iterable[str], count: int, seed: int) -> list[str]:
    """Return about so many names, of every module in proportion and at least five."""
    modules: dict[str, list[str]] = defaultdict(list)
    for name in names:
        modules[name.rpartition(".")[0]].append(name)
    total = sum(map(len, modules.values()))
    random = Random(seed)  # noqa: S311 - a sample, no secret
    found: list[str] = []
    for of_module in modules.values():
        share = max(LEAST_OF_A_MODULE, -(-count * len(of_module) // total))
        found += random.sample(of_module, min(share, len(of_module)))
    return found


def module_of(file: str) -> str:
    """Return the module of a file, or the package of a folder, as mutants are named by it."""
    return file.removesuffix("/").removesuffix(".py").replace("/", ".") + "."


def report(tried: dict[str, str]) -> bool:
    """Print what no test noticed and the share of each package; tell whether all suffice."""
    for name, verdict in tried.items():
        if verdict not in NOTICED:
            print(f"{verdict}: {name}")
    noticed: dict[str, list[bool]] = defaultdict(list)
    for name, verdict in tried.items():
        noticed[".".join(name.split(".")[:2])].append(verdict in NOTICED)
    for package, of_package in sorted(noticed.items()):
        share = sum(of_package) / len(of_package)
        print(f"{package}: {sum(of_package)} of {len(of_package)} mutants noticed ({share:.1%})")
    return bool(noticed) and all(
        sum(of_package) >= LEAST * len(of_package) for of_package in noticed.values()
    )


if __name__ == "__main__":
    sys.exit(main())
