"""A house for the pages: a store, live files and a household that live in memory."""

import secrets
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import msgspec
from flask import Flask

from monitor.contract.messages import State
from monitor.contract.record import LATEST_MS, Minute
from monitor.night.alert_choices import AlertChoices
from monitor.night.household import Correction, Household, PageMark
from monitor.night.view_choices import ViewChoices
from monitor.night.window import Window
from monitor.runtime.clock import Clock, RealClock, VirtualClock
from monitor.runtime.settings import WebSettings
from monitor.score.result import Live, NightScore
from monitor.score.series import NightSeries, picture_span
from monitor.store.alerts_db import OutboxRow
from monitor.store.deletion import Deletion, is_deleted
from monitor.store.errors import SettingError, StoreUnavailableError
from monitor.store.household_db import chosen, setting_json
from monitor.store.household_reader import Request
from web.app import create_app
from web.cookies import Cookies
from web.guard import Guard
from web.site import Site
from web.sources import Condition


@dataclass(frozen=True, kw_only=True)
class FakeKept:
    score: NightScore
    inputs_hash: str = "one"

    @property
    def seal(self) -> bytes:
        return zlib.crc32(msgspec.json.encode(self.score)).to_bytes(4)


@dataclass(frozen=True, kw_only=True)
class FakeFinding:
    text: str
    serious: bool = True
    code: str = "disk"
    since_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class FakeLiveRoom:
    room: str = "bedroom"
    # A file that is renewed for ever, of a daemon that never goes, unless the test says so.
    written_ms: int = 2**60
    online: bool = True
    session: str | None = "8899aabbccddeeff"
    received_ms: int | None = None
    state: State | None = None
    score: Live | None = None
    night: NightScore | None = None
    findings: tuple[FakeFinding, ...] = ()
    refused: int = 0
    conflicts: int = 0
    written_today_bytes: int = 0


@dataclass
class FakeStore:
    """Keeps what it was given; broken says what every question is answered with."""

    kept: dict[str, list[Minute]] = field(default_factory=dict)
    scored: dict[tuple[str, str], FakeKept] = field(default_factory=dict)
    drawn: dict[tuple[str, str], NightSeries] = field(default_factory=dict)
    bytes: int = 0
    log_bytes: int = 0
    # How many minutes were ever stored, where not all of them are kept here.
    recorded: int = 0
    sent: list[OutboxRow] = field(default_factory=list)
    broken: str = ""
    conditions: Sequence[Condition] = ()
    questions: int = 0
    asked_for_minutes: int = 0
    asked_for_marks: int = 0
    asked_for_rooms: int = 0
    changes: int = 0

    def put(self, score: NightScore, *, room: str = "bedroom", inputs_hash: str = "one") -> None:
        self.changes += 1
        self.kept.setdefault(room, [])
        self.scored[room, score.window.night] = FakeKept(score=score, inputs_hash=inputs_hash)

    def rooms(self) -> tuple[str, ...]:
        self._answer()
        self.asked_for_rooms += 1
        return tuple(sorted(self.kept))

    def minutes(self, room: str, start_ms: int, end_ms: int) -> list[Minute]:
        self._answer()
        self.asked_for_minutes += 1
        return self._between(room, start_ms, end_ms)

    def _between(self, room: str, start_ms: int, end_ms: int) -> list[Minute]:
        return [it for it in self.kept.get(room, []) if start_ms < it.end_ms <= end_ms]

    def minutes_mark(self, room: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        self._answer()
        self.asked_for_marks += 1
        found = self._between(room, start_ms, end_ms)
        return len(found), hash(tuple(found))

    def series(
        self, room: str, window: Window, mark: tuple[int, int] | None = None
    ) -> NightSeries | None:
        self._answer()
        if mark is None:
            self.minutes_mark(room, *picture_span(window))
        return self.drawn.get((room, window.night))

    def newest_end_ms(self, room: str, by_ms: int = LATEST_MS) -> int | None:
        self._answer()
        ends = (it.end_ms for it in self.kept.get(room, []))
        return max((end_ms for end_ms in ends if end_ms <= by_ms), default=None)

    def oldest_end_ms(self, room: str, after_ms: int = 0) -> int | None:
        self._answer()
        ends = (it.end_ms for it in self.kept.get(room, []))
        return min((end_ms for end_ms in ends if end_ms > after_ms), default=None)

    def night(self, room: str, night: str) -> FakeKept | None:
        self._answer()
        return self.scored.get((room, night))

    def nights(self, room: str, first: str, last: str) -> Sequence[FakeKept]:
        self._answer()
        return [
            kept
            for (of_room, night), kept in sorted(self.scored.items())
            if of_room == room and first <= night <= last
        ]

    def messages(self, limit: int) -> Sequence[OutboxRow]:
        self._answer()
        return self.sent[:limit]

    def records(self) -> int:
        self._answer()
        return self.recorded or sum(map(len, self.kept.values()))

    def condition(self) -> Sequence[Condition]:
        return self.conditions

    def size_bytes(self) -> int:
        self._answer()
        return self.bytes

    def content_bytes(self) -> int:
        self._answer()
        return self.bytes - self.log_bytes

    def version(self) -> tuple[int, int]:
        self._answer()
        return 1, self.changes

    def _answer(self) -> None:
        self.questions += 1
        if self.broken:
            raise StoreUnavailableError(self.broken)


@dataclass
class FakeLive:
    """Live files in memory; reads counts how often one was opened."""

    files: dict[str, FakeLiveRoom] = field(default_factory=dict)
    reads: int = 0

    def rooms(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def read(self, room: str) -> FakeLiveRoom | None:
        self.reads += 1
        return self.files.get(room)


@dataclass
class FakeHousehold:
    """Keeps what was said in lists; broken says what every write is answered with.

    moved: since when another zone is in force, and which.
    """

    zone: str = "Etc/GMT-13"
    moved: tuple[int, str] = (1 << 62, "")
    said: list[tuple[str, PageMark]] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)
    corrected: dict[tuple[str, str], Correction] = field(default_factory=dict)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    tagged: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    deleted: list[Deletion] = field(default_factory=list)
    deleted_nights: list[str] = field(default_factory=list)
    purged: list[tuple[int, str, int, int]] = field(default_factory=list)
    requests: list[tuple[str, msgspec.Struct | None]] = field(default_factory=list)
    asked_ms: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    broken: str = ""

    def in_force(self, room: str, at_ms: int) -> Household:
        zone = self.zone if at_ms < self.moved[0] else self.moved[1]
        return chosen(Household, [("zone", setting_json("zone", zone)), *self._rows(room)])

    def alert_choices(self, at_ms: int) -> AlertChoices:
        del at_ms
        return chosen(AlertChoices, self._rows(""))

    def view_choices(self, room: str, at_ms: int) -> ViewChoices:
        del at_ms
        return chosen(ViewChoices, self._rows(room))

    def is_undated(self) -> bool:
        return False

    def choose(self, room: str, values: Mapping[str, object], *, valid_from_ms: int) -> None:
        del valid_from_ms
        kept = [(room, key, setting_json(key, value)) for key, value in values.items()]
        self._write()
        self.rows += kept

    def request(self, kind: str, value: msgspec.Struct | None = None, *, made_ms: int) -> None:
        self._write()
        self.requests.append((kind, value))
        self.asked_ms[kind] = made_ms

    def newest_request(self, kind: str) -> Request | None:
        value = next((value for of, value in reversed(self.requests) if of == kind), None)
        if value is None:
            return None
        text = msgspec.json.encode(value).decode()
        return Request(request_id=1, made_ms=self.asked_ms[kind], kind=kind, value=text)

    def _rows(self, room: str) -> list[tuple[str, str]]:
        of_house = [(key, value) for of, key, value in self.rows if of == ""]
        of_room = [(key, value) for of, key, value in self.rows if room and of == room]
        return of_house + of_room

    def tags(self, room: str, night: str) -> list[str]:
        return sorted(self.tagged.get((room, night), ()))

    def tag_counts(self, room: str) -> dict[str, int]:
        used = [tag for (of, _), tags in self.tagged.items() if of == room for tag in tags]
        return {tag: used.count(tag) for tag in sorted(set(used))}

    def tagged_nights(self, room: str, tag: str) -> list[str]:
        return sorted(night for (of, night), it in self.tagged.items() if of == room and tag in it)

    def note(self, room: str, night: str) -> str:
        return self.notes.get((room, night), "")

    def write_on(
        self,
        room: str,
        night: str,
        *,
        tags: Sequence[str],
        note: str,
        words: Mapping[str, str] = MappingProxyType({}),
        made_ms: int,
    ) -> None:
        del made_ms
        self._write()
        if any(len(tag) > 40 for tag in tags):
            raise SettingError("a tag has 1 to 40 characters")
        if any(len(text) > 200 for text in words.values()):
            raise SettingError("a mark has at most 200 characters")
        self.tagged[room, night] = tuple(tags)
        self.notes[room, night] = note.strip()
        self.said = [
            (of, msgspec.structs.replace(it, note=words.get(it.mark_id, it.note).strip()))
            if of == room
            else (of, it)
            for of, it in self.said
        ]

    def deletions(self) -> tuple[Deletion, ...]:
        return tuple(self.deleted)

    def gone_deletions(self) -> frozenset[tuple[int, str, int, int]]:
        return frozenset(self.purged)

    def delete(
        self, room: str, start_ms: int, end_ms: int, *, made_ms: int, night: str = ""
    ) -> int:
        self._write()
        number = len(self.deleted) + 1
        self.deleted_nights.append(night)
        self.deleted.append(
            Deletion(
                made_ms=made_ms, room=room, start_ms=start_ms, end_ms=end_ms, deletion_id=number
            )
        )
        return number

    def undo_deletion(self, deletion_id: int, *, undone_ms: int) -> bool:
        self._write()
        for index, one in enumerate(self.deleted):
            if one.deletion_id == deletion_id and one.undone_ms is None:
                self.deleted[index] = replace(one, undone_ms=undone_ms)
                return True
        return False

    def correction(self, room: str, night: str) -> Correction | None:
        return self.corrected.get((room, night))

    def marks(self, room: str, start_ms: int, end_ms: int) -> list[PageMark]:
        return [it for of, it in self.said if of == room and start_ms < it.at_ms <= end_ms]

    def kept_mark(self, mark_id: str) -> tuple[str, PageMark] | None:
        return next((it for it in self.said if it[1].mark_id == mark_id), None)

    def mark(self, room: str, mark: PageMark, *, made_ms: int) -> bool:
        del made_ms
        self._write()
        if mark.mark_id in self.taken_back | {it.mark_id for _, it in self.said}:
            return False
        if is_deleted(self.deleted, room, mark.at_ms):
            return False
        self.said.append((room, mark))
        return True

    def unmark(self, mark_id: str, *, made_ms: int) -> bool:
        del made_ms
        self._write()
        self.taken_back.add(mark_id)
        left = [it for it in self.said if it[1].mark_id != mark_id]
        was, self.said = len(self.said), left
        return len(left) < was

    def correct(self, room: str, night: str, correction: Correction, *, made_ms: int) -> None:
        del made_ms
        self._write()
        self.corrected[room, night] = correction

    def version(self) -> int:
        return self.changes

    def _write(self) -> None:
        if self.broken:
            raise StoreUnavailableError(self.broken)
        self.changes += 1


@dataclass
class FakeHouse:
    """Everything a dashboard reads, and the dashboard over it."""

    clock: VirtualClock
    store: FakeStore = field(default_factory=FakeStore)
    live: FakeLive = field(default_factory=FakeLive)
    household: FakeHousehold = field(default_factory=FakeHousehold)
    pace: Clock = field(default_factory=RealClock)
    system_offset_s: int = 0

    def site(self) -> Site:
        return Site(
            store=self.store,
            live=self.live,
            household=self.household,
            clock=self.clock,
            system_offset_s=lambda _: self.system_offset_s,
        )

    def app(self, settings: WebSettings | None = None, *, guard: Guard | None = None) -> Flask:
        """Return the dashboard; without a guard it is the demo's, which asks for no login."""
        open_to_all = Guard(None, cookies=Cookies(https=False), random_bytes=secrets.token_bytes)
        return create_app(
            settings=settings or WebSettings(),
            hostname="bedside",
            site=self.site(),
            guard=guard or open_to_all,
            new_id=lambda: str(uuid.UUID(int=1)),
            pace=self.pace,
        )
