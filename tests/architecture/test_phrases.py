"""A translator finds every string of the judgement in one module (monitor/score/phrases.py)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from monitor.score import phrases

ROOT = Path(__file__).resolve().parents[2]
PHRASES = "monitor/score/phrases.py"
# What else holds text for people, and why that is no string of the judgement.
OTHER_TEXTS = {
    "monitor/score/model.py": "the table of the model: docs/scoring.md and the about page",
    "monitor/score/anchors.py": "the same table",
    "monitor/score/sources.py": "the same table: names of papers",
    "monitor/score/units.py": "signs of units, and how they stand in any sentence",
    "monitor/score/about.py": "writes docs/scoring.md from the table",
    "monitor/night/model.py": "the same table",
    "monitor/night/sound_calibration.py": "refuses a calibration: errors with their next step",
}
JUDGING = sorted(
    str(file.relative_to(ROOT))
    for package in ("score", "night")
    for file in (ROOT / "monitor" / package).glob("*.py")
)
# A key or the name of a field, the default zone, or a pattern.
KEY = re.compile(r"[a-z_][a-z0-9_]*|UTC|\^.*")
FIELD = re.compile(r"[a-z_]+")
LETTER = re.compile(r"[^\W\d_]")


def spoken(source: str) -> list[str]:
    """Return the string literals of a module that are meant for people.

    That is any literal with a letter that is no key (KEY), and any text inside an f-string.
    Not meant for people are: docstrings, what is raised, types written as
    strings, formats of numbers and what __repr__ returns. A single lower-case word that stands
    alone cannot be told from a key, and is not found.
    """
    found: list[str] = []
    stack: list[tuple[ast.AST, bool]] = [(ast.parse(source), False)]
    while stack:
        node, in_text = stack.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if LETTER.search(node.value) and (in_text or not KEY.fullmatch(node.value)):
                found.append(node.value)
            continue
        stack += [(child, isinstance(node, ast.JoinedStr)) for child in told_of(node)]
    return sorted(found)


def told_of(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node that may hold strings for people."""
    match node:
        case ast.Raise():
            return
        case ast.FunctionDef(name="__repr__"):
            return
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.FormattedValue(value=value):  # without the format of the number
            yield value
        case ast.AnnAssign(value=value):
            yield from [value] if value else []
        case ast.FunctionDef(body=body, args=args, decorator_list=decorators):
            yield from (*body, *args.defaults, *filter(None, args.kw_defaults), *decorators)
        case ast.Call(func=ast.Name(id="cast" | "TypeVar"), args=[_, *rest]):
            yield from rest
        case _:
            yield from ast.iter_child_nodes(node)


@pytest.mark.parametrize("name", [name for name in JUDGING if name not in {PHRASES, *OTHER_TEXTS}])
def test_no_other_module_of_the_judgement_holds_a_string_for_people(name: str) -> None:
    assert spoken((ROOT / name).read_text(encoding="utf-8")) == []


def test_the_modules_that_hold_texts_of_other_kinds_do_so() -> None:
    """None of them is excused for nothing."""
    for name in OTHER_TEXTS:
        assert spoken((ROOT / name).read_text(encoding="utf-8")), name


@pytest.mark.parametrize(
    "planted",
    [
        'x = "The room was warm"',
        'x = "Warm"',
        'x = " min"',
        'x = f"{n}min"',
        'x = f"{n} of {m}"',
        'x = "°C"',
        'def f(word: str = "Very good") -> str: return word',
        'def f() -> str:\n    """Say."""\n    return {"warm": "too warm"}["warm"]',
        'x: str = "from here to there"',
        'x = words.note(kind="note", text="Window open?")',
        'class Word(StrEnum):\n    A = "a"\n    def f(self) -> str: return "in words"',
        'class Word(StrEnum):\n    A = "fairly steady"',
        'x = "; ".join(y) + "and so on"',
        'x = "ruhig genug" if y else "zu laut"',
    ],
)
def test_a_planted_string_is_found(planted: str) -> None:
    assert len(spoken(planted)) >= 1


@pytest.mark.parametrize(
    "allowed",
    [
        '"""What a module is."""',
        'def f() -> None:\n    """Do it."""',
        'x = {"laeq_db": 1.0}["laeq_db"]',
        'raise UnknownLampError(f"lamp {lamp!r} is unknown, possible are {possible}")',
        'class Status(StrEnum):\n    NOT_FITTED = "not_fitted"',
        'x: "list[float]" = cast("list[float]", y)',
        'x = Annotated[str, Meta(pattern=r"^[A-Z ]+")]',
        'x = f"{value:.1f}"',
        'class A:\n    def __repr__(self) -> str: return f"A(b={self.b})"',
        'x = "; ".join(y)',
    ],
)
def test_what_nobody_reads_is_allowed(allowed: str) -> None:
    assert spoken(allowed) == []


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for it in value.values():
            yield from strings(it)
    else:
        assert isinstance(value, tuple)
        for it in value:
            yield from strings(it)


def test_the_one_module_holds_nothing_but_strings_that_can_be_filled_in() -> None:
    tree = ast.parse((ROOT / PHRASES).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    for name, value in vars(phrases).items():
        if name.isupper():
            for text in strings(value):
                names = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
                assert all(FIELD.fullmatch(field) for field in names), text


def test_every_string_of_the_one_module_is_said_somewhere() -> None:
    pages = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "web").glob("*.py"))
    users = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in (*JUDGING, *pages) if name != PHRASES
    )
    names = [name for name in vars(phrases) if name.isupper()]
    assert [name for name in names if not re.search(rf"\b{name}\b", users)] == []
