"""`nightroom broker-files`: what our broker's unit starts from; called by the installer."""

from pathlib import Path

import click

from monitor.runtime.broker import write_broker
from monitor.runtime.config import load_settings

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("broker-files", hidden=True)
@click.option("--config", type=FILE, required=True, help="Where port, prefix and room are named.")
@click.option("--directory", type=FOLDER, required=True, help="Where the files go.")
@click.option("--named", type=FOLDER, help="What that folder is called where the broker runs.")
def broker_files(*, config: Path, directory: Path, named: Path | None) -> None:
    """Write configuration, rights and passwords of our own broker; passwords there stay."""
    settings = load_settings(config)
    write_broker(
        directory,
        port=settings.broker.port,
        rooms=(settings.room.slug,),
        prefix=settings.broker.prefix,
        named=named or directory,
    )
