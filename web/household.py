"""The household's choices as the pages' source of them."""

from dataclasses import dataclass

from monitor.night.household import Household


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedHousehold:
    """A household whose choices do not change while the process runs."""

    household: Household

    def in_force(self) -> Household:
        """Return the choices."""
        return self.household
