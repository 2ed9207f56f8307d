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


@given(bit=st.integers(0, 8 * len(encode(a_record(7))) - 1))
def test_a_line_with_one_changed_bit_is_damaged(bit: int) -> None:
    line = bytearray(encode(a_record(7)))
    line[bit // 8] ^= 1 << bit % 8
    assert sealed_seq(bytes(line)) is None
