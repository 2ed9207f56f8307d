"""The command `nightroom`."""


def main() -> None:
    """Run the command line."""
