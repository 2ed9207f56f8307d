"""A house with a door: a real household.db in a test's folder, and browsers before it."""

import re
import secrets
from pathlib import Path

from flask import Flask
from werkzeug.test import Client, TestResponse

from monitor.runtime.clock import VirtualClock
from monitor.runtime.settings import WebSettings
from monitor.store.access_rows import TokenKind
from monitor.store.handover import NewCode, NewPassword, Wish
from monitor.store.household_writer import HouseholdWriter
from tests.fakes.house import FakeHouse
from web.auth import Auth
from web.cookies import Cookies
from web.guard import Guard
from web.hashing import Hashing

PASSWORD = "a lamp, a fan, a cat"  # noqa: S105 - opens only what a test has made
CODE = "0123-4567-89AB"
EVENING_MS = 1_795_388_400_000


def cheap_hashing() -> Hashing:
    """Return hashing without the cost; tests/unit/web/test_hashing.py has the real one."""
    return Hashing(
        make=lambda password, salt: f"hash of {password} with {salt.hex()}",
        check=lambda password, kept: kept.startswith(f"hash of {password} with "),
    )


def a_code(clock: VirtualClock, code: str = CODE) -> NewCode:
    kept = f"hash of {code.replace('-', '')} with salt"
    return NewCode(code=kept, boot_id=clock.boot_id(), made_s=clock.boottime_s())


def a_password(password: str = PASSWORD) -> NewPassword:
    return NewPassword(password=f"hash of {password} with salt")


class Door:
    """A house whose pages ask for a login; with password=None the first run is to come."""

    def __init__(
        self, folder: Path, *, password: str | None = PASSWORD, https: bool = False
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.clock = VirtualClock(start_ms=EVENING_MS)
        self.house = FakeHouse(clock=self.clock)
        self.writer = HouseholdWriter.open(folder / "household.db")
        self.rows = self.writer.access()
        self.hashing = cheap_hashing()
        self.auth = self.new_auth()
        self.settings = WebSettings(host="0.0.0.0", https=https)  # noqa: S104 - not listened on
        self.app = self.new_app()
        if password is not None:
            self.auth.apply(a_password(password))

    def new_auth(self) -> Auth:
        """Return what a restarted process would have."""
        return Auth(
            self.rows, clock=self.clock, random_bytes=secrets.token_bytes, hashing=self.hashing
        )

    def new_app(self) -> Flask:
        guard = Guard(
            self.auth,
            cookies=Cookies(https=self.settings.https),
            random_bytes=secrets.token_bytes,
        )
        return self.house.app(self.settings, guard=guard)

    def apply(self, wish: Wish) -> None:
        self.auth.apply(wish)

    def browser(self, address: str = "192.168.1.20") -> "Browser":
        return Browser(self.app, address, "https" if self.settings.https else "http")

    def signed_in(self, address: str = "192.168.1.20") -> "Browser":
        browser = self.browser(address)
        assert browser.log_in().status_code == 303
        return browser

    def kiosk(self) -> "Browser":
        browser = self.browser("192.168.1.30")
        secret = self.auth.make_token(TokenKind.KIOSK, "bedside")
        assert browser.get(f"/kiosk/{secret}").status_code == 303
        return browser

    def close(self) -> None:
        self.hashing.close()
        self.writer.close()


class Browser:
    """Keeps cookies, fills in forms as they came, says where it comes from."""

    def __init__(self, app: Flask, address: str, scheme: str) -> None:
        self.client: Client = app.test_client()
        self.own = f"{scheme}://localhost"
        self.environ = {"REMOTE_ADDR": address, "HTTP_ACCEPT": "text/html"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(
            path, base_url=self.own, headers=headers, environ_overrides=self.environ
        )

    def post(
        self, path: str, fields: dict[str, str] | None = None, **headers: str | None
    ) -> TestResponse:
        """Send a form; a header of None is left out, Origin is our own unless given."""
        said = {"Origin": self.own} | headers
        return self.client.post(
            path,
            data=fields or {},
            base_url=self.own,
            headers={name: value for name, value in said.items() if value is not None},
            environ_overrides=self.environ,
        )

    def form_token(self, path: str) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found is not None, path
        return found[1]

    def submit(
        self, page: str, path: str, fields: dict[str, str], **headers: str | None
    ) -> TestResponse:
        """Open a page and send its form."""
        return self.post(path, {"form_token": self.form_token(page), **fields}, **headers)

    def log_in(self, password: str = PASSWORD, *, to: str = "/", **headers: str) -> TestResponse:
        return self.submit("/login", "/login", {"password": password, "next": to}, **headers)

    def cookie(self, name: str = "nightroom_session") -> str | None:
        found = self.client.get_cookie(name, "localhost")
        return None if found is None else found.value

    def give(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value, domain="localhost")
