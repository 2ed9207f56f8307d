"""The demo's other rooms: one more sensor daemon each, on simulated buses of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.cli.demo_place import toml_text

FIRST_ROOM: Final = "bedroom"
# Judgement: a large household; each costs a process of 25 MiB and some seconds of past.
OTHER_ROOMS: Final = ("nursery", "guest_room", "attic")
MOST_ROOMS: Final = 1 + len(OTHER_ROOMS)
# Judgement: enough to compare with; a fortnight of each would triple the wait.
THEIR_NIGHTS: Final = 2
# Any scenario that is not "demo" has ordinary nights, which differ by their seed.
SCENARIO: Final = "ordinary"

Sections = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRoom:
    """Another room and the configurations of its daemon: for its past, and live."""

    slug: str
    past_config: Path
    config: Path


def demo_rooms(count: int) -> tuple[str, ...]:
    """Return the slugs of so many rooms.

    >>> demo_rooms(2)
    ('bedroom', 'nursery')
    """
    return (FIRST_ROOM, *OTHER_ROOMS[: count - 1])


def write_room(
    root: Path, slug: str, seed: int, sections: Sections, past: Sections, login: tuple[str, Path]
) -> DemoRoom:
    """Write the configurations of another room; login: its user and the file of its password."""
    user, password_file = login
    own: Sections = {
        "room": {"slug": slug, "device": f"nightroom-{slug}"},
        "sensors": {
            **sections["sensors"],
            "journal_dir": str(root / f"journal-{slug}"),
            "username": user,
            "password_file": str(password_file),
        },
        "simulation": {**sections["simulation"], "scenario": SCENARIO, "seed": seed},
    }
    room = DemoRoom(
        slug=slug,
        past_config=root / f"past-{slug}.toml",
        config=root / f"nightroom-{slug}.toml",
    )
    room.config.write_text(toml_text(sections | own), encoding="utf-8")
    room.past_config.write_text(toml_text(past | own), encoding="utf-8")
    return room
