from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.contract.record import Mark, MarkKind, epoch_ms
from monitor.night.household import PageMark
from monitor.store.deletion import UNDO_MS, is_deleted
from tests.fakes.access import Door
from tests.fakes.bedroom import LIGHTS_OUT_MS, a_night
from tests.fakes.forms import fields_of
from tests.fakes.full_house import a_house, everything, hear
from tests.fakes.house import FakeHouse
from tests.fakes.opened import OWN, at_once, opened
from web.views.diary import SURE

NIGHT = "/nights/2026-11-22"
DATA = "/settings/data"


def post(house: FakeHouse, path: str, **fields: str) -> int:
    return opened(house).post(path, data=fields, headers=OWN).status_code


def test_tags_and_words_are_kept_and_shown_on_their_night() -> None:
    house = everything()
    browser = opened(house)
    sent = {"tags": " fan, window  open,fan", "note": "Slept <badly>.\nThe dog."}
    answer = browser.post(f"{NIGHT}/diary", data=sent, headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, NIGHT)
    text = browser.get(NIGHT).text
    assert 'class="tag">fan<' in text
    assert 'class="tag">window open<' in text
    assert "Slept &lt;badly&gt;.\nThe dog." in text


def test_the_form_holds_what_was_written_and_saving_it_changes_nothing() -> None:
    house = everything()
    browser = opened(house)
    browser.post(f"{NIGHT}/diary", data={"tags": "fan", "note": "\nOne\ntwo"}, headers=OWN)
    before = house.household.tagged, house.household.notes
    browser.post(f"{NIGHT}/diary", data=fields_of(browser.get(f"{NIGHT}/diary").text), headers=OWN)
    assert (house.household.tagged, house.household.notes) == before


def noted(house: FakeHouse) -> dict[str, str]:
    return {mark.mark_id: mark.note for _, mark in house.household.said}


def a_house_with_marks() -> FakeHouse:
    house = everything()
    house.household.said = [
        ("bedroom", PageMark(mark_id=name, at_ms=LIGHTS_OUT_MS + at_ms, kind=kind, note=note))
        for name, at_ms, kind, note in (
            ("n1", 3_600_000, MarkKind.NOTE, ""),
            ("n2", 7_200_000, MarkKind.NOTE, "a lorry"),
            ("a1", 7_200_000, MarkKind.AWAKE, ""),
        )
    ]
    return house


def test_a_note_marked_in_the_dark_gets_its_words_by_day() -> None:
    house = a_house_with_marks()
    browser = opened(house)
    assert f'<a href="{NIGHT}/diary">add words</a>' in browser.get(NIGHT).text
    fields = fields_of(browser.get(f"{NIGHT}/diary").text)
    assert {name for name in fields if name.startswith("mark-")} == {"mark-n1", "mark-n2"}
    sent = fields | {"mark-n1": " The <dog>. "}
    assert browser.post(f"{NIGHT}/diary", data=sent, headers=OWN).status_code == 303
    assert noted(house) == {"n1": "The <dog>.", "n2": "a lorry", "a1": ""}
    text = browser.get(NIGHT).text
    assert "note: The &lt;dog&gt;.</li>" in text
    assert "add words" not in text


def test_a_note_of_the_rooms_own_button_has_no_form_and_is_asked_for_no_words() -> None:
    house = a_house_with_marks()
    house.household.said = []
    pressed = Mark(at_ms=LIGHTS_OUT_MS + 90 * 60_000, kind=MarkKind.NOTE)
    minutes = house.store.kept["bedroom"]
    minutes[90] = replace(minutes[90], marks=(pressed,))
    text = opened(house).get(NIGHT).text
    assert "<li>00:34 note</li>" in text
    assert "add words" not in text


def test_words_of_no_note_of_this_night_are_kept_nowhere() -> None:
    house = a_house_with_marks()
    before = noted(house)
    sent = {"mark-a1": "x", "mark-elsewhere": "y"}
    assert post(house, f"{NIGHT}/diary", **sent) == 303
    assert noted(house) == before


def test_too_many_words_with_a_mark_are_told_with_what_was_written() -> None:
    house = a_house_with_marks()
    before = noted(house)
    sent = {"mark-n1": "x" * 201, "tags": "fan"}
    answer = opened(house).post(f"{NIGHT}/diary", data=sent, headers=OWN)
    assert answer.status_code == 400
    assert "x" * 201 in answer.text
    assert noted(house) == before
    assert house.household.tagged == {}


def test_of_two_pages_open_the_later_save_takes_back_nothing_of_the_earlier() -> None:
    house = a_house_with_marks()
    browser = opened(house)
    one, other = (fields_of(browser.get(f"{NIGHT}/diary").text) for _ in range(2))
    note = {"note": "The neighbour drilled.\r\nAt 4.", "mark-n1": "a drill"}
    browser.post(f"{NIGHT}/diary", data=one | note, headers=OWN)
    browser.post(f"{NIGHT}/diary", data=other | {"tags": "fan"}, headers=OWN)
    assert tuple(house.household.tags("bedroom", "2026-11-22")) == ("fan",)
    assert house.household.note("bedroom", "2026-11-22") == "The neighbour drilled.\nAt 4."
    assert noted(house)["n1"] == "a drill"


def test_of_two_saves_at_the_same_moment_the_diary_keeps_both() -> None:
    house = everything()
    shown = {"shown_tags": "", "shown_note": ""}
    forms = [{**shown, "tags": "fan", "note": ""}, {**shown, "tags": "", "note": "Drilling."}]
    assert at_once(house, f"{NIGHT}/diary", forms, slow="note") == [303, 303]
    assert house.household.tags("bedroom", "2026-11-22") == ["fan"]
    assert house.household.note("bedroom", "2026-11-22") == "Drilling."


def test_who_may_not_write_is_not_asked_for_words(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.house.store.put(a_night())
    door.house.household.said = a_house_with_marks().household.said
    assert "add words" in door.signed_in().get(NIGHT).text
    assert "add words" not in door.kiosk().get(NIGHT).text
    door.close()


def test_a_tag_too_long_is_told_with_what_was_written() -> None:
    house = everything()
    answer = opened(house).post(f"{NIGHT}/diary", data={"tags": "x" * 41}, headers=OWN)
    assert answer.status_code == 400
    assert "A tag has 1 to 40 characters." in answer.text
    assert "x" * 41 in answer.text


def test_a_night_that_is_not_there_cannot_be_written_on_or_deleted() -> None:
    for path in ("/nights/2020-01-01/diary", "/nights/2020-01-01/delete", "/nights/x/delete"):
        assert post(everything(), path) == 404


def test_deleting_a_night_takes_all_of_it_and_nothing_of_its_neighbours() -> None:
    house = everything()
    assert post(house, f"{NIGHT}/delete") == 303
    gone = house.household.deletions()
    ends = [epoch_ms(minute.end) for minute in house.store.kept["bedroom"]]
    assert all(is_deleted(gone, "bedroom", end) for end in ends)
    noon = gone[0].start_ms
    assert not is_deleted(gone, "bedroom", noon)
    assert not is_deleted(gone, "guest", ends[0])


def test_a_night_is_deleted_and_named_by_its_own_clock_whatever_zone_was_chosen_since() -> None:
    house = everything()
    assert post(house, f"{NIGHT}/delete") == 303
    (before,) = house.household.deletions()
    house = everything()
    house.household.moved = (LIGHTS_OUT_MS, "Asia/Tokyo")
    assert post(house, f"{NIGHT}/delete") == 303
    (gone,) = house.household.deletions()
    assert gone.start_ms == before.start_ms
    assert "Sun 22 → Mon 23 November 2026" in opened(house).get(DATA).text


@pytest.mark.parametrize(("path", "sure"), [(f"{NIGHT}/delete", ""), (f"{DATA}/delete", SURE)])
def test_what_is_recorded_after_a_deletion_is_kept(path: str, sure: str) -> None:
    house = everything()
    now_ms = house.clock.now_ms()
    assert post(house, path, sure=sure) == 303
    gone = house.household.deletions()
    assert is_deleted(gone, "bedroom", now_ms)
    assert not any(is_deleted(gone, "bedroom", now_ms + it) for it in (1, 60_000, 9 * 86_400_000))


def test_a_night_of_long_ago_is_deleted_from_noon_to_noon() -> None:
    house = everything()
    house.clock.step(5 * 86_400)
    assert post(house, f"{NIGHT}/delete") == 303
    (gone,) = house.household.deletions()
    assert gone.end_ms - gone.start_ms == 86_400_000


def test_everything_is_also_what_a_clock_that_fell_back_has_yet_to_reach() -> None:
    house = everything()
    newest_ms = house.store.kept["bedroom"][-1].end_ms
    house.clock.step(-30 * 86_400)
    assert post(house, f"{DATA}/delete", sure=SURE) == 303
    assert is_deleted(house.household.deletions(), "bedroom", newest_ms)


@pytest.mark.parametrize(("path", "sure"), [(f"{NIGHT}/delete", ""), (f"{DATA}/delete", SURE)])
def test_what_is_deleted_is_on_no_page_from_then_on_though_no_monitor_runs(
    path: str, sure: str
) -> None:
    house = everything()
    pages = ("/nights", "/", "/api/v1/nights", "/api/v1/minutes?night=2026-11-22")
    browser = opened(house)
    before = {page: browser.get(page).text for page in pages}
    assert post(house, path, sure=sure) == 303
    assert opened(house).get(NIGHT).status_code == 404
    assert opened(house).get("/api/v1/nights/2026-11-22").status_code == 404
    for page in ("/nights", "/api/v1/nights"):
        assert "2026-11-22" in before[page]
        assert "2026-11-22" not in opened(house).get(page).text
    assert post(house, f"{DATA}/1/undo") == 303
    assert opened(house).get(NIGHT).status_code == 200


def test_a_part_of_a_night_that_was_deleted_is_told_as_deleted() -> None:
    house = everything()
    window = house.store.scored["bedroom", "2026-11-22"].score.window
    until_ms = window.start_ms + 90 * 60_000
    house.household.delete("", 0, until_ms, made_ms=until_ms)
    text = opened(house).get(NIGHT).text
    assert "What was recorded from 23:05 to 00:35 was deleted" in text


def test_a_deleted_night_can_be_taken_back_for_seven_days() -> None:
    house = everything()
    post(house, f"{NIGHT}/delete")
    text = opened(house).get(DATA).text
    assert "Bedroom, Sun 22 → Mon 23 November 2026" in text
    assert "until Mon 30 Nov, 10:15" in text
    assert post(house, f"{DATA}/1/undo") == 303
    assert "Nothing is waiting" in opened(house).get(DATA).text
    assert post(house, f"{DATA}/1/undo") == 409


def test_a_page_that_is_loaded_later_does_not_tell_again_what_was_done() -> None:
    house = everything()
    browser = opened(house)
    told = browser.post(f"{NIGHT}/delete", headers=OWN).headers["Location"]
    assert "Deleted. You can take it back below." in browser.get(told).text
    house.clock.wait(61)
    assert "Deleted. You can" not in browser.get(told).text
    told = browser.post(f"{DATA}/1/undo", headers=OWN).headers["Location"]
    assert "Taken back." in browser.get(told).text
    assert "Deleted. You can" not in browser.get(told.replace("undone", "night")).text
    house.clock.wait(61)
    assert "Taken back." not in browser.get(told).text


def test_what_is_taken_back_waits_for_the_monitor_where_that_is_down() -> None:
    house = everything()
    browser = opened(house)
    told = f"/settings/data?done=undone&at={house.clock.now_ms()}"
    assert "within a few seconds" in browser.get(told).text
    hear(house, written_ms=house.clock.now_ms() - 16_000)
    text = browser.get(told).text
    assert "within a few seconds" not in text
    assert "as soon as nightroom-monitor runs" in text


def test_after_seven_days_nothing_is_offered_to_be_taken_back() -> None:
    house = everything()
    post(house, f"{NIGHT}/delete")
    house.clock.step(UNDO_MS / 1000)
    house.household.purged += [one.key for one in house.household.deletions()]
    assert "Nothing is waiting" in opened(house).get(DATA).text


def test_what_the_store_has_not_erased_yet_is_offered_whatever_its_date_says() -> None:
    """It was deleted before this machine knew the time."""
    house = everything()
    post(house, f"{NIGHT}/delete")
    house.clock.step(21 * 86_400)
    assert "can be taken back until it is erased" in opened(house).get(DATA).text
    assert post(house, f"{DATA}/1/undo") == 303


@pytest.mark.parametrize("sure", ["", "yes", "delete"])
def test_everything_is_deleted_only_by_those_who_write_that(sure: str) -> None:
    house = everything()
    assert post(house, f"{DATA}/delete", sure=sure) == 400
    assert house.household.deletions() == ()


def test_everything_is_everything() -> None:
    house = everything()
    assert post(house, f"{DATA}/delete", sure="Delete everything ") == 303
    (gone,) = house.household.deletions()
    assert all(is_deleted((gone,), room, 1_000_000) for room in ("bedroom", "guest"))
    assert "Everything that was recorded" in opened(house).get(DATA).text


def test_a_house_without_nights_has_the_page_too() -> None:
    assert "Nothing is waiting" in opened(a_house()).get(DATA).text
