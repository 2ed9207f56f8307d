"""docs/no-loss.md names tests; they exist, and those with two sizes run in both parts."""

import ast
import re
from pathlib import Path

import pytest

from tests.contract.test_every_fault_has_words import FAULTS, OF_PARTS

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "no-loss.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TABLE)))
FIGURES = ("F1", "F2", "F3/F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13",
           "F14/F15", "F16", "F17", "F18", "F19", "F20", "sim", "soak")  # fmt: skip
TWO_SIZES = ("F1", "F2", "F3/F4", "F11", "F14/F15", "sim", "soak")


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    defined = {
        node.name
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert any(one.startswith("test_") for one in defined)
    assert not name or name in defined


def rows(figure: str) -> list[str]:
    return re.findall(rf"^\| {re.escape(figure)} \|.*$", TABLE, re.MULTILINE)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_its_row_with_a_test(figure: str) -> None:
    (row,) = rows(figure)
    assert re.search(r"`tests/[\w/]+\.py", row)


@pytest.mark.parametrize("figure", TWO_SIZES)
def test_a_figure_with_two_sizes_has_its_long_one_in_the_soak(figure: str) -> None:
    (row,) = rows(figure)
    (path,) = re.findall(r"`(tests/[\w/]+\.py)", row)
    assert "pytest.mark.soak" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("figure", [one for one in FIGURES if one.startswith("F")])
def test_every_fault_of_the_table_has_its_words(figure: str) -> None:
    told_of = {row for told in (*FAULTS, *OF_PARTS) for row in told.rows.split()}
    assert figure in told_of


def test_the_table_has_no_fault_that_is_not_named_here() -> None:
    assert set(re.findall(r"^\| (F[\d/F]+) \|", TABLE, re.MULTILINE)) == {
        one for one in FIGURES if one.startswith("F")
    }
