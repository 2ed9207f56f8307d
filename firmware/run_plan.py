"""What one run of the daemon is to do: command line and settings to a plan. Pure but for files."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from firmware.simulation.bedroom import Bedroom
from firmware.simulation.errors import ReplayError
from firmware.simulation.nights import Scenario
from firmware.simulation.replay import Replay
from firmware.simulation.room import Room
from monitor.contract.errors import SeriesError, ZoneNameError
from monitor.contract.record import epoch_ms
from monitor.contract.series import parse_series
from monitor.contract.series_times import civil_zone, fixed_offset
from monitor.contract.zones import chosen_zone
from monitor.runtime.errors import ConfigError
from monitor.runtime.faults import FaultTextError, PlannedFault, parse_faults
from monitor.runtime.series_file import series_lines
from monitor.runtime.settings import Settings, SimulationSettings

SCENARIOS = ("demo", "ordinary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run: room None is the hardware; span_ms is (from, until) of virtual time."""

    room: Room | None = None
    span_ms: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    faults: tuple[PlannedFault, ...] = ()


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the command line; argparse ends the process with exit code 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m firmware", description="The sensor daemon.")
    parser.add_argument("--config", type=Path, required=True, help="nightroom.toml")
    check = parser.add_argument_group("look at the parts once, then exit")
    check.add_argument("--check", action="store_true", help="who answers, and what it says")
    check.add_argument("--json", action="store_true", help="of --check")
    virtual = parser.add_argument_group("virtual time, as fast as it goes, then exit")
    virtual.add_argument("--virtual-from", type=_instant_ms, metavar="RFC3339")
    virtual.add_argument("--virtual-until", type=_instant_ms, metavar="RFC3339")
    replay = parser.add_argument_group("a recorded series instead of a simulated room")
    replay.add_argument("--replay", type=Path, metavar="FILE", help="CSV or CSV.gz")
    local = replay.add_mutually_exclusive_group()
    local.add_argument("--utc-offset", default="+00:00", help="of times without one (+01:00)")
    local.add_argument("--zone", help="civil zone of times without an offset")
    replay.add_argument("--from", dest="replay_from", type=_time, metavar="TIME")
    replay.add_argument("--until", dest="replay_until", type=_time, metavar="TIME")
    return parser.parse_args(arguments)


def make_plan(arguments: argparse.Namespace, settings: Settings, *, now_ms: int) -> Plan:
    """Return what to run.

    Args:
        arguments: of parse_arguments.
        settings: of the configuration file.
        now_ms: from where a scenario without virtual time counts its nights back.

    Raises:
        ConfigError: arguments and settings do not fit each other.
        ReplayError: the recorded series cannot be used.
    """
    faults = _faults(settings.simulation, arguments)
    if arguments.replay is not None:
        try:
            return replace(_replay_plan(arguments), faults=faults)
        except SeriesError as error:
            raise ReplayError(str(error)) from error
    span_ms = _span_ms(arguments.virtual_from, arguments.virtual_until, "--virtual-")
    simulation = settings.simulation
    if not simulation.scenario:
        if span_ms is not None:
            problem = "--virtual-from needs a simulated room: set [simulation] scenario"
            raise ConfigError(arguments.config, (problem,))
        return Plan()
    if simulation.scenario not in SCENARIOS:
        expected = " or ".join(SCENARIOS)
        problem = f"[simulation] scenario = {simulation.scenario!r}: expected {expected}"
        raise ConfigError(arguments.config, (problem,))
    anchor_ms = now_ms if span_ms is None else span_ms[1]
    bedroom = _bedroom(simulation, anchor_ms, arguments.config)
    return Plan(room=bedroom, span_ms=span_ms, faults=faults)


def _faults(
    simulation: SimulationSettings, arguments: argparse.Namespace
) -> tuple[PlannedFault, ...]:
    if simulation.faults and not simulation.scenario and arguments.replay is None:
        problem = "[simulation] faults need a simulated room: set [simulation] scenario"
        raise ConfigError(arguments.config, (problem,))
    try:
        return parse_faults(simulation.faults)
    except FaultTextError as error:
        raise ConfigError(arguments.config, (f"[simulation] faults: {error}",)) from error


def _bedroom(simulation: SimulationSettings, anchor_ms: int, config: Path) -> Bedroom:
    try:
        chosen_zone(simulation.zone)
    except ZoneNameError as error:
        raise ConfigError(config, (f"[simulation] zone: {error}",)) from error
    scenario = Scenario(
        seed=simulation.seed,
        zone=simulation.zone,
        now_ms=anchor_ms,
        demo=simulation.scenario == "demo",
    )
    return Bedroom(scenario, seed=simulation.seed)


def _replay_plan(arguments: argparse.Namespace) -> Plan:
    zone = civil_zone(arguments.zone) if arguments.zone else fixed_offset(arguments.utc_offset)
    with series_lines(arguments.replay) as lines:
        series = parse_series(lines, zone, name=str(arguments.replay))
    room = Replay(series)
    from_ms = max(room.start_ms, _placed_ms(arguments.replay_from, zone, room.start_ms))
    until_ms = min(room.end_ms, _placed_ms(arguments.replay_until, zone, room.end_ms))
    if from_ms >= until_ms:
        raise ReplayError(f"{arguments.replay}: no row between --from and --until")
    ignored = (f"column {name} ignored: {why}" for name, why in series.ignored.items())
    return Plan(room=room, span_ms=(from_ms, until_ms), notes=(*ignored, *series.notes))


def _span_ms(from_ms: int | None, until_ms: int | None, names: str) -> tuple[int, int] | None:
    if from_ms is None and until_ms is None:
        return None
    if from_ms is None or until_ms is None or from_ms >= until_ms:
        raise ConfigError(None, (f"{names}from and {names}until: expected both, in this order",))
    return from_ms, until_ms


def _placed_ms(at: datetime | None, zone: tzinfo, default_ms: int) -> int:
    """Return a time of the command line, read as the file's own times are."""
    if at is None:
        return default_ms
    return epoch_ms(at if at.tzinfo else at.replace(tzinfo=zone))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: expected ISO 8601, 2016-02-01T12:00"
        ) from error


def _instant_ms(text: str) -> int:
    at = _time(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text}: expected an offset or Z at the end")
    return epoch_ms(at)
