"""Pure: the OpenAPI 3.1 description of /api/v1, made from the documents it answers with."""

import json
from dataclasses import dataclass
from functools import lru_cache
from inspect import cleandoc
from typing import Any, Final

import msgspec

from web.api_documents import (
    DiaryDocument,
    ErrorDocument,
    MarkAnswer,
    MarksDocument,
    MinutesDocument,
    NightDocument,
    NightMinutesDocument,
    NightsDocument,
    ReadingsDocument,
    RoomsDocument,
    TagsDocument,
    UnmarkAnswer,
    WantedDiary,
)
from web.marking import WantedMark
from web.room_now import RoomNow

Document = dict[str, Any]
ROOM: Final[Document] = {
    "name": "room",
    "in": "query",
    "description": "A room's slug; without it the first room.",
    "schema": {"type": "string"},
}
NIGHT: Final[Document] = {
    "name": "night",
    "in": "path",
    "required": True,
    "description": "The date of the night's evening.",
    "schema": {"type": "string", "format": "date"},
    "example": "2026-11-22",
}

MARK_ID: Final[Document] = {
    "name": "mark_id",
    "in": "path",
    "required": True,
    "description": "The mark's own id.",
    "schema": {"type": "string", "format": "uuid"},
}


def _query(name: str, description: str, *, required: bool = True, **schema: object) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked; answers: what comes back by status."""

    path: str
    summary: str
    answer: type | None
    method: str = "get"
    parameters: tuple[Document, ...] = (ROOM,)
    body: type | None = None
    also: tuple[int, ...] = (404,)
    created: bool = False
    csv: bool = False
    events: bool = False


OPERATIONS: Final = (
    Operation(path="/now", summary="A room now.", answer=RoomNow),
    Operation(
        path="/events",
        summary="A room as server-sent events: its RoomNow whenever it says something new.",
        answer=RoomNow,
        also=(404,),
        events=True,
    ),
    Operation(
        path="/rooms", summary="Every room now.", answer=RoomsDocument, parameters=(), also=()
    ),
    Operation(
        path="/nights",
        summary="Five weeks of nights, or twelve months of those with a tag; newest first.",
        answer=NightsDocument,
        parameters=(
            ROOM,
            _query(
                "until", "The last night; by default the newest.", required=False, format="date"
            ),
            _query("tag", "Only nights with this tag.", required=False),
        ),
    ),
    Operation(
        path="/nights/{night}",
        summary="A night as it was judged.",
        answer=NightDocument,
        parameters=(NIGHT, ROOM),
        also=(304, 404),
    ),
    Operation(
        path="/nights/{night}/minutes",
        summary="The minutes of a night's window.",
        answer=NightMinutesDocument,
        parameters=(NIGHT, ROOM),
        also=(304, 404),
    ),
    Operation(
        path="/nights/{night}/readings",
        summary="A night's picture in words, minute by minute.",
        answer=ReadingsDocument,
        parameters=(NIGHT, ROOM),
    ),
    Operation(
        path="/nights/{night}/diary",
        summary="What people wrote on a night.",
        answer=DiaryDocument,
        parameters=(NIGHT, ROOM),
    ),
    Operation(
        path="/nights/{night}/diary",
        method="put",
        summary="Write on a night, in place of what stands there.",
        answer=DiaryDocument,
        parameters=(NIGHT, ROOM),
        body=WantedDiary,
        also=(400, 404),
    ),
    Operation(path="/tags", summary="Every tag of a room.", answer=TagsDocument),
    Operation(
        path="/minutes",
        summary="The minutes that ended in (from, to], streamed.",
        answer=MinutesDocument,
        parameters=(
            ROOM,
            _query("from", "RFC 3339 with its offset.", format="date-time"),
            _query("to", "RFC 3339 with its offset.", format="date-time"),
            _query("format", "json (default) or csv.", required=False, enum=["json", "csv"]),
        ),
        also=(400, 404),
        csv=True,
    ),
    Operation(
        path="/marks",
        summary="The marks made on pages in one night, from noon to noon.",
        answer=MarksDocument,
        parameters=(ROOM, _query("night", "The date of its evening.", format="date")),
    ),
    Operation(
        path="/marks",
        method="post",
        summary="Make a mark; the same id again is harmless.",
        answer=MarkAnswer,
        body=WantedMark,
        also=(400, 404, 409, 429),
        created=True,
    ),
    Operation(
        path="/marks/{mark_id}",
        method="delete",
        summary="Take a mark back; one that is not there (404) will not be taken when it comes.",
        answer=UnmarkAnswer,
        parameters=(MARK_ID,),
    ),
    Operation(
        path="/openapi.json", summary="This description.", answer=None, parameters=(), also=()
    ),
)
MEANING: Final = {
    304: "You have it already (If-None-Match).",
    400: "Not understood; the text says why.",
    401: "No valid token.",
    403: "This sign-in may not do that.",
    404: "There is no such room or night.",
    409: "Not possible now; the text says why.",
    429: "More than is kept; the text says of what.",
    413: "More than 64 KiB.",
    503: "Not now: the store cannot be read, or 50 pages are live already (Retry-After).",
}
# Every request may meet these: the door, and a store whose disk fails.
ALWAYS: Final = (401, 403, 413, 503)


@lru_cache(maxsize=1)
def openapi_json() -> str:
    """Return the description as JSON text, the content of docs/openapi.json."""
    return json.dumps(_plain(document()), indent=1, ensure_ascii=False) + "\n"


def document() -> Document:
    """Return the description as an object."""
    types = dict.fromkeys(
        kind for it in OPERATIONS for kind in (it.answer, it.body) if kind is not None
    )
    _, schemas = msgspec.json.schema_components(
        (*types, ErrorDocument), ref_template="#/components/schemas/{name}"
    )
    paths: Document = {}
    for operation in OPERATIONS:
        path = paths.setdefault(f"/api/v1{operation.path}", {})
        path[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "nightroom",
            "version": "1",
            "description": "The bedroom as numbers. Numbers are in the unit that their field's"
            " name ends with, temperatures always in °C and differences in K; times are RFC 3339"
            " in UTC; a value that is null was measured by nobody. Texts are for people, as the"
            " pages show them: they say temperatures in the unit that the household reads.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _plain(value: object) -> object:
    """Return a value as every Python tells it.

    Whole numbers have no decimal: typing gives back whichever came first. Descriptions come
    from docstrings, whose indentation Python 3.13 takes away by itself.
    """
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        return cleandoc(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _operation(operation: Operation) -> Document:
    answers: Document = {"200": {"description": "Done.", "content": _content(operation)}}
    if operation.created:
        answers["201"] = {"description": "New.", "content": _content(operation)}
    for status in sorted({*operation.also, *ALWAYS}):
        answers[str(status)] = {"description": MEANING[status]}
        if status != 304:  # noqa: PLR2004 - not modified
            answers[str(status)]["content"] = _json(ErrorDocument)
    found: Document = {
        "operationId": f"{operation.method}{operation.path.title()}".translate(_NO_SIGNS),
        "summary": operation.summary,
        "parameters": list(operation.parameters),
        "responses": answers,
    }
    if operation.body is not None:
        found["requestBody"] = {"required": True, "content": _json(operation.body)}
    return found


def _content(operation: Operation) -> Document:
    if operation.answer is None:
        return {"application/json": {"schema": {"type": "object"}}}
    if operation.events:
        return {"text/event-stream": {"schema": {"type": "string"}}}
    csv: Document = {"text/csv": {"schema": {"type": "string"}}} if operation.csv else {}
    return _json(operation.answer) | csv


def _json(kind: type) -> Document:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}


_NO_SIGNS: Final = str.maketrans("", "", "/{}._")
