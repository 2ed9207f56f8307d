"""Starts the child that sends one message, and reads its answer without ever waiting for it."""

import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from typing import IO, Final, Protocol, cast

import msgspec

from monitor.runtime.clock import Clock

# Judgement: connecting and answering take 4 s each at most (Apprise); a server that answers
# a byte at a time is left after this.
DEADLINE_S: Final = 20.0
SENDER: Final = "monitor.alerts.send"
GONE: Final = "the sending process ended without an answer"


class Outcome(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    WRONG_URL = "wrong_url"
    PERMANENT = "permanent"
    RETRYABLE = "retryable"


class Letter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message for one channel; travels by stdin, as the url is a secret."""

    url: str
    title: str
    body: str
    urgency: str

    def __repr__(self) -> str:
        return f"Letter(title={self.title!r}, urgency={self.urgency!r})"


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a letter; words are for people and hold no secret."""

    outcome: Outcome
    words: str
    retry_after_s: float | None = None


_answers: Final = msgspec.json.Decoder(Answer)


class Flight(Protocol):
    """One attempt under way."""

    def answer(self) -> Answer | None:
        """Return what became of it, None while it is not known; never waits."""
        ...

    def stop(self) -> None:
        """End it now."""
        ...


class Courier(Protocol):
    """Sends letters, each apart from the process that has written it."""

    def send(self, letter: Letter) -> Flight:
        """Begin an attempt; returns at once, never raises for a channel's sake."""
        ...


class ChildCourier:
    """A short-lived child a letter: Apprise and its weight live and end there.

    Args:
        clock: its monotonic time bounds each child.
        module: what the child runs.
    """

    def __init__(self, clock: Clock, module: str = SENDER) -> None:
        self._clock = clock
        self._module = module

    def send(self, letter: Letter) -> Flight:
        """Start a child and hand it the letter."""
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module; the letter is not in it
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            return _NoFlight(f"no process could be started ({error.strerror})")
        return _ChildFlight(process, msgspec.json.encode(letter), self._clock)


class _NoFlight:
    def __init__(self, words: str) -> None:
        self._words = words

    def answer(self) -> Answer:
        return Answer(outcome=Outcome.RETRYABLE, words=self._words)

    def stop(self) -> None:
        """End nothing: it never began."""


class _ChildFlight:
    def __init__(self, process: subprocess.Popen[bytes], letter: bytes, clock: Clock) -> None:
        self._process = process
        self._said = cast(IO[bytes], process.stdout)
        self._clock = clock
        self._until_s = clock.monotonic_s() + DEADLINE_S
        # A letter is far smaller than a pipe holds, so this never waits for the child. One
        # that has ended already says so by its answer, or by having none.
        with suppress(OSError), cast(IO[bytes], process.stdin) as stdin:
            stdin.write(letter)

    def answer(self) -> Answer | None:
        if self._process.poll() is None:
            if self._clock.monotonic_s() < self._until_s:
                return None
            self.stop()
            words = f"the server did not finish within {DEADLINE_S:.0f} s"
            return Answer(outcome=Outcome.RETRYABLE, words=words)
        with self._said:
            try:
                return _answers.decode(self._said.read())
            except msgspec.MsgspecError:
                return Answer(outcome=Outcome.RETRYABLE, words=GONE)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()
