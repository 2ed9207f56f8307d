"""The shipped units as values: every setting with all its assignments, in order."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
PRODUCT = ("nightroom-sensors", "nightroom-monitor", "nightroom-web")
# Started by its timer, not by the target.
BACKUP = "nightroom-backup"
SERVICES = ("nightroom-broker", *PRODUCT)


class Unit:
    """One unit file."""

    def __init__(self, file: Path) -> None:
        self.settings: dict[str, list[str]] = {}
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "[")):
                key, _, value = line.partition("=")
                self.settings.setdefault(key, []).append(value)

    def last(self, key: str) -> str:
        return self.settings[key][-1]

    def words(self, key: str) -> list[str]:
        """Return the words of all assignments of a list setting."""
        return [word for value in self.settings.get(key, []) for word in value.split()]


def unit(name: str) -> Unit:
    return Unit(FOLDER / f"{name}.service")
