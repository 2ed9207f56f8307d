"""A microphone's measured frequency response, as its maker hands it out, to a correction."""

import re
from itertools import pairwise
from typing import Final

import numpy as np

from firmware.sound.errors import CurveError
from firmware.sound.weighting import REFERENCE_HZ, Curve, correction_db

# What the files of several makers begin their remarks with, besides the first lines' titles.
REMARKS: Final = ("#", "*", ";", "//", '"')
SEPARATORS: Final = re.compile(r"[\s,;]+")
# Half of the world writes 20,5 for 20.5: so written, both numbers of a line have it or none.
SEPARATORS_BUT_COMMA: Final = re.compile(r"[\s;]+")
DECIMAL_COMMA: Final = re.compile(r"[-+]?\d+(,\d+)?")
BYTE_ORDER_MARK: Final = "\ufeff"
# Judgement: a microphone that is further off at any frequency is broken, or the file is of
# something else; a larger gain would only amplify its self-noise.
LARGEST_DB: Final = 30.0


def correction_of(text: str) -> Curve:
    """Return what to add to a microphone's levels, from its response.

    A line holds a frequency in Hz and the response there in dB, with decimal points or
    commas; further columns (a phase) are passed over, as are remarks, empty lines and titles
    before the first pair. The sensitivity holds at 1 kHz, so the correction is made 0 there.

    Raises:
        CurveError: a line that cannot be read, values that no microphone has, fewer than
            two pairs, or frequencies that do not rise.
    """
    pairs: list[tuple[float, float]] = []
    for number, line in enumerate(text.removeprefix(BYTE_ORDER_MARK).splitlines(), start=1):
        words = _words(line)
        if not words[0] or line.lstrip().startswith(REMARKS):
            continue
        try:
            frequency_hz, response_db = float(words[0]), float(words[1])
        except (ValueError, IndexError) as error:
            if not pairs:
                continue  # a title
            raise CurveError(f"line {number}: expected Hz and dB, found {line!r}") from error
        if not (frequency_hz > 0 and abs(response_db) <= LARGEST_DB):
            raise CurveError(
                f"line {number}: {line!r}: expected more than 0 Hz and at most ±{LARGEST_DB:.0f} dB"
            )
        pairs.append((frequency_hz, response_db))
    return _at_reference(pairs)


def _words(line: str) -> list[str]:
    """Return a line's numbers with decimal points, whatever they are parted by."""
    words = SEPARATORS_BUT_COMMA.split(line.strip())
    if len(words) > 1 and all(DECIMAL_COMMA.fullmatch(word) for word in words):
        return [word.replace(",", ".") for word in words]
    return SEPARATORS.split(line.strip())


def _at_reference(pairs: list[tuple[float, float]]) -> Curve:
    if len(pairs) < 2:  # noqa: PLR2004 - a curve has two ends
        raise CurveError(f"{len(pairs)} pairs of Hz and dB found, at least two are needed")
    for (sooner_hz, _), (later_hz, _) in pairwise(pairs):
        if later_hz <= sooner_hz:
            raise CurveError(f"frequencies must rise: {later_hz:g} Hz follows {sooner_hz:g} Hz")
    response_db = float(correction_db(pairs, np.array([REFERENCE_HZ]))[0])
    return tuple((frequency_hz, response_db - value_db) for frequency_hz, value_db in pairs)
