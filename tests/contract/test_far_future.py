"""A battery clock that says 2100 or later keeps no minute from the journal, nor from the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.contract.record import LATEST_MS
from tests.contract.test_time import THREE_WEEKS_MS, TRUTH_MS, House, right
from tests.fakes.folder import data_folder
from tests.fakes.link import FakeBroker
from tests.unit.monitor.test_recorder import Bench


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with data_folder(tmp_path) as folder:
        bench = Bench(folder, FakeBroker(), now_ms=TRUTH_MS)
        made = House(bench, tmp_path / "journal", boottime_s=20.0)
        made.clock.step((LATEST_MS + 86_400_000 - (TRUTH_MS - THREE_WEEKS_MS)) / 1000)
        made.behind_s = (TRUTH_MS - LATEST_MS - 86_400_000) / 1000
        yield made


def test_its_minutes_wait_for_their_date_and_get_it(house: House) -> None:
    house.live(5)
    assert house.room.journal.next_seq == 6
    house.room.say_state()
    house.bench.recorder.step()
    assert house.bench.recorder.counts.refused == 0
    house.find_time()
    assert right(house)


def test_after_ten_minutes_they_go_out_as_uncertain_each_at_its_own_time(house: House) -> None:
    house.live(30)
    ends_ms = house.ends_ms()
    assert len(set(ends_ms)) == 30
    assert max(ends_ms) == round(house.clock.boottime_s() * 1000)
    house.find_time()
    assert right(house)
