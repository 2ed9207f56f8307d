from pathlib import Path

import pytest

from monitor.score.about import constants, markdown, night_constants, value_text
from monitor.score.sources import SOURCES

SCORING = Path(__file__).parents[3] / "docs" / "scoring.md"


def test_the_document_is_in_step_with_the_table() -> None:
    assert SCORING.read_text(encoding="utf-8") == markdown()


def test_every_constant_anchor_lamp_and_source_is_in_the_document() -> None:
    text = markdown()
    assert all(constant.reason in text for constant in (*constants(), *night_constants()))
    assert all(source in text for source in SOURCES.values())
    assert "| 24 | 75 | bedroom limit above which sleep suffers | CIBSE |" in text
    assert "| amber LED | 0.02 |" in text


def test_no_constant_is_rounded_to_another_number() -> None:
    for constant in (*constants(), *night_constants()):
        assert float(value_text(constant)) == pytest.approx(constant.value, rel=1e-5)
    assert "| 243.12 | - |" in markdown()
    assert "| -3.3243 | % |" in markdown()


def test_the_document_says_what_is_not_measured_and_not_claimed() -> None:
    text = markdown()
    assert "Carbon dioxide" in text
    assert "does not claim" in text


def test_one_line_of_the_text_states_each_rule_of_a_noise_event() -> None:
    text = " ".join(markdown().split())
    for rule in ("35 dB or more", "6 dB above the background", "LA90 of the last 10 min",
                 "last second 3 dB above it", "10 s have been lower", "lasts 3 min counts once",
                 "Shorter than 6 s and softer than 55 dB"):  # fmt: skip
        assert rule in text, rule
