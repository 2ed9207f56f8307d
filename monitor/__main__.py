"""The command `nightroom`, also as `python -m monitor`."""

import errno
import os
import signal
import sys

from monitor.cli.exit_codes import INTERRUPTED, TERMINATED


def main() -> None:
    """Run the command line; what an operator can mend is one sentence, not a traceback."""
    # As Ctrl-C: what a command has begun is cleared away. A service sets its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run() -> None:
    # Imported here, so that Ctrl-C while they load ends in silence too.
    from monitor.cli.commands import nightroom  # noqa: PLC0415 - see above
    from monitor.runtime.errors import OperatorError  # noqa: PLC0415 - see above
    from monitor.store.errors import StoreError  # noqa: PLC0415 - see above

    try:
        nightroom(standalone_mode=True)
    except (OperatorError, StoreError) as error:
        sys.stderr.write(f"nightroom: {error}\n")
        sys.exit(getattr(error, "exit_code", 1))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        where = f" {error.filename}" if error.filename else ""
        sys.stderr.write(f"nightroom: cannot write{where}: no space left; free some and retry\n")
        # What is still buffered would be tried again at exit, and end in other words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
