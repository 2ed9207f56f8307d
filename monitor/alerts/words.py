"""Every string that an alert says."""

from collections.abc import Iterable
from typing import Final

from monitor.alerts.facts import Facts
from monitor.night.alert_choices import Kind
from monitor.score.figures import clock, count_text, duration_text, whole

MB: Final = 1_000_000
# Per kind: how its message begins, and how its end is called.
TITLES: Final[dict[Kind, tuple[str, str]]] = {
    Kind.TOO_WARM: ("Too warm", "Cool enough again"),
    Kind.TOO_COLD: ("Too cold", "Warm enough again"),
    Kind.BRIGHT_EVENING: ("Bright before bed", "Dimmer again"),
    Kind.TOO_BRIGHT: ("Light in the night", "Dark again"),
    Kind.TOO_LOUD: ("Too loud", "Quiet again"),
    Kind.TOO_HUMID: ("Air too humid", "Air dry enough again"),
    Kind.CLIMATE_FAULT: ("Temperature sensor gives no values", "Temperature sensor works again"),
    Kind.LIGHT_FAULT: ("Light sensor gives no values", "Light sensor works again"),
    Kind.MICROPHONE_FAULT: ("Microphone gives no values", "Microphone works again"),
    Kind.NO_DATA: ("No data from the room", "Data again"),
    Kind.DISK_FULL: ("Disk nearly full", "Disk has room again"),
}
SENSOR_ADVICE: Final = "The status page says more; its plug is worth a look."
ADVICE_OF: Final = {
    Kind.TOO_WARM: "cool",
    Kind.TOO_COLD: "cool",
    Kind.BRIGHT_EVENING: "dark",
    Kind.TOO_BRIGHT: "dark",
    Kind.TOO_LOUD: "quiet",
}
WITHOUT_TIME: Final = "date and hour by a clock that did not know the time"
LAST_TONIGHT: Final = "This was the last message about it tonight."
AGAIN: Final = "(Perhaps sent before: nightroom was restarted while sending.)"


def began(kind: Kind, facts: Facts, lasted_s: float) -> str:
    """Return what is the matter, and what helps, with temperatures in the house's unit."""
    readings = facts.readings
    known = {
        Kind.TOO_HUMID: f"{whole(readings.humidity_pct or 0.0)} % humidity: air the room",
        Kind.NO_DATA: f"nothing came for {lasting(lasted_s)}; is the sensor box on?",
        Kind.DISK_FULL: f"{whole((readings.free_bytes or 0.0) / MB)} MB are left; make room",
    }
    told = readings.advice.get(ADVICE_OF[kind]) if kind in ADVICE_OF else known.get(kind)
    return f"{facts.title}: {facts.unit.said(told)}." if told else _plain(facts.title, kind)


def _plain(title: str, kind: Kind) -> str:
    return f"{title}." if kind in ADVICE_OF else f"{title}: {SENSOR_ADVICE}"


def ended(title: str, kind: Kind, lasted_s: float) -> str:
    """Return how long it lasted in the room of that name."""
    begin = TITLES[kind][0]
    return f"{title}: “{begin}” lasted {lasting(lasted_s)}."


def lasting(seconds: float) -> str:
    """Return a duration of at least a minute."""
    return duration_text(max(1.0, seconds / 60))


def held(kind: Kind, episodes: int, first_ms: int, lasted_s: float | None, zone: str) -> str:
    """Return one line of the morning note; lasted_s is None while it still goes on."""
    begin = f"{TITLES[kind][0]}"
    at = clock(first_ms, zone)
    if lasted_s is None:
        return f"{begin} since {at}." if episodes == 1 else f"{begin}, first at {at}, still so."
    if episodes == 1:
        return f"{begin} at {at} for {lasting(lasted_s)}."
    return f"{begin} {count_text(episodes)} times from {at} on, {lasting(lasted_s)} in all."


def threshold_why(
    name: str, value: float, *, above: bool, limit: float, unit: str, dwell_s: float
) -> str:
    """Return why a rule began, for the record of decisions."""
    sign = ">" if above else "<"
    dwelt = f" for {duration_text(dwell_s / 60)}" if dwell_s else ""
    return f"{name} {value:.4g}{unit} {sign} {limit:.4g}{unit}{dwelt}"


def digest(lines: Iterable[str], most: int) -> str:
    """Return lines as one text, the first `most` of them and a count of the rest."""
    every = list(lines)
    rest = len(every) - most
    more = [f"and {rest} more, see the status page"] if rest > 0 else []
    return "\n".join([*every[:most], *more])
