"""The units as written: hardened, in order, with the paths of nightroom.toml."""

import tomllib
from pathlib import Path

import pytest

from monitor.runtime.broker import MONITOR_USER, sensors_user
from monitor.runtime.config import load_settings, parse_settings
from monitor.runtime.settings import Settings
from tests.fakes.units import BACKUP, FOLDER, PRODUCT, SERVICES, Unit, unit
from web.access_mode import needs_login

SHIPPED = load_settings(FOLDER / "nightroom.toml")
DEFAULTS = Settings()
ON = (
    *("NoNewPrivileges", "PrivateTmp", "PrivateUsers", "ProtectHome", "ProtectHostname"),
    *("ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs"),
    *("ProtectControlGroups", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
    *("LockPersonality", "RemoveIPC"),
)


@pytest.mark.parametrize("name", [*SERVICES, BACKUP])
@pytest.mark.parametrize("setting", ON)
def test_every_service_is_closed_in(name: str, setting: str) -> None:
    assert unit(name).last(setting) == "yes"


@pytest.mark.parametrize("name", [*SERVICES, BACKUP])
def test_no_service_is_root_writes_elsewhere_or_has_a_capability(name: str) -> None:
    one = unit(name)
    assert one.last("User").startswith("nightroom")
    assert one.last("ProtectSystem") == "strict"
    assert one.words("CapabilityBoundingSet") == one.words("AmbientCapabilities") == []
    assert not one.words("ReadWritePaths")
    assert one.last("UMask") == "0077"
    assert one.last("DevicePolicy") == "closed"
    assert one.words("SystemCallFilter")[0] == "@system-service"
    assert one.last("SystemCallErrorNumber") == "EPERM"
    assert one.last("LimitCORE") == "1"  # at 0 a crash handler would still get the memory


def test_only_the_sensor_daemon_sees_devices_and_only_four_kinds() -> None:
    allowed = unit("nightroom-sensors").settings["DeviceAllow"]
    assert allowed == ["char-i2c rw", "char-gpiochip rw", "char-spi rw", "char-alsa rw"]
    for name in set(SERVICES) - {"nightroom-sensors"}:
        assert unit(name).last("PrivateDevices") == "yes"
        assert "DeviceAllow" not in unit(name).settings


def test_only_who_dates_minutes_and_judges_their_age_may_ask_whether_the_clock_is_right() -> None:
    filters = {name: unit(name).words("SystemCallFilter") for name in SERVICES}
    asking = {"nightroom-sensors", "nightroom-monitor"}
    assert {name for name in SERVICES if "adjtimex" in filters[name]} == asking
    assert {name for name in SERVICES if "clock_adjtime" in filters[name]} == asking  # as glibc
    assert {name for name in SERVICES if "ProtectClock" not in unit(name).settings} == asking


def test_sound_in_memory_reaches_neither_swap_nor_a_core_file() -> None:
    one = unit("nightroom-sensors")
    assert (one.last("MemorySwapMax"), one.last("LimitCORE")) == ("0", "1")


@pytest.mark.parametrize(
    ("name", "memory"),
    [("nightroom-sensors", "96M"), ("nightroom-monitor", "128M"), ("nightroom-web", "96M")],
)
def test_a_product_service_is_watched_restarted_and_bounded(name: str, memory: str) -> None:
    one = unit(name)
    assert (one.last("Type"), one.last("WatchdogSec")) == ("notify", "30")
    assert (one.last("Restart"), one.last("RestartSec")) == ("always", "10")
    assert one.last("RestartPreventExitStatus") == "2"
    assert one.last("StartLimitIntervalSec") == "0"
    assert one.last("MemoryMax") == memory


def test_who_may_talk_to_whom() -> None:
    for name in ("nightroom-broker", "nightroom-sensors"):
        assert unit(name).words("IPAddressAllow") == ["localhost"]
    for name in ("nightroom-broker", "nightroom-sensors", "nightroom-web"):
        assert unit(name).last("IPAddressDeny") == "any"
    assert "any" not in unit("nightroom-web").words("IPAddressAllow")
    for name in SERVICES:
        families = {"AF_UNIX", "AF_INET", "AF_INET6"}
        assert set(unit(name).words("RestrictAddressFamilies")) == families


def test_the_pages_cannot_reach_the_brokers_passwords() -> None:
    hidden = [Path(word.removeprefix("-")) for word in unit("nightroom-web").words(
        "InaccessiblePaths")]  # fmt: skip
    for file in (SHIPPED.monitor.password_file, SHIPPED.sensors.password_file):
        assert file is not None
        assert any(folder in file.parents for folder in hidden)


def test_starting_goes_broker_sensors_monitor_pages() -> None:
    after = {name: set(unit(name).words("After")) for name in SERVICES}
    assert after["nightroom-broker"] == set()
    assert after["nightroom-sensors"] == {"nightroom-broker.service"}
    assert after["nightroom-monitor"] == {"nightroom-broker.service", "nightroom-sensors.service"}
    assert after["nightroom-web"] == {"nightroom-monitor.service"}


@pytest.mark.parametrize("name", SERVICES)
def test_the_target_starts_and_stops_all(name: str) -> None:
    assert unit(name).words("PartOf") == unit(name).words("WantedBy") == ["nightroom.target"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_command_line_or_environment_holds_a_secret(name: str) -> None:
    one = unit(name)
    said = " ".join([*one.settings["ExecStart"], *one.settings.get("Environment", [])]).lower()
    assert not any(word in said for word in ("password", "secret", "token", "username"))


def test_the_folders_of_the_units_are_those_of_the_defaults() -> None:
    sensors, monitor, web = (unit(name) for name in PRODUCT)
    state = Path("/var/lib")
    assert state / sensors.last("StateDirectory") == DEFAULTS.sensors.journal_dir.parent
    for one in (monitor, web):
        assert state / one.last("StateDirectory") == DEFAULTS.monitor.data_dir
        assert Path(one.last("WorkingDirectory")) == DEFAULTS.monitor.data_dir
    assert Path("/run") / monitor.last("RuntimeDirectory") == DEFAULTS.monitor.runtime_dir
    assert monitor.last("RuntimeDirectoryPreserve") == "restart"


def test_lgpio_makes_its_pipes_in_memory() -> None:
    one = unit("nightroom-sensors")
    folder = Path("/run") / one.last("RuntimeDirectory")
    assert Path(one.last("WorkingDirectory")) == folder
    assert f"LG_WD={folder}" in one.words("Environment")
    assert "BLINKA_SKIP_DEPENDENCY_CHECK=1" in one.words("Environment")


def test_the_shipped_configuration_logs_in_as_the_brokers_users() -> None:
    assert SHIPPED.sensors.username == sensors_user(SHIPPED.room.slug)
    assert SHIPPED.monitor.username == MONITOR_USER
    assert SHIPPED.broker == DEFAULTS.broker


def test_the_pages_answer_the_phones_at_home_and_ask_them_for_the_password() -> None:
    assert SHIPPED.web.host == "0.0.0.0"  # noqa: S104 - what is shipped
    assert needs_login(SHIPPED)


def test_the_password_files_are_named_alike_everywhere() -> None:
    text = (FOLDER.parent / "monitor/runtime/nightroom.toml").read_text()
    with_passwords = parse_settings(text.replace("# password_file", "password_file"))
    assert with_passwords.sensors.password_file == SHIPPED.sensors.password_file
    assert with_passwords.monitor.password_file == SHIPPED.monitor.password_file


def test_every_user_of_a_unit_is_made_and_owns_its_folders() -> None:
    made = {line.split()[1] for line in lines("sysusers.conf") if line.startswith("u ")}
    assert made == {unit(name).last("User") for name in SERVICES}
    owners = {line.split()[1]: line.split()[3] for line in lines("tmpfiles.conf")}
    assert owners[str(DEFAULTS.monitor.data_dir)] == unit("nightroom-monitor").last("User")
    journal = str(DEFAULTS.sensors.journal_dir.parent)
    assert owners[journal] == unit("nightroom-sensors").last("User")


def test_the_groups_of_the_device_rules_are_those_of_the_sensor_daemon() -> None:
    joined = {line.split()[2] for line in lines("sysusers.conf") if line.startswith("m ")}
    rules = [line for line in lines("udev.rules") if "GROUP=" in line]
    assert {rule.split('GROUP="')[1].split('"')[0] for rule in rules} == joined
    assert all('MODE="0660"' in rule for rule in rules)


def test_every_configured_key_is_a_known_one() -> None:
    tables = tomllib.loads((FOLDER / "nightroom.toml").read_text())
    assert set(tables) <= set(Settings.__struct_fields__)


def test_a_unit_file_is_read_with_repeated_settings(tmp_path: Path) -> None:
    file = tmp_path / "x.service"
    file.write_text("[Service]\n# why\nEnvironment=A=1 B=2\nEnvironment=C=3\n")
    assert Unit(file).words("Environment") == ["A=1", "B=2", "C=3"]


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_each_kind_of_device_is_known_early_has_a_group_and_the_daemon_is_in_it() -> None:
    users = (FOLDER / "sysusers.conf").read_text()
    rules = (FOLDER / "udev.rules").read_text()
    modules = (FOLDER / "modules.conf").read_text().split("\n")
    for group, subsystem in (("i2c", "i2c-dev"), ("gpio", "gpio"), ("spi", "spidev")):
        assert f"m nightroom-sensors {group}\n" in users
        assert f'SUBSYSTEM=="{subsystem}"' in rules
        assert f'GROUP="{group}"' in rules
    assert {"i2c-dev", "spidev", "snd"} <= set(modules)


def test_a_backup_is_made_every_week_without_a_network_and_kept_four_times() -> None:
    timer = Unit(FOLDER / f"{BACKUP}.timer")
    assert timer.last("OnCalendar").startswith("Sun ")
    assert timer.last("Persistent") == "yes"
    command = unit(BACKUP).last("ExecStart").split()
    assert command[1] == "backup"
    assert command[-4:] == ["--to", "/var/lib/nightroom/backups", "--keep", "4"]
    assert unit(BACKUP).last("IPAddressDeny") == "any"
