"""scrypt in a process that ends: its 16 MiB, and OpenSSL's 4, do not stay with who asks.

The C library gives a first block of 16 MiB back and keeps every later one (mallopt(3),
M_MMAP_THRESHOLD), so that the dashboard had them for good from the second login on.
"""

import os
import sys
from pathlib import Path
from typing import Final

from monitor.runtime import scrypt_child

# -I and -S: what is hashed is no matter of the environment or of installed packages.
COMMAND: Final = (sys.executable, "-I", "-S", str(Path(scrypt_child.__file__)))


def scrypt_apart(
    password: bytes, *, salt: bytes, cost: int, block: int, passes: int, size: int
) -> bytes:
    """Return scrypt of a password, made by a child.

    Raises:
        OSError: this machine has no process or no memory for it now.
    """
    arguments = (*COMMAND, *map(str, (len(salt), cost, block, passes, size)))
    given, ours = os.pipe()
    answer, its = os.pipe()
    try:
        actions = [(os.POSIX_SPAWN_DUP2, given, 0), (os.POSIX_SPAWN_DUP2, its, 1)]
        child = os.posix_spawn(COMMAND[0], arguments, {}, file_actions=actions)
    except OSError:
        os.close(ours)
        os.close(answer)
        raise
    finally:
        os.close(given)
        os.close(its)
    try:
        with open(answer, "rb") as said:  # noqa: PTH123 - a pipe has no path
            with open(ours, "wb") as told:  # noqa: PTH123 - as above
                told.write(salt + password)
            made = said.read()
    finally:
        _, status = os.waitpid(child, 0)
    if len(made) != size:
        raise ChildProcessError(f"the process that hashes ended with {status}")
    return made
