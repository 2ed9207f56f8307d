"""What people chose of the pages themselves: nothing that is measured or scored."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

MAX_NAME: Final = 40
# Source: Unicode 16.0, section 23.2: they join the letters and the pictures between which they
# stand, as Persian and many an emoji need it.
JOINERS: Final = "\u200c\u200d"
MOST_LX: Final = 200_000  # judgement: brighter than any sun
Lux = Annotated[float, Meta(ge=0, le=MOST_LX)]


class SelfLight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bedside screen adds at the light sensor; below told_from_lx nothing was told."""

    added_lx: Lux
    told_from_lx: Lux


class ViewChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a room is shown; an empty name leaves the room's slug.

    self_light is what the screen beside the bed was last measured to add, None if never.
    """

    temperature_unit: Literal["celsius", "fahrenheit"] = "celsius"
    room_name: Annotated[str, Meta(max_length=MAX_NAME)] = ""
    self_light: SelfLight | None = None


def is_name(text: str) -> bool:
    r"""Tell whether a name has nothing that is not seen, but for what joins that.

    >>> is_name("👨\u200d👩\u200d👧"), is_name("attic\u202e"), is_name("\u200d")
    (True, False, False)
    """
    return text.strip(JOINERS) == text and all(map(_is_plain, text))


def _is_plain(sign: str) -> bool:
    return sign.isprintable() or sign in JOINERS


def room_title(room: str, name: str = "") -> str:
    r"""Return what a room is called: as its people named it, else its slug as a name.

    A name goes to servers of others. Whatever wrote it there, it is one short line without
    control characters, which no channel can take for anything but a name.

    >>> room_title("guest_room-2"), room_title("attic", "Mum’s\r\n room")
    ('Guest room 2', 'Mum’s room')
    """
    plain = "".join(sign if _is_plain(sign) else " " for sign in name)
    if given := " ".join(plain.split())[:MAX_NAME].strip(JOINERS + " "):
        return given
    words = room.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
