"""The page of alerts: where messages go, which ones, and a test on the way."""

from typing import Final

from flask import Blueprint, Response, request

from monitor.alerts.requests import TEST
from monitor.night.alert_choices import masked
from monitor.store.alerts_db import OutboxRow
from web.alert_fields import AFTER_WORDS, rule_lines, wanted_channel, wanted_rules
from web.present import local_time
from web.site import Site, page
from web.views.attempts import field, sent

ALERTS: Final = "/settings/alerts"
DONE: Final = {
    "channel": "The channel is kept. Send a test to see that it arrives.",
    "removed": "The channel is removed.",
    "rules": "Saved.",
    "test": "A test is on its way to every channel. Reload this page to see what came of it.",
}


FATES: Final = {"waiting": "waits to be sent", "sending": "is being sent", "failed": "not sent"}
SHOWN: Final = 8  # judgement: the last evening's, not a log


def alerts_views(site: Site) -> Blueprint:
    """Return the views below /settings/alerts."""
    views = Blueprint("alerts", __name__, url_prefix=ALERTS)

    @views.get("")
    def alerts() -> Response:
        return _shown(site, done=DONE.get(request.args.get("done", ""), ""))

    @views.post("/channels")
    def add() -> Response:
        choices = site.household.alert_choices(site.clock.now_ms())
        channels = wanted_channel(choices, field("name").strip(), field("url").strip())
        if isinstance(channels, str):
            return _shown(site, problem=channels)
        return _keep(site, {"alert_channels": channels}, "channel")

    @views.post("/channels/<name>/remove")
    def remove(name: str) -> Response:
        choices = site.household.alert_choices(site.clock.now_ms())
        channels = tuple(one for one in choices.alert_channels if one.name != name)
        return _keep(site, {"alert_channels": channels}, "removed")

    @views.post("/rules")
    def rules() -> Response:
        wanted = wanted_rules(request.form)
        if isinstance(wanted, str):
            return _shown(site, problem=wanted)
        note = field("morning_note") == "yes"
        return _keep(site, {"alert_rules": wanted, "alert_morning_note": note}, "rules")

    @views.post("/test")
    def test() -> Response:
        site.household.request(TEST, made_ms=site.clock.now_ms())
        return sent(f"{ALERTS}?done=test")

    return views


def _keep(site: Site, values: dict[str, object], done: str) -> Response:
    site.household.choose("", values, valid_from_ms=site.clock.now_ms())
    return sent(f"{ALERTS}?done={done}")


def _told(site: Site, message: OutboxRow) -> tuple[str, str, str]:
    """Return a message as (when and to whom, what, what came of it)."""
    decision = message.decision
    at = local_time(decision.at_ms, site.zone(decision.room, site.live.read(decision.room)))
    fate = FATES.get(message.status, message.status)
    answer = f": {message.answer}" if message.answer and message.status != "sent" else ""
    return f"{at:%a %d %b, %H:%M}, {message.channel}", decision.title, f"{fate}{answer}"


def _shown(site: Site, *, problem: str = "", done: str = "") -> Response:
    choices = site.household.alert_choices(site.clock.now_ms())
    response = page(
        "alerts.html",
        site,
        None,
        channels=[(one.name, masked(one.url)) for one in choices.alert_channels],
        rules=rule_lines(choices),
        after=[(str(key), text) for key, text in AFTER_WORDS.items()],
        morning_note=choices.alert_morning_note,
        messages=[_told(site, one) for one in site.store.messages(SHOWN)],
        problem=problem,
        done=done,
        written=(field("name"), "") if problem else ("", ""),
    )
    response.status_code = 400 if problem else 200
    return response
