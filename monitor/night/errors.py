"""What can be wrong with the question which night this is."""


class NightError(Exception):
    """The settings or the date name no night; the text says what to change."""
