import errno
import os

import pytest

from monitor.cli.system_words import user_name, way_in, words_of

DENIED = PermissionError(errno.EACCES, "Permission denied", "/away/nights.csv")

ELSEWHERE = "have it where the user nightroom may read and write, such as /tmp"


@pytest.mark.parametrize(
    ("error", "user", "said"),
    [
        (DENIED, "pi", "/away/nights.csv: Permission denied: run it with sudo"),
        (DENIED, "nightroom", f"/away/nights.csv: Permission denied: {ELSEWHERE}"),
        (DENIED, "root", "/away/nights.csv: Permission denied"),
        (OSError(errno.EIO, "Input/output error", "/x"), "pi", "/x: Input/output error"),
        (OSError(errno.EIO, "Input/output error"), "pi", "Input/output error"),
        (OSError("odd"), "pi", "odd"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x"),
            "pi",
            "cannot write /x: no space left; free some and retry",
        ),
    ],
)
def test_what_the_system_refuses_is_a_sentence_with_its_path(
    error: OSError, user: str, said: str
) -> None:
    assert words_of(error, user) == said


def test_only_who_is_kept_out_is_told_the_way_in() -> None:
    assert way_in(None, "pi") == way_in(OSError(errno.EIO, "?"), "pi") == ""


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_242_424)

    assert user_name() == "4242424"
