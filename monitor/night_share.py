"""Tells each room's last night to whoever subscribes, and takes back what is deleted."""

from collections.abc import Callable, Iterable
from typing import Final

from monitor.contract.codec import encode
from monitor.contract.topics import Leaf
from monitor.runtime.clock import Clock
from monitor.score.announce import night_message
from monitor.score.result import NightScore
from monitor.score.telling import without_checks
from monitor.settings_share import Publish
from monitor.store.deletion import Honoured, between

# Source: MQTT 5, 3.3.1.3: a retained message without content removes the one that is kept.
NO_NIGHT: Final = b""


class NightShare:
    """Publishes the last night of the rooms in which it may have changed.

    Args:
        last_night: returns a room's newest judged night; raises StoreError.
        honoured: what people deleted.
        clock: dates the messages.
        publish: hands a message to the broker.
    """

    def __init__(
        self,
        last_night: Callable[[str], NightScore | None],
        honoured: Honoured,
        clock: Clock,
        publish: Publish,
    ) -> None:
        self._last_night = last_night
        self._honoured = honoured
        self._clock = clock
        self._publish = publish
        self._due: set[str] = set()
        self._sequence = 0

    def mark(self, rooms: Iterable[str]) -> None:
        """Take note that the last night of rooms may have changed, or the broker forgotten it.

        It may also have remembered one of before: a power cut takes a broker back to what it
        saved last.
        """
        self._due.update(rooms)

    def step(self) -> None:
        """Tell what is due.

        Raises:
            StoreError: what is left is told by the next step.
        """
        for room in sorted(self._due):
            score = self._last_night(room)
            message = NO_NIGHT if score is None else self._message(room, score)
            if self._publish(room, Leaf.NIGHT, message, qos=1):  # else once the broker is there
                self._due.discard(room)

    def _message(self, room: str, score: NightScore) -> bytes:
        window = score.window
        if between(self._honoured.of(room), room, window.start_ms, window.end_ms):
            score = without_checks(score)
        self._sequence += 1
        return encode(night_message(score, at_ms=self._clock.now_ms(), sequence=self._sequence))
