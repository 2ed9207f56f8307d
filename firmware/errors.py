"""What can go wrong on the sensor's machine, named by what its operator can do."""


class FirmwareError(Exception):
    """Anything the sensor daemon reports as its own."""


class JournalError(FirmwareError):
    """The journal's disk refused; free space or change the card. What waits is kept."""
