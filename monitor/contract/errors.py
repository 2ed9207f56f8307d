"""What can be wrong with something that crosses between processes."""


class ContractError(Exception):
    """A message or value breaks the contract; it is dropped, counted and shown."""


class PayloadError(ContractError):
    """The bytes of a message cannot be accepted; the text says which field and why."""


class TopicError(ContractError):
    """A topic is not one of ours, or its room slug is malformed."""


class SeriesError(ContractError):
    """A recorded series cannot be used; the text names the line and what was expected."""


class ZoneNameError(ContractError):
    """A name is no time zone that can be chosen; the text says what to write instead."""
