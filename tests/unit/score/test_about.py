from pathlib import Path

from monitor.score.about import constants, markdown
from monitor.score.sources import SOURCES

SCORING = Path(__file__).parents[3] / "docs" / "scoring.md"


def test_the_document_is_in_step_with_the_table() -> None:
    assert SCORING.read_text(encoding="utf-8") == markdown()


def test_every_constant_anchor_lamp_and_source_is_in_the_document() -> None:
    text = markdown()
    assert all(constant.reason in text for constant in constants())
    assert all(source in text for source in SOURCES.values())
    assert "| 24 | 75 | bedroom limit above which sleep suffers | CIBSE |" in text
    assert "| amber LED | 0.02 |" in text


def test_the_document_says_what_is_not_measured_and_not_claimed() -> None:
    text = markdown()
    assert "Carbon dioxide" in text
    assert "does not claim" in text
