"""Starts the dashboard, leanly: `python -m web --config FILE`."""

import sys

import web.lean  # noqa: F401 - before everything that loads a library
from web.serving import main

if __name__ == "__main__":
    sys.exit(main())
