from monitor.night.household import Household
from monitor.night.window import Source, Window
from monitor.score.inputs import hash_of
from tests.fakes.stored import EVENING_MS, MINUTE_MS, minute


def test_the_hash_of_inputs_notices_each_of_them() -> None:
    minutes = (minute(EVENING_MS + MINUTE_MS), minute(EVENING_MS + 2 * MINUTE_MS))
    window = Window(
        night="2026-11-22",
        zone="UTC",
        lights_out_ms=EVENING_MS,
        get_up_ms=EVENING_MS + 8 * 60 * MINUTE_MS,
        lights_out_source=Source.SCHEDULE,
        get_up_source=Source.SCHEDULE,
    )
    warmer = minute(EVENING_MS + 2 * MINUTE_MS, temperature_c=19.0)
    hashes = {
        hash_of(minutes, window, Household(), 1),
        hash_of(minutes, window, Household(), 2),
        hash_of(minutes[:1], window, Household(), 1),
        hash_of((minutes[0], warmer), window, Household(), 1),
        hash_of(minutes, window, Household(offset_k=1.0), 1),
    }

    assert len(hashes) == 5
