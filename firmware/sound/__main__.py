"""Print the sound levels of a wave file: python -m firmware.sound FILE.wav."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from firmware.sound.errors import CurveError, SoundError, WaveError
from firmware.sound.levels import SINE_CREST_DB, LevelMeter, SecondLevels, full_scale_db
from firmware.sound.response import correction_of
from firmware.sound.summary import Summary, summarise
from firmware.sound.wave_file import WaveFile
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
    )
    sys.stdout.write((_json(report) if options.json else _table(report, options.per)) + "\n")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is printed: dB re reference, of a channel from 1."""

    reference: str
    channel: int
    remarks: list[str]
    seconds: list[SecondLevels]


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


def _minutes(seconds: Sequence[SecondLevels]) -> list[Summary]:
    starts = range(0, len(seconds), SECONDS_PER_MINUTE)
    return [summarise(seconds[start : start + SECONDS_PER_MINUTE]) for start in starts]


def _json(report: Report) -> str:
    document = {
        "reference": report.reference,
        "channel": report.channel,
        "remarks": report.remarks,
        "seconds": [asdict(second) for second in report.seconds],
        "minutes": [asdict(minute) for minute in _minutes(report.seconds)],
        "overall": asdict(summarise(report.seconds)),
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _table(report: Report, per: str) -> str:
    """Return a row a second or minute, named by when it ends."""
    rows = (
        [summarise([second]) for second in report.seconds]
        if per == "second"
        else _minutes(report.seconds)
    )
    ends_s = accumulate(row.duration_s for row in rows)
    unit_s = {"second": (1, "s"), "minute": (SECONDS_PER_MINUTE, "min")}[per]
    lines = [
        f"dB re {report.reference}, channel {report.channel}; percentiles are of 1-s LAeq",
        *report.remarks,
        _line(HEADINGS),
        *(
            _row(f"{round(end_s / unit_s[0], 3):.9g} {unit_s[1]}", row)
            for end_s, row in zip(ends_s, rows, strict=True)
        ),
        _row("overall", summarise(report.seconds)),
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
