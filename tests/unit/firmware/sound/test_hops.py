import numpy as np

from firmware.sound.hops import Hops


def hops(*sizes: int) -> list[list[float]]:
    """Return what comes of 0, 1, 2... given in blocks of these sizes, in hops of 4."""
    subject = Hops(4)
    ends = np.cumsum(sizes)
    blocks = [np.arange(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return [list(hop) for block in blocks for hop in subject.split(block)]


def test_a_hop_is_made_of_several_small_blocks() -> None:
    assert hops(1, 1, 1, 1, 1) == [[0, 1, 2, 3]]


def test_a_large_block_holds_several_hops() -> None:
    assert hops(9) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_what_is_left_over_begins_the_next_hop() -> None:
    assert hops(6, 7) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_an_empty_block_changes_nothing() -> None:
    assert hops(3, 0, 1) == [[0, 1, 2, 3]]


def test_what_makes_no_hop_yet_can_be_looked_at() -> None:
    subject = Hops(4)
    assert list(subject.rest()) == []
    for block in (np.arange(6.0), np.array([6.0])):
        list(subject.split(block))
    assert list(subject.rest()) == [4, 5, 6]
