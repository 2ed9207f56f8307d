"""Composition root of the dashboard, which `python -m web --config FILE` starts."""

import argparse
import errno
import gc
import logging
import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from flask import Flask
from waitress.server import BaseWSGIServer

from monitor.runtime.clock import Clock, RealClock
from monitor.runtime.config import load_settings
from monitor.runtime.errors import OperatorError
from monitor.runtime.logging import setup_logging
from monitor.runtime.pages_address import pages_address
from monitor.runtime.sampled import SampledFilter
from monitor.runtime.service import Notifier
from monitor.runtime.settings import Settings, WebSettings
from monitor.store.errors import StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_writer import HouseholdWriter
from monitor.store.live import LIVE_FOLDER, LiveFiles
from monitor.store.nights_db import NIGHTS_FILE
from web.access_mode import needs_login
from web.app import ahead_of, create_app
from web.doorkeeper import guarded
from web.errors import ListenError
from web.heartbeat import channels_woken_by_signals, run
from web.household import KeptHousehold
from web.kept import KeptNights
from web.server import open_server
from web.site import Site

DEFAULT_CONFIG: Final = Path("/etc/nightroom/nightroom.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the dashboard until SIGTERM or SIGINT; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m web", description="The nightroom dashboard.")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE")
    chosen = parser.parse_args(arguments)
    setup_logging()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        serve(load_settings(chosen.config), Notifier(os.environ))
    except OperatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def serve(settings: Settings, notifier: Notifier) -> None:
    """Serve the dashboard until this thread is told to exit.

    Raises:
        ListenError: the address is taken, not this machine's or not allowed.
        OpenToAllError: see web.access_mode.needs_login.
        StoreError: household.db cannot be opened for writing, or was removed or replaced since.
    """
    login = needs_login(settings)
    folder = settings.monitor.data_dir
    clock = RealClock()
    with ExitStack() as stack:
        stack.enter_context(_sampled_complaints(clock))
        file = folder / HOUSEHOLD_FILE
        writer = stack.enter_context(closing(HouseholdWriter.open(file, clock=clock)))
        store = stack.enter_context(closing(KeptNights(folder / NIGHTS_FILE)))
        household = stack.enter_context(closing(KeptHousehold(folder / HOUSEHOLD_FILE, writer)))
        guard = stack.enter_context(
            guarded(writer, folder, clock=clock, https=settings.web.https, login=login)
        )
        hostname = socket.gethostname()
        app = create_app(
            settings=settings.web,
            hostname=hostname,
            site=Site(
                store=store,
                live=LiveFiles(settings.monitor.runtime_dir / LIVE_FOLDER, clock),
                household=household,
                clock=clock,
                system_offset_s=lambda epoch_ms: time.localtime(epoch_ms / 1000).tm_gmtoff,
            ),
            guard=guard,
            new_id=lambda: str(uuid.uuid4()),
            pace=clock,
            broker=settings.broker,
        )
        channels = stack.enter_context(channels_woken_by_signals())
        server = listen(app, settings.web, channels, clock=clock)
        # What is here now stays: no collection needs to walk it while somebody waits.
        gc.collect()
        gc.freeze()
        status = pages_address(settings.web, hostname)
        stack.enter_context(ahead_of(app).drawing(clock))
        run(
            server, channels, notifier=notifier, status=status, clock=clock,
            require=writer.require_in_place,
        )  # fmt: skip


@contextmanager
def _sampled_complaints(clock: Clock) -> Iterator[None]:
    """Have the server complain once a minute at most.

    Of bytes that are no request it writes a traceback each: anybody could fill the card.
    """
    quiet, sampled = logging.getLogger("waitress"), SampledFilter(clock)
    quiet.addFilter(sampled)
    try:
        yield
    finally:
        quiet.removeFilter(sampled)


def listen(
    app: Flask, settings: WebSettings, channels: dict[int, object], *, clock: Clock
) -> BaseWSGIServer:
    """Return a server that listens, its sockets in channels; answering waits for its run().

    Raises:
        ListenError: as serve.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        # Opened here and not by waitress, which leaves its halves open when it fails.
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise ListenError(why(error, settings)) from error
    return open_server(app, listener, channels, clock=clock)


def why(error: OSError, settings: WebSettings) -> str:
    """Return why an address cannot be listened on, and what to do."""
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program: stop it, or set another port in section [web]."
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be opened: choose a port from 1024 upwards in section [web]."
    return f"{where} cannot be opened ({error.strerror}): set host in section [web]."


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    # The loop ends, and the workers finish what they are answering.
    raise SystemExit(0)
