"""systemd/install in a scratch root: what it says first, does once, keeps and takes back."""

import os
import re
import stat
import subprocess
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from monitor.runtime.config import load_settings
from tests.fakes.package_index import write_python
from tests.fakes.units import FOLDER, SERVICES

pytestmark = pytest.mark.root
CONFIG_TXT = "dtparam=audio=on\ndtparam=i2c_arm=on\n[pi4]\narm_boost=1\n"
# Stands for the systemctl of a running machine: notes what is asked, says what is told.
SYSTEMCTL = """\
#!/bin/sh
case "$*" in *--root=*) exec /usr/bin/systemctl "$@" ;; esac
echo "$@" >>{folder}/asked
case $1 in is-active) ! grep -q "${{3:-none}}" {folder}/down 2>/dev/null ;; is-failed) false ;;
daemon-reload) ! rm {folder}/refuse 2>/dev/null ;; esac
"""


class Machine:
    """A root to install into, with the boot configuration of a Pi."""

    def __init__(self, folder: Path, releases: Path | None = None) -> None:
        self.root = folder / "root"
        self.folder = folder
        if releases is not None:  # built elsewhere already: that takes the longest
            copytree(releases, self.root / "opt/nightroom/releases", symlinks=True)
        (self.root / "boot/firmware").mkdir(parents=True)
        self.config_txt.write_text(CONFIG_TXT)
        programs = folder / "bin"
        programs.mkdir()
        python = write_python(programs / "python-of-the-machine")
        (programs / "systemctl").write_text(SYSTEMCTL.format(folder=folder))
        # A minute of a failed upgrade passes at once.
        (programs / "sleep").write_text("#!/bin/sh\n")
        for name in ("systemctl", "sleep"):
            (programs / name).chmod(0o755)
        self._environment = os.environ | {
            "PYTHON": str(python),
            "PIP_NO_INDEX": "1",
            "PATH": f"{programs}:{os.environ['PATH']}",
        }

    @property
    def config_txt(self) -> Path:
        return self.root / "boot/firmware/config.txt"

    @property
    def current(self) -> Path:
        return (self.root / "opt/nightroom/current").resolve()

    def install(self, *arguments: str, script: Path = FOLDER / "install") -> str:
        """Run the installer to a good end; return what it said."""
        done = self.try_to_install(*arguments, script=script)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_to_install(
        self, *arguments: str, script: Path = FOLDER / "install"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", script, "--root", self.root, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> list[str]:
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def say_down(self, unit: str) -> None:
        (self.folder / "down").write_text(unit)

    def tree(self) -> dict[str, bytes]:
        """Return every file outside the environment, with its content."""
        found = (path for path in sorted(self.root.rglob("*")) if path.is_file())
        parts = {str(path.relative_to(self.root)): path for path in found}
        return {
            name: path.read_bytes()
            for name, path in parts.items()
            if not name.startswith("opt/") and path.exists()
        }


class Versions:
    """Two versions of nightroom, both built once, and a machine that has the first."""

    def __init__(self, folder: Path) -> None:
        self.newer = another_version(folder / "newer")
        builder = Machine(folder)
        builder.install("--yes")
        builder.install("--upgrade", "--yes", script=self.newer)
        self.releases = builder.root / "opt/nightroom/releases"
        (folder / "machine").mkdir()
        self.installed = self.machine(folder / "machine")

    def machine(self, folder: Path) -> Machine:
        """Return a machine of its own with the first version installed."""
        made = Machine(folder, self.releases)
        made.install("--yes")
        return made


def another_version(place: Path) -> Path:
    """Return the installer of a checkout that differs a little."""
    place.mkdir()
    for name in ("firmware", "monitor", "web", "systemd"):
        copytree(FOLDER.parent / name, place / name, ignore=ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        (place / name).write_bytes((FOLDER.parent / name).read_bytes())
    with (place / "systemd/nightroom-web.service").open("a") as file:
        file.write("# newer\n")
    return place / "systemd/install"


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return Versions(tmp_path_factory.mktemp("versions"))


@pytest.fixture
def machine(versions: Versions) -> Machine:
    """Return an installed machine that many tests look at and none changes."""
    return versions.installed


@pytest.fixture
def own_machine(versions: Versions, tmp_path: Path) -> Machine:
    """Return an installed machine that one test may change."""
    return versions.machine(tmp_path)


def test_a_dry_run_says_everything_and_changes_nothing(tmp_path: Path) -> None:
    fresh = Machine(tmp_path)
    said = fresh.install("--dry-run")
    assert "virtual environment" in said
    assert "/etc/systemd/system/nightroom-web.service" in said
    assert "enable I2C and I2S in /boot/firmware/config.txt" in said
    assert list(fresh.tree()) == ["boot/firmware/config.txt"]


def test_with_nobody_to_ask_it_asks_for_yes_and_changes_nothing(tmp_path: Path) -> None:
    fresh = Machine(tmp_path)
    done = fresh.try_to_install()
    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert list(fresh.tree()) == ["boot/firmware/config.txt"]


def test_a_second_run_changes_nothing(machine: Machine) -> None:
    before = machine.tree()
    assert "  nothing\n" in machine.install("--yes")
    assert machine.tree() == before


def test_the_command_of_the_environment_answers(machine: Machine) -> None:
    command = [machine.current / "bin/nightroom", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "record" in done.stdout


def test_packages_come_from_the_lock_with_hashes_and_as_wheels_only() -> None:
    text = (FOLDER / "install").read_text()
    installs = re.findall(r"^ *\$pip (.*)$", text, re.MULTILINE)
    assert installs == [
        '--require-hashes --no-deps --only-binary :all: -r "$lock"',
        '--no-build-isolation --no-deps "${wheel:-$source}"',
    ]


def test_what_was_installed_is_ours_and_not_the_checkouts(machine: Machine) -> None:
    script = "import firmware, monitor, web; print(firmware.__file__, monitor.__file__)"
    python = machine.current / "bin/python"
    done = subprocess.run(
        [python, "-c", script], cwd="/", capture_output=True, text=True, check=True
    )
    assert all(path.startswith(str(machine.current)) for path in done.stdout.split())


def test_units_are_in_place_and_enabled(machine: Machine) -> None:
    units = machine.root / "etc/systemd/system"
    for name in SERVICES:
        assert (units / f"{name}.service").read_bytes() == (FOLDER / f"{name}.service").read_bytes()
        assert (units / f"nightroom.target.wants/{name}.service").is_symlink()
    assert (units / "multi-user.target.wants/nightroom.target").is_symlink()


def test_the_configuration_fits_the_broker_that_was_made(machine: Machine) -> None:
    settings = load_settings(machine.root / "etc/nightroom/nightroom.toml")
    for file in (settings.monitor.password_file, settings.sensors.password_file):
        assert file is not None
        assert (machine.root / file.relative_to("/")).read_text().strip()
    config = (machine.root / "etc/nightroom/broker/broker.conf").read_text()
    assert str(machine.root) not in config
    assert "user root" not in config


def test_everyone_reads_his_own_password_and_no_other(machine: Machine) -> None:
    broker = machine.root / "etc/nightroom/broker"
    owners = {file.name: file.stat().st_uid for file in broker.iterdir()}
    assert len({owners[name] for name in ("monitor.password", "sensors-bedroom.password")}) == 2
    assert 0 not in owners.values()
    assert owners["broker.conf"] == owners["broker.acl"] == owners["broker.passwords"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in broker.iterdir()} == {0o400}


def test_only_the_missing_boot_lines_are_added_outside_any_filter(machine: Machine) -> None:
    added = machine.config_txt.read_text().removeprefix(CONFIG_TXT).splitlines()
    assert added == [
        "# nightroom begin",
        "[all]",
        "dtparam=i2s=on",
        "dtoverlay=googlevoicehat-soundcard",
        "# nightroom end",
    ]
    assert machine.config_txt.with_name("config.txt.before-nightroom").read_text() == CONFIG_TXT


def test_another_version_is_an_upgrade_and_said_to_be_one(
    machine: Machine, versions: Versions
) -> None:
    done = machine.try_to_install("--yes", script=versions.newer)
    assert done.returncode == 1
    assert "--upgrade" in done.stderr


def test_an_upgrade_copies_the_data_first_and_keeps_passwords(
    own_machine: Machine, versions: Versions
) -> None:
    machine, old = own_machine, own_machine.current
    secret = machine.root / "etc/nightroom/broker/monitor.password"
    before = secret.read_text()
    store = machine.root / "var/lib/nightroom/nights.db"
    store.write_text("years of minutes")
    machine.install("--upgrade", "--yes", "--live", script=versions.newer)
    assert machine.current != old
    assert old.exists()
    assert "# newer" in (machine.root / "etc/systemd/system/nightroom-web.service").read_text()
    kept = machine.root / "var/backups/nightroom/before-upgrade/nights.db"
    assert kept.read_text() == store.read_text() == "years of minutes"
    assert secret.read_text() == before
    told = [line for line in machine.asked() if "is-" not in line]
    assert told == [
        "stop nightroom.target",
        "daemon-reload",
        "start nightroom-backup.timer",
        "start nightroom.target",
    ]


def test_an_upgrade_that_is_not_healthy_is_taken_back(
    own_machine: Machine, versions: Versions
) -> None:
    machine, old = own_machine, own_machine.current
    store = machine.root / "var/lib/nightroom/nights.db"
    store.write_text("old schema")
    machine.say_down("nightroom-monitor")
    done = machine.try_to_install("--upgrade", "--yes", "--live", script=versions.newer)
    assert done.returncode == 1
    assert "Going back" in done.stdout
    assert "journalctl -u nightroom-monitor" in done.stderr
    assert machine.current == old
    assert "# newer" not in (machine.root / "etc/systemd/system/nightroom-web.service").read_text()
    assert store.read_text() == "old schema"
    assert machine.asked()[-1] == "start nightroom.target"


def test_an_upgrade_that_breaks_off_is_taken_back_too(
    own_machine: Machine, versions: Versions
) -> None:
    old = own_machine.current
    (own_machine.folder / "refuse").touch()
    done = own_machine.try_to_install("--upgrade", "--yes", "--live", script=versions.newer)
    assert done.returncode == 1
    assert own_machine.current == old
    assert own_machine.asked()[-1] == "start nightroom.target"
    assert not (own_machine.root / "var/lib/nightroom.failed").exists()


def test_a_changed_configuration_is_carried_into_the_broker(own_machine: Machine) -> None:
    toml = own_machine.root / "etc/nightroom/nightroom.toml"
    config = own_machine.root / "etc/nightroom/broker/broker.conf"
    os.utime(config, (1, 1))
    toml.write_text(toml.read_text() + "[broker]\nport = 1999\n")
    assert "start nightroom.target" in own_machine.install("--yes", "--live")
    assert "listener 1999" in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o400


def test_uninstalling_leaves_the_data_and_an_edited_configuration(own_machine: Machine) -> None:
    machine = own_machine
    (machine.root / "var/lib/nightroom/nights.db").write_text("years of minutes")
    (machine.root / "var/lib/nightroom-sensors/journal").mkdir()
    toml = machine.root / "etc/nightroom/nightroom.toml"
    toml.write_text(toml.read_text() + "[climate]\nfitted = false\n")
    machine.install("--uninstall", "--yes")
    users = re.compile(r"etc/(passwd|group|g?shadow|\.pwd\.lock)")
    left = {name for name in machine.tree() if not users.match(name)}
    assert left == {
        "boot/firmware/config.txt",
        "boot/firmware/config.txt.before-nightroom",
        "etc/nightroom/nightroom.toml",
        "var/lib/nightroom/nights.db",
    }
    assert machine.config_txt.read_text() == CONFIG_TXT
    assert (machine.root / "var/lib/nightroom-sensors/journal").is_dir()
    assert not (machine.root / "opt/nightroom").exists()
    assert "  nothing\n" in machine.install("--uninstall", "--yes")
    assert "Kept" not in machine.install("--uninstall", "--yes", "--dry-run")


def test_a_wrong_option_is_answered_with_the_right_ones() -> None:
    done = subprocess.run(
        ["/bin/sh", FOLDER / "install", "--reinstall"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--upgrade" in done.stderr
