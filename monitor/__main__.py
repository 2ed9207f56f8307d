"""The command `nightroom`, also as `python -m monitor`."""

import sys

from monitor.cli.commands import nightroom
from monitor.runtime.errors import OperatorError
from monitor.store.errors import StoreError


def main() -> None:
    """Run the command line; what an operator can mend is one sentence, not a traceback."""
    try:
        nightroom(standalone_mode=True)
    except (OperatorError, StoreError) as error:
        sys.stderr.write(f"nightroom: {error}\n")
        sys.exit(getattr(error, "exit_code", 1))


if __name__ == "__main__":
    main()
