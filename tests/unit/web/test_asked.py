from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.night.household import Household
from monitor.store.household_reader import HouseholdReader
from tests.fakes.house import FakeHousehold
from web.asked import QUESTIONS, AskedHousehold, Present


class DatedHousehold(FakeHousehold):
    """Is of the zone that is in force at the instant it is asked about."""

    def in_force(self, room: str, at_ms: int) -> Household:
        del room
        return Household(zone="Asia/Tokyo" if at_ms >= 1_000 else "Europe/Berlin")


def test_what_is_answered_meanwhile_is_noted() -> None:
    household = FakeHousehold(notes={("bedroom", "2026-11-22"): "warm"})
    asked = AskedHousehold(household)
    asked.source.tags("bedroom", "2026-11-22")
    with asked.noting() as answers:
        assert asked.source.note("bedroom", "2026-11-22") == "warm"
        asked.source.deletions()
    asked.source.tags("bedroom", "2026-11-22")
    assert [(one.name, one.asked) for one in answers] == [
        ("note", ("bedroom", "2026-11-22")),
        ("deletions", ()),
    ]


def test_the_same_questions_are_answered_the_same_until_what_they_ask_of_changes() -> None:
    household = FakeHousehold()
    asked = AskedHousehold(household)
    with asked.noting() as answers:
        asked.source.note("bedroom", "2026-11-22")
    household.notes["bedroom", "2026-11-21"] = "another night"
    assert asked.again(answers, 0) == answers
    household.notes["bedroom", "2026-11-22"] = "this one"
    assert asked.again(answers, 0) != answers


def test_one_page_is_told_the_same_twice() -> None:
    household = FakeHousehold()
    asked = AskedHousehold(household)
    with asked.noting() as answers:
        before = asked.source.note("bedroom", "2026-11-22")
        household.notes["bedroom", "2026-11-22"] = "written meanwhile"
        assert asked.source.note("bedroom", "2026-11-22") == before
    assert asked.source.note("bedroom", "2026-11-22") == "written meanwhile"
    assert asked.again(answers, 0) != answers


def test_what_was_asked_of_the_present_is_asked_of_the_new_present() -> None:
    asked = AskedHousehold(DatedHousehold())
    with asked.noting() as answers:
        asked.source.in_force("bedroom", Present(900))
        asked.source.in_force("bedroom", Present(910))
    assert len(answers) == 1
    assert asked.again(answers, 999) == answers
    assert asked.again(answers, 1_000) != answers


def test_what_was_asked_of_an_instant_is_asked_of_the_same_instant() -> None:
    asked = AskedHousehold(DatedHousehold())
    with asked.noting() as answers:
        asked.source.in_force("bedroom", 900)
    assert asked.again(answers, 1_000) == answers


def _ask(asked: AskedHousehold) -> None:
    asked.source.deletions()


def test_another_thread_notes_nothing_of_it() -> None:
    asked = AskedHousehold(FakeHousehold())
    with asked.noting() as answers, ThreadPoolExecutor() as others:
        others.submit(_ask, asked).result()
    assert not answers


def test_who_draws_a_page_to_keep_changes_nothing_meanwhile() -> None:
    asked = AskedHousehold(FakeHousehold())
    with asked.noting(), pytest.raises(TypeError, match="unmark"):
        asked.source.unmark("mark", made_ms=0)


def test_what_is_noted_is_what_the_file_alone_answers() -> None:
    others = {"in_force": "household"}
    assert all(hasattr(HouseholdReader, others.get(one, one)) for one in QUESTIONS)
