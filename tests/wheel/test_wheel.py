"""The built wheel, outside the tree: what it holds, and that its three names are its own."""

import email
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("firmware", "monitor", "web")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def python(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run outside the tree, the wheel's files before everything else."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_top_level_name_has_one_owner(installed: Path) -> None:
    names = "from importlib.metadata import packages_distributions as owners; "
    done = python(installed, "-c", names + "import json; print(json.dumps(owners()))")
    owners = json.loads(done.stdout)
    for package in PACKAGES:
        assert set(owners[package]) == {"nightroom"}


def test_it_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.startswith("nightroom-")} == set(PACKAGES)


def test_what_is_no_python_travels_too(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES],  # noqa: S607 - git of the checkout
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert not set(tracked) - held


def test_the_installer_finds_its_units_and_the_lock_beside_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name.partition(".data/data/")[2] for name in archive.namelist()}
    assert "share/nightroom/requirements.lock" in held
    for file in (ROOT / "systemd").iterdir():
        assert f"share/nightroom/systemd/{file.name}" in held


@pytest.mark.parametrize("module", ["firmware.__main__", "monitor.__main__", "web.__main__"])
def test_its_own_files_are_what_is_imported(installed: Path, module: str) -> None:
    done = python(installed, "-c", f"import {module} as m; print(m.__file__)")
    assert done.stdout.startswith(str(installed)), done.stderr


def test_the_command_answers(installed: Path) -> None:
    done = python(installed, "-m", "monitor", "--help")
    assert done.returncode == 0
    assert "demo" in done.stdout


def test_its_metadata_is_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert metadata["Name"] == "nightroom"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
