"""Where the row of rooms of a page leads: to the same page of another room, if there is one."""

from flask import request

from web.night_finder import has_night
from web.site import Site


def room_address(site: Site, room: str) -> str:
    """Return the address of the page in hand for another room.

    A night that the other room does not have is no page: the row leads to all of its nights.
    """
    night = (request.view_args or {}).get("night")
    if night is None or has_night(site, room, night):
        return f"{request.path}?room={room}"
    return f"/nights?room={room}"
