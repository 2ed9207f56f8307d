"""The commands of `nightroom`: options and words; the work is elsewhere."""

import secrets
import socket
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from monitor.alerts.channels import ChildCourier
from monitor.cli.access import new_setup_code, reset_password, was_taken
from monitor.cli.alerts import channels_of, send_tests, set_channel
from monitor.cli.broker_files import broker_files
from monitor.cli.calibrate import calibrate
from monitor.cli.demo import Demo, Replayed, Wish
from monitor.cli.demo_rooms import MOST_ROOMS
from monitor.cli.doctor import examine
from monitor.cli.household_options import household_of
from monitor.cli.interruptible import InterruptibleGroup
from monitor.cli.keeping import backup, restore
from monitor.cli.progress import progress
from monitor.cli.record import record_until_stopped
from monitor.cli.replay_file import require_series, require_time
from monitor.cli.replay_zone import zone_of_replay
from monitor.cli.score import Asked, score_files
from monitor.cli.series import export_minutes, import_minutes
from monitor.cli.show_nights import nights_text
from monitor.cli.stored import nights_of, require_room
from monitor.cli.telling import tell_done
from monitor.runtime.clock import RealClock
from monitor.runtime.config import load_settings
from monitor.runtime.faults import parse_faults
from monitor.runtime.findings import report_text
from monitor.runtime.pages_address import pages_address
from monitor.runtime.service import stop_on_signals
from monitor.score.anchors import PROFILES
from monitor.score.history import all_beside_past
from monitor.score.model import LAMPS

DEFAULT_CONFIG: Final = Path("/etc/nightroom/nightroom.toml")
DEFAULT_DEMO_DIR: Final = Path(".nightroom/demo")
DEFAULT_PORT: Final = 8080
FILE: Final = click.Path(path_type=Path, dir_okay=False)
NOT_RUNNING: Final = "nightroom-web does not run: start it, it takes this over then."
FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.group(cls=InterruptibleGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("nightroom"), prog_name="nightroom")
def nightroom() -> None:
    """Tells how your bedroom did at 3 in the morning: quiet, cool and dark."""


nightroom.add_command(broker_files)
nightroom.add_command(calibrate)
nightroom.add_command(backup)
nightroom.add_command(restore)
nightroom.add_command(export_minutes)
nightroom.add_command(import_minutes)


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
@click.option("--fault", "faults", multiple=True, metavar="TEXT",
              help='Such as "bme280 stuck-ff @2min for 5min"; can be given again.')  # fmt: skip
@click.option("--rooms", type=click.IntRange(1, MOST_ROOMS), default=1, show_default=True,
              help="How many rooms the simulated house has.")  # fmt: skip
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
    faults: tuple[str, ...],
    rooms: int,
    once: bool,
) -> None:
    """Run the whole product on simulated buses: real drivers, broker, monitor, pages."""
    if not str(data_dir).isprintable():
        raise click.UsageError("--data-dir: the broker reads no folder with a line end in its name")
    replayed = _replayed(replay, utc_offset, zone, start, until)
    parse_faults(faults)  # a wrong one is told at once, not by the daemon later
    if faults and once and replayed is None:
        raise click.UsageError("--fault plays in the live room, which --once leaves out")
    wish = Wish(
        data_dir=data_dir,
        port=port,
        nights=nights,
        once=once,
        replayed=replayed,
        faults=faults,
        rooms=rooms,
    )
    stop = threading.Event()
    stop_on_signals(stop)
    click.echo("Starting broker, monitor and pages; making nights on simulated chips.", err=True)
    meter = progress()
    runner = Demo(wish, clock=RealClock(), stop=stop, tell=click.echo, show=meter.show)
    try:
        runner.run()
    except KeyboardInterrupt:
        meter.end()
        click.echo("Stopped.", err=True)


@nightroom.command()
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
def record(*, config: Path) -> None:
    """Run the monitor: keep every minute, score the room, judge the nights."""
    record_until_stopped(load_settings(config))


@nightroom.command()
@click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option("--utc-offset", metavar="+HH:00", help="The one offset of the file's local times.")
@click.option("--zone", metavar="NAME", help="The civil zone of the household (and of times).")
@click.option("--events", type=FILE, help="Noise events: time, duration_s, lasmax_db, "
              "background_db; else they are found in rows of one second.")  # fmt: skip
@click.option("--calibrated", is_flag=True, help="Levels are from a calibrated meter.")
@click.option("--bedtime", metavar="HH:MM", help="Usual bedtime; or seven, Monday first.")
@click.option("--wake-time", metavar="HH:MM", help="Usual wake time; or seven, Monday first.")
@click.option("--profile", type=click.Choice(tuple(PROFILES)), default="adult", show_default=True)
@click.option("--offset-k", type=float, default=0.0, show_default=True,
              help="Moves what counts as cool, -2 to 2 K.")  # fmt: skip
@click.option("--lamp", type=click.Choice([lamp.key for lamp in LAMPS]),
              help="The lamp that is lit at night.")  # fmt: skip
@click.option("--place", metavar="LAT,LON", help="For dawn and dusk: degrees, 50.85,4.35.")
@click.option("--json", "as_json", is_flag=True, help="Full detail, one JSON array.")
@click.option("--explain", is_flag=True, help="Every night in words, with ranges and points.")
def score(
    *,
    files: tuple[Path, ...],
    events: Path | None,
    calibrated: bool,
    as_json: bool,
    explain: bool,
    utc_offset: str | None,
    zone: str | None,
    **household: Any,  # noqa: ANN401 - the options' own types, checked by household_of
) -> None:
    """Score recorded series offline: CSV or CSV.gz with a header row.

    Columns: time (ISO 8601), temperature_c or _f, humidity_pct, pressure_hpa,
    illuminance_lx or light_lux, laeq_db, lafmax_db, lasmax_db. Commas, or semicolons with
    decimal commas. A row stands for the step before its time. Series with different steps
    go into files of their own.
    """
    asked = Asked(
        files=files,
        household=household_of(utc_offset=utc_offset, zone=zone, **household),
        utc_offset=utc_offset,
        zone=zone,
        events=events,
        calibrated=calibrated,
    )
    meter = progress()
    found = score_files(asked, note=meter.aside, show=meter.show)
    empty = "No row lies between a lights-out and a get-up: --bedtime and --wake-time move them."
    click.echo(nights_text(found, as_json=as_json, explain=explain, empty=empty))


@nightroom.command()
@click.option("--config", type=FILE, help="Where the store and the room are named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
@click.option("--room", default="bedroom", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Full detail, one JSON array.")
@click.option("--explain", is_flag=True, help="Every night in words, with ranges and points.")
def nights(
    *, config: Path | None, data_dir: Path | None, room: str, as_json: bool, explain: bool
) -> None:
    """Print the stored nights."""
    folder = _data_dir(config, data_dir)
    found = all_beside_past(nights_of(folder, room, whole=as_json or explain))
    if not found:
        require_room(folder, room)
    empty = f"No nights of room {room!r} yet: the first one is judged in the morning."
    click.echo(nights_text(found, as_json=as_json, explain=explain, empty=empty))


@nightroom.command("setup-code")
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
def setup_code(*, config: Path) -> None:
    """Print a one-time code for the first run; as root. It counts for 30 minutes, 5 tries."""
    settings, clock = load_settings(config), RealClock()
    folder = settings.monitor.data_dir
    click.echo(new_setup_code(folder, clock=clock, random_bytes=secrets.token_bytes))
    address = pages_address(settings.web, socket.gethostname())
    click.echo(f"Type it at {address}setup", err=True)
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
@click.option("--config", type=FILE, default=DEFAULT_CONFIG, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(*, config: Path, as_json: bool) -> None:
    """Look at sensors, broker, disk, permissions and clock; say what to do."""
    report = examine(load_settings(config), config, RealClock())
    click.echo(msgspec.json.encode(report).decode() if as_json else report_text(report))
    sys.exit(0 if report.ok else 1)


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
    tell_done(f"{name}: {'removed' if remove else 'kept; try it with `nightroom alert-test`'}.")


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
    for name in ("--from", "--until"):
        if name in chosen:
            require_time(name, chosen[name])
    household_zone = zone_of_replay(utc_offset, zone)
    for note in require_series(file, household_zone, RealClock().now_ms()):
        click.echo(note, err=True)
    options = tuple(f"{name}={value}" for name, value in chosen.items())
    return Replayed(file=file.resolve(), zone=household_zone, options=options)
