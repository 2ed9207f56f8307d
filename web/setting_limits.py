"""Pure: between which numbers a setting can be, as the settings themselves say it, in words."""

from collections.abc import Callable

import msgspec

from monitor.night.household import Household, Place
from monitor.score.figures import MINUS


def limits(kind: type[Household | Place], key: str) -> tuple[float, float]:
    """Return the least and the most that a number of these settings can be.

    >>> limits(Household, "offset_k"), limits(Place, "latitude_deg")
    ((-2, 2), (-90, 90))
    """
    said = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"][key]
    number = next(it for it in said.get("anyOf", (said,)) if it["type"] == "number")
    return number["minimum"], number["maximum"]


def required_within(
    kind: type[Household | Place],
    key: str,
    value: float,
    as_said: Callable[[float], float] = float,
    *,
    what: str = "number",
) -> float:
    """Return a number that a setting can be; as_said: how the form it is written in says it.

    Raises:
        ValueError: it cannot be that; the text is for who wrote it, with both limits.
    """
    least, most = limits(kind, key)
    if not least <= value <= most:
        ends = (f"{as_said(it):g}".replace("-", MINUS) for it in (least, most))
        raise ValueError(f"Write a {what} from {' to '.join(ends)}.")
    return value
