"""What can stop the dashboard, named by what the operator can do."""

from monitor.runtime.errors import OperatorError


class ListenError(OperatorError):
    """The address cannot be listened on: taken, not ours, or not allowed."""

    exit_code = 2
