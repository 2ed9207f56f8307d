"""Leaves out what libraries load only because it is there; to be imported before they are.

A name that is None in sys.modules cannot be imported, which is Python's own way to say so,
and each of SPARED has a path without it: msgspec takes typing_extensions before typing,
werkzeug takes ssl, which waitress never uses, shutil takes bz2 and lzma for archives, hashlib
takes OpenSSL for what it can do itself, and scrypt, which needs it, runs in a process of its
own (monitor/runtime/scrypt_apart.py). What Flask imports by name has no such path: it gets a
stand-in that holds the names and does nothing, because nobody runs its development server,
its test client or its command line in this process, or keeps compiled templates in files.
And what is needed only to tell what went wrong, or for the description of the API, is
loaded when somebody asks for it.

Together 9 of 41 MiB; docs/decisions/0014-what-the-dashboard-costs.md has the figures.
"""

import importlib
import sys
from collections.abc import Mapping
from functools import partial
from threading import RLock
from types import ModuleType
from typing import Any, Final

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
    "jinja2.bccache": {
        "BytecodeCache": None,
        "FileSystemBytecodeCache": None,
        "MemcachedBytecodeCache": None,
    },
}

# A module, and what is imported from it by name.
LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "difflib": (),  # werkzeug, for an address that no view has
    "email.charset": ("Charset",),  # email.utils, for names in mail
    "msgspec._json_schema": ("schema", "schema_components"),
    "msgspec.inspect": (),
    "pkgutil": (),  # werkzeug, to look for modules
    "pprint": ("pformat",),  # werkzeug, for the text of a map of routes
}
_loading: Final = RLock()


class Later(ModuleType):
    """A module that is loaded once somebody asks for something of it."""

    def __init__(self, name: str, functions: tuple[str, ...]) -> None:
        super().__init__(name)
        vars(self).update({function: partial(self._call, function) for function in functions})

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        """Return what the module has; what the import system asks for, a stand-in has not."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._loaded(), name)

    def _call(self, function: str, /, *arguments: object, **named: object) -> object:
        return getattr(self._loaded(), function)(*arguments, **named)

    def _loaded(self) -> ModuleType:
        with _loading:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return importlib.import_module(self.__name__)


for _name in SPARED:
    if _name not in sys.modules:
        sys.modules[_name] = None  # type: ignore[assignment] # documented, typeshed leaves it out
for _name, _holds in STAND_INS.items():
    if _name not in sys.modules:
        _module = sys.modules[_name] = ModuleType(_name)
        vars(_module).update(_holds)
for _name, _functions in LATER.items():
    if _name not in sys.modules:
        sys.modules[_name] = Later(_name, _functions)
