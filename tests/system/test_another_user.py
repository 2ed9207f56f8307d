"""The installed store is its user's alone: whoever else asks is told so in one sentence."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.folder import data_folder
from tests.fakes.stored import DEVICE, STREAM, record

COMMANDS = (
    ("export", "--to", "{own}/all.csv"),
    ("export",),
    ("backup", "--to", "{own}"),
    ("import", "/dev/null"),
    ("restore", "/etc/passwd"),
    ("nights",),
    ("alert-test",),
    ("alert-channel", "phone", "--remove"),
    ("setup-code",),
    ("calibrate", "sound", "--floor"),
)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def private(place: Path) -> Path:
    """A store, and a series, in a folder that is nobody else's."""
    folder = place / "private"
    with data_folder(folder) as opened:
        opened.nights_writer().store_batch(
            room="bedroom", device=DEVICE, stream=STREAM, records=[record(1)], gaps=(),
            stored_seq=1,
        )  # fmt: skip
    (folder / "rows.csv").write_text("time,temperature_c\n2026-11-22T22:00,19.5\n")
    return folder


def told(commands: list[list[str]], private: Path) -> list[tuple[int, str]]:
    """Return exit code and words of each command, the folder closed to its owner as well."""
    private.chmod(0)
    try:
        done = subprocess.run(
            (sys.executable, "-m", "tests.fakes.another_user"),
            input=json.dumps(commands), capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    finally:
        private.chmod(0o700)
    return [(code, words) for code, words in json.loads(done.stdout)]


def test_who_may_not_open_the_store_is_told_in_one_sentence_to_use_sudo(
    private: Path, place: Path
) -> None:
    config = place / "nightroom.toml"
    config.write_text(f'[monitor]\ndata_dir = "{private}"\n')
    config.chmod(0o644)
    commands = [
        [*(part.format(own=place) for part in one), "--config", str(config)] for one in COMMANDS
    ]
    commands += [
        ["export", "--store", str(private / "nights.db")],
        ["score", str(private / "rows.csv")],
        ["import", str(private / "rows.csv"), "--config", str(config)],
    ]

    for command, (code, words) in zip(commands, told(commands, private), strict=True):
        (sentence,) = words.splitlines()
        assert code == 1, command
        assert sentence.startswith(f"nightroom: {private}/"), command
        assert sentence.endswith(": Permission denied: run it with sudo"), command
