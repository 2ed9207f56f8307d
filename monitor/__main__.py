"""The command `nightroom`, also as `python -m monitor`."""

import signal
import sys
from types import FrameType
from typing import NoReturn

from monitor.cli.exit_codes import INTERRUPTED, STOPPED_BY
from monitor.cli.finishing import STOPS


def main() -> None:
    """Run the command line; what an operator can mend is one sentence, not a traceback."""
    for one in STOPS:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(one, _stop)  # a service sets its own
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    """End the command, which clears away what it has begun: another signal may not stop that."""
    for one in STOPS:
        signal.signal(one, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(STOPPED_BY + number)


def _run() -> None:
    # Imported here, so that Ctrl-C while they load ends in silence too.
    from monitor.cli.commands import nightroom  # noqa: PLC0415 - see above
    from monitor.cli.system_words import user_name, way_in, words_of  # noqa: PLC0415 - see above
    from monitor.cli.telling import let_go_of_output  # noqa: PLC0415 - see above
    from monitor.runtime.errors import OperatorError  # noqa: PLC0415 - see above
    from monitor.store.errors import StoreError  # noqa: PLC0415 - see above

    try:
        nightroom(standalone_mode=True)
    except StoreError as error:
        _end(f"{error}{way_in(error.__cause__, user_name())}", 1)
    except OperatorError as error:
        _end(str(error), getattr(error, "exit_code", 1))
    except OSError as error:
        let_go_of_output()
        _end(words_of(error, user_name()), 1)


def _end(words: str, code: int) -> NoReturn:
    from monitor.cli.telling import tell_aside  # noqa: PLC0415 - see above

    tell_aside(f"nightroom: {words}")
    sys.exit(code)


if __name__ == "__main__":
    main()
