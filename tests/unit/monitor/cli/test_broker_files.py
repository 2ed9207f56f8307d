"""What the installer lets write: the broker's files of the room in the configuration."""

from pathlib import Path

from click.testing import CliRunner

from monitor.cli.commands import nightroom


def test_the_rooms_user_and_port_are_those_of_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "nightroom.toml"
    config.write_text('[room]\nslug = "nursery"\n[broker]\nport = 1999\n')
    folder = tmp_path / "broker"
    arguments = ["broker-files", "--config", str(config), "--directory", str(folder)]
    done = CliRunner().invoke(nightroom, [*arguments, "--named", "/etc/nightroom/broker"])
    assert done.exit_code == 0, done.output
    assert (folder / "sensors-nursery.password").read_text().strip()
    assert "listener 1999 127.0.0.1" in (folder / "broker.conf").read_text()
    assert "acl_file /etc/nightroom/broker/broker.acl" in (folder / "broker.conf").read_text()
    assert done.output == ""


def test_it_is_not_a_command_for_people() -> None:
    assert "broker-files" not in CliRunner().invoke(nightroom, ["--help"]).output
