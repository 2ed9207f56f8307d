"""What can be wrong with sound that is to be measured."""


class SoundError(Exception):
    """Sound cannot be measured as asked; the text says what to change."""


class CurveError(SoundError):
    """A microphone's correction curve cannot be used."""


class WaveError(SoundError):
    """A wave file cannot be measured: no PCM of 16, 24 or 32 bits, or too short."""
