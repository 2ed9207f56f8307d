"""No memory image of this process or its children, however one of them dies."""

import resource
from typing import Final

# A core file is not begun below a page, and a pipe to a crash handler is not opened at
# exactly 1; with 0 a handler would still get the memory.
# Source: Linux, fs/coredump.c, do_coredump(): limit below min_coredump, and limit 1.
NO_CORE_BYTES: Final = 1


def forbid_core_dumps() -> None:
    """Forbid core dumps for good: they would hold the last seconds of a bedroom's sound."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    least = min(NO_CORE_BYTES, hard) if hard != resource.RLIM_INFINITY else NO_CORE_BYTES
    resource.setrlimit(resource.RLIMIT_CORE, (least, least))
