"""F3/F4: the N-th write or sync of the real processes fails, or they are killed in it."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.broker import wait_until
from tests.fakes.machine import Machine
from tests.fakes.product import Product
from tests.fakes.strace import injecting
from tests.fakes.witness import Witness

CAUGHT_UP_S = 10.0
# SQLite writes by pwrite64, the journal by write, of which the log is a part as well.
CALLS = {"monitor": "pwrite64,fsync,fdatasync", "sensors": "write,fsync,fdatasync"}
VICTIMS = tuple(CALLS)
IN_TEST = 12
BROKEN = 1
KILLED = -9


class Faults:
    """Starts one machine again and again, each time with a fault in both processes."""

    def __init__(self, machine: Machine, witness: Witness, folder: Path) -> None:
        self.machine = machine
        self.witness = witness
        self.folder = folder
        self.met: set[tuple[str, str, int]] = set()
        self.wanted = 0
        self.traces: dict[str, Path] = {}

    def meet(self, fault: str, number: int, calls: dict[str, str]) -> None:
        """Live until all that are named have met their fault, a moment longer, and end."""
        product = self.machine.product
        self.traces.clear()
        for name, wanted in calls.items():
            self.traces[name] = self.folder / f"{name}-{fault}-{number}"
            product.prefixes[name] = injecting(self.traces[name], wanted, fault, number)
        self.machine.load()
        self.machine.start(hours=number + 1)
        wait_until(lambda: self.is_over() or self.has_met_all(), f"{fault} {number}", 30)
        self.machine.clock.wait(0.1)
        self.witness.listen()
        self.wanted += len(self.traces)
        self.met |= {(name, fault, number) for name in self.traces if self.has_met(name)}
        for name, code in self.machine.stop().items():
            # In its start a process may give up, in words; systemd starts it again.
            assert code in (0, BROKEN, KILLED), (name, fault, number, product.log(name))
        product.prefixes.clear()
        self.machine.require_all_that_was_promised(whole=False)

    def has_met(self, name: str) -> bool:
        trace = self.traces[name]
        said = trace.read_text(errors="replace") if trace.exists() else ""
        return "INJECTED" in said or "killed by" in said

    def has_met_all(self) -> bool:
        return all(map(self.has_met, self.traces)) or not self.machine.is_running("sensors")

    def is_over(self) -> bool:
        return not self.machine.is_running("monitor") and not self.machine.is_running("sensors")


@pytest.mark.parametrize("numbers", [IN_TEST, pytest.param(60, marks=pytest.mark.soak)])
def test_no_failing_call_loses_what_was_journalled_or_acknowledged(
    numbers: int, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        product = stack.enter_context(Product(tmp_path))
        product.start_broker()
        machine = Machine(product)
        witness = stack.enter_context(Witness(product, machine.promises))
        healed_s = 0.0
        faults = Faults(machine, witness, tmp_path)
        for number in range(1, numbers + 1):
            for fault in ("error=EIO", "error=ENOSPC"):
                faults.meet(fault, number, CALLS)
            healed_s = max(healed_s, machine.catch_up())
            for victim in CALLS if numbers > IN_TEST else (VICTIMS[number % 2],):
                faults.meet("signal=KILL", number, {victim: CALLS[victim]})
        healed_s = max(healed_s, machine.catch_up())
        machine.require_all_stored_once()
    assert len(machine.promises.ends_ms) >= 60
    assert len(faults.met) >= 0.9 * faults.wanted, sorted(faults.met)
    assert healed_s <= CAUGHT_UP_S
    assert "Traceback" not in product.log("monitor")
    # Where the call that failed was one of the log's own, only what it was to say may follow:
    # the words of a start that gave up are such a call too.
    causes = re.findall(r"^(?:\w+\.)*\w*Error: .*", product.log("sensors"), re.MULTILINE)
    mine = re.compile(
        r"OSError: \[Errno (5|28)\]"
        r"|firmware\.errors\.JournalError: .*: (Input/output error|No space left on device);"
    )
    assert all(mine.match(cause) for cause in causes), causes
