from monitor.alerts.requests import SNOOZE, TEST, Snooze
from monitor.night.alert_choices import AfterLightsOut, AlertChoices, Kind, RuleChoice
from monitor.store.alerts_db import DecisionRow, OutboxRow
from tests.fakes.bedroom import at
from tests.fakes.forms import fields_of
from tests.fakes.full_house import MORNING_MS, a_house, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, at_once, opened

URL = "ntfys://ntfy.example/a-long-secret-topic"
RULES = "/settings/alerts/rules"


def choices(house: FakeHouse) -> AlertChoices:
    return house.household.alert_choices(0)


def post(house: FakeHouse, path: str, **fields: str) -> tuple[int, str]:
    answer = opened(house).post(path, data=fields, headers=OWN)
    return answer.status_code, answer.text


def rules(house: FakeHouse, **written: str) -> tuple[int, str]:
    return post(house, RULES, **(fields_of(opened(house).get("/settings/alerts").text) | written))


def test_without_a_channel_the_page_says_that_nothing_leaves() -> None:
    assert "nothing leaves this box" in opened(a_house()).get("/settings/alerts").text


def test_a_channel_is_kept_and_its_address_never_shown_again() -> None:
    house = a_house()
    assert post(house, "/settings/alerts/channels", name="phone", url=URL)[0] == 303
    assert [one.url for one in choices(house).alert_channels] == [URL]
    text = opened(house).get("/settings/alerts").text
    assert "phone" in text
    assert "ntfys://…" in text
    assert "secret-topic" not in text.replace("a-long-secret-topic</code>", "")


def test_a_channel_that_cannot_be_is_told_without_its_address() -> None:
    house = a_house()
    for name, url in (("Phone!", URL), ("phone", "secret"), ("phone", ""), ("", URL)):
        status, text = post(house, "/settings/alerts/channels", name=name, url=url)
        assert status == 400
        assert "ntfy.example" not in text
    assert choices(house).alert_channels == ()


def test_a_channel_of_the_same_name_takes_the_place_of_the_first_and_can_go() -> None:
    house = a_house()
    post(house, "/settings/alerts/channels", name="phone", url=URL)
    post(house, "/settings/alerts/channels", name="phone", url="json://box/hook")
    assert [one.url for one in choices(house).alert_channels] == ["json://box/hook"]
    post(house, "/settings/alerts/channels/phone/remove")
    assert choices(house).alert_channels == ()


def test_who_saves_an_older_page_takes_nothing_back_that_another_saved_meanwhile() -> None:
    house = a_house()
    browser = opened(house)
    older = fields_of(browser.get("/settings/alerts").text)
    rules(house, too_warm_after="wake", too_cold_enabled="")
    del older["morning_note"]
    assert browser.post(RULES, data=older, headers=OWN).status_code == 303
    kept = choices(house)
    assert kept.rule(Kind.TOO_WARM).after_lights_out is AfterLightsOut.WAKE
    assert not kept.rule(Kind.TOO_COLD).enabled
    assert not kept.alert_morning_note


def test_saving_what_is_shown_makes_no_row() -> None:
    house = a_house()
    rules(house)
    assert house.household.rows == []


def test_channels_added_at_the_same_moment_are_all_kept() -> None:
    house = a_house()
    forms = [{"name": f"ch{number}", "url": URL} for number in range(8)]
    answers = at_once(house, "/settings/alerts/channels", forms, slow="alert_choices")
    assert answers == [303] * 8
    assert {one.name for one in choices(house).alert_channels} == {f"ch{n}" for n in range(8)}


def test_a_test_is_asked_of_the_monitor() -> None:
    house = a_house()
    assert post(house, "/settings/alerts/test")[0] == 303
    assert house.household.requests == [(TEST, None)]


def test_a_test_that_no_monitor_sends_is_not_called_on_its_way() -> None:
    house = a_house()
    told = f"/settings/alerts?done=test&at={house.clock.now_ms()}"
    assert "is on its way" not in opened(house).get(told).text
    hear(house)
    assert "is on its way" in opened(house).get(told).text
    house.clock.wait(61)
    assert "is on its way" not in opened(house).get(told).text


def test_saving_the_rules_as_shown_keeps_no_choice_of_any() -> None:
    house = a_house()
    assert rules(house)[0] == 303
    assert choices(house).alert_rules == {}
    assert choices(house).alert_morning_note


def test_a_rule_is_kept_as_chosen() -> None:
    house = a_house()
    wanted = {"too_warm_on": "55", "too_warm_min": "5", "too_warm_after": "wake"}
    assert rules(house, **wanted)[0] == 303
    assert choices(house).rule(Kind.TOO_WARM) == RuleChoice(
        threshold=55, dwell_s=300, after_lights_out=AfterLightsOut.WAKE
    )


def test_a_rule_takes_a_decimal_comma_as_a_phone_writes_it() -> None:
    house = a_house()
    assert rules(house, too_warm_on="55,5", too_warm_min="2,5")[0] == 303
    assert choices(house).rule(Kind.TOO_WARM) == RuleChoice(threshold=55.5, dwell_s=150)


def test_a_rule_without_its_tick_is_off() -> None:
    house = a_house()
    sent = fields_of(opened(house).get("/settings/alerts").text)
    del sent["too_humid_enabled"], sent["morning_note"]
    post(house, RULES, **sent)
    assert not choices(house).rule(Kind.TOO_HUMID).enabled
    assert not choices(house).alert_morning_note


def test_a_rule_that_cannot_be_is_told_and_none_is_kept() -> None:
    house = a_house()
    for name, text in (
        ("too_warm_on", "warm"),
        ("too_warm_on", "nan"),
        ("too_warm_on", "inf"),
        ("too_warm_on", "101"),
        ("too_warm_on", "6_0"),
        ("too_warm_min", "999"),
        ("too_warm_after", "shout"),
    ):
        status, answer = rules(house, **{name: text})
        assert (status, "Too warm: a threshold" in answer) == (400, True), text
    assert post(house, RULES)[0] == 400
    assert house.household.rows == []


def test_what_was_written_beside_a_rule_that_cannot_be_stays_to_be_mended() -> None:
    house = a_house()
    browser = opened(house)
    shown = fields_of(browser.get("/settings/alerts").text)
    changed = {"too_warm_on": "", "too_loud_min": "7", "no_data_after": "wake"}
    written = shown | changed
    for untick in ("too_cold_enabled", "morning_note"):
        del written[untick]
    answer = browser.post(RULES, data=written, headers=OWN)
    assert answer.status_code == 400
    assert fields_of(answer.text) == written
    again = browser.post(RULES, data=fields_of(answer.text) | {"too_warm_on": "55"}, headers=OWN)
    assert again.status_code == 303
    kept = choices(house)
    assert kept.rule(Kind.TOO_WARM).threshold == 55
    assert kept.rule(Kind.TOO_LOUD).dwell_s == 420
    assert kept.rule(Kind.NO_DATA).after_lights_out is AfterLightsOut.WAKE
    assert not kept.rule(Kind.TOO_COLD).enabled
    assert not kept.alert_morning_note


def test_the_last_messages_say_what_came_of_them() -> None:
    house = a_house()
    decision = DecisionRow(
        room="bedroom", at_ms=MORNING_MS, night="2026-11-22", kind="test", what="test",
        fate="sent", why="", title="A test", body="",
    )  # fmt: skip
    house.store.sent = [
        OutboxRow(
            message_id=1, channel="phone", urgency="asked", made_s=0.0, next_s=0.0, attempts=1,
            status="failed", answer="403 Forbidden", done_ms=None, decision=decision,
        )
    ]  # fmt: skip
    text = opened(house).get("/settings/alerts").text
    assert "not sent: 403 Forbidden" in text
    assert "Mon 23 Nov, 10:15, phone" in text


def test_alerts_are_quiet_for_an_hour_or_until_noon_and_speak_again() -> None:
    house = a_house(at("2026-11-23T20:00:00+13:00"))
    assert post(house, "/settings/alerts/snooze", **{"for": "hour"})[0] == 303
    assert house.household.requests == [(SNOOZE, Snooze(for_s=3600.0))]
    assert "Alerts are quiet until Mon 23 Nov, 21:00." in shown(house)

    post(house, "/settings/alerts/snooze", **{"for": "noon"})
    assert house.household.requests[-1] == (SNOOZE, Snooze(for_s=16 * 3600.0))
    assert "Alerts are quiet until Tue 24 Nov, 12:00." in shown(house)

    post(house, "/settings/alerts/snooze", **{"for": "off"})
    assert house.household.requests[-1] == (SNOOZE, Snooze(for_s=0.0))
    assert "quiet until" not in shown(house)


def test_a_quiet_hour_is_over_after_an_hour() -> None:
    house = a_house(at("2026-11-23T20:00:00+13:00"))
    post(house, "/settings/alerts/snooze", **{"for": "hour"})
    house.clock.wait(3601.0)
    assert "quiet until" not in shown(house)


def test_a_while_that_is_not_offered_is_refused() -> None:
    house = a_house()
    for wanted in ("", "ever", "-1"):
        assert post(house, "/settings/alerts/snooze", **{"for": wanted})[0] == 400
    assert house.household.requests == []


def shown(house: FakeHouse) -> str:
    return opened(house).get("/settings/alerts").text
