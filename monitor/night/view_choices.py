"""What people chose of the pages themselves: nothing that is measured or scored."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class ViewChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a room is shown; an empty name leaves the room's slug."""

    temperature_unit: Literal["celsius", "fahrenheit"] = "celsius"
    room_name: Annotated[str, Meta(max_length=40)] = ""
