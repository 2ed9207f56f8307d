"""Payloads that are almost right: bytes and JSON values changed at random."""

import json
import random
from collections.abc import Callable
from typing import Any

WRONG = (None, True, -1, 0, 2**63, 1e308, "", "x" * 300, [], {}, [[]], {"v": 1}, "\x00", "٣")


def spoil_a_bit(rng: random.Random, payload: bytes) -> bytes:
    at = rng.randrange(len(payload))
    return payload[:at] + bytes([payload[at] ^ (1 << rng.randrange(8))]) + payload[at + 1 :]


def cut_short(rng: random.Random, payload: bytes) -> bytes:
    return payload[: rng.randrange(len(payload))]


def not_utf8(rng: random.Random, payload: bytes) -> bytes:
    at = rng.randrange(len(payload))
    return payload[:at] + bytes([rng.choice((0xC0, 0xFF, 0x80))]) + payload[at:]


def not_a_number(rng: random.Random, payload: bytes) -> bytes:
    digits = [at for at, byte in enumerate(payload) if 48 <= byte <= 57]
    at = rng.choice(digits)
    return payload[:at] + rng.choice((b"NaN", b"Infinity", b"1e999", b"-")) + payload[at + 1 :]


def nest_deep(rng: random.Random, payload: bytes) -> bytes:
    depth = rng.randrange(1, 30_000)
    return rng.choice((b"[" * depth, b'{"a":' * depth, payload[:-1] + b',"a":' + b"[" * depth))


def make_huge(rng: random.Random, payload: bytes) -> bytes:
    return payload + rng.choice((b" ", b"9", b"\x00")) * 1_000_000


def change_a_value(rng: random.Random, payload: bytes) -> bytes:
    message = json.loads(payload)
    place: Any = message
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and rng.random() < 0.8:
            place = place[key]
            continue
        if isinstance(place, dict) and rng.random() < 0.3:
            place[rng.choice((f"{key}x", ""))] = place.pop(key)
        else:
            place[key] = rng.choice(WRONG)
        return json.dumps(message, ensure_ascii=False).encode()


COMMON: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    spoil_a_bit,
    cut_short,
    not_utf8,
    not_a_number,
    change_a_value,
)
# A thousandth each: they are the slow ones.
RARE = (nest_deep, make_huge)


def mutated(rng: random.Random, payload: bytes) -> bytes:
    """Return something that is not the payload."""
    kinds = RARE if rng.random() < 0.002 else COMMON
    return rng.choice(kinds)(rng, payload)
