"""Pure: what is derived from a secret: its digest for the store, tokens for forms, signatures."""

import base64
import hashlib
import hmac
from typing import Final

SECRET_BYTES: Final = 32  # judgement: 256 random bits cannot be guessed, so one hash is enough
# Judgement: a secret of ours has 43 characters; nothing longer is worth hashing.
MAX_SECRET: Final = 100


def secret_text(random: bytes) -> str:
    """Return random bytes as text for cookies and addresses."""
    return base64.urlsafe_b64encode(random).decode("ascii").rstrip("=")


def digest(secret: str) -> bytes:
    """Return what the store keeps of a session's or token's secret."""
    return hashlib.sha256(secret[:MAX_SECRET].encode()).digest()


def form_token(cookie: str) -> str:
    """Return the token a form carries for the browser with this cookie."""
    return _signed(cookie.encode(), "form")


def signed_device(device: str, key: bytes) -> str:
    """Return the cookie of a browser that has logged in: its id and our signature."""
    return f"{device}.{_signed(key, device)}"


def device_of(cookie: str, key: bytes) -> str | None:
    """Return the id in a browser's cookie if the signature is ours."""
    device, _, _ = cookie[:MAX_SECRET].partition(".")
    return device if is_same(cookie, signed_device(device, key)) else None


def is_same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _signed(key: bytes, text: str) -> str:
    return secret_text(hmac.digest(key, f"nightroom {text}".encode(), "sha256"))
