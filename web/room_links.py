"""Where the row of rooms of a page leads: to the same page of another room, if there is one."""

from flask import request

from web.night_finder import find_night
from web.site import Site


def room_address(site: Site, room: str) -> str:
    """Return the address of the page in hand for another room.

    A night that the other room does not have is no page: the row leads to all of its nights.
    A finished night's page is kept as it is (web/rendered.py), so a night that is imported into
    the other room later may be reached by way of them only.
    """
    night = (request.view_args or {}).get("night")
    if night is None or find_night(site, room, night) is not None:
        return f"{request.path}?room={room}"
    return f"/nights?room={room}"
