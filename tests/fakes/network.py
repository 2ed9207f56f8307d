"""A network of its own for real processes, in which packets get lost. Needs root."""

import secrets
import subprocess
from types import TracebackType
from typing import Self


class LossyNetwork:
    """A network namespace whose loopback loses a share of the packets of one port."""

    def __init__(self, port: int) -> None:
        self.name = f"nightroom-{secrets.token_hex(4)}"
        self._port = port

    def __enter__(self) -> Self:
        run("ip", "netns", "add", self.name)
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("nft", "add", "table", "inet", "loss")
        hook = "{ type filter hook input priority 0; }"
        self.inside("nft", "add", "chain", "inet", "loss", "incoming", hook)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        run("ip", "netns", "delete", self.name)

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return what to put before a command to run it inside."""
        return ("ip", "netns", "exec", self.name)

    def lose(self, pct: int) -> None:
        """Lose so many of a hundred packets to the port, and as many from it."""
        for end in ("dport", "sport"):
            rule = f"tcp {end} {self._port} numgen random mod 100 < {pct} counter drop"
            self.inside("nft", "add", "rule", "inet", "loss", "incoming", *rule.split())

    def lost(self) -> int:
        """Return how many packets were lost."""
        listed = self.inside("nft", "list", "chain", "inet", "loss", "incoming").split()
        return sum(int(listed[at + 1]) for at, word in enumerate(listed) if word == "packets")

    def inside(self, *command: str) -> str:
        return run(*self.prefix, *command)


def run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout
