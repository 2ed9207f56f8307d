"""What people chose of the pages themselves: nothing that is measured or scored."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Lux = Annotated[float, Meta(ge=0, le=200_000)]  # judgement: brighter than any sun


class SelfLight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the bedside screen adds at the light sensor; below told_from_lx nothing was told."""

    added_lx: Lux
    told_from_lx: Lux


class ViewChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a room is shown; an empty name leaves the room's slug.

    self_light is what the screen beside the bed was last measured to add, None if never.
    """

    temperature_unit: Literal["celsius", "fahrenheit"] = "celsius"
    room_name: Annotated[str, Meta(max_length=40)] = ""
    self_light: SelfLight | None = None
