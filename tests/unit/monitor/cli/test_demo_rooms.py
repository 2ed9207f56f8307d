import tomllib
from pathlib import Path

import pytest

from monitor.cli.demo_place import toml_text
from monitor.cli.demo_rooms import MOST_ROOMS, Sections, demo_rooms, write_room
from monitor.runtime.config import load_settings


@pytest.mark.parametrize("count", range(1, MOST_ROOMS + 1))
def test_a_house_has_as_many_rooms_as_asked_for_and_none_twice(count: int) -> None:
    assert len(set(demo_rooms(count))) == count


def test_another_room_has_its_own_journal_login_and_nights(tmp_path: Path) -> None:
    sections: Sections = {
        "sensors": {"journal_dir": "/first", "username": "first", "state_interval_s": 1.0},
        "simulation": {"scenario": "demo", "zone": "Etc/GMT-9"},
        "web": {"port": 8080},
    }
    past: Sections = {**sections, "climate": {"interval_s": 30.0}}
    password = tmp_path / "password"
    room = write_room(tmp_path, "attic", 3, sections, past, ("sensors-attic", password))
    settings = load_settings(room.config)
    assert settings.room.slug == "attic"
    assert settings.sensors.username == "sensors-attic"
    assert settings.sensors.journal_dir == tmp_path / "journal-attic"
    assert (settings.simulation.seed, settings.simulation.zone) == (3, "Etc/GMT-9")
    assert settings.simulation.scenario != "demo"
    assert tomllib.loads(toml_text(past))["climate"] == {"interval_s": 30.0}
    assert load_settings(room.past_config).climate.interval_s == 30.0
