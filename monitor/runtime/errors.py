"""What an operator can do something about. The text says what, with which value, and how."""

from pathlib import Path


class OperatorError(Exception):
    """Shown as its text alone, without a traceback."""

    exit_code = 1


class ConfigError(OperatorError):
    """The configuration cannot be used; exit code 2 is not restarted by the units."""

    exit_code = 2

    def __init__(self, path: Path | None, problems: tuple[str, ...]) -> None:
        """Gather every problem of one file, so that all are mended in one go."""
        self.problems = problems
        where = "" if path is None else f"{path}: "
        many = "" if len(problems) == 1 else f"{len(problems)} problems\n  "
        super().__init__(where + many + "\n  ".join(problems))


class BrokerError(OperatorError):
    """The broker cannot be started, found or logged in to."""
