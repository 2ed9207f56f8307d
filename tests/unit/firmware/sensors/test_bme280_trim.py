import pytest

from firmware.sensors.bme280_trim import Trim, TrimKeeper, crc8

GOOD = bytes(range(1, 34))
OTHER = bytes(range(40, 73))


def proven(block: bytes = GOOD) -> Trim:
    return Trim(block=block, checksum=crc8(block))


def unproven(block: bytes = GOOD) -> Trim:
    return Trim(block=block, checksum=None)


def spoilt(block: bytes = OTHER) -> Trim:
    return Trim(block=block, checksum=crc8(block) ^ 0x01)


def test_the_checksum_is_the_catalogued_one() -> None:
    # Source: the check value of CRC-8/SAE-J1850.
    assert crc8(b"123456789") == 0x4B


def test_a_block_with_its_checksum_is_taken_at_once_and_replaces_another() -> None:
    keeper = TrimKeeper()
    assert keeper.objection(proven()) is None
    assert keeper.objection(proven(OTHER)) is None


def test_a_spoilt_block_never_replaces_a_proven_one() -> None:
    keeper = TrimKeeper()
    keeper.objection(proven())
    assert all(keeper.objection(spoilt()) for _ in range(100))
    assert keeper.objection(proven()) is None


def test_without_a_checksum_a_block_must_repeat_itself() -> None:
    keeper = TrimKeeper()
    assert keeper.objection(unproven())
    assert keeper.objection(unproven(OTHER))
    assert keeper.objection(unproven())
    assert keeper.objection(unproven())
    assert keeper.objection(unproven()) is None


@pytest.mark.parametrize("blank", [0x00, 0xFF])
def test_a_checksum_that_is_blank_is_none(blank: int) -> None:
    keeper = TrimKeeper()
    clones = Trim(block=GOOD, checksum=blank)
    assert [keeper.objection(clones) is None for _ in range(3)] == [False, False, True]


def test_a_wrong_checksum_is_never_believed_however_often_it_reads_the_same() -> None:
    keeper = TrimKeeper()
    assert all(keeper.objection(spoilt()) for _ in range(100))
    assert keeper.objection(proven(OTHER)) is None


def test_a_proven_block_ends_the_reign_of_one_that_was_not() -> None:
    keeper = TrimKeeper()
    for _ in range(3):
        keeper.objection(unproven())
    assert keeper.objection(proven(OTHER)) is None
    assert keeper.objection(unproven())


def test_a_stuck_line_is_blank_and_a_calibration_is_not() -> None:
    assert Trim(block=bytes(33), checksum=0).blank
    assert Trim(block=b"\xff" * 33, checksum=0xFF).blank
    assert not proven().blank
