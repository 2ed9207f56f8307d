import re
from pathlib import Path

import pytest

import web

SHEET = (Path(web.__file__).parent / "static" / "nightroom.css").read_text(encoding="utf-8")
INKS = ("ink", "soft", "faded", "quiet", "cool", "dark", *(f"band-{n}" for n in range(1, 6)))


def palettes() -> list[dict[str, str]]:
    dark, light, *_ = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in (dark, light)]
    assert set(found[0]) == set(found[1])
    return found


def luminance(colour: str) -> float:
    # WCAG 2.2, relative luminance
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("theme", [0, 1], ids=["dark", "light"])
def test_every_ink_is_readable_on_every_ground(theme: int, ink: str) -> None:
    palette = palettes()[theme]
    for ground in ("ground", "raised"):
        assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)


def test_the_sheet_asks_nobody_else_for_anything() -> None:
    assert "url(" not in SHEET
    assert "@import" not in SHEET


def test_there_are_no_gradients() -> None:
    assert "gradient" not in SHEET
