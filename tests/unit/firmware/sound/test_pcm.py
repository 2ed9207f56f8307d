import numpy as np
import pytest

from firmware.sound.pcm import LouderChannel
from tests.fakes.signals import RATE_HZ, s32_stereo, silence, tone

QUIET, LOUD = tone(1000.0, 1.0, 0.01), tone(300.0, 1.0, 0.1)


@pytest.mark.slow
def test_the_louder_channel_is_chosen_after_a_second() -> None:
    for left, right, chosen in ((LOUD, QUIET, 0), (QUIET, LOUD, 1)):
        subject = LouderChannel()
        samples = subject.samples(s32_stereo(left, right))
        assert subject.chosen == chosen
        assert samples / 2**31 == pytest.approx(LOUD, abs=1e-9)


def test_an_open_data_line_is_not_louder_than_a_quiet_microphone() -> None:
    subject = LouderChannel()
    subject.samples(s32_stereo(QUIET, silence(1.0) - 0.9))
    assert subject.chosen == 0


def test_what_was_held_back_for_the_choice_is_not_lost() -> None:
    subject = LouderChannel()
    stream = s32_stereo(QUIET, LOUD)
    parts = [
        subject.samples(stream[start : start + 38_400]) for start in range(0, len(stream), 38_400)
    ]
    assert [part.size for part in parts] == [0] * 9 + [RATE_HZ]


def test_a_microphone_that_wakes_up_late_is_found_on_its_channel() -> None:
    subject = LouderChannel()
    asleep = subject.samples(s32_stereo(silence(1.0), silence(1.0) + 0.5))
    assert (asleep.size, np.ptp(asleep), subject.chosen) == (RATE_HZ, 0, None)
    assert subject.samples(s32_stereo(silence(1.0), QUIET)) / 2**31 == pytest.approx(
        QUIET, abs=1e-9
    )
    assert subject.chosen == 1


def test_the_choice_is_for_ever() -> None:
    subject = LouderChannel()
    subject.samples(s32_stereo(LOUD, QUIET))
    later = subject.samples(s32_stereo(QUIET, LOUD))
    assert later / 2**31 == pytest.approx(QUIET, abs=1e-9)
