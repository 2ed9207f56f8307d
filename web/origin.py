"""Pure: whether a request comes from our own pages, and where it may be sent next."""

from typing import Final
from urllib.parse import parse_qs

from monitor.contract.topics import SLUG

# Source: RFC 9110, section 9.2.1: these change nothing. TRACE is never answered.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_NEXT: Final = 512  # judgement: our longest address has under 100 characters
HOME: Final = "/"
BEDSIDE: Final = "/bedside"
_IN_THE_DARK: Final = frozenset({"bedside", "kiosk", "marks"})
# Sent back there after a login, a person would be in a circle.
_DOORS: Final = ("/login", "/logout", "/setup", "/kiosk")


def is_own(
    *, origin: str | None, fetch_site: str | None, referrer: str | None, host: str, scheme: str
) -> bool:
    """Tell whether an unsafe request comes from a page of this dashboard.

    A browser says so by Origin or Sec-Fetch-Site; a very old one by Referer. What says
    nothing at all is no page of ours.

    Args:
        origin: the header Origin.
        fetch_site: the header Sec-Fetch-Site.
        referrer: the header Referer.
        host: the header Host, which the gate has let through.
        scheme: "http", or "https" where a TLS proxy stands in front.
    """
    own = f"{scheme}://{host}".lower()
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    if origin is not None:
        return origin.lower() == own
    if fetch_site is not None:
        return True
    return referrer is not None and f"{referrer.lower()}/".startswith(f"{own}/")


def safe_next(wanted: str | None) -> str:
    r"""Return where to go after a login: an address of ours as given, else the first page.

    >>> safe_next("/nights?room=b"), safe_next("//evil.example"), safe_next("/\\evil.example")
    ('/nights?room=b', '/', '/')
    """
    if not wanted or len(wanted) > MAX_NEXT or not wanted.startswith("/"):
        return HOME
    # Browsers read a backslash as a slash and drop tabs and line ends.
    if wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return HOME
    return HOME if _is_door(path_of(wanted)) else wanted


def is_bedside(path: str) -> bool:
    """Tell whether an address is looked at in the dark, where all is red on black.

    A kiosk's link is: its screen opens it after a power cut, at whatever hour. So is the
    answer to a mark made there by a plain form. So is what is not there, such as /Bedside.
    """
    return path.removeprefix("/").partition("/")[0].lower() in _IN_THE_DARK


def is_for_the_dark(path: str, wanted: str | None) -> bool:
    """Tell whether an answer is looked at beside the bed, or on the way there.

    Args:
        path: the address that is asked for.
        wanted: where its form or query says to go on, None where it says nothing.
    """
    return is_bedside(path) or is_bedside(path_of(safe_next(wanted)))


def bedside_of(room: str | None) -> str:
    """Return the address of a room's page beside the bed; what names no room is left out.

    >>> bedside_of("nursery"), bedside_of("a&b=c"), bedside_of(None)
    ('/bedside?room=nursery', '/bedside', '/bedside')
    """
    return f"{BEDSIDE}?room={room}" if room and SLUG.fullmatch(room) else BEDSIDE


def room_of(address: str) -> str | None:
    """Return which room an address of ours asks for, None where it names none.

    >>> room_of("/marks?room=nursery#x"), room_of("/settings")
    ('nursery', None)
    """
    _, _, query = address.partition("#")[0].partition("?")
    return _first(query, "room")


def next_of(query: str) -> str | None:
    """Return where the query of an address says to go on, None where it says nothing.

    >>> next_of("next=%2Fbedside%3Froom%3Da"), next_of("room=a")
    ('/bedside?room=a', None)
    """
    return _first(query, "next")


def path_of(address: str) -> str:
    """Return an address of ours without its query and fragment."""
    return address.partition("#")[0].partition("?")[0]


def _first(query: str, field: str) -> str | None:
    return next(iter(parse_qs(query).get(field, ())), None)


def _is_door(path: str) -> bool:
    return any(path == door or path.startswith(f"{door}/") for door in _DOORS)
