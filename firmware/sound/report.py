"""The levels of a recording as a table for people, or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Final

from firmware.sound.levels import SecondLevels, energy_mean_db
from firmware.sound.summary import Summary, summarise
from monitor.night.events import EventDetector, NoiseEvent

SECONDS_PER_MINUTE: Final = 60
MS: Final = 1000
# What a row of the table is, and how many seconds one has.
UNITS: Final = {"second": ("s", 1), "minute": ("min", SECONDS_PER_MINUTE)}
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
EVENT_HEADINGS: Final = ("from s", "s", "LAFmax", "LASmax", "LAE", "above", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What the daemon would have taken for noise events; quiet tells of each second."""

    found: list[NoiseEvent]
    quiet: list[bool]

    @classmethod
    def within(cls, seconds: Sequence[SecondLevels]) -> "Events":
        """Find the events of whole seconds; times count from the beginning."""
        detector = EventDetector()
        found: list[NoiseEvent] = []
        quiet: list[bool] = []
        for end_s, second in enumerate(seconds, start=1):
            if second.duration_s == 1:
                found += detector.second(
                    end_s * MS, second.laeq_db, second.lafmax_db, second.lasmax_db
                )
            quiet.append(second.duration_s == 1 and not detector.in_event)
        return cls(found=found + detector.close(), quiet=quiet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told: dB re reference, of a channel from 1; events None where none can be."""

    reference: str
    channel: int
    remarks: list[str]
    seconds: Sequence[SecondLevels]
    events: Events | None = None

    def minutes(self) -> list[Summary]:
        """Return the levels minute by minute."""
        return [summarise(self.seconds[part]) for part in _parts(len(self.seconds))]

    def laeq_quiet_db(self, part: slice) -> float | None:
        """Return the energy mean of a part's seconds outside events, None without any."""
        if self.events is None:
            return None
        heard = zip(self.seconds[part], self.events.quiet[part], strict=True)
        levels_db = [second.laeq_db for second, is_quiet in heard if is_quiet]
        return energy_mean_db(levels_db) if levels_db else None


def as_json(report: Report) -> str:
    """Return everything."""
    parts = [*_parts(len(report.seconds)), slice(None)]
    *minutes, overall = (
        {
            **asdict(summarise(report.seconds[part])),
            "laeq_quiet_db": report.laeq_quiet_db(part),
        }
        for part in parts
    )
    document = {
        "reference": report.reference,
        "channel": report.channel,
        "remarks": report.remarks,
        "seconds": [asdict(second) for second in report.seconds],
        "minutes": minutes,
        "overall": overall,
        "events": None if report.events is None else [asdict(one) for one in report.events.found],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_table(report: Report, per: str) -> str:
    """Return a row a second or minute, named by when it ends, and the events."""
    rows = (
        report.minutes() if per == "minute" else [summarise([second]) for second in report.seconds]
    )
    unit, unit_s = UNITS[per]
    ends_s = accumulate(row.duration_s for row in rows)
    lines = [
        f"dB re {report.reference}, channel {report.channel}; percentiles are of 1-s LAeq",
        *report.remarks,
        _line(HEADINGS),
        *(
            _row(f"{round(end_s / unit_s, 3):.9g} {unit}", row)
            for end_s, row in zip(ends_s, rows, strict=True)
        ),
        _row("overall", summarise(report.seconds)),
    ]
    if report.events is not None:
        lines += _events(report.events, report.laeq_quiet_db(slice(None)))
    return "\n".join(lines)


def _parts(count: int) -> list[slice]:
    starts = range(0, count, SECONDS_PER_MINUTE)
    return [slice(start, start + SECONDS_PER_MINUTE) for start in starts]


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


def _events(events: Events, laeq_quiet_db: float | None) -> list[str]:
    quiet = "" if laeq_quiet_db is None else f"; LAeq outside them {laeq_quiet_db:.1f}"
    lines = ["", f"noise events: {len(events.found)}{quiet}"]
    if events.found:
        lines.append(_line(EVENT_HEADINGS))
    for event in events.found:
        values = (
            (event.end_ms - event.start_ms) / MS,
            event.lafmax_db,
            event.lasmax_db,
            event.lae_db,
            event.background_db,
        )
        start_s = f"{event.start_ms / MS:.0f}"
        lines.append(_line((start_s, *(f"{value:.1f}" for value in values), event.kind.value)))
    return lines


def _line(cells: Sequence[str]) -> str:
    return "".join(
        [f"{cells[0]:<9}", *(f"{cell:>8}" for cell in cells[1:-1]), f"  {cells[-1]}"]
    ).rstrip()
