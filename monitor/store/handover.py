"""What `sudo nightroom` hands to the running web process: one file, made by rename.

household.db has one writer, the web process; a command that must change it while the
pages run leaves its wish here, secrets hashed, and the web process takes it within a second.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from monitor.store.errors import HandoverError
from monitor.store.undated_rows import Booted

FILE: Final = "access.request"
# Judgement: a wish is under 300 bytes.
MAX_BYTES: Final = 4096


CalibrationKey = Literal[
    "temperature_offset_k", "illuminance_factor", "sound_offset_db", "sound_calibrated", "floor_db"
]


class NewCode(msgspec.Struct, frozen=True, kw_only=True, tag="code", forbid_unknown_fields=True):
    """A one-time code for the first run: scrypt line, and when in which boot it was made."""

    code: str
    boot_id: str
    made_s: float


class NewPassword(
    msgspec.Struct, frozen=True, kw_only=True, tag="password", forbid_unknown_fields=True
):
    """Another household password: scrypt line."""

    password: str


class NewSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag="settings",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """A calibration that a command has measured: settings of a room from an instant on.

    undated: the boot, where the machine did not know the time then.
    """

    room: str
    valid_from_ms: int
    values: dict[CalibrationKey, float | bool | None]
    undated: Booted | None = None


Access = NewCode | NewPassword
Wish = Access | NewSettings
_decoder: Final = msgspec.json.Decoder(Wish)


def leave_wish(folder: Path, wish: Wish) -> None:
    """Put a wish in the data folder, for the folder's owner to take; it replaces one there.

    Usually run by root in a folder of another user: nothing is followed or reused that
    this user may have placed there.

    Raises:
        HandoverError: the folder is missing or not ours to write.
    """
    try:
        where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise HandoverError(_why(folder, error)) from error
    try:
        _write(where, msgspec.json.encode(wish))
    except OSError as error:
        raise HandoverError(_why(folder, error)) from error
    finally:
        os.close(where)


def is_waiting(folder: Path) -> bool:
    """Tell whether a wish has not been taken yet."""
    return os.path.lexists(folder / FILE)


def take_wish(folder: Path, apply: Callable[[Wish], None]) -> bool:
    """Apply the waiting wish and then remove it; return whether there was one.

    A kill between the two applies it twice, so apply must not mind.

    Raises:
        HandoverError: the file is not a wish of root or of this user; it is removed.
    """
    path = folder / FILE
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise HandoverError(_refused(path, error.strerror or str(error))) from error
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in (0, os.geteuid()):
            raise HandoverError(_refused(path, "not a file of root or of this user"))
        wish = _decoder.decode(os.read(file, MAX_BYTES))
    except msgspec.MsgspecError as error:
        raise HandoverError(_refused(path, "not a wish")) from error
    finally:
        os.close(file)
    apply(wish)
    path.unlink(missing_ok=True)
    return True


def _write(where: int, data: bytes) -> None:
    owner = os.fstat(where)
    unfinished = f"{FILE}.{os.getpid()}"
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(unfinished, new, 0o600, dir_fd=where)
    try:
        try:
            os.write(file, data)
            os.fchown(file, owner.st_uid, owner.st_gid)
            os.fsync(file)
        finally:
            os.close(file)
        os.rename(unfinished, FILE, src_dir_fd=where, dst_dir_fd=where)
    except OSError:
        os.unlink(unfinished, dir_fd=where)
        raise
    os.fsync(where)


def _refused(path: Path, why: str) -> str:
    with suppress(OSError):
        path.unlink()
    return f"{path} was refused and, unless it is a folder, removed: {why}"


def _why(folder: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{folder} belongs to another user: run this with sudo"
    if isinstance(error, FileNotFoundError):
        return f"{folder} is not there: start nightroom-web once, which makes it"
    return f"{folder}: {error.strerror or error}"
