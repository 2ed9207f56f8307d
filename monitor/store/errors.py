"""What can be wrong with a database file, named by what the operator can do about it."""

from pathlib import Path


class StoreError(Exception):
    """The store cannot do what was asked; the text says which file, why, and the next step."""


class StoreMissingError(StoreError):
    """There is no such database yet: start the process that writes it."""


class OlderSchemaError(StoreMissingError):
    """The database is there, of an earlier version or empty: start the process that writes it."""


class ForeignFileError(StoreError):
    """The file is not this database: move it away."""


class NewerSchemaError(StoreError):
    """A later nightroom wrote the file: upgrade this one."""


class StoreInUseError(StoreError):
    """Another process is the writer: stop it first."""


class StoreUnavailableError(StoreError):
    """Locked, full, read-only or failing storage: kept unacknowledged, tried again."""


class CorruptFileError(StoreUnavailableError):
    """The file's content is damaged: set aside at the next start, what is intact copied back."""

    def __init__(self, text: str, path: Path) -> None:
        super().__init__(text)
        self.path = path


class GoneFileError(StoreUnavailableError):
    """The file was removed or replaced while it was open: its writer starts anew."""


class UnreadableNightError(StoreUnavailableError):
    """A stored judgement cannot be read: its night is judged again."""


class SettingError(StoreError):
    """A setting that does not exist or cannot have this value; the text says what can."""


class BackupError(StoreError):
    """A backup cannot be made, or a file is none that may be restored; the text says why."""


class HandoverError(StoreError):
    """A wish could not be handed to the web process, or was none; the text says why."""
