"""Bytes to messages: whatever is wrong is one PayloadError, whatever is right survives."""

import json
import math
from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contract.codec import MAX_MESSAGE_BYTES, checksum, decode, encode, seal, seal_as_read
from monitor.contract.errors import PayloadError
from monitor.contract.messages import Availability, Batch, RoomSettings, State
from monitor.contract.record import Flag, Mark, MarkKind, Record, instant
from tests.fakes.records import batch_of, minute, record

GOOD_STATE: dict[str, object] = {
    "v": 1,
    "at": "2026-11-22T23:10:00Z",
    "sequence": 1,
    "device": "nightroom-bedroom",
    "session": "0123456789abcdef",
    "clock": "synced",
    "backlog": 0,
    "climate": {"at": "2026-11-22T23:10:00Z", "temperature_c": 19.5},
}


def state_bytes(**changes: object) -> bytes:
    return json.dumps({**GOOD_STATE, **changes}).encode()


def test_a_sealed_record_survives_the_wire_bit_for_bit() -> None:
    sent = record(seq=7)
    assert decode(encode(sent), Record) == sent


def test_a_changed_record_does_not_pass_its_crc() -> None:
    payload = encode(record(seq=7)).replace(b'"seq":7', b'"seq":8')
    with pytest.raises(PayloadError, match="CRC"):
        decode(payload, Record)


def test_sealing_twice_changes_nothing() -> None:
    assert seal(record()) == record()
    assert record().crc == checksum(record())


def test_a_batch_survives_the_wire() -> None:
    batch = batch_of(record(seq=3), record(seq=4))
    assert decode(encode(batch), Batch) == batch


@pytest.mark.parametrize(
    ("seqs", "lowest", "why"),
    [((3, 5), 1, "expected seq 4"), ((3, 3), 1, "expected seq 4"), ((3, 4), 4, "below its own")],
)
def test_a_batch_out_of_order_is_refused(seqs: tuple[int, ...], lowest: int, why: str) -> None:
    batch = batch_of(*(record(seq=seq) for seq in seqs), lowest_seq=lowest)
    with pytest.raises(PayloadError, match=why):
        decode(encode(batch), Batch)


def test_a_record_of_another_stream_has_no_place_in_a_batch() -> None:
    stranger = record(seq=4, stream="f" * 16)
    with pytest.raises(PayloadError, match="in a batch of"):
        decode(encode(batch_of(record(seq=3), stranger)), Batch)


def test_one_damaged_record_spoils_its_batch() -> None:
    payload = encode(batch_of(record(seq=3))).replace(b'"crc":', b'"crc":1')
    with pytest.raises(PayloadError):
        decode(payload, Batch)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{",
        b'{"v":1}',
        b"[" * 100_000,
        state_bytes(v=2),
        state_bytes(sequence="one"),
        state_bytes(sequence=-1),
        state_bytes(extra=1),
        state_bytes(device="../../etc"),
        state_bytes(device="a" * 65),
        state_bytes(session="0123456789abcdef\n"),
        state_bytes(at="yesterday"),
        state_bytes(at="2026-11-22T23:10:00"),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": "warm"}),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": math.nan}),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": 1e400}),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": -140.9}),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": True}),
        state_bytes(climate=None),
        state_bytes(climate={"at": "2026-11-22T23:10:00Z", "temperature_c": 1.0, "flags": ["sad"]}),
        b'{"v":1,"device":"\xff"}',
        b" " * (MAX_MESSAGE_BYTES + 1),
    ],
)
def test_bad_bytes_are_one_payload_error(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        decode(payload, State)


def test_the_good_state_beside_them_is_accepted_with_its_flags() -> None:
    climate = {"at": "2026-11-22T23:10:00Z", "temperature_c": None, "flags": ["no_reply", "reset"]}
    state = decode(state_bytes(climate=climate), State)
    assert state.climate.flags == (Flag.NO_REPLY, Flag.RESET)


def test_an_impossible_value_deep_in_a_batch_is_named_with_its_unit() -> None:
    hot = record(minute=minute(temperature_c=300.0))
    with pytest.raises(PayloadError, match=r"records\[0\].*temperature_c is 300.0 °C"):
        decode(encode(batch_of(hot)), Batch)


def test_a_non_finite_number_is_refused_even_if_a_decoder_lets_it_through() -> None:
    from monitor.contract.codec import _require_possible  # noqa: PLC0415 - the inner guard

    with pytest.raises(PayloadError, match="finite"):
        _require_possible(record(minute=minute(temperature_c=math.inf)), "record")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(payload: bytes) -> None:
    for kind in (State, Batch, Record, Availability):
        try:
            decode(payload, kind)
        except PayloadError:
            continue
        raise AssertionError(payload)


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_an_instant_keeps_its_milliseconds(at_ms: int) -> None:
    from monitor.contract.record import epoch_ms  # noqa: PLC0415 - one use

    assert epoch_ms(instant(at_ms)) == at_ms


def test_a_whole_number_given_as_an_int_is_sealed_as_it_will_be_read() -> None:
    warm = msgspec.structs.replace(record(), boottime_s=160)
    sealed = seal_as_read(warm)
    assert decode(encode(sealed), Record) == sealed


def test_what_a_reader_would_refuse_is_not_sealed() -> None:
    with pytest.raises(PayloadError, match="not a record"):
        seal_as_read(msgspec.structs.replace(record(), seq=0))
    with pytest.raises(PayloadError, match="possible are"):
        seal_as_read(record(minute=minute(temperature_c=300.0)))


@pytest.mark.parametrize(
    "end",
    [
        "0001-01-01T00:00:30Z",
        "0001-01-01T00:00:30+14:00",
        "1969-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
    ],
)
def test_a_stamp_that_no_machine_has_is_refused(end: str) -> None:
    dated = msgspec.structs.replace(minute(), end=datetime.fromisoformat(end))
    with pytest.raises(PayloadError, match="1970 to 2099"):
        decode(encode(batch_of(record(minute=dated))), Batch)


@pytest.mark.parametrize("at_ms", [-1, 4_102_444_800_000, 10**17, 10**25])
def test_a_press_of_a_button_at_an_impossible_time_is_refused(at_ms: int) -> None:
    pressed = msgspec.structs.replace(minute(), marks=(Mark(at_ms=at_ms, kind=MarkKind.AWAKE),))
    with pytest.raises(PayloadError):
        decode(encode(batch_of(record(minute=pressed))), Batch)


@pytest.mark.parametrize(
    "changed",
    [
        {"temperature_offset_k": 1000.0},
        {"illuminance_factor": 0.0},
        {"illuminance_factor": 1e9},
        {"sound_offset_db": -150.0},
        {"floor_db": 150.0},
        {"bedtime": ["25:00"]},
        {"wake_time": ["07:00"] * 8},
    ],
)
def test_settings_that_would_spoil_every_minute_are_refused(changed: dict[str, object]) -> None:
    plain = {"v": 1, "at": "2026-11-22T23:10:00Z", "sequence": 1, "cal": 0}
    assert decode(json.dumps(plain).encode(), RoomSettings).illuminance_factor == 1.0
    with pytest.raises(PayloadError):
        decode(json.dumps(plain | changed).encode(), RoomSettings)


def test_the_first_minute_of_a_machine_without_a_clock_is_taken() -> None:
    first = record(minute=minute(60_000))
    assert decode(encode(batch_of(first)), Batch).records == (first,)


def test_what_is_impossible_behind_a_part_with_flags_is_found_and_named() -> None:
    climate = {"at": GOOD_STATE["at"], "temperature_c": None, "flags": ["no_reply"]}
    light = {"at": GOOD_STATE["at"], "illuminance_lx": -1.0}
    with pytest.raises(PayloadError, match=r"light\.illuminance_lx is -1\.0 lx"):
        decode(state_bytes(climate=climate, light=light), State)
