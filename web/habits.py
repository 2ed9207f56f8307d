"""What stands beside the ratings: how regular the nights were, how bright the evenings."""

from collections.abc import Sequence
from datetime import date

from monitor.contract.record import LightMinute, Minute
from monitor.night.household import Household
from monitor.night.regularity import LEAST_NIGHTS, Regularity, regularity
from monitor.night.winddown import WIND_DOWN_MS, EveningLight, wind_down
from monitor.score.dark import melanopic_lx
from monitor.score.daylight import is_daylight
from monitor.score.figures import half_up
from monitor.score.phrases import STEADINESS
from monitor.score.result import NightScore
from monitor.score.series import is_valid
from web.present import day_text, local_time, night_title, share_text
from web.site import Site
from web.year import is_recent


def regularity_text(nights: Sequence[NightScore]) -> tuple[str, str]:
    """Return (word, sentence) on the last two weeks' times; nights in order of time."""
    if not nights:
        return "", ""
    last = date.fromisoformat(nights[-1].window.night)
    found = regularity([night.window for night in nights], last)
    if found is None:
        return "not enough nights yet", (
            f"It takes {LEAST_NIGHTS} of the last 14 nights with a lights-out or get-up that was"
            " seen or told."
        )
    return STEADINESS[found.word], _spread(found)


def wind_down_text(site: Site, room: str, night: NightScore) -> tuple[str, str]:
    """Return (share, sentence) on the light in the room before a night; '' where not known."""
    window = night.window
    household = site.household.in_force(room, window.get_up_ms)
    minutes = site.store.minutes(room, window.lights_out_ms - WIND_DOWN_MS, window.lights_out_ms)
    found = wind_down(evening_light(minutes, household), window.lights_out_ms)
    if found is None:
        return "", ""
    share = share_text(found.too_bright_ratio)
    evening = date.fromisoformat(window.night)
    is_recent_night = is_recent(evening, local_time(site.clock.now_ms(), window.zone).date())
    # Not "the last": while a night runs, that is another one's.
    named = night_title(window.night, short=True)
    when = f"the lights-out of {named}" if is_recent_night else f"lights-out on {day_text(evening)}"
    return share, (
        f"In the three hours before {when}, the light in this room was above"
        f" 10 melanopic lx for {share} of the time. Dim light helps to get sleepy."
    )


def evening_light(minutes: Sequence[Minute], household: Household) -> list[EveningLight]:
    """Return minutes as the melanopic light they had, None where it was not measured."""
    return [
        EveningLight(minute.start_ms, minute.end_ms, _melanopic_lx(minute, household))
        for minute in minutes
    ]


def _melanopic_lx(minute: Minute, household: Household) -> float | None:
    light = minute.light
    if not isinstance(light, LightMinute) or light.illuminance_lx is None or not is_valid(light):
        return None
    daylight = is_daylight(minute.start_ms, household)
    return melanopic_lx(light.illuminance_lx, daylight=daylight, lamp=household.lamp)


def _spread(found: Regularity) -> str:
    parts = [
        f"{name} varied by {int(half_up(sd_s / 60))} min"
        for name, sd_s in (("lights-out", found.lights_out_sd_s), ("get-up", found.get_up_sd_s))
        if sd_s is not None
    ]
    text = " and ".join(parts)
    return f"Over {found.nights} nights {text} (standard deviation)."
