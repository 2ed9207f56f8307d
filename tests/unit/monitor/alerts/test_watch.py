"""The watch on real databases: decided, kept, sent; whatever the store and the phone do."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.alerts.channels import Answer, Letter
from monitor.alerts.outbox import DIGEST_TITLE
from monitor.alerts.requests import SNOOZE, TEST, Snooze
from monitor.alerts.words import AGAIN
from monitor.contract.record import ClockState, instant
from monitor.night.alert_choices import Kind, RuleChoice
from monitor.score.words import check
from monitor.store.alerts_db import FAILED, SENT, WAITING
from tests.fakes.alert_house import BEDTIME_MS, HOUR_MS, PHONE, AlertHouse
from tests.fakes.courier import ARRIVED, DOWN, REFUSED
from tests.fakes.folder import data_folder
from tests.fakes.stored import minute, record

WARM_C = 28.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AlertHouse]:
    with data_folder(tmp_path) as folder:
        made = AlertHouse(folder)
        made.choose("alert_channels", (PHONE,))
        yield made


def test_a_warm_evening_reaches_the_phone(house: AlertHouse) -> None:
    house.lasts(11, WARM_C)

    (letter,) = house.courier.arrived
    assert letter.url == PHONE.url
    assert (letter.title, letter.urgency) == ("Too warm", "normal")
    assert letter.body == "Bedroom: 28.0 °C: open the window."
    (message,) = house.messages()
    assert (message.status, message.answer, message.attempts) == (SENT, "sent", 1)
    (decision,) = house.decisions()
    assert (decision.kind, decision.what, decision.fate) == ("too_warm", "began", "now")


def test_it_speaks_in_the_unit_of_the_house_and_of_the_room_by_its_name(house: AlertHouse) -> None:
    house.choose("temperature_unit", "fahrenheit")
    house.names("Mum & Dad’s room")

    house.lasts(11, WARM_C)

    (letter,) = house.courier.arrived
    assert letter.body == "Mum & Dad’s room: 82 °F: open the window."


@pytest.mark.parametrize(
    "name",
    [
        "Attic\r\nX-Priority: max",
        "Attic\x1b[2J\x00",
        "\u202eAttic\u2028now",
        "  ",
        "\n" * 40,
        "A" * 40,
    ],
)
def test_no_name_of_a_room_makes_a_message_more_than_one_short_line(
    house: AlertHouse, name: str
) -> None:
    house.names(name)

    house.lasts(11, WARM_C)

    (letter,) = house.courier.arrived
    named = letter.body.removesuffix(": 28.0 °C: open the window.")
    assert named.isprintable()
    assert 0 < len(named) <= 40


def test_the_notes_of_a_house_with_several_rooms_say_whose_night_it_was(house: AlertHouse) -> None:
    house.names("Nursery")
    house.choose("temperature_unit", "fahrenheit")
    house.watch.minutes_arrived("attic", [])
    house.lasts(1)
    house.sleeps()
    assert house.nights.now is not None
    house.nights.now = replace(house.nights.now, headline="Warm, peak 25.0 °C at 03:00.")

    house.gets_up()
    house.waits(120)

    notes = {letter.title: letter.body for letter in house.courier.arrived}
    assert "Warm, peak 77 °F at 03:00." in notes["Last night, Nursery: Good, 81 of 100"]
    assert "Last night, Attic: Good, 81 of 100" in notes


@pytest.mark.slow
def test_its_end_reaches_the_phone_with_how_long_it_lasted(house: AlertHouse) -> None:
    house.lasts(30, WARM_C)
    house.lasts(5)

    assert house.courier.titles == ["Too warm", "Cool enough again"]
    assert house.courier.arrived[1].body == "Bedroom: “Too warm” lasted 30 min."


def test_what_is_sent_was_in_the_store_before(house: AlertHouse) -> None:
    seen: list[tuple[str, int]] = []

    def look(_: Letter) -> Answer:
        seen.extend((row.status, len(house.decisions())) for row in house.messages())
        return ARRIVED

    house.courier.answers = look
    house.lasts(11, WARM_C)

    assert seen == [("sending", 1)]


def test_what_was_deleted_while_its_message_waited_is_not_sent(house: AlertHouse) -> None:
    house.answers(DOWN)
    house.lasts(12, WARM_C)
    house.deletes()
    house.answers(ARRIVED)
    house.waits(300)
    assert house.courier.arrived == []

    # Nor later, when it is no news any more: neither for itself nor in a digest.
    house.waits(2 * 3600, every_s=60)
    assert house.courier.arrived == []
    (message,) = house.messages()
    assert (message.status, message.answer) == (FAILED, "what it tells of was deleted")


def test_a_deletion_that_is_taken_back_in_time_brings_its_message_back(house: AlertHouse) -> None:
    house.answers(DOWN)
    house.lasts(12, WARM_C)
    deletion = house.deletes()
    house.answers(ARRIVED)
    house.waits(300)
    house.household.diary().undo_deletion(deletion, undone_ms=house.clock.now_ms())
    house.waits(60)
    assert house.courier.titles == ["Too warm"]


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_the_end_of_what_rose_in_deleted_minutes_is_not_sent(
    house: AlertHouse, *, is_taken_back: bool
) -> None:
    house.lasts(12, WARM_C)
    deletion = house.deletes()
    house.lasts(5)
    assert house.courier.titles == ["Too warm"]
    if is_taken_back:
        house.household.diary().undo_deletion(deletion, undone_ms=house.clock.now_ms())
    house.waits(60)

    assert house.courier.titles[1:] == ["Cool enough again"] * is_taken_back
    assert [one.what for one in house.decisions()] == ["began", "ended"]
    assert [one.status for one in house.messages()] == [SENT, SENT if is_taken_back else WAITING]


@pytest.mark.parametrize(("first_min", "last_min", "ends"), [(-9, 5, 0), (5, 11, 0), (15, 20, 1)])
def test_an_end_is_sent_unless_any_of_the_rise_was_deleted(
    house: AlertHouse, first_min: int, last_min: int, ends: int
) -> None:
    began_ms = house.clock.now_ms()
    house.lasts(30, WARM_C)
    house.household.diary().delete(
        "bedroom",
        began_ms + first_min * 60_000,
        began_ms + last_min * 60_000,
        made_ms=house.clock.now_ms(),
    )
    house.lasts(5)
    assert house.courier.titles[1:] == ["Cool enough again"] * ends


def test_a_boot_in_the_past_knows_what_was_deleted_of_before_it(house: AlertHouse) -> None:
    house.lasts(12, WARM_C)
    house.deletes()
    house.loses_power(60, behind_s=3600)
    house.lasts(5)
    assert {one.what for one in house.decisions()} == {"began", "ended"}
    assert house.courier.titles == ["Too warm"]


def test_what_goes_on_after_a_deletion_is_told(house: AlertHouse) -> None:
    house.deletes()
    house.lasts(12, WARM_C)
    assert house.courier.titles == ["Too warm"]


def test_a_boot_in_the_past_is_not_silenced_by_what_was_deleted_of_then(house: AlertHouse) -> None:
    house.deletes()
    house.loses_power(60, behind_s=3600)
    house.lasts(12, WARM_C)
    assert house.courier.titles == ["Too warm"]


def test_each_channel_gets_each_message(house: AlertHouse) -> None:
    tablet = replace(PHONE, name="tablet", url="json://host/hook")
    house.choose("alert_channels", (PHONE, tablet))

    house.lasts(11, WARM_C)

    assert {letter.url for letter in house.courier.arrived} == {PHONE.url, tablet.url}


def test_without_a_channel_it_is_decided_and_nothing_sent(house: AlertHouse) -> None:
    house.choose("alert_channels", ())

    house.lasts(11, WARM_C)

    assert len(house.decisions()) == 1
    assert house.messages() == ()


@pytest.mark.slow
def test_after_lights_out_nothing_is_sent_and_the_note_tells_it(house: AlertHouse) -> None:
    house.sleeps()
    house.lasts(60, WARM_C)
    house.lasts(60)
    assert house.courier.tried == []

    house.gets_up()
    house.waits(120)

    (note,) = house.courier.arrived
    assert note.title == "Last night: Good, 81 of 100"
    assert "Too warm at 21:00 for 1 h." in note.body.splitlines()
    house.waits(3600)
    assert len(house.courier.arrived) == 1


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_the_note_tells_nothing_of_what_was_deleted_of_its_night(
    house: AlertHouse, *, is_taken_back: bool
) -> None:
    house.sleeps()
    house.lasts(15, WARM_C)
    house.lasts(10)
    deletion = house.deletes()
    if is_taken_back:
        house.household.diary().undo_deletion(deletion, undone_ms=house.clock.now_ms())

    house.gets_up()
    house.waits(120)

    (note,) = house.courier.arrived
    assert ("Too warm" in note.body) is is_taken_back


@pytest.mark.parametrize(("waits_s", "notes"), [(300, 0), (700, 1)])
def test_a_note_waits_ten_minutes_for_the_time_in_a_boot_without_it(
    house: AlertHouse, waits_s: int, notes: int
) -> None:
    """A clock that was ahead for two minutes told of a night that was not over."""
    house.sleeps()
    house.gets_up(waits_s=300)
    house.loses_power(30, behind_s=-1800.0)
    house.lasts(1)
    house.waits(waits_s)
    assert len(house.courier.arrived) == notes


def test_a_boot_a_day_ahead_tells_of_no_night_twice(house: AlertHouse) -> None:
    house.lasts(1)
    house.sleeps()
    house.gets_up()
    house.waits(120)
    assert len(house.courier.arrived) == 1

    judged = house.nights.last
    assert judged is not None
    house.loses_power(30, behind_s=-24 * 3600.0)
    ended_ms = judged.window.get_up_ms + 24 * HOUR_MS
    ahead = replace(judged.window, night="2026-11-23", get_up_ms=ended_ms)
    house.nights.last = replace(judged, window=ahead)
    house.waits(700)
    house.nights.last = judged
    house.finds_time(-24 * 3600.0)
    house.waits(300)
    assert len(house.courier.arrived) == 1


@pytest.mark.parametrize("is_deleted", [True, False])
def test_the_note_of_a_night_of_which_something_was_deleted_blames_no_sensor(
    house: AlertHouse, *, is_deleted: bool
) -> None:
    house.sleeps()
    assert house.nights.now is not None
    house.nights.now = replace(house.nights.now, sentences=(check(["dark"]),))
    out_ms = house.clock.now_ms()
    house.lasts(5)
    if is_deleted:
        house.household.diary().delete(
            "bedroom", out_ms, out_ms + 60_000, made_ms=house.clock.now_ms()
        )
    house.gets_up()
    house.waits(120)

    (note,) = house.courier.arrived
    assert ("check the light sensor" in note.body) is not is_deleted


def test_who_wants_to_be_woken_is(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.TOO_BRIGHT: RuleChoice(after_lights_out="wake")})
    house.sleeps()

    house.lasts(3, lux=100.0)

    (letter,) = house.courier.arrived
    assert (letter.title, letter.urgency) == ("Light in the night", "wake")


@pytest.mark.slow
def test_what_the_evening_could_not_send_waits_for_the_morning(house: AlertHouse) -> None:
    house.answers(DOWN)
    house.lasts(11, WARM_C)
    house.sleeps()
    house.answers(ARRIVED)
    house.lasts(8 * 60, every_s=30)
    assert house.courier.arrived == []

    house.gets_up()
    house.waits(120)

    assert sorted(house.courier.titles) == [DIGEST_TITLE, "Last night: Good, 81 of 100"]


def test_five_silent_minutes_in_the_sleep_window_are_no_data(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    house.lasts(5)
    house.waits(240)
    assert house.courier.tried == []

    house.waits(10)
    assert house.courier.titles == ["No data from the room"]
    house.lasts(5)
    assert house.courier.titles[1:] == ["Data again"]


def test_a_monitor_that_stood_still_calls_no_room_silent_for_it(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="wake")})
    house.sleeps()
    house.lasts(5)
    house.clock.wait(2 * 3600)  # frozen, or the machine was asleep
    house.watch.step()
    house.lasts(5)
    assert house.courier.titles == []

    house.waits(310)
    assert house.courier.titles == ["No data from the room"]
    house.clock.wait(3600)
    house.waits(240)
    assert house.courier.titles == ["No data from the room"]
    house.lasts(5)
    assert house.courier.titles[1:] == ["Data again"]


@pytest.mark.parametrize("ahead_ms", [-21 * 24 * HOUR_MS, 3 * HOUR_MS])
def test_a_sensor_without_time_tells_of_warmth_and_is_no_silent_room(
    house: AlertHouse, ahead_ms: int
) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.lasts_by_another_clock(11, ahead_ms, WARM_C)
    assert house.courier.titles == ["Too warm"]

    house.sleeps()
    house.lasts_by_another_clock(8, ahead_ms, WARM_C)
    assert house.courier.titles == ["Too warm"]

    house.waits(310)
    assert house.courier.titles == ["Too warm", "No data from the room"]


@pytest.mark.parametrize("behind_days", [5, 21])
def test_a_room_that_stays_silent_after_a_boot_in_the_past_is_missed(
    house: AlertHouse, behind_days: int
) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    last_ms = house.clock.now_ms()
    records = [
        record(seq, minute=minute(last_ms - (8 - seq) * 24 * HOUR_MS)) for seq in range(1, 9)
    ]
    house.writer.store_batch(
        room="bedroom", device="d", stream="0" * 16, records=records, gaps=(), stored_seq=8
    )
    house.clock.step(-behind_days * 24 * 3600)
    house.clock.set_state(ClockState.UNSYNCED)
    house.kill()
    house.waits(120)
    house.clock.step(behind_days * 24 * 3600)
    house.clock.set_state(ClockState.SYNCED)

    house.waits(240)

    assert house.courier.titles == ["No data from the room"]


def test_a_room_heard_while_the_time_was_unknown_is_not_taken_down(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    house.clock.step(-21 * 24 * 3600)
    house.clock.set_state(ClockState.UNSYNCED)
    house.kill()
    house.recorded(house.clock.now_ms(), ClockState.UNSYNCED)
    house.waits(60)
    house.clock.step(21 * 24 * 3600)
    house.clock.set_state(ClockState.SYNCED)

    house.waits(230)
    assert house.courier.titles == []
    house.waits(30)
    assert house.courier.titles == ["No data from the room"]


def test_minutes_that_wait_for_their_date_are_no_silence(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="wake")})
    house.sleeps()
    house.lasts(5)
    house.waits(30)

    house.lasts_by_another_clock(10, -21 * 24 * HOUR_MS, 18.0, records=False)
    house.lasts_by_another_clock(8, -21 * 24 * HOUR_MS, 18.0)

    assert house.courier.titles == []


def test_minutes_that_do_not_come_after_their_wait_are_missed(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="wake")})
    house.sleeps()
    house.lasts(5)

    house.lasts_by_another_clock(14, -21 * 24 * HOUR_MS, 18.0, records=False)
    assert house.courier.titles == []
    house.lasts_by_another_clock(2, -21 * 24 * HOUR_MS, 18.0, records=False)
    assert house.courier.titles == ["No data from the room"]


def test_a_sensor_without_time_that_starts_again_and_again_is_missed(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="wake")})
    house.sleeps()
    house.lasts(5)

    for start in range(9):
        state = replace(house.state(), session=f"{start:016x}", clock=ClockState.UNSYNCED)
        house.says(state)
        house.watch.step()
        house.waits(120)

    assert house.courier.titles == ["No data from the room"]


def test_a_sensor_without_time_that_falls_silent_is_missed_after_five_minutes(
    house: AlertHouse,
) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="wake")})
    house.sleeps()
    house.lasts(5)
    house.lasts_by_another_clock(2, -21 * 24 * HOUR_MS, 18.0, records=False)

    house.waits(290)
    assert house.courier.titles == []
    house.waits(20)
    assert house.courier.titles == ["No data from the room"]


@pytest.mark.parametrize(("off_s", "title"), [(60.0, "Too warm"), (7800.0, DIGEST_TITLE)])
def test_what_waited_before_a_power_cut_is_judged_by_its_age_once_the_time_is_known(
    house: AlertHouse, off_s: float, title: str
) -> None:
    behind_s = 21 * 24 * 3600.0
    house.clock.step(-3000)
    house.choose("alert_channels", (PHONE,))
    house.answers(DOWN)
    house.lasts(11, WARM_C)
    house.answers(ARRIVED)
    house.loses_power(off_s, behind_s=behind_s)
    house.waits(300)
    house.kill()
    house.waits(200)
    assert house.courier.titles == []

    house.finds_time(behind_s)
    house.waits(10)

    assert house.courier.titles == [title]


def test_where_no_time_is_found_after_a_power_cut_it_comes_as_no_news(house: AlertHouse) -> None:
    house.answers(DOWN)
    house.lasts(11, WARM_C)
    house.answers(ARRIVED)
    house.loses_power(60, behind_s=21 * 24 * 3600.0)

    house.waits(570)
    assert house.courier.titles == []
    house.waits(20)
    assert house.courier.titles == [DIGEST_TITLE]


def test_a_boot_in_the_past_alerts_with_what_people_chose(house: AlertHouse) -> None:
    house.names("Nursery")
    house.clock.step(-21 * 24 * 3600)
    house.clock.set_state(ClockState.UNSYNCED)
    house.kill()

    house.lasts(11, WARM_C)

    (letter,) = house.courier.arrived
    assert letter.body == "Nursery: 28.0 °C: open the window."


@pytest.mark.slow
@pytest.mark.parametrize("behind_s", [21 * 86_400.0, -86_400.0])
def test_a_boot_without_time_gives_the_night_no_more_messages(
    house: AlertHouse, behind_s: float
) -> None:
    for _ in range(2):
        house.lasts(12, WARM_C)
        house.lasts(5)
    assert len(house.courier.titles) == 3

    for _ in range(2):
        house.loses_power(30, behind_s=behind_s)
        house.lasts(1)
        house.finds_time(behind_s)
        house.lasts(12, WARM_C)
        house.lasts(5)

    assert len(house.courier.titles) == 3


@pytest.mark.slow
@pytest.mark.parametrize("behind_h", [21 * 24, 21 * 24 + 4, -20])
def test_a_boot_without_time_wakes_nobody_and_its_alerts_tell_their_true_hour(
    house: AlertHouse, behind_h: int
) -> None:
    """A power cut of half a minute at 01:00; by the clock it may be 21:00 after it."""
    house.choose("alert_morning_note", True)
    house.clock.wait(2 * 3600)
    house.sleeps()
    house.lasts(120)
    asleep, house.nights.now = house.nights.now, None

    house.loses_power(30, behind_s=behind_h * 3600.0)
    house.lasts(9, None)
    house.finds_time(behind_h * 3600.0)
    house.nights.now = asleep
    house.lasts(30)

    assert house.courier.titles == []
    house.clock.wait((BEDTIME_MS + 8 * HOUR_MS - house.clock.now_ms()) / 1000)
    house.gets_up(20 * 60)
    (note,) = house.courier.arrived
    assert "Temperature sensor gives no values at 01:00 for 9 min." in note.body


def test_a_monitor_without_time_hears_its_sensors(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    house.lasts(5)
    house.clock.set_state(ClockState.UNSYNCED)
    for _ in range(8):
        house.recorded(house.clock.now_ms() - 24 * HOUR_MS)
        house.waits(60)

    assert house.courier.titles == []


def test_records_of_long_ago_are_no_data(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    house.lasts(5)
    for minutes in range(70):
        house.clock.wait(5)
        house.recorded(house.clock.now_ms() - 5 * HOUR_MS + minutes * 60_000)
        house.watch.step()

    assert house.courier.titles == ["No data from the room"]


def test_a_monitor_that_has_just_begun_ends_no_silence(house: AlertHouse) -> None:
    house.choose("alert_rules", {Kind.NO_DATA: RuleChoice(after_lights_out="silent")})
    house.sleeps()
    house.writer.store_batch(
        room="bedroom",
        device="d",
        stream="0" * 16,
        records=[record(minute=record().minute)],
        gaps=(),
        stored_seq=1,
    )
    house.lasts(5)
    house.waits(400)

    house.kill()
    house.waits(900)

    assert house.courier.titles == ["No data from the room"]


def test_a_room_that_was_taken_down_is_not_missed(house: AlertHouse) -> None:
    house.recorded(house.clock.now_ms() - HOUR_MS)
    house.sleeps()
    house.clock.step(25 * 3600)

    house.waits(600)

    assert house.decisions() == ()


def test_values_of_another_time_raise_no_alert(house: AlertHouse) -> None:
    for _ in range(300):
        house.clock.wait(5)
        old = replace(house.state(WARM_C), at=instant(house.clock.now_ms() - 2 * HOUR_MS))
        house.says(old)
        house.watch.step()

    assert house.decisions() == ()


def test_values_that_stop_coming_say_nothing_more(house: AlertHouse) -> None:
    house.lasts(9, WARM_C)

    house.waits(600)

    assert house.decisions() == ()


def test_a_lamp_keeps_the_evening_only_while_it_is_seen(house: AlertHouse) -> None:
    house.clock.step(2.5 * 3600)
    house.lasts(11, WARM_C, lux=60.0)
    house.waits(60)
    house.lasts(5, lux=1.0)

    assert [row.fate for row in house.decisions()] == ["now", "held"]


def test_a_sensor_that_gives_no_values_is_told(house: AlertHouse) -> None:
    house.lasts(6, None)

    assert house.courier.titles == ["Temperature sensor gives no values"]


def test_a_disk_that_fills_is_told_once_for_the_house(house: AlertHouse) -> None:
    house.watch.minutes_arrived("attic", [])
    house.free_bytes = 4e8

    house.lasts(5)

    assert house.courier.titles == ["Disk nearly full"]
    assert house.courier.arrived[0].body == "Attic: 400 MB are left; make room."


def test_a_test_that_was_asked_for_is_sent_even_at_night(house: AlertHouse) -> None:
    house.sleeps()
    house.household.request(TEST, made_ms=house.clock.now_ms())
    house.household.request("something else", made_ms=house.clock.now_ms())

    house.lasts(1)
    house.kill()
    house.lasts(1)

    assert house.courier.titles == ["Test from nightroom"]


def test_on_a_fresh_store_only_what_was_asked_for_of_late_is_carried_out(
    house: AlertHouse,
) -> None:
    house.lasts(1)
    for _ in range(3):
        house.household.request(TEST, made_ms=house.clock.now_ms())
        house.household.request(SNOOZE, Snooze(for_s=60), made_ms=house.clock.now_ms())
        house.lasts(20)
    before = len(house.courier.titles)
    house.writer.condemn()
    house.household.request(TEST, made_ms=house.clock.now_ms() + HOUR_MS)
    house.household.request(TEST, made_ms=house.clock.now_ms())

    house.kill(off_s=60)
    house.lasts(2)
    house.kill()
    house.lasts(2)

    assert house.courier.titles[before:] == ["Test from nightroom"]


def test_what_is_asked_of_a_household_that_is_a_copy_of_before_is_carried_out(
    house: AlertHouse,
) -> None:
    house.household.keep_copy()
    for _ in range(3):
        house.household.request(TEST, made_ms=house.clock.now_ms())
        house.lasts(1)
    before = len(house.courier.titles)
    (house.folder.path / "household.db").unlink()
    house.household.close()
    house.household = house.folder.household_writer()
    house.lasts(1)

    house.household.request(TEST, made_ms=house.clock.now_ms())
    house.lasts(2)

    assert house.courier.titles[before:] == ["Test from nightroom"]


def test_a_snooze_survives_a_restart(house: AlertHouse) -> None:
    house.lasts(1)
    snooze = Snooze(kinds=(Kind.TOO_WARM,), for_s=1800)
    house.household.request(SNOOZE, snooze, made_ms=house.clock.now_ms())
    house.lasts(1)

    house.kill(off_s=30)
    house.lasts(20, WARM_C)

    assert house.courier.tried == []
    assert [row.fate for row in house.decisions()] == ["muted", "muted"]


def test_a_snooze_that_cannot_be_read_is_refused_once(
    house: AlertHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.lasts(1)
    house.household.request(SNOOZE, made_ms=house.clock.now_ms())

    house.lasts(5)

    assert caplog.text.count("snooze refused") == 1


def test_a_phone_that_refuses_is_shown_until_it_takes(house: AlertHouse) -> None:
    house.answers(REFUSED)
    house.lasts(11, WARM_C)
    assert house.findings.shown == {
        "alerts to phone": "Messages to 'phone' do not arrive: the server answered 403. Look at its"
        " address, and try it with `nightroom alert-test`."
    }
    assert [row.status for row in house.messages()] == [FAILED]

    house.answers(ARRIVED)
    house.lasts(10)

    assert house.findings.shown == {}
    assert house.courier.titles == ["Cool enough again"]


@pytest.mark.slow
def test_each_failure_doubles_the_time_until_the_next_try(house: AlertHouse) -> None:
    house.lasts(9.5, WARM_C)
    house.answers(DOWN)
    tried_s: list[float] = []
    for _ in range(300):
        house.lasts(1 / 60, WARM_C, every_s=1)
        if len(house.courier.tried) > len(tried_s):
            tried_s.append(house.clock.monotonic_s())

    waits_s = [later - earlier for earlier, later in pairwise(tried_s)]

    assert waits_s[:3] == pytest.approx([30, 60, 120], abs=2)


def test_a_snooze_counts_from_when_it_was_asked_for(house: AlertHouse) -> None:
    house.lasts(1)
    snooze = Snooze(kinds=(Kind.TOO_WARM,), for_s=1200)
    house.household.request(SNOOZE, snooze, made_ms=house.clock.now_ms() - 900_000)
    house.lasts(1)

    (decision,) = house.decisions()

    assert decision.why == "asked for, 5 min"


def test_a_channel_that_was_removed_gets_nothing_more(house: AlertHouse) -> None:
    house.answers(DOWN)
    house.lasts(11, WARM_C)

    house.choose("alert_channels", ())
    house.lasts(1)

    assert [(row.status, row.answer) for row in house.messages()] == [
        (FAILED, "the channel was removed")
    ]
    assert house.findings.shown == {}


@pytest.mark.slow
def test_a_kill_while_sending_sends_once_more_and_says_so(house: AlertHouse) -> None:
    house.answers(None)
    house.lasts(11, WARM_C)
    house.answers(ARRIVED)

    house.kill()
    house.lasts(5, WARM_C)
    house.kill()
    house.lasts(5, WARM_C)

    assert len(house.courier.tried) == 2
    (again,) = house.courier.arrived
    assert again.title == "Too warm"
    assert "Perhaps sent before" in again.body


def test_an_orderly_stop_gives_what_is_under_way_a_moment(house: AlertHouse) -> None:
    house.answers(None)
    house.lasts(11, WARM_C)
    begin_s = house.clock.monotonic_s()
    house.watch.stop()

    assert house.courier.flights[0].stopped
    assert house.clock.monotonic_s() - begin_s < 2

    house.kill()
    house.lasts(1, WARM_C)
    house.courier.flights[-1].said = ARRIVED
    house.watch.stop()
    assert [row.status for row in house.messages()] == [SENT]


def test_a_stop_on_a_failing_store_raises_nothing(house: AlertHouse) -> None:
    house.answers(None)
    house.lasts(11, WARM_C)
    house.courier.flights[0].said = ARRIVED
    house.writer.close()

    house.watch.stop()


@pytest.mark.slow
def test_a_store_that_fails_delays_no_alert_and_gets_it_later(house: AlertHouse) -> None:
    house.lasts(5, WARM_C)
    blocker = house.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    house.lasts(5.5, WARM_C, every_s=30)
    assert house.courier.titles == ["Too warm"]
    assert "memory only" in house.findings.shown["alerts"]
    assert house.messages() == ()
    blocker.execute("ROLLBACK")

    house.lasts(1, WARM_C)

    assert house.courier.titles == ["Too warm"]
    assert house.findings.shown == {}
    assert [(row.status, row.attempts, row.answer) for row in house.messages()] == [
        (SENT, 1, "sent")
    ]
    assert [one.what for one in house.decisions()] == ["began"]


@pytest.mark.slow
def test_what_fails_to_arrive_while_the_store_fails_is_tried_again(house: AlertHouse) -> None:
    house.lasts(9.5, WARM_C)
    house.answers(DOWN)
    blocker = house.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    house.lasts(1, WARM_C, every_s=30)
    assert len(house.courier.tried) == 1
    house.answers(ARRIVED)
    house.lasts(2, WARM_C, every_s=30)
    assert house.courier.titles == ["Too warm"]
    blocker.execute("ROLLBACK")
    house.lasts(1, WARM_C)
    assert [row.status for row in house.messages()] == [SENT]


def test_a_message_under_way_when_the_store_answers_again_is_settled_there(
    house: AlertHouse,
) -> None:
    house.lasts(9.5, WARM_C)
    house.answers(None)
    blocker = house.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    house.lasts(1, WARM_C, every_s=30)
    blocker.execute("ROLLBACK")
    house.waits(10)
    assert [row.status for row in house.messages()] == ["sending"]
    house.courier.flights[0].said = ARRIVED
    house.waits(10)
    assert [row.status for row in house.messages()] == [SENT]
    assert len(house.courier.tried) == 1


@pytest.mark.slow
def test_a_message_that_waited_before_the_store_failed_goes_on_waiting_its_turn(
    house: AlertHouse,
) -> None:
    house.answers(DOWN)
    house.lasts(11, WARM_C)
    blocker = house.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    house.answers(REFUSED)
    house.waits(120, every_s=30)
    tries = len(house.courier.tried)
    assert tries >= 2
    house.waits(120, every_s=30)
    assert len(house.courier.tried) == tries, "a refusal is for good, in memory too"
    blocker.execute("ROLLBACK")
    house.waits(10)
    assert [row.status for row in house.messages()] == [FAILED]


@pytest.mark.slow
def test_an_answer_that_cannot_be_recorded_is_recorded_later(house: AlertHouse) -> None:
    house.answers(None)
    house.lasts(11, WARM_C)
    house.courier.flights[0].said = ARRIVED
    blocker = house.folder.raw("nights.db")
    blocker.execute("BEGIN IMMEDIATE")
    house.waits(10)
    blocker.execute("ROLLBACK")

    house.waits(10)

    assert [row.status for row in house.messages()] == [SENT]
    assert len(house.courier.tried) == 1


def test_settings_that_cannot_be_read_stop_nothing(house: AlertHouse) -> None:
    house.nights.broken = True
    house.lasts(1, WARM_C)
    assert "alerts" in house.findings.shown

    house.nights.broken = False
    house.lasts(11, WARM_C)

    assert house.courier.titles == ["Too warm"]


def test_a_profile_without_scores_raises_no_alert(house: AlertHouse) -> None:
    house.nights.household = replace(house.nights.household, profile="giant")

    house.lasts(11, WARM_C)

    assert house.decisions() == ()


def test_a_lamp_without_scores_still_watches_the_sensors(house: AlertHouse) -> None:
    house.nights.household = replace(house.nights.household, lamp="no such lamp")

    house.lasts(11, None)

    assert house.courier.titles == ["Temperature sensor gives no values"]


def test_a_state_of_another_version_begins_anew(house: AlertHouse) -> None:
    house.lasts(11, WARM_C)
    other = house.folder.raw("nights.db")
    other.execute("UPDATE alert_states SET state = ?", (json.dumps({"rules": "none"}),))
    other.commit()

    house.kill()
    house.lasts(11, WARM_C)

    assert house.courier.titles == ["Too warm", "Too warm"]


@pytest.mark.slow
def test_a_kill_at_any_moment_doubles_nothing_and_costs_a_minute_at_most(
    tmp_path: Path,
) -> None:
    for number, killed_after_min in enumerate((0.5, 3, 9.9, 10.05, 10.2, 15, 30.5, 32.1, 33)):
        (tmp_path / str(number)).mkdir()
        with data_folder(tmp_path / str(number)) as folder:
            house = AlertHouse(folder)
            house.choose("alert_channels", (PHONE,))
            lived_min = 0.0
            for temperature_c, minutes in ((WARM_C, 30), (18.0, 6)):
                until = lived_min + minutes
                if lived_min < killed_after_min <= until:
                    house.lasts(killed_after_min - lived_min, temperature_c)
                    house.kill(off_s=5)
                    lived_min = killed_after_min
                house.lasts(until - lived_min, temperature_c)
                lived_min = until

            told = [one.title for one in house.courier.arrived if AGAIN not in one.body]
            assert told == ["Too warm", "Cool enough again"]
            assert len(house.courier.arrived) <= 3, "once more a kill at most"
            begun, ended = house.decisions()
            assert begun.at_ms <= BEDTIME_MS - 2 * HOUR_MS + 11.2 * 60_000
            assert ended.at_ms <= BEDTIME_MS - 2 * HOUR_MS + 33.3 * 60_000


@pytest.mark.slow
def test_f18_a_value_on_its_limit_all_night_and_a_phone_that_is_away_for_six_hours(
    house: AlertHouse,
) -> None:
    """Eight hours across the limit and back, told at once by wish; six of them no answer."""
    house.choose("alert_rules", {Kind.TOO_WARM: RuleChoice(after_lights_out="wake", dwell_s=60.0)})
    house.sleeps()
    house.answers(DOWN)
    for number in range(8 * 12):
        if number == 6 * 12:
            house.answers(ARRIVED)
        house.lasts(2, WARM_C, every_s=15)
        house.lasts(3, every_s=15)
    per_kind = Counter(row.kind for row in house.decisions() if row.fate == "now")
    assert len(house.decisions()) > 100, "it did go across the limit"
    assert set(per_kind.values()) == {3}
    assert house.courier.arrived == [], "stale by now, and people sleep"
    assert len(house.courier.tried) < 40

    house.gets_up()
    house.waits(120)

    assert sorted(house.courier.titles) == [DIGEST_TITLE, "Last night: Good, 81 of 100"]
    digest = next(one for one in house.courier.arrived if one.title == DIGEST_TITLE)
    assert len(digest.body.splitlines()) == 3
    assert WAITING not in {row.status for row in house.messages()}


@pytest.mark.slow
def test_f18_a_value_that_trembles_on_its_limit_says_nothing(house: AlertHouse) -> None:
    house.sleeps()
    limit_c = 25.5
    for number in range(8 * 60):
        house.lasts(1, limit_c + (0.01 if number % 2 else -0.01), every_s=15)

    assert len(house.decisions()) <= 1


def test_the_rooms_are_looked_at_once_a_second_at_most(house: AlertHouse) -> None:
    house.lasts(1)
    house.nights.broken = True

    house.waits(0.9, every_s=0.1)
    assert house.findings.shown == {}
    house.waits(0.2, every_s=0.1)

    assert "alerts" in house.findings.shown
