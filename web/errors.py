"""What can stop the dashboard, named by what the operator can do."""

from monitor.runtime.errors import OperatorError


class ListenError(OperatorError):
    """The address cannot be listened on: taken, not ours, or not allowed."""

    exit_code = 2


class OpenToAllError(OperatorError):
    """Others in the network could look in without a login: change host or login."""

    exit_code = 2


class TooBusyError(Exception):
    """More is asked for at once than this machine can do; a moment later it can."""
