"""What ./test soak runs is easily lost in a merge: nobody misses it for hours."""

import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]


def test_soak_runs_the_long_tests_and_the_mutants_of_score_and_alerts() -> None:
    spec = spec_from_file_location("check", ROOT / "scripts" / "check.py")
    assert spec is not None
    assert spec.loader is not None
    check = module_from_spec(spec)
    spec.loader.exec_module(check)
    commands: list[tuple[str, ...]] = []

    def step(_name: str, *command: str) -> None:
        commands.append(command)

    check.PARTS["soak"](SimpleNamespace(step=step, not_run=[], incomplete=False))

    assert any("soak" in command[5] for command in commands)
    assert commands[-1][-1] == "scripts/mutation.py"
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mutated = settings["tool"]["mutmut"]["only_mutate"]
    assert mutated == ["monitor/score/*.py", "monitor/alerts/*.py"]
