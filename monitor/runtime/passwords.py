"""The household's password and one-time codes: hashed with scrypt, checked, judged.

Randomness is a parameter. Hashing takes time and memory on purpose, in a process of its own;
who calls it bounds how many run at once (web/hashing.py).
"""

import base64
import binascii
import hmac
import unicodedata
from typing import Final

from monitor.runtime.scrypt_apart import scrypt_apart

# Source: OWASP Password Storage Cheat Sheet, scrypt: N=2^14, r=8, p=5 is the setting of
# its list that fits a Pi: 128 * N * r = 16 MiB, of the 96 MiB that nightroom-web may have.
# Measured: 0.43 s on one core of a 2020s server; a Pi 4 needs some three times as long.
COST_LOG2: Final = 14
BLOCK: Final = 8
PASSES: Final = 5
SALT_BYTES: Final = 16  # Source: RFC 7914, section 2, and NIST SP 800-132: at least 128 bits
HASH_BYTES: Final = 32
# Judgement: with at most 40 guesses a minute let through (web/login_limit.py), ten
# characters that are not all alike outlast any neighbour.
MIN_CHARACTERS: Final = 10
MIN_DIFFERENT: Final = 5
MAX_CHARACTERS: Final = 200  # judgement: a passphrase fits; a flood of text does not
# Source: D. Crockford, Base 32: no I, L, O, U, so that a code survives being read aloud.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS: Final = 12  # 60 bits; 50 would do
CODE_GROUP: Final = 4
_READ_AS: Final = str.maketrans("OIL", "011", " -")


def hash_password(password: str, salt: bytes) -> str:
    """Return what is kept of a password: parameters, salt and hash, as one line.

    Args:
        password: as typed; it is normalised, so that every keyboard's ü is the same.
        salt: SALT_BYTES of fresh randomness.

    Raises:
        OSError: this machine has no process or no memory for it now.
    """
    made = _scrypt(password, salt, COST_LOG2, BLOCK, PASSES)
    return f"scrypt${COST_LOG2}${BLOCK}${PASSES}${_text(salt)}${_text(made)}"


def is_password(password: str, kept: str) -> bool:
    """Tell whether a password is the one that was hashed; a kept line that is none never is.

    Raises:
        OSError: as hash_password.
    """
    try:
        kind, cost, block, passes, salt, expected = kept.split("$")
        parameters = int(cost), int(block), int(passes)
        salt_bytes, expected_bytes = _bytes(salt), _bytes(expected)
    except (ValueError, binascii.Error):
        return False
    # Only parameters that were ever ours: others could ask for any time and memory.
    if kind != "scrypt" or parameters != (COST_LOG2, BLOCK, PASSES):
        return False
    return hmac.compare_digest(_scrypt(password, salt_bytes, *parameters), expected_bytes)


def password_problem(password: str) -> str:
    """Return why a new password is not taken, in words; '' if it is.

    >>> password_problem("short")
    'At least 10 characters: three or four words that only you put together are good.'
    """
    if len(password) < MIN_CHARACTERS:
        return (
            f"At least {MIN_CHARACTERS} characters: three or four words that only you put"
            " together are good."
        )
    if len(password) > MAX_CHARACTERS:
        return f"At most {MAX_CHARACTERS} characters."
    if len(set(password)) < MIN_DIFFERENT:
        return f"At least {MIN_DIFFERENT} different characters."
    return ""


def one_time_code(random: bytes) -> str:
    """Return a code of 60 bits in groups of four; random holds CODE_CHARACTERS bytes.

    >>> one_time_code(bytes(range(12)))
    '0123-4567-89AB'
    """
    letters = "".join(ALPHABET[byte % len(ALPHABET)] for byte in random[:CODE_CHARACTERS])
    groups = range(0, CODE_CHARACTERS, CODE_GROUP)
    return "-".join(letters[start : start + CODE_GROUP] for start in groups)


def typed_code(text: str) -> str:
    """Return a code as it was meant: without dashes and blanks, O and 0 alike.

    >>> typed_code(" o123-4567 89ab")
    '0123456789AB'
    """
    return text.upper().translate(_READ_AS)[:MAX_CHARACTERS]


def _scrypt(password: str, salt: bytes, cost_log2: int, block: int, passes: int) -> bytes:
    return scrypt_apart(
        unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass"),
        salt=salt,
        cost=1 << cost_log2,
        block=block,
        passes=passes,
        size=HASH_BYTES,
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
