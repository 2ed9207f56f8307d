"""Levels of many seconds as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, log10

import numpy as np

from firmware.sound.levels import SecondLevels, energy_mean_db


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Levels over duration_s; la10_db is what a tenth of the 1-s LAeq exceed.

    lae_db is the sound exposure level of all of it: the level of one second that would
    hold the same energy. What is left of a second at the end counts in all but the
    percentiles, unless there is nothing else.
    """

    duration_s: float
    laeq_db: float
    lae_db: float
    lafmax_db: float
    lasmax_db: float
    lceq_db: float
    lcpeak_db: float
    la10_db: float
    la50_db: float
    la90_db: float
    overload: bool


def summarise(seconds: Sequence[SecondLevels]) -> Summary:
    """Return the levels of at least one second together: means by energy, maxima as such."""
    durations_s = [second.duration_s for second in seconds]
    whole_db = [second.laeq_db for second in seconds if second.duration_s == 1]
    laeq_db = [second.laeq_db for second in seconds]
    percentiles = np.percentile(whole_db or laeq_db, (10, 50, 90))
    la90_db, la50_db, la10_db = (float(level_db) for level_db in percentiles)
    mean_db = energy_mean_db(laeq_db, durations_s)
    return Summary(
        duration_s=fsum(durations_s),
        laeq_db=mean_db,
        lae_db=mean_db + 10 * log10(fsum(durations_s)),
        lafmax_db=max(second.lafmax_db for second in seconds),
        lasmax_db=max(second.lasmax_db for second in seconds),
        lceq_db=energy_mean_db([second.lceq_db for second in seconds], durations_s),
        lcpeak_db=max(second.lcpeak_db for second in seconds),
        la10_db=la10_db,
        la50_db=la50_db,
        la90_db=la90_db,
        overload=any(second.overload for second in seconds),
    )
