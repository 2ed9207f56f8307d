"""Pure: what people write, as every page can show it."""

import re
from typing import Final

_LAST: Final = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# Source: HTML Living Standard, section 13.2.3.5: control characters that are no space, and
# noncharacters, are errors wherever they stand in a page.
_NO_TEXT: Final = re.compile(f"[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x9f\ufdd0-\ufdef{_LAST}]")


def plain_text(text: str) -> str:
    r"""Return text with a space in place of each character that no page may have.

    >>> plain_text("fan\x00\x07 on\n2 °C\ufffe")
    'fan   on\n2 °C '
    """
    return _NO_TEXT.sub(" ", text)
