"""What can stop the sensor daemon, named by what the operator can do about it."""

import errno
from typing import Final

from firmware.disk import BAD_SPOT, NO_SPACE

A_FILE: Final = "a file lies where its folder should be: move it away"
THE_OWNER: Final = "the user of nightroom-sensors must own it and what is in it: chown -R"
ADVICE: Final = {
    **dict.fromkeys(NO_SPACE, "free space on the card"),
    **dict.fromkeys(BAD_SPOT, "replace the card if this stays"),
    errno.EISDIR: "a folder lies where its file should be: it is set aside, see *.bad in there",
    errno.ENOENT: "it begins anew with the next minute; restart nightroom-sensors if this stays",
    errno.EROFS: "mount the card writable again; replace it if it turns read-only once more",
    **dict.fromkeys((errno.EACCES, errno.EPERM), THE_OWNER),
    **dict.fromkeys((errno.ENOTDIR, errno.EEXIST), A_FILE),
}
OTHERWISE: Final = "free space on the card or replace it"


class FirmwareError(Exception):
    """Anything the sensor daemon reports as its own; the text names the next step."""


class BusError(FirmwareError):
    """An I2C bus cannot be opened: it is switched off, not there, or not allowed."""


class BusBusyError(BusError):
    """An I2C bus has an owner already: the sensor daemon, or a second one."""


class JournalError(FirmwareError):
    """The journal's disk refused; free space or change the card. What waits is kept."""


def refusal(task: str, error: OSError) -> JournalError:
    """Return what to tell of a disk that refused: what happened, and what to do about that."""
    advice = ADVICE.get(error.errno or 0, OTHERWISE)
    return JournalError(f"{task}: {error.strerror or error}; {advice}")


class JournalInUseError(JournalError):
    """Another sensor daemon writes this journal: stop one of the two."""
