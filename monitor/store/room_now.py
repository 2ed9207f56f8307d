"""What is known of a room this moment: the last state, and whether its daemon is there.

Sessions have random names, so which is the older one is told by what came first: a live
state, or an "online", makes its session the current one, and an "offline" counts only for
that one. A will that fires late, after its daemon has come back, thus says nothing.
"""

from msgspec.structs import replace

from monitor.contract.messages import Availability, State
from monitor.contract.record import ClockState, epoch_ms
from monitor.store.live import LiveRoom


class RoomNow:
    """Folds a room's messages into its LiveRoom; lives in memory, whatever the disk does."""

    def __init__(self, room: str) -> None:
        self._live = LiveRoom(room=room, written_ms=0)
        self._ended: str | None = None

    def took_state(self, state: State, *, now_ms: int, retained: bool) -> None:
        """Take a state.

        A retained one may be old: it counts as received when it was made, and only where
        nothing was received yet and the clock that stamped it was right.
        """
        made_ms = epoch_ms(state.at)
        if retained:
            if self._live.state is not None or state.clock is ClockState.UNSYNCED:
                return
            self._live = replace(self._live, state=state, received_ms=min(made_ms, now_ms))
            return
        self._live = replace(self._live, state=state, received_ms=now_ms)
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
