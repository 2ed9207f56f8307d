"""A dashboard on a port of loopback, and a Chromium that looks at it."""

import base64
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Error, Page, sync_playwright
from waitress.channel import HTTPChannel
from waitress.wasyncore import close_all

from monitor.cli.demo_place import any_free_port
from monitor.runtime.clock import RealClock
from monitor.runtime.settings import WebSettings
from tests.fakes.house import FakeHouse
from web.serving import listen

HOST = "127.0.0.1"
AXE = Path(__file__).parents[1] / "browser" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2, levels A and AA, and what axe calls good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = "/usr/bin/chromium"
# Chromium would otherwise ask its maker's servers; a test talks to loopback alone.
ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def serving(
    house: FakeHouse, port: int | None = None, *, app: Flask | None = None, https: bool = False
) -> Iterator[str]:
    """Serve a house, or an application over it; https: for a TLS proxy. Yield its address."""
    with served(app or house.app(), port, https=https) as address:
        yield address


@contextmanager
def served(app: Flask, port: int | None = None, *, https: bool = False) -> Iterator[str]:
    """Serve an application; yield its address."""
    channels: dict[int, object] = {}
    chosen = port or any_free_port(HOST)
    settings = WebSettings(host=HOST, port=chosen, https=https)
    server = listen(app, settings, channels, clock=RealClock())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://{HOST}:{chosen}"
    finally:
        server.task_dispatcher.shutdown()
        connections = [one for one in channels.values() if isinstance(one, HTTPChannel)]
        close_all(channels)
        thread.join(10)
        for unsent in (buffer for one in connections for buffer in one.outbufs):
            unsent.close()  # a file that its browser did not wait for


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; its sandbox stays on unless this is root."""
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *as_root],
            headless=True,
            timeout=60_000,
        )
        yield browser
        browser.close()


# Judgement: what a dark-adapted eye bears.
MAX_LUMINANCE = 0.005


@dataclass(frozen=True, kw_only=True)
class Darkness:
    """What a screen gives off, measured from its picture."""

    mean_luminance: float
    green: int
    blue: int


# Decodes a picture on a canvas: Chromium is here anyway, an image library is not.
_MEASURE = """async (png) => {
  const blob = new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))]);
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(picture, 0, 0);
  const { data } = brush.getImageData(0, 0, picture.width, picture.height);
  const linear = (byte) => byte / 255 <= 0.04045
    ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  let sum = 0, green = 0, blue = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, other, last] = data.subarray(at, at + 3);
    sum += 0.2126 * linear(red) + 0.7152 * linear(other) + 0.0722 * linear(last);
    green = Math.max(green, data[at + 1]);
    blue = Math.max(blue, data[at + 2]);
  }
  return [sum / (data.length / 4), green, blue];
}"""


def picture_of(page: Page, *, path: Path | None = None, full_page: bool = False) -> bytes:
    """Take a screenshot; a Chromium that has too much else to do says so, and is asked again."""
    try:
        return page.screenshot(path=path, full_page=full_page)
    except Error as error:
        if "Unable to capture" not in error.message:
            raise
    page.wait_for_timeout(1_000)
    return page.screenshot(path=path, full_page=full_page)


def darkness(page: Page, picture: bytes | None = None) -> Darkness:
    """Return what a page's screen gives off now, or gave off in a picture of it."""
    (seen,) = _measured(page, (picture or picture_of(page),))
    return seen


def assert_dark(page: Page, *pictures: bytes) -> None:
    """Fail unless a screen is, or was, red on black and gives off next to nothing."""
    for seen in _measured(page, pictures or (picture_of(page),)):
        assert (seen.green, seen.blue) == (0, 0)
        assert seen.mean_luminance <= MAX_LUMINANCE


def _measured(page: Page, pictures: Iterable[bytes]) -> list[Darkness]:
    browser = page.context.browser
    assert browser is not None
    with browser.new_page() as bench:
        found = [bench.evaluate(_MEASURE, base64.b64encode(png).decode()) for png in pictures]
    return [
        Darkness(mean_luminance=luminance, green=green, blue=blue)
        for luminance, green, blue in found
    ]


def axe_violations(page: Page, *, but: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds on a page as it is now, but for some of its rules."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """([tags, but]) => axe.run(document, {
          runOnly: tags, rules: Object.fromEntries(but.map((rule) => [rule, { enabled: false }])),
        }).then((result) => result.violations)""",
        [TAGS, list(but)],
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
    ]


def filmed(page: Page) -> list[bytes]:
    """Return a list to which every frame that the page's screen shows is added."""
    session = page.context.new_cdp_session(page)
    frames: list[bytes] = []

    def keep(frame: dict[str, Any]) -> None:
        frames.append(base64.b64decode(frame["data"]))
        with suppress(Error):  # the last frame may come while its page is being closed
            session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "png"})
    return frames
