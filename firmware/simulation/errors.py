"""What can be wrong with what a simulation is made from."""


class SimulationError(Exception):
    """The simulated room cannot be set up; the text says what to change."""


class ReplayError(SimulationError):
    """A recorded series cannot be used; the text names the line and what was expected."""
