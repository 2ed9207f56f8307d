"""What is known of a room this moment: the last state, and whether its daemon is there.

Sessions have random names, so which is the older one is told by what came first: a live
state, or an "online", makes its session the current one, and an "offline" counts only for
that one. A will that fires late, after its daemon has come back, thus says nothing.
"""

from typing import Final

from msgspec.structs import replace

from monitor.contract.messages import Availability, State, Trouble
from monitor.contract.record import ClockState, epoch_ms
from monitor.store.live import Finding, LiveRoom

# Judgement: of two daemons with one name each gives way for a minute, so that both are heard
# in every three.
TWINS_SHOWN_MS: Final = 180_000
CARD_REFUSES: Final = (
    "The sensors' card refuses to write: {} of their minutes wait in memory, a day of them at"
    " most. Free space on it, or replace it."
)
TWINS: Final = (
    "Two sensor daemons speak for this room and take turns: {} and {}. Stop one of them, or give"
    " it a room and a password of its own."
)

TROUBLES: Final = {
    Trouble.JOURNAL_DAMAGED: (
        "The sensors' journal was damaged: what cannot be read is kept beside it, and the minutes"
        " in it that were not stored yet are a gap. If it happens again, replace their card."
    ),
    Trouble.GIVEN_UP: (
        "The sensors' journal was full, and minutes that no store had were given up: they are a"
        " gap. Let the sensors reach the monitor, or free space on their card."
    ),
    Trouble.NOT_OURS: (
        "Minutes were acknowledged that these sensors never sent: their card was put back or"
        " copied, their journal has lost its end, or somebody writes to the broker who should"
        " not. Nothing is lost, what the store lacks is sent again. If nobody put a card back"
        " and none was damaged, give the broker new passwords."
    ),
    Trouble.OTHER_STORE: (
        "Another store answers these sensors: nights.db was replaced, or a second monitor runs."
        " They go over to it once the first has been silent for 10 minutes, and send what it"
        " lacks. If two monitors run, stop one."
    ),
    Trouble.POSITION_FELL: (
        "The store has less than it had, as after a restore: the sensors send the rest again."
        " Nothing is to be done."
    ),
}
# Costs no minute, and is nobody's doing.
MILD: Final = frozenset({Trouble.POSITION_FELL})


class RoomNow:
    """Folds a room's messages into its LiveRoom; lives in memory, whatever the disk does."""

    def __init__(self, room: str) -> None:
        self._live = LiveRoom(room=room, written_ms=0)
        self._received_s: float | None = None  # CLOCK_BOOTTIME
        self._ended: str | None = None
        self._before: State | None = None  # the last of another session
        self._twins_ms: int | None = None  # when that one was last heard again
        self._findings: dict[str, Finding] = {}

    def took_state(self, state: State, *, now_ms: int, boot_s: float, retained: bool) -> None:
        """Take a state.

        A retained one may be old: it counts as received when it was made, and only where
        nothing was received yet and the clock that stamped it was right. One made after now
        proves this machine's clock wrong: how old it is nobody knows.
        """
        if retained:
            made_ms = epoch_ms(state.at)
            is_sure = state.clock is not ClockState.UNSYNCED and made_ms <= now_ms
            if is_sure and self._live.state is None:
                self._live = replace(self._live, state=state, received_ms=made_ms)
                self._received_s = boot_s - (now_ms - made_ms) / 1000
            return
        self._look_for_a_twin(state, now_ms)
        self._live = replace(self._live, state=state, received_ms=now_ms)
        self._received_s = boot_s
        if state.session != self._ended:
            self._live = replace(self._live, online=True, session=state.session)

    def took_availability(self, said: Availability) -> None:
        """Take an online or offline; an offline of an older session says nothing."""
        if said.online:
            self._live = replace(self._live, online=True, session=said.session)
            self._ended = None
        elif self._live.session in (None, said.session):
            self._live = replace(self._live, online=False, session=said.session)
            self._ended = said.session

    @property
    def live(self) -> LiveRoom:
        """Return the room without what its messages do not tell: scores and findings."""
        return self._live

    def live_at(self, now_ms: int, boot_s: float) -> LiveRoom:
        """Return the same with received_ms by the wall clock as it stands, put or not."""
        if self._received_s is None:
            return self._live
        return replace(self._live, received_ms=now_ms - round((boot_s - self._received_s) * 1000))

    def is_awaited(self, since_s: float) -> bool:
        """Tell whether its sensors are there, as far as is known, and not heard since then."""
        return self._live.online and self._received_s is not None and self._received_s < since_s

    def findings(self, now_ms: int) -> tuple[Finding, ...]:
        """Return what its messages tell of its machine that a person should know."""
        state, before = self._live.state, self._before
        unwritten = 0 if state is None else state.unwritten
        self._tell("journal", CARD_REFUSES.format(unwritten) if unwritten else "", now_ms)
        words = ""
        if state is not None and before is not None and self._is_twin_near(now_ms):
            words = TWINS.format(
                *sorted({f"{one.device}/{one.session}" for one in (state, before)})
            )
        self._tell("twins", words, now_ms)
        told = () if state is None else state.troubles
        for trouble, words in TROUBLES.items():
            is_serious = trouble not in MILD
            self._tell(trouble, words if trouble in told else "", now_ms, serious=is_serious)
        return tuple(self._findings.values())

    def _look_for_a_twin(self, state: State, now_ms: int) -> None:
        """Tell a daemon that was started anew, whose session is new, from one that comes back."""
        last = self._live.state
        if last is None or last.session == state.session:
            return
        if self._before is not None and self._before.session == state.session:
            self._twins_ms = now_ms
        self._before = last

    def _is_twin_near(self, now_ms: int) -> bool:
        return self._twins_ms is not None and now_ms - self._twins_ms <= TWINS_SHOWN_MS

    def _tell(self, code: str, words: str, now_ms: int, *, serious: bool = True) -> None:
        """Keep a finding with its first time and its newest words, or take it back."""
        if not words:
            self._findings.pop(code, None)
            return
        known = self._findings.get(code)
        since_ms = now_ms if known is None else known.since_ms
        self._findings[code] = Finding(code=code, text=words, since_ms=since_ms, serious=serious)
