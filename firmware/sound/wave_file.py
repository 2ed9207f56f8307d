"""Wave files as samples, second by second: what recorders and editors write, damaged or not."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Final

import numpy as np

from firmware.sound.arrays import INT32_FULL_SCALE, Samples
from firmware.sound.capture import Encoding
from firmware.sound.errors import WaveError

# Source: Microsoft and IBM, Multimedia Programming Interface 1.0, RIFF WAVE; Microsoft,
# WAVEFORMATEXTENSIBLE: its tag, and where the tag of what is inside stands.
EXTENSIBLE: Final = 0xFFFE
FORMAT: Final = struct.Struct("<HHIIHH")
SUBFORMAT: Final = slice(24, 26)
CHUNK: Final = struct.Struct("<4sI")
RIFF_HEADER_BYTES: Final = 12
# Source: EBU Tech 3306: the true size of a data chunk beyond 4 GiB follows that of the file.
LONG_SIZE: Final = struct.Struct("<8xQ")
LONG_HEADER: Final = b"ds64"
# Judgement: a recorder that does not know the length yet says 0 or something from here on.
UNKNOWN_BYTES: Final = 0x7FFF_0000
# Judgement: below, most of what A weighting lets through is missing; above, there is no device.
LOWEST_HZ: Final = 8_000
HIGHEST_HZ: Final = 384_000
MOST_CHANNELS: Final = 64
STANDARD_INPUT: Final = "-"
# Why: sizes are checked against the file's end, and the loudest channel is looked for first.
NO_PIPE: Final = "write it to a file first, a recording is gone through twice"
# Judgement: an editor may exceed full scale, by far less than this; noise in a file does not.
LARGEST_SAMPLE: Final = 1e6


class Kind(Enum):
    """What a sample is: the value is (the format's tag, octets a sample)."""

    PCM_16 = (1, 2)
    PCM_24 = (1, 3)
    PCM_32 = (1, 4)
    FLOAT_32 = (3, 4)
    FLOAT_64 = (3, 8)

    def samples(self, octets: bytes) -> Samples:
        """Return samples of full scale 1.0, shape (n,)."""
        match self:
            case Kind.FLOAT_32:
                with np.errstate(invalid="ignore"):  # what is not a number is told later
                    return np.frombuffer(octets, "<f4").astype(np.float64)
            case Kind.FLOAT_64:
                return np.frombuffer(octets, "<f8")
        return _ENCODINGS[self].widened(octets) / INT32_FULL_SCALE


_ENCODINGS: Final = {
    Kind.PCM_16: Encoding.S16_LE,
    Kind.PCM_24: Encoding.S24_3LE,
    Kind.PCM_32: Encoding.S32_LE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFile:
    """What a wave file says of itself, and where its samples are.

    is_cut: the file ends before its own header says that it does.
    """

    path: Path
    rate_hz: int
    channels: int
    kind: Kind
    data_start: int
    frames: int
    is_cut: bool

    @classmethod
    def open(cls, path: Path) -> "WaveFile":
        """Read a wave file's header.

        Raises:
            WaveError: it is no wave file with PCM of 16, 24 or 32 bits or floating point, or
                cannot be read.
        """
        if str(path) == STANDARD_INPUT:
            raise WaveError(f"standard input: {NO_PIPE}")
        try:
            with path.open("rb") as file:
                if not file.seekable():
                    raise WaveError(f"{path}: a pipe: {NO_PIPE}")
                return cls._read(path, file)
        except OSError as error:
            raise WaveError(f"{path}: cannot be read ({error.strerror or error})") from error
        except struct.error as error:
            raise WaveError(f"{path}: not a wave file, or cut off in its header") from error

    @classmethod
    def _read(cls, path: Path, file: IO[bytes]) -> "WaveFile":
        riff = file.read(RIFF_HEADER_BYTES)
        if riff[:4] not in {b"RIFF", b"RF64", b"BW64"} or riff[8:] != b"WAVE":
            raise WaveError(f"{path}: not a wave file")
        chunks: dict[bytes, bytes] = {}
        name, size = CHUNK.unpack(file.read(CHUNK.size))
        while name != b"data":
            # Chunks begin at even octets.
            after = file.tell() + size + size % 2
            chunks[name] = file.read(min(size, SUBFORMAT.stop))
            file.seek(after)
            name, size = CHUNK.unpack(file.read(CHUNK.size))
        if LONG_HEADER in chunks and size == 2**32 - 1:
            (size,) = LONG_SIZE.unpack_from(chunks[LONG_HEADER])
        rate_hz, channels, kind = _format(path, chunks.get(b"fmt ", b""))
        start = file.tell()
        there = file.seek(0, os.SEEK_END) - start
        is_told = size > 0 and (size < UNKNOWN_BYTES or LONG_HEADER in chunks)
        return cls(
            path=path,
            rate_hz=rate_hz,
            channels=channels,
            kind=kind,
            data_start=start,
            frames=(min(size, there) if is_told else there) // (channels * kind.value[1]),
            is_cut=is_told and there < size,
        )

    def seconds(self, channel: int) -> Iterator[Samples]:
        """Yield a channel (from 0) second by second, full scale 1.0; the last is shorter.

        Raises:
            WaveError: there is no such channel, or a sample is no sound.
        """
        if not 0 <= channel < self.channels:
            raise WaveError(f"{self.path}: no channel {channel + 1}, it has {self.channels}")
        for number, frames in enumerate(self._seconds()):
            samples = frames[:, channel]
            sound = np.abs(samples) <= LARGEST_SAMPLE  # False for what is not a number
            if not sound.all():
                place = int(np.argmin(sound))
                at_s = number + place / self.rate_hz
                raise WaveError(f"{self.path}: at {at_s:.3f} s a sample is {samples[place]}")
            yield samples

    def loudest_channel(self) -> int:
        """Return the channel (from 0) that is the loudest in the first second.

        About its mean: an open data line sits at a constant, which is not loud.
        """
        if self.channels == 1 or self.frames == 0:
            return 0
        frames = np.nan_to_num(next(self._seconds()), posinf=0.0, neginf=0.0)
        return int(np.argmax(np.var(np.clip(frames, -LARGEST_SAMPLE, LARGEST_SAMPLE), axis=0)))

    def _seconds(self) -> Iterator[Samples]:
        """Yield all channels second by second, shape (frames, channels)."""
        octets = self.channels * self.kind.value[1]
        left = self.frames
        with self.path.open("rb") as file:
            file.seek(self.data_start)
            while left > 0:
                read = file.read(min(left, self.rate_hz) * octets)
                left -= self.rate_hz
                yield self.kind.samples(read).reshape(-1, self.channels)


def _format(path: Path, chunk: bytes) -> tuple[int, int, Kind]:
    """Return rate, channels and kind as a format chunk has them."""
    tag, channels, rate_hz, _, frame_octets, _ = FORMAT.unpack_from(chunk)
    if tag == EXTENSIBLE:
        tag = int.from_bytes(chunk[SUBFORMAT], "little")
    if not 1 <= channels <= MOST_CHANNELS:
        raise WaveError(f"{path}: {channels} channels; expected 1 to {MOST_CHANNELS}")
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise WaveError(f"{path}: {rate_hz} Hz; expected {LOWEST_HZ} to {HIGHEST_HZ} Hz")
    octets, rest = divmod(frame_octets, channels)
    kinds = {kind.value: kind for kind in Kind}
    if rest or (tag, octets) not in kinds:
        raise WaveError(
            f"{path}: samples of {8 * frame_octets / channels:g} bits in format {tag};"
            " convert it to PCM of 16, 24 or 32 bits"
        )
    return rate_hz, channels, kinds[tag, octets]
