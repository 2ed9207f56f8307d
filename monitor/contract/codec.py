"""Bytes to messages and back; whatever is wrong with the bytes is one PayloadError."""

import math
import zlib
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from monitor.contract.errors import PayloadError
from monitor.contract.messages import Batch
from monitor.contract.possible import is_possible
from monitor.contract.quantities import quantity_of
from monitor.contract.record import EPOCH, LATEST, Record

MAX_BATCH_BYTES: Final = 64 * 1024
MAX_MESSAGE_BYTES: Final = 8 * 1024

Message = TypeVar("Message", bound=msgspec.Struct)
_encoder: Final = msgspec.json.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    """Return a message as canonical UTF-8 JSON: fields in declared order, no spaces."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[Message]) -> Message:
    """Return the message in payload, every number finite and possible, every CRC right.

    Raises:
        PayloadError: too large, not UTF-8, not JSON, wrong type or field, NaN, impossible value.
    """
    limit = MAX_BATCH_BYTES if kind is Batch else MAX_MESSAGE_BYTES
    if len(payload) > limit:
        raise PayloadError(f"{len(payload)} bytes, at most {limit} allowed")
    try:
        message = msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise PayloadError(f"not a {kind.__name__}: {error}") from error
    if not is_possible(message):
        _require_possible(message, kind.__name__)
    if isinstance(message, Record):
        _require_crc(message)
    elif isinstance(message, Batch):
        _require_order(message)
        for record in message.records:
            _require_crc(record)
    return message


def checksum(record: Record) -> int:
    """Return the CRC-32 of the record's canonical JSON with crc = 0."""
    return zlib.crc32(encode(msgspec.structs.replace(record, crc=0) if record.crc else record))


def seal(record: Record) -> Record:
    """Return the record with its CRC-32 filled in."""
    return msgspec.structs.replace(record, crc=checksum(record))


def seal_as_read(record: Record) -> Record:
    """Return the sealed record exactly as a reader of its bytes will have it.

    A float that was given as an int changes its spelling on the way through JSON, and
    with it the CRC: what is journalled goes that way once before it is sealed.

    Raises:
        PayloadError: a reader would refuse it.
    """
    try:
        plain = msgspec.json.decode(encode(record), type=Record)
    except msgspec.MsgspecError as error:
        raise PayloadError(f"not a record: {error}") from error
    return decode(encode(seal(plain)), Record)


def _require_crc(record: Record) -> None:
    if checksum(record) != record.crc:
        raise PayloadError(
            f"record {record.stream}/{record.seq}: CRC {record.crc:08x} does not fit"
        )


def _require_order(batch: Batch) -> None:
    expected = batch.records[0].seq
    for record in batch.records:
        if record.stream != batch.stream or record.seq != expected:
            raise PayloadError(
                f"record {record.stream}/{record.seq} in a batch of {batch.stream},"
                f" expected seq {expected}"
            )
        expected += 1
    if batch.records[0].seq < batch.lowest_seq:
        raise PayloadError(
            f"batch starts at seq {batch.records[0].seq}, below its own lowest {batch.lowest_seq}"
        )


def _require_possible(message: msgspec.Struct, path: str) -> None:
    """Raise PayloadError with the words for what is_possible refuses."""
    for field in message.__struct_fields__:
        value = getattr(message, field)
        where = f"{path}.{field}"
        if isinstance(value, msgspec.Struct):
            _require_possible(value, where)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, msgspec.Struct):
                    _require_possible(item, f"{where}[{index}]")
        elif isinstance(value, datetime):
            if not EPOCH <= value < LATEST:
                raise PayloadError(f"{where} is {value}, possible is what lies in 1970 to 2099")
        elif isinstance(value, float):
            _require_possible_number(value, field, where)


def _require_possible_number(value: float, field: str, where: str) -> None:
    if not math.isfinite(value):
        raise PayloadError(f"{where} is {value}, expected a finite number")
    quantity = quantity_of(field)
    if quantity is not None and field != "boottime_s" and not quantity.allows(value):
        raise PayloadError(
            f"{where} is {value} {quantity.unit},"
            f" possible are {quantity.low:g} to {quantity.high:g} {quantity.unit}"
        )
