import re
from pathlib import Path

import pytest

from monitor.runtime import scrypt_apart as apart
from monitor.runtime.passwords import hash_password
from monitor.runtime.scrypt_apart import scrypt_apart


def test_a_child_makes_what_the_standard_says() -> None:
    # Source: RFC 7914, section 12, the third test vector.
    made = scrypt_apart(
        b"pleaseletmein", salt=b"SodiumChloride", cost=16384, block=8, passes=1, size=64
    )
    assert made.hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")
    assert made.hex().endswith("e61e85dc0d651e40dfcf017b45575887")


@pytest.mark.slow
def test_what_hashing_takes_does_not_stay() -> None:
    hash_password("a lamp, a fan, a cat", b"s" * 16)
    before_mib = rss_mib()
    for _ in range(3):
        hash_password("a lamp, a fan, a cat", b"s" * 16)
    assert rss_mib() < before_mib + 4


def test_no_process_to_hash_in_is_said_and_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "COMMAND", ("/nowhere/python",))
    before = open_files()
    with pytest.raises(OSError, match="nowhere"):
        scrypt_apart(b"x", salt=b"s", cost=2, block=8, passes=1, size=32)
    assert open_files() == before


def test_a_child_that_ends_without_an_answer_is_said_and_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "COMMAND", ("/bin/false",))
    before = open_files()
    with pytest.raises(OSError, match=r"ended with|Broken pipe"):
        scrypt_apart(b"x", salt=b"s", cost=2, block=8, passes=1, size=32)
    assert open_files() == before


def rss_mib() -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
