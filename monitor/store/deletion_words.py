"""Which deletions of nights.db are not carried out, as their bytes have changed: in words."""

from contextlib import closing
from pathlib import Path

from monitor.contract.record import LATEST_MS, instant
from monitor.runtime.findings import Finding
from monitor.store.database import InWords, open_reader
from monitor.store.deletion import WHOLE_HOUSE, Deletion
from monitor.store.deletion_sums import changed
from monitor.store.errors import StoreError
from monitor.store.nights_db import nights_schema


def deletion_findings(path: Path) -> list[Finding]:
    """Tell of each deletion in a nights.db that is not as it was written."""
    try:
        with closing(open_reader(path, nights_schema())) as connection, InWords(path):
            found = changed(connection)
    except StoreError:
        return []  # the store's own finding says why
    return [_finding(one.deletion) for one in found]


def _finding(deletion: Deletion) -> Finding:
    room = "the whole house" if deletion.room == WHOLE_HOUSE else ascii(deletion.room)
    words = (
        f"of {room} from {_when(deletion.start_ms)} to {_when(deletion.end_ms)} has been changed"
        " on the card: it hides and erases nothing"
    )
    fix = (
        "what the pages show as deleted is told anew within a minute; was more deleted of that"
        " time, delete it again"
    )
    return Finding(what="a deletion", ok=True, words=words, fix=fix)


def _when(at_ms: object) -> str:
    if isinstance(at_ms, int) and 0 <= at_ms <= LATEST_MS:
        return f"{instant(at_ms):%Y-%m-%d %H:%M} UTC"
    return "a time that never was"
