"""The archives that AWS gets: one code, eight functions, five layers."""

from __future__ import annotations

import ast
import re
import runpy
import sys
import zipfile
from pathlib import Path
from typing import Any

import pathspec
import pytest

EXAMPLE = Path(__file__).parents[1]
CODE = EXAMPLE / "the_alchemiser"
MB = 1_000_000
LAYERS = ("strategy", "portfolio", "execution", "notifications", "data")
TREE = {
    "lambda_handler.py",
    "__init__.py",
    "__main__.py",
    "main.py",
    "config",
    "strategy_v2",
    "portfolio_v2",
    "execution_v2",
    "orchestration",
    "notifications_v2",
    "shared",
}
OURS = {"sam_deploy_runtime", "__pycache__"}
"""What sam-deploy puts beside the code: its module, and files compiled for the target's Python."""
TWELVE = {
    "shared/__pycache__/x.txt": "**/__pycache__/**",
    "shared/old.pyc": "**/*.pyc",
    "shared/old.pyo": "**/*.pyo",
    "shared/the.egg-info/PKG-INFO": "**/*.egg-info/**",
    ".pytest_cache/v": ".pytest_cache/**",
    ".mypy_cache/v": ".mypy_cache/**",
    ".ruff_cache/v": ".ruff_cache/**",
    ".vscode/settings.json": ".vscode/**",
    ".editorconfig": ".editorconfig",
    "strategy_v2/README.md": "**/*.md",
    ".env.local": ".env*",
    ".aws/credentials": ".aws/**",
}
"""A file for each of the twelve patterns of the document."""
BROUGHT = {"boto3", "botocore", "sam_deploy_runtime"}
"""Modules that Lambda or sam-deploy brings."""
MODULES = {"python-dateutil": "dateutil", "jinja2": "jinja2"}


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLE / "deploy.py"))


@pytest.fixture(scope="module")
def built(project: Any) -> Path:
    """The folder of archives, built for AWS beside everything that a working folder has in it."""
    code = project.folder / "the_alchemiser"
    for name in TWELVE:
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text("left out", encoding="utf-8")
    try:
        project.run("build", "--environment", "prod", "--json")
    finally:
        for name in TWELVE:
            (code / name).unlink()
    return Path(project.folder / ".sam-deploy" / "build")


def contents(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return [name for name in packed.namelist() if not name.endswith("/")]


def test_the_code_lies_at_the_root_as_the_document_shows_it(built: Path) -> None:
    """R247: the entry point, its modules and folders; beside them only what sam-deploy adds."""
    top = {name.partition("/")[0] for name in contents(built / "Strategy.zip")}
    assert TREE == {name for name in top if name in TREE}
    assert OURS >= {name for name in top - TREE if not name.endswith(".json")}


def test_strategies_and_configuration_are_packed(built: Path) -> None:
    """R012, R244: every .clj and both files of configuration, where the code looks for them."""
    wanted = {
        file.relative_to(CODE).as_posix()
        for file in [*CODE.rglob("*.clj"), *CODE.glob("config/*.json")]
    }
    assert 9 == len(wanted)
    assert wanted <= set(contents(built / "Strategy.zip"))


def test_nothing_of_the_twelve_patterns_is_packed(built: Path, settings: dict[str, Any]) -> None:
    """R245: each pattern has a file in the folder that it leaves out."""
    assert set(TWELVE.values()) == set(settings["EXCLUDED"])
    for archive in built.glob("*.zip"):
        names = contents(archive)
        # compiled files are the build's own, made for the exact Python of the target
        assert [] == [name for name in TWELVE if name in names]


def test_what_is_packed_and_is_no_python_has_a_reason(
    built: Path, settings: dict[str, Any]
) -> None:
    """R246: exclusions stand in one place, each included kind says why, and test data is none."""
    included = settings["INCLUDED"]
    assert all(len(reason.split()) > 3 for reason in included.values())
    reasoned = pathspec.GitIgnoreSpec.from_lines(included)
    others = [
        name
        for name in contents(built / "Strategy.zip")
        if not name.endswith((".py", ".pyc")) and name.partition("/")[0] in TREE
    ]
    assert others
    assert [] == [name for name in others if not reasoned.match_file(name)]
    for function in settings["app"].functions:
        assert list(included) == list(function.include)
        assert not getattr(function, "exclude", ())
    assert [] == [name for name in others if "test" in name]


def test_each_kind_of_function_has_a_layer_of_its_own_list(settings: dict[str, Any]) -> None:
    """R129: layers/<function>/requirements.txt, exact and with hashes."""
    app = settings["app"]
    assert set(LAYERS) == {layer.name for layer in app.layers}
    for layer in app.layers:
        assert f"layers/{layer.name}/requirements.txt" == layer.requirements_file
        text = (EXAMPLE / layer.requirements_file).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith((" ", "#"))]
        assert [] == [line for line in lines if "==" not in line]
        assert text.count("--hash=sha256:") >= len(lines)
    own = {function.name: function.layers for function in app.functions}
    for name in LAYERS:
        assert [name] == own[name.title()]


def test_each_function_finds_what_it_imports_in_its_layer(settings: dict[str, Any]) -> None:
    """R129: nothing is missing, and no layer holds what none of its functions asks for."""
    asked: dict[str, set[str]] = {name: set() for name in LAYERS}
    modules = _handlers()
    for function in settings["app"].functions:
        (layer,) = function.layers
        asked[layer] |= _third_party(modules[function.environment["APP__FUNCTION"]])
    for layer, wanted in asked.items():
        text = (EXAMPLE / "layers" / layer / "requirements.txt").read_text(encoding="utf-8")
        held = {name.lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
        assert wanted - BROUGHT <= {MODULES.get(name, name.replace("-", "_")) for name in held}
        assert {"pydantic", "structlog"} <= wanted
    assert {"data"} == {layer for layer, wanted in asked.items() if "pandas" in wanted}
    assert {"notifications"} == {layer for layer, wanted in asked.items() if "jinja2" in wanted}


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_stay_within_their_budget_and_without_pyarrow(built: Path, layer: str) -> None:
    """R132: at most 149 MB unpacked, no pyarrow, which was 100 MB of it, and no AWS SDK."""
    with zipfile.ZipFile(built / f"{layer}-deps.zip") as packed:
        unpacked = sum(each.file_size for each in packed.infolist())
        found = {name.removeprefix("python/").partition("/")[0] for name in packed.namelist()}
    assert unpacked < 149 * MB
    assert set() == found & {"pyarrow", "boto3", "botocore", "pytest", "mypy", "ruff"}
    assert "pydantic" in found


def test_a_layer_beyond_its_budget_stops_the_build(project: Any) -> None:
    """R132: it says which, by how much, and what is the largest in it."""
    file = project.folder / "deploy.py"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("LAYER_MB = 149", "LAYER_MB = 60"), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match=r"(?s)data.*60 MB.*pandas"):
            project.run("build", "--environment", "prod")
    finally:
        file.write_text(before, encoding="utf-8")


def _handlers() -> dict[str, str]:
    tree = ast.parse((CODE / "lambda_handler.py").read_text(encoding="utf-8"))
    (found,) = [
        each.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Dict)
    ]
    modules: dict[str, str] = ast.literal_eval(found)
    return modules


def _third_party(module: str) -> set[str]:
    """Return what a module imports that is neither ours nor Python's, directly or not."""
    found, seen, waiting = set(), set(), [module]
    while waiting:
        name = waiting.pop()
        file = CODE / f"{name.replace('.', '/')}.py"
        if name in seen or not file.is_file():
            continue
        seen.add(name)
        for each in _imports(ast.parse(file.read_text(encoding="utf-8"))):
            top = each.partition(".")[0]
            if top in TREE:
                waiting.append(each)
            elif top not in sys.stdlib_module_names:
                found.add(top)
    return found


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Import):
            names |= {alias.name for alias in each.names}
        elif isinstance(each, ast.ImportFrom) and each.module:
            names |= {each.module, *(f"{each.module}.{alias.name}" for alias in each.names)}
    return names
