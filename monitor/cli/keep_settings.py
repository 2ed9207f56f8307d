"""Keeps what a command has measured, whether the pages run or not."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from monitor.cli.access import was_taken
from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.store.errors import StoreInUseError
from monitor.store.handover import CalibrationKey, NewSettings, leave_wish
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_writer import HouseholdWriter
from monitor.store.undated_rows import undated


def keep_settings(
    folder: Path, room: str, values: Mapping[CalibrationKey, float | bool | None], clock: Clock
) -> None:
    """Set values of a room from now on.

    household.db has one writer: while the pages run it is they who write.

    Raises:
        OperatorError: the pages run and did not take it.
        StoreError: household.db cannot be written, or the folder is another user's.
    """
    now_ms = clock.now_ms()
    wish = NewSettings(
        room=room, valid_from_ms=now_ms, values=dict(values), undated=undated(clock, now_ms)
    )
    try:
        writer = HouseholdWriter.open(folder / HOUSEHOLD_FILE, clock=clock)
    except StoreInUseError as error:
        leave_wish(folder, wish)
        if not was_taken(folder, clock):
            raise OperatorError(
                "nightroom-web did not take the calibration: is it well"
                " (systemctl status nightroom-web)? It will when it is"
            ) from error
        return
    with closing(writer):
        writer.take(wish)
