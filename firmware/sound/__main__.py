"""Print the sound levels of a wave file: python -m firmware.sound FILE.wav."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from firmware.sound.errors import CurveError, SoundError, WaveError
from firmware.sound.levels import SINE_CREST_DB, LevelMeter, SecondLevels, full_scale_db
from firmware.sound.pcm import WaveFile
from firmware.sound.response import correction_of
from firmware.sound.summary import Summary, summarise
from firmware.sound.weighting import Curve

SECONDS_PER_MINUTE: Final = 60
HEADINGS: Final = (
    "",
    "LAeq",
    "LAFmax",
    "LASmax",
    "LCeq",
    "LCpeak",
    "LAE",
    "LA10",
    "LA50",
    "LA90",
    "",
)
# The exit status of a usage error. Source: argparse, and the convention of shells.
USAGE_ERROR: Final = 2


def measure(
    path: Path, *, channel: int, reference_db: float, correction: Curve = ()
) -> list[SecondLevels]:
    """Return the levels of every whole second of a channel (from 0) of a wave file.

    Raises:
        WaveError: the file cannot be measured.
    """
    file = WaveFile.open(path)
    # A file begins where it begins: nothing of it is taken for a start-up ramp.
    meter = LevelMeter(
        full_scale_db=reference_db, rate_hz=file.rate_hz, settle_s=0, correction=correction
    )
    levels = [second for block in file.seconds(channel) for second in meter.feed(block)]
    if not levels:
        raise WaveError(f"{path}: shorter than one second")
    return levels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, return its exit status."""
    options = _parser().parse_args(argv)
    calibrated = options.sensitivity is not None
    reference_db = full_scale_db(options.sensitivity) if calibrated else SINE_CREST_DB
    try:
        seconds = measure(
            options.file,
            channel=options.channel - 1,
            reference_db=reference_db,
            correction=_correction(options.response),
        )
    except SoundError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    reference = "20 µPa" if calibrated else "a full-scale sine"
    sys.stdout.write((_json if options.json else _table)(seconds, reference, options.per) + "\n")
    return 0


def _correction(response: Path | None) -> Curve:
    if response is None:
        return ()
    try:
        return correction_of(response.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CurveError(f"{response}: cannot be read ({error.strerror})") from error
    except CurveError as error:
        raise CurveError(f"{response}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware.sound", description="Print the sound levels of a wave file."
    )
    parser.add_argument("file", type=Path, help="PCM wave file of 16, 24 or 32 bits")
    parser.add_argument(
        "--sensitivity",
        type=float,
        metavar="DBFS",
        help="output at 94 dB, e.g. -26; without it, levels are relative to full scale",
    )
    parser.add_argument(
        "--response",
        type=Path,
        metavar="FILE",
        help="the microphone's response, lines of Hz and dB, to be taken out",
    )
    parser.add_argument("--channel", type=int, default=1, help="channel, from 1 (default 1)")
    parser.add_argument(
        "--per", choices=("second", "minute"), default="second", help="a row of the table"
    )
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    return parser


def _minutes(seconds: Sequence[SecondLevels]) -> list[Summary]:
    starts = range(0, len(seconds), SECONDS_PER_MINUTE)
    return [summarise(seconds[start : start + SECONDS_PER_MINUTE]) for start in starts]


def _json(seconds: Sequence[SecondLevels], reference: str, _per: str) -> str:
    document = {
        "reference": reference,
        "seconds": [asdict(second) for second in seconds],
        "minutes": [asdict(minute) for minute in _minutes(seconds)],
        "overall": asdict(summarise(seconds)),
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _table(seconds: Sequence[SecondLevels], reference: str, per: str) -> str:
    rows = (
        [_row(f"{index} s", summarise([second])) for index, second in enumerate(seconds, 1)]
        if per == "second"
        else [_row(f"{index} min", minute) for index, minute in enumerate(_minutes(seconds), 1)]
    )
    lines = [
        f"dB re {reference}; percentiles are of 1-s LAeq",
        _line(HEADINGS),
        *rows,
        _row("overall", summarise(seconds)),
    ]
    return "\n".join(lines)


def _row(name: str, summary: Summary) -> str:
    remark = "overload" if summary.overload else ""
    levels_db = (
        summary.laeq_db,
        summary.lafmax_db,
        summary.lasmax_db,
        summary.lceq_db,
        summary.lcpeak_db,
        summary.lae_db,
        summary.la10_db,
        summary.la50_db,
        summary.la90_db,
    )
    return _line((name, *(f"{level_db:.1f}" for level_db in levels_db), remark))


def _line(cells: Sequence[str]) -> str:
    return "".join(
        [f"{cells[0]:<9}", *(f"{cell:>8}" for cell in cells[1:-1]), f"  {cells[-1]}"]
    ).rstrip()


if __name__ == "__main__":
    sys.exit(main())
