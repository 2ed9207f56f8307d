"""When a minute really was: the boots of a simulation carry it in their ids."""

from monitor.contract.record import Record

# How the id of such a boot begins; the rest is when it began, in milliseconds as hex digits.
MADE = "b"


def boot_begun(began_ms: int) -> str:
    """Return the id of a boot that began then."""
    return f"{MADE}{began_ms:015x}"


def true_end_ms(record: Record) -> int:
    """Return when the record's minute ended, whatever its stamp says."""
    if record.boot[0] != MADE:
        return record.minute.end_ms
    return int(record.boot[1:], 16) + round(record.boottime_s * 1000)
