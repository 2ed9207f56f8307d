"""A killable child a bus: whoever asks a part has an answer within a deadline.

The vendor's drivers wait on a dead bus for ever, and a thread cannot be ended. A process
can: it is killed, started again when the part is asked next, and holds nothing.
"""

import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import IO, Final, Generic, TypeVar, cast

import msgspec

from firmware.bus_child import READING
from firmware.sensors.base import Fault
from firmware.sensors.climate_gates import LOWEST_PRESSURE_HPA
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock

# Judgement: a part answers within 5 s; the slowest change of range takes 2 s.
DEADLINE_S: Final = 5.0
# Judgement: imports on the smallest Pi take 3 s; a start that takes longer than this hangs.
START_LIMIT_S: Final = 30.0
# Judgement: the light sensor is put to sleep in a few milliseconds.
FAREWELL_S: Final = 1.0
# Judgement: a killed process is gone in milliseconds unless the kernel holds it.
REAP_S: Final = 1.0
MAX_LINE_BYTES: Final = 4096
LAST_WORDS_BYTES: Final = 65_536

Reading = TypeVar("Reading")


def bus_program(
    bus: int, parts: Sequence[str], *, lowest_pressure_hpa: float = LOWEST_PRESSURE_HPA
) -> tuple[str, ...]:
    """Return the command that serves the parts of a bus of this machine."""
    lowest = ("--lowest-pressure-hpa", f"{lowest_pressure_hpa:g}")
    own = ("--bus", str(bus), "--parent", str(os.getpid()), *lowest)
    return (sys.executable, "-m", "firmware.bus_child", *own, *parts)


class BusWorker:
    """The child that owns one bus; at most one process, whatever happens.

    Args:
        command: a program that serves as firmware.bus_child does.
        name: the bus, first in every message.
        clock: measures deadlines; waiting itself is on the child's pipe, in real time.
        deadline_s: the longest that one question may take.
    """

    def __init__(
        self, command: Sequence[str], *, name: str, clock: Clock, deadline_s: float = DEADLINE_S
    ) -> None:
        self._command = tuple(command)
        self._name = name
        self._clock = clock
        self._deadline_s = deadline_s
        self._child: _Child | None = None
        self._dying: subprocess.Popen[bytes] | None = None

    def ask(self, part: str) -> bytes | Fault:
        """Return the child's answer, without its line end, or why there is none."""
        until_s = self._clock.monotonic_s() + self._deadline_s

        def left_s() -> float:
            return max(0.0, until_s - self._clock.monotonic_s())

        child = self._child or self._start()
        if isinstance(child, Fault):
            return child
        try:
            if not child.ready:
                if child.line(left_s) is None:
                    return self._still_starting(child)
                child.ready = True
            child.ask(part)
            answer = child.line(left_s)
        except (EOFError, OSError) as error:
            return self._ended(child, error)
        return self._overran(child, part) if answer is None else answer

    def close(self) -> None:
        """End the child in order, or by force within FAREWELL_S; asked again it starts again."""
        child, self._child = self._child, None
        if child is not None:
            child.end(FAREWELL_S)

    def _start(self) -> "_Child | Fault":
        if self._dying is not None and self._dying.poll() is None:
            # It would hold the bus against its successor, and they would become many.
            return self._fault(Flag.BUS_STUCK, "the kernel does not let go of it: restart the Pi")
        self._dying = None
        try:
            self._child = _Child(self._command, started_s=self._clock.monotonic_s())
        except OSError as error:
            return self._fault(
                Flag.FAULT, f"its process cannot be started ({error.strerror}): free memory"
            )
        return self._child

    def _still_starting(self, child: "_Child") -> Fault:
        if self._clock.monotonic_s() - child.started_s > START_LIMIT_S:
            self._kill(child)
            return self._fault(Flag.FAULT, f"its process did not start in {START_LIMIT_S:.0f} s")
        return self._fault(Flag.STARTING, "its process is starting")

    def _ended(self, child: "_Child", error: Exception) -> Fault:
        self._kill(child)
        words = child.last_words or str(error)
        return self._fault(Flag.FAULT, f"its process ended: {words}")

    def _overran(self, child: "_Child", part: str) -> Fault:
        self._kill(child)
        return self._fault(
            Flag.BUS_STUCK,
            f"{part} gave no answer in {self._deadline_s:g} s, its process was ended: "
            "cut the sensors' power for ten seconds, shorten the lead",
        )

    def _kill(self, child: "_Child") -> None:
        self._child = None
        self._dying = child.end(0.0)

    def _fault(self, flag: Flag, words: str) -> Fault:
        return Fault(flag=flag, message=f"{self._name}: {words}")


class WorkerSensor(Generic[Reading]):
    """A Sensor that lives in a worker's child."""

    def __init__(self, worker: BusWorker, part: str, kind: type[Reading]) -> None:
        self._worker = worker
        self._part = part
        self._reading = msgspec.json.Decoder(kind)
        self._fault = msgspec.json.Decoder(Fault)

    def sample(self) -> Reading | Fault:
        """Return what the part in the child says, within the worker's deadline."""
        answer = self._worker.ask(self._part)
        if isinstance(answer, Fault):
            return answer
        try:
            decoder = self._reading if answer[:1] == READING else self._fault
            return decoder.decode(answer[1:])
        except msgspec.MsgspecError as error:
            self._worker.close()
            return Fault(flag=Flag.FAULT, message=f"{self._part}: its process stammers: {error}")

    def close(self) -> None:
        """End the child; the parts of one bus are closed together."""
        self._worker.close()


class _Child:
    """One run of the program: lines out, lines in, and its last words."""

    def __init__(self, command: tuple[str, ...], *, started_s: float) -> None:
        self.started_s = started_s
        self.ready = False
        self.last_words = ""
        self._rest = b""
        self._process = subprocess.Popen(  # noqa: S603 - the program is ours, and no shell reads it
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self._asked = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._words = cast("IO[bytes]", self._process.stderr)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._answers, selectors.EVENT_READ)

    def ask(self, part: str) -> None:
        self._asked.write(part.encode() + b"\n")

    def line(self, left_s: Callable[[], float]) -> bytes | None:
        """Return the next line; None when it does not come in time.

        Args:
            left_s: seconds until the deadline, 0 when it has passed.

        Raises:
            EOFError: the child has ended, or says more than any answer is long.
        """
        while b"\n" not in self._rest:
            if not self._selector.select(left_s()):
                return None
            part = os.read(self._answers.fileno(), MAX_LINE_BYTES)
            self._rest += part
            if not part or len(self._rest) > MAX_LINE_BYTES:
                raise EOFError("it closed its output" if not part else "it does not stop talking")
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def end(self, farewell_s: float) -> subprocess.Popen[bytes]:
        """Wait farewell_s for an orderly end, then kill, reap and close; return the process."""
        self._asked.close()
        if not (farewell_s and self._gone(farewell_s)):
            self._process.kill()
            self._gone(REAP_S)
        self._selector.close()
        os.set_blocking(self._words.fileno(), False)
        heard = (self._words.read(LAST_WORDS_BYTES) or b"").decode("utf-8", "replace").split("\n")
        self.last_words = next((words.strip() for words in reversed(heard) if words.strip()), "")
        self._answers.close()
        self._words.close()
        return self._process

    def _gone(self, within_s: float) -> bool:
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True
