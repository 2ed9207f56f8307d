"""Options of the whole suite, and its orderly end."""

import signal

import pytest
from hypothesis import HealthCheck, Phase, settings

# Tests are not timed: a machine that is busy with others takes its time.
settings.register_profile("plain", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("plain")
# Mutation testing asks only whether a test fails, not for the smallest example that it fails on.
settings.register_profile("mutation", phases=(Phase.explicit, Phase.generate))


def pytest_configure() -> None:
    """End at SIGTERM as at Ctrl-C: mounts, namespaces and processes are then taken down."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screenshots",
        action="store_true",
        help="write the README's screenshots anew into docs/images",
    )
