"""The units in the eyes of systemd's own tools; the installer in those of shellcheck."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.fakes.units import BACKUP, FOLDER, PRODUCT, SERVICES, unit

LIMIT = 1.5


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a root with the units and an empty program wherever one is started."""
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for file in (*FOLDER.glob("*.service"), *FOLDER.glob("*.target"), *FOLDER.glob("*.timer")):
        (units / file.name).write_bytes(file.read_bytes())
    for name in SERVICES:
        program = tmp_path / unit(name).last("ExecStart").split()[0].removeprefix("/")
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(mode=0o755)
    return tmp_path


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def verify(machine: Path) -> subprocess.CompletedProcess[str]:
    units = sorted((machine / "etc/systemd/system").iterdir())
    return analyze("verify", f"--root={machine}", "--recursive-errors=no", *units)


def test_systemd_finds_nothing_wrong(machine: Path) -> None:
    done = verify(machine)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_would_find_a_mistake(machine: Path) -> None:
    file = machine / "etc/systemd/system/nightroom-web.service"
    file.write_text(file.read_text().replace("MemoryMax=", "MemoryMost="))
    assert "MemoryMost" in verify(machine).stderr


@pytest.mark.parametrize("name", [*SERVICES, BACKUP])
def test_the_exposure_is_low(name: str) -> None:
    done = analyze("security", "--offline=true", FOLDER / f"{name}.service")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= LIMIT
    assert done.returncode == 0


def test_without_its_sandbox_a_unit_would_not_pass(tmp_path: Path) -> None:
    text = (FOLDER / f"{PRODUCT[0]}.service").read_text()
    file = tmp_path / "open.service"
    file.write_text(re.sub(r"(?m)^(Protect|Private|Restrict|SystemCall|Cap).*\n", "", text))
    done = analyze("security", "--offline=true", "--threshold=15", file)
    assert done.returncode != 0


def test_the_installer_is_plain_sh() -> None:
    done = subprocess.run(
        ["shellcheck", "--shell=sh", FOLDER / "install"],  # noqa: S607 - of the system
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
