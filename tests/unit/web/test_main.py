import errno
import http.client
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock, VirtualClock
from monitor.runtime.settings import WebSettings
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.house import FakeHouse
from web.errors import ListenError
from web.serving import listen, main, why


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def config(folder: Path, port: int) -> Path:
    path = folder / "nightroom.toml"
    path.write_text(
        f'[web]\nport = {port}\n[monitor]\ndata_dir = "{folder}"\nruntime_dir = "{folder}"\n'
        '[simulation]\nscenario = "demo"\n',
        encoding="utf-8",
    )
    return path


def ask_then_stop(notices: socket.socket, port: int, answers: list[int]) -> None:
    """Wait until the dashboard says it is ready, ask for a page, and ask it to stop."""
    notices.recv(1000)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    answers.append(connection.getresponse().status)
    connection.close()
    os.kill(os.getpid(), signal.SIGTERM)


def complain_then_stop(notices: socket.socket, _port: int) -> None:
    """Have the server complain twenty times, as of requests that it cannot read."""
    notices.recv(1000)
    for number in range(20):
        logging.getLogger("waitress").error("complaint %d", number)
    os.kill(os.getpid(), signal.SIGTERM)


def remove_the_household(notices: socket.socket, _port: int) -> None:
    """Take household.db away under the pages."""
    notices.recv(1000)
    for one in Path(notices.getsockname()).parent.glob("household.db*"):
        one.unlink()


def run_with(
    visit: Callable[[socket.socket, int], None],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int = 0,
) -> None:
    """Serve until a visitor, who hears when the dashboard is ready, has ended it."""
    port = free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.bind(str(folder / "notify"))
        notices.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify"))
        visitor = threading.Thread(target=visit, args=(notices, port))
        visitor.start()
        assert main(["--config", str(config(folder, port))]) == code
        visitor.join()
        while (notice := notices.recv(1000)) == b"WATCHDOG=1":
            pass
        assert notice == b"STOPPING=1"


def test_what_strangers_send_is_a_line_of_the_log_a_minute_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_with(complain_then_stop, tmp_path, monkeypatch)
    assert capsys.readouterr().err.count("ERROR waitress") == 1


def test_it_serves_until_it_is_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[int] = []
    run_with(partial(ask_then_stop, answers=answers), tmp_path, monkeypatch)
    assert answers == [200]


def test_a_household_removed_at_work_ends_it_within_seconds_to_be_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_with(remove_the_household, tmp_path, monkeypatch, code=1)
    assert "household.db was removed at work" in capsys.readouterr().err


def test_a_taken_port_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["--config", str(config(tmp_path, port))]) == 2
    said = capsys.readouterr().err
    assert f"127.0.0.1:{port} is taken" in said
    assert said.count("\n") == 1


def test_a_wrong_configuration_is_said_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nightroom.toml"
    path.write_text("[web]\nprot = 80\n", encoding="utf-8")
    assert main(["--config", str(path)]) == 2
    assert "did you mean 'port'?" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host"])
def test_an_address_that_is_not_ours_is_a_listen_error(host: str) -> None:
    app = FakeHouse(clock=VirtualClock(start_ms=0)).app()
    with pytest.raises(ListenError, match=r"\[web\]"):
        listen(app, WebSettings(host=host, port=free_port()), {}, clock=RealClock())


def test_a_low_port_names_the_way_out() -> None:
    said = why(OSError(errno.EACCES, "Permission denied"), WebSettings(port=80))
    assert "from 1024 upwards" in said


def test_no_login_on_the_lan_is_refused_before_anything_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config(tmp_path, free_port())
    text = path.read_text().replace("[web]", '[web]\nhost = "0.0.0.0"\nlogin = "off"')
    path.write_text(text)
    assert main(["--config", str(path)]) == 2
    said = capsys.readouterr().err
    assert 'login = "off"' in said
    assert said.count("\n") == 1


def test_a_second_dashboard_on_the_same_data_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = HouseholdWriter.open(tmp_path / "household.db")
    assert main(["--config", str(config(tmp_path, free_port()))]) == 1
    writer.close()
    assert "stop nightroom-web first" in capsys.readouterr().err
