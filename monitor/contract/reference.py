"""The topics and their messages as something to read: the text of docs/mqtt.md. Pure."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from monitor.contract.messages import (
    Availability,
    Batch,
    Hello,
    LiveScore,
    NightSummary,
    RoomSettings,
    State,
    Stored,
)
from monitor.contract.record import Mark, SoundEvent
from monitor.contract.topics import FROM_SENSORS, Leaf, Topics

_REF: Final = "#/$defs/"
# The structs that travel as arrays, for their fields' names.
_ARRAYS: Final[Mapping[str, type[msgspec.Struct]]] = {"Mark": Mark, "SoundEvent": SoundEvent}
_INTRODUCTION: Final = """# MQTT

MQTT 5. Every payload is one JSON object in UTF-8 with the schema version `v`, the time
`at` (RFC 3339, UTC) and the sender's running number `sequence`. `null` means fitted and
without a valid value, an absent field means not fitted, `flags` say why. A field that is
not listed here is refused. Names carry units: `_c` °C, `_k` kelvin of difference, `_pct` %,
`_hpa` hPa, `_lx` lux, `_db` dB (A-weighted unless the name says C), `_s` seconds, `_ms`
milliseconds.

`<room>` is a room's slug; the prefix `nightroom` can be configured. The broker holds
nothing of value: records are safe once they are acknowledged on `stored`
([decisions/0005-own-transfer-protocol.md](decisions/0005-own-transfer-protocol.md)).

This file is made from the message types by `monitor/contract/reference.py`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    leaf: Leaf
    message: type[msgspec.Struct]
    delivery: str


_USES: Final = (
    _Use(leaf=Leaf.STATE, message=State, delivery="QoS 0, retained, expires after 90 s"),
    _Use(leaf=Leaf.AVAILABLE, message=Availability, delivery="QoS 1, retained; also the will"),
    _Use(leaf=Leaf.RECORDS, message=Batch, delivery="QoS 0, sent again until acknowledged"),
    _Use(leaf=Leaf.HELLO, message=Hello, delivery="QoS 0, sent again until answered"),
    _Use(leaf=Leaf.STORED, message=Stored, delivery="QoS 1, retained"),
    _Use(leaf=Leaf.SETTINGS, message=RoomSettings, delivery="QoS 1, retained"),
    _Use(leaf=Leaf.SCORE, message=LiveScore, delivery="QoS 0, retained, expires after 90 s"),
    _Use(leaf=Leaf.NIGHT, message=NightSummary, delivery="QoS 1, retained"),
)


def markdown() -> str:
    """Return the whole reference as Markdown."""
    schemas = _schemas()
    topics = Topics()
    return "\n".join(
        (
            _INTRODUCTION,
            "## Topics\n",
            *_table(
                ("Topic", "Written by", "Message", "Delivery"),
                (
                    (
                        f"`{topics.of('room', use.leaf).replace('/room/', '/<room>/')}`",
                        "sensor daemon" if use.leaf in FROM_SENSORS else "monitor",
                        f"[{use.message.__name__}](#{use.message.__name__.lower()})",
                        use.delivery,
                    )
                    for use in _USES
                ),
            ),
            f"\n`{topics.ping('<client>')}` is each client's own liveness echo.\n",
            *(text for name, schema in schemas.items() for text in _section(name, schema)),
        )
    )


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return a self-contained JSON Schema (2020-12) by the leaf it describes."""
    return {
        str(use.leaf): {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": f"{_REF}{use.message.__name__}",
            "$defs": _schemas(use.message),
        }
        for use in _USES
    }


def _schemas(*messages: type[msgspec.Struct]) -> dict[str, dict[str, Any]]:
    _, found = msgspec.json.schema_components(messages or tuple(use.message for use in _USES))
    return {name: _portable(schema) for name, schema in found.items()}


def _portable(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema with patterns of ECMA 262, where the end of a text is a dollar sign."""
    if isinstance(node, Mapping):
        return {
            key: value.replace("\\Z", "$") if key == "pattern" else _portable(value)
            for key, value in node.items()
        }
    return [_portable(item) for item in node] if isinstance(node, list | tuple) else node


def _section(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    yield inspect.cleandoc(schema["description"]) + "\n"
    if "enum" in schema:
        yield ", ".join(f"`{word}`" for word in schema["enum"]) + "\n"
        return
    if name in _ARRAYS:
        places = zip(_ARRAYS[name].__struct_fields__, schema["prefixItems"], strict=True)
        rows = [(f"`{field}`", _type(found), "") for field, found in places]
        yield "An array; its places are, in order:\n"
    else:
        required = schema["required"]
        rows = [
            (f"`{field}`", _type(found), "" if field in required else _absent(found))
            for field, found in schema["properties"].items()
        ]
    yield from _table(("Field", "Type", ""), rows)
    yield ""


def _absent(found: Mapping[str, Any]) -> str:
    default = found.get("default")
    return "may be absent" if default in (None, []) else f"absent: {default}"


def _type(found: Mapping[str, Any]) -> str:
    if "anyOf" in found:
        return " or ".join(_type(one) for one in found["anyOf"])
    if "$ref" in found:
        name = found["$ref"].removeprefix(_REF)
        return f"[{name}](#{name.lower()})"
    if found["type"] == "array":
        return _array(found)
    words = [str(found.get("format", found["type"])), *_bounds(found)]
    if "pattern" in found:
        words.append(f"`{found['pattern']}`")
    return " ".join(words)


def _array(found: Mapping[str, Any]) -> str:
    if "prefixItems" in found:
        return "[" + ", ".join(_type(one) for one in found["prefixItems"]) + "]"
    least, most = found.get("minItems", 0), found.get("maxItems")
    count = "" if most is None else f", {least} to {most} of them"
    return f"list of {_type(found['items'])}{count}"


def _bounds(found: Mapping[str, Any]) -> Iterator[str]:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    for key, sign in signs.items():
        if key in found:
            yield f"{sign} {found[key]}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    cells = tuple(head)
    yield "| " + " | ".join(cells) + " |"
    yield "|" + "---|" * len(cells)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
