"""What can be wrong with what a household chose, seen from scoring."""


class ScoreError(Exception):
    """A setting cannot be scored with; the text names it and what is possible."""


class UnknownProfileError(ScoreError):
    """The profile is none of the table's; choose one of those named in the text."""


class UnknownLampError(ScoreError):
    """The lamp is none of the table's; choose one of those named in the text."""
