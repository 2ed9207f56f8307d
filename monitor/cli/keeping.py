"""`nightroom backup` and `restore`: options and words; the work is in monitor/store."""

from pathlib import Path
from typing import Final

import click

from monitor.cli.finishing import finishing
from monitor.cli.progress import progress
from monitor.cli.telling import tell_aside, tell_done
from monitor.contract.record import instant
from monitor.runtime.clock import RealClock
from monitor.runtime.config import load_settings
from monitor.store.archive import DATABASES, UNPACKED_BYTES
from monitor.store.backup import keep_newest, make_backup
from monitor.store.left_behind import LeftBehind
from monitor.store.restore import restore_backup

DEFAULT_CONFIG: Final = Path("/etc/nightroom/nightroom.toml")
FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
MB: Final = 1_000_000


def data_dir_of(config: Path | None, data_dir: Path | None) -> Path:
    """Return the store's folder as the options name it."""
    return data_dir or load_settings(config or DEFAULT_CONFIG).monitor.data_dir


@click.command()
@click.option("--to", "target", type=FOLDER, default=Path(), help="The folder it goes to.  [here]")
@click.option("--keep", type=click.IntRange(min=1), metavar="N",
              help="Then remove all but the newest N backups of that folder.")  # fmt: skip
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def backup(*, target: Path, keep: int | None, config: Path | None, data_dir: Path | None) -> None:
    """Copy both databases into one checked file, while everything goes on.

    It holds the household's password (hashed) and the addresses of its alert channels:
    only you can read it, keep it so.
    """
    folder = data_dir_of(config, data_dir)
    with finishing() as hold:
        made = make_backup(
            folder, target, now_ms=RealClock().now_ms(), show=progress().show, hold=hold
        )
        tell_done(f"{made}  {made.stat().st_size / MB:.1f} MB, read back and found whole")
        if missing := [name for name in DATABASES if not (folder / name).exists()]:
            # One of before may be the last that has it.
            kept = " No older backup was removed." if keep else ""
            tell_aside(f"It has no {missing[0]}: there is none in {folder}.{kept}")
        for old in keep_newest(target, keep, made=made) if keep and not missing else ():
            tell_aside(f"removed {old}")


@click.command()
@click.argument("archive", metavar="BACKUP", type=FILE)
@click.option("--up-to-mb", type=click.IntRange(min=1), default=UNPACKED_BYTES // MB,
              show_default=True, help="The most that it may unpack to.")  # fmt: skip
@click.option("--config", type=FILE, help="Where the store is named.")
@click.option("--data-dir", type=FOLDER, help="The store's folder, instead of --config.")
def restore(*, archive: Path, up_to_mb: int, config: Path | None, data_dir: Path | None) -> None:
    """Put a backup in the place of the databases; stop nightroom-monitor and -web first.

    Nothing is touched unless all of it is sound; what was there stays beside it. Minutes
    since the backup come again from the sensors' journals, which keep 14 days and more. What
    does not come, `nightroom doctor` tells until it is brought back from what was there.
    """
    folder = data_dir_of(config, data_dir)
    with finishing() as hold:
        kept = restore_backup(
            archive,
            folder,
            up_to_bytes=up_to_mb * MB,
            now_ms=RealClock().now_ms(),
            show=progress().show,
            hold=hold,
        )
        for one in kept:
            tell_aside(f"What was there is now {one.path}: remove it once all is well.")
            if words := left_words(one.left):
                tell_aside(words)
        if not kept:
            new = (
                f"There was no store in {folder}: it is a new one. If you meant another, remove it."
            )
            tell_aside(new)
        tell_done("Restored: start nightroom-monitor and nightroom-web again.")


def left_words(left: LeftBehind) -> str:
    """Return what a replaced store alone holds and what happens next, '' for nothing."""
    after = (
        "within an hour of the start connected sensors have sent what they still have. The status"
        " page and `nightroom doctor` tell what is missing then, and how to bring it back."
    )
    if left.unlisted:
        return f"What it alone holds is not known ({left.unlisted}): {after}"
    if not left.rooms:
        return ""
    many = "1 minute" if left.minutes == 1 else f"{left.minutes} minutes"
    return f"It alone holds {many}, up to {instant(left.last_end_ms):%Y-%m-%d %H:%M} UTC: {after}"
