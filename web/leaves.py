"""Pure: everything that leaves this box, and who may come in, from the configuration in force."""

from dataclasses import dataclass

from monitor.night.alert_choices import AlertChoices, masked
from monitor.runtime.settings import BrokerSettings, WebSettings
from web.access_mode import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One way out: what goes, where, when; is_out is False where it stays on this machine."""

    what: str
    where: str
    when: str
    is_out: bool


def everything_that_leaves(
    broker: BrokerSettings,
    web: WebSettings,
    alerts: AlertChoices,
    kiosks: int,
    programs: int,
    *,
    has_login: bool,
) -> tuple[Leaving, ...]:
    """Return every way out, those that are open first; nothing else leaves."""
    ways = [
        *(
            Leaving(
                what="Messages: the room’s name, a value with one piece of advice; in the"
                " morning the rating with its sentences",
                where=f"{one.name} ({masked(one.url)})",
                when="when a rule speaks, at most three a night and kind; whoever runs that"
                " server can read them and sees when you sleep",
                is_out=True,
            )
            for one in alerts.alert_channels
        ),
        _broker(broker),
        _pages(web, kiosks, programs, has_login=has_login),
    ]
    return tuple(sorted(ways, key=lambda way: not way.is_out))


def _broker(broker: BrokerSettings) -> Leaving:
    here = is_loopback(broker.host)
    return Leaving(
        what="Levels, temperatures and light, minute by minute; never audio",
        where="the broker on this machine"
        if here
        else f"the broker at {broker.host}, port {broker.port}",
        when="all the time; rooms with a box of their own send there, too",
        is_out=not here,
    )


def _pages(web: WebSettings, kiosks: int, programs: int, *, has_login: bool) -> Leaving:
    here = is_loopback(web.host) and not web.https
    readers = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((kiosks, "kiosk link"), (programs, "program token"))
        if count
    ]
    return Leaving(
        what="These pages and what they show",
        where="this machine alone"
        if here
        else "your network, encrypted by the proxy in front"
        if web.https
        else f"your network (port {web.port}), unencrypted",
        when=("to whoever has the household’s password" if has_login else "to whoever uses it")
        + (f"; also to {' and '.join(readers)}" if readers else ""),
        is_out=not here,
    )
