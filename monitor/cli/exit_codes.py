"""How a command that was stopped ends. Imports nothing: it is there while the rest loads."""

from typing import Final

# Source: POSIX shells, 128 + the signal; SIGINT is 2.
STOPPED_BY: Final = 128
INTERRUPTED: Final = 130
