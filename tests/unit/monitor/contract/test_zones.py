"""Which time zones can be chosen."""

from zoneinfo import available_timezones

import pytest

from monitor.contract.errors import ZoneNameError
from monitor.contract.zones import chosen_zone


@pytest.mark.parametrize(
    "name",
    ["Factory", "posixrules", "localtime", "posix/Europe/Berlin", "right/UTC", "posix/", "right/."],
)
def test_what_is_no_place_is_refused_as_such(name: str) -> None:
    with pytest.raises(ZoneNameError, match="no place"):
        chosen_zone(name)


@pytest.mark.parametrize("name", ["Mars/Base", "", "Europe", "./Factory", "../etc", "a\x00b", "é"])
def test_what_is_no_zone_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ZoneNameError, match="Europe/Brussels"):
        chosen_zone(name)


def test_every_place_of_the_database_can_be_chosen() -> None:
    for name in available_timezones() - {"Factory", "localtime", "posixrules"}:
        assert chosen_zone(name).key == name
