"""What a process and its children asked of the kernel, as strace wrote it down."""

import re
from dataclasses import dataclass, field
from pathlib import Path

OPENS = "open,openat,openat2,creat,memfd_create"
WRITES = "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg"
SOCKETS = "socket,socketpair"
CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\w+)")
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
WRITABLE = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC")


def strace_command(prefix: Path) -> tuple[str, ...]:
    """Return what to put before a command: a file a thread, every byte in hexadecimal."""
    # -D: the command stays the direct child, so that its signals are its own.
    calls = f"trace=execve,{OPENS},{WRITES},{SOCKETS}"
    return ("strace", "-D", "-q", "-f", "-ff", "-xx", "-s", "1048576", "-e", calls, "-e",
            "signal=none", "-o", str(prefix))  # fmt: skip


def injecting(trace: Path, calls: str, fault: str, number: int) -> tuple[str, ...]:
    """Return what to put before a command so that its call of that number meets a fault.

    Each of the calls counts for itself, in every thread.

    Args:
        trace: the file to write to; INJECTED, or killed by, stands in it once the fault was met.
        calls: names of system calls, comma-separated.
        fault: "error=EIO", "signal=KILL" and the like: see strace(1).
        number: the call that fails, from 1.
    """
    # The filter spares all other calls their two stops; with it strace 6.1 injects no signal.
    quick = ("--seccomp-bpf",) if fault.startswith("error=") else ()
    return ("strace", "-D", "-q", "-f", *quick, "-o", str(trace), "-e", f"trace={calls}",
            "-e", f"inject={calls}:{fault}:when={number}")  # fmt: skip


@dataclass(slots=True)
class Traced:
    """One thread; a child that became another program is that program."""

    program: str = ""
    opened_for_writing: list[str] = field(default_factory=list)
    sockets: int = 0
    written: bytearray = field(default_factory=bytearray)

    @classmethod
    def read(cls, trace: Path) -> "Traced":
        traced = cls()
        for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
            call = CALL.match(line)
            if call is not None and not call["result"].startswith("-"):
                traced._take(call["name"], call["arguments"])
            elif call is None and "(" in line and line.split("(")[0] in WRITES.split(","):
                traced._take(line.split("(")[0], line)  # the process ended within the call
        return traced

    def _take(self, name: str, arguments: str) -> None:
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in QUOTED.findall(arguments)]
        if name == "execve":
            self.program = Path(texts[0].decode()).name
            # What the thread did before was its parent's preparation, not the program's.
            self.opened_for_writing.clear()
        elif name in SOCKETS.split(","):
            self.sockets += 1
        elif name in WRITES.split(","):
            for text in texts:
                self.written += text
        elif name in {"creat", "memfd_create"} or any(flag in arguments for flag in WRITABLE):
            self.opened_for_writing.append(texts[0].decode())


def read_traces(prefix: Path) -> list[Traced]:
    """Return every thread that strace_command(prefix) saw."""
    return [Traced.read(trace) for trace in sorted(prefix.parent.glob(f"{prefix.name}.*"))]
