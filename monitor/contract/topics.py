"""The topics: the only place that spells them (MQTT 5)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.contract.errors import TopicError

SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?")
DEFAULT_PREFIX: Final = "nightroom"


class Leaf(StrEnum):
    """The last level of a room's topic."""

    STATE = "state"
    AVAILABLE = "available"
    RECORDS = "records"
    HELLO = "hello"
    STORED = "stored"
    SETTINGS = "settings"
    SCORE = "score"
    NIGHT = "night"


FROM_SENSORS: Final = (Leaf.STATE, Leaf.AVAILABLE, Leaf.RECORDS, Leaf.HELLO)
FROM_MONITOR: Final = (Leaf.STORED, Leaf.SETTINGS, Leaf.SCORE, Leaf.NIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Spells and reads topics under one configurable prefix."""

    prefix: str = DEFAULT_PREFIX

    def of(self, room: str, leaf: Leaf) -> str:
        """Return the topic of a room.

        >>> Topics().of("bedroom", Leaf.STATE)
        'nightroom/bedroom/state'
        """
        if not SLUG.fullmatch(room):
            raise TopicError(f"room slug {room!r}: expected a-z, 0-9, - or _, 1-32 characters")
        return f"{self.prefix}/{room}/{leaf}"

    def every_room(self, leaf: Leaf) -> str:
        """Return the subscription filter of a leaf in all rooms."""
        return f"{self.prefix}/+/{leaf}"

    def ping(self, client_id: str) -> str:
        """Return the liveness echo topic of a client."""
        return f"{self.prefix}/ping/{client_id}"

    def read(self, topic: str) -> tuple[str, Leaf]:
        """Return (room, leaf) of a topic.

        Raises:
            TopicError: the topic is not a room's topic under this prefix.
        """
        start = f"{self.prefix}/"
        room, _, leaf = topic.removeprefix(start).partition("/")
        if not topic.startswith(start) or not SLUG.fullmatch(room) or leaf not in set(Leaf):
            raise TopicError(f"topic {topic[:120]!r} is not {start}<room>/<one of ours>")
        return room, Leaf(leaf)
