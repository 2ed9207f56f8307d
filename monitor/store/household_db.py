"""What household.db is, and which of its rows make a choice in force."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec

from monitor.contract.errors import ZoneNameError
from monitor.contract.zones import chosen_zone
from monitor.night.alert_choices import AlertChoices
from monitor.night.household import Household
from monitor.night.view_choices import ViewChoices
from monitor.store.database import Schema, packaged_steps
from monitor.store.errors import SettingError

# Judgement: "NRho" in ASCII; only has to differ from every other SQLite user's id.
HOUSEHOLD_APPLICATION_ID: Final = 0x4E52686F
HOUSEHOLD_FILE: Final = "household.db"
# The kind of a row of marks that takes another one back; its id is that word and the other's.
# Its room is the other's, '' where the other was not there yet.
UNDONE: Final = "undone:"
# The key of a row of settings that chooses nothing: from its date on, others got another date.
MOVED: Final = "moved"
# Every setting is a field of one of these.
SETTINGS: Final[tuple[type[Household] | type[AlertChoices] | type[ViewChoices], ...]] = (
    Household,
    AlertChoices,
    ViewChoices,
)
# Their values never reach a log or a message.
SECRET: Final = frozenset({"alert_channels"})
# The rows of the choices in force in a room at an instant, for chosen.
IN_FORCE: Final = (
    "SELECT key, value FROM settings WHERE room IN ('', ?) AND valid_from_ms <= ?"
    " ORDER BY room <> '', valid_from_ms, change_id"
)
# What was chosen last, whenever that was: for a clock that does not know the time.
NEWEST: Final = (
    "SELECT key, value FROM settings WHERE room IN ('', ?) ORDER BY room <> '', change_id"
)

_Choices = TypeVar("_Choices", Household, AlertChoices, ViewChoices)


def household_schema() -> Schema:
    """Return the schema of household.db with its packaged steps."""
    return Schema(
        name=HOUSEHOLD_FILE,
        application_id=HOUSEHOLD_APPLICATION_ID,
        writer_unit="nightroom-web",
        steps=packaged_steps("household"),
    )


def setting_json(key: str, value: object) -> str:
    """Return a value of a setting as the JSON that is kept.

    Raises:
        SettingError: no such setting, or not a value it can have.
    """
    kind = next((kind for kind in SETTINGS if key in kind.__struct_fields__), None)
    if kind is None:
        known = ", ".join(name for kind in SETTINGS for name in kind.__struct_fields__)
        raise SettingError(f"there is no setting {key!r}: the settings are {known}")
    shown = "…" if key in SECRET else repr(value)
    try:
        kept = msgspec.convert({key: msgspec.to_builtins(value)}, kind)
        if isinstance(kept, Household):
            chosen_zone(kept.zone)
    except (msgspec.ValidationError, TypeError, ZoneNameError) as error:
        raise SettingError(f"{key} = {shown}: {error}") from error
    return msgspec.json.encode(getattr(kept, key)).decode()


def chosen(kind: type[_Choices], rows: Iterable[tuple[str, str]]) -> _Choices:
    """Return the choices of (key, value JSON) rows; a later row of a key wins.

    A key that this version does not know, or a value it cannot have, leaves the default.
    """
    found = kind()
    for key, value in rows:
        if key not in kind.__struct_fields__:
            continue
        try:
            one: dict[str, Any] = {key: msgspec.json.decode(value)}
            part = msgspec.convert(one, kind)
        except msgspec.MsgspecError:
            continue
        found = msgspec.structs.replace(found, **{key: getattr(part, key)})
    return found
