"""Finished nights as they were rendered: until anything they are made of changes."""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, NamedTuple, Self
from wsgiref.types import WSGIEnvironment

from flask import Response

from web.answers import Ready, whole
from web.shelved import Shelved
from web.site import Site, Surroundings

# judgement: the last drawn stay as they are, 14 kB each; the others' bytes are put aside.
PAGES_AT_HAND: Final = 14
# judgement: four months; 2 MB beside the process's own memory.
KEPT_PAGES: Final = 134
# judgement: a process that has no file or no memory left may have some later.
SHELVE_AGAIN_S: Final = 3600.0
# Judgement: a change is noticed within a second (PRAGMA data_version).
LOOK_S: Final = 1.0
KEEP: Final = "private, no-cache"
# Behind a login: the way back after signing out asks nobody before it shows what a browser has.
FORGET: Final = "no-store"
_GZIP: Final = re.compile(r"(?:^|[,\s])gzip\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?))?\s*(?:,|$)")
Material = Callable[[], object]
GZIP_LEVEL: Final = 1  # judgement: a fifth of the size for 1 ms; 6 takes 4 ms for a seventh


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A rendered document, packed by gzip, and the tag that names its content.

    Packing is safe here: a kept page holds no secret that could be guessed by its length.
    """

    packed: bytes | Shelved
    mimetype: str
    tag: str
    caching: str = KEEP

    def shelved(self) -> Self:
        """Return the same, its bytes out of this process's own memory."""
        packed = self.packed
        return self if isinstance(packed, Shelved) else replace(self, packed=Shelved(packed))

    def answer(self, environ: WSGIEnvironment, body: bytes | None = None) -> Ready:
        """Return the document, or that the browser has it already; body: unpacked, if at hand."""
        headers = {"Cache-Control": self.caching, "Vary": "Accept-Encoding", "ETag": self.tag}
        # Compared as text: a tag stands in quotes, and nobody sends another one by chance.
        if self.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return Ready(status="304 NOT MODIFIED", headers=tuple(headers.items()), body=b"")
        headers["Content-Type"] = self.mimetype
        packed = self.packed.read() if isinstance(self.packed, Shelved) else self.packed
        if not _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return whole(body or gzip.decompress(packed), headers)
        headers["Content-Encoding"] = "gzip"
        return whole(packed, headers)


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding names gzip and does not refuse it (RFC 9110, 12.5.3).

    >>> _takes_gzip("gzip, deflate, br"), _takes_gzip("gzip;q=0"), _takes_gzip("br")
    (True, False, False)
    """
    found = _GZIP.search(accepted)
    return found is not None and (found["weight"] is None or float(found["weight"]) > 0)


def finished_page(response: Response, caching: str = KEEP) -> Page:
    """Return a page to keep from the response that was rendered; caching: what browsers may do."""
    body = response.get_data()
    packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
    tag = f'W/"{hashlib.blake2b(packed, digest_size=12).hexdigest()}"'
    return Page(packed=packed, mimetype="text/html; charset=utf-8", tag=tag, caching=caching)


class Look(NamedTuple):
    """What was found before a page was made: what surrounds it, and what had been written."""

    surroundings: Surroundings | None
    written: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What was rendered at an address, by whether its visitor may do everything.

    material tells what it would be made of now, made_of what it was made of, written what had
    been written (Site.written) when both were the same.
    """

    rule: str
    pages: dict[bool, Page]
    material: Material
    made_of: object
    written: object

    def ready(self, environ: WSGIEnvironment, *, household: bool) -> Ready | None:
        """Return the page for one request, None where this kind of visitor has none yet."""
        page = self.pages.get(household)
        return None if page is None else page.answer(environ)


class RenderedPages:
    """Keeps the pages asked for last, each until what it is made of changes.

    A room that is recorded changes the store each minute, somebody who marks, tags or chooses
    the household, and neither a finished night but for its own: a page is looked at again only
    when it is asked for after a change.

    Threads may share it: two may both render a page, and the last one stays.

    Args:
        site: what the pages show.
        caching: what their browsers may keep of them.
    """

    def __init__(self, site: Site, caching: str = KEEP) -> None:
        self.caching: Final = caching
        self._site = site
        self._changing = Lock()  # what is dropped meanwhile must not be put back
        self._pages: OrderedDict[tuple[str, str], Rendered] = OrderedDict()
        self._at_hand: list[tuple[str, str]] = []
        self._seen: Surroundings | None = None
        self._written: object = None
        self._look_at_s = float("-inf")
        self._shelve_at_s = float("-inf")

    def can_shelve(self) -> bool:
        """Tell whether pages can be put aside, as far as is known: else few are kept."""
        return self._site.clock.monotonic_s() >= self._shelve_at_s

    def has(self, path: str, query: str) -> bool:
        """Tell whether the household's page of an address is kept, as far as anybody has looked."""
        kept = self._pages.get((path, query))
        return kept is not None and True in kept.pages

    def want(self, addresses: Iterable[tuple[str, str]]) -> None:
        """Keep what is kept of these addresses longer than others, of the last one the longest."""
        with self._changing:
            for address in addresses:
                if address in self._pages:
                    self._pages.move_to_end(address)

    def find(self, path: str, query: str) -> Rendered | None:
        """Return what is kept of an address, if nothing has changed since."""
        address = path, query
        if address not in self._pages:  # most requests are for something else
            return None
        seen, written = self.look()  # what comes after it is looked at next time
        self.want([address])
        kept = self._pages.get(address)
        if kept is None or kept.written == written:
            return kept
        is_good = kept.material() == kept.made_of
        with self._changing:
            if seen is not self._seen:
                return None  # dropped meanwhile, and rightly
            if not is_good:
                self._pages.pop(address, None)
                return None
            kept = self._pages[address] = replace(kept, written=written)
        return kept

    def look(self) -> Look:
        """Forget all if what surrounds every night has changed; return what was found.

        To be called before what will be kept is read; keep() takes what it returns.
        """
        # One at a time: what was found first must not take the place of what was found last.
        with self._changing:
            now_s = self._site.clock.monotonic_s()
            if now_s >= self._look_at_s:
                written, seen = self._site.written(), self._site.surroundings()
                if seen != self._seen:
                    self._pages.clear()
                    self._seen = seen
                self._written = written
                self._look_at_s = now_s + LOOK_S  # not before: a look that fails is none
            return Look(self._seen, self._written)

    def keep(
        self,
        environ: WSGIEnvironment,
        page: Page,
        *,
        rule: str,
        household: bool,
        seen: Look,
        material: Material,
        made_of: object,
    ) -> None:
        """Keep a page until what it is made of changes, or newer ones take its place.

        Args:
            environ: the request that it answers.
            page: as rendered.
            rule: the address as it was routed.
            household: whether its visitor may do everything: a kiosk's page offers less.
            seen: what look() returned before anything was read.
            material: returns what the page would be made of now.
            made_of: what material returned before anything was read.
        """
        address = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        with self._changing:
            if seen.surroundings is not self._seen:
                return  # they have changed while the page was made
            kept = self._pages.get(address)
            others = kept.pages if kept is not None and kept.made_of == made_of else {}
            self._pages[address] = Rendered(
                rule=rule,
                pages={**others, household: page},
                material=material,
                made_of=made_of,
                written=seen.written,
            )
            self._at_hand = [one for one in self._at_hand if one != address] + [address]
            self._shelve()
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)

    def _shelve(self) -> None:
        """Put the bytes of all but the newest pages aside; one that cannot be is made anew."""
        while len(self._at_hand) > PAGES_AT_HAND:
            address = self._at_hand.pop(0)
            kept = self._pages.get(address)
            if kept is None:
                continue
            try:
                pages = {who: page.shelved() for who, page in kept.pages.items()}
            except OSError:
                del self._pages[address]
                self._shelve_at_s = self._site.clock.monotonic_s() + SHELVE_AGAIN_S
            else:
                self._pages[address] = replace(kept, pages=pages)

    def look_again(self) -> None:
        """Look with the next request: this process itself has changed something."""
        with self._changing:
            self._look_at_s = float("-inf")
