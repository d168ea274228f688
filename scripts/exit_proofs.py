"""Finds the tests that run `sam-deploy` and see it end with a code: read from the tests themselves.

Known are: a golden screen whose second line is `exit N`; a comparison of `.code`, `.returncode` or
what `main` returned with a number; and the same inside of tuples of equal places.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1] / "tests"
FOLDERS: Final = ("unit/cli", "contract", "e2e", "faults", "packaging")
CODES: Final = frozenset({"code", "returncode"})
_SCREEN: Final = re.compile(r"^exit (\d+)$", re.MULTILINE)


@functools.cache
def proofs() -> Mapping[int, tuple[str, ...]]:
    """Return exit code -> the tests that see it, sorted: `e2e/test_refused.py::test_...`."""
    found: dict[int, set[str]] = defaultdict(set)
    for screen in sorted((TESTS / "screens" / "golden").glob("*.txt")):
        for code in _SCREEN.findall(screen.read_text(encoding="utf-8")):
            found[int(code)].add(f"screens/golden/{screen.name}")
    for folder in FOLDERS:
        for file in sorted((TESTS / folder).glob("test_*.py")):
            for code, name in seen(file.read_text(encoding="utf-8")):
                found[code].add(f"{folder}/{file.name}::{name}")
    return {code: tuple(sorted(tests)) for code, tests in sorted(found.items())}


def seen(source: str) -> Iterator[tuple[int, str]]:
    """Yield (exit code, test) of every test of a module that compares one."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for each in ast.walk(node):
                if isinstance(each, ast.Assert) and isinstance(each.test, ast.Compare):
                    yield from ((code, node.name) for code in compared(each.test))


def compared(comparison: ast.Compare) -> Iterator[int]:
    """Yield the numbers that a comparison holds exit codes to."""
    if len(comparison.ops) == 1 and isinstance(comparison.ops[0], ast.Eq):
        yield from paired(comparison.left, comparison.comparators[0])


def ends(value: ast.expr) -> bool:
    """Whether a value is the exit code of a process, or what the command line returned."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "main"
    return isinstance(value, ast.Attribute) and value.attr in CODES


def paired(one: ast.expr, other: ast.expr) -> Iterator[int]:
    """Yield the number of a pair of a number and an exit code, in either order."""
    if isinstance(one, ast.Tuple) and isinstance(other, ast.Tuple):
        for left, right in zip(one.elts, other.elts, strict=False):
            yield from paired(left, right)
        return
    for number, code in ((one, other), (other, one)):
        if ends(code) and isinstance(number, ast.Constant) and type(number.value) is int:
            yield number.value
