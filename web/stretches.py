"""Pure: where a quantity's steps follow each other without a break, and where nothing is."""

from typing import Final

from monitor.score.series import Steps

JOIN_MS: Final = 1_000  # judgement: steps closer than a second touch; stamps may jitter


def runs(steps: Steps) -> list[tuple[int, int]]:
    """Return (first, behind the last) of the steps in unbroken runs: a line is drawn within one."""
    starts_ms, ends_ms = steps.starts_ms, steps.ends_ms
    if not starts_ms:
        return []
    follows = enumerate(zip(starts_ms[1:], ends_ms, strict=False), start=1)
    breaks = [number for number, (start_ms, end_ms) in follows if start_ms - end_ms > JOIN_MS]
    return list(zip((0, *breaks), (*breaks, len(starts_ms)), strict=True))


def gaps(steps: Steps, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Return the stretches of (start_ms, end_ms] that no step covers."""
    result = []
    reached_ms = start_ms
    for step_start_ms, step_end_ms in zip(steps.starts_ms, steps.ends_ms, strict=True):
        if step_start_ms - reached_ms > JOIN_MS:
            result.append((reached_ms, min(step_start_ms, end_ms)))
        if step_end_ms > reached_ms:  # noqa: PLR1730 - max() costs four times as much, 540 times a strip
            reached_ms = step_end_ms
    if end_ms - reached_ms > JOIN_MS:
        result.append((reached_ms, end_ms))
    return result
