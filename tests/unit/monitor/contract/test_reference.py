"""docs/mqtt.md and the JSON Schemas say what really travels."""

import json
from pathlib import Path

import jsonschema
import pytest

from monitor.contract.codec import encode
from monitor.contract.messages import (
    Availability,
    Batch,
    ClimateState,
    Hello,
    LiveScore,
    NightSummary,
    RoomSettings,
    SoundState,
    State,
    Stored,
)
from monitor.contract.record import ClockState, Flag, Mark, MarkKind, instant
from monitor.contract.reference import json_schemas, markdown
from monitor.contract.topics import Leaf
from tests.fakes.stored import DEVICE, EVENING_MS, STREAM, event, minute, record

REFERENCE = Path(__file__).parents[4] / "docs" / "mqtt.md"
AT = instant(EVENING_MS)
PRESSED = Mark(at_ms=EVENING_MS, kind=MarkKind.AWAKE)
SENT = {"v": 1, "at": AT, "sequence": 7}
SENDER = {**SENT, "device": DEVICE, "session": "a" * 16}
MESSAGES = {
    Leaf.STATE: State(
        **SENDER,
        clock=ClockState.SYNCED,
        backlog=3,
        climate=ClimateState(at=AT, temperature_c=None, flags=(Flag.NO_REPLY,)),
        sound=SoundState(
            at=AT,
            laeq_db=31.2,
            lafmax_db=40.0,
            laeq_1min_db=30.0,
            lafmax_1min_db=None,
            floor_db=29.0,
            calibrated=False,
        ),
        marks=(PRESSED,),
    ),
    Leaf.AVAILABLE: Availability(**SENDER, online=False),
    Leaf.RECORDS: Batch(
        **SENDER,
        stream=STREAM,
        lowest_seq=1,
        holes=((3, 4),),
        records=(record(5, minute=minute(events=(event(),), marks=(PRESSED,))),),
    ),
    Leaf.HELLO: Hello(**SENDER, stream=STREAM, lowest_seq=1, next_seq=6),
    Leaf.STORED: Stored(
        **SENT, store="c" * 16, device=DEVICE, stream=STREAM, stored_seq=5, stored_crc=1, answers=7
    ),
    Leaf.SETTINGS: RoomSettings(**SENT, cal=2, floor_db=None, lamp="candle"),
    Leaf.SCORE: LiveScore(**SENT, score_model_version=1, rating=None, cool=61.5),
    Leaf.NIGHT: NightSummary(
        **SENT,
        night="2026-11-22",
        score_model_version=1,
        rating=71.25,
        word="Fair",
        stars=3,
        headline="Warm.",
        reasons=("Warm from 23:10 to 03:40.",),
    ),
}


def test_the_document_is_in_step_with_the_messages() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize("leaf", Leaf)
def test_what_is_sent_on_a_topic_fits_its_schema(leaf: Leaf) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schemas()[leaf])
    jsonschema.validate(json.loads(encode(MESSAGES[leaf])), json_schemas()[leaf])


@pytest.mark.parametrize("leaf", Leaf)
def test_a_field_that_is_not_listed_does_not_fit(leaf: Leaf) -> None:
    payload = {**json.loads(encode(MESSAGES[leaf])), "noise": 1}
    with pytest.raises(jsonschema.ValidationError, match="noise"):
        jsonschema.validate(payload, json_schemas()[leaf])


@pytest.mark.parametrize("leaf", Leaf)
def test_every_topic_stands_in_the_document_with_who_writes_it(leaf: Leaf) -> None:
    writer = "sensor daemon" if leaf in {"state", "available", "records", "hello"} else "monitor"
    assert f"| `nightroom/<room>/{leaf}` | {writer} |" in markdown()
