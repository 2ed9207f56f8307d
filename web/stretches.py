"""Pure: where a quantity's steps follow each other without a break, and where nothing is."""

from collections.abc import Iterable
from operator import sub
from typing import Final

from monitor.score.series import Steps

JOIN_MS: Final = 1_000  # judgement: steps closer than a second touch; stamps may jitter


def runs(steps: Steps) -> list[tuple[int, int]]:
    """Return (first, behind the last) of the steps in unbroken runs: a line is drawn within one."""
    if not steps.starts_ms:
        return []
    between_ms = list(map(sub, steps.starts_ms[1:], steps.ends_ms))
    if max(between_ms, default=0) <= JOIN_MS:  # as in nearly every night
        return [(0, len(steps.starts_ms))]
    breaks = [number for number, ms in enumerate(between_ms, start=1) if ms > JOIN_MS]
    return list(zip((0, *breaks), (*breaks, len(steps.starts_ms)), strict=True))


def gaps(
    steps: Steps, runs: Iterable[tuple[int, int]], start_ms: int, end_ms: int
) -> list[tuple[int, int]]:
    """Return the stretches of (start_ms, end_ms] that none of the steps in these runs covers."""
    result = []
    reached_ms = start_ms
    for first, end in runs:
        run_start_ms = steps.starts_ms[first]
        if min(run_start_ms, end_ms) - reached_ms > JOIN_MS:
            result.append((reached_ms, min(run_start_ms, end_ms)))
        reached_ms = max(reached_ms, steps.ends_ms[end - 1])
    if end_ms - reached_ms > JOIN_MS:
        result.append((reached_ms, end_ms))
    return result
