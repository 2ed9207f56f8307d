"""A stored minute as one row of CSV, and back to the same record, CRC and all. Pure.

An empty cell is "fitted, no valid value"; a dash is "not fitted"; flags are words with
spaces between; events and marks are JSON as they travel (docs/mqtt.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET

from monitor.contract.codec import decode, encode
from monitor.contract.errors import PayloadError
from monitor.contract.record import (
    ClimateMinute,
    DeviceId,
    LightMinute,
    LoudnessMinute,
    Record,
    Slug,
    SoundMinute,
)

NOT_FITTED: Final = "-"
GROUPS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "climate": ClimateMinute,
    "light": LightMinute,
    "sound": SoundMinute,
    "loudness": LoudnessMinute,
}
# Every group has these, so a column says whose they are.
SHARED: Final = ("n", "due", "flags")
LISTS: Final = ("events", "marks")
IDENTITY: Final = ("stream", "seq", "boot", "boottime_s", "clock", "revision", "crc")
_PLAIN: Final = ("cal", "marks")
# Judgement: a cell of megabytes is recognised by its beginning.
SHOWN_CHARACTERS: Final = 60


def _columns_of(group: str) -> dict[str, str]:
    """Return a group's fields by their column."""
    fields = GROUPS[group].__struct_fields__
    return {f"{group}_{name}" if name in SHARED else name: name for name in fields}


_GROUP_COLUMNS: Final = {group: _columns_of(group) for group in GROUPS}
COLUMNS: Final[tuple[str, ...]] = (
    *("room", "device", "end", "duration_s"),
    *(column for columns in _GROUP_COLUMNS.values() for column in columns),
    *_PLAIN,
    *IDENTITY,
)


def is_ours(header: Sequence[str]) -> bool:
    """Tell whether a header is that of an export, whatever the order of its columns."""
    return set(COLUMNS) <= set(header)


def require_each_once(header: Sequence[str]) -> None:
    """Refuse the header of an export that has a column twice: nobody could tell which counts.

    Raises:
        PayloadError: the text names the columns.
    """
    if twice := [column for column in COLUMNS if header.count(column) > 1]:
        raise PayloadError(f"the column {', '.join(twice)} is there twice, expected once")


def row_of(room: str, device: str, record: Record) -> list[str]:
    """Return the cells of COLUMNS."""
    minute = record.minute
    cells = [room, device, minute.end.isoformat().replace("+00:00", "Z"), repr(minute.duration_s)]
    for group, columns in _GROUP_COLUMNS.items():
        part = getattr(minute, group)
        cells += [
            NOT_FITTED if part is UNSET else _cell(field, getattr(part, field))
            for field in columns.values()
        ]
    cells += [_cell(name, getattr(minute, name)) for name in _PLAIN]
    cells += [_cell(name, getattr(record, name)) for name in IDENTITY]
    return cells


def record_of(cells: Mapping[str, str]) -> tuple[str, str, Record]:
    """Return (room, device, record) of a row by column.

    Raises:
        PayloadError: a cell that cannot be, or a row changed since it was written.
    """
    minute: dict[str, Any] = {"end": cells["end"], "duration_s": cells["duration_s"]}
    minute |= {name: _value(name, cells[name]) for name in _PLAIN}
    for group, columns in _GROUP_COLUMNS.items():
        if cells[f"{group}_n"] != NOT_FITTED:
            minute[group] = {
                field: _value(field, cells[column])
                for column, field in columns.items()
                if cells[column] != NOT_FITTED
            }
    try:
        room = msgspec.convert(cells["room"], Slug)
        device = msgspec.convert(cells["device"], DeviceId)
        record = msgspec.convert(
            {"minute": minute} | {name: cells[name] for name in IDENTITY}, Record, strict=False
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise PayloadError(str(error)) from error
    return room, device, decode(encode(record), Record)


def _cell(field: str, value: object) -> str:
    if value is None:
        return ""
    if value is UNSET:
        return NOT_FITTED
    if field == "flags":
        return " ".join(value)  # type: ignore[arg-type]  # a tuple of words
    if field in LISTS:
        return msgspec.json.encode(value).decode() if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def _value(field: str, cell: str) -> object:
    if field == "flags":
        return cell.split()
    if field in LISTS:
        try:
            return msgspec.json.decode(cell) if cell else []
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise PayloadError(f"{field} {_shortened(cell)}: {error}") from error
    return cell or None


def _shortened(cell: str) -> str:
    return repr(cell) if len(cell) <= SHOWN_CHARACTERS else f"{cell[:SHOWN_CHARACTERS]!r}…"
