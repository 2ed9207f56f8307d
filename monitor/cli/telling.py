"""The words of what is done: where they cannot be written, nothing but they is lost."""

import os
import sys
from contextlib import suppress
from typing import TextIO

import click


def tell_done(*lines: str) -> None:
    """Say on stdout what a command has done; on stderr where that cannot be written.

    As a refusal it would read as if nothing had been done, and a script would do it again.
    """
    words = "\n".join(lines)
    try:
        click.echo(words)
    except OSError as error:
        let_go_of_output()
        tell_aside(f"It is done; only its words could not be written ({error.strerror}):\n{words}")


def tell_aside(text: str, *, nl: bool = True) -> None:
    """Say something on stderr; where that is closed or full, the work goes on unheard."""
    try:
        click.echo(text, nl=nl, err=True)
    except OSError:
        _let_go_of(sys.stderr)


def let_go_of_output() -> None:
    """Drop what stdout did not take."""
    _let_go_of(sys.stdout)


def _let_go_of(stream: TextIO | None) -> None:
    """Drop what a stream did not take: at exit it would be tried again, and end with 120."""
    if stream is None:  # it was closed before the command began
        return
    with suppress(OSError):
        stream.flush()
    with suppress(OSError):  # it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
