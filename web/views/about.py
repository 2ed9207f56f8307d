"""What the score is made of, and what leaves this box."""

from flask import Blueprint, Response

from monitor.runtime.settings import BrokerSettings, WebSettings
from monitor.score.units import TemperatureUnit
from monitor.store.access_rows import TokenKind
from web.about_page import about_sections, model_version
from web.auth import Auth
from web.leaves import everything_that_leaves
from web.site import Site, page


def about_views(
    site: Site, broker: BrokerSettings, web: WebSettings, auth: Auth | None
) -> Blueprint:
    """Return the views of what can be read about nightroom."""
    views = Blueprint("about", __name__)
    sections = {unit: about_sections(unit) for unit in TemperatureUnit}

    @views.get("/about")
    def about() -> Response:
        found = sections[site.unit()]
        return page("about.html", site, None, sections=found, version=model_version())

    @views.get("/privacy")
    def privacy() -> Response:
        tokens = [] if auth is None else [token.kind for token in auth.tokens()]
        ways = everything_that_leaves(
            broker,
            web,
            site.household.alert_choices(site.in_force_ms()),
            tokens.count(TokenKind.KIOSK),
            tokens.count(TokenKind.API),
            has_login=auth is not None,
        )
        return page("privacy.html", site, None, ways=ways, leaves=any(it.is_out for it in ways))

    return views
