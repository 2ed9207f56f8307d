import os
from pathlib import Path

import pytest

from monitor.store.errors import HandoverError
from monitor.store.handover import FILE, NewPassword, Wish, is_waiting, leave_wish, take_wish

WISH = NewPassword(password="scrypt line")  # noqa: S106 - no password, its hash


def taken(folder: Path) -> list[Wish]:
    found: list[Wish] = []
    take_wish(folder, found.append)
    return found


def test_what_is_left_is_taken_once(tmp_path: Path) -> None:
    leave_wish(tmp_path, WISH)
    assert is_waiting(tmp_path)
    assert taken(tmp_path) == [WISH]
    assert taken(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_it_is_readable_for_its_owner_alone(tmp_path: Path) -> None:
    leave_wish(tmp_path, WISH)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_later_wish_replaces_one_that_waits(tmp_path: Path) -> None:
    leave_wish(tmp_path, NewPassword(password="earlier"))  # noqa: S106 - no password
    leave_wish(tmp_path, WISH)
    assert taken(tmp_path) == [WISH]


def test_a_wish_that_cannot_be_applied_waits(tmp_path: Path) -> None:
    def fail(_wish: Wish) -> None:
        raise RuntimeError("the disk is full")

    leave_wish(tmp_path, WISH)
    with pytest.raises(RuntimeError):
        take_wish(tmp_path, fail)
    assert taken(tmp_path) == [WISH]


@pytest.mark.parametrize("data", [b"", b"{}", b"not json", b'{"type":"password"}', b"x" * 9999])
def test_a_file_that_is_no_wish_is_refused_and_removed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(HandoverError, match="refused"):
        taken(tmp_path)
    assert not is_waiting(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    leave_wish(tmp_path, WISH)
    (tmp_path / FILE).rename(tmp_path / "elsewhere")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HandoverError, match="refused"):
        taken(tmp_path)
    assert (tmp_path / "elsewhere").exists()


def test_a_pipe_does_not_stop_the_pages(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    with pytest.raises(HandoverError, match="not a file"):
        taken(tmp_path)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(HandoverError, match="refused"):
        taken(tmp_path)


def test_writing_follows_nothing_that_was_placed_there(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("untouched")
    (tmp_path / f"{FILE}.{os.getpid()}").symlink_to(target)
    with pytest.raises(HandoverError):
        leave_wish(tmp_path, WISH)
    assert target.read_text() == "untouched"


def test_what_cannot_be_put_in_place_is_not_left_lying_about(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(HandoverError, match="directory"):
        leave_wish(tmp_path, WISH)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_another_users_folder_asks_for_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_arguments: object, **_named: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(HandoverError, match="with sudo"):
        leave_wish(tmp_path, WISH)


def test_a_missing_folder_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(HandoverError, match="start nightroom-web"):
        leave_wish(tmp_path / "none", WISH)


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HandoverError, match="Not a directory"):
        leave_wish(tmp_path / "file", WISH)
