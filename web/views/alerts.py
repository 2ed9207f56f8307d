"""The page of alerts: where messages go, which ones, and a test on the way."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, request

from monitor.alerts.requests import SNOOZE, TEST, Snooze
from monitor.night.alert_choices import AlertChoices, masked
from monitor.store.alerts_db import OutboxRow
from web.alert_fields import (
    AFTER_WORDS,
    MORNING_NOTE,
    alert_values,
    as_written,
    quiet_until_ms,
    rule_lines,
    snooze_for_s,
    wanted_channel,
    wanted_rules,
)
from web.present import local_time
from web.setting_fields import SHOWN as SHOWN_BEFORE
from web.setting_fields import as_changed
from web.site import Site, page
from web.told import AT, told_ms
from web.views.attempts import field, sent

ALERTS: Final = "/settings/alerts"
DONE: Final = {
    "channel": "The channel is kept. Send a test to see that it arrives.",
    "removed": "The channel is removed.",
    "rules": "Saved.",
    "quiet": "Alerts are quiet.",
    "loud": "Alerts speak again.",
    "test": "A test is on its way to every channel. Reload this page to see what came of it.",
}
WAITING_TEST: Final = (
    "The test is kept. It goes to every channel as soon as nightroom-monitor runs again, which is"
    " down now."
)
FATES: Final = {"waiting": "waits to be sent", "sending": "is being sent", "failed": "not sent"}
SHOWN: Final = 8  # judgement: the last evening's, not a log


def alerts_views(site: Site) -> Blueprint:
    """Return the views below /settings/alerts."""
    views = Blueprint("alerts", __name__, url_prefix=ALERTS)

    @views.get("")
    def alerts() -> Response:
        return _shown(site, done=_done_text(site, request.args.get("done", "")))

    @views.post("/channels")
    def add() -> Response:
        with site.saving:
            channels = wanted_channel(_choices(site), field("name").strip(), field("url").strip())
            if isinstance(channels, str):
                return _shown(site, problem=channels)
            return _keep(site, {"alert_channels": channels}, "channel")

    @views.post("/channels/<name>/remove")
    def remove(name: str) -> Response:
        with site.saving:
            others = tuple(one for one in _choices(site).alert_channels if one.name != name)
            return _keep(site, {"alert_channels": others}, "removed")

    @views.post("/rules")
    def rules() -> Response:
        with site.saving:
            form = as_changed(alert_values(_choices(site)), request.form)
            wanted = wanted_rules(form)
            if isinstance(wanted, str):
                return _shown(site, problem=wanted, form=form)
            note = form[MORNING_NOTE] == "yes"
            return _keep(site, {"alert_rules": wanted, "alert_morning_note": note}, "rules")

    @views.post("/test")
    def test() -> Response:
        site.household.request(TEST, made_ms=site.clock.now_ms())
        return _done(site, "test")

    @views.post("/snooze")
    def snooze() -> Response:
        return _snoozed(site, field("for"))

    return views


def _done(site: Site, what: str) -> Response:
    return sent(f"{ALERTS}?done={what}&{AT}={site.clock.now_ms()}")


def _done_text(site: Site, done: str) -> str:
    if told_ms(site.clock.now_ms()) is None:
        return ""
    waits = done == "test" and not site.has_monitor()
    return WAITING_TEST if waits else DONE.get(done, "")


def _snoozed(site: Site, wanted: str) -> Response:
    now_ms = site.clock.now_ms()
    for_s = snooze_for_s(wanted, now_ms, _zone(site))
    if for_s is None:
        return _shown(site, problem="Choose for how long alerts shall be quiet.")
    site.household.request(SNOOZE, Snooze(for_s=for_s), made_ms=now_ms)
    return _done(site, "quiet" if for_s else "loud")


def _zone(site: Site) -> str:
    """Return the zone of the first room: a house has one, as good as always."""
    room = next(iter(site.rooms()), "")
    return site.zone(room)


def _quiet_until(site: Site) -> str:
    """Return until when alerts are quiet, in words; '' where they are not."""
    until_ms = quiet_until_ms(site.household.newest_request(SNOOZE), site.clock.now_ms())
    return "" if until_ms is None else f"{local_time(until_ms, _zone(site)):%a %d %b, %H:%M}"


def _choices(site: Site) -> AlertChoices:
    return site.household.alert_choices(site.in_force_ms())


def _keep(site: Site, values: dict[str, object], done: str) -> Response:
    """Keep what differs from what holds; nothing changed makes no row."""
    before = _choices(site)
    changed = {key: value for key, value in values.items() if getattr(before, key) != value}
    if changed:
        site.household.choose("", changed, valid_from_ms=site.clock.now_ms())
    return _done(site, done)


def _told(site: Site, message: OutboxRow) -> tuple[str, str, str]:
    """Return a message as (when and to whom, what, what came of it)."""
    decision = message.decision
    at = local_time(decision.at_ms, site.zone(decision.room))
    fate = FATES.get(message.status, message.status)
    answer = f": {message.answer}" if message.answer and message.status != "sent" else ""
    return f"{at:%a %d %b, %H:%M}, {message.channel}", decision.title, f"{fate}{answer}"


def _shown(
    site: Site, *, problem: str = "", done: str = "", form: Mapping[str, str] | None = None
) -> Response:
    """Answer with the page; form: the rules as they were written, which could not be kept."""
    choices = _choices(site)
    held = alert_values(choices)
    lines = rule_lines(choices)
    response = page(
        "alerts.html",
        site,
        None,
        channels=[(one.name, masked(one.url)) for one in choices.alert_channels],
        rules=lines if form is None else as_written(lines, form),
        after=[(str(key), text) for key, text in AFTER_WORDS.items()],
        quiet_until=_quiet_until(site),
        shown_before={SHOWN_BEFORE + it: value for it, value in held.items()},
        morning_note=(form or held)[MORNING_NOTE] == "yes",
        messages=[_told(site, one) for one in site.store.messages(SHOWN)],
        problem=problem,
        done=done,
        written=(field("name"), "") if problem else ("", ""),
    )
    response.status_code = 400 if problem else 200
    return response
