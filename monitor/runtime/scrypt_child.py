"""Hashes one password and ends; run as a file, by monitor/runtime/scrypt_apart.py.

Salt and password come on stdin, the hash goes to stdout; the arguments are no secret.
"""

import importlib
import sys
from typing import Final

MAX_MEMORY_BYTES: Final = 32 * 1024 * 1024  # judgement: OpenSSL adds its own to the 16 MiB


def main() -> None:
    """Answer on stdout."""
    salt_bytes, cost, block, passes, size = map(int, sys.argv[1:])
    given = sys.stdin.buffer.read()
    made = importlib.import_module("_hashlib").scrypt(
        given[salt_bytes:], salt=given[:salt_bytes], n=cost, r=block, p=passes,
        maxmem=MAX_MEMORY_BYTES, dklen=size,
    )  # fmt: skip
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
