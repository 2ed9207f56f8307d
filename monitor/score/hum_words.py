"""What is said of a low-frequency hum."""

from monitor.score.figures import duration_text, whole
from monitor.score.result import Sentence


def hum(minutes: float, above_db: float, *, at_floor: bool = False) -> Sentence:
    """Return what C-weighted levels tell that A-weighted ones hide.

    Args:
        minutes: how long.
        above_db: LC above LA.
        at_floor: LA was the microphone's own noise, and above_db a lower limit.
    """
    if at_floor:
        text = (
            f"Perhaps a low-frequency hum for {duration_text(minutes)}: C-weighted levels lay at"
            f" least {whole(above_db)} dB above A-weighted ones, which were as low as the"
            " microphone's own noise. A boiler or traffic far away is like that, and so are some"
            " microphones: it may be the microphone itself, or too low to hear."
        )
        return Sentence(
            kind="note", text=text, points=0.0, calm="There may have been a low-frequency hum."
        )
    text = (
        f"Low-frequency hum for {duration_text(minutes)}: C-weighted levels lay"
        f" {whole(above_db)} dB above A-weighted ones, which Quiet follows."
        " A boiler, a transformer or traffic far away sounds like that."
    )
    return Sentence(kind="note", text=text, points=0.0, calm="There was a low-frequency hum.")
