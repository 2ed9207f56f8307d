import doctest

import pytest

from web import access_mode, login_limit, marking, origin
from web.origin import bedside_of, is_bedside, is_for_the_dark, is_own, safe_next


@pytest.mark.parametrize("module", [origin, login_limit, access_mode, marking])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type] # a module


@pytest.mark.parametrize(
    "wanted",
    [
        None, "", "nights", "//evil.example", "///evil.example", "http://evil.example/",
        "https:evil.example", "/\\evil.example", "\\\\evil.example", "/\tevil", "/\nSet-Cookie: a",
        "/\r\n", "javascript:alert(1)", "data:text/html,x", " /nights", "/" + "x" * 600,
        "/login", "/login/", "/login?next=/nights", "/login#x", "/logout", "/setup", "/kiosk/abc",
        "http://[evil", "/nights\u2028", "/\x00",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_or_in_circles(wanted: str | None) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize(
    "wanted", ["/", "/nights", "/nights/2026-11-22?room=a", "/bedside", "/loginless", "/a//b"]
)
def test_a_page_of_ours_is_where_one_goes(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    ("path", "dark"),
    [("/bedside", True), ("/bedside/x", True), ("/kiosk/x", True), ("/bedsides", False),
     ("/marks", True), ("/marks/undo", True), ("/markets", False),
     ("/Bedside", True), ("/BEDSIDE/", True), ("/bedSide/x", True), ("/Kiosk/x", True),
     ("/", False), ("/nights/bedside", False), ("/nights?next=/bedside", False)],
)  # fmt: skip
def test_only_the_bedside_and_the_way_there_are_dark(path: str, dark: bool) -> None:
    assert is_bedside(path) is dark


def test_an_origin_counts_whatever_its_case() -> None:
    assert is_own(
        origin="http://NightRoom.local:8080",
        fetch_site=None,
        referrer=None,
        host="nightroom.local:8080",
        scheme="http",
    )


@pytest.mark.parametrize(
    ("path", "wanted", "dark"),
    [("/login", "/bedside", True), ("/login", "/bedside?room=a", True),
     ("/setup", "/bedside#x", True), ("/bedside", None, True),
     ("/kiosk/x", "/nights", True), ("/login", None, False),
     ("/login", "/nights?next=/bedside", False), ("/login", "//evil.example/bedside", False)],
)  # fmt: skip
def test_the_way_to_the_bedside_is_dark(path: str, wanted: str | None, dark: bool) -> None:
    assert is_for_the_dark(path, wanted) is dark


@pytest.mark.parametrize("room", ["", "a b", "a&next=/", "../x", "x" * 40, "é"])
def test_what_names_no_room_is_not_led_to(room: str) -> None:
    assert bedside_of(room) == "/bedside"
