"""Behind a TLS proxy with a household's own certificate everything works, and limits hold."""

import http.client
import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.access import PASSWORD, Door
from tests.fakes.bedroom import a_state, climate_now
from tests.fakes.bedside import arrives
from tests.fakes.browser import serving
from tests.fakes.full_house import hear
from tests.fakes.tls_proxy import tls_proxy
from web.login_limit import BURST


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path, https=True)
    hear(made.house)
    yield made
    made.close()


def test_a_person_logs_in_sees_live_values_and_marks_over_tls(
    browser: Browser, door: Door, tmp_path: Path
) -> None:
    with (
        serving(door.house, app=door.app, https=True) as behind,
        tls_proxy(behind, tmp_path) as port,
        browser.new_context(ignore_https_errors=True) as context,
    ):
        page, address = context.new_page(), f"https://localhost:{port}"
        said: list[tuple[str, str]] = []
        page.on("console", lambda it: said.append((it.type, it.text)))
        page.goto(f"{address}/bedside")
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_url("**/bedside")
        cookies = {it["name"]: it["secure"] for it in context.cookies()}
        assert cookies["__Host-nightroom_session"]
        assert all(cookies.values())
        page.mouse.click(400, 200)
        page.click("button.large")
        arrives(page, door.house)
        with page.expect_response("**/api/v1/events*") as stream:
            page.goto(f"{address}/")
        assert stream.value.status == 200
        door.clock.wait(1)
        climate = climate_now(door.clock.now_ms(), 24.4)
        hear(door.house, state=a_state(door.clock.now_ms(), climate=climate))
        value = page.locator('[data-part="cool"] [data-text="value"]')
        expect(value).to_have_text("24.4", timeout=2_000)
        assert [text for kind, text in said if kind in ("warning", "error")] == []


class Guesser:
    """Somebody who tries passwords through the proxy and claims to be others."""

    def __init__(self, port: int, certificate: Path, *, comes_from: str) -> None:
        self._port, self._from = port, comes_from
        self._context = ssl.create_default_context(cafile=certificate)
        self._claims = 0

    def guess(self, password: str) -> int:
        """Return the status of an attempt by a new browser."""
        status, cookie, text = self._ask("GET", "/login", {})
        assert status == 200
        form = {"form_token": re.findall(r'name="form_token" value="([^"]+)"', text)[0]}
        headers = {
            "Cookie": cookie.partition(";")[0],
            "Origin": f"https://localhost:{self._port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._ask("POST", "/login", headers, urlencode(form | {"password": password}))[0]

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, str, str]:
        self._claims += 1
        claim = {"X-Forwarded-For": f"10.1.{self._claims // 250}.{self._claims % 250}"}
        with closing(
            http.client.HTTPSConnection(
                "localhost", self._port, timeout=20, context=self._context,
                source_address=(self._from, 0),
            )
        ) as connection:  # fmt: skip
            connection.request(method, path, body, headers | claim)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Set-Cookie", ""), answer.read().decode()


def test_who_guesses_through_the_proxy_keeps_no_other_out_whatever_is_claimed(
    door: Door, tmp_path: Path
) -> None:
    own = tmp_path / "trusted"
    own.mkdir()
    with (
        serving(door.house, app=door.app, https=True) as behind,
        tls_proxy(behind, own) as port,
    ):
        certificate = own / "own.crt"
        attacker = Guesser(port, certificate, comes_from="127.0.0.66")
        statuses = [attacker.guess("a wrong one") for _ in range(3 * BURST)]
        assert statuses == [403] * BURST + [429] * 2 * BURST
        assert Guesser(port, certificate, comes_from="127.0.0.7").guess(PASSWORD) == 303
