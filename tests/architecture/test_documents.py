"""What the documents repeat is what the product ships."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md"))


def test_the_configuration_is_documented_as_it_is_shipped() -> None:
    shipped = (ROOT / "monitor" / "runtime" / "nightroom.toml").read_text(encoding="utf-8")
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"```toml\n{shipped}```\n" in documented


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    prose = re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#]+)", prose):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_a_documented_command_that_opens_the_store_says_sudo() -> None:
    # The store's folder and the passwords are their users' alone (systemd/tmpfiles.conf).
    names = "backup|restore|export|import|nights|doctor|calibrate|alert-|setup-code|password"
    plain = re.compile(
        rf"^nightroom (?:{names})|`nightroom (?:{names})[^`\n]* --[^`\n]*`", re.MULTILINE
    )
    guides = [ROOT / "README.md", ROOT / "hardware.md", *(ROOT / "docs").glob("*.md")]

    found = {guide.name: plain.findall(guide.read_text(encoding="utf-8")) for guide in guides}

    assert {name: lines for name, lines in found.items() if lines} == {}
