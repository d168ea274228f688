"""What holds for the whole source, executed: imports, sizes, public names, forbidden words."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from tests.architecture.sources import ROOT, SOURCE, text, tree

FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MOST_LINES = 300
MOST_FUNCTION_LINES = 40
PHASES = (
    *("config", "plan", "build", "provide", "template", "deploy", "executor", "release"),
    *("aws", "local"),
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, from its `def` on, without its docstring."""
    length = (node.end_lineno or 0) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        length -= (first.end_lineno or 0) - first.lineno + 1
    return length


def test_imports_keep_the_contract() -> None:
    """Phases go forward, imports go down, boto3 is in aws/ alone, only cli knows of local/."""
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


def test_every_phase_is_in_the_contract() -> None:
    """A package that no layer names would be free to import anything."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (SOURCE / "sam_deploy").glob("*/__init__.py")}
    assert [] == sorted(name for name in packages if f"sam_deploy.{name}" not in text)


def test_every_package_is_on_the_map() -> None:
    """Who looks for the room of something finds it in CONTRIBUTING.md, and none that is gone."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (SOURCE / "sam_deploy").glob("*/__init__.py")}
    assert packages == set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE))


def test_no_file_is_long() -> None:
    """Below 300 lines each."""
    counted = {named(path): len(text(path).splitlines()) for path in FILES}
    assert {} == {path: lines for path, lines in counted.items() if lines >= MOST_LINES}


def test_no_function_is_long() -> None:
    """At most 40 lines each, docstrings aside."""
    long = [
        f"{named(path)}:{node.lineno} {node.name} has {code_lines(node)} lines"
        for path in FILES
        for node in functions(tree(path))
        if code_lines(node) > MOST_FUNCTION_LINES
    ]
    assert [] == long


@pytest.mark.parametrize("name", ["sam_deploy", *(f"sam_deploy.{phase}" for phase in PHASES)])
def test_public_names_are_sorted_and_there(name: str) -> None:
    """`__all__` is complete, without repetition, and each name can be imported."""
    module = importlib.import_module(name)
    public = module.__all__
    assert sorted(set(public)) == list(public)
    assert [] == [each for each in public if not hasattr(module, each)]


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """The lazy package behaves like any other."""
    package = importlib.import_module("sam_deploy")
    with pytest.raises(AttributeError, match="module 'sam_deploy' has no attribute 'Nothing'"):
        _ = package.Nothing


def test_every_module_says_why_it_exists() -> None:
    """A docstring at the top, that ends its first line like a sentence."""
    silent = [named(path) for path in FILES if not (ast.get_docstring(tree(path)) or "").strip()]
    assert [] == silent


def test_tests_use_no_mock() -> None:
    """Clocks, consoles and clients are arguments; what is replaced from outside proves little."""
    banned = re.compile(r"mock\.patch|unittest\.mock|MagicMock|\bmocker\b")
    users = [
        named(path)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__) and banned.search(text(path))
    ]
    assert [] == users


def test_nothing_is_left_for_later() -> None:
    """Neither a note to oneself nor a stub."""
    later = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [] == [named(path) for path in FILES if later.search(text(path))]


def test_every_test_says_what_it_claims() -> None:
    """Its docstring is the sentence that is true when it passes."""
    silent = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in functions(tree(path))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert [] == silent


def test_no_folder_of_tests_is_passed_over(request: pytest.FixtureRequest) -> None:
    """Pytest leaves out folders of certain names, `build` among them unless told otherwise."""
    patterns = request.config.getini("norecursedirs")
    assert [] == [
        named(path)
        for path in TESTS
        for part in path.relative_to(ROOT).parts[:-1]
        if any(fnmatch(part, pattern) for pattern in patterns)
    ]


def test_no_module_is_a_drawer() -> None:
    """A module named for nothing in particular collects everything."""
    drawers = {"utils", "helpers", "common", "manager", "misc"}
    assert [] == [named(path) for path in FILES if drawers & {path.stem, path.parent.name}]


def test_no_error_is_swallowed() -> None:
    """`except Exception: pass` hides what a user has to know."""
    silent = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            broad = isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (
                    isinstance(node.type, ast.Name)
                    and node.type.id in {"Exception", "BaseException"}
                )
            )
            if broad and all(isinstance(each, ast.Pass) for each in node.body):
                silent.append(f"{named(path)}:{node.lineno}")
    assert [] == silent
