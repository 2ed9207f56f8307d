"""How a command that was stopped ends. Imports nothing: it is there while the rest loads."""

from typing import Final

# Source: POSIX shells, 128 + SIGINT, 128 + SIGTERM.
INTERRUPTED: Final = 130
TERMINATED: Final = 143
