"""The installed dashboard from its first run on: the real process, the real commands."""

import http.client
import http.cookiejar
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from monitor.runtime.clock import RealClock
from monitor.store.handover import is_waiting
from tests.fakes.broker import wait_until
from tests.fakes.product import Product

PASSWORD = "a lamp, a fan, a cat"  # noqa: S105 - opens only what this test has made
LIMIT_MIB = 96


class FromAddress(urllib.request.HTTPHandler):
    """Asks from one of this machine's many loopback addresses."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._connect = partial(http.client.HTTPConnection, source_address=(address, 0))

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connect, request)


class Visitor:
    """A browser without scripts: cookies, redirects, forms."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.own = f"http://127.0.0.1:{port}"
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), FromAddress(address)
        )

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return (status, final address, text)."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        headers = {"Accept": "text/html", "Origin": self.own}
        request = urllib.request.Request(self.own + path, data, headers)  # noqa: S310 - loopback
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url or "", error.read().decode()

    def submit(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        token = re.search(r'name="form_token" value="([^"]+)"', self.open(path)[2])
        assert token is not None
        return self.open(path, {"form_token": token[1], **fields})


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path) as made:
        made.sections["simulation"] = {}
        made.write_config()
        made.start("web")
        visitor = Visitor(made.web_port)

        def answers() -> bool:
            try:
                return visitor.open("/setup")[0] in (200, 404)
            except urllib.error.URLError:
                return False

        wait_until(answers, "the pages answer", 30)
        yield made


def nightroom(
    product: Product, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments, "--config", str(product.config)],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def set_up(product: Product) -> tuple[str, Visitor]:
    code = nightroom(product, "setup-code").stdout.strip()
    visitor = Visitor(product.web_port)
    form = {"code": code, "password": PASSWORD, "again": PASSWORD}
    status, address, _ = visitor.submit("/setup", form)
    assert (status, urllib.parse.urlsplit(address).path) == (200, "/")
    return code, visitor


def test_from_the_first_run_to_a_reset_and_no_secret_in_any_log(product: Product) -> None:
    assert Visitor(product.web_port).open("/nights")[1].endswith("/setup")
    code, visitor = set_up(product)
    assert visitor.open("/settings/access")[0] == 200
    assert nightroom(product, "setup-code").returncode == 1
    new = "three blind mice run"
    done = nightroom(product, "password", typed=f"{new}\n{new}\n")
    assert done.returncode == 0, done.stderr
    assert not is_waiting(product.data_dir)
    assert visitor.open("/nights")[1].endswith("/login?next=%2Fnights")
    assert visitor.submit("/login", {"password": PASSWORD})[0] == 403
    assert visitor.submit("/login", {"password": new})[0] == 200
    product.stop("web")
    secrets = [code, PASSWORD, new, *(cookie.value or "" for cookie in visitor.jar)]
    kept = product.log("web").encode() + b"".join(
        file.read_bytes() for file in product.data_dir.iterdir()
    )
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_a_flood_from_many_addresses_costs_little_memory_and_locks_nobody_out(
    product: Product,
) -> None:
    set_up(product)
    said: list[int] = []

    def guess(number: int) -> None:
        visitor = Visitor(product.web_port, f"127.0.1.{number}")
        said.append(visitor.submit("/login", {"password": "a wrong guess"})[0])

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(1, 61)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What is refused unchecked (503) is no guess, so that 429 may not come up at all.
    assert {403} < set(said) <= {403, 429, 503}
    assert said.count(403) <= 25
    assert peak_mib(product) < LIMIT_MIB
    clock = RealClock()
    before_s = clock.monotonic_s()
    stranger = Visitor(product.web_port, "127.0.2.1")
    wait_until(lambda: stranger.submit("/login", {"password": PASSWORD})[0] == 200, "he is in", 60)
    assert clock.monotonic_s() - before_s < 60


def peak_mib(product: Product) -> float:
    """Return the most memory the web process has ever held."""
    status = Path(f"/proc/{product._running['web'].pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
