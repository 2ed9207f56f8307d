"""What the monitor itself says of the house now, as findings of the doctor. Pure."""

from collections.abc import Sequence
from typing import Final

from monitor.contract.record import instant
from monitor.runtime.findings import Finding
from monitor.store.live import LiveRoom

# Judgement: as the pages: the monitor renews every live file each 5 s, three missed are no delay.
MONITOR_SILENT_MS: Final = 15_000
# Source: docs/no-loss.md, F17: nothing older is live.
SENSORS_SILENT_MS: Final = 30_000
MORE: Final = "the status page shows it too; journalctl -u nightroom-monitor has more"


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
        *(_sensors(live, now_ms) for live in lives),
        *(
            Finding(what=f"monitor ({one.code})", ok=not one.serious, words=one.text, fix=MORE)
            for one in told.values()
        ),
    ]


def _sensors(live: LiveRoom, now_ms: int) -> Finding:
    what, unit = f"sensors of {live.room}", "nightroom-sensors"
    if live.received_ms is None:
        return _down(what, "have not been heard since the monitor started", unit)
    is_gone = live.session is not None and not live.online
    if is_gone or now_ms - live.received_ms > SENSORS_SILENT_MS:
        return _down(what, _since(live.received_ms), unit)
    return Finding(what=what, ok=True, words="are heard")


def _since(at_ms: int) -> str:
    return f"not heard since {instant(at_ms):%Y-%m-%d %H:%M:%S} UTC"


def _down(what: str, words: str, unit: str) -> Finding:
    return Finding(what=what, ok=False, words=words, fix=f"journalctl -u {unit} says why")
