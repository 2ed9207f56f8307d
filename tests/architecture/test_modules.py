"""What no other tool checks: sizes, names with units, sources, single owners of libraries."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from monitor.contract import messages, record
from monitor.contract.quantities import quantity_of

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(
    file for package in ("firmware", "monitor", "web") for file in (ROOT / package).rglob("*.py")
)
EVERY = [
    *PRODUCT,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "scripts").glob("*.py")),
]
NAMES = [str(file.relative_to(ROOT)) for file in PRODUCT]

# Who may import what (docs/architecture.md); a prefix ends with a slash or is a file.
OWNERS = {
    "apprise": ("monitor/alerts/send.py",),
    "requests": ("monitor/alerts/send.py",),
    "paho": ("monitor/runtime/mqtt.py",),
    "sqlite3": ("monitor/store/",),
    "numpy": ("firmware/sound/",),
    "flask": ("web/",),
    "waitress": ("web/",),
    "adafruit_bme280": ("firmware/sensors/climate.py",),
    "adafruit_tsl2591": ("firmware/sensors/light.py",),
    "gpiozero": ("firmware/sensors/", "firmware/simulation/pins.py"),
    "board": (),
    "scipy": (),
    "pyoctaveband": (),
    "pandas": (),
    "sqlalchemy": (),
}
BARE = {"db", "noise", "volume", "spl", "temp", "temperature", "humidity", "pressure", "lux"}
MAX_LINES = 350
MAX_FUNCTION_LINES = 40


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_library_is_imported_only_where_it_is_owned(name: str) -> None:
    for library in imports_of(ROOT / name):
        owners = OWNERS.get(library)
        assert owners is None or name.startswith(owners), f"{name} imports {library}"


@pytest.mark.parametrize("name", NAMES)
def test_a_module_can_be_read_in_one_sitting(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1:2] if ast.get_docstring(node) else node.body[:1]
            length = (node.end_lineno or 0) - first[0].lineno + 1 if first else 0
            assert length <= MAX_FUNCTION_LINES, f"{name}: {node.name} has {length} lines"


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("__init__.py")])
def test_an_init_is_a_docstring_and_nothing_else(name: str) -> None:
    body = ast.parse((ROOT / name).read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("name", NAMES)
def test_no_module_is_a_drawer_for_odds_and_ends(name: str) -> None:
    assert not re.search(r"(^|/)(utils?|helpers?|common|managers?|misc)(\.py|/)", name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_global_changes(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]


def structs() -> Iterator[type[msgspec.Struct]]:
    for module in (messages, record):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct):
                yield value


def test_every_number_on_the_wire_says_its_unit() -> None:
    counts = {
        *(
            "n",
            "due",
            "events_more",
            "backlog",
            "unwritten",
            "cal",
            "revision",
            "stars",
            "score_model_version",
        ),
        *("v", "sequence", "seq", "lowest_seq", "next_seq", "stored_seq", "holes", "crc"),
        *("stored_crc", "answers"),
    }
    scores = {"rating", "quiet", "cool", "dark"}
    units = re.compile(r".*_(ms|s|db|c|k|lx|pct|hpa|counts|factor)$")
    for struct in structs():
        for field in msgspec.structs.fields(struct):
            if any(word in str(field.type) for word in ("int", "float")):
                known = field.name in counts | scores or units.match(field.name)
                assert known, f"{struct.__name__}.{field.name} has no unit"


def test_no_field_has_a_bare_name() -> None:
    for struct in structs():
        assert not BARE & set(struct.__struct_fields__)


def test_every_measured_field_has_a_possible_range() -> None:
    for struct in (record.ClimateMinute, record.LightMinute, record.SoundMinute):
        for field in msgspec.structs.fields(struct):
            if "float" in str(field.type):
                assert quantity_of(field.name) is not None, field.name


def test_text_of_the_project_speaks_of_the_project_alone() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    for file in EVERY:
        if file != Path(__file__):
            assert not machine.search(file.read_text(encoding="utf-8")), file


def test_what_scoring_says_of_a_night_is_written_in_one_module() -> None:
    """A second language is then one more such module, beside how numbers are written."""
    said = {
        path.name
        for path in (ROOT / "monitor/score").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
    }
    assert said == {"words.py"}
