"""Where the demo stands."""

import socket
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.demo_place import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    any_free_port,
    free_port,
    fresh_place,
    night_zone,
    noon_before,
    offset_ms,
    toml_text,
)
from monitor.runtime.errors import OperatorError


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_it_is_always_about_midnight_in_the_demo_room(now_ms: int) -> None:
    local_ms = (now_ms + offset_ms(night_zone(now_ms))) % DAY_MS
    assert local_ms >= 23 * HOUR_MS + 20 * MINUTE_MS or local_ms <= 20 * MINUTE_MS


@given(st.integers(min_value=10 * DAY_MS, max_value=4_000_000_000_000), st.integers(0, 5))
def test_history_begins_at_a_local_noon_before_that_many_nights(now_ms: int, nights: int) -> None:
    zone = night_zone(now_ms)
    noon_ms = noon_before(now_ms, zone, nights)
    assert (noon_ms + offset_ms(zone)) % DAY_MS == DAY_MS // 2
    assert nights * DAY_MS <= now_ms - noon_ms < (nights + 1) * DAY_MS


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    with fresh_place(root):
        (root / "data" / "old.db").touch()
        (root / "old.toml").touch()
    with fresh_place(root) as place:
        assert not (place.data_dir / "old.db").exists()
        assert not (root / "old.toml").exists()
    assert (place.config.parent, place.runtime_dir.name, place.logs.name) == (root, "run", "logs")


def test_a_folder_with_other_files_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(OperatorError, match="--data-dir"), fresh_place(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "demo"
    with pytest.raises(OperatorError, match="cannot make the data folder"), fresh_place(folder):
        pass


def test_a_place_whose_name_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    with (
        pytest.raises(OperatorError, match="its name is not UTF-8"),
        fresh_place(folder),
    ):
        pass


def test_a_demo_that_runs_loses_nothing_to_a_second_one(tmp_path: Path) -> None:
    with fresh_place(tmp_path / "demo") as place:
        (place.data_dir / "nights.db").touch()
        with pytest.raises(OperatorError, match="another demo is running"), fresh_place(place.root):
            pass
        assert (place.data_dir / "nights.db").exists()


def test_a_place_half_emptied_by_a_demo_that_was_killed_is_still_a_demos(tmp_path: Path) -> None:
    with fresh_place(tmp_path / "demo") as place:
        pass
    place.logs.rmdir()
    with fresh_place(place.root) as again:
        assert again.logs.is_dir()


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_when_no_port_is_free_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(OperatorError, match="--port"):
        free_port("127.0.0.1", 8080)


def test_any_free_port_can_be_bound() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", any_free_port("127.0.0.1")))


def test_written_settings_read_back_the_same() -> None:
    sections = {"a": {"text": 'C:\\x "ü"\n', "number": 1.5, "flag": True}}
    assert tomllib.loads(toml_text(sections)) == sections
