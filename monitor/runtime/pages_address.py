"""Pure: the address that people type to see the pages."""

from typing import Final

from monitor.runtime.settings import WebSettings

# What listens there listens on every address of the machine.
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on


def pages_address(web: WebSettings, hostname: str) -> str:
    """Return where the pages are found from a phone at home, or on this machine alone.

    Args:
        web: where they listen.
        hostname: this machine's name. Raspberry Pi OS answers to it with .local added by
            multicast DNS. Source: RFC 6762.

    >>> pages_address(WebSettings(host="0.0.0.0", port=8080), "bedside")
    'http://bedside.local:8080/'
    >>> pages_address(WebSettings(host="::1", port=8081), "bedside")
    'http://[::1]:8081/'
    >>> pages_address(WebSettings(https=True, hosts=("night.home.arpa",)), "bedside")
    'https://night.home.arpa/'
    """
    if web.https and web.hosts:
        return f"https://{web.hosts[0]}/"  # of the proxy in front, which has the usual port
    name = web.host
    if name in EVERYWHERE:
        name = hostname if "." in hostname else f"{hostname}.local"
    elif ":" in name:
        name = f"[{name}]"
    return f"http://{name}:{web.port}/"
