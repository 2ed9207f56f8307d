"""Pure: minutes as JSON or CSV, a piece at a time, so that ten years need no memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from monitor.contract.record import ClimateMinute, LightMinute, Minute, SoundMinute

_CLIMATE: Final = ("temperature_c", "humidity_pct", "pressure_hpa")
_LIGHT: Final = ("illuminance_lx", "illuminance_max_lx")
_SOUND: Final = ("laeq_db", "lafmax_db", "la10_db", "la50_db", "la90_db", "floor_db")
COLUMNS: Final = ("end", "duration_s", *_CLIMATE, *_LIGHT, *_SOUND, "events", "marks", "flags")


def json_pieces(room: str, version: int, pages: Iterable[Iterable[Minute]]) -> Iterator[bytes]:
    """Return a MinutesDocument in pieces, one a page."""
    yield b'{"v":%d,"room":%s,"minutes":[' % (version, msgspec.json.encode(room))
    before = b""
    for page in pages:
        body = b",".join(msgspec.json.encode(minute) for minute in page)
        if body:
            yield before + body
            before = b","
    yield b"]}"


def csv_pieces(pages: Iterable[Iterable[Minute]]) -> Iterator[bytes]:
    """Return a table in pieces; a cell is empty where there is no valid value or no sensor."""
    yield _lines([COLUMNS])
    for page in pages:
        body = _lines(_row(minute) for minute in page)
        if body:
            yield body


def _lines(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)  # Source: RFC 4180
    return text.getvalue().encode()


def _row(minute: Minute) -> list[object]:
    sound, climate, light = minute.sound, minute.climate, minute.light
    flags = [
        flag
        for sample in (climate, light, sound)
        if isinstance(sample, ClimateMinute | LightMinute | SoundMinute)
        for flag in sample.flags
    ]
    heard = len(sound.events) + sound.events_more if isinstance(sound, SoundMinute) else ""
    return [
        minute.end.isoformat(),
        f"{minute.duration_s:g}",
        *(_cell(climate, name) for name in _CLIMATE),
        *(_cell(light, name) for name in _LIGHT),
        *(_cell(sound, name) for name in _SOUND),
        heard,
        " ".join(mark.kind for mark in minute.marks),
        " ".join(flags),
    ]


def _cell(sample: object, name: str) -> str:
    value = getattr(sample, name, None)
    return f"{value:.6g}" if isinstance(value, float) else ""
