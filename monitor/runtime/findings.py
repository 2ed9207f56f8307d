"""What a check of the machine found: words for a person, with what to do."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing looked at; fix is what to do where it is not well."""

    what: str
    ok: bool
    words: str
    fix: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, and the versions of what was looked at."""

    v: int = 1
    ok: bool
    simulated: bool = False
    findings: tuple[Finding, ...]
    versions: dict[str, str]


def report_text(report: Report) -> str:
    """Return a report as lines for a terminal."""
    lines = ["These are simulated parts."] if report.simulated else []
    for one in report.findings:
        lines.append(f"{'ok  ' if one.ok else 'FAIL'} {one.what}: {one.words}")
        if one.fix:
            lines.append(f"     {one.fix}")
    lines.append("     " + ", ".join(f"{name} {at}" for name, at in report.versions.items()))
    return "\n".join(lines)
