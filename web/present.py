"""Pure: values into the words and figures that people read.

Every figure is rounded half up after rounding to 6 decimals. Words and stars come with
the score, which lets them follow the same shown figure.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.contract.record import Flag, instant
from monitor.score.figures import MINUS, capitalised, figure, half_up
from monitor.store.live_words import flags_words

DASH: Final = "–"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT: Final = re.compile(r"(?<=\d) (?=(?:°[CF]|K|dB|lx|h|min|s|%|points?)(?!\w))")
# A list of nights names seventy days, and strftime takes ten times as long for each.
_WEEKDAYS: Final = tuple(calendar.day_abbr)
_MONTHS: Final = tuple(calendar.month_name)
STALE_S: Final = 30.0  # Judgement: greyed with its age from here on
LOST_S: Final = 600.0  # Judgement: a dash from here on
DIMMEST_LX: Final = 0.01  # below, the light sensor's counts say nothing
BRIGHT_LX: Final = 9.95  # judgement: from 10 lx on, tenths are noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a score is called, and its stars 5..1."""

    word: str
    stars: int

    @property
    def star_text(self) -> str:
        """Return five stars, the lost ones hollow."""
        return "★" * self.stars + "☆" * (5 - self.stars)


# Judgement: the room's word in the evening:
# what matters at bedtime is whether something still has to be done.
ROOM_WORDS: Final = {
    "Excellent": "Ready for the night",
    "Good": "Ready",
    "Fair": "Nearly ready",
    "Poor": "Not ready yet",
    "Bad": "Not ready",
}


def unbroken(text: str) -> str:
    """Return a sentence of ours in which no line ends between a number and its unit.

    >>> unbroken("17.3 to 20.2 °C for 7 h 41 min: 0 points lost").count(" ")
    7
    """
    return _BEFORE_UNIT.sub(_NO_BREAK, text)


def band(word: str | None, stars: int | None) -> Band | None:
    """Return what scoring called a number; None where it gave no word."""
    return None if word is None or stars is None else Band(word=word, stars=stars)


def sentence(text: str) -> str:
    """Return text as a sentence: a capital first, a full stop last; nothing stays nothing.

    >>> sentence("only 54 min of the night")
    'Only 54 min of the night.'
    """
    if not text:
        return ""
    return capitalised(text) + ("" if text.endswith((".", "?", "!")) else ".")


def range_text(low: float | None, high: float | None) -> str:
    """Return the 5-95 % range as '71 to 84', empty where there is none.

    >>> range_text(70.6, 84.2)
    '71 to 84'
    """
    if low is None or high is None:
        return ""
    first, last = figure(low), figure(high)
    return first if first == last else f"{first} to {last}"


def points_text(points: float) -> str:
    """Return points lost, one decimal so that the parts add up on the page.

    >>> points_text(6.24), points_text(1.0)
    ('6.2 points', '1.0 point')
    """
    shown = figure(points, 1)
    return f"{shown} point" if shown == "1.0" else f"{shown} points"


def lux_text(illuminance_lx: float) -> str:
    """Return illuminance with the decimals that mean something at its size.

    >>> lux_text(0.004), lux_text(0.034), lux_text(3.21), lux_text(141.7)
    ('< 0.01', '0.03', '3.2', '142')
    """
    if illuminance_lx < DIMMEST_LX:
        return f"< {DIMMEST_LX}"
    if illuminance_lx < 0.995:  # noqa: PLR2004 - the next line up would show 1.00
        return figure(illuminance_lx, 2)
    return figure(illuminance_lx, 1 if illuminance_lx < BRIGHT_LX else 0)


def age_text(age_s: float) -> str:
    """Return an age in the largest unit that still says enough.

    >>> age_text(0.4), age_text(89), age_text(7300), age_text(200000)
    ('now', '89 s', '2 h 1 min', '2 days')
    """
    seconds = max(0, int(age_s))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 1:
        return "now"
    if seconds < 90:  # noqa: PLR2004 - judgement: "1 min" would hide up to a minute
        return f"{seconds} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 2:  # noqa: PLR2004 - judgement: up to two days, hours still matter
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} days"


def ago_text(age_s: float) -> str:
    """Return an age as a time ago.

    >>> ago_text(0.2), ago_text(40)
    ('just now', '40 s ago')
    """
    text = age_text(age_s)
    return "just now" if text == "now" else f"{text} ago"


def bytes_text(size_bytes: int) -> str:
    """Return a size in decimal units, as disks are sold.

    >>> bytes_text(800), bytes_text(12_345_678)
    ('800 B', '12.3 MB')
    """
    for limit, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size_bytes >= limit:
            return f"{figure(size_bytes / limit, 1)} {unit}"
    return f"{size_bytes} B"


def share_text(ratio: float) -> str:
    """Return a share in whole percent; below everything is never rounded up to 100 %.

    >>> share_text(0.9991), share_text(1.0)
    ('99 %', '100 %')
    """
    shown = int(half_up(ratio * 100))
    return f"{min(shown, 99) if ratio < 1 else shown} %"


def local_time(epoch_ms: int, zone: str) -> datetime:
    """Return an instant as wall time in a zone."""
    return instant(epoch_ms).astimezone(ZoneInfo(zone))


def clock_text(epoch_ms: int, zone: str) -> str:
    """Return the room's clock, HH:MM."""
    # Sixty a page: whole seconds are quickly a time, and strftime takes four times as long.
    return datetime.fromtimestamp(epoch_ms // 1000, ZoneInfo(zone)).time().isoformat("minutes")


def zone_note(epoch_ms: int, zone: str, system_offset_s: int) -> str:
    """Return a note where the room's clock is not this machine's, else nothing.

    >>> zone_note(0, "Etc/GMT-13", 3600)
    'demo room time, UTC+13:00; this machine’s clock says 01:00'
    """
    place = zone_text(epoch_ms, zone, system_offset_s)
    if not place:
        return ""
    here = instant(epoch_ms + system_offset_s * 1000).strftime("%H:%M")
    return f"{place}; this machine’s clock says {here}"


def zone_text(epoch_ms: int, zone: str, system_offset_s: int) -> str:
    """Return whose time it is where that is not this machine's, else nothing.

    >>> zone_text(0, "America/New_York", 0)
    'room time, UTC−05:00'
    """
    offset_s = (local_time(epoch_ms, zone).utcoffset() or timedelta()).total_seconds()
    if offset_s == system_offset_s:
        return ""
    kind = "demo room time" if zone.startswith("Etc/GMT") else "room time"
    return f"{kind}, {utc_text(offset_s)}"


def utc_text(offset_s: float) -> str:
    """Return how far a clock is ahead of UTC.

    >>> utc_text(-12_600)
    'UTC−03:30'
    """
    minutes = int(abs(offset_s)) // 60
    return f"UTC{MINUS if offset_s < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def day_text(day: date) -> str:
    """Return a day in a sentence.

    >>> day_text(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"


def night_title(night: str, *, short: bool = False, dated: bool = False) -> str:
    """Return a night's name: both its days, because it has two; dated: a short one with its year.

    >>> night_title("2026-11-22"), night_title("2026-11-30", short=True)
    ('Sun 22 → Mon 23 November 2026', 'Mon 30 Nov → Tue 1 Dec')
    >>> night_title("2026-12-31", short=True, dated=True)
    'Thu 31 Dec → Fri 1 Jan 2027'
    """
    evening = date.fromisoformat(night)
    morning = evening + timedelta(days=1)
    letters = 3 if short else None
    first = f"{_WEEKDAYS[evening.weekday()]} {evening.day}"
    if evening.month != morning.month:
        first += f" {_MONTHS[evening.month][:letters]}"
    if not short and evening.year != morning.year:
        first += f" {evening.year}"
    last = f"{_WEEKDAYS[morning.weekday()]} {morning.day} {_MONTHS[morning.month][:letters]}"
    return f"{first} → {last}" if short and not dated else f"{first} → {last} {morning.year}"


def newest_title(night: str, today: date) -> str:
    """Return the short name of a room's newest night; one that ended in an earlier year has it.

    >>> newest_title("2026-12-30", date(2027, 1, 1))
    'Wed 30 → Thu 31 Dec 2026'
    """
    morning = date.fromisoformat(night) + timedelta(days=1)
    return night_title(night, short=True, dated=morning.year < today.year)


def flags_text(flags: tuple[Flag, ...]) -> str:
    """Return flags in words a person can act on, one sentence; empty without flags."""
    return sentence(flags_words(flags))


def profile_text(profile: str, offset_k: float) -> str:
    """Return whom Cool is judged for, with the user's own offset.

    >>> profile_text("adult", 0.0), profile_text("older_adult", -0.5)
    ('for an adult', 'for an older adult, shifted by −0.5 K')
    """
    who = profile.replace("_", " ")
    article = "an" if who[:1] in "aeiou" else "a"
    shift = f"{'+' if offset_k > 0 else ''}{figure(offset_k, 1)} K"
    return f"for {article} {who}" + (f", shifted by {shift}" if offset_k else "")
