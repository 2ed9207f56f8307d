"""The child that sends one letter through Apprise: JSON on stdin, its answer on stdout.

Apprise says only whether it worked. What the server said is seen underneath, at the one
place where every HTTP channel passes: requests' Session.send.
"""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import apprise
import msgspec
import requests

from monitor.alerts.channels import DEADLINE_S, Answer, Letter, Outcome
from monitor.contract.record import epoch_ms
from monitor.runtime.clock import RealClock

# Source: RFC 9110 (408, 5xx), RFC 6585 (429), RFC 8470 (425): the same request may work later.
TRY_LATER: Final = frozenset({408, 425, 429})
SERVER_ERROR: Final = 500
REFUSALS: Final = {
    401: "the user name, password or token is wrong",
    403: "the server does not let us: check the token and the topic's rights",
    404: "the address is not known there: check the url",
    410: "the address is no longer in use there: check the url",
    413: "the message is too large for it",
}
# Source: RFC 9110, 15.4: whether the other address is for good or, like the login page of a
# public network, for now.
MOVED: Final = frozenset({301, 308})
REDIRECTS: Final = range(300, 400)
# Judgement: a push service answers with a few hundred bytes; what never ends is no answer.
MOST_BYTES: Final = 256 * 1024
PIECE_BYTES: Final = 16 * 1024
# Judgement: a server may ask for patience, not for silence until the next evening.
LONGEST_RETRY_S: Final = 6 * 3600.0
# Source: Apprise's documentation of each service: how a url asks for less or more noise.
NOISE: Final[dict[str, dict[str, str]]] = {
    "ntfy": {"silent": "priority=low", "wake": "priority=max"},
    "ntfys": {"silent": "priority=low", "wake": "priority=max"},
    "pover": {"silent": "priority=low", "wake": "priority=high"},
    "tgram": {"silent": "silent=yes", "wake": "silent=no"},
    "gotify": {"silent": "priority=low", "wake": "priority=high"},
    "gotifys": {"silent": "priority=low", "wake": "priority=high"},
}


class Heard:
    """What the servers of one letter said; the last word counts."""

    def __init__(self) -> None:
        self.response: requests.Response | None = None
        self.error: requests.RequestException | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note what passes through requests inside the block."""
        send = requests.Session.send

        def noted(
            session: requests.Session,
            request: requests.PreparedRequest,
            **options: Any,  # noqa: ANN401 - theirs
        ) -> requests.Response:
            try:
                self.response = send(session, request, **options | {"stream": True})
                _read_beginning(self.response)
            except requests.RequestException as error:
                self.error = error
                raise
            return self.response

        requests.Session.send = noted  # type: ignore[method-assign, assignment] # for this child
        try:
            yield
        finally:
            requests.Session.send = send  # type: ignore[method-assign]


def _read_beginning(response: requests.Response) -> None:
    """Read an answer as far as one is long; requests reads until memory ends."""
    read = b""
    for piece in response.iter_content(PIECE_BYTES):
        read += piece
        if len(read) >= MOST_BYTES:
            break
    response.close()
    response._content = read  # noqa: SLF001 - requests offers no other way to bound it


def send(letter: Letter, now_ms: int) -> Answer:
    """Send a letter; now_ms is what a Retry-After date is counted from."""
    # Without an icon, which the phone would fetch from somebody else's server. Redirects are
    # not followed: a POST becomes a GET there, and any page that answers it would count as
    # the message's having arrived.
    asset = apprise.AppriseAsset(image_url_mask="", http_redirects=False)
    channel = apprise.Apprise.instantiate(_with_noise(letter), asset=asset)
    if not isinstance(channel, apprise.NotifyBase):
        return Answer(
            outcome=Outcome.WRONG_URL,
            words="the url is not one that Apprise knows: check its beginning and its parts",
        )
    heard = Heard()
    with heard.listening():
        # By way of its collection, which alone makes plain text of a channel's own markup:
        # "<" in a room's name would be refused by some, and the note's lines run together.
        channels = apprise.Apprise(asset=asset)
        channels.add(channel)
        went = channels.notify(
            body=letter.body, title=letter.title, body_format=apprise.NotifyFormat.TEXT
        )
    if went:
        return Answer(outcome=Outcome.SENT, words="sent")
    if heard.error is not None:
        return Answer(outcome=Outcome.RETRYABLE, words=_failure(heard.error))
    if heard.response is not None:
        return _refusal(heard.response, now_ms)
    return Answer(
        outcome=Outcome.RETRYABLE, words="the channel failed without saying why: check its url"
    )


def _with_noise(letter: Letter) -> str:
    scheme = letter.url.partition("://")[0].lower()
    asked = NOISE.get(scheme, {}).get(letter.urgency)
    if asked is None:
        return letter.url
    return f"{letter.url}{'&' if urlsplit(letter.url).query else '?'}{asked}"


def _failure(error: requests.RequestException) -> str:
    """Return why no answer came, by kind alone: an error's own text may hold the url."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted, or the clock is wrong"
    if isinstance(error, requests.ConnectTimeout):
        return "the server cannot be reached in time"
    if isinstance(error, requests.Timeout):
        return "the server accepted the message and did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "there is no connection to the server (is it on, is its name right?)"
    return f"the message could not be handed over ({type(error).__name__})"


def _refusal(response: requests.Response, now_ms: int) -> Answer:
    status = response.status_code
    if status in TRY_LATER or status >= SERVER_ERROR:
        wait_s = _retry_after_s(response.headers.get("Retry-After"), now_ms)
        asked = "" if wait_s is None else f" and asks to wait {wait_s:.0f} s"
        return Answer(
            outcome=Outcome.RETRYABLE,
            words=f"the server answered {status}{asked}",
            retry_after_s=wait_s,
        )
    if status in REDIRECTS:
        return _sent_elsewhere(status)
    why = REFUSALS.get(status, "it refuses the message")
    return Answer(outcome=Outcome.PERMANENT, words=f"the server answered {status}: {why}")


def _sent_elsewhere(status: int) -> Answer:
    if status in MOVED:
        words = f"the server answered {status}: it has moved elsewhere, write its new url"
        return Answer(outcome=Outcome.PERMANENT, words=words)
    words = f"the server answered {status}: it sends us elsewhere, as a login page does"
    return Answer(outcome=Outcome.RETRYABLE, words=words)


def _retry_after_s(text: str | None, now_ms: int) -> float | None:
    """Return seconds to wait; both forms of RFC 9110, 10.2.3."""
    if text is None:
        return None
    try:
        if text.strip().isdecimal():
            wait_s = float(text)
        else:
            wait_s = (epoch_ms(parsedate_to_datetime(text)) - now_ms) / 1000
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait_s, 0.0), LONGEST_RETRY_S)


def main() -> None:
    """Read a letter, send it, say what became of it; never longer than the deadline."""
    signal.alarm(int(DEADLINE_S))  # should nobody be left to end it
    logging.disable(logging.CRITICAL)  # Apprise's own words may hold the url
    letter = msgspec.json.decode(sys.stdin.buffer.read(), type=Letter)
    answer = send(letter, RealClock().now_ms())
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
