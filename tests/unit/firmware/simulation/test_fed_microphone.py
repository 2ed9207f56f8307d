"""The microphone path over libasound and arecord, in real time."""

from pathlib import Path

import pytest

from firmware.sensors.base import SoundSecond
from firmware.simulation.fed_microphone import FedMicrophone
from monitor.runtime.clock import RealClock


@pytest.mark.slow
def test_what_the_room_plays_is_what_the_microphone_hears() -> None:
    clock = RealClock()
    microphone = FedMicrophone(lambda _at_ms: 62.0, clock, sensitivity_dbfs=-26.0, seed=3)
    directory = Path(microphone._directory.name)
    microphone.start()
    heard: list[SoundSecond] = []
    try:
        give_up_s = clock.monotonic_s() + 10
        while not heard and clock.monotonic_s() < give_up_s:
            clock.wait(0.05)
            heard += [one for one in microphone.drain() if isinstance(one, SoundSecond)]
    finally:
        microphone.close()
    assert abs(heard[0].laeq_db - 62.0) < 1.0
    assert not directory.exists()
