"""The commands of `nightroom`: options and words; the work is elsewhere."""

import secrets
import sys
import threading
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click
import msgspec

from monitor.alerts.channels import ChildCourier
from monitor.cli.access import new_setup_code, reset_password, was_taken
from monitor.cli.alerts import channels_of, send_tests, set_channel
from monitor.cli.broker_files import broker_files
from monitor.cli.calibrate import calibrate
from monitor.cli.demo import Demo, Replayed, Wish
from monitor.cli.progress import ProgressMeter
from monitor.cli.record import record_until_stopped
from monitor.cli.replay_zone import zone_of_replay
from monitor.cli.stored import nights_of
from monitor.cli.table import nights_table
from monitor.runtime.clock import RealClock
from monitor.runtime.config import load_settings
from monitor.runtime.service import stop_on_signals

DEFAULT_CONFIG: Final = Path("/etc/nightroom/nightroom.toml")
DEFAULT_DEMO_DIR: Final = Path(".nightroom/demo")
DEFAULT_PORT: Final = 8080
FILE: Final = click.Path(path_type=Path, dir_okay=False)
NOT_RUNNING: Final = "nightroom-web does not run: start it, it takes this over then."
FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("nightroom"), prog_name="nightroom")
def nightroom() -> None:
    """Tells how your bedroom did at 3 in the morning: quiet, cool and dark."""


nightroom.add_command(broker_files)
nightroom.add_command(calibrate)


@nightroom.command()
@click.option("--replay", type=FILE, help="Run a recorded series (CSV, CSV.gz) instead.")
@click.option("--utc-offset", metavar="+HH:00", help="The one offset of its naive local times.")
@click.option("--zone", metavar="NAME", help="Or the civil zone its logger followed.")
@click.option("--from", "start", metavar="TIME", help="Replay from this time of the file on.")
@click.option("--until", metavar="TIME", help="Replay up to this time of the file.")
@click.option("--nights", type=click.IntRange(1, 60), default=14, show_default=True,
              help="How many past nights the simulated room has.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65_535), default=DEFAULT_PORT, show_default=True,
              help="The page's port; the next free one if taken.")  # fmt: skip
@click.option("--data-dir", type=FOLDER, default=DEFAULT_DEMO_DIR, show_default=True,
              help="Where its files go; what an earlier demo left there is replaced.")  # fmt: skip
@click.option("--once", is_flag=True, help="Print the nights and stop.")
def demo(  # noqa: PLR0913 - one parameter an option
    *,
    replay: Path | None,
    utc_offset: str | None,
    zone: str | None,
    start: str | None,
    until: str | None,
    nights: int,
    port: int,
    data_dir: Path,
    once: bool,
) -> None:
    """Run the whole product on simulated buses: real drivers, broker, monitor, pages."""
    replayed = _replayed(replay, utc_offset, zone, start, until)
    wish = Wish(data_dir=data_dir, port=port, nights=nights, once=once, replayed=replayed)
    stop = threading.Event()
    stop_on_signals(stop)
    click.echo("Starting broker, monitor and pages; making nights on simulated chips.", err=True)
    meter = ProgressMeter(write=partial(click.echo, err=True), terminal=sys.stderr.isatty())
    runner = Demo(wish, clock=RealClock(), stop=stop, tell=click.echo, show=meter.show)
    try:
        runner.run()
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)


@nightroom.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
def record(*, config: Path) -> None:
    """Run the monitor: keep every minute, score the room, judge the nights."""
    record_until_stopped(load_settings(config))


@nightroom.command()
@click.option("--config", type=FILE, help="Where the store and the room are named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
@click.option("--room", default="bedroom", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Full detail, one JSON array.")
def nights(*, config: Path | None, data_dir: Path | None, room: str, as_json: bool) -> None:
    """Print the stored nights."""
    found = nights_of(_data_dir(config, data_dir), room)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    elif found:
        click.echo(nights_table(found))
    else:
        click.echo(f"No nights of room {room!r} yet: the first one is judged in the morning.")


@nightroom.command("setup-code")
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
def setup_code(*, config: Path) -> None:
    """Print a one-time code for the first run; as root. It counts for 30 minutes, 5 tries."""
    settings, clock = load_settings(config), RealClock()
    folder = settings.monitor.data_dir
    click.echo(new_setup_code(folder, clock=clock, random_bytes=secrets.token_bytes))
    click.echo(f"Type it at http://<this machine>:{settings.web.port}/setup", err=True)
    if not was_taken(folder, clock):
        click.echo(NOT_RUNNING, err=True)


@nightroom.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
def password(*, config: Path) -> None:
    """Ask for another household password; as root. Everybody must log in again."""
    folder = load_settings(config).monitor.data_dir
    # Never an option: every user of the machine can read a command line.
    typed = click.prompt("The household's new password", hide_input=True, confirmation_prompt=True)
    reset_password(folder, typed, random_bytes=secrets.token_bytes)
    click.echo("In force." if was_taken(folder, RealClock()) else NOT_RUNNING, err=True)


@nightroom.command()
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def alert_test(*, config: Path | None, data_dir: Path | None) -> None:
    """Send a test through every alert channel and say what happened."""
    clock = RealClock()
    channels = channels_of(_data_dir(config, data_dir), clock)
    send_tests(channels, courier=ChildCourier(clock), clock=clock, tell=click.echo)


@nightroom.command()
@click.argument("name")
@click.option("--remove", is_flag=True, help="Take the channel back.")
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def alert_channel(*, name: str, remove: bool, config: Path | None, data_dir: Path | None) -> None:
    """Add or replace an alert channel; its url is asked for, or read from stdin.

    The url is in the notation of Apprise, such as ntfys://ntfy.sh/a-long-secret-topic.
    """
    # Never an argument: every user of the machine can list those.
    url = None if remove else _asked_url()
    set_channel(_data_dir(config, data_dir), name, url, RealClock())
    click.echo(f"{name}: {'removed' if remove else 'kept; try it with `nightroom alert-test`'}.")


def _asked_url() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(click.prompt("url", hide_input=True, err=True)).strip()


def _data_dir(config: Path | None, data_dir: Path | None) -> Path:
    return data_dir or load_settings(config or DEFAULT_CONFIG).monitor.data_dir


def _replayed(
    file: Path | None,
    utc_offset: str | None,
    zone: str | None,
    start: str | None,
    until: str | None,
) -> Replayed | None:
    given = {"--utc-offset": utc_offset, "--zone": zone, "--from": start, "--until": until}
    chosen = {name: value for name, value in given.items() if value is not None}
    if file is None:
        if chosen:
            raise click.UsageError(f"{', '.join(chosen)} only make sense with --replay FILE")
        return None
    household_zone = zone_of_replay(utc_offset, zone)
    options = tuple(word for pair in chosen.items() for word in pair)
    return Replayed(file=file.resolve(), zone=household_zone, options=options)
