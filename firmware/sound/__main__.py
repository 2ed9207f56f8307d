"""Print the sound levels of a wave file: python -m firmware.sound FILE.wav."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from firmware.sound.errors import CurveError, SoundError, WaveError
from firmware.sound.levels import SINE_CREST_DB, LevelMeter, SecondLevels, full_scale_db
from firmware.sound.report import Events, Report, as_json, as_table
from firmware.sound.response import correction_of
from firmware.sound.wave_file import WaveFile
from firmware.sound.weighting import Curve

# Judgement: what a file of this rate lacks, above 16 kHz, has no part in a bedroom's level.
ALL_HEARD_HZ: Final = 32_000
# The exit status of a usage error. Source: argparse, and the convention of shells.
USAGE_ERROR: Final = 2
# Source: monitor/runtime/settings.py, the range of sensitivity_dbfs.
LOWEST_DBFS: Final = -80.0


def measure(
    file: WaveFile, *, channel: int, reference_db: float, correction: Curve = ()
) -> list[SecondLevels]:
    """Return the levels of every second of a channel (from 0), and of what is left at the end.

    Raises:
        WaveError: the file cannot be measured.
    """
    # A file begins where it begins: nothing of it is taken for a start-up ramp.
    meter = LevelMeter(
        full_scale_db=reference_db, rate_hz=file.rate_hz, settle_s=0, correction=correction
    )
    levels = [second for block in file.seconds(channel) for second in meter.feed(block)]
    levels += meter.finish()
    if not levels:
        raise WaveError(f"{file.path}: it holds no sound")
    return levels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, return its exit status."""
    options = _parser().parse_args(argv)
    sensitivity = options.sensitivity
    reference_db = SINE_CREST_DB if sensitivity is None else full_scale_db(sensitivity)
    try:
        file = WaveFile.open(options.file)
        channel = file.loudest_channel() if options.channel is None else options.channel - 1
        seconds = measure(
            file,
            channel=channel,
            reference_db=reference_db,
            correction=_correction(options.response),
        )
    except SoundError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    report = Report(
        reference="a full-scale sine" if sensitivity is None else "20 µPa",
        channel=channel + 1,
        remarks=_remarks(file),
        seconds=seconds,
        # Their thresholds are sound pressure levels.
        events=None if sensitivity is None else Events.within(seconds),
    )
    sys.stdout.write((as_json(report) if options.json else as_table(report, options.per)) + "\n")
    return 0


def _remarks(file: WaveFile) -> list[str]:
    """Return what a reader of the levels has to know of the file."""
    remarks = []
    if file.rate_hz < ALL_HEARD_HZ:
        remarks.append(f"sounds above {file.rate_hz // 2} Hz are not in this file")
    if file.is_cut:
        remarks.append("the file is cut off: it ends before its header says")
    return remarks


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
    parser.add_argument(
        "file", type=Path, help="wave file, PCM of 16, 24 or 32 bits or floating point"
    )
    parser.add_argument(
        "--sensitivity",
        type=_dbfs,
        metavar="DBFS",
        help="output at 94 dB, e.g. -26; without it, levels are relative to full scale",
    )
    parser.add_argument(
        "--response",
        type=Path,
        metavar="FILE",
        help="the microphone's response, lines of Hz and dB, to be taken out",
    )
    parser.add_argument("--channel", type=int, help="from 1; the loudest one unless given")
    parser.add_argument(
        "--per", choices=("second", "minute"), default="second", help="a row of the table"
    )
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    return parser


def _dbfs(text: str) -> float:
    value = float(text)
    if not LOWEST_DBFS <= value <= 0:
        raise argparse.ArgumentTypeError(f"{text}: expected {LOWEST_DBFS:g} to 0 dBFS")
    return value


if __name__ == "__main__":
    sys.exit(main())
