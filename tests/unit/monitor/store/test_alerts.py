"""Alert states, decisions and the outbox in nights.db; choices and requests in household.db."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.night.alert_choices import AlertChoices, Channel, Kind, RuleChoice
from monitor.night.household import Household
from monitor.store.alerts_db import SENDING, SENT, WAITING, DecisionRow, NewMessage
from monitor.store.errors import SettingError, StoreUnavailableError
from tests.fakes.folder import Folder, data_folder

DECISION = DecisionRow(
    room="bedroom",
    at_ms=1000,
    night="2026-11-22",
    kind="too_warm",
    what="began",
    fate="now",
    why="Cool 50 < 60 for 10 min",
    title="Too warm",
    body="Bedroom.",
    rise_from_ms=400,
    rise_to_ms=1000,
)
MESSAGE = NewMessage(decision=0, channel="phone", urgency="normal")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_state_decision_and_message_are_kept_together(folder: Folder) -> None:
    alerts = folder.nights_writer().alerts()

    alerts.keep(
        states={"bedroom": "{}"}, anchor="a", decisions=[DECISION], messages=[MESSAGE], made_s=5.0
    )

    assert alerts.states() == {"bedroom": "{}"}
    assert alerts.anchor() == "a"
    assert alerts.requests_seen() is None
    (row,) = alerts.open_messages()
    assert (row.status, row.made_s, row.attempts) == (WAITING, 5.0, 0)
    assert row.decision == DECISION


def test_nothing_of_them_is_kept_when_one_cannot_be(folder: Folder) -> None:
    alerts = folder.nights_writer().alerts()
    beyond = NewMessage(decision=7, channel="phone", urgency="normal")

    with pytest.raises(IndexError):
        alerts.keep(states={"a": "{}"}, anchor="a", decisions=[DECISION], messages=[beyond])

    assert alerts.states() == {}
    assert alerts.anchor() is None
    assert folder.alerts_reader().decisions("bedroom") == ()


def test_a_locked_store_says_so(folder: Folder) -> None:
    alerts = folder.nights_writer().alerts()
    folder.raw("nights.db").execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailableError, match="locked"):
        alerts.keep(states={}, anchor="a")


def test_a_message_is_claimed_tried_again_and_sent(folder: Folder) -> None:
    alerts = folder.nights_writer().alerts()
    alerts.keep(states={}, anchor="a", decisions=[DECISION], messages=[MESSAGE])
    (row,) = alerts.open_messages()

    alerts.claim([row.message_id])
    assert alerts.open_messages()[0].status == SENDING
    alerts.again([row.message_id], "no connection", 60.0)
    (waiting,) = alerts.open_messages()
    assert (waiting.status, waiting.next_s, waiting.attempts) == (WAITING, 60.0, 1)
    alerts.sent([row.message_id], "sent", 9000)

    assert alerts.open_messages() == ()
    (done,) = folder.alerts_reader().messages()
    assert (done.status, done.done_ms) == (SENT, 9000)


def test_the_newest_decisions_come_first(folder: Folder) -> None:
    alerts = folder.nights_writer().alerts()
    for number in range(5):
        later = DecisionRow(**{**{f: getattr(DECISION, f) for f in DECISION.__slots__},
                               "at_ms": number})  # fmt: skip
        alerts.keep(states={}, anchor="a", decisions=[later])

    found = folder.alerts_reader().decisions("bedroom", limit=2)

    assert [one.at_ms for one in found] == [4, 3]


def test_choices_are_kept_beside_those_of_scoring(folder: Folder) -> None:
    writer, reader = folder.household_writer(), folder.household_reader()
    phone = Channel(name="phone", url="ntfys://host/topic")
    writer.set_value("alert_channels", (phone,), valid_from_ms=10)
    writer.set_value("zone", "Europe/Berlin", valid_from_ms=10)
    writer.set_value(
        "alert_rules", {Kind.TOO_LOUD: RuleChoice(after_lights_out="wake")}, valid_from_ms=20
    )

    assert reader.alert_choices(15) == AlertChoices(alert_channels=(phone,))
    assert reader.alert_choices(20).rule(Kind.TOO_LOUD).after_lights_out == "wake"
    assert reader.alert_choices(20).rule(Kind.TOO_WARM) == RuleChoice()
    assert reader.household("bedroom", 20) == Household(zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("key", "value"),
    [("alert_rules", {"too_dry": RuleChoice()}), ("alert_morning_note", "perhaps")],
)
def test_a_choice_that_cannot_be_is_refused(folder: Folder, key: str, value: object) -> None:
    with pytest.raises(SettingError, match=key):
        folder.household_writer().set_value(key, value, valid_from_ms=0)


def test_a_refused_channel_is_not_shown(folder: Folder) -> None:
    secret = [{"name": "Not a name", "url": "ntfys://secret"}]

    with pytest.raises(SettingError) as caught:
        folder.household_writer().set_value("alert_channels", secret, valid_from_ms=0)

    assert "secret" not in str(caught.value)


def test_requests_are_read_in_order_and_once(folder: Folder) -> None:
    writer, reader = folder.household_writer(), folder.household_reader()
    assert reader.requests_after(0) == ()
    writer.request("one", made_ms=1)
    writer.request("two", Household(), made_ms=2)

    first, second = reader.requests_after(0)
    assert reader.newest_request(second.kind) == second
    assert reader.newest_request("nothing of ours") is None

    assert (first.kind, first.value) == ("one", "")
    assert '"zone":"UTC"' in second.value
    assert reader.requests_after(first.request_id) == (second,)
