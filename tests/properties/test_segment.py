"""The quick check of a line on its bytes agrees with decoding it."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.segment import sealed_seq
from monitor.contract.codec import encode
from tests.fakes.transfer_records import STREAM, a_minute, a_record


@given(
    seq=st.integers(1, 2**53),
    temperature_c=st.none() | st.floats(-20.0, 60.0),
    revision=st.integers(0, 3),
)
def test_every_sealed_record_is_intact(
    seq: int, temperature_c: float | None, revision: int
) -> None:
    minute = a_minute(1, temperature_c=temperature_c)
    assert sealed_seq(encode(a_record(seq, minute=minute, revision=revision))) == (STREAM, seq)


@given(place=st.integers(0), bit=st.integers(0, 7))
def test_a_line_with_one_changed_bit_is_never_taken_for_another_record(
    place: int, bit: int
) -> None:
    line = bytearray(encode(a_record(7)))
    line[place % len(line)] ^= 1 << bit
    assert sealed_seq(bytes(line)) is None
