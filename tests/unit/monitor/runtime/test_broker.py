"""The generated broker: private files, hashed passwords, no more rights than roles need."""

import os
import stat
from pathlib import Path

import pytest

from monitor.contract.topics import Topics
from monitor.runtime.broker import acl_text, config_text, mosquitto_command, write_broker
from monitor.runtime.errors import BrokerError


def test_every_file_is_private_and_the_broker_gets_hashes_only(tmp_path: Path) -> None:
    files = write_broker(tmp_path / "b", port=1884, rooms=("bedroom",), prefix="nightroom")
    secret = files.passwords["monitor"].read_text().strip()
    hashed = (tmp_path / "b" / "broker.passwords").read_text()
    assert secret not in hashed
    assert hashed.startswith("monitor:$")
    for file in (tmp_path / "b").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_two_brokers_never_share_a_password(tmp_path: Path) -> None:
    one = write_broker(tmp_path / "1", port=1884, rooms=("a",), prefix="nightroom")
    two = write_broker(tmp_path / "2", port=1884, rooms=("a",), prefix="nightroom")
    assert one.passwords["monitor"].read_text() != two.passwords["monitor"].read_text()


def test_it_listens_on_loopback_and_knows_no_anonymous(tmp_path: Path) -> None:
    text = config_text(port=1999, directory=tmp_path, stays_root=False)
    assert "listener 1999 127.0.0.1" in text
    assert "allow_anonymous false" in text


@pytest.mark.parametrize(("uid", "named", "told"), [(0, False, True), (1000, False, False),
                                                    (0, True, False)])  # fmt: skip
def test_it_is_told_to_stay_root_only_where_root_itself_runs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, uid: int, named: bool, told: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    elsewhere = Path("/etc/somewhere") if named else None
    files = write_broker(tmp_path, port=1, rooms=("a",), prefix="p", named=elsewhere)
    assert ("user root" in files.config.read_text()) is told


def test_its_files_are_named_as_the_unit_will_see_them(tmp_path: Path) -> None:
    seen = Path("/etc/somewhere")
    config = write_broker(tmp_path, port=1, rooms=("a",), prefix="p", named=seen).config
    assert str(tmp_path) not in config.read_text()
    assert f"password_file {seen}/broker.passwords" in config.read_text()


def test_a_second_run_keeps_passwords_and_a_new_room_gets_its_own(tmp_path: Path) -> None:
    one = write_broker(tmp_path, port=1884, rooms=("bedroom",), prefix="nightroom")
    secret, hashed = one.passwords["monitor"].read_text(), tmp_path / "broker.passwords"
    before = hashed.read_text()
    write_broker(tmp_path, port=1884, rooms=("bedroom",), prefix="nightroom")
    assert hashed.read_text() == before
    hashed.unlink()
    write_broker(tmp_path, port=1884, rooms=("bedroom",), prefix="nightroom")
    assert hashed.read_text().startswith("monitor:$")
    two = write_broker(tmp_path, port=1884, rooms=("bedroom", "nursery"), prefix="nightroom")
    assert two.passwords["monitor"].read_text() == secret
    assert "sensors-nursery:$" in hashed.read_text()


def test_a_room_writes_nothing_of_another_and_acknowledges_nothing() -> None:
    bedroom, nursery, _monitor = acl_text(("bedroom", "nursery"), Topics()).split("user ")[1:]
    assert "nursery" not in bedroom
    assert "bedroom" not in nursery
    assert "write nightroom/bedroom/stored" not in bedroom


def test_without_mosquitto_the_next_step_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_kwargs: None)
    with pytest.raises(BrokerError, match="apt-get install mosquitto"):
        mosquitto_command(tmp_path / "broker.conf")


def test_a_tool_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_kwargs: "/bin/false")
    with pytest.raises(BrokerError, match="mosquitto_passwd cannot hash"):
        write_broker(tmp_path, port=1884, rooms=("bedroom",), prefix="nightroom")
