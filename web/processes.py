"""Pure: which of nightroom's processes are there, and since when one is not."""

from dataclasses import dataclass
from typing import Final

from web.present import STALE_S, ago_text, clock_text
from web.sources import LiveRoom

# Judgement: the monitor renews every live file each 5 s; three missed are no delay.
MONITOR_SILENT_S: Final = 15.0
BROKER: Final = "broker"
STORE: Final = "store"  # the monitor's finding that it cannot store what comes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessNow:
    """One process.

    up: None where that cannot be told. since_ms: when it was last there, None while it is
    or where it was never heard.
    """

    name: str
    unit: str
    up: bool | None
    words: str
    since_ms: int | None = None


def processes(live: LiveRoom | None, now_ms: int, zone: str) -> tuple[ProcessNow, ...]:
    """Return monitor, broker and the room's sensors, as the room's live file knows them."""
    monitor = _monitor(live, now_ms, zone)
    if live is None or not monitor.up:
        unknown = "Not known while nightroom-monitor is down."
        others = (
            _process("Broker", "nightroom-broker", up=None, words=unknown),
            _process("Sensors", "nightroom-sensors", up=None, words=unknown),
        )
    else:
        broker = _broker(live, now_ms, zone)
        others = (broker, _sensors(live, now_ms, zone, is_broker_up=broker.up is True))
    return (monitor, *others)


def down_text(live: LiveRoom | None, now_ms: int, zone: str) -> str:
    """Return a sentence on the first process that is down, empty where none is known to be."""
    if live is None:
        return ""
    down = [one for one in processes(live, now_ms, zone) if one.since_ms is not None]
    return f"{down[0].unit}: {down[0].words}" if down else ""


def is_stored(live: LiveRoom | None, now_ms: int) -> bool:
    """Tell whether what a room sends is stored now: the monitor is there, and can."""
    if live is None or any(one.code == STORE for one in live.findings):
        return False
    return is_monitor_there(live, now_ms)


def is_monitor_there(live: LiveRoom | None, now_ms: int) -> bool:
    """Tell whether the monitor runs, as far as a room's live file knows."""
    return live is not None and not _is_silent(live, now_ms)


def _is_silent(live: LiveRoom, now_ms: int) -> bool:
    return now_ms - live.written_ms > MONITOR_SILENT_S * 1000


def _monitor(live: LiveRoom | None, now_ms: int, zone: str) -> ProcessNow:
    unit = "nightroom-monitor"
    if live is None:
        return _process("Monitor", unit, up=False, words="Not heard yet.")
    if _is_silent(live, now_ms):
        return _down("Monitor", unit, live.written_ms, now_ms, zone)
    return _process("Monitor", unit, up=True)


def _broker(live: LiveRoom, now_ms: int, zone: str) -> ProcessNow:
    unit = "nightroom-broker"
    lost_ms = [one.since_ms for one in live.findings if one.code == BROKER]
    if lost_ms:
        return _down("Broker", unit, lost_ms[0], now_ms, zone)
    return _process("Broker", unit, up=True)


def _sensors(live: LiveRoom, now_ms: int, zone: str, *, is_broker_up: bool) -> ProcessNow:
    """Return the daemon: gone once the broker says so, hung where it only falls silent to it."""
    unit = "nightroom-sensors"
    if live.received_ms is None:
        return _process("Sensors", unit, up=False, words="Not heard yet.")
    if not are_gone(live):
        if not is_broker_up:
            words = "Not known while nightroom-broker is down."
            return _process("Sensors", unit, up=None, words=words)
        if now_ms - live.received_ms <= STALE_S * 1000:
            return _process("Sensors", unit, up=True)
    return _down("Sensors", unit, live.received_ms, now_ms, zone)


def are_gone(live: LiveRoom | None) -> bool:
    """Tell whether the broker says that a room's sensors are gone."""
    return live is not None and live.session is not None and not live.online


def _down(name: str, unit: str, since_ms: int, now_ms: int, zone: str) -> ProcessNow:
    ago = ago_text((now_ms - since_ms) / 1000)
    words = f"Down since {clock_text(since_ms, zone)} ({ago}): see journalctl -u {unit}."
    return ProcessNow(name=name, unit=unit, up=False, words=words, since_ms=since_ms)


def _process(name: str, unit: str, *, up: bool | None, words: str = "Running.") -> ProcessNow:
    return ProcessNow(name=name, unit=unit, up=up, words=words)
