"""What people choose on a page, in real files: kept, told to the room, read back."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient

from monitor.contract.codec import decode
from monitor.contract.messages import RoomSettings
from monitor.contract.record import MarkKind
from monitor.contract.topics import Leaf
from monitor.night.household import PageMark
from monitor.runtime.sampled import SampledLog
from monitor.settings_share import SettingsShare
from tests.fakes.bedroom import GET_UP_MS, LIGHTS_OUT_MS
from tests.fakes.folder import Folder, data_folder
from tests.fakes.forms import fields_of
from tests.fakes.full_house import everything
from tests.fakes.opened import OWN, opened
from web.household import KeptHousehold
from web.kept import KeptNights
from web.views.diary import SURE

NIGHT = "/nights/2026-11-22"
WITHIN_S = 5.0  # Judgement: settings reach the room's daemon


class House:
    """A house whose household.db is a real file, and the monitor's side of it."""

    def __init__(self, folder: Folder) -> None:
        self.house = everything()
        self.writer = folder.household_writer()
        self.kept = KeptHousehold(folder.path / "household.db", self.writer)
        self.house.household = self.kept
        self.browser: FlaskClient = opened(self.house)
        self.told: list[RoomSettings] = []
        self.share = SettingsShare(
            folder.household_reader(),
            self.house.clock,
            self.publish,
            SampledLog(logging.getLogger("test"), self.house.clock),
        )

    def publish(self, room: str, leaf: Leaf, payload: bytes, *, qos: int = 0) -> bool:
        assert (room, leaf, qos) == ("bedroom", Leaf.SETTINGS, 1)
        self.told.append(decode(payload, RoomSettings))
        return True

    def save(self, path: str, **written: str) -> None:
        sent = fields_of(self.browser.get(path).text) | written
        assert self.browser.post(path, data=sent, headers=OWN).status_code == 303

    def told_within_s(self) -> float:
        """Return how long after now the room is told something new."""
        count = len(self.told)
        for step in range(40):
            self.share.step(("bedroom",))
            if len(self.told) > count:
                return step / 4
            self.house.clock.wait(0.25)
        raise AssertionError("nothing was told")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as made:
        yield made


@pytest.fixture
def house(folder: Folder) -> Iterator[House]:
    made = House(folder)
    yield made
    made.kept.close()


def test_what_is_set_on_a_page_reaches_the_room_within_five_seconds(house: House) -> None:
    house.told_within_s()
    house.save("/settings/calibration", temperature_offset="-1.5")
    assert house.told_within_s() <= WITHIN_S
    assert house.told[-1].temperature_offset_k == -1.5
    house.save("/settings/night", bed_4="00:30")
    assert house.told_within_s() <= WITHIN_S
    assert house.told[-1].bedtime[4] == "00:30"
    house.save("/settings/person", lamp="candle")
    assert house.told_within_s() <= WITHIN_S
    assert house.told[-1].lamp == "candle"


def test_choices_are_dated_so_that_earlier_nights_keep_theirs(house: House) -> None:
    before_ms = house.house.clock.now_ms() - 1
    house.save("/settings/person", offset="1.0")
    assert house.kept.in_force("bedroom", before_ms).offset_k == 0.0
    assert house.kept.in_force("bedroom", house.house.clock.now_ms()).offset_k == 1.0


def test_tags_notes_and_deletions_are_read_back(house: House) -> None:
    house.save(f"{NIGHT}/diary", tags="fan, window open", note="hot")
    assert house.kept.tags("bedroom", "2026-11-22") == ("fan", "window open")
    assert house.kept.tag_counts("bedroom") == {"fan": 1, "window open": 1}
    assert house.kept.tagged_nights("bedroom", "fan") == ("2026-11-22",)
    assert house.kept.note("bedroom", "2026-11-22") == "hot"
    house.browser.post(f"{NIGHT}/delete", headers=OWN)
    (gone,) = house.kept.deletions()
    assert gone.covers("bedroom", GET_UP_MS)
    where = f"/settings/data/{gone.deletion_id}/undo"
    assert house.browser.post(where, headers=OWN).status_code == 303
    assert not house.kept.deletions()[0].covers("bedroom", GET_UP_MS)


@pytest.mark.parametrize("everything_goes", [False, True])
def test_what_was_written_goes_and_comes_back_with_its_night(
    house: House, everything_goes: bool
) -> None:
    span = LIGHTS_OUT_MS, house.house.clock.now_ms()
    house.save(f"{NIGHT}/diary", tags="fan", note="hot")
    kept = house.kept
    kept.write_on("bedroom", "2026-11-20", tags=("away",), note="cold", made_ms=1)
    mark = PageMark(mark_id="one", at_ms=GET_UP_MS - 1, kind=MarkKind.NOTE, note="a lorry")
    kept.mark("bedroom", mark, made_ms=2)
    kept.mark("guest", mark_of_guest := msgspec.structs.replace(mark, mark_id="two"), made_ms=2)
    if everything_goes:
        house.browser.post("/settings/data/delete", data={"sure": SURE}, headers=OWN)
    else:
        house.browser.post(f"{NIGHT}/delete", headers=OWN)
    assert kept.tags("bedroom", "2026-11-22") == ()
    assert kept.note("bedroom", "2026-11-22") == ""
    assert kept.marks("bedroom", *span) == ()
    assert kept.tagged_nights("bedroom", "fan") == ()
    others = {} if everything_goes else {"away": 1}
    assert kept.tag_counts("bedroom") == others
    assert kept.marks("guest", *span) == (() if everything_goes else (mark_of_guest,))
    kept.write_on("bedroom", "2026-11-22", tags=("fan", "new"), note="", made_ms=3)
    (gone,) = kept.deletions()
    where = f"/settings/data/{gone.deletion_id}/undo"
    assert house.browser.post(where, headers=OWN).status_code == 303
    assert kept.tags("bedroom", "2026-11-22") == ("fan", "new")
    assert kept.note("bedroom", "2026-11-22") == "hot"
    assert kept.marks("bedroom", *span) == (mark,)
    assert kept.marks("guest", *span) == (mark_of_guest,)
    assert kept.tag_counts("bedroom")["away"] == 1


def test_after_seven_days_what_was_written_is_gone_for_good(house: House, folder: Folder) -> None:
    house.save(f"{NIGHT}/diary", tags="fan", note="a secret")
    house.browser.post(f"{NIGHT}/delete", headers=OWN)
    (gone,) = house.kept.deletions()
    diary = house.writer.diary()
    assert diary.forget(gone.undo_until_ms) == 0
    folder.purge()
    assert diary.forget(gone.undo_until_ms - 1) == 0
    assert diary.forget(gone.undo_until_ms) == 2
    assert diary.forget(gone.undo_until_ms) == 0
    with closing(sqlite3.connect(folder.path / "household.db")) as connection:
        left = connection.execute("SELECT count(*) FROM night_notes").fetchone()
    assert left == (0,)


def test_words_with_a_note_are_kept(house: House) -> None:
    span = LIGHTS_OUT_MS, house.house.clock.now_ms()
    mark = PageMark(mark_id="one", at_ms=GET_UP_MS - 1, kind=MarkKind.NOTE)
    house.kept.mark("bedroom", mark, made_ms=2)
    house.save(f"{NIGHT}/diary", **{"mark-one": "a lorry"})
    assert [it.note for it in house.kept.marks("bedroom", *span)] == ["a lorry"]
    assert "note: a lorry" in house.browser.get(NIGHT).text


def test_a_mark_is_taken_back_once_and_never_drawn_again(house: House) -> None:
    mark = {"id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "kind": "awake"}
    span = LIGHTS_OUT_MS, house.house.clock.now_ms()
    assert house.browser.post("/api/v1/marks", json=mark, headers=OWN).status_code == 201
    assert [it.mark.kind for it in house.kept.marks("bedroom", *span)] == [MarkKind.AWAKE]
    where = f"/api/v1/marks/{mark['id']}"
    assert house.browser.delete(where, headers=OWN).status_code == 200
    assert house.kept.marks("bedroom", *span) == ()
    assert house.browser.delete(where, headers=OWN).status_code == 404
    # Sent again by a phone that did not hear the answer, it stays taken back.
    assert house.browser.post("/api/v1/marks", json=mark, headers=OWN).status_code == 200
    assert house.kept.marks("bedroom", *span) == ()


def test_a_mark_that_is_slower_than_what_takes_it_back_is_never_drawn(house: House) -> None:
    mark = {"id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "kind": "awake"}
    span = LIGHTS_OUT_MS, house.house.clock.now_ms()
    where = f"/api/v1/marks/{mark['id']}"
    for _ in range(2):
        assert house.browser.delete(where, headers=OWN).status_code == 404
        assert house.browser.post("/api/v1/marks", json=mark, headers=OWN).status_code == 200
        assert house.kept.marks("bedroom", *span) == ()


def test_messages_of_alerts_are_none_before_there_is_a_store(tmp_path: Path) -> None:
    assert KeptNights(tmp_path / "nights.db").messages(5) == ()


@pytest.mark.parametrize("is_sent_before", [False, True])
def test_no_mark_is_answered_for_that_went_into_a_file_that_was_removed(
    house: House, folder: Folder, *, is_sent_before: bool
) -> None:
    mark = {"id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "kind": "awake"}
    if is_sent_before:  # and its answer lost
        house.browser.post("/api/v1/marks", json=mark, headers=OWN)
    for one in folder.path.glob("household.db*"):
        one.unlink()

    for _ in range(2):
        answer = house.browser.post("/api/v1/marks", json=mark, headers=OWN)
        assert answer.status_code == 503
        assert "household.db was removed at work: what is written now is not kept" in answer.text

    anew = House(folder)
    assert anew.browser.post("/api/v1/marks", json=mark, headers=OWN).status_code == 201
    assert len(house.kept.marks("bedroom", LIGHTS_OUT_MS, house.house.clock.now_ms())) == 1
    anew.kept.close()
