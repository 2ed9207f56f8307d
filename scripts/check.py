"""Runs the project's checks in order and says at the end what failed and what did not run."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
OUTPUT: Final = ROOT / "test-output"
NEEDS_ROOT: Final = 4
# Tests make their files in memory where it holds them: a thousand commits an hour to a disk
# are most of what they would wait for. What is about a disk brings its own.
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
MEMORY_BYTES: Final = 4 << 30
EXACT: Final = (
    "monitor/night/*,monitor/score/*,monitor/contract/*,monitor/receiver.py,"
    "firmware/sender.py,firmware/corrections.py,firmware/milestones.py,firmware/sound/*"
)


@dataclass(slots=True)
class Run:
    """What has been run so far."""

    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    incomplete: bool = False

    def step(self, name: str, *command: str) -> None:
        """Run one command; a failure is noted and the rest goes on."""
        start = time.perf_counter()
        print(f"== {name}", flush=True)
        done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
        print(f"   {time.perf_counter() - start:.1f} s", flush=True)
        if done.returncode != 0:
            self.failed.append(name)


def environment() -> dict[str, str]:
    """Return the environment of every check: our tools first, nothing of the caller's Python."""
    values = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    values["PATH"] = f"{BIN}{os.pathsep}{values.get('PATH', os.defpath)}"
    return values


@contextmanager
def files_in_memory() -> Iterator[None]:
    """Have temporary files made in memory, unless TMPDIR names a folder or there is no room."""
    room = shutil.disk_usage(MEMORY).free if MEMORY.is_dir() else 0
    if "TMPDIR" in os.environ or room < MEMORY_BYTES:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="nightroom-", dir=MEMORY) as folder:
        Path(folder).chmod(0o755)  # as /tmp: another user's tests get through
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            del os.environ["TMPDIR"]


def tool(name: str) -> str:
    """Return the path of a tool in this environment."""
    return str(BIN / name)


def pytest(marked: str = "not soak") -> tuple[str, ...]:
    """Return the command that runs tests, of those marked so, and names the slowest."""
    slowest = ("--durations=10", "--durations-min=5")
    return (tool("python"), "-m", "pytest", "-q", "-m", marked, *slowest)


def gates(run: Run) -> None:
    """Style, types, imports, dead code, dependencies."""
    run.step("format", tool("ruff"), "format", "--check", ".")
    run.step("lint", tool("ruff"), "check", ".")
    run.step("types", tool("mypy"))
    run.step("imports", tool("lint-imports"))
    run.step("dead code", tool("vulture"))
    run.step("dependencies", tool("deptry"), ".")
    templates = ROOT / "web" / "templates"
    if any(templates.glob("*.html")):
        run.step("templates", tool("djlint"), "--quiet", "--lint", str(templates))


def selection(run: Run, wanted: str = "not soak") -> str:
    """Return the pytest marker expression, noting what it leaves out."""
    left_out = [wanted]
    if not os.environ.get("NIGHTROOM_RECORDED"):
        run.not_run.append("tests on recorded series (NIGHTROOM_RECORDED names no folder)")
        left_out.append("not recorded")
    if os.geteuid() != 0:
        run.not_run.append("tests that need root (mounts, namespaces, users)")
        run.incomplete = True
        left_out.append("not root")
    return " and ".join(left_out)


def tests(run: Run) -> None:
    """Every test; branch coverage of what the quick ones run in this process and its children.

    The others run the same lines thousands of times, live through days and are killed:
    counted they take twice to three times as long and cover little that is not covered.
    """
    wanted = selection(run)
    plain, slow, fast = (
        pytest(f"{wanted}{more}") for more in ("", " and slow", " and not slow")
    )  # fmt: skip
    cov = ("--cov", "--cov-append", "--cov-report=")
    run.step("coverage, old data", tool("coverage"), "erase")
    run.step("unit", *fast, *cov, "-n", "2", "tests/unit", "tests/architecture")
    run.step(
        "doctests", *pytest()[:4], *cov, "--doctest-modules",
        "monitor/contract", "monitor/runtime", "monitor/night", "monitor/score", "firmware/sound",
    )  # fmt: skip
    coverage_gates(run)
    run.step("unit, slow", *slow, "-n", "2", "tests/unit", "tests/architecture")
    run.step(
        "property, long", *plain, "-n", "2", "tests/properties", "tests/contract", "tests/model"
    )
    # They wait for processes and pages more than they compute; what one file starts, and the
    # machine it starts it on, no other worker shares. In the order they are written: an
    # evening comes before its morning, and a failure can be had again.
    whole = ("-p", "no:randomly", "tests/wheel", "tests/browser", "tests/system")
    run.step("wheel, browser, system", *plain, "-n", "2", "--dist", "loadfile", *whole)


def coverage_gates(run: Run) -> None:
    """Hold 100 % where the judgement and the promise live, 90 % elsewhere."""
    report = (tool("coverage"), "report", "--precision=1")
    run.step("coverage, exact parts", *report, f"--include={EXACT}", "--fail-under=100")
    run.step("coverage, the rest", *report, f"--omit={EXACT}", "--fail-under=90")


def everything(run: Run) -> None:
    """What CI runs."""
    gates(run)
    with files_in_memory():
        tests(run)


def quick(run: Run) -> None:
    """Run the inner loop."""
    run.step("lint", tool("ruff"), "check", ".")
    run.step("types", tool("mypy"))
    with files_in_memory():
        run.step("unit", *pytest("not slow and not soak"), "-n", "2", "tests/unit")


def soak(run: Run) -> None:
    """Run the long sizes: every test marked soak, then what tests do not notice; hours."""
    with files_in_memory():
        run.step("soak", *pytest(selection(run, "soak")), "-n", "2", "tests")
    run.step("mutation", tool("python"), "scripts/mutation.py")


def bench(run: Run) -> None:
    """Measure the targets: one file a workload, a table each and JSON in test-output."""
    OUTPUT.mkdir(exist_ok=True)
    for workload in sorted((ROOT / "benchmarks").glob("*.py")):
        run.step(workload.stem, tool("python"), str(workload))


def screenshots(run: Run) -> None:
    """Take the README's screenshot anew."""
    run.step("screenshots", *pytest(), "tests/browser", "--update-screenshots")


PARTS: Final[dict[str, Callable[[Run], None]]] = {
    "all": everything,
    "quick": quick,
    "bench": bench,
    "soak": soak,
    "screenshots": screenshots,
}


def main(part: str) -> int:
    """Run one part and return the exit code."""
    run = Run()
    PARTS[part](run)
    for what in run.not_run:
        print(f"NOT RUN: {what}")
    if run.failed:
        print(f"FAILED: {', '.join(run.failed)}")
        return 1
    if run.incomplete:
        print("What ran has passed; as root the rest runs, too.")
        return NEEDS_ROOT
    print("All checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
