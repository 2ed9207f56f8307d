"""The table of nights in a terminal: what is missing is said, never shown as a number."""

import pytest
from msgspec.structs import replace

from monitor.cli.table import named, nights_table
from monitor.night.window import Source, Window
from monitor.score.model import shown
from monitor.score.result import NightScore, PartScore, Status


def part(name: str, score: float | None = 90.0, **changes: object) -> PartScore:
    values = {"part": name, "status": Status.FULL, "score": score, **changes}
    return PartScore(**values)  # type: ignore[arg-type]  # a builder takes what it builds


def night(*parts: PartScore, rating: float | None = 88.4, **changes: object) -> NightScore:
    values = {
        "score_model_version": 1,
        "window": Window(
            night="2026-11-22",
            zone="UTC",
            lights_out_ms=0,
            get_up_ms=8 * 3_600_000,
            lights_out_source=Source.LIGHT,
            get_up_source=Source.LIGHT,
        ),
        "parts": parts or (part("quiet"), part("cool"), part("dark")),
        "rating": rating,
        "word": "Good",
        "headline": "A good night for the room.",
        **changes,
    }
    return NightScore(**values)  # type: ignore[arg-type]  # a builder takes what it builds


def test_a_night_is_one_line_with_its_reason() -> None:
    (_, line) = nights_table([night()]).splitlines()
    whole = "2026-11-22 Sun 22 → Mon 23 88 Good 90 90 90 A good night for the room."
    assert " ".join(line.split()) == whole


def test_whom_cool_is_judged_for_is_told_where_it_is_not_what_everybody_gets() -> None:
    def why(**changes: object) -> str:
        return nights_table([night(headline="Good.", **changes)]).splitlines()[1].split("Good.")[1]

    assert why() == ""
    assert why(profile="older_adult") == " (cool for: older_adult, +0 K)"
    assert why(offset_k=-1.5, label="of 2 parts") == " (of 2 parts; cool for: adult, -1.5 K)"
    unfitted = part("cool", None, status=Status.NOT_FITTED)
    text = nights_table([night(part("quiet"), unfitted, part("dark"), offset_k=1.0)])
    assert "cool for" not in text


def test_columns_stand_below_each_other() -> None:
    lines = nights_table([night(), night(rating=5.0)]).splitlines()
    assert len({line.index("Good") for line in lines[1:]}) == 1


def test_a_missing_part_has_its_coverage_and_no_number() -> None:
    dark = part("dark", None, status=Status.MISSING, coverage=0.12)
    text = nights_table([night(part("quiet"), part("cool"), dark, at_most=True)])
    assert "12% seen" in text
    assert "at most 88" in text


def test_a_part_that_is_not_fitted_is_a_dash() -> None:
    quiet = part("quiet", None, status=Status.NOT_FITTED)
    assert (
        nights_table([night(quiet, part("cool"), part("dark"))]).splitlines()[1].split()[8] == "-"
    )


def test_bounds_and_partial_parts_are_marked() -> None:
    parts = (
        part("quiet", 84.0, at_least=True, sure_score=80.0),
        part("cool", 70.0, at_most=True),
        part("dark", 60.0, status=Status.PARTIAL, coverage=0.75),
    )
    text = nights_table([night(*parts)])
    assert "≥80" in text
    assert "≤70" in text
    assert "60 (75%)" in text


def test_a_limit_of_what_the_microphone_hides_is_the_upper_end_of_its_range() -> None:
    bounds = {"at_most": True, "at_least": True, "high": 97.0}
    text = nights_table([night(part("quiet", 84.0, **bounds), part("cool"), part("dark"))])
    assert "≤97" in text
    text = nights_table([night(**bounds)])
    assert "at most 97" in text


def test_a_night_without_rating_says_why_and_shows_no_number() -> None:
    text = nights_table(
        [night(rating=None, word=None, headline="", provisional="nothing was measured")]
    )
    assert "no rating" in text
    assert text.endswith("Provisional: nothing was measured.")


def test_a_provisional_night_says_its_reason_beside_the_headline() -> None:
    text = nights_table([night(headline="No full-night rating.", provisional="only 3 h")])
    assert "No full-night rating. Provisional: only 3 h." in text


@pytest.mark.parametrize(("score", "integer"), [(0.0, 0), (89.5, 90), (89.49, 89), (100.0, 100)])
def test_scores_are_rounded_half_up(score: float, integer: int) -> None:
    assert shown(score) == integer


def test_a_night_is_named_by_its_evening() -> None:
    assert named("2026-12-31") == "2026-12-31 Thu 31 → Fri 1"


def test_a_rating_that_is_surely_reached_is_shown_as_on_the_pages() -> None:
    hidden = replace(
        night(part("quiet"), part("cool"), part("dark")),
        rating=88.2,
        sure_rating=85.9,
        at_least=True,
    )
    assert "≥86" in nights_table([hidden])
