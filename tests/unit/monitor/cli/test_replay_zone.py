"""The zone of a replayed series."""

from zoneinfo import ZoneInfo

import pytest

from monitor.cli.replay_zone import zone_of_replay
from monitor.runtime.errors import OperatorError


@pytest.mark.parametrize(
    ("offset", "zone"),
    [(None, "Etc/GMT"), ("+00:00", "Etc/GMT"), ("-05:00", "Etc/GMT+5"), ("+14:00", "Etc/GMT-14")],
)
def test_a_whole_hour_offset_has_a_zone_without_summer_time(offset: str | None, zone: str) -> None:
    assert zone_of_replay(offset, None) == zone
    ZoneInfo(zone)


@pytest.mark.parametrize("offset", ["+05:30", "1", "+25:00", "-13:00", "+01:00:00", "abc"])
def test_another_offset_is_refused_with_the_way_out(offset: str) -> None:
    with pytest.raises(OperatorError, match="--zone"):
        zone_of_replay(offset, None)


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "/etc/localtime", ".", "localtime"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(OperatorError, match=r"--zone: .*Europe/Brussels"):
        zone_of_replay(None, zone)


def test_two_answers_are_one_too_many() -> None:
    with pytest.raises(OperatorError, match="exclude each other"):
        zone_of_replay("+01:00", "Europe/Brussels")
