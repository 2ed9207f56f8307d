"""What the system refused a command, in one sentence with the next step."""

import errno
import os
import pwd
from typing import Final

SERVICE: Final = "nightroom"
ROOT: Final = "root"


def user_name() -> str:
    """Return the name of the user who runs this, or the number of one without a name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def words_of(error: OSError, user: str) -> str:
    """Return which path the system refused, why, and what to do about it.

    >>> words_of(PermissionError(errno.EACCES, "Permission denied", "/var/lib/nightroom"), "pi")
    '/var/lib/nightroom: Permission denied: run it with sudo'
    """
    where = f" {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"cannot write{where}: no space left; free some and retry"
    words = f"{where.strip()}: {error.strerror or error}".removeprefix(": ")
    return f"{words}{way_in(error, user)}"


def way_in(error: BaseException | None, user: str) -> str:
    """Return what lets a user in whom the system has kept out, '' where that is not it."""
    if not isinstance(error, PermissionError) or user == ROOT:
        return ""
    if user == SERVICE:
        return f": have it where the user {SERVICE} may read and write, such as /tmp"
    return ": run it with sudo"
