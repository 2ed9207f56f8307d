"""Which version of a distribution is installed, by the name of its folder."""

import sys
from collections.abc import Iterable
from pathlib import Path

NOT_INSTALLED = "not installed"


def product_version(name: str, places: Iterable[str] = sys.path) -> str:
    """Return the installed version of a distribution, or that it runs uninstalled.

    importlib.metadata says the same with a reader of archives and one of mails: 1 MiB.
    Source: PyPA, Recording installed projects: {name}-{version}.dist-info.
    """
    for place in places:
        for found in sorted(Path(place).glob(f"{name}-*.dist-info")):
            return found.name.removesuffix(".dist-info").partition("-")[2]
    return NOT_INSTALLED
