"""Leaves out what libraries load only because it is there; to be imported before they are.

msgspec takes typing_extensions before typing, and werkzeug and http.client take ssl, which
waitress never uses: 3 MiB of this process for nothing. None in sys.modules is Python's own
way to say that a module cannot be imported; each of them has a path without it.
"""

import sys
from typing import Final

SPARED: Final = ("typing_extensions", "ssl", "_ssl")

for _name in SPARED:
    if _name not in sys.modules:
        sys.modules[_name] = None  # type: ignore[assignment] # documented, typeshed leaves it out
