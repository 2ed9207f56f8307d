"""Pure: how many guesses are let through, and how long the others wait.

Three kinds of visitors, each with buckets of its own, so that one kind cannot empty
another's: browsers that have logged in before, sources that have guessed wrong rarely,
and sources that keep guessing. A wait is always under a minute.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

# Judgement: somebody half asleep mistypes four times; then one guess every 12 s.
BURST: Final = 5
REFILL_S: Final = 12.0
# Judgement: together 40 guesses a minute, which a Pi's one hashing thread still answers.
RARE_BURST: Final = 20
RARE_REFILL_S: Final = 2.0
EAGER_BURST: Final = 5
EAGER_REFILL_S: Final = 6.0
REMEMBERED: Final = 1024  # judgement: sources and browsers, each a few dozen bytes
FORGET_S: Final = 600.0  # judgement: a source that has been quiet is a rare guesser again
# Judgement: waiting exactly as long as one was told is long enough, rounding or not.
NEARLY: Final = 1e-6
UNKNOWN: Final = "unknown"
V6_PREFIX: Final = 64  # Source: RFC 4291, section 2.5.1: a host owns all of its /64


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Lets `burst` through at once and then one every refill_s."""

    burst: int
    refill_s: float
    left: float
    at_s: float

    def wait_s(self, now_s: float) -> float:
        """Return how long until one would be let through, 0.0 for now."""
        self._refill(now_s)
        missing = 1.0 - self.left
        return missing * self.refill_s if missing > NEARLY else 0.0

    def take(self, now_s: float) -> None:
        """Let one through; wait_s must have said 0.0."""
        self._refill(now_s)
        self.left -= 1.0

    def give_back(self) -> None:
        """Let one more through than otherwise."""
        self.left = min(float(self.burst), self.left + 1.0)

    def _refill(self, now_s: float) -> None:
        gained = (now_s - self.at_s) / self.refill_s
        self.left = min(float(self.burst), self.left + gained)
        self.at_s = now_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a guess may be made now (wait_s 0.0); is_news: the source has begun to wait."""

    wait_s: float = 0.0
    is_news: bool = False


@dataclass(slots=True, kw_only=True)
class _Visitor:
    bucket: Bucket
    seen_s: float
    guesses: int = 0
    is_waiting: bool = False


class LoginLimit:
    """Counts guesses by source; not safe for threads by itself."""

    def __init__(self, now_s: float) -> None:
        self._visitors: OrderedDict[str, _Visitor] = OrderedDict()
        self._rare = Bucket(
            burst=RARE_BURST, refill_s=RARE_REFILL_S, left=float(RARE_BURST), at_s=now_s
        )
        self._eager = Bucket(
            burst=EAGER_BURST, refill_s=EAGER_REFILL_S, left=float(EAGER_BURST), at_s=now_s
        )

    def ask(self, source: str, now_s: float, *, is_known: bool = False) -> Verdict:
        """Count a guess and let it through, or say how long to wait.

        Args:
            source: who guesses: source_of an address, or a known browser's id.
            now_s: monotonic seconds.
            is_known: the source is a browser that has logged in before.
        """
        visitor = self._visitor(f"{'browser' if is_known else 'source'} {source}", now_s)
        buckets = [visitor.bucket]
        if not is_known:
            buckets.append(self._rare if visitor.guesses < BURST else self._eager)
        wait_s = max(bucket.wait_s(now_s) for bucket in buckets)
        is_news = wait_s > 0.0 and not visitor.is_waiting
        visitor.is_waiting = wait_s > 0.0
        if not visitor.is_waiting:
            for bucket in buckets:
                bucket.take(now_s)
            visitor.guesses += 1
        return Verdict(wait_s=wait_s, is_news=is_news)

    def give_back(self, source: str, *, is_known: bool = False) -> None:
        """Take back the last guess that ask let through: nothing came of it."""
        visitor = self._visitors.get(f"{'browser' if is_known else 'source'} {source}")
        if visitor is None:
            return
        visitor.guesses = max(0, visitor.guesses - 1)
        visitor.bucket.give_back()
        if not is_known:
            (self._rare if visitor.guesses < BURST else self._eager).give_back()

    def forgive(self, source: str, *, is_known: bool = False) -> None:
        """Forget the guesses of a source whose last one was right."""
        self._visitors.pop(f"{'browser' if is_known else 'source'} {source}", None)

    def _visitor(self, name: str, now_s: float) -> _Visitor:
        visitor = self._visitors.get(name)
        if visitor is None:
            bucket = Bucket(burst=BURST, refill_s=REFILL_S, left=float(BURST), at_s=now_s)
            visitor = _Visitor(bucket=bucket, seen_s=now_s)
            self._visitors[name] = visitor
            if len(self._visitors) > REMEMBERED:
                self._visitors.popitem(last=False)
        elif now_s - visitor.seen_s > FORGET_S:
            visitor.guesses = 0
        visitor.seen_s = now_s
        self._visitors.move_to_end(name)
        return visitor


def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 of an IPv6 one.

    >>> source_of("192.168.1.7"), source_of("fd00::1:2:3:4"), source_of("::ffff:10.0.0.1")
    ('192.168.1.7', 'fd00::', '10.0.0.1')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    network = ipaddress.ip_network((found, V6_PREFIX), strict=False)
    return str(network.network_address)


def last_hop(forwarded_for: str) -> str:
    """Return the address that a proxy has added to X-Forwarded-For, '' where there is none.

    Proxies write it plain, with a port, in brackets or quotes.

    >>> last_hop("10.9.9.9, 192.168.1.7:4242"), last_hop('"[fd00::7]:80"'), last_hop("a, :1.2")
    ('192.168.1.7', 'fd00::7', '')
    """
    last = forwarded_for.rpartition(",")[2].strip().strip('"')
    if last.startswith("["):
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:
        last = last.partition(":")[0]
    return "" if source_of(last) == UNKNOWN else last
