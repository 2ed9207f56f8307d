"""What a live file tells of its room besides findings, in the words of pages and doctor. Pure."""

from typing import Final

from msgspec import UNSET

from monitor.contract.record import ClockState, Flag
from monitor.store.live import LiveRoom

FLAG_WORDS: Final = {
    Flag.NO_REPLY: "the sensor does not answer; check its four wires",
    Flag.BUS_STUCK: "the sensor's bus is stuck; check the wiring, then switch off and on",
    Flag.IMPLAUSIBLE: "the sensor reports values no room can have; switch it off and on",
    Flag.RESET: "the sensor lost power for a moment and was set up again",
    Flag.FAULT: "the sensor failed; the log has the details",
    Flag.FROZEN: "the reading has not moved for too long; the sensor may be stuck",
    Flag.SATURATED: "brighter than the sensor can tell",
    Flag.IR_DOMINATED: "mostly infrared light, so the true value is lower",
    Flag.OVERLOAD: "louder than the microphone can tell",
    Flag.XRUN: "some sound was lost on this machine",
    Flag.SILENT: "the microphone delivers only silence; check its wiring",
    Flag.STARTING: "the sensor is starting",
    Flag.NOT_GIVEN: "the imported series has no value here",
}
CLOCK_WORDS: Final = {
    ClockState.SYNCED: "in step with a time server",
    ClockState.UNSYNCED: "not in step with any time server; minutes are dated by it all the same",
    ClockState.CORRECTED: "set right after the start",
}
# What they deliver is true as far as it goes: worth a word, nothing to mend.
STILL_TRUE: Final = frozenset({Flag.SATURATED, Flag.IR_DOMINATED, Flag.OVERLOAD, Flag.STARTING})
PARTS: Final = {"climate": "temperature and humidity", "light": "light", "sound": "microphone"}


def flags_words(flags: tuple[Flag, ...]) -> str:
    """Return flags in words a person can act on; empty without flags."""
    return "; ".join(FLAG_WORDS[flag] for flag in flags)


def backlog_words(count: int) -> str:
    """Return how many records wait on the sensors' machine."""
    if count == 0:
        return "nothing waits to be stored"
    return f"{count} {'record waits' if count == 1 else 'records wait'} to be stored"


def refused_words(count: int) -> str:
    """Return how many messages were refused since the monitor's start, empty for none."""
    words = "could not be read; the log of nightroom-monitor says why"
    return _counted(count, "message", words)


def conflict_words(count: int) -> str:
    """Return how many records were in conflict since the monitor's start, empty for none."""
    words = "came again with other contents; what came first is kept"
    return _counted(count, "record", words)


def parts_words(live: LiveRoom) -> dict[str, tuple[bool, str]]:
    """Return (well, words) of each fitted part of a room by its name, as its flags tell."""
    told = {}
    for field, name in PARTS.items():
        part = UNSET if live.state is None else getattr(live.state, field)
        if part is not UNSET:
            is_well = STILL_TRUE.issuperset(part.flags)
            told[name] = is_well, flags_words(part.flags) or "working"
    return told


def _counted(count: int, what: str, words: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} {words}" if count else ""
