"""Options of the whole suite, and its orderly end."""

import signal

import pytest


def pytest_configure() -> None:
    """End at SIGTERM as at Ctrl-C: mounts, namespaces and processes are then taken down."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screenshots",
        action="store_true",
        help="write the README's screenshots anew into docs/images",
    )
