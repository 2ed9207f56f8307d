"""Our own mosquitto instance: one generator for demo, tests and production.

Every role may write only what it owns (docs/mqtt.md). A publish that the ACL denies
looks like a success to its sender, so tests assert delivery.
"""

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.contract.topics import FROM_MONITOR, FROM_SENSORS, Leaf, Topics
from monitor.runtime.errors import BrokerError

MONITOR_USER: Final = "monitor"
PASSWORD_BYTES: Final = 24
CONFIG_FILE: Final = "broker.conf"
ACL_FILE: Final = "broker.acl"
PASSWORDS_FILE: Final = "broker.passwords"
# Debian puts the daemon where a plain user's PATH does not look.
SEARCH_PATH: Final = ":/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFiles:
    """What write_broker made: the configuration and the password file of each user."""

    config: Path
    passwords: dict[str, Path]


def sensors_user(room: str) -> str:
    """Return the broker user of a room's sensor daemon.

    >>> sensors_user("bedroom")
    'sensors-bedroom'
    """
    return f"sensors-{room}"


def mosquitto_command(config: Path) -> list[str]:
    """Return the command that runs the broker.

    Raises:
        BrokerError: mosquitto is not installed.
    """
    return [_tool("mosquitto"), "-c", str(config)]


def write_broker(
    directory: Path,
    *,
    port: int,
    rooms: tuple[str, ...],
    prefix: str,
    named: Path | None = None,
) -> BrokerFiles:
    """Write configuration, ACL and passwords for a loopback broker; passwords there stay.

    Args:
        directory: where the files go.
        port: on loopback.
        rooms: slugs; each gets a user for its sensor daemon.
        prefix: first level of every topic.
        named: what directory is called where a unit runs the broker as its own user; None:
            the caller runs it.

    Raises:
        BrokerError: mosquitto's tools are missing or refuse.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    users = (MONITOR_USER, *(sensors_user(room) for room in rooms))
    files = {user: directory / f"{user}.password" for user in users}
    _write_passwords(directory / PASSWORDS_FILE, files)
    _write_private(directory / ACL_FILE, acl_text(rooms, Topics(prefix=prefix)))
    config = directory / CONFIG_FILE
    # As root it would drop to its own user, who cannot read these files.
    stays_root = named is None and os.geteuid() == 0
    _write_private(
        config, config_text(port=port, directory=named or directory, stays_root=stays_root)
    )
    return BrokerFiles(config=config, passwords=files)


def config_text(*, port: int, directory: Path, stays_root: bool) -> str:
    """Return mosquitto's configuration: loopback only, no persistence, no anonymous login."""
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous false",
        f"password_file {directory / PASSWORDS_FILE}",
        f"acl_file {directory / ACL_FILE}",
        "persistence false",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "max_packet_size 1048576",
    ]
    if stays_root:
        lines.append("user root")
    return "\n".join(lines) + "\n"


def acl_text(rooms: tuple[str, ...], topics: Topics) -> str:
    """Return the ACL: a sensor daemon owns its room's topics, the monitor all answers."""
    lines: list[str] = []
    for room in rooms:
        user = sensors_user(room)
        lines += [f"user {user}"]
        lines += [f"topic write {topics.of(room, leaf)}" for leaf in FROM_SENSORS]
        # It reads its own will, so that a stale "offline" can be put right.
        lines += [
            f"topic read {topics.of(room, leaf)}"
            for leaf in (Leaf.STORED, Leaf.SETTINGS, Leaf.AVAILABLE)
        ]
        lines += [f"topic readwrite {topics.ping(user)}", ""]
    lines += [f"user {MONITOR_USER}"]
    lines += [f"topic read {topics.every_room(leaf)}" for leaf in FROM_SENSORS]
    lines += [f"topic write {topics.every_room(leaf)}" for leaf in FROM_MONITOR]
    lines += [f"topic readwrite {topics.ping(MONITOR_USER)}"]
    return "\n".join(lines) + "\n"


def _tool(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", os.defpath) + SEARCH_PATH)
    if found is None:
        raise BrokerError(f"{name} is not installed; on Debian: sudo apt-get install mosquitto")
    return found


def _write_passwords(hashed: Path, files: dict[str, Path]) -> None:
    """Make the passwords that are not there yet, and mosquitto's file of their hashes."""
    fresh = [file for file in files.values() if not file.exists()]
    for file in fresh:
        _write_private(file, secrets.token_urlsafe(PASSWORD_BYTES) + "\n")
    if not fresh and _users_in(hashed) == set(files):
        return
    # Renamed last: a file of plain passwords must never pass for one of hashes.
    unfinished = hashed.with_suffix(".unfinished")
    words = {user: file.read_text(encoding="utf-8").strip() for user, file in files.items()}
    _write_private(unfinished, "".join(f"{user}:{word}\n" for user, word in words.items()))
    _hash_in_place(unfinished)
    unfinished.replace(hashed)


def _users_in(hashed: Path) -> set[str]:
    if not hashed.exists():
        return set()
    return {line.partition(":")[0] for line in hashed.read_text(encoding="utf-8").splitlines()}


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text, encoding="utf-8")


def _hash_in_place(file: Path) -> None:
    done = subprocess.run(  # noqa: S603 - a fixed command on our own file
        [_tool("mosquitto_passwd"), "-U", str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BrokerError(f"mosquitto_passwd cannot hash {file}: {done.stderr.strip()}")
