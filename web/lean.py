"""Leaves out what libraries load only because it is there; to be imported before they are.

A name that is None in sys.modules cannot be imported, which is Python's own way to say so,
and each of SPARED has a path without it: msgspec takes typing_extensions before typing,
werkzeug takes ssl, which waitress never uses, shutil takes bz2 and lzma for archives, hashlib
takes OpenSSL for what it can do itself, and scrypt, which needs it, runs in a process of its
own (monitor/runtime/scrypt_apart.py). What Flask imports by name has no such path: it gets a
stand-in that holds the names and does nothing, because nobody runs its development server,
its test client or its command line in this process.

Together 8 of 41 MiB; docs/decisions/0014-what-the-dashboard-costs.md has the figures.
"""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Final

SPARED: Final = (
    "typing_extensions",
    "ssl",
    "_ssl",
    "bz2",
    "_bz2",
    "lzma",
    "_lzma",
    "_hashlib",
)


class NoCommands:
    """What a Flask application and a blueprint have for the command line: nothing."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.commands: Mapping[str, object] = {}


def _never() -> bool:
    return False


STAND_INS: Final[Mapping[str, Mapping[str, object]]] = {
    "click": {},
    "flask.cli": {"AppGroup": NoCommands},
    "werkzeug.serving": {"run_simple": None, "is_running_from_reloader": _never},
    "werkzeug.test": {"Client": None},
}

for _name in SPARED:
    if _name not in sys.modules:
        sys.modules[_name] = None  # type: ignore[assignment] # documented, typeshed leaves it out
for _name, _holds in STAND_INS.items():
    if _name not in sys.modules:
        _module = sys.modules[_name] = ModuleType(_name)
        vars(_module).update(_holds)
