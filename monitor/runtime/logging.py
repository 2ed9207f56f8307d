"""One line an event: key=value, a unit in the key; a state change once, nothing a reading."""

import logging
import sys
from typing import Final

_QUOTED: Final = set(' "=\n\t')
_MAX_VALUE: Final = 200


def line(event: str, **values: object) -> str:
    r"""Return one log line; strings from outside are bounded and quoted.

    >>> line("journal opened", backlog=3, stream="a b")
    'journal opened backlog=3 stream="a b"'
    """
    parts = [event, *(f"{key}={_shown(value)}" for key, value in values.items())]
    return " ".join(parts)


def setup_logging(*, verbose: bool = False) -> None:
    """Send the process's log to stderr, where journald reads it."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(levelname)s %(name)s %(message)s",
        force=True,
    )


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = "".join(char if char.isprintable() else "?" for char in text[:_MAX_VALUE])
    if text == "" or any(char in _QUOTED for char in text):
        return '"' + text.replace('"', "'") + '"'
    return text
