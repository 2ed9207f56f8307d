"""Ctrl-C in a command, in the middle of its bar or of a question."""

from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from monitor.cli.interruptible import InterruptibleGroup
from monitor.cli.progress import progress


@click.group(cls=InterruptibleGroup)
def some() -> None:
    """Hold the commands below."""


@some.command()
def work() -> None:
    """Work until Ctrl-C."""
    progress().show(0.5, "working")
    raise KeyboardInterrupt


@some.command()
@click.option("--stop", is_flag=True)
def ask(*, stop: bool) -> None:
    """Ask a question, which Ctrl-C or the end of the input answers."""
    try:
        raise KeyboardInterrupt if stop else EOFError
    except (KeyboardInterrupt, EOFError):
        raise click.Abort from None  # as click.prompt does


def test_ctrl_c_ends_the_bars_line_and_the_command_with_130(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("monitor.cli.progress.sys", terminal)

    done = CliRunner().invoke(some, ["work"])

    assert done.exit_code == 130
    assert done.stderr.startswith("\r[####")
    assert done.stderr.rstrip(" ").count("\n") == 2
    assert done.stderr.endswith("\nInterrupted.\n")


@pytest.mark.parametrize(
    ("options", "code", "said"), [(["--stop"], 130, "Interrupted."), ([], 1, "Aborted!")]
)
def test_a_question_is_interrupted_by_ctrl_c_and_aborted_by_the_end_of_its_input(
    options: list[str], code: int, said: str
) -> None:
    done = CliRunner().invoke(some, ["ask", *options])

    assert (done.exit_code, done.stderr) == (code, f"{said}\n")
