"""What can stop the sensor daemon, named by what the operator can do about it."""


class FirmwareError(Exception):
    """The daemon cannot go on as configured; the text names the next step."""


class BusError(FirmwareError):
    """An I2C bus cannot be opened: it is switched off, not there, or not allowed."""
