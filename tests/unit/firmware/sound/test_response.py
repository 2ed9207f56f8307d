import numpy as np
import pytest

from firmware.sound.errors import CurveError
from firmware.sound.levels import LevelMeter, full_scale_db
from firmware.sound.response import correction_of
from tests.fakes.signals import tone


def test_what_the_microphone_hears_too_softly_is_added() -> None:
    assert correction_of("100 -2\n1000 0\n10000 1.5") == (
        (100.0, 2.0),
        (1000.0, 0.0),
        (10_000.0, -1.5),
    )


def test_the_sensitivity_at_1_khz_stays_what_it_is() -> None:
    # 1 kHz lies between two points: half way in the logarithm, so at -2 dB.
    assert correction_of("100 -4\n10000 0") == ((100.0, 2.0), (10_000.0, -2.0))


@pytest.mark.parametrize(
    "text",
    [
        '"Sens Factor =-1.378dB, SERNO: 7000000"\n20.0\t-1.0\n1000\t0\n',
        "* a remark\n; another\nFreq(Hz) SPL(dB) Phase\n20, -1.0, 12.5\n\n1000, 0.0, 0\n",
        "# rem\r\n20;-1\r\n1000;0\r\n",
        "\ufeff20 -1\n1000 0\n",
        "20,0\t-1,0\n1000,0\t0,0\n",
        "Hz;dB;Grad\n20;-1,0;12,5\n1000;0;0\n",
        "20,-1.0,12.5\n1000,0,0\n",
    ],
)
def test_the_files_of_several_makers_are_understood(text: str) -> None:
    assert correction_of(text) == ((20.0, 1.0), (1000.0, 0.0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 pairs"),
        ("1000 0", "1 pairs"),
        ("20 0\nabc def\n1000 0", "line 2: expected Hz and dB"),
        ("20 0\n1000", "line 2: expected Hz and dB"),
        ("0 0\n1000 0", "line 1"),
        ("20 31\n1000 0", "±30 dB"),
        ("20 nan\n1000 0", "±30 dB"),
        ("100 0\n100 1", "100 Hz follows 100 Hz"),
    ],
)
def test_what_is_no_response_is_said(text: str, words: str) -> None:
    with pytest.raises(CurveError, match=words):
        correction_of(text)


def test_a_tilted_microphone_reads_right_with_its_file() -> None:
    # It hears 80 Hz 6 dB too softly; with the file the C level is that of the true tone.
    meter = LevelMeter(
        full_scale_db=full_scale_db(-26.0),
        correction=correction_of("80 -6.0206\n1000 0"),
    )
    heard = meter.feed(np.concatenate([tone(80.0, 2.0, 0.05)]))[0]
    untilted = LevelMeter(full_scale_db=full_scale_db(-26.0)).feed(tone(80.0, 2.0, 0.1))[0]
    assert heard.lceq_db == pytest.approx(untilted.lceq_db, abs=0.01)
    assert heard.laeq_db == pytest.approx(untilted.laeq_db, abs=0.05)
