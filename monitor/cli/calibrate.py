"""The commands of `nightroom calibrate`: options and words; the work is elsewhere."""

import threading
from pathlib import Path
from typing import Final

import click

from monitor.cli.calibrate_sensors import Calibrator, calibrator_of
from monitor.cli.calibrate_sound import FLOOR_S, READING_S, TONE_S, Wanted, calibrate_sound
from monitor.cli.progress import progress
from monitor.runtime.clock import RealClock
from monitor.runtime.config import load_settings
from monitor.runtime.service import stop_on_signals

DEFAULT_CONFIG: Final = Path("/etc/nightroom/nightroom.toml")
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.group()
def calibrate() -> None:
    """Make a sensor right by what you know to be true."""


@calibrate.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
@click.option("--calibrator", type=click.Choice(["94", "114"]),
              help="A calibrator of so many dB at 1 kHz is on the microphone.")  # fmt: skip
@click.option("--reference", type=click.FloatRange(30, 120), metavar="DBA",
              help="What a meter you trust reads (LAeq) beside it, of a steady sound.")  # fmt: skip
@click.option("--floor", is_flag=True,
              help="The microphone is in a closed padded box: measure its own noise.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(1, 3600),
              help="How long to listen: 30, against a reading 60, for the floor 600.")  # fmt: skip
def sound(
    *,
    config: Path,
    calibrator: str | None,
    reference: float | None,
    floor: bool,
    seconds: float | None,
) -> None:
    """Calibrate the microphone, or measure its own noise, while the daemon runs."""
    if [calibrator is not None, reference is not None, floor].count(True) != 1:
        raise click.UsageError("choose one of --calibrator, --reference and --floor")
    usual_s = FLOOR_S if floor else READING_S if reference is not None else TONE_S
    wanted = Wanted(
        duration_s=seconds or usual_s,
        tone_db=None if calibrator is None else float(calibrator),
        reading_dba=reference,
    )
    stop = threading.Event()
    stop_on_signals(stop)
    meter = progress()
    clock = RealClock()
    click.echo(
        calibrate_sound(load_settings(config), wanted, clock=clock, stop=stop, show=meter.show)
    )


@calibrate.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
@click.option("--reference", type=click.FloatRange(-20, 60), metavar="C",
              help="What a thermometer you trust reads beside it, °C.")  # fmt: skip
@click.option("--warm-up", "warm_up_min", type=click.FloatRange(30, 600), metavar="MINUTES",
              help="Or: it was switched on, cold, so many minutes ago.")  # fmt: skip
def temperature(*, config: Path, reference: float | None, warm_up_min: float | None) -> None:
    """Set the temperature's offset, while the daemon runs."""
    if (reference is None) == (warm_up_min is None):
        raise click.UsageError("choose one of --reference and --warm-up")
    made = _calibrator(config)
    if warm_up_min is not None:
        click.echo(made.warm_up(warm_up_min))
    elif reference is not None:
        click.echo(made.temperature(reference))


@calibrate.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
@click.option("--reference", type=click.FloatRange(0), metavar="LUX", required=True,
              help="What a meter reads beside it, or it itself without its window.")  # fmt: skip
def light(*, config: Path, reference: float) -> None:
    """Set the light's factor (scale and window), while the daemon runs."""
    click.echo(_calibrator(config).light(reference))


def _calibrator(config: Path) -> Calibrator:
    stop = threading.Event()
    stop_on_signals(stop)
    meter = progress()
    return calibrator_of(load_settings(config), RealClock(), stop, meter.show)
