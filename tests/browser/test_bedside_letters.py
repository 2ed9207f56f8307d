"""The page beside the bed with letters twice as large: it scrolls, and nothing runs together."""

import pytest
from playwright.sync_api import Browser

from tests.browser.test_bedside_space import STATES
from tests.fakes.browser import serving

SCREENS = (
    *((320, 240), (480, 320), (320, 480), (320, 568), (360, 640), (480, 480), (540, 600)),
    *((600, 336), (640, 480), (800, 480), (1024, 600)),
)
# As a browser does it that enlarges letters and nothing else.
DOUBLED = """() => {
  const root = document.documentElement;
  root.style.fontSize = "";
  root.style.fontSize = `${2 * parseFloat(getComputedStyle(root).fontSize)}px`;
}"""
# What of each line is to be seen, where its box may be scrolled.
RUN_TOGETHER = """() => {
  const shown = [...document.querySelectorAll("main :is(h1, h2, p, button)")].filter((it) =>
    it.checkVisibility() && it.innerText.trim() && getComputedStyle(it).clipPath === "none");
  const lines = (it) => {
    const range = document.createRange();
    range.selectNodeContents(it);
    const box = it.closest(".values")?.getBoundingClientRect() || { top: 0, bottom: Infinity };
    return [...range.getClientRects()].map(({ left, right, top, bottom }) => ({
      left, right, top: Math.max(top, box.top), bottom: Math.min(bottom, box.bottom),
    })).filter(({ left, right, top, bottom }) => right - left > 1 && bottom - top > 1);
  };
  const name = (it) => `“${it.innerText.trim().replaceAll("\\n", " ")}”`;
  const found = [];
  shown.forEach((one, index) => {
    const mine = lines(one);
    if (mine.some((a) => a.left < -0.5 || a.right > innerWidth + 0.5))
      found.push(`${name(one)} goes beyond the screen`);
    for (const other of shown.slice(index + 1)) {
      if (one.contains(other)) continue;
      const meets = (a) => lines(other).some((b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3);
      if (mine.some(meets)) found.push(`${name(one)} lies on ${name(other)}`);
    }
  });
  return found;
}"""


@pytest.mark.parametrize("name", ["evening", "evening, out of order", "night"])
def test_letters_twice_as_large_do_not_run_together_and_all_can_be_reached(
    browser: Browser, name: str
) -> None:
    with serving(STATES[name]()) as address, browser.new_page() as page:
        page.goto(f"{address}/bedside")
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DOUBLED)
            page.keyboard.press("Shift")
            assert page.evaluate(RUN_TOGETHER) == [], f"{width}x{height}"
            for last in (
                page.locator(".value-of").last.locator("h2"),
                page.locator("button:visible").last,
            ):
                last.scroll_into_view_if_needed()
                box = last.bounding_box()
                assert box is not None
                assert box["y"] >= 0, f"{width}x{height}"
                assert box["y"] + box["height"] <= height + 1, f"{width}x{height}"
