"""What the bedside screens were last measured to add to the dark, as the doctor's findings."""

from contextlib import closing

from monitor.contract.record import instant
from monitor.runtime.clock import Clock
from monitor.runtime.findings import Finding
from monitor.runtime.settings import MonitorSettings
from monitor.score.self_light import is_dark, self_light_text
from monitor.store.errors import StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader, in_force_ms
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader


def screen_findings(settings: MonitorSettings, clock: Clock) -> list[Finding]:
    """Tell what light each room's bedside screen was last measured to add."""
    try:
        with NightsReader.open(settings.data_dir / NIGHTS_FILE) as nights:
            rooms = nights.rooms()
        with closing(HouseholdReader(settings.data_dir / HOUSEHOLD_FILE)) as household:
            return [_screen_finding(household, room, clock) for room in rooms]
    except StoreError:
        return []  # the store's own finding says why


def _screen_finding(household: HouseholdReader, room: str, clock: Clock) -> Finding:
    what, again = f"bedside screen of {room}", f"open /bedside/self-light?room={room} on it"
    found = household.view_choices(room, in_force_ms(clock, household)).self_light
    if found is None:
        return Finding(what=what, ok=True, words=f"not measured; {again}, it takes a minute")
    since_ms = household.last_set_ms(room, ("self_light",)) or clock.now_ms()
    words = f"{self_light_text(found)}, measured {instant(since_ms):%d %b %Y} (UTC)"
    if is_dark(found):
        return Finding(what=what, ok=True, words=words)
    if found.added_lx < found.told_from_lx:
        return Finding(what=what, ok=True, words=f"{words}: try again in a darker room")
    return Finding(what=what, ok=False, words=words, fix=f"dim or turn the screen, then {again}")
