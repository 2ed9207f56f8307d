"""What can stop or refuse in the dashboard, named by what the operator can do."""


class WebError(Exception):
    """The dashboard cannot go on; the text says why and what to do next."""


class ListenError(WebError):
    """The address cannot be listened on: taken, not ours, or not allowed."""
