"""The file that a backup is: a gzipped tar of the databases and what they must contain."""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Final, Self

import msgspec

from monitor.store.errors import BackupError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.nights_db import NIGHTS_FILE

MANIFEST: Final = "backup.json"
DATABASES: Final = (NIGHTS_FILE, HOUSEHOLD_FILE)
# Judgement: limits for what is unpacked.
UNPACKED_BYTES: Final = 200 * 1_000_000
MAX_RATIO: Final = 100
# Judgement: the manifest names two files and some twenty tables.
MANIFEST_BYTES: Final = 100_000
# A tar pads every member, and its end, to blocks; small archives must not fall for it.
TAR_MARGIN_BYTES: Final = 64 * 1024
CHUNK_BYTES: Final = 256 * 1024
# Judgement: what a disk must have left besides.
SPACE_MARGIN_BYTES: Final = 8 * 1024 * 1024
STUMBLES: Final = (ValueError, OverflowError)
# Headers whose content tarfile reads itself, before anybody sees a member.
FOLLOWED: Final = {
    tarfile.XHDTYPE: "an extended header",
    tarfile.XGLTYPE: "an extended header",
    tarfile.SOLARIS_XHDTYPE: "an extended header",
    tarfile.GNUTYPE_LONGNAME: "a long name",
    tarfile.GNUTYPE_LONGLINK: "the long name of a link",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}

Show = Callable[[float, str], None]
Take = Callable[[IO[bytes], str], str]


class Copied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One database of a backup; rows by table."""

    name: str
    schema_version: int
    size_bytes: int
    sha256: str
    rows: dict[str, int]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup contains; made is RFC 3339."""

    made: str
    files: tuple[Copied, ...]


def pack(target: Path, folder: Path, manifest: Manifest, show: Show) -> None:
    """Write an archive of the manifest's files in a folder, durably.

    Raises:
        OSError: it cannot be written.
    """
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(
            fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.USTAR_FORMAT
        ) as tar:
            written = msgspec.json.encode(manifest)
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(written), 0o600
            tar.addfile(info, io.BytesIO(written))
            for number, one in enumerate(manifest.files):
                show(number / len(manifest.files), f"packing {one.name}")
                info = tarfile.TarInfo(one.name)
                info.size, info.mode = one.size_bytes, 0o600
                with (folder / one.name).open("rb") as content:
                    tar.addfile(info, content)
        file.flush()
        os.fsync(file.fileno())


def unpack(
    archive: Path, folder: Path, *, up_to_bytes: int, free_bytes: int, show: Show
) -> Manifest:
    """Unpack an archive's databases into a folder, checked against its manifest.

    free_bytes: what may be written; SPACE_MARGIN_BYTES are left besides.

    Raises:
        BackupError: it is not one of ours, damaged, or more than it may be.
        OSError: the folder cannot be written.
    """

    def take(content: IO[bytes], name: str) -> str:
        show(0.5 if name == HOUSEHOLD_FILE else 0.0, f"unpacking {name}")
        return _copy(content, folder / name)

    return _read(
        archive, up_to_bytes, lambda manifest: _require_room(archive, manifest, free_bytes), take
    )


def read_back(archive: Path, *, up_to_bytes: int) -> Manifest:
    """Read an archive as unpack does, with all its checks, and write nothing.

    Raises:
        BackupError: unpack would refuse it.
    """
    return _read(archive, up_to_bytes, lambda _: None, lambda content, _: sha256(content))


def sha256(content: IO[bytes]) -> str:
    """Return the SHA-256 of what is left to read, in hex."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _read(
    archive: Path, up_to_bytes: int, begin: Callable[[Manifest], None], take: Take
) -> Manifest:
    """Return an archive's manifest once all of it is read and fits.

    begin sees the manifest first; take reads a member and returns its SHA-256.
    """
    size_bytes = archive.stat().st_size
    try:
        with gzip.open(archive, "rb") as packed:
            limit = _Limit(archive, size_bytes, up_to_bytes)
            bounded = _Bounded(packed, limit)
            with tarfile.open(fileobj=bounded, mode="r|", tarinfo=_Plain) as tar:
                manifest = _members(archive, tar, limit, begin, take)
            while bounded.read(CHUNK_BYTES):
                pass  # to its end, where the packing has its own checksum
            return manifest
    # tarfile lets through what it stumbles over in the numbers of a header.
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, *STUMBLES) as error:
        raise BackupError(f"{archive} is not a whole backup of nightroom ({error})") from error


def _members(
    archive: Path,
    tar: tarfile.TarFile,
    limit: "_Limit",
    begin: Callable[[Manifest], None],
    take: Take,
) -> Manifest:
    manifest: Manifest | None = None
    sizes: dict[str, int] = {}
    done: dict[str, str] = {}
    for member in tar:
        _require_plain(archive, member)
        limit.require(limit.seen_bytes + member.size)
        content = tar.extractfile(member)
        if content is None or member.name in done:
            raise BackupError(f"{archive} holds {member.name} twice: nothing was restored")
        if manifest is None:
            if member.name != MANIFEST or member.size > MANIFEST_BYTES:
                raise BackupError(f"{archive} does not begin with its {MANIFEST}: not a backup")
            manifest = _manifest(archive, content.read())
            begin(manifest)
            sizes = {one.name: one.size_bytes for one in manifest.files}
            done[MANIFEST] = ""
            continue
        # What room was made for is what the manifest says.
        if member.size != sizes.get(member.name):
            raise BackupError(f"{archive} is damaged: {member.name} is not what was backed up")
        done[member.name] = take(content, member.name)
    if manifest is None:
        raise BackupError(f"{archive} is empty")
    promised = {one.name: one.sha256 for one in manifest.files} | {MANIFEST: ""}
    if done != promised:
        wrong = sorted(name for name in promised | done if promised.get(name) != done.get(name))
        raise BackupError(f"{archive} is damaged: {', '.join(wrong)} is not what was backed up")
    return manifest


def _require_plain(archive: Path, member: tarfile.TarInfo) -> None:
    """Refuse whatever a backup of ours never has.

    Raises:
        BackupError: the text names the member.
    """
    name = PurePosixPath(member.name)
    if member.issym() or member.islnk():
        raise BackupError(f"{archive} holds a link ({member.name}): nothing was restored")
    if name.is_absolute() or ".." in name.parts:
        raise BackupError(f"{archive} holds a path that leads elsewhere ({member.name}): refused")
    if not member.isfile() or member.name not in (MANIFEST, *DATABASES):
        raise BackupError(f"{archive} holds {member.name}, which no backup of nightroom has")


def _manifest(archive: Path, written: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(written, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupError(f"{archive}: its {MANIFEST} cannot be read ({error})") from error
    names = [one.name for one in manifest.files]
    if not names or len(set(names)) < len(names):
        raise BackupError(f"{archive}: its {MANIFEST} names no database, or one twice")
    return manifest


def _require_room(archive: Path, manifest: Manifest, free_bytes: int) -> None:
    needed = sum(one.size_bytes for one in manifest.files)
    if needed > free_bytes:
        # Both with the margin, so that they can be held against what `df` says.
        needed, free = needed + SPACE_MARGIN_BYTES, max(0, free_bytes + SPACE_MARGIN_BYTES)
        raise BackupError(
            f"{archive} needs {needed / 10**6:.1f} MB, {free / 10**6:.1f} MB are free: make room"
            " first"
        )


def _copy(content: IO[bytes], target: Path) -> str:
    """Copy to a new private file, durably, and return the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


class _Plain(tarfile.TarInfo):
    """A header that tells a member; no other is followed, whose content tarfile would read.

    Of one of 40,000 digits it takes seconds, of twice as many four times as long: its search is
    quadratic up to Python 3.11.9 and 3.12.5.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read a header.

        Raises:
            tarfile.TarError: of a kind that no backup has.
        """
        found = super().frombuf(buf, encoding, errors)
        if found.type in FOLLOWED:
            raise tarfile.TarError(f"{found.name} is {FOLLOWED[found.type]}, as no backup has")
        return found


class _Limit:
    """How much an archive may unpack to."""

    def __init__(self, archive: Path, size_bytes: int, up_to_bytes: int) -> None:
        self._archive = archive
        self._size_bytes = max(1, size_bytes)
        self._up_to_bytes = up_to_bytes
        self.seen_bytes = 0

    def require(self, unpacked_bytes: int) -> None:
        """Raise BackupError where so many bytes are more than it may be."""
        if unpacked_bytes > self._up_to_bytes + TAR_MARGIN_BYTES:
            raise BackupError(
                f"{self._archive} unpacks to {unpacked_bytes / 1e6:.0f} MB or more, over the limit"
                f" of {self._up_to_bytes / 1e6:.0f} MB: if it is a backup of your own, give more"
                " with --up-to-mb"
            )
        if unpacked_bytes > self._size_bytes * MAX_RATIO + TAR_MARGIN_BYTES:
            raise BackupError(
                f"{self._archive} unpacks to more than {MAX_RATIO} times its size, as no backup"
                " does: nothing was restored"
            )


class _Bounded(io.RawIOBase):
    """Counts what comes out of the packing, so that no header can hide how much it is."""

    def __init__(self, packed: gzip.GzipFile, limit: _Limit) -> None:
        super().__init__()
        self._packed = packed
        self._limit = limit

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        found = self._packed.read(size)
        self._limit.seen_bytes += len(found)
        self._limit.require(self._limit.seen_bytes)
        return found
