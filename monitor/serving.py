"""The monitor's process put together: databases, link, loops, alerts, in the order of start."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from monitor.alerts.channels import ChildCourier, Courier
from monitor.alerts.watch import Watch
from monitor.contract.topics import Topics
from monitor.deleting import Deleter
from monitor.nightly import Nightly
from monitor.recorder import Recorder, subscriptions
from monitor.runtime.clock import Clock
from monitor.runtime.link import Link
from monitor.runtime.logging import line
from monitor.runtime.sampled import SampledLog
from monitor.runtime.settings import Settings
from monitor.score.model import SCORE_MODEL_VERSION
from monitor.score.rating import score_night
from monitor.score.running import RunningNight
from monitor.score.state import score_state
from monitor.store.database import free_bytes
from monitor.store.errors import CorruptFileError, StoreError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader
from monitor.store.live import LIVE_FOLDER, LiveFiles
from monitor.store.live_board import LiveBoard
from monitor.store.nights_db import NIGHTS_FILE
from monitor.store.nights_reader import NightsReader
from monitor.store.nights_writer import NightsWriter
from monitor.store.salvor import Salvor
from monitor.store.undo_time import Moment

log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    *,
    connect: Callable[[tuple[str, ...]], Link],
    alive: Callable[[], None] = lambda: None,
    network_clock: Clock | None = None,
) -> None:
    """Run the monitor until stop is set: the composition root of its process.

    Args:
        settings: the whole file; [broker] and [monitor] are used.
        clock: the process's clock.
        stop: ends the loop within a second.
        connect: builds the link with these subscriptions.
        alive: called once a step, for a watchdog.
        network_clock: bounds what is sent to phones; the process's own unless that is not real.

    Raises:
        StoreError: nights.db cannot be opened; the text says what to do.
    """
    topics = Topics(prefix=settings.broker.prefix)
    data_dir = settings.monitor.data_dir
    sampled = SampledLog(log, clock)
    with ExitStack() as stack:
        writer = stack.enter_context(closing(_writer(data_dir / NIGHTS_FILE)))
        stack.enter_context(_given_up_if_damaged(writer))
        reader = stack.enter_context(closing(NightsReader.open(data_dir / NIGHTS_FILE)))
        household = stack.enter_context(closing(HouseholdReader(data_dir / HOUSEHOLD_FILE)))
        link = connect(subscriptions(topics))
        nightly = Nightly(
            writer=writer,
            reader=reader,
            household=household,
            score=score_night,
            follow=RunningNight,
            score_model_version=SCORE_MODEL_VERSION,
            sampled=sampled,
        )
        files = LiveFiles(settings.monitor.runtime_dir / LIVE_FOLDER)
        board = LiveBoard(files, clock, sampled, reader.rooms())
        courier = ChildCourier(network_clock or clock)
        watch = _watch(writer, reader, household, nightly, courier, board, clock, sampled)
        recorder = Recorder(
            link=link,
            clock=clock,
            topics=topics,
            writer=writer,
            nightly=nightly,
            score_now=score_state,
            board=board,
            watch=watch,
            deleter=_deleter(writer, household, nightly, clock),
            household=household,
            sampled=sampled,
        )
        stack.callback(watch.stop)
        stack.enter_context(_salvaging(writer, clock, stop))
        stack.callback(link.stop)
        link.start()
        recorder.run(stop, alive)


def _writer(path: Path) -> NightsWriter:
    return NightsWriter.open(path, new_id=lambda: secrets.token_hex(8))


@contextmanager
def _given_up_if_damaged(writer: NightsWriter) -> Iterator[None]:
    """Have the next start set the store aside where its damage ends this one."""
    try:
        yield
    except CorruptFileError as error:
        if error.path == writer.path:
            writer.condemn()
        raise


def _deleter(
    writer: NightsWriter, household: HouseholdReader, nightly: Nightly, clock: Clock
) -> Deleter:
    """Return what deletes, knowing already what people have deleted: salvage must ask it."""
    deleter = Deleter(writer, household, nightly.check_soon)
    with suppress(StoreError):  # the recorder tries again, and tells
        deleter.step(Moment.of(clock))
    return deleter


@contextmanager
def _salvaging(writer: NightsWriter, clock: Clock, stop: threading.Event) -> Iterator[None]:
    """Copy back in the background what is intact in files set aside; ends before the writer.

    Then look once at the check sum of every minute, and for it in every index: where one is wrong
    the monitor stops, and its next start sets the file aside and salvages the others.
    """
    ends = threading.Event()
    salvor = Salvor(
        writer,
        clock=clock,
        stop=ends,
        report=log.info,
    )
    with suppress(StoreError):  # whoever works with it tells
        salvor.begin()

    def work() -> None:
        salvor.run()
        with suppress(StoreError):  # whoever works with it tells
            if why := _damage(writer.path, ends):
                log.warning(line("the store is given up", why=why))
                writer.condemn()
                stop.set()

    thread = threading.Thread(target=work, name="salvage")
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _damage(path: Path, ends: threading.Event) -> str:
    """Return what only a look at every row finds, empty where all is well or there is no time."""
    try:
        with NightsReader.open(path) as reader:
            if changed := reader.changed_minutes(ends.is_set):
                return f"check sums of {changed} minutes are wrong"
            return "" if ends.is_set() else reader.broken_index(ends.is_set)
    except CorruptFileError as error:
        return str(error)


def _watch(
    writer: NightsWriter,
    reader: NightsReader,
    household: HouseholdReader,
    nightly: Nightly,
    courier: Courier,
    board: LiveBoard,
    clock: Clock,
    sampled: SampledLog,
) -> Watch:
    return Watch(
        writer=writer.alerts(),
        household=household,
        nights=nightly,
        courier=courier,
        clock=clock,
        free_bytes=partial(free_bytes, writer.path),
        newest_end_ms=reader.newest_end_ms,
        rooms=reader.rooms(),
        findings=board,
        sampled=sampled,
    )
