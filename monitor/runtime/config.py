"""Reads nightroom.toml: parsed once, every error reported at once, secrets masked."""

import difflib
import tomllib
from pathlib import Path
from typing import Any, Final, get_type_hints

import msgspec

from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import Settings

DEFAULTS_FILE: Final = Path(__file__).with_name("nightroom.toml")
_SECTIONS: Final = get_type_hints(Settings)


def load_settings(path: Path) -> Settings:
    """Return the settings of a TOML file; what it leaves out has the shipped default.

    Raises:
        ConfigError: file missing or not TOML, or every unknown key and wrong value in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            path, (f"cannot be read ({error.strerror}); write it after {DEFAULTS_FILE.name}",)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, (f"is not UTF-8 text (byte {error.start})",)) from error
    return parse_settings(text, path)


def parse_settings(text: str, path: Path | None = None) -> Settings:
    """Return the settings in a TOML text; path only names it in errors.

    Raises:
        ConfigError: as load_settings.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, (f"is not TOML: {error}",)) from error
    problems: list[str] = []
    sections = {
        name: _section(name, table, problems)
        for name, table in tables.items()
        if _known(name, _SECTIONS, f"[{name}]", "section", problems)
    }
    if problems:
        raise ConfigError(path, tuple(problems))
    return Settings(**sections)


def read_password(path: Path | None) -> str | None:
    """Return the password in a file, None without a file.

    Raises:
        ConfigError: the file cannot be read or is empty.
    """
    if path is None:
        return None
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(path, (f"cannot read the password file ({error.strerror})",)) from error
    if not password:
        raise ConfigError(path, ("the password file is empty",))
    return password


def _section(name: str, table: object, problems: list[str]) -> Any:  # noqa: ANN401 - any section
    kind = _SECTIONS[name]
    if not isinstance(table, dict):
        problems.append(f"[{name}]: expected a section of keys, found {table!r}")
        return None
    hints = get_type_hints(kind, include_extras=True)
    values = {}
    for key, value in table.items():
        where = f"[{name}] {key}"
        if not _known(key, hints, where, "key", problems):
            continue
        try:
            values[key] = msgspec.convert(value, hints[key], strict=True)
        except msgspec.ValidationError as error:
            default = getattr(kind(), key)
            problems.append(
                f"{where} = {value!r}: {_lower(str(error))}; the default is {default!s}"
            )
    return kind(**values)


def _known(name: str, allowed: dict[str, Any], where: str, what: str, problems: list[str]) -> bool:
    if name in allowed:
        return True
    close = difflib.get_close_matches(name, allowed, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"one of: {', '.join(sorted(allowed))}"
    problems.append(f"{where}: no such {what}; {hint}")
    return False


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
