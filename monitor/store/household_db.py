"""What household.db is, and which of its rows make a Household."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from monitor.night.errors import NightError
from monitor.night.household import Household
from monitor.night.window import night_of
from monitor.store.database import Schema, packaged_steps
from monitor.store.errors import SettingError

# Judgement: "NRho" in ASCII; only has to differ from every other SQLite user's id.
HOUSEHOLD_APPLICATION_ID: Final = 0x4E52686F
HOUSEHOLD_FILE: Final = "household.db"
WHOLE_HOUSE: Final = ""


def household_schema() -> Schema:
    """Return the schema of household.db with its packaged steps."""
    return Schema(
        name=HOUSEHOLD_FILE,
        application_id=HOUSEHOLD_APPLICATION_ID,
        writer_unit="nightroom-web",
        steps=packaged_steps("household"),
    )


def setting_json(key: str, value: object) -> str:
    """Return a value of Household's field key as the JSON that is kept.

    Raises:
        SettingError: no such setting, or not a value it can have.
    """
    if key not in Household.__struct_fields__:
        known = ", ".join(Household.__struct_fields__)
        raise SettingError(f"there is no setting {key!r}: the settings are {known}")
    try:
        kept = msgspec.convert({key: msgspec.to_builtins(value)}, Household)
    except (msgspec.ValidationError, TypeError) as error:
        raise SettingError(f"{key} = {value!r}: {error}") from error
    try:
        night_of(0, kept)
    except NightError as error:
        raise SettingError(f"{key} = {value!r}: {error}") from error
    return msgspec.json.encode(getattr(kept, key)).decode()


def household_of(rows: Iterable[tuple[str, str]]) -> Household:
    """Return the household of (key, value JSON) rows; a later row of a key wins.

    A key that this version does not know, or a value it cannot have, leaves the default.
    """
    chosen = Household()
    for key, value in rows:
        if key not in Household.__struct_fields__:
            continue
        try:
            one: dict[str, Any] = {key: msgspec.json.decode(value)}
            part = msgspec.convert(one, Household)
        except msgspec.MsgspecError:
            continue
        chosen = msgspec.structs.replace(chosen, **{key: getattr(part, key)})
    return chosen
