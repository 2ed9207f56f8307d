"""What holds for any sound, however it arrives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.sound.levels import LevelMeter, full_scale_db
from tests.fakes.signals import pink_noise

FULL_SCALE_DB = full_scale_db(-26.0)
SIGNAL = pink_noise(2.0)
WHOLE = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0).feed(SIGNAL)


@given(st.lists(st.integers(1, 48_000), max_size=30))
@settings(max_examples=20)
def test_levels_do_not_depend_on_how_the_sound_was_cut(sizes: list[int]) -> None:
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0)
    blocks = np.split(SIGNAL, np.minimum(np.cumsum(sizes, dtype=np.int64), SIGNAL.size))
    assert [second for block in blocks for second in meter.feed(block)] == WHOLE


@given(st.floats(-60.0, 20.0))
@settings(max_examples=20)
def test_a_gain_moves_every_level_by_itself(gain_db: float) -> None:
    meter = LevelMeter(full_scale_db=FULL_SCALE_DB, settle_s=0)
    for louder, second in zip(meter.feed(SIGNAL * 10 ** (gain_db / 20)), WHOLE, strict=True):
        for name in ("laeq_db", "lafmax_db", "lasmax_db", "lceq_db", "lcpeak_db"):
            assert abs(getattr(louder, name) - getattr(second, name) - gain_db) < 1e-6
