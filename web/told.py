"""What a page says of what was just done: to who did it, and no more when it is loaded later."""

from typing import Final

from flask import request

AT: Final = "at"
# Judgement: as long as whoever pressed looks for what came of it. An open page that a phone
# loads anew the next morning must not say that something was done then.
TOLD_MS: Final = 60_000


def told_ms(now_ms: int) -> int | None:
    """Return when that was done of which the address in hand tells; None where it is no news."""
    at_ms = request.args.get(AT, type=int)
    return at_ms if at_ms is not None and 0 <= now_ms - at_ms <= TOLD_MS else None
