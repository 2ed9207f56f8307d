"""What the monitor itself says of the house now, as findings of the doctor. Pure."""

from collections.abc import Sequence
from typing import Final

from monitor.contract.record import ClockState, instant
from monitor.runtime.findings import Finding
from monitor.store.live import LiveRoom
from monitor.store.live_words import (
    CLOCK_WORDS,
    backlog_words,
    conflict_words,
    parts_words,
    refused_words,
)

# Judgement: as the pages: the monitor renews every live file each 5 s, three missed are no delay.
MONITOR_SILENT_MS: Final = 15_000
# Source: docs/no-loss.md, F17: nothing older is live.
SENSORS_SILENT_MS: Final = 30_000
MORE: Final = "the status page shows it too; journalctl -u nightroom-monitor has more"
PART_FIX: Final = "hardware.md lists each fault; journalctl -u nightroom-sensors has more"
BROKER: Final = "broker"
BROKER_FIRST: Final = "see to the broker first: without it nobody knows whether they run"
# Judgement: a batch; what waits longer than an hour does not arrive.
BACKLOG_NEWS: Final = 60


def live_findings(lives: Sequence[LiveRoom], rooms: Sequence[str], now_ms: int) -> list[Finding]:
    """Return which process is down since when, and all that the monitor has found.

    Args:
        lives: the rooms' live files.
        rooms: that have stored minutes.
        now_ms: wall time.
    """
    newest_ms = max((live.written_ms for live in lives), default=None)
    if newest_ms is None:
        return [_down("monitor", "is not running", "nightroom-monitor")] if rooms else []
    if now_ms - newest_ms > MONITOR_SILENT_MS:
        return [_down("monitor", _since(newest_ms), "nightroom-monitor")]
    told = {(one.code, one.text): one for live in lives for one in live.findings}
    return [
        *(finding for live in lives for finding in _room(live, now_ms)),
        *_counts(lives),
        *(
            Finding(what=f"monitor ({one.code})", ok=not one.serious, words=one.text, fix=MORE)
            for one in told.values()
        ),
    ]


def _room(live: LiveRoom, now_ms: int) -> list[Finding]:
    """Return how a room's sensors are; of those that are not heard, that alone."""
    heard = _sensors(live, now_ms)
    if not heard.ok or live.state is None:
        return [heard]
    is_late = live.state.backlog > BACKLOG_NEWS
    is_dated = live.state.clock is not ClockState.UNSYNCED
    return [
        heard,
        *(
            Finding(what=f"{name} of {live.room}", ok=ok, words=words, fix="" if ok else PART_FIX)
            for name, (ok, words) in parts_words(live).items()
        ),
        Finding(
            what=f"backlog of {live.room}",
            ok=not is_late,
            words=backlog_words(live.state.backlog),
            fix="nothing is lost: they are sent as fast as they are stored" if is_late else "",
        ),
        Finding(
            what=f"clock of {live.room}",
            ok=is_dated,
            words=CLOCK_WORDS[live.state.clock],
            fix="" if is_dated else "let its machine reach a time server: minutes are dated anew",
        ),
    ]


def _counts(lives: Sequence[LiveRoom]) -> list[Finding]:
    """Return what was refused since the monitor's start: each file counts it for all rooms."""
    newest = max(lives, key=lambda live: live.written_ms)
    told = {
        "messages": (
            refused_words(newest.refused),
            "look which program writes to nightroom's topics, and has a password for it",
        ),
        "records": (
            conflict_words(newest.conflicts),
            "two daemons with one journal, or a copied card: give each its own",
        ),
    }
    return [
        Finding(what=what, ok=False, words=words, fix=fix)
        for what, (words, fix) in told.items()
        if words
    ]


def _sensors(live: LiveRoom, now_ms: int) -> Finding:
    what, unit = f"sensors of {live.room}", "nightroom-sensors"
    if live.received_ms is None:
        return _down(what, "have not been heard since the monitor started", unit)
    is_gone = live.session is not None and not live.online
    if is_gone or now_ms - live.received_ms > SENSORS_SILENT_MS:
        if not is_gone and any(one.code == BROKER for one in live.findings):
            words = _since(live.received_ms)
            return Finding(what=what, ok=False, words=words, fix=BROKER_FIRST)
        return _down(what, _since(live.received_ms), unit)
    return Finding(what=what, ok=True, words="are heard")


def _since(at_ms: int) -> str:
    return f"not heard since {instant(at_ms):%Y-%m-%d %H:%M:%S} UTC"


def _down(what: str, words: str, unit: str) -> Finding:
    return Finding(what=what, ok=False, words=words, fix=f"journalctl -u {unit} says why")
