"""The sensor daemon's composition root: `python -m firmware --config FILE`.

Exit codes: 0 stopped in order, 1 the store did not take everything of a virtual run or
something is broken, 2 configuration.
"""

import logging
import os
import random
import secrets
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from firmware.check import check
from firmware.core_dumps import forbid_core_dumps
from firmware.courier import Courier
from firmware.daemon import Daemon, Progress
from firmware.dating import Dating
from firmware.disk import RealDisk
from firmware.errors import JournalError
from firmware.fitted import fitted_parts, panel_of
from firmware.guarded import guarded
from firmware.journal import Journal
from firmware.journal_lock import only_writer
from firmware.parts import Parts
from firmware.run_plan import Plan, make_plan, parse_arguments
from firmware.sampling import Sampler
from firmware.sensors.bus import open_bus
from firmware.sensors.panel import mock_factory
from firmware.sensors.panel_rules import LONGEST_NIGHT_S
from firmware.simulation.errors import SimulationError
from firmware.simulation.parts import SoundPath, room_wiring, simulated_parts
from firmware.uplink import Identity, Uplink, availability, subscriptions
from monitor.contract.messages import MAX_BATCH_RECORDS
from monitor.contract.record import ClockState, Record, instant
from monitor.contract.topics import Topics
from monitor.night.events import EventDetector
from monitor.runtime.broker import sensors_user
from monitor.runtime.clock import Clock, RealClock, VirtualClock
from monitor.runtime.config import load_settings, read_password
from monitor.runtime.errors import OperatorError
from monitor.runtime.findings import report_text
from monitor.runtime.logging import line, setup_logging
from monitor.runtime.mqtt import MqttLink
from monitor.runtime.service import Heartbeat, Notifier, stop_on_signals
from monitor.runtime.settings import Settings

log = logging.getLogger(__name__)

# Source: no-loss design: background of the noise detector after a restart.
SEED_MINUTES: Final = 10
BROKEN: Final = 1
CONFIGURATION: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the daemon; return its exit code."""
    setup_logging()
    forbid_core_dumps()
    parsed = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = load_settings(parsed.config)
        plan = make_plan(parsed, settings, now_ms=RealClock().now_ms())
        if parsed.check:
            return look(settings, plan, as_json=parsed.json)
        with only_writer(settings.sensors.journal_dir, RealClock(), log.warning):
            return run(settings, plan)
    except OperatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except SimulationError as error:
        sys.stderr.write(f"{error}\n")
        return CONFIGURATION
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return BROKEN


def run(settings: Settings, plan: Plan) -> int:
    """Put the parts together and run them; the daemon stops them in reverse order."""
    # Simulated rooms have the right time whatever this machine's time source says.
    network_clock = RealClock(state=None if plan.room is None else ClockState.SYNCED)
    clock: Clock = network_clock
    if plan.span_ms is not None:
        clock = VirtualClock(start_ms=plan.span_ms[0], boot_id=_new_id())
    room = settings.room
    identity = Identity(room=room.slug, device=room.device, session=_new_id())
    journal = Journal.open(settings.sensors.journal_dir, disk=RealDisk(), new_id=_new_id)
    link = _link(settings, plan, identity, network_clock)
    uplink = Uplink(
        link,
        topics=Topics(prefix=settings.broker.prefix),
        identity=identity,
        clock=network_clock,
        is_live=plan.span_ms is None,
    )
    dating = Dating.open(settings.sensors.journal_dir, RealDisk(), journal)
    parts = _parts(settings, plan, clock, _dated_before(journal, dating))
    seed = partial(_seed_again, parts, journal, dating)
    courier = _courier(journal, dating, identity, uplink, network_clock, seed)
    notifier = Notifier(os.environ)
    daemon = Daemon(
        sampler=Sampler(parts=parts, clock=clock, detector=_detector(journal)),
        courier=courier,
        uplink=uplink,
        clock=clock,
        network_clock=network_clock,
        state_interval_s=settings.sensors.state_interval_s,
        heartbeat=Heartbeat(notifier, f"room {room.slug}"),
        progress=partial(_show_progress, plan),
        off_until=_always_on if plan.room is None else plan.room.off_until,
    )
    stop = threading.Event()
    stop_on_signals(stop, link.wake, told=notifier.stopping)
    for note in (*journal.findings, *dating.findings, *plan.notes):
        log.info(line("start", note=note))
    delivered = daemon.run(stop, until_ms=None if plan.span_ms is None else plan.span_ms[1])
    return 0 if delivered else BROKEN


def look(settings: Settings, plan: Plan, *, as_json: bool) -> int:
    """Print what is wired and what it says; return 1 if something is not well."""
    clock = RealClock()
    if plan.room is None:
        pins = panel_of(settings.panel, clock)
        report = check(settings, fitted_parts(settings, clock), bus_of=open_bus, pins_of=pins.probe)
    else:
        pins = panel_of(settings.panel, clock, factory=mock_factory)
        wiring = room_wiring(plan.room, clock, plan.faults, seed=settings.simulation.seed)
        path = SoundPath(real_time=False, arecord=None)
        parts = simulated_parts(plan.room, clock, settings, path=path, seed=0, wiring=wiring)
        report = check(settings, parts, bus_of=wiring.bus_now, pins_of=pins.probe, simulated=True)
    told = msgspec.json.encode(report).decode() if as_json else report_text(report)
    sys.stdout.write(told + "\n")
    return 0 if report.ok else BROKEN


def _link(settings: Settings, plan: Plan, identity: Identity, clock: Clock) -> MqttLink:
    topics = Topics(prefix=settings.broker.prefix)
    will = availability(topics, identity, online=False, at_ms=clock.now_ms())
    return MqttLink(
        settings=settings.broker,
        client_id=sensors_user(identity.room),
        username=settings.sensors.username,
        password=read_password(settings.sensors.password_file),
        subscriptions=subscriptions(topics, identity.room),
        will=will if plan.span_ms is None else None,
        clock=clock,
        session=identity.session,
    )


def _courier(
    journal: Journal,
    dating: Dating,
    identity: Identity,
    uplink: Uplink,
    clock: Clock,
    read_later: Callable[[], object],
) -> Courier:
    courier = Courier(
        journal,
        device=identity.device,
        session=identity.session,
        clock=clock,
        rng=random.Random(),  # noqa: S311 - jitter, not a secret
        publish=uplink.publish,
        report=log.info,
        dating=dating,
        read_later=read_later,
    )
    uplink.serve(courier)
    return courier


def _detector(journal: Journal) -> EventDetector:
    """Return a detector that knows the background of before a restart."""
    detector = EventDetector()
    detector.seed(record.minute for record in _before(journal, SEED_MINUTES))
    return detector


def _before(journal: Journal, count: int) -> Iterator[Record]:
    """Give the last minutes before a restart, without those that cannot be read."""
    held, seq = journal.holdings(), journal.next_seq
    # Numbers that were skipped are no minutes: a day of them may lie behind an unread part.
    while (lacking := count - held.count_above(seq - 1)) > 0 and seq > held.lowest_seq:
        seq = max(held.lowest_seq, seq - lacking)
    while seq < journal.next_seq:
        run: list[Record] = []
        with suppress(JournalError):  # what was is no reason not to record what is
            run = journal.records(seq)  # one batch, and of one segment
        yield from run
        seq = run[-1].seq + 1 if run else seq + MAX_BATCH_RECORDS


def _dated_before(journal: Journal, dating: Dating) -> Iterator[Record]:
    """Give the minutes in which lights-out of a night that goes on may have been pressed."""
    return map(dating.dated, _before(journal, LONGEST_NIGHT_S // 60))


def _seed_again(parts: Parts, journal: Journal, dating: Dating) -> None:
    """Let the panel know of a lights-out that could not be read at the start."""
    if parts.panel is not None:
        guarded("panel", partial(parts.panel.seed, _dated_before(journal, dating)))


def _parts(settings: Settings, plan: Plan, clock: Clock, before: Iterable[Record]) -> Parts:
    if plan.room is None:
        return fitted_parts(settings, clock, before=before)
    path = SoundPath(real_time=plan.span_ms is None, arecord=shutil.which("arecord"))
    return simulated_parts(
        plan.room,
        clock,
        settings,
        path=path,
        seed=settings.simulation.seed,
        wiring=room_wiring(plan.room, clock, plan.faults, seed=settings.simulation.seed),
    )


def _show_progress(plan: Plan, progress: Progress) -> None:
    """Write `progress SHARE words`, which the command line shows as a bar."""
    from_ms, until_ms = plan.span_ms or (0, 1)
    share = (progress.now_ms - from_ms) / (until_ms - from_ms)
    now = instant(progress.now_ms).strftime("%Y-%m-%d %H:%M")
    # Whoever was to see it may have gone, which is no reason to stop.
    with suppress(OSError):
        sys.stderr.write(
            f"progress {share:.3f} {now} UTC, {progress.backlog} minutes on their way\n"
        )


def _always_on(_at_ms: int) -> None:
    """Return None: what runs on hardware has power while it runs."""


def _new_id() -> str:
    return secrets.token_hex(8)


if __name__ == "__main__":
    sys.exit(main())
