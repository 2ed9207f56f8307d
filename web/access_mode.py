"""Pure: whether this dashboard asks for a login; on the LAN it always does."""

import ipaddress

from monitor.runtime.settings import LoginRule, Settings
from web.errors import OpenToAllError


def needs_login(settings: Settings) -> bool:
    """Tell whether people must log in.

    Without a login only where no other machine can reach it: a loopback address with no
    proxy in front, and either simulated sensors or a household that says so.

    Raises:
        OpenToAllError: no login was asked for on an address that others can reach.
    """
    web = settings.web
    alone = is_loopback(web.host) and not web.https
    if web.login is LoginRule.OFF:
        if not alone:
            reach = "https = true" if web.https else f'host = "{web.host}"'
            raise OpenToAllError(
                f'login = "off" with {reach} in section [web] would show this'
                ' bedroom to everyone in the network: set host = "127.0.0.1" and https = false,'
                ' or remove login = "off" and give the household a password'
            )
        return False
    return web.login is LoginRule.ON or not (alone and settings.simulation.scenario)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address to listen on.

    An IPv4 address written as IPv6 counts as any other: Python 3.13 and 3.11 disagree on it.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
