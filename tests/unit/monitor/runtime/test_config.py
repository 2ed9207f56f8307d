"""The configuration: everything wrong is said at once, with what was expected."""

import tomllib
from pathlib import Path

import pytest

from monitor.runtime.config import DEFAULTS_FILE, load_settings, parse_settings, read_password
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import Settings


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text)
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_the_shipped_file_says_every_default() -> None:
    shipped = load_settings(DEFAULTS_FILE)
    assert shipped == Settings()


def test_the_shipped_file_names_every_key() -> None:
    text = DEFAULTS_FILE.read_text()
    tables = tomllib.loads(text)
    for section in Settings.__struct_fields__:
        for key in getattr(Settings(), section).__struct_fields__:
            assert key in tables[section] or f"# {key} =" in text, f"[{section}] {key}"


def test_what_is_left_out_has_its_default() -> None:
    assert parse_settings("[web]\nport = 9000\n").web.host == Settings().web.host


def test_every_problem_is_reported_at_once() -> None:
    found = problems_of('[web]\nprot = 1\nport = "x"\n[climat]\nbus = 1\n[light]\ninterval_s = 0\n')
    assert len(found) == 4


def test_a_misspelled_key_gets_a_suggestion() -> None:
    (found,) = problems_of("[web]\nprot = 8080\n")
    assert found == "[web] prot: no such key; did you mean 'port'?"


def test_a_key_nobody_could_have_meant_gets_the_list() -> None:
    (found,) = problems_of("[web]\nzzz = 8080\n")
    assert "one of: host, hosts, https, login, port" in found


def test_a_wrong_value_is_shown_with_what_was_expected_and_the_default() -> None:
    (found,) = problems_of("[web]\nport = 70000\n")
    assert "70000" in found
    assert "<= 65535" in found
    assert "8080" in found


def test_a_section_that_is_no_table_is_said() -> None:
    (found,) = problems_of("web = 3\n")
    assert "expected a section" in found


def test_a_file_that_is_not_toml_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "nightroom.toml"
    file.write_text("[web\n")
    with pytest.raises(ConfigError, match=r"nightroom\.toml: is not TOML"):
        load_settings(file)


def test_a_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "nightroom.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings(file)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings(tmp_path / "none.toml")


def test_a_password_comes_from_a_file_without_its_newline(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    assert read_password(file) == "secret"
    assert read_password(None) is None


def test_a_password_file_that_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_password(tmp_path / "none")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ConfigError, match="empty"):
        read_password(tmp_path / "empty")


@pytest.mark.parametrize("value", ["3", '""', "true"])
def test_a_path_that_is_none_is_said(value: str) -> None:
    (found,) = problems_of(f"[monitor]\ndata_dir = {value}\n")
    assert "expected a path" in found


def test_a_microphone_is_read_in_its_own_format_only() -> None:
    found = problems_of('[microphone]\nencoding = "FLAC"\nrate_hz = 22050\nchannels = 3\n')
    assert [problem.split(" = ")[0] for problem in found] == [
        "[microphone] encoding",
        "[microphone] rate_hz",
        "[microphone] channels",
    ]


@pytest.mark.parametrize("prefix", ["", "#", "a/+", "/x", "x/", "two words", "$SYS"])
def test_a_prefix_that_no_topic_can_begin_with_is_said(prefix: str) -> None:
    (found,) = problems_of(f'[broker]\nprefix = "{prefix}"\n')
    assert found.startswith(f"[broker] prefix = {prefix!r}")
    assert "the default is nightroom" in found


@pytest.mark.parametrize("host", ["", "a..b", "b c", "a" * 64, "é..x", "a\\u0000b"])
def test_a_host_that_is_neither_name_nor_address_is_said(host: str) -> None:
    found = problems_of(f'[broker]\nhost = "{host}"\n[web]\nhost = "{host}"\n')
    assert [problem.split(" = ")[0] for problem in found] == ["[broker] host", "[web] host"]


@pytest.mark.parametrize(
    "host", ["night-room.local", "broker_1", "10.0.0.5", "::", "fe80::1%eth0", "example.org."]
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    settings = parse_settings(f'[broker]\nhost = "{host}"\n[web]\nhost = "{host}"\n')
    assert settings.broker.host == settings.web.host == host


def test_a_prefix_may_have_levels() -> None:
    assert parse_settings('[broker]\nprefix = "house/one"\n').broker.prefix == "house/one"
