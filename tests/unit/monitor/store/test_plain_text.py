import doctest
import html

import html5lib

from monitor.store import plain_text as module
from monitor.store.plain_text import plain_text

EVERY = [
    *range(0x3100),
    *range(0xFB00, 0x10100),
    *range(0x1FFF0, 0x20010),
    *range(0x10FFF0, 0x110000),
]


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_no_character_that_is_left_is_an_error_in_a_page() -> None:
    left = html.escape(plain_text("".join(map(chr, EVERY))))
    html5lib.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>night</title><p>{left}")


def test_what_people_write_is_left_as_it_is() -> None:
    for text in (
        "One\ntwo\tthree",
        "Mum\u2019s 2 °C",
        "\U0001f468\u200d\U0001f467",
        "لا",
        "\ufeff",
    ):
        assert plain_text(text) == text
